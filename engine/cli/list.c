/* innerloop list: what there is, from the tables. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/plugin.h"
#include "experiment/embedded.h"
#include "experiment/schema.h"
#include "formats/yaml.h"
#include "results/published.h"

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

static const char *text_at(const il_yaml *root, const char *key) {
  const il_yaml *node = root ? il_yaml_get(root, key) : NULL;
  return node && node->kind == IL_YAML_SCALAR ? node->text : "";
}

/* One embedded file: its name, the first sentence of its key `first`, and `second` (may be NULL). */
static void print_file(const il_embedded *file, const char *first, const char *second) {
  char name[IL_EMBEDDED_NAME], summary[200];
  il_arena *arena = il_arena_new();
  il_yaml *root = NULL;
  if (arena && il_yaml_parse(&root, file->path, file->text, file->size, arena, NULL) != IL_OK) root = NULL;
  const char *more = second ? text_at(root, second) : "";
  snprintf(summary, sizeof summary, "%.120s%s%.60s", text_at(root, first), *more ? "; " : "", more);
  summary[strcspn(summary, "\n")] = '\0';
  char *sentence = strstr(summary, ". ");
  if (sentence) *sentence = '\0';
  print_row(il_embedded_name(name, file->path), summary);
  il_arena_free(arena);
}

static void list_experiments(const il_registry *registry) {
  for (const il_embedded *file = registry->experiments; file && file->path; file++)
    print_file(file, "description", NULL);
}

/* "12 read, 4 second-hand": how many of the figures have each of `names` in the int at `offset`. */
static void print_counts(const il_published *published, const char *const *names, size_t offset) {
  const char *separator = "";
  for (int kind = 0; names[kind]; kind++) {
    int count = 0;
    for (int i = 0; i < published->count; i++)
      count += *(const int *)((const char *)&published->at[i] + offset) == kind;
    if (count == 0) continue;
    printf("%s%d %s", separator, count, names[kind]);
    separator = ", ";
  }
}

/* How the figures of a file were obtained, and what their +- is. */
static void print_figures(const il_embedded *file) {
  il_arena *arena = il_arena_new();
  il_published published = {0};
  if (arena && il_published_parse(&published, file->path, file->text, file->size, arena, NULL) == IL_OK) {
    printf("  %-28s ", "");
    print_counts(&published, il_evidence_names, offsetof(il_figure, evidence));
    printf("; +-: ");
    print_counts(&published, il_printed_names, offsetof(il_figure, printed));
    puts("");
  }
  il_arena_free(arena);
}

static void list_published(const il_registry *registry) {
  for (const il_embedded *file = registry->published; file && file->path; file++) {
    print_file(file, "title", "paper");
    print_figures(file);
  }
}

static const struct {
  const char *name;
  void (*list)(const il_registry *registry);
} kinds[] = {
    {"algorithms", list_algorithms},   {"models", list_models},       {"suites", list_suites},
    {"experiments", list_experiments}, {"published", list_published},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

typedef struct list_values {
  il_texts plugins;
} list_values;

static const il_argument rows[] = {IL_PLUGIN_ARGUMENT(list_values)};

static const il_usage usage = {
    .command = "list",
    .summary = "prints what there is: algorithms, models, suites, experiments, published figures",
    .positional = "[KIND]",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .most = 1,
    .details = "KIND is algorithms, models, suites, experiments or published; without it all are printed. `innerloop "
               "describe NAME`\n"
               "prints any of them in full.\n",
};

static il_status unknown_kind(const char *name, il_error *error) {
  const char *names[KINDS + 1] = {NULL};
  for (int i = 0; i < KINDS; i++) names[i] = kinds[i].name;
  const char *nearest = il_schema_nearest(name, names);
  if (nearest) return il_fail(error, IL_INVALID, "list: no kind `%.60s`; did you mean `%s`?", name, nearest);
  return il_fail(error, IL_INVALID,
                 "list: no kind `%.60s`; expected algorithms, models, suites, experiments or published", name);
}

static il_status list_kinds(const il_registry *registry, const il_texts *wanted, il_error *error) {
  bool found = false;
  for (int i = 0; i < KINDS; i++) {
    if (wanted->count > 0 && strcmp(wanted->at[0], kinds[i].name) != 0) continue;
    if (wanted->count == 0) printf("%s%s:\n", found ? "\n" : "", kinds[i].name);
    kinds[i].list(registry);
    found = true;
  }
  return found ? IL_OK : unknown_kind(wanted->at[0], error);
}

static il_status run(const il_cli *cli, int argc, char **argv, il_error *error) {
  list_values values = {0};
  il_texts wanted;
  il_registry registry;
  il_status status = il_arguments_parse(&values, &wanted, &usage, argc, argv, error);
  if (status != IL_OK) return status;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the tables", 0);
  status = il_plugins_load(&registry, cli->registry, &values.plugins, arena, error);
  if (status == IL_OK) status = list_kinds(&registry, &wanted, error);
  il_arena_free(arena);
  return status;
}

const il_command il_command_list = {.usage = &usage, .run = run};
