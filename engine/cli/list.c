/* innerloop list: what there is, from the tables. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "harness/schema.h"
#include "harness/yaml.h"

static void print_row(const char *name, const char *summary) {
  printf("  %-28s %s\n", name, summary ? summary : "");
}

static void list_algorithms(const il_registry *registry) {
  for (int i = 0; registry->algorithms[i]; i++)
    print_row(registry->algorithms[i]->name, registry->algorithms[i]->summary);
}

static void list_models(const il_registry *registry) {
  for (int i = 0; registry->models[i]; i++) print_row(registry->models[i]->name, registry->models[i]->summary);
}

static void list_suites(const il_registry *registry) {
  for (int i = 0; registry->suites[i]; i++) print_row(registry->suites[i]->name, registry->suites[i]->summary);
}

/* The first of `keys` that the file has as text, up to its first line end or full stop. */
static void print_file(const il_embedded *file, const char *folder, const char *const *keys) {
  char name[128], summary[160] = "";
  const char *start = strncmp(file->path, folder, strlen(folder)) == 0 ? file->path + strlen(folder) : file->path;
  snprintf(name, sizeof name, "%s", start);
  char *suffix = strstr(name, ".yaml");
  if (suffix) *suffix = '\0';
  il_arena *arena = il_arena_new();
  il_yaml *root = NULL;
  if (arena && il_yaml_parse(&root, file->path, file->text, file->size, arena, NULL) == IL_OK) {
    for (int i = 0; keys[i] && !*summary; i++) {
      const il_yaml *node = il_yaml_get(root, keys[i]);
      if (node && node->kind == IL_YAML_SCALAR) snprintf(summary, sizeof summary, "%s", node->text);
    }
    summary[strcspn(summary, "\n")] = '\0';
  }
  il_arena_free(arena);
  print_row(name, summary);
}

static void list_experiments(const il_registry *registry) {
  static const char *const keys[] = {"description", NULL};
  for (const il_embedded *file = registry->experiments; file && file->path; file++)
    print_file(file, "experiments/", keys);
}

static void list_published(const il_registry *registry) {
  static const char *const keys[] = {"title", "description", "source", "citation", "paper", NULL};
  for (const il_embedded *file = registry->published; file && file->path; file++)
    print_file(file, "baselines/published/", keys);
}

static const struct {
  const char *name;
  void (*list)(const il_registry *registry);
} kinds[] = {
    {"algorithms", list_algorithms},   {"models", list_models},       {"suites", list_suites},
    {"experiments", list_experiments}, {"published", list_published},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const il_usage usage = {
    .command = "list",
    .summary = "prints what there is: algorithms, models, suites, experiments, published figures",
    .positional = "[KIND]",
    .most = 1,
    .details = "KIND is algorithms, models, suites, experiments or published; without it all are printed.\n",
};

static il_status unknown_kind(const char *name, il_error *error) {
  const char *names[KINDS + 1] = {NULL};
  for (int i = 0; i < KINDS; i++) names[i] = kinds[i].name;
  const char *nearest = il_schema_nearest(name, names);
  if (nearest) return il_fail(error, IL_INVALID, "list: no kind `%.60s`; did you mean `%s`?", name, nearest);
  return il_fail(error, IL_INVALID,
                 "list: no kind `%.60s`; expected algorithms, models, suites, experiments or published", name);
}

static il_status run(const il_cli *cli, int argc, char **argv, il_error *error) {
  il_texts wanted;
  il_status status = il_arguments_parse(NULL, &wanted, &usage, argc, argv, error);
  if (status != IL_OK) return status;
  bool found = false;
  for (int i = 0; i < KINDS; i++) {
    if (wanted.count > 0 && strcmp(wanted.at[0], kinds[i].name) != 0) continue;
    if (wanted.count == 0) printf("%s%s:\n", found ? "\n" : "", kinds[i].name);
    kinds[i].list(cli->registry);
    found = true;
  }
  return found ? IL_OK : unknown_kind(wanted.at[0], error);
}

const il_command il_command_list = {.usage = &usage, .run = run};
