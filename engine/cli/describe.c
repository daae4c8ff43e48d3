/* innerloop describe: every option of an algorithm, model or suite with type, default, range, help and source; the text
 * of a built-in experiment or of a file of published figures. */
#include <stdio.h>
#include <string.h>

#include "algorithms/learner.h"
#include "algorithms/optimiser.h"
#include "algorithms/schedule.h"
#include "cli/cli.h"
#include "cli/page.h"
#include "cli/plugin.h"
#include "experiment/config_sections.h"
#include "experiment/config_tables.h"
#include "experiment/schema.h"

typedef struct describe_values {
  il_texts plugins;
} describe_values;

static const il_argument rows[] = {IL_PLUGIN_ARGUMENT(describe_values)};

static const il_usage usage = {
    .command = "describe",
    .summary = "prints every option of an algorithm, model, suite, optimiser, schedule or section; a built-in file",
    .positional = "NAME",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .least = 1,
    .most = 1,
    .details =
        "NAME is an algorithm, a model, a suite, a built-in experiment, published figures (`innerloop list` prints\n"
        "them); an optimiser: sgd or adam; a schedule: constant, linear, cosine or halving; a section: training,\n"
        "evaluation, evaluators, inner, adapt or outer; or `experiment`: the keys that every experiment has.\n",
};

/* What adapt options default to in the absence of anything else: the section says so, the table cannot. */
static const char *adapt_default(const il_option *row) {
  if (strcmp(row->name, "steps") == 0) return "evaluation.steps";
  if (strcmp(row->name, "tune") == 0 || strcmp(row->name, "report_step") == 0) return row->fallback;
  return "as in inner";
}

static const char *default_of(const il_option *row, const char *section, const il_default *defaults) {
  char path[128];
  snprintf(path, sizeof path, "%s.%s", section, row->name);
  for (; defaults && defaults->path; defaults++)
    if (strcmp(defaults->path, path) == 0) return defaults->value;
  if (strcmp(section, "adapt") == 0) return adapt_default(row);
  if (!row->fallback) return NULL;
  return *row->fallback ? row->fallback : "\"\"";
}

/* A word and a text, wrapped together. */
static void print_after(int indent, const char *word, const char *text) {
  printf("%*s%s", indent, "", word);
  il_page_text(stdout, indent + (int)strlen(word), indent, text);
}

static void print_option(const il_option *row, const char *fallback) {
  char expected[512];
  il_schema_expected(expected, sizeof expected, row);
  printf("  %s: %s\n", row->name, fallback ? fallback : "(required)");
  size_t length = strlen(expected);
  if (row->unit) (void)snprintf(expected + length, sizeof expected - length, "; unit: %s", row->unit);
  il_page_text(stdout, 0, 6, expected);
  if (row->help) il_page_text(stdout, 0, 6, row->help);
  if (row->source && fallback == row->fallback) print_after(6, "source:", row->source);
}

static void print_options(const char *title, const char *section, const il_options *options,
                          const il_default *defaults) {
  il_schema_item item;
  printf("\n%s:%s\n", title, options->count == 0 ? " none" : "");
  for (int i = 0; il_schema_at(&item, options, i); i++) print_option(item.row, default_of(item.row, section, defaults));
}

static void print_head(const char *kind, const char *name, const char *summary, const char *citation) {
  char head[128];
  (void)snprintf(head, sizeof head, "%s %.60s:", kind, name);
  print_after(0, head, summary ? summary : "");
  if (citation) print_after(0, "source:", citation);
}

/* Defaults that hold for one sort of targets alone. */
static void print_kind_defaults(const il_algorithm *algorithm) {
  static const char *const kinds[] = {[IL_NUMBERS] = "regression", [IL_CLASSES] = "classification"};
  for (int kind = 0; kind < IL_TARGETS; kind++) {
    const il_default *row = algorithm->kind_defaults[kind];
    char head[64];
    (void)snprintf(head, sizeof head, "not for %s:", kinds[kind]);
    if (algorithm->refusals[kind]) print_after(0, head, algorithm->refusals[kind]);
    if (!row) continue;
    printf("\ndefaults in %s:\n", kinds[kind]);
    for (; row->path; row++) printf("  %s: %s\n", row->path, row->value);
    if (algorithm->kind_sources[kind]) print_after(6, "source:", algorithm->kind_sources[kind]);
  }
}

/* As its own options are by default. */
static bool sees_context(const il_algorithm *algorithm) {
  il_schema schema = {.options = &algorithm->options, .what = "an algorithm"};
  il_arena *arena = il_arena_new();
  void *options = arena ? il_arena_get(arena, 1, algorithm->options.size + 1) : NULL;
  bool read = options && il_schema_defaults(options, &schema, arena, NULL) == IL_OK;
  bool context = read && il_learner_form(algorithm, options).context;
  il_arena_free(arena);
  return context;
}

static void describe_algorithm(const il_row *row) {
  const il_algorithm *algorithm = row->self;
  if (!algorithm->build) puts("does not train");
  if (sees_context(algorithm)) puts("its inputs are extended by the suite's task parameters");
  print_options("own options, beside `name` and `label`", "", row->options, NULL);
  for (int i = 0; i < IL_SECTIONS; i++)
    if (il_config_section_of_entry(&il_config_sections[i]))
      print_options(il_config_sections[i].name, il_config_sections[i].name, il_config_sections[i].options,
                    algorithm->defaults);
  print_kind_defaults(algorithm);
}

static void describe_options(const il_row *row) {
  print_options("options, beside `name`", "", row->options, NULL);
}

static bool describe_experiment(const char *name) {
  if (strcmp(name, "experiment") != 0) return false;
  il_page_lines(stdout,
                "an experiment, a YAML file with these keys, and `suite`, `model` (each with a `name` and its\n"
                "options), `seeds` (a list, or a range such as 0-4; default 0), `evaluators` (`describe evaluators`)\n"
                "and `algorithms` (a list of entries with a `name`). `extends: OTHER.yaml` (beside the file, or a\n"
                "built-in experiment) starts from another experiment, before --set: maps are merged key by key (one\n"
                "with another `name` replaces the whole map), lists and values are replaced; entries of `algorithms`\n"
                "change the entry of the same label (name, where it has none), new ones follow behind\n");
  print_options("at the top", "", &il_experiment_table, NULL);
  print_options("training", "training", &il_training_table, NULL);
  print_options("evaluation", "evaluation", &il_evaluation_table, NULL);
  return true;
}

static int describe_sections(const char *name, int found) {
  for (int i = 0; i < IL_SECTIONS; i++) {
    const il_config_section *section = &il_config_sections[i];
    if (!section->summary || strcmp(section->name, name) != 0) continue;
    if (found++) puts("");
    print_head("section", name, section->summary, NULL);
    print_options("options, where no algorithm has a default of its own", name, section->options, NULL);
  }
  return found;
}

/* What one choice goes by: the rows it brings, and those of the section that are common to choices. */
static void print_chosen(const il_options *options, const il_brought *by, const char *name, const char *const *common) {
  il_schema_item item;
  puts("\noptions:");
  for (int i = 0; il_schema_at(&item, options, i); i++) {
    bool shown = item.from == by && strcmp(by->names[item.number], name) == 0;
    for (int k = 0; common[k]; k++) shown |= strcmp(item.row->name, common[k]) == 0;
    if (shown) print_option(item.row, default_of(item.row, options == &il_outer_table ? "outer" : "inner", NULL));
  }
}

static void describe_optimiser(const il_row *row) {
  static const char *const common[] = {"learning_rate", "weight_decay", NULL};
  puts("an `optimiser` of the sections inner, adapt and outer");
  print_chosen(&il_inner_table, &il_by_optimiser, row->name, common);
}

static void describe_schedule(const il_row *row) {
  static const char *const common[] = {"learning_rate", "final_learning_rate", NULL};
  static const char *const endless[] = {"learning_rate", NULL};
  const il_schedule *schedule = row->self;
  puts("a `schedule` of the section outer");
  print_chosen(&il_outer_table, &il_by_schedule, row->name, schedule->ends ? common : endless);
}

/* What follows the head of a row; the text of a file stands for itself. */
static void (*const describers[IL_ROW_KINDS])(const il_row *row) = {[IL_ROW_ALGORITHM] = describe_algorithm,
                                                                    [IL_ROW_MODEL] = describe_options,
                                                                    [IL_ROW_SUITE] = describe_options,
                                                                    [IL_ROW_OPTIMISER] = describe_optimiser,
                                                                    [IL_ROW_SCHEDULE] = describe_schedule};

static int describe_rows(const il_registry *registry, int kind, const char *name, int found) {
  il_row row;
  if (!il_row_called(&row, registry, kind, name)) return found;
  if (found > 0) puts("");
  if (describers[kind]) {
    print_head(il_row_kinds[kind].name, row.name, row.summary, row.citation);
    describers[kind](&row);
  } else {
    const il_embedded *file = row.self;
    fwrite(file->text, 1, file->size, stdout);
  }
  return found + 1;
}

static il_status unknown_name(const il_registry *registry, const char *name, il_error *error) {
  const char *first[IL_SECTIONS + 2] = {"experiment"}, *const *names = first;
  for (int i = 0, count = 1; i < IL_SECTIONS; i++)
    if (il_config_sections[i].summary) first[count++] = il_config_sections[i].name;
  il_arena *arena = il_arena_new();
  for (int kind = 0; arena && names && kind < IL_ROW_KINDS; kind++) names = il_row_names(registry, kind, names, arena);
  const char *nearest = names ? il_schema_nearest(name, names) : NULL;
  il_status status =
      nearest ? il_fail(error, IL_INVALID, "describe: nothing is called `%.60s`; did you mean `%s`?", name, nearest)
              : il_fail(error, IL_INVALID,
                        "describe: nothing is called `%.60s`; expected a name that `innerloop list` prints", name);
  il_arena_free(arena);
  return status;
}

static il_status describe(const il_registry *registry, const char *name, il_error *error) {
  int found = describe_sections(name, describe_experiment(name));
  for (int kind = 0; kind < IL_ROW_KINDS; kind++) found = describe_rows(registry, kind, name, found);
  return found ? IL_OK : unknown_name(registry, name, error);
}

static il_status run(const il_cli *cli, int argc, char **argv, il_error *error) {
  describe_values values = {0};
  il_texts names;
  il_registry registry;
  il_status status = il_arguments_parse(&values, &names, &usage, argc, argv, error);
  if (status != IL_OK) return status;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the tables", 0);
  status = il_plugins_load(&registry, cli->registry, &values.plugins, arena, error);
  if (status == IL_OK) status = describe(&registry, names.at[0], error);
  il_arena_free(arena);
  return status;
}

const il_command il_command_describe = {.usage = &usage, .run = run};
