/* Ways of judging: the sections `evaluation` and `suite`, then the entries of `evaluators`; and what each algorithm is
 * shown by them. */
#include <string.h>

#include "base/name_rule.h"
#include "experiment/config_resolver.h"
#include "experiment/config_tables.h"
#include "formats/yaml_bytes.h"

enum { WHAT_SIZE = 96 };

void *il_config_copy(const il_resolver *resolver, const void *from, size_t size) {
  void *copy = il_arena_get(resolver->arena, 1, size ? size : 1);
  if (copy && size) memcpy(copy, from, size);
  return copy;
}

il_status il_config_suite(const il_resolver *resolver, void **options, const il_yaml *map) {
  const il_experiment *experiment = resolver->experiment;
  const il_options *table = &experiment->suite->options;
  char what[WHAT_SIZE];
  snprintf(what, sizeof what, "suite `%.60s`", experiment->suite->name);
  *options = il_config_copy(resolver, experiment->suite_options, table->size);
  if (!*options) return il_fail_memory(resolver->error, "options", table->size);
  const il_yaml *name = map && map->kind == IL_YAML_MAP ? il_yaml_get(map, "name") : NULL;
  if (name)
    return il_yaml_fail(resolver->error, name,
                        "`name` stands in a section that changes options; expected options of %s", what);
  il_schema schema = {.options = table, .what = what};
  return map ? il_schema_bind(*options, NULL, &schema, map, resolver->arena, resolver->error) : IL_OK;
}

static il_status check_shots(const il_resolver *resolver, const il_int_list *shots, const il_yaml *section) {
  for (int i = 0; i < shots->count; i++)
    for (int j = 0; j < i; j++)
      if (shots->at[i] == shots->at[j])
        return il_yaml_fail(resolver->error, il_yaml_get(section, "shots"),
                            "`shots` holds %d twice; expected different numbers", shots->at[i]);
  return IL_OK;
}

il_status il_config_label(const il_resolver *resolver, const char **label, const il_yaml *node, const char *what) {
  const il_option row = {.name = node->key, .type = IL_OPTION_TEXT};
  char clipped[IL_YAML_SHOWN], expected[IL_NAME_EXPECTED];
  il_status status = il_schema_set(label, &row, node, resolver->arena, resolver->error);
  if (status != IL_OK || il_name_allowed(IL_NAME_LABEL, *label)) return status;
  return il_yaml_fail(resolver->error, node, "%s `%s` is not allowed; expected %s", what, il_yaml_clip(clipped, *label),
                      il_name_expected(expected, IL_NAME_LABEL));
}

static il_status read_name(const il_resolver *resolver, il_evaluator_config *evaluator, const il_yaml *map) {
  const il_experiment *experiment = resolver->experiment;
  const il_yaml *node = map->kind == IL_YAML_MAP ? il_yaml_get(map, "name") : NULL;
  if (!node) return il_yaml_fail(resolver->error, map, "an evaluator without a `name`; expected one of its own");
  il_status status = il_config_label(resolver, &evaluator->name, node, "evaluator");
  if (status != IL_OK) return status;
  for (int i = 0; i < experiment->n_evaluators; i++)
    if (strcmp(experiment->evaluators[i].name, evaluator->name) == 0)
      return il_yaml_fail(resolver->error, node, "two evaluators are called `%s`; expected a name of its own for each",
                          evaluator->name);
  return IL_OK;
}

static il_status read_entry(const il_resolver *resolver, il_evaluator_config *evaluator, const il_yaml *map) {
  const il_experiment *experiment = resolver->experiment;
  il_status status = read_name(resolver, evaluator, map);
  if (status != IL_OK) return status;
  char what[WHAT_SIZE];
  snprintf(what, sizeof what, "evaluator `%.60s`", evaluator->name);
  const char *keys[IL_SECTION_KEYS_MAX];
  il_schema schema = {
      .options = &il_evaluator_table, .others = il_config_section_keys(keys, IL_HOLDER_EVALUATOR), .what = what};
  evaluator->evaluation = experiment->evaluation;
  evaluator->tree = map;
  status = il_schema_bind(&evaluator->evaluation, NULL, &schema, map, resolver->arena, resolver->error);
  if (status == IL_OK) status = check_shots(resolver, &evaluator->evaluation.shots, map);
  return status == IL_OK ? il_config_suite(resolver, &evaluator->suite_options, il_yaml_get(map, "suite")) : status;
}

il_status il_config_evaluators(const il_resolver *resolver) {
  il_experiment *experiment = resolver->experiment;
  const il_yaml *list = il_yaml_get(resolver->root, "evaluators");
  experiment->evaluators[0] = (il_evaluator_config){
      .name = "", .evaluation = experiment->evaluation, .suite_options = experiment->suite_options};
  experiment->n_evaluators = 1;
  il_status status = check_shots(resolver, &experiment->evaluation.shots, il_yaml_get(resolver->root, "evaluation"));
  if (list && list->kind != IL_YAML_LIST)
    return il_yaml_fail(resolver->error, list, "`evaluators` is no list; expected lines `- name: NAME`");
  for (const il_yaml *map = list ? list->first : NULL; map && status == IL_OK; map = map->next) {
    if (experiment->n_evaluators == IL_EVALUATORS_MAX)
      return il_yaml_fail(resolver->error, map, "too many evaluators; expected at most %d", IL_EVALUATORS_MAX - 1);
    status = read_entry(resolver, &experiment->evaluators[experiment->n_evaluators], map);
    experiment->n_evaluators++;
  }
  if (status == IL_OK && il_experiment_settings(experiment) > IL_LIST_MAX)
    return il_yaml_fail(resolver->error, list ? list : resolver->root, "%d evaluation settings; expected at most %d",
                        il_experiment_settings(experiment), IL_LIST_MAX);
  return status;
}

/* The evaluator's tasks, presented as the algorithm sees examples while it trains. */
static il_status present(const il_resolver *resolver, il_algorithm_config *config, int evaluator) {
  const il_options *table = &resolver->experiment->suite->options;
  char *judged = il_config_copy(resolver, resolver->experiment->evaluators[evaluator].suite_options, table->size);
  if (!judged) return il_fail_memory(resolver->error, "options", table->size);
  for (int i = 0; i < table->count; i++) {
    size_t at = table->rows[i].offset;
    if (table->rows[i].presentation)
      memcpy(judged + at, (const char *)config->suite_options + at, il_schema_size(table->rows[i].type));
  }
  config->judged_suite[evaluator] = judged;
  return IL_OK;
}

il_status il_config_present(const il_resolver *resolver, il_algorithm_config *config) {
  il_status status = IL_OK;
  for (int i = 0; i < resolver->experiment->n_evaluators && status == IL_OK; i++) status = present(resolver, config, i);
  return status;
}

static int shots_count(const il_evaluator_config *evaluator) {
  return evaluator->evaluation.shots.count > 0 ? evaluator->evaluation.shots.count : 1;
}

int il_training_interval(const il_training *training) {
  enum { POINTS = 20 };
  if (training->validate_every >= 0) return training->validate_every;
  return (training->iterations + POINTS - 1) / POINTS;
}

int il_experiment_kept(const il_experiment *experiment, int algorithm) {
  const il_evaluation *evaluation = &experiment->evaluation;
  if (!experiment->algorithms[algorithm].algorithm->build || evaluation->parameters == IL_PARAMETERS_LAST) return 0;
  return evaluation->parameters == IL_PARAMETERS_BEST ? 1 : evaluation->best_of;
}

int il_experiment_settings(const il_experiment *experiment) {
  int count = 0;
  for (int i = 0; i < experiment->n_evaluators; i++) count += shots_count(&experiment->evaluators[i]);
  return count;
}

il_setting il_experiment_setting(const il_experiment *experiment, int setting) {
  il_setting found = {0};
  while (setting >= shots_count(&experiment->evaluators[found.evaluator]))
    setting -= shots_count(&experiment->evaluators[found.evaluator++]);
  const il_evaluation *evaluation = &experiment->evaluators[found.evaluator].evaluation;
  found.shots = evaluation->shots.count > 0 ? evaluation->shots.at[setting] : experiment->training.shots;
  found.queries = evaluation->queries < 0 ? experiment->training.queries : evaluation->queries;
  return found;
}
