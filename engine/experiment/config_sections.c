/* The table of sections. */
#include "experiment/config_sections.h"

#include <string.h>

#include "experiment/config_tables.h"

static il_section_values own_options(const il_experiment *experiment, const il_algorithm_config *config,
                                     int evaluator) {
  (void)experiment, (void)evaluator;
  const il_algorithm *row = config->algorithm;
  return (il_section_values){row->name, row, &row->options, config->options};
}

static il_section_values suite(const il_experiment *experiment, const il_algorithm_config *config, int evaluator) {
  (void)evaluator;
  const il_suite *row = experiment->suite;
  return (il_section_values){row->name, row, &row->options, config->suite_options};
}

static il_section_values judged(const il_experiment *experiment, const il_algorithm_config *config, int evaluator) {
  const il_suite *row = experiment->suite;
  return (il_section_values){row->name, row, &row->options, config->judged_suite[evaluator]};
}

static il_section_values model(const il_experiment *experiment, const il_algorithm_config *config, int evaluator) {
  (void)experiment, (void)evaluator;
  const il_model *row = config->model;
  return (il_section_values){row->name, row, &row->options, config->model_options};
}

static il_section_values evaluation(const il_experiment *experiment, const il_algorithm_config *config, int evaluator) {
  (void)config;
  return (il_section_values){.options = &il_evaluation_table, .at = &experiment->evaluators[evaluator].evaluation};
}

static il_section_values nowhere(const il_experiment *experiment, const il_algorithm_config *config, int evaluator) {
  (void)experiment, (void)config, (void)evaluator;
  return (il_section_values){0};
}

#define NAMED(word) .name = word, .what = "section `" word "`"
#define FIELD(field) .offset = offsetof(il_algorithm_config, field)

const il_config_section il_config_sections[IL_SECTIONS] = {
    [IL_SECTION_OPTION] = {NAMED("option"), .trained = "algorithm", .find = own_options,
                           .places = {{IL_HOLDER_ENTRY, NULL}}},
    [IL_SECTION_SUITE] = {NAMED("suite"), .trained = "suite", .find = suite,
                          .places = {{IL_HOLDER_ENTRY, "suite"}, {IL_HOLDER_ROOT, "suite"}}},
    [IL_SECTION_MODEL] = {NAMED("model"), .trained = "model", .find = model,
                          .places = {{IL_HOLDER_ENTRY, "model"}, {IL_HOLDER_ROOT, "model"}}, .named = true},
    [IL_SECTION_TRAINING] = {NAMED("training"), .trained = "training",
                             .summary = "how an algorithm trains; at the top for all, in an entry for that algorithm",
                             .options = &il_training_table, FIELD(training),
                             .places = {{IL_HOLDER_ENTRY, "training"}, {IL_HOLDER_ROOT, "training"}}},
    [IL_SECTION_EVALUATION] = {NAMED("evaluation"), .summary = "how all algorithms are tested, on the same episodes",
                               .options = &il_evaluation_table, .find = evaluation,
                               .places = {{IL_HOLDER_EVALUATOR, NULL}, {IL_HOLDER_ROOT, "evaluation"}}},
    [IL_SECTION_EVALUATORS] = {NAMED("evaluators"),
                               .summary = "further evaluations, a list of entries with a `name`; these keys differ "
                                          "from `evaluation`",
                               .options = &il_evaluator_table, .find = nowhere,
                               .places = {{IL_HOLDER_ROOT, "evaluators"}}},
    [IL_SECTION_INNER] = {NAMED("inner"), .trained = "inner",
                          .summary = "the inner loop of training, in an algorithm's entry", .options = &il_inner_table,
                          FIELD(inner), .places = {{IL_HOLDER_ENTRY, "inner"}}},
    [IL_SECTION_ADAPT] = {NAMED("adapt"),
                          .summary = "adaptation at test, in an algorithm's entry; what is left out is as in `inner`",
                          .options = &il_adapt_table, FIELD(adapt),
                          .places = {{IL_HOLDER_ENTRY, "adapt"}, {IL_HOLDER_ENTRY, "inner"}}},
    [IL_SECTION_OUTER] = {NAMED("outer"), .trained = "outer",
                          .summary = "the outer loop of training, in an algorithm's entry", .options = &il_outer_table,
                          FIELD(outer), .places = {{IL_HOLDER_ENTRY, "outer"}}},
    /* What the validation curve depends on beside them. */
    [IL_SECTION_VALIDATION] = {NAMED("validation"), .trained = "validation", .options = &il_validation_table,
                               FIELD(validation)},
    [IL_SECTION_JUDGED] = {NAMED("judged"), .trained = "validated_on", .find = judged,
                           .places = {{IL_HOLDER_EVALUATOR, "suite"},
                                      {IL_HOLDER_ENTRY, "suite"},
                                      {IL_HOLDER_ROOT, "suite"}}},
    [IL_SECTION_EXPERIMENT] = {NAMED("experiment"), .find = nowhere, .places = {{IL_HOLDER_ROOT, NULL}}},
};

/* Keys of a map that are neither sections nor options. */
static const char *const other_keys[][IL_SECTION_KEYS_MAX] = {
    [IL_HOLDER_ENTRY] = {"name", "label"},
    [IL_HOLDER_EVALUATOR] = {"name"},
    [IL_HOLDER_ROOT] = {"extends", "seeds", "algorithms"},
};

const il_config_section *il_config_section_called(const char *name, size_t length) {
  for (int i = 0; i < IL_SECTIONS; i++)
    if (strlen(il_config_sections[i].name) == length && strncmp(il_config_sections[i].name, name, length) == 0)
      return &il_config_sections[i];
  return NULL;
}

bool il_config_section_of_entry(const il_config_section *section) {
  return section->options && section->places[0].holder == IL_HOLDER_ENTRY;
}

il_section_values il_config_section_values(const il_config_section *section, const il_experiment *experiment,
                                           int algorithm, int evaluator) {
  const il_algorithm_config *config = &experiment->algorithms[algorithm];
  if (section->find) return section->find(experiment, config, evaluator);
  return (il_section_values){.options = section->options, .at = (const char *)config + section->offset};
}

static bool holds(const char *const *keys, int count, const char *key) {
  for (int i = 0; i < count; i++)
    if (strcmp(keys[i], key) == 0) return true;
  return false;
}

const char *const *il_config_section_keys(const char *keys[IL_SECTION_KEYS_MAX], il_holder holder) {
  int count = 0;
  for (const char *const *key = other_keys[holder]; *key; key++) keys[count++] = *key;
  for (int i = 0; i < IL_SECTIONS * IL_SECTION_PLACES; i++) {
    const il_config_section *section = &il_config_sections[i / IL_SECTION_PLACES];
    const char *key = section->places[i % IL_SECTION_PLACES].key;
    if (!key || section->places[i % IL_SECTION_PLACES].holder != holder || holds(keys, count, key)) continue;
    if (count < IL_SECTION_KEYS_MAX - 1) keys[count++] = key;
  }
  keys[count] = NULL;
  return keys;
}
