/* The built-in tables: sound rows, and the corpus of broken files against them, each with the one line it must give. */
#include "cmocka_all.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "cli/registry.h"
#include "harness/config.h"
#include "harness/config_tables.h"
#include "harness/schema.h"

/* Every default of every built-in table obeys its own row, and no option takes a name the entry needs for itself. */
static void built_in_tables_are_sound(void **state) {
  static const char *const reserved[] = {"name", "label", "training", "inner", "adapt", "outer", NULL};
  const il_options *tables[256];
  int count = 0;
  for (int i = 0; il_builtin_registry.algorithms[i]; i++) tables[count++] = &il_builtin_registry.algorithms[i]->options;
  for (int i = 0; il_builtin_registry.suites[i]; i++) tables[count++] = &il_builtin_registry.suites[i]->options;
  for (int i = 0; il_builtin_registry.models[i]; i++) tables[count++] = &il_builtin_registry.models[i]->options;
  tables[count++] = &il_training_table;
  tables[count++] = &il_evaluation_table;
  tables[count++] = &il_adapt_table;
  tables[count++] = &il_outer_table;
  for (int i = 0; i < count; i++) {
    void *target = il_arena_get(*state, 1, tables[i]->size + 1);
    il_schema schema = {.options = tables[i], .what = "a table"};
    il_error error = {0};
    if (il_schema_defaults(target, &schema, *state, &error) != IL_OK) fail_msg("%s", error.message);
    for (int row = 0; row < tables[i]->count; row++) {
      assert_non_null(tables[i]->rows[row].help);
      for (int j = 0; reserved[j]; j++) assert_string_not_equal(tables[i]->rows[row].name, reserved[j]);
    }
  }
}

static void every_built_in_algorithm_resolves(void **state) {
  for (int i = 0; il_builtin_registry.algorithms[i]; i++) {
    char text[256];
    il_experiment *experiment;
    il_error error = {0};
    snprintf(text, sizeof text, "experiment: x\nsuite: %s\nmodel: %s\ntraining: {iterations: 1}\nalgorithms: [%s]\n",
             il_builtin_registry.suites[0]->name, il_builtin_registry.models[0]->name,
             il_builtin_registry.algorithms[i]->name);
    if (il_experiment_parse(&experiment, "e", text, strlen(text), NULL, &il_builtin_registry, *state, &error) != IL_OK)
      fail_msg("%s", error.message);
  }
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
  il_arena *arena = il_arena_new();
  il_experiment *experiment;
  il_error error = {0};
  il_status status = il_experiment_parse(&experiment, path, text, size, NULL, &il_builtin_registry, arena, &error);
  snprintf(prefix, sizeof prefix, "%s:", path);
  int line = 0, column = 0;
  bool placed = strncmp(error.message, prefix, strlen(prefix)) == 0 &&
                sscanf(error.message + strlen(prefix), "%d:%d: ", &line, &column) == 2 && line > 0 && column > 0;
  if (status != IL_INVALID || experiment || !placed || !strstr(error.message, expected) || strchr(error.message, '\n'))
    fail_msg("%s: %s\nexpected: %s", name, error.message, expected);
  il_arena_free(arena);
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

static int setup(void **state) {
  return (*state = il_arena_new()) ? 0 : -1;
}
static int teardown(void **state) {
  il_arena_free(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(built_in_tables_are_sound),
      cmocka_unit_test(every_built_in_algorithm_resolves),
      cmocka_unit_test(corpus_of_broken_files),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
