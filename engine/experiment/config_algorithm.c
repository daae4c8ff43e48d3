/* Entries of `algorithms`. Precedence, weakest first: the tables' defaults, the algorithm's own defaults, the
 * experiment's `training` section, the entry's own sections. */
#include <string.h>

#include "algorithms/schedule.h"
#include "experiment/config_resolver.h"
#include "experiment/config_tables.h"
#include "experiment/record.h"

enum { WHAT_SIZE = 96 };

/* An entry while it is resolved. */
typedef struct entry_reader {
  const il_resolver *resolver;
  const il_yaml *map;
  il_algorithm_config *config;
} entry_reader;

static il_status broken_default(const entry_reader *entry, const char *path) {
  return il_fail(entry->resolver->error, IL_INVALID,
                 "algorithm `%s`: its default `%s` names no option; expected "
                 "SECTION.OPTION",
                 entry->config->algorithm->name, path);
}

/* What a list of the algorithm's own defaults (NULL: none) says about one section. */
static il_status list_defaults(const entry_reader *entry, const il_default *row, const il_config_section *section,
                               void *target, uint64_t *seen) {
  const il_resolver *resolver = entry->resolver;
  size_t length = strlen(section->name);
  char origin[WHAT_SIZE];
  snprintf(origin, sizeof origin, "default of algorithm `%.60s`", entry->config->algorithm->name);
  for (; row && row->path; row++) {
    if (strncmp(row->path, section->name, length) != 0 || row->path[length] != '.') continue;
    int index;
    const il_option *option = il_schema_find(section->options, target, row->path + length + 1, &index);
    if (!option) return broken_default(entry, row->path);
    il_status status = il_schema_set_text(target, option, row->value, origin, resolver->arena, resolver->error);
    if (status != IL_OK) return status;
    *seen |= UINT64_C(1) << index;
  }
  return IL_OK;
}

/* The algorithm's own defaults for one section, then those for the kind of the suite's tasks. */
static il_status own_defaults(const entry_reader *entry, const il_config_section *section, void *target,
                              uint64_t *seen) {
  const il_algorithm *algorithm = entry->config->algorithm;
  const il_default *of_kind = algorithm->kind_defaults[entry->resolver->experiment->suite->kind->targets];
  il_status status = list_defaults(entry, algorithm->defaults, section, target, seen);
  return status == IL_OK ? list_defaults(entry, of_kind, section, target, seen) : status;
}

/* What adaptation does unless its section says otherwise: the inner loop, for as many steps as the evaluation takes. */
static void adapt_like_inner(const entry_reader *entry) {
  il_algorithm_config *config = entry->config;
  config->adapt = config->inner;
  config->adapt.tune.count = 0;
  config->adapt.report_step = -1; /* the word */
  config->adapt.steps = entry->resolver->experiment->evaluation.steps;
}

static il_status read_section(const entry_reader *entry, int number, uint64_t *seen) {
  const il_resolver *resolver = entry->resolver;
  const il_config_section *section = &il_config_sections[number];
  il_schema schema = {.options = section->options, .what = section->what};
  void *target = (char *)entry->config + section->offset;
  il_status status = IL_OK;
  if (number == IL_SECTION_ADAPT)
    adapt_like_inner(entry);
  else
    status = il_schema_defaults(target, &schema, resolver->arena, resolver->error);
  if (status == IL_OK) status = own_defaults(entry, section, target, seen);
  if (status == IL_OK && number == IL_SECTION_TRAINING)
    status = il_schema_bind(target, seen, &schema, il_yaml_get(resolver->root, "training"), resolver->arena,
                            resolver->error);
  if (status != IL_OK) return status;
  return il_schema_bind(target, seen, &schema, il_yaml_get(entry->map, section->name), resolver->arena,
                        resolver->error);
}

/* The word `last`, or one of the steps there are. */
static il_status check_report_step(const entry_reader *entry) {
  il_inner_options *adapt = &entry->config->adapt;
  if (adapt->report_step < 0) adapt->report_step = adapt->steps;
  if (adapt->report_step <= adapt->steps) return IL_OK;
  const il_yaml *own = il_yaml_get(entry->map, "adapt"), *node = own ? il_yaml_get(own, "report_step") : NULL;
  return il_yaml_fail(entry->resolver->error, node ? node : entry->map,
                      "`report_step` is %d, but `%s` takes %d step%s at test; expected 0 to %d", adapt->report_step,
                      entry->config->label, adapt->steps, adapt->steps == 1 ? "" : "s", adapt->steps);
}

/* Algorithms that do not train have 0 iterations, whatever the experiment's section says; the others need a number. */
static il_status check_iterations(const entry_reader *entry, uint64_t seen) {
  const il_resolver *resolver = entry->resolver;
  il_algorithm_config *config = entry->config;
  const il_yaml *own = il_yaml_get(entry->map, "training"), *shared = il_yaml_get(resolver->root, "training");
  if (config->algorithm->build) {
    const il_config_section *section = &il_config_sections[IL_SECTION_TRAINING];
    il_schema schema = {.options = section->options, .what = section->what};
    return il_schema_require(seen, &schema, shared ? shared : entry->map, resolver->error);
  }
  const il_yaml *iterations = own ? il_yaml_get(own, "iterations") : NULL;
  if (iterations && config->training.iterations > 0)
    return il_yaml_fail(resolver->error, iterations,
                        "`iterations` is %d, but algorithm `%s` does not train; expected 0",
                        config->training.iterations, config->algorithm->name);
  config->training.iterations = 0;
  return IL_OK;
}

/* Key `key` of the entry's own section, else of the experiment's, else the entry. */
static const il_yaml *place_of(const entry_reader *entry, const char *section, const char *key) {
  const il_yaml *own = il_yaml_get(entry->map, section), *shared = il_yaml_get(entry->resolver->root, section);
  const il_yaml *node = own ? il_yaml_get(own, key) : NULL;
  if (!node && shared) node = il_yaml_get(shared, key);
  return node ? node : entry->map;
}

/* What chooses among the points of the validation curve needs points before the end, and enough of them. */
static il_status check_curve(const entry_reader *entry) {
  const il_experiment *experiment = entry->resolver->experiment;
  const il_algorithm_config *config = entry->config;
  const il_training *training = &config->training;
  int wanted = il_experiment_kept(experiment, (int)(config - experiment->algorithms));
  int points = il_training_interval(training) > 0 ? il_curve_points(training, training->iterations) : 0;
  if (!config->algorithm->build) return IL_OK;
  if (training->patience > 0 && points == 0)
    return il_yaml_fail(entry->resolver->error, place_of(entry, "training", "patience"),
                        "`patience` is %d, but `%s` is not validated before its end; expected `validate_every` and "
                        "`iterations` above 0",
                        training->patience, config->label);
  if (points >= wanted) return IL_OK;
  return il_yaml_fail(entry->resolver->error, place_of(entry, "evaluation", "parameters"),
                      "`parameters` is %s, but `%s` has %d validation%s to choose from; expected at least %d "
                      "(training.validate_every, training.iterations)",
                      il_parameters_names[experiment->evaluation.parameters], config->label, points,
                      points == 1 ? "" : "s", wanted);
}

static il_status read_label(const entry_reader *entry) {
  const il_resolver *resolver = entry->resolver;
  il_algorithm_config *config = entry->config;
  const il_yaml *node = il_yaml_get(entry->map, "label");
  config->label = config->algorithm->name;
  il_status status = node ? il_config_label(resolver, &config->label, node, "label") : IL_OK;
  if (status != IL_OK) return status;
  for (const il_algorithm_config *other = resolver->experiment->algorithms; other < config; other++)
    if (strcmp(other->label, config->label) == 0)
      return il_yaml_fail(resolver->error, node ? node : entry->map,
                          "two entries are called `%s`; expected a `label` of its own for each", config->label);
  return IL_OK;
}

static il_status read_own_options(const entry_reader *entry) {
  const il_resolver *resolver = entry->resolver;
  const il_algorithm *algorithm = entry->config->algorithm;
  size_t size = algorithm->options.size;
  char what[WHAT_SIZE];
  snprintf(what, sizeof what, "algorithm `%.60s`", algorithm->name);
  entry->config->options = il_arena_get(resolver->arena, 1, size ? size : 1);
  if (!entry->config->options) return il_fail_memory(resolver->error, "options", size);
  const char *keys[IL_SECTION_KEYS_MAX];
  il_schema schema = {.options = &algorithm->options,
                      .others = il_config_section_keys(keys, IL_HOLDER_ENTRY),
                      .retired = algorithm->retired,
                      .what = what};
  return il_schema_read(entry->config->options, &schema, entry->map, entry->map, resolver->arena, resolver->error);
}

/* Sections `suite` and `model` change single keys of the experiment's; a model of another name starts from its
 * defaults. */
static il_status read_own_suite(const entry_reader *entry) {
  const il_resolver *resolver = entry->resolver;
  il_algorithm_config *config = entry->config;
  const il_yaml *map = il_yaml_get(entry->map, "suite");
  config->own_suite = map != NULL;
  il_status status = il_config_suite(resolver, &config->suite_options, map);
  return status == IL_OK ? il_config_present(resolver, config) : status;
}

static il_status read_own_model(const entry_reader *entry) {
  const il_resolver *resolver = entry->resolver;
  const il_experiment *experiment = resolver->experiment;
  il_algorithm_config *config = entry->config;
  const il_yaml *map = il_yaml_get(entry->map, "model");
  config->own_model = map != NULL;
  config->model = experiment->model;
  config->model_options = il_config_copy(resolver, experiment->model_options, experiment->model->options.size);
  if (!config->model_options) return il_fail_memory(resolver->error, "options", experiment->model->options.size);
  if (!map) return IL_OK;
  if (map->kind == IL_YAML_MAP && il_yaml_get(map, "name"))
    return il_config_model(resolver, &config->model, &config->model_options, map);
  char what[WHAT_SIZE];
  snprintf(what, sizeof what, "model `%.60s`", config->model->name);
  il_schema schema = {.options = &config->model->options, .what = what};
  return il_schema_bind(config->model_options, NULL, &schema, map, resolver->arena, resolver->error);
}

/* The algorithm is one for tasks of the suite's kind. */
static il_status check_kind(const entry_reader *entry) {
  const il_algorithm *algorithm = entry->config->algorithm;
  const il_suite *suite = entry->resolver->experiment->suite;
  const il_yaml *name = il_yaml_get(entry->map, "name");
  const char *why = algorithm->refusals[suite->kind->targets];
  if (!why) return IL_OK;
  return il_yaml_fail(entry->resolver->error, name ? name : entry->map, "algorithm `%s` on suite `%s`, %s: %s",
                      algorithm->name, suite->name, suite->kind->name, why);
}

static il_status check_steps(const entry_reader *entry) {
  const il_algorithm_config *config = entry->config;
  const il_yaml *section = il_yaml_get(entry->map, "inner"), *steps = section ? il_yaml_get(section, "steps") : NULL;
  if (config->inner.steps >= config->algorithm->least_steps) return IL_OK;
  return il_yaml_fail(entry->resolver->error, steps ? steps : entry->map,
                      "`steps` is %d, with which algorithm `%s` learns nothing; expected at least %d",
                      config->inner.steps, config->algorithm->name, config->algorithm->least_steps);
}

/* A schedule without an end has the algorithm's own default of it for nothing, and refuses one in the file; the word
 * means that the rate does not change. */
static il_status check_schedule(const entry_reader *entry) {
  il_outer_options *outer = &entry->config->outer;
  const il_yaml *section = il_yaml_get(entry->map, "outer");
  const il_yaml *end = section ? il_yaml_get(section, "final_learning_rate") : NULL;
  const il_schedule *schedule = il_schedule_of(outer);
  double first = outer->rule.learning_rate;
  if (outer->final_learning_rate < 0) outer->final_learning_rate = first;
  if (!schedule->ends && end && outer->final_learning_rate != first)
    return il_yaml_fail(
        entry->resolver->error, end,
        "`final_learning_rate` with `schedule: %s`, which has no end; expected another schedule, such as "
        "`linear`",
        schedule->name);
  if (!schedule->ends) outer->final_learning_rate = first;
  if (!schedule->needs_end || outer->final_learning_rate != first) return IL_OK;
  const il_yaml *node = section ? il_yaml_get(section, "schedule") : NULL;
  return il_yaml_fail(
      entry->resolver->error, node ? node : entry->map,
      "`schedule` is `%s`, but `final_learning_rate` is the learning rate itself; expected another one, "
      "or `schedule: constant`",
      schedule->name);
}

static il_status read_entry(const il_resolver *resolver, il_algorithm_config *config, const il_yaml *map) {
  il_row row;
  il_status status = il_config_choose(resolver, &row, map, IL_ROW_ALGORITHM);
  if (status != IL_OK) return status;
  config->algorithm = row.self;
  config->tree = map;
  entry_reader entry = {.resolver = resolver, .map = map, .config = config};
  status = check_kind(&entry);
  if (status == IL_OK) status = read_own_options(&entry);
  if (status == IL_OK) status = read_label(&entry);
  if (status == IL_OK) status = read_own_suite(&entry);
  if (status == IL_OK) status = read_own_model(&entry);
  uint64_t seen[IL_SECTIONS] = {0};
  for (int i = 0; i < IL_SECTIONS && status == IL_OK; i++)
    if (il_config_section_of_entry(&il_config_sections[i])) status = read_section(&entry, i, &seen[i]);
  if (status == IL_OK) status = check_report_step(&entry);
  if (status == IL_OK) status = check_iterations(&entry, seen[IL_SECTION_TRAINING]);
  if (status == IL_OK) status = check_curve(&entry);
  if (status == IL_OK) status = check_steps(&entry);
  if (status == IL_OK) status = check_schedule(&entry);
  config->validation = config->adapt;
  if (config->training.validation_steps >= 0) config->validation.steps = config->training.validation_steps;
  return status;
}

il_status il_config_algorithms(const il_resolver *resolver, const il_yaml *list) {
  il_experiment *experiment = resolver->experiment;
  if (list->kind != IL_YAML_LIST || !list->first)
    return il_yaml_fail(resolver->error, list, "`algorithms` is no list or empty; expected lines `- name: ALGORITHM`");
  for (const il_yaml *map = list->first; map; map = map->next) {
    if (experiment->n_algorithms == IL_ALGORITHMS_MAX)
      return il_yaml_fail(resolver->error, map, "too many algorithms; expected at most %d", IL_ALGORITHMS_MAX);
    il_status status = read_entry(resolver, &experiment->algorithms[experiment->n_algorithms], map);
    if (status != IL_OK) return status;
    experiment->n_algorithms++;
  }
  return IL_OK;
}
