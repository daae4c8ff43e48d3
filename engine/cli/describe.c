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
#include "experiment/embedded.h"
#include "experiment/schema.h"

enum { NAMES_MAX = 256 };

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
  printf("\n%s:%s\n", title, options->count == 0 ? " none" : "");
  for (int i = 0; i < options->count; i++)
    print_option(&options->rows[i], default_of(&options->rows[i], section, defaults));
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

static void describe_algorithm(const il_algorithm *algorithm) {
  const il_default *defaults = algorithm->defaults;
  print_head("algorithm", algorithm->name, algorithm->summary, algorithm->citation);
  if (!algorithm->build) puts("does not train");
  if (sees_context(algorithm)) puts("its inputs are extended by the suite's task parameters");
  print_options("own options, beside `name` and `label`", "", &algorithm->options, NULL);
  for (int i = 0; i < IL_SECTIONS; i++)
    if (il_config_section_of_entry(&il_config_sections[i]))
      print_options(il_config_sections[i].name, il_config_sections[i].name, il_config_sections[i].options, defaults);
  print_kind_defaults(algorithm);
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

/* Whether a row is of the optimiser's options, and its help names no other one. */
static bool belongs_to_optimiser(const il_option *row, const char *name) {
  size_t begin = offsetof(il_inner_options, rule), end = begin + sizeof(il_optimiser_options);
  if (row->offset == offsetof(il_inner_options, rule.optimiser) || row->offset < begin || row->offset >= end)
    return false;
  for (int i = 0; il_optimiser_names[i]; i++)
    if (strcmp(il_optimiser_names[i], name) != 0 && strstr(row->help, il_optimiser_names[i])) return false;
  return true;
}

/* The options of an optimiser belong to the sections that choose one: those that name it, and those that name none. */
static int describe_optimisers(const char *name, int found) {
  for (int i = 0; il_optimiser_names[i]; i++) {
    if (strcmp(il_optimiser_names[i], name) != 0) continue;
    const il_optimiser *optimiser = il_optimiser_of(&(il_optimiser_options){.optimiser = i});
    if (found++) puts("");
    print_head("optimiser", optimiser->name, optimiser->summary, optimiser->citation);
    puts("an `optimiser` of the sections inner, adapt and outer\n\noptions:");
    for (int k = 0; k < il_inner_table.count; k++)
      if (belongs_to_optimiser(&il_inner_table.rows[k], name))
        print_option(&il_inner_table.rows[k], default_of(&il_inner_table.rows[k], "inner", NULL));
  }
  return found;
}

static int describe_schedules(const char *name, int found) {
  for (int i = 0; il_schedule_names[i]; i++) {
    if (strcmp(il_schedule_names[i], name) != 0) continue;
    const il_schedule *schedule = il_schedule_of(&(il_outer_options){.schedule = i});
    if (found++) puts("");
    print_head("schedule", schedule->name, schedule->summary, schedule->citation);
    puts("a `schedule` of the section outer\n\noptions:");
    for (int k = 0; k < il_outer_table.count; k++) {
      const il_option *row = &il_outer_table.rows[k];
      if (strcmp(row->name, "learning_rate") == 0 || il_schedule_uses(i, row->name))
        print_option(row, default_of(row, "outer", NULL));
    }
  }
  return found;
}

/* Prints the text of the embedded file of this name. Returns how many there were. */
static int print_file(const il_embedded *files, const char *name) {
  const il_embedded *file = il_embedded_called(files, name);
  if (file) fwrite(file->text, 1, file->size, stdout);
  return file != NULL;
}

static il_status unknown_name(const il_registry *registry, const char *name, il_error *error) {
  const char *names[NAMES_MAX + 1] = {NULL};
  int count = 0;
  names[count++] = "experiment";
  for (int i = 0; i < IL_SECTIONS; i++)
    if (il_config_sections[i].summary) names[count++] = il_config_sections[i].name;
  for (int i = 0; il_optimiser_names[i] && count < NAMES_MAX; i++) names[count++] = il_optimiser_names[i];
  for (int i = 0; il_schedule_names[i] && count < NAMES_MAX; i++) names[count++] = il_schedule_names[i];
  for (int i = 0; registry->algorithms[i] && count < NAMES_MAX; i++) names[count++] = registry->algorithms[i]->name;
  for (int i = 0; registry->models[i] && count < NAMES_MAX; i++) names[count++] = registry->models[i]->name;
  for (int i = 0; registry->suites[i] && count < NAMES_MAX; i++) names[count++] = registry->suites[i]->name;
  const char *nearest = il_schema_nearest(name, names);
  if (nearest)
    return il_fail(error, IL_INVALID, "describe: nothing is called `%.60s`; did you mean `%s`?", name, nearest);
  return il_fail(error, IL_INVALID, "describe: nothing is called `%.60s`; expected a name that `innerloop list` prints",
                 name);
}

static int describe_algorithms(const il_registry *registry, const char *name, int found) {
  for (int i = 0; registry->algorithms[i]; i++) {
    if (strcmp(registry->algorithms[i]->name, name) != 0) continue;
    if (found++) puts("");
    describe_algorithm(registry->algorithms[i]);
  }
  return found;
}

static int describe_suites(const il_registry *registry, const char *name, int found) {
  for (int i = 0; registry->suites[i]; i++) {
    const il_suite *suite = registry->suites[i];
    if (strcmp(suite->name, name) != 0) continue;
    if (found++) puts("");
    print_head("suite", suite->name, suite->summary, suite->citation);
    print_options("options, beside `name`", "", &suite->options, NULL);
  }
  return found;
}

static int describe_models(const il_registry *registry, const char *name, int found) {
  for (int i = 0; registry->models[i]; i++) {
    const il_model *model = registry->models[i];
    if (strcmp(model->name, name) != 0) continue;
    if (found++) puts("");
    print_head("model", model->name, model->summary, model->citation);
    print_options("options, beside `name`", "", &model->options, NULL);
  }
  return found;
}

static il_status describe(const il_registry *registry, const char *name, il_error *error) {
  int found = describe_sections(name, describe_experiment(name));
  found = describe_optimisers(name, found);
  found = describe_schedules(name, found);
  found = describe_algorithms(registry, name, found);
  found = describe_suites(registry, name, found);
  found = describe_models(registry, name, found);
  found += print_file(registry->experiments, name);
  found += print_file(registry->published, name);
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
