/* What a row of the tables must be like: the built-in ones in a test, those of plug-ins when they are loaded. */
#include <string.h>

#include "base/name_rule.h"
#include "cli/builtin.h"
#include "experiment/config_sections.h"
#include "experiment/schema.h"

enum { WHAT_SIZE = 96 };

/* What is wrong with an option, or NULL. */
static const char *option_fault(const il_options *options, int index) {
  const il_option *option = &options->rows[index];
  if (!il_name_allowed(IL_NAME_ROW, option->name)) return "a name of lower-case letters, digits, `-` and `_`";
  const char *keys[IL_SECTION_KEYS_MAX];
  for (const char *const *key = il_config_section_keys(keys, IL_HOLDER_ENTRY); *key; key++)
    if (strcmp(option->name, *key) == 0) return "a name that is no key of the entry itself";
  for (int i = 0; i < index; i++)
    if (strcmp(option->name, options->rows[i].name) == 0) return "a name of its own";
  if ((int)option->type < 0 || option->type > IL_OPTION_TEXT_LIST) return "a type of il_option_type";
  if (option->type == IL_OPTION_CHOICE && !option->choices) return "choices";
  if (!option->help) return "a help text";
  size_t bytes = il_schema_size(option->type);
  return bytes > options->size || option->offset > options->size - bytes ? "a field within its struct" : NULL;
}

static il_status check_options(const il_options *options, const char *what, il_arena *arena, il_error *error) {
  if (options->count < 0 || options->count > IL_SCHEMA_ROWS_MAX || (options->count > 0 && !options->rows))
    return il_fail(error, IL_INVALID, "%s: its table has %d options; expected at most %d", what, options->count,
                   IL_SCHEMA_ROWS_MAX);
  for (int i = 0; i < options->count; i++) {
    const char *name = options->rows[i].name, *fault = option_fault(options, i);
    if (fault)
      return il_fail(error, IL_INVALID, "%s: its option %d, `%.60s`; expected %s", what, i, name ? name : "", fault);
  }
  il_schema schema = {.options = options, .what = what};
  void *target = il_arena_get(arena, 1, options->size ? options->size : 1);
  return target ? il_schema_defaults(target, &schema, arena, error) : il_fail_memory(error, "options", options->size);
}

il_status il_row_check(const il_row_kind *kind, const il_row *row, il_arena *arena, il_error *error) {
  char what[WHAT_SIZE], expected[IL_NAME_EXPECTED];
  if (!il_name_allowed(IL_NAME_ROW, row->name))
    return il_fail(error, IL_INVALID, "the name of the %s `%.60s` is not allowed; expected %s", kind->name,
                   row->name ? row->name : "", il_name_expected(expected, IL_NAME_ROW));
  (void)snprintf(what, sizeof what, "%s `%s`", kind->name, row->name);
  if (!row->summary || !*row->summary) return il_fail(error, IL_INVALID, "%s has no summary; expected one line", what);
  if (!row->complete) return il_fail(error, IL_INVALID, "%s lacks a function; expected %s", what, kind->needs);
  return check_options(row->options, what, arena, error);
}
