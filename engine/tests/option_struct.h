/* Options structs of suites and models for tests: defaults from the table, single values from text, as a YAML would. */
#ifndef INNERLOOP_TESTS_OPTION_STRUCT_H
#define INNERLOOP_TESTS_OPTION_STRUCT_H

#include "cmocka_all.h"

#include "experiment/schema.h"

/* A struct with the table's defaults, in `arena`. */
static inline void *option_struct(const il_options *options, il_arena *arena) {
  il_error error = {0};
  il_schema schema = {.options = options, .what = "test"};
  void *made = il_arena_get(arena, 1, options->size);
  assert_non_null(made);
  assert_int_equal(il_schema_defaults(made, &schema, arena, &error), IL_OK);
  return made;
}

static inline void option_set(void *target, const il_options *options, const char *name, const char *text,
                              il_arena *arena) {
  il_error error = {0};
  const il_option *row = il_schema_row(options, name, NULL);
  assert_non_null(row);
  il_status status = il_schema_set_text(target, row, text, "test", arena, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
}

#endif
