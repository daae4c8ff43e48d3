/* covers: harness */
/* The built-in tables: sound rows, and the corpus of broken files against them, each with the one line it must give. */
#include "arena_fixture.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "algorithms/schedule.h"
#include "cli/builtin.h"
#include "experiment/config.h"
#include "experiment/config_tables.h"
#include "experiment/schema.h"
#include "harness/rehearsal.h"

/* Every row obeys the rules that rows of plug-ins must obey, every default of every table its own row. */
static void built_in_tables_are_sound(void **state) {
  for (int k = 0; k < IL_ROW_KINDS; k++) {
    il_row row;
    int i = 0;
    for (; il_row_kinds[k].at(&row, &il_builtin_registry, i); i++) {
      il_error error = {0};
      il_row found;
      assert_true(il_row_called(&found, &il_builtin_registry, k, row.name));
      assert_ptr_equal(found.self, row.self);
      if (il_row_kinds[k].needs && il_row_check(&il_row_kinds[k], &row, *state, &error) != IL_OK)
        fail_msg("%s", error.message);
    }
    assert_in_range(i, 1, IL_ROWS_MAX);
  }
  const il_options *tables[] = {&il_training_table, &il_evaluation_table, &il_adapt_table, &il_outer_table};
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    void *target = il_arena_get(*state, 1, tables[i]->size + 1);
    il_schema schema = {.options = tables[i], .what = "a table"};
    il_error error = {0};
    if (il_schema_defaults(target, &schema, *state, &error) != IL_OK) fail_msg("%s", error.message);
    il_schema_item item;
    for (int r = 0; il_schema_at(&item, tables[i], r); r++) {
      const il_option *row = item.row;
      char printed[64];
      assert_non_null(row->help);
      if (!row->added_later) continue; /* its default is recognised by how it is printed */
      assert_int_equal(il_schema_row_value(printed, sizeof printed, row, target), 0);
      assert_string_equal(printed, row->fallback);
    }
  }
}

/* Whether the rows lie in the room at `own`, `size` bytes. */
static void assert_within(const il_options *rows, size_t own, size_t size) {
  for (int i = 0; i < rows->count; i++) {
    size_t at = rows->rows[i].offset;
    if (at < own || at + il_schema_size(rows->rows[i].type) > own + size) fail_msg("%s", rows->rows[i].name);
  }
}

/* What an optimiser, a schedule brings lies in its own room, and no option that applies is called like another one. */
static void brought_options_fit(void **state) {
  const il_options *tables[] = {&il_inner_table, &il_adapt_table, &il_validation_table, &il_outer_table};
  (void)state;
  for (int i = 0; il_optimiser_names[i]; i++)
    assert_within(il_optimiser_rows(i), offsetof(il_optimiser_options, own) + (size_t)i * IL_OPTIMISER_BYTES,
                  IL_OPTIMISER_BYTES);
  for (int i = 0; il_schedule_names[i]; i++)
    assert_within(il_schedule_rows(i), offsetof(il_outer_options, schedule_own) + (size_t)i * IL_SCHEDULE_BYTES,
                  IL_SCHEDULE_BYTES);
  for (int i = 0; il_optimiser_names[i]; i++)
    for (int s = 0; il_schedule_names[s]; s++)
      for (int t = 0; t < 4; t++) {
        il_outer_options outer = {.rule.optimiser = i, .schedule = s};
        il_inner_options inner = {.rule.optimiser = i};
        const void *target = t == 3 ? (const void *)&outer : &inner;
        il_schema_item item;
        for (int r = 0, index; il_schema_at(&item, tables[t], r); r++) {
          assert_in_range(r, 0, IL_SCHEMA_ROWS_MAX - 1);
          (void)il_schema_find(tables[t], target, item.row->name, &index);
          if (il_schema_applies(&item, target) && index != r) fail_msg("two options are called %s", item.row->name);
        }
      }
}

/* A row with one thing wrong is refused with a line that says what. */
static void faulty_rows_are_refused(void **state) {
  static const il_option sound = {.name = "x", .type = IL_OPTION_INT, .fallback = "1", .high = 9, .help = "a number"};
  static const struct {
    il_option option;
    const char *name, *summary, *says;
    bool incomplete;
  } cases[] = {
      {.name = "Mine", .summary = "s", .says = "`Mine` is not allowed"},
      {.name = "9", .summary = "s", .says = "`9` is not allowed"},
      {.name = NULL, .summary = "s", .says = "`` is not allowed"},
      {.name = "mine", .summary = "", .says = "no summary"},
      {.name = "mine", .summary = "s", .incomplete = true, .says = "lacks a function"},
      {.option = {.name = "inner"}, .says = "no key of the entry itself"},
      {.option = {.name = "A b"}, .says = "a name of lower-case"},
      {.option = {.type = (il_option_type)99}, .says = "a type"},
      {.option = {.type = IL_OPTION_CHOICE}, .says = "choices"},
      {.option = {.offset = 1}, .says = "within its struct"},
      {.option = {.type = IL_OPTION_REAL}, .says = "within its struct"},
      {.option = {.fallback = "10"}, .says = "10"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    il_option option = sound;
    if (cases[i].option.name) option.name = cases[i].option.name;
    if (cases[i].option.type) option.type = cases[i].option.type;
    if (cases[i].option.offset) option.offset = cases[i].option.offset;
    if (cases[i].option.fallback) option.fallback = cases[i].option.fallback;
    bool option_case = !cases[i].name && !cases[i].summary;
    const il_options options = {.rows = &option, .count = 1, .size = sizeof(int)};
    const il_row row = {.name = option_case ? "mine" : cases[i].name,
                        .summary = option_case ? "s" : cases[i].summary,
                        .options = &options,
                        .complete = !cases[i].incomplete};
    il_error error = {0};
    assert_int_equal(il_row_check(&il_row_kinds[IL_ROW_ALGORITHM], &row, *state, &error), IL_INVALID);
    if (!strstr(error.message, cases[i].says)) fail_msg("%s\nexpected: %s", error.message, cases[i].says);
  }
}

static void every_built_in_algorithm_resolves(void **state) {
  for (int i = 0; il_builtin_registry.algorithms[i]; i++) {
    const il_suite *const *suite = il_builtin_registry.suites; /* the first of a kind the algorithm is for */
    while (*suite && il_builtin_registry.algorithms[i]->refusals[(*suite)->kind->targets]) suite++;
    assert_non_null(*suite);
    char text[256];
    il_experiment *experiment;
    il_error error = {0};
    snprintf(text, sizeof text, "experiment: x\nsuite: %s\nmodel: %s\ntraining: {iterations: 1}\nalgorithms: [%s]\n",
             (*suite)->name, il_builtin_registry.models[0]->name, il_builtin_registry.algorithms[i]->name);
    if (il_experiment_parse(&experiment, "e", text, strlen(text), NULL, &il_builtin_registry, *state, &error) != IL_OK)
      fail_msg("%s", error.message);
  }
}

/* The way of a run up to training: the schema, then what only the suite, the model or the algorithm know. */
static il_status read_and_rehearse(const char *path, const char *text, size_t size, il_error *error) {
  il_arena *arena = il_arena_new();
  il_experiment *experiment;
  il_session *session = NULL;
  il_status status = il_experiment_parse(&experiment, path, text, size, NULL, &il_builtin_registry, arena, error);
  if (status == IL_OK) status = il_session_open(&session, experiment, 1, NULL, NULL, error);
  for (int a = 0; status == IL_OK && a < experiment->n_algorithms; a++)
    status = il_rehearse(NULL, session, a, 0, error);
  il_session_close(session);
  il_arena_free(arena);
  return status;
}

/* One file of the corpus: refused with one line that has a position and holds what its first line expects. */
static void check_broken(const char *folder, const char *name) {
  char path[1024], text[8192 + 60000], expected[512] = "", prefix[1100];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t size = fread(text, 1, sizeof text - 1, file);
  assert_int_equal(fclose(file), 0);
  text[size] = '\0';
  if (sscanf(text, "# expect: %511[^\n]", expected) != 1) fail_msg("%s: no `# expect: ` line", name);
  il_error error = {0};
  il_status status = read_and_rehearse(path, text, size, &error);
  snprintf(prefix, sizeof prefix, "%s:", path);
  int line = 0, column = 0;
  bool placed = strncmp(error.message, prefix, strlen(prefix)) == 0 &&
                sscanf(error.message + strlen(prefix), "%d:%d: ", &line, &column) == 2 && line > 0 && column > 0;
  if (status != IL_INVALID || !placed || !strstr(error.message, expected) || strchr(error.message, '\n'))
    fail_msg("%s: %s\nexpected: %s", name, error.message, expected);
}

static void corpus_of_broken_files(void **state) {
  (void)state;
  const char *source = getenv("IL_SOURCE_DIR");
  if (!source) skip();
  char folder[512];
  snprintf(folder, sizeof folder, "%s/engine/tests/broken", source);
  DIR *directory = opendir(folder);
  assert_non_null(directory);
  int count = 0;
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (!strstr(entry->d_name, ".yaml")) continue;
    check_broken(folder, entry->d_name);
    count++;
  }
  closedir(directory);
  assert_true(count >= 100);
}

/* engine/tests/flattened/NAME.yaml: what the built-in experiment omniglot/NAME says with all that it extends, written
 * out. */
static void extended_experiments_equal_their_flattened_form(void **state) {
  static const char *const names[] = {"5way-5shot", "20way-1shot", "20way-5shot", "5way-5shot-mlp"};
  const char *source = getenv("IL_SOURCE_DIR");
  if (!source) skip();
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char flat[512], built_in[64], on_disk[512];
    snprintf(flat, sizeof flat, "%s/engine/tests/flattened/%s.yaml", source, names[i]);
    snprintf(on_disk, sizeof on_disk, "%s/experiments/omniglot/%s.yaml", source, names[i]);
    snprintf(built_in, sizeof built_in, "omniglot/%s", names[i]);
    const char *const files[] = {flat, built_in, on_disk};
    il_experiment *read[3];
    il_error error = {0};
    for (int k = 0; k < 3; k++)
      if (il_experiment_read(&read[k], files[k], NULL, &il_builtin_registry, *state, &error) != IL_OK)
        fail_msg("%s", error.message);
    assert_string_equal(read[1]->digest, read[0]->digest);
    assert_string_equal(read[2]->digest, read[0]->digest);
    assert_true(!*read[0]->extends && *read[1]->extends && *read[2]->extends);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(built_in_tables_are_sound), cmocka_unit_test(brought_options_fit),
      cmocka_unit_test(faulty_rows_are_refused),   cmocka_unit_test(every_built_in_algorithm_resolves),
      cmocka_unit_test(corpus_of_broken_files),    cmocka_unit_test(extended_experiments_equal_their_flattened_form),
  };
  return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
