/* Reads baselines/published/NAME.yaml. Every row of `entries` is one line of a table: its steps, values and margins are
 * parallel lists, and each makes one figure. */
#include "harness/published.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/schema.h"
#include "harness/yaml.h"

const char *const il_evidence_names[] = {"read", "second-hand", "memory", "derived", NULL};
static const char *const unit_names[] = {"fraction", "percent", "plain", NULL};
static const char *const metric_names[] = {"accuracy", "mse", "return", NULL};
enum { UNIT_PERCENT = 1 };

/* The head of a file. */
typedef struct published_head {
  const char *title, *paper, *link, *about, *suite, *tolerance_reason;
  int metric, unit, evidence;
  double tolerance;
} published_head;

/* One row of `entries`; what it leaves out comes from the head. */
typedef struct published_entry {
  const char *name, *algorithm, *setting, *table, *note;
  const char *suite; /* "": the head's */
  int evidence;
  double tolerance;
  il_int_list steps;
  il_real_list values, margins;
} published_entry;

#define TEXT(type_name, field, default_text, help_text)                                                                \
  {                                                                                                                    \
    .name = #field, .type = IL_OPTION_TEXT, .offset = offsetof(type_name, field), .fallback = default_text,            \
    .help = help_text                                                                                                  \
  }

static const il_option head_rows[] = {
    TEXT(published_head, title, NULL, "what was published"),
    TEXT(published_head, paper, NULL, "authors, year and where"),
    TEXT(published_head, link, "", "arXiv number with version, DOI or address"),
    TEXT(published_head, about, "", "remarks for the reader"),
    TEXT(published_head, suite, NULL, "task suite the figures belong to"),
    TEXT(published_head, tolerance_reason, "", "why the tolerance is what it is"),
    {.name = "metric",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(published_head, metric),
     .choices = metric_names,
     .help = "what the figures are"},
    {.name = "unit",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(published_head, unit),
     .fallback = "plain",
     .choices = unit_names,
     .help = "how the figures are printed; percent are turned into fractions"},
    {.name = "evidence",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(published_head, evidence),
     .choices = il_evidence_names,
     .help = "how the figures were obtained"},
    {.name = "tolerance",
     .type = IL_OPTION_REAL,
     .offset = offsetof(published_head, tolerance),
     .fallback = "0",
     .low = 0,
     .high = 1,
     .help = "relative, for figures without a printed margin; 0: none"},
};

static const il_option entry_rows[] = {
    TEXT(published_entry, name, "", "as the source calls it"),
    TEXT(published_entry, algorithm, NULL, "name of the algorithm here"),
    TEXT(published_entry, setting, NULL, "5-shot, 5-way 1-shot; any: every setting"),
    TEXT(published_entry, table, "", "where in the source"),
    TEXT(published_entry, note, "", "remark"),
    TEXT(published_entry, suite, "", "other than the file's"),
    {.name = "evidence",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(published_entry, evidence),
     .fallback = "read",
     .choices = il_evidence_names,
     .help = "other than the file's"},
    {.name = "tolerance",
     .type = IL_OPTION_REAL,
     .offset = offsetof(published_entry, tolerance),
     .fallback = "0",
     .low = 0,
     .high = 1,
     .help = "other than the file's"},
    {.name = "steps",
     .type = IL_OPTION_INT_LIST,
     .offset = offsetof(published_entry, steps),
     .low = -1,
     .high = 100000,
     .min_count = 1,
     .max_count = IL_LIST_MAX,
     .help = "adaptation steps at test, one for each value; -1: the source does not say, the last step is compared"},
    {.name = "values",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(published_entry, values),
     .low = -1e9,
     .high = 1e9,
     .min_count = 1,
     .max_count = IL_LIST_MAX,
     .help = "the figures"},
    {.name = "margins",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(published_entry, margins),
     .fallback = "[]",
     .low = 0,
     .high = 1e9,
     .min_count = 0,
     .max_count = IL_LIST_MAX,
     .help = "the printed +-, one for each value; empty: none"},
};

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))
static const il_options head_options = {head_rows, ROWS(head_rows), sizeof(published_head)};
static const il_options entry_options = {entry_rows, ROWS(entry_rows), sizeof(published_entry)};

static int row_seen(uint64_t seen, const char *name) {
  int index = 0;
  return il_schema_row(&entry_options, name, &index) && (seen >> index & 1);
}

/* A scalar, or a list of scalars as "[a, b]". */
static il_status condition_text(const char **value, const il_yaml *node, il_arena *arena, il_error *error) {
  if (node->kind == IL_YAML_SCALAR) {
    *value = node->text;
    return IL_OK;
  }
  if (node->kind == IL_YAML_MAP)
    return il_yaml_fail(error, node, "`%s` is a map; expected a value or a list of values", node->key);
  const char *text = "[";
  for (const il_yaml *item = node->first; item && text; item = item->next) {
    if (item->kind != IL_YAML_SCALAR) return il_yaml_fail(error, item, "a list in a list; expected a value");
    text = il_arena_format(arena, "%s%s%s", text, item == node->first ? "" : ", ", item->text);
  }
  *value = text ? il_arena_format(arena, "%s]", text) : NULL;
  return *value ? IL_OK : il_fail_memory(error, "published figures", 0);
}

static int count_children(const il_yaml *node) {
  int count = 0;
  for (const il_yaml *child = node ? node->first : NULL; child; child = child->next) count++;
  return count;
}

static int find_condition(const il_condition *at, int count, const char *path) {
  for (int i = 0; i < count; i++)
    if (strcmp(at[i].path, path) == 0) return i;
  return -1;
}

/* The conditions of `map` on top of `base`: a path in both takes the map's value. */
static il_status read_conditions(il_conditions *result, const il_conditions *base, const il_yaml *map, il_arena *arena,
                                 il_error *error) {
  if (map && map->kind != IL_YAML_MAP) return il_yaml_fail(error, map, "`%s` is no map of paths and values", map->key);
  int count = base->count;
  il_condition *at = il_arena_get(arena, (size_t)(count + count_children(map)), sizeof *at);
  if (!at) return il_fail_memory(error, "published figures", 0);
  for (int i = 0; i < count; i++) at[i] = base->at[i];
  for (const il_yaml *child = map ? map->first : NULL; child; child = child->next) {
    int index = find_condition(at, count, child->key);
    if (index < 0) index = count++;
    at[index].path = child->key;
    il_status status = condition_text(&at[index].value, child, arena, error);
    if (status != IL_OK) return status;
  }
  *result = (il_conditions){count, at};
  return IL_OK;
}

static il_status check_entry(const published_entry *entry, const published_head *head, const il_yaml *node,
                             il_error *error) {
  if (entry->steps.count != entry->values.count)
    return il_yaml_fail(error, node, "%d steps for %d values; expected one for each", entry->steps.count,
                        entry->values.count);
  if (entry->margins.count && entry->margins.count != entry->values.count)
    return il_yaml_fail(error, node, "%d margins for %d values; expected one for each, or none", entry->margins.count,
                        entry->values.count);
  if (entry->margins.count == 0 && entry->tolerance <= 0)
    return il_yaml_fail(error, node,
                        "neither margins nor a tolerance; expected one of them, a result must be comparable");
  if (entry->margins.count == 0 && head->tolerance_reason[0] == '\0')
    return il_yaml_fail(error, node, "a tolerance without a reason; expected `tolerance_reason` in the file");
  return IL_OK;
}

/* "Finn et al. 2017 (arXiv:1703.03400v3), Table 2 (second-hand)" */
static const char *source_text(const published_head *head, const published_entry *entry, il_arena *arena) {
  const char *tag = entry->evidence == IL_EVIDENCE_READ ? "" : il_evidence_names[entry->evidence];
  return il_arena_format(arena, "%s%s%s%s%s%s%s%s%s", head->paper, head->link[0] ? " (" : "", head->link,
                         head->link[0] ? ")" : "", entry->table[0] ? ", " : "", entry->table, tag[0] ? " [" : "", tag,
                         tag[0] ? "]" : "");
}

/* Room for `more` figures; the old list stays in the arena. */
static il_figure *grow(il_published *published, int more, il_arena *arena) {
  il_figure *at = il_arena_get(arena, (size_t)(published->count + more), sizeof *at);
  if (!at) return NULL;
  if (published->count) memcpy(at, published->at, (size_t)published->count * sizeof *at);
  published->at = at;
  at += published->count;
  published->count += more;
  return at;
}

static il_status add_figures(il_published *published, const il_figure *common, const published_entry *entry,
                             int percent, il_arena *arena, il_error *error) {
  il_figure *at = grow(published, entry->values.count, arena);
  if (!at) return il_fail_memory(error, "published figures", 0);
  double divisor = percent ? 100 : 1;
  for (int i = 0; i < entry->values.count; i++) {
    at[i] = *common;
    at[i].step = entry->steps.at[i];
    at[i].value = entry->values.at[i] / divisor;
    at[i].margin = entry->margins.count ? entry->margins.at[i] / divisor : NAN;
  }
  return IL_OK;
}

/* The head of the file and what all its entries share. */
typedef struct published_file {
  const char *name;
  published_head head;
  il_conditions protocol;
} published_file;

static il_status read_entry(il_published *published, const published_file *file, const il_yaml *node, il_arena *arena,
                            il_error *error) {
  static const char *const others[] = {"protocol", "when", NULL};
  const il_schema schema = {&entry_options, others, "`entries`"};
  const il_conditions none = {0, NULL};
  published_entry entry = {0};
  uint64_t seen = 0;
  il_figure figure = {.file = file->name};
  il_status status;
  IL_TRY(il_schema_defaults(&entry, &schema, arena, error));
  IL_TRY(il_schema_bind(&entry, &seen, &schema, node, arena, error));
  IL_TRY(il_schema_require(seen, &schema, node, error));
  if (!row_seen(seen, "tolerance")) entry.tolerance = file->head.tolerance;
  if (!row_seen(seen, "evidence")) entry.evidence = file->head.evidence;
  IL_TRY(check_entry(&entry, &file->head, node, error));
  IL_TRY(read_conditions(&figure.when, &none, il_yaml_get(node, "when"), arena, error));
  IL_TRY(read_conditions(&figure.protocol, &file->protocol, il_yaml_get(node, "protocol"), arena, error));
  figure.name = entry.name[0] ? entry.name : entry.algorithm;
  figure.algorithm = entry.algorithm;
  figure.suite = entry.suite[0] ? entry.suite : file->head.suite;
  figure.setting = entry.setting;
  figure.metric = metric_names[file->head.metric];
  figure.tolerance = entry.tolerance;
  figure.evidence = entry.evidence;
  figure.source = source_text(&file->head, &entry, arena);
  if (!figure.source) return il_fail_memory(error, "published figures", 0);
  IL_TRY(add_figures(published, &figure, &entry, file->head.unit == UNIT_PERCENT, arena, error));
done:
  return status;
}

il_status il_published_parse(il_published *published, const char *name, const char *text, size_t size, il_arena *arena,
                             il_error *error) {
  static const char *const others[] = {"protocol", "entries", NULL};
  const il_schema schema = {&head_options, others, "published figures"};
  const il_conditions none = {0, NULL};
  published_file file = {.name = name};
  il_yaml *root;
  il_status status;
  IL_TRY(il_yaml_parse(&root, name, text, size, arena, error));
  IL_TRY(il_schema_read(&file.head, &schema, root, root, arena, error));
  IL_TRY(read_conditions(&file.protocol, &none, il_yaml_get(root, "protocol"), arena, error));
  const il_yaml *entries = il_yaml_get(root, "entries");
  if (!entries || entries->kind != IL_YAML_LIST || !entries->first)
    return il_yaml_fail(error, entries ? entries : root, "no list `entries`; expected at least one figure");
  for (const il_yaml *entry = entries->first; entry; entry = entry->next)
    IL_TRY(read_entry(published, &file, entry, arena, error));
done:
  return status;
}
