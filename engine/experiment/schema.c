/* The binder: YAML map -> struct, by a table. One small reader for each option type, found by the type. */
#include "experiment/schema.h"

#include <stdlib.h>
#include <string.h>

#include "formats/yaml_bytes.h"

enum { EXPECTED_SIZE = 256, NAMES_MAX = IL_SCHEMA_ROWS_MAX + 72 };

/* One value on its way into a field. */
typedef struct option_binding {
  const il_option *row;
  const il_yaml *value;
  il_arena *arena;
  il_error *error;
} option_binding;

static const char *shown(char buffer[IL_YAML_SHOWN], const il_yaml *value) {
  if (value->kind == IL_YAML_LIST) return "a list";
  if (value->kind == IL_YAML_MAP) return "a map";
  if (!*value->text && !value->quoted) return "empty";
  char clipped[IL_YAML_SHOWN];
  il_yaml_clip(clipped, value->text);
  snprintf(buffer, IL_YAML_SHOWN, value->quoted ? "\"%.66s\"" : "`%.66s`", clipped);
  return buffer;
}

/* "`NAME` is VALUE, which WRONG; expected EXPECTED". */
static il_status refuse(const option_binding *binding, const il_yaml *value, const char *wrong) {
  char expected[EXPECTED_SIZE], buffer[IL_YAML_SHOWN];
  il_schema_expected(expected, sizeof expected, binding->row);
  return il_yaml_fail(binding->error, value, "`%s` is %s%s%s; expected %s", binding->row->name, shown(buffer, value),
                      wrong ? ", which " : "", wrong ? wrong : "", expected);
}

/* NULL, or why `value` cannot be anything but text. */
static const char *not_plain(const il_yaml *value) {
  return value->kind == IL_YAML_SCALAR && value->quoted ? "is quoted text" : NULL;
}

static bool plain_scalar(const il_yaml *value) {
  return value->kind == IL_YAML_SCALAR && !value->quoted && *value->text;
}

/* Rows of numbers may name words in `choices`: the i-th stands for -1 - i. */
static int keyword(const il_option *row, const il_yaml *value) {
  for (int i = 0; row->choices && row->choices[i]; i++)
    if (strcmp(row->choices[i], value->text) == 0) return i;
  return -1;
}

static il_status check_range(const option_binding *binding, const il_yaml *value, double number) {
  const il_option *row = binding->row;
  bool below = row->low_open ? number <= row->low : number < row->low;
  return below || number > row->high ? refuse(binding, value, "is out of range") : IL_OK;
}

static il_status read_int(const option_binding *binding, const il_yaml *value, void *field) {
  if (!plain_scalar(value)) return refuse(binding, value, not_plain(value));
  int word = keyword(binding->row, value);
  if (word >= 0 && binding->row->type == IL_OPTION_INT) {
    *(int *)field = -1 - word;
    return IL_OK;
  }
  long long number;
  const char *wrong;
  if (il_schema_integer(&number, value->text, &wrong) != 0) return refuse(binding, value, wrong);
  il_status status = check_range(binding, value, (double)number);
  if (status == IL_OK && (number < -2147483647LL || number > 2147483647LL))
    status = refuse(binding, value, "is out of range");
  if (status == IL_OK) *(int *)field = (int)number;
  return status;
}

static il_status read_seed(const option_binding *binding, const il_yaml *value, void *field) {
  const char *wrong = not_plain(value);
  if (!plain_scalar(value) || il_schema_natural(field, value->text, &wrong) != 0) return refuse(binding, value, wrong);
  return IL_OK;
}

static il_status read_real(const option_binding *binding, const il_yaml *value, void *field) {
  if (!plain_scalar(value)) return refuse(binding, value, not_plain(value));
  int word = keyword(binding->row, value);
  if (word >= 0 && binding->row->type == IL_OPTION_REAL) {
    *(double *)field = -1 - word;
    return IL_OK;
  }
  double number;
  const char *wrong;
  if (il_schema_real(&number, value->text, &wrong) != 0) return refuse(binding, value, wrong);
  il_status status = check_range(binding, value, number);
  if (status == IL_OK) *(double *)field = number;
  return status;
}

static il_status read_bool(const option_binding *binding, const il_yaml *value, void *field) {
  bool yes = plain_scalar(value) && strcmp(value->text, "true") == 0;
  bool no = plain_scalar(value) && strcmp(value->text, "false") == 0;
  if (!yes && !no) return refuse(binding, value, not_plain(value));
  *(bool *)field = yes;
  return IL_OK;
}

static bool null_word(const char *text) {
  static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
  for (int i = 0; words[i]; i++)
    if (strcmp(words[i], text) == 0) return true;
  return false;
}

static il_status read_text(const option_binding *binding, const il_yaml *value, void *field) {
  if (value->kind != IL_YAML_SCALAR) return refuse(binding, value, NULL);
  if (!value->quoted && null_word(value->text)) return refuse(binding, value, "is no text unless quoted");
  *(const char **)field = il_arena_text(binding->arena, value->text);
  return *(const char **)field ? IL_OK : il_fail_memory(binding->error, "a text", strlen(value->text) + 1);
}

static il_status read_choice(const option_binding *binding, const il_yaml *value, void *field) {
  const char *const *choices = binding->row->choices;
  if (value->kind != IL_YAML_SCALAR || !*value->text) return refuse(binding, value, NULL);
  int index = keyword(binding->row, value);
  if (index >= 0) {
    *(int *)field = index;
    return IL_OK;
  }
  const char *nearest = il_schema_nearest(value->text, choices);
  char buffer[IL_YAML_SHOWN], expected[EXPECTED_SIZE];
  il_schema_expected(expected, sizeof expected, binding->row);
  return il_yaml_fail(binding->error, value, "`%s` is %s; expected %s%s%s%s", binding->row->name, shown(buffer, value),
                      expected, nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

typedef il_status (*read_function)(const option_binding *binding, const il_yaml *value, void *field);

/* Reads the elements of a list one after the other into at[], each `size` bytes. */
static il_status read_elements(const option_binding *binding, int *count, void *at, size_t size, read_function read) {
  const il_option *row = binding->row;
  int most = row->max_count > 0 && row->max_count < IL_LIST_MAX ? row->max_count : IL_LIST_MAX;
  if (binding->value->kind != IL_YAML_LIST) return refuse(binding, binding->value, not_plain(binding->value));
  *count = 0;
  for (const il_yaml *child = binding->value->first; child; child = child->next) {
    if (*count == most) return refuse(binding, binding->value, "is too long");
    il_status status = read(binding, child, (char *)at + (size_t)*count * size);
    if (status != IL_OK) return status;
    ++*count;
  }
  return *count < row->min_count ? refuse(binding, binding->value, "is too short") : IL_OK;
}

static il_status read_int_list(const option_binding *binding, const il_yaml *value, void *field) {
  (void)value;
  il_int_list *list = field;
  return read_elements(binding, &list->count, list->at, sizeof list->at[0], read_int);
}

static il_status read_real_list(const option_binding *binding, const il_yaml *value, void *field) {
  (void)value;
  il_real_list *list = field;
  return read_elements(binding, &list->count, list->at, sizeof list->at[0], read_real);
}

static il_status read_text_list(const option_binding *binding, const il_yaml *value, void *field) {
  (void)value;
  il_text_list *list = field;
  return read_elements(binding, &list->count, list->at, sizeof list->at[0], read_text);
}

static const read_function readers[] = {
    [IL_OPTION_INT] = read_int,
    [IL_OPTION_SEED] = read_seed,
    [IL_OPTION_REAL] = read_real,
    [IL_OPTION_BOOL] = read_bool,
    [IL_OPTION_TEXT] = read_text,
    [IL_OPTION_CHOICE] = read_choice,
    [IL_OPTION_INT_LIST] = read_int_list,
    [IL_OPTION_REAL_LIST] = read_real_list,
    [IL_OPTION_TEXT_LIST] = read_text_list,
};

il_status il_schema_set(void *target, const il_option *row, const il_yaml *value, il_arena *arena, il_error *error) {
  option_binding binding = {.row = row, .value = value, .arena = arena, .error = error};
  return readers[row->type](&binding, value, (char *)target + row->offset);
}

il_status il_schema_set_text(void *target, const il_option *row, const char *text, const char *origin, il_arena *arena,
                             il_error *error) {
  /* libyaml only where there is structure: a table of scalars is read in microseconds. */
  il_yaml scalar = {.kind = IL_YAML_SCALAR, .origin = origin, .text = text, .quoted = row->type == IL_OPTION_TEXT};
  if (*text != '[' && *text != '"') return il_schema_set(target, row, &scalar, arena, error);
  il_yaml *tree;
  il_status status = il_yaml_parse(&tree, origin, text, strlen(text), arena, error);
  return status == IL_OK ? il_schema_set(target, row, tree, arena, error) : status;
}

il_status il_schema_defaults(void *target, const il_schema *schema, il_arena *arena, il_error *error) {
  const il_options *options = schema->options;
  il_schema_item item;
  int count = 0;
  memset(target, 0, options->size);
  while (il_schema_at(&item, options, count)) count++;
  if (count > IL_SCHEMA_ROWS_MAX)
    return il_fail(error, IL_INVALID, "%s has %d options; expected at most %d", schema->what, count,
                   IL_SCHEMA_ROWS_MAX);
  for (int i = 0; il_schema_at(&item, options, i); i++) {
    const il_option *row = item.row;
    if (!row->fallback) continue;
    char origin[128];
    snprintf(origin, sizeof origin, "default of %s", schema->what);
    il_status status = il_schema_set_text(target, row, row->fallback, origin, arena, error);
    if (status != IL_OK) return status;
  }
  return IL_OK;
}

static il_status unknown_key(const il_schema *schema, const void *target, const il_yaml *child, il_error *error) {
  const char *names[NAMES_MAX] = {NULL};
  il_schema_item item;
  int count = 0;
  for (int i = 0; il_schema_at(&item, schema->options, i) && i < IL_SCHEMA_ROWS_MAX; i++)
    if (il_schema_applies(&item, target)) names[count++] = item.row->name;
  for (int i = 0; schema->others && schema->others[i] && count + 1 < NAMES_MAX; i++) names[count++] = schema->others[i];
  const char *nearest = il_schema_nearest(child->key, names);
  char text[512] = "", clipped[IL_YAML_SHOWN];
  for (int i = 0; i < count && !nearest; i++) {
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s%s", i ? ", " : "expected one of ", names[i]);
  }
  if (nearest) snprintf(text, sizeof text, "did you mean `%s`?", nearest);
  il_yaml key = {.origin = child->origin, .line = child->key_line, .column = child->key_column};
  return il_yaml_fail(error, &key, "unknown key `%s` in %s; %s", il_yaml_clip(clipped, child->key), schema->what,
                      *text ? text : "expected nothing here");
}

/* A key that was an option once: *retired, and an error unless it has the value that changes nothing. */
static il_status retired_key(bool *retired, const il_schema *schema, const il_yaml *child, il_error *error) {
  const il_retired_option *row = schema->retired;
  while (row && row->name && strcmp(row->name, child->key) != 0) row++;
  *retired = row && row->name;
  if (!*retired || (child->kind == IL_YAML_SCALAR && strcmp(child->text, row->harmless) == 0)) return IL_OK;
  il_yaml key = {.origin = child->origin, .line = child->key_line, .column = child->key_column};
  return il_yaml_fail(error, &key, "`%s` is no option of %s any more; expected %s", row->name, schema->what,
                      row->instead);
}

static bool is_other(const il_schema *schema, const char *key) {
  for (int i = 0; schema->others && schema->others[i]; i++)
    if (strcmp(schema->others[i], key) == 0) return true;
  return false;
}

/* Choices come first: they say which other options there are. */
static il_status bind_choices(void *target, const il_schema *schema, const il_yaml *map, il_arena *arena,
                              il_error *error) {
  il_schema_item item;
  il_status status = IL_OK;
  for (int i = 0; status == IL_OK && il_schema_at(&item, schema->options, i); i++) {
    const il_yaml *value = item.from ? il_yaml_get(map, item.from->choice) : NULL;
    const il_option *row = value ? il_schema_row(schema->options, item.from->choice, NULL) : NULL;
    if (row) status = il_schema_set(target, row, value, arena, error);
  }
  return status;
}

/* A key that another choice would bring: passed over where it changes nothing, as configurations that were once written
 * out whole have it. */
static il_status other_choice(const void *target, const il_options *options, const il_schema_item *item,
                              const il_yaml *child, il_arena *arena, il_error *error) {
  const il_brought *from = item->from;
  char before[256], after[256];
  void *changed = il_arena_get(arena, 1, options->size);
  if (!changed) return il_fail_memory(error, "options", options->size);
  memcpy(changed, target, options->size);
  il_status status = il_schema_set(changed, item->row, child, arena, error);
  if (status != IL_OK) return status;
  if (il_schema_row_value(before, sizeof before, item->row, target) == 0 &&
      il_schema_row_value(after, sizeof after, item->row, changed) == 0 && strcmp(before, after) == 0)
    return IL_OK;
  const char *chosen = from->names[*(const int *)((const char *)target + from->at)], *owner = from->names[item->number];
  const il_yaml key = {.origin = child->origin, .line = child->key_line, .column = child->key_column};
  return il_yaml_fail(error, &key, "`%s` is an option of %s `%s`, but `%s` is `%s`; expected `%s: %s` with it",
                      child->key, from->choice, owner, from->choice, chosen, from->choice, owner);
}

static il_status bind_key(void *target, uint64_t *seen, const il_schema *schema, const il_yaml *child, il_arena *arena,
                          il_error *error) {
  int index;
  il_schema_item item;
  const il_option *row = il_schema_find(schema->options, target, child->key, &index);
  if (!row && is_other(schema, child->key)) return IL_OK;
  bool retired = false;
  il_status status = row ? IL_OK : retired_key(&retired, schema, child, error);
  if (status != IL_OK || retired) return status;
  if (!row) return unknown_key(schema, target, child, error);
  (void)il_schema_at(&item, schema->options, index);
  if (!il_schema_applies(&item, target)) return other_choice(target, schema->options, &item, child, arena, error);
  status = il_schema_set(target, row, child, arena, error);
  if (status == IL_OK && seen) *seen |= UINT64_C(1) << index;
  return status;
}

il_status il_schema_bind(void *target, uint64_t *seen, const il_schema *schema, const il_yaml *map, il_arena *arena,
                         il_error *error) {
  if (!map) return IL_OK;
  char buffer[IL_YAML_SHOWN];
  if (map->kind != IL_YAML_MAP)
    return il_yaml_fail(error, map, "%s is %s; expected a map of `key: value` lines", schema->what, shown(buffer, map));
  il_status status = bind_choices(target, schema, map, arena, error);
  for (const il_yaml *child = map->first; child && status == IL_OK; child = child->next)
    status = bind_key(target, seen, schema, child, arena, error);
  return status;
}

il_status il_schema_require(uint64_t seen, const il_schema *schema, const il_yaml *where, il_error *error) {
  il_schema_item item;
  for (int i = 0; il_schema_at(&item, schema->options, i); i++) {
    const il_option *row = item.row;
    if (row->fallback || (seen >> i & 1)) continue;
    char expected[EXPECTED_SIZE];
    il_schema_expected(expected, sizeof expected, row);
    return il_yaml_fail(error, where, "`%s` is missing in %s; expected %s", row->name, schema->what, expected);
  }
  return IL_OK;
}

il_status il_schema_read(void *target, const il_schema *schema, const il_yaml *map, const il_yaml *where,
                         il_arena *arena, il_error *error) {
  uint64_t seen = 0;
  il_status status = il_schema_defaults(target, schema, arena, error);
  if (status == IL_OK) status = il_schema_bind(target, &seen, schema, map, arena, error);
  if (status == IL_OK) status = il_schema_require(seen, schema, map ? map : where, error);
  return status;
}
