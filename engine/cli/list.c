/* innerloop list: what there is, from the tables. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/plugin.h"
#include "experiment/schema.h"
#include "formats/yaml.h"
#include "results/published.h"

static void print_row(const char *name, const char *summary) {
  printf("  %-28s %s\n", name, summary ? summary : "");
}

static const char *text_at(const il_yaml *root, const char *key) {
  const il_yaml *node = root ? il_yaml_get(root, key) : NULL;
  return node && node->kind == IL_YAML_SCALAR ? node->text : "";
}

/* What a file says it is: the first sentence of a key, and all of another. */
static void summarise(char *summary, size_t size, const il_row_kind *kind, const il_embedded *file) {
  il_arena *arena = il_arena_new();
  il_yaml *root = NULL;
  if (arena && il_yaml_parse(&root, file->path, file->text, file->size, arena, NULL) != IL_OK) root = NULL;
  const char *more = kind->about_key ? text_at(root, kind->about_key) : "";
  snprintf(summary, size, "%.120s%s%.60s", text_at(root, kind->summary_key), *more ? "; " : "", more);
  summary[strcspn(summary, "\n")] = '\0';
  char *sentence = strstr(summary, ". ");
  if (sentence) *sentence = '\0';
  il_arena_free(arena);
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

static void list_rows(const il_registry *registry, int kind) {
  il_row row;
  char summary[200];
  for (int i = 0; il_row_kinds[kind].at(&row, registry, i); i++) {
    if (il_row_kinds[kind].summary_key) summarise(summary, sizeof summary, &il_row_kinds[kind], row.self);
    print_row(row.name, il_row_kinds[kind].summary_key ? summary : row.summary);
    if (kind == IL_ROW_PUBLISHED) print_figures(row.self);
  }
}

typedef struct list_values {
  il_texts plugins;
} list_values;

static const il_argument rows[] = {IL_PLUGIN_ARGUMENT(list_values)};

static const il_usage usage = {
    .command = "list",
    .summary =
        "prints what there is: algorithms, models, suites, optimisers, schedules, experiments, published figures",
    .positional = "[KIND]",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .most = 1,
    .details = "KIND is algorithms, models, suites, optimisers, schedules, experiments or published; without\n"
               "it all are printed. `innerloop describe NAME` prints any of them in full.\n",
};

static il_status unknown_kind(const char *name, il_error *error) {
  const char *names[IL_ROW_KINDS + 1] = {NULL};
  for (int i = 0; i < IL_ROW_KINDS; i++) names[i] = il_row_kinds[i].plural;
  const char *nearest = il_schema_nearest(name, names);
  if (nearest) return il_fail(error, IL_INVALID, "list: no kind `%.60s`; did you mean `%s`?", name, nearest);
  return il_fail(error, IL_INVALID, "list: no kind `%.60s`; expected one of those that `innerloop list` prints", name);
}

static il_status list_kinds(const il_registry *registry, const il_texts *wanted, il_error *error) {
  bool found = false;
  for (int kind = 0; kind < IL_ROW_KINDS; kind++) {
    if (wanted->count > 0 && strcmp(wanted->at[0], il_row_kinds[kind].plural) != 0) continue;
    if (wanted->count == 0) printf("%s%s:\n", found ? "\n" : "", il_row_kinds[kind].plural);
    list_rows(registry, kind);
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
