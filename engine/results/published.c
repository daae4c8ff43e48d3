/* Reads baselines/published/NAME.yaml. Every row of `entries` is one line of a table: its steps, values and margins are
 * parallel lists, and each makes one figure. */
#include "results/published.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment/schema.h"
#include "formats/yaml.h"

static const char *const unit_names[] = {"fraction", "percent", "plain", NULL};
enum { UNIT_PERCENT = 1 };

/* What the head says of all entries and an entry of itself. */
typedef struct published_common {
  int evidence, interval, runs, episodes;
  const char *family, *equivalence_reason;
  double equivalence;
} published_common;

/* The head of a file. */
typedef struct published_head {
  const char *title, *paper, *link, *about, *suite;
  int metric, unit;
  published_common common;
} published_head;

/* One row of `entries`; what it leaves out comes from the head. */
typedef struct published_entry {
  const char *name, *algorithm, *setting, *table, *note;
  const char *suite; /* "": the head's */
  published_common common;
  il_int_list steps;
  il_real_list values, margins;
} published_entry;

#define TEXT_AS(key, type_name, field, default_text, help_text)                                                        \
  {                                                                                                                    \
    .name = key, .type = IL_OPTION_TEXT, .offset = offsetof(type_name, field), .fallback = default_text,               \
    .help = help_text                                                                                                  \
  }
#define TEXT(type_name, field, default_text, help_text) TEXT_AS(#field, type_name, field, default_text, help_text)

#define COUNT(key, type_name, field, help_text)                                                                        \
  {                                                                                                                    \
    .name = key, .type = IL_OPTION_INT, .offset = offsetof(type_name, field), .fallback = "0", .low = 0,               \
    .high = 1000000000, .help = help_text                                                                              \
  }

/* The rows of published_common in `type_name`. Its choices have a default for form's sake: one must be stated. */
#define COMMON_ROWS(type_name)                                                                                         \
  {.name = "evidence",                                                                                                 \
   .type = IL_OPTION_CHOICE,                                                                                           \
   .offset = offsetof(type_name, common.evidence),                                                                     \
   .fallback = "memory",                                                                                               \
   .choices = il_evidence_names,                                                                                       \
   .help = "how the figures were obtained"},                                                                           \
      {.name = "interval",                                                                                             \
       .type = IL_OPTION_CHOICE,                                                                                       \
       .offset = offsetof(type_name, common.interval),                                                                 \
       .fallback = "unknown",                                                                                          \
       .choices = il_printed_names,                                                                                    \
       .help = "what the printed +- is"},                                                                              \
      {.name = "equivalence",                                                                                          \
       .type = IL_OPTION_REAL,                                                                                         \
       .offset = offsetof(type_name, common.equivalence),                                                              \
       .fallback = "0",                                                                                                \
       .low = 0,                                                                                                       \
       .high = 50,                                                                                                     \
       .help = "a difference that does not matter: accuracies as the values, else a share of them; 0: the default"},   \
      TEXT_AS("equivalence_reason", type_name, common.equivalence_reason, "", "why it is what it is"),                 \
      TEXT_AS("family", type_name, common.family, "", "which sine waves: finn, li, noisy, wide"),                      \
      COUNT("runs", type_name, common.runs, "trained models behind a figure; 0: not known"),                           \
      COUNT("episodes", type_name, common.episodes, "test episodes behind a figure; 0: not known, or exact")

static const il_option head_rows[] = {
    TEXT(published_head, title, NULL, "what was published"),
    TEXT(published_head, paper, NULL, "authors, year and where"),
    TEXT(published_head, link, "", "arXiv number with version, DOI or address"),
    TEXT(published_head, about, "", "remarks for the reader"),
    TEXT(published_head, suite, NULL, "task suite the figures belong to"),
    {.name = "metric",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(published_head, metric),
     .choices = il_metric_names,
     .help = "what the figures are"},
    {.name = "unit",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(published_head, unit),
     .fallback = "plain",
     .choices = unit_names,
     .help = "how the figures are printed; percent are turned into fractions"},
    COMMON_ROWS(published_head),
};

static const il_option entry_rows[] = {
    TEXT(published_entry, name, "", "as the source calls it"),
    TEXT(published_entry, algorithm, NULL, "name of the algorithm here"),
    TEXT(published_entry, setting, NULL, "5-shot, 5-way 1-shot; any: every setting"),
    TEXT(published_entry, table, "", "where in the source"),
    TEXT(published_entry, note, "", "remark"),
    TEXT(published_entry, suite, "", "other than the file's"),
    COMMON_ROWS(published_entry),
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

/* Bits of `seen` for the rows of both tables that an entry inherits. */
typedef struct stated {
  int evidence, interval, runs, episodes, family, equivalence;
} stated;

static int row_seen(const il_options *options, uint64_t seen, const char *name) {
  int index = 0;
  return il_schema_row(options, name, &index) && (seen >> index & 1);
}

static stated stated_in(const il_options *options, uint64_t seen) {
  return (stated){
      .evidence = row_seen(options, seen, "evidence"),
      .interval = row_seen(options, seen, "interval"),
      .runs = row_seen(options, seen, "runs"),
      .episodes = row_seen(options, seen, "episodes"),
      .family = row_seen(options, seen, "family"),
      .equivalence = row_seen(options, seen, "equivalence"),
  };
}

/* What the entry does not state comes from the head; `own` becomes what either states. */
static void inherit(published_common *entry, stated *own, const published_common *head, const stated *above) {
  if (!own->evidence) entry->evidence = head->evidence;
  if (!own->interval) entry->interval = head->interval;
  if (!own->runs) entry->runs = head->runs;
  if (!own->episodes) entry->episodes = head->episodes;
  if (!own->family) entry->family = head->family;
  if (!own->equivalence) {
    entry->equivalence = head->equivalence;
    entry->equivalence_reason = head->equivalence_reason;
  }
  own->evidence |= above->evidence;
  own->interval |= above->interval;
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

static il_status check_lists(const published_entry *entry, const il_yaml *node, il_error *error) {
  if (entry->steps.count != entry->values.count)
    return il_yaml_fail(error, node, "%d steps for %d values; expected one for each", entry->steps.count,
                        entry->values.count);
  if (entry->margins.count && entry->margins.count != entry->values.count)
    return il_yaml_fail(error, node, "%d margins for %d values; expected one for each, or none", entry->margins.count,
                        entry->values.count);
  return IL_OK;
}

/* A figure says where it comes from and what its +- is; nothing is assumed. */
static il_status check_stated(const published_entry *entry, const stated *own, const il_yaml *node, il_error *error) {
  int none = entry->common.interval == IL_PRINTED_NONE;
  if (!own->evidence)
    return il_yaml_fail(
        error, node, "figures without `evidence`; expected read, second-hand, memory or derived, here or in the file");
  if (!own->interval)
    return il_yaml_fail(error, node,
                        "figures without `interval`; expected what the +- is, here or in the file: ci95-episodes, "
                        "ci95-runs, sd-runs, none or unknown");
  if (none != (entry->margins.count == 0))
    return il_yaml_fail(error, node, "`interval` is %s %s margins; expected `none` exactly where no +- is printed",
                        il_printed_names[entry->common.interval], none ? "beside" : "without");
  if (entry->common.equivalence > 0 && entry->common.equivalence_reason[0] == '\0')
    return il_yaml_fail(error, node, "`equivalence` without a reason; expected `equivalence_reason` beside it");
  return IL_OK;
}

/* Suites of one name for several kinds of tasks need the kind. */
static il_status check_family(const char *suite, const char *name, const il_yaml *node, il_arena *arena,
                              il_error *error) {
  if (name[0] == '\0')
    return il_family_find(suite, NULL)
               ? il_yaml_fail(error, node, "figures of `%s` without `family`; expected one of %s", suite,
                              il_family_list(suite, arena))
               : IL_OK;
  if (il_family_find(suite, name)) return IL_OK;
  const char *known = il_family_list(suite, arena);
  return il_yaml_fail(error, node, "no family `%s` of `%s`; expected %s%s", name, suite, known[0] ? "one of " : "none",
                      known);
}

/* "Finn et al. 2017 (arXiv:1703.03400v3), Table 2 (second-hand)" */
static const char *source_text(const published_head *head, const published_entry *entry, il_arena *arena) {
  int evidence = entry->common.evidence;
  const char *tag = evidence == IL_EVIDENCE_READ ? "" : il_evidence_names[evidence];
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
                             const published_head *head, il_arena *arena, il_error *error) {
  il_figure *at = grow(published, entry->values.count, arena);
  if (!at) return il_fail_memory(error, "published figures", 0);
  double divisor = head->unit == UNIT_PERCENT ? 100 : 1;
  double stated_margin = entry->common.equivalence / (head->metric == IL_METRIC_ACCURACY ? divisor : 1);
  for (int i = 0; i < entry->values.count; i++) {
    at[i] = *common;
    at[i].step = entry->steps.at[i];
    at[i].value = entry->values.at[i] / divisor;
    at[i].margin = entry->margins.count ? entry->margins.at[i] / divisor : NAN;
    at[i].equivalence = il_figure_equivalence(head->metric, at[i].value, stated_margin);
  }
  return IL_OK;
}

/* The head of the file and what all its entries share. */
typedef struct published_file {
  const char *name;
  published_head head;
  stated stated;
  const il_yaml *protocol; /* NULL: none */
} published_file;

/* Of the family, then of the file, then of the entry: what stands later wins. */
static il_status read_protocol(il_figure *figure, const published_file *file, const il_yaml *node, il_arena *arena,
                               il_error *error) {
  const il_conditions none = {0, NULL};
  const il_family *family = figure->family[0] ? il_family_find(figure->suite, figure->family) : NULL;
  il_conditions shared;
  il_status status = read_conditions(&shared, family ? &family->protocol : &none, file->protocol, arena, error);
  if (status != IL_OK) return status;
  return read_conditions(&figure->protocol, &shared, il_yaml_get(node, "protocol"), arena, error);
}

/* Everything but the numbers. */
static void describe_figure(il_figure *figure, const published_entry *entry, const published_head *head) {
  figure->name = entry->name[0] ? entry->name : entry->algorithm;
  figure->algorithm = entry->algorithm;
  figure->suite = entry->suite[0] ? entry->suite : head->suite;
  figure->setting = entry->setting;
  figure->metric = il_metric_names[head->metric];
  figure->evidence = entry->common.evidence;
  figure->printed = entry->common.interval;
  figure->runs = entry->common.runs;
  figure->episodes = entry->common.episodes;
  figure->family = entry->common.family;
}

static il_status read_entry(il_published *published, const published_file *file, const il_yaml *node, il_arena *arena,
                            il_error *error) {
  static const char *const others[] = {"protocol", "when", NULL};
  const il_schema schema = {.options = &entry_options, .others = others, .what = "`entries`"};
  const il_conditions none = {0, NULL};
  published_entry entry = {0};
  uint64_t seen = 0;
  il_figure figure = {.file = file->name};
  il_status status;
  IL_TRY(il_schema_defaults(&entry, &schema, arena, error));
  IL_TRY(il_schema_bind(&entry, &seen, &schema, node, arena, error));
  IL_TRY(il_schema_require(seen, &schema, node, error));
  stated own = stated_in(&entry_options, seen);
  inherit(&entry.common, &own, &file->head.common, &file->stated);
  IL_TRY(check_lists(&entry, node, error));
  IL_TRY(check_stated(&entry, &own, node, error));
  describe_figure(&figure, &entry, &file->head);
  IL_TRY(check_family(figure.suite, figure.family, node, arena, error));
  IL_TRY(read_conditions(&figure.when, &none, il_yaml_get(node, "when"), arena, error));
  IL_TRY(read_protocol(&figure, file, node, arena, error));
  figure.source = source_text(&file->head, &entry, arena);
  if (!figure.source) return il_fail_memory(error, "published figures", 0);
  IL_TRY(add_figures(published, &figure, &entry, &file->head, arena, error));
done:
  return status;
}

il_status il_published_parse(il_published *published, const char *name, const char *text, size_t size, il_arena *arena,
                             il_error *error) {
  static const char *const others[] = {"protocol", "entries", NULL};
  const il_schema schema = {.options = &head_options, .others = others, .what = "published figures"};
  published_file file = {.name = name};
  uint64_t seen = 0;
  il_yaml *root;
  il_status status;
  IL_TRY(il_yaml_parse(&root, name, text, size, arena, error));
  IL_TRY(il_schema_defaults(&file.head, &schema, arena, error));
  IL_TRY(il_schema_bind(&file.head, &seen, &schema, root, arena, error));
  IL_TRY(il_schema_require(seen, &schema, root, error));
  file.stated = stated_in(&head_options, seen);
  file.protocol = il_yaml_get(root, "protocol");
  const il_yaml *entries = il_yaml_get(root, "entries");
  if (!entries || entries->kind != IL_YAML_LIST || !entries->first)
    return il_yaml_fail(error, entries ? entries : root, "no list `entries`; expected at least one figure");
  for (const il_yaml *entry = entries->first; entry; entry = entry->next)
    IL_TRY(read_entry(published, &file, entry, arena, error));
done:
  return status;
}
