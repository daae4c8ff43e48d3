/* The resolved configuration as YAML, and its single values by dotted path. */
#include <stdlib.h>
#include <string.h>

#include "experiment/config_resolver.h"
#include "experiment/config_tables.h"

static il_experiment_head head_of(const il_experiment *experiment) {
  il_experiment_head head = {
      .name = experiment->name, .description = experiment->description, .published = experiment->published};
  for (int i = 0; il_kernels_choices[i]; i++)
    if (strcmp(il_kernels_choices[i], experiment->kernels) == 0) head.kernels = i; /* "": the first */
  return head;
}

static void print_named(FILE *file, const char *key, const char *name, const il_options *options, const void *target) {
  fprintf(file, "%s:\n  name: %s\n", key, name);
  il_schema_print(file, options, target, "  ");
}

static void print_evaluator(FILE *file, const il_experiment *experiment, const il_evaluator_config *evaluator) {
  fprintf(file, "  - name: %s\n", evaluator->name);
  il_schema_print(file, &il_evaluator_table, &evaluator->evaluation, "    ");
  if (experiment->suite->options.count > 0) fputs("    suite:\n", file);
  il_schema_print(file, &experiment->suite->options, evaluator->suite_options, "      ");
}

/* Sections `suite` and `model` where the entry has them. */
static void print_own(FILE *file, const il_experiment *experiment, const il_algorithm_config *config) {
  if (config->own_suite && experiment->suite->options.count > 0) {
    fputs("    suite:\n", file);
    il_schema_print(file, &experiment->suite->options, config->suite_options, "      ");
  }
  if (!config->own_model) return;
  fprintf(file, "    model:\n      name: %s\n", config->model->name);
  il_schema_print(file, &config->model->options, config->model_options, "      ");
}

static void print_algorithm(FILE *file, const il_experiment *experiment, const il_algorithm_config *config) {
  fprintf(file, "  - name: %s\n    label: ", config->algorithm->name);
  il_schema_print_text(file, config->label);
  fputc('\n', file);
  il_schema_print(file, &config->algorithm->options, config->options, "    ");
  print_own(file, experiment, config);
  for (int i = 0; i < IL_SECTIONS; i++) {
    const il_config_section *section = &il_config_sections[i];
    if (!il_config_section_of_entry(section)) continue;
    fprintf(file, "    %s:\n", section->name);
    il_schema_print(file, section->options, (const char *)config + section->offset, "      ");
  }
}

void il_experiment_print(const il_experiment *experiment, FILE *file) {
  il_experiment_head head = head_of(experiment);
  il_schema_print(file, &il_experiment_table, &head, "");
  print_named(file, "suite", experiment->suite->name, &experiment->suite->options, experiment->suite_options);
  print_named(file, "model", experiment->model->name, &experiment->model->options, experiment->model_options);
  fputs("training:\n", file);
  il_schema_print(file, &il_training_table, &experiment->training, "  ");
  fputs("evaluation:\n", file);
  il_schema_print(file, &il_evaluation_table, &experiment->evaluation, "  ");
  if (experiment->n_evaluators > 1) fputs("evaluators:\n", file);
  for (int i = 1; i < experiment->n_evaluators; i++) print_evaluator(file, experiment, &experiment->evaluators[i]);
  fputs("seeds: [", file);
  for (int i = 0; i < experiment->n_seeds; i++)
    fprintf(file, "%s%llu", i ? ", " : "", (unsigned long long)experiment->seeds[i]);
  fputs("]\nalgorithms:\n", file);
  for (int i = 0; i < experiment->n_algorithms; i++) print_algorithm(file, experiment, &experiment->algorithms[i]);
}

char *il_experiment_text(const il_experiment *experiment, size_t *size) {
  char *text = NULL;
  FILE *memory = open_memstream(&text, size);
  if (!memory) return NULL;
  il_experiment_print(experiment, memory);
  int failed = ferror(memory);
  if (fclose(memory) == 0 && !failed) return text;
  free(text);
  return NULL;
}

/* A name at the end of a path, for the three things that have one. */
static int name_value(char *text, size_t size, const char *name) {
  snprintf(text, size, "%s", name);
  return 0;
}

/* Paths without a dot: "suite", "model", "algorithm", "label" and the keys at the top of the file. */
static int top_value(const il_experiment *experiment, const il_algorithm_config *config, const char *path, char *text,
                     size_t size) {
  if (strcmp(path, "suite") == 0) return name_value(text, size, experiment->suite->name);
  if (strcmp(path, "model") == 0) return name_value(text, size, config->model->name);
  if (strcmp(path, "algorithm") == 0) return name_value(text, size, config->algorithm->name);
  if (strcmp(path, "label") == 0) return name_value(text, size, config->label);
  il_experiment_head head = head_of(experiment);
  return il_schema_value(text, size, &il_experiment_table, &head, path);
}

int il_experiment_value(const il_experiment *experiment, int algorithm, int evaluator, const char *path, char *text,
                        size_t size) {
  if (algorithm < 0 || algorithm >= experiment->n_algorithms || size == 0) return -1;
  if (evaluator < 0 || evaluator >= experiment->n_evaluators) return -1;
  const char *dot = strchr(path, '.');
  if (!dot) return top_value(experiment, &experiment->algorithms[algorithm], path, text, size);
  size_t length = (size_t)(dot - path);
  const char *name = dot + 1;
  const il_config_section *section = il_config_section_called(path, length);
  if (!section) return -1;
  il_section_values values = il_config_section_values(section, experiment, algorithm, evaluator);
  if (!values.at) return -1;
  if (values.name && strcmp(name, "name") == 0 && section != &il_config_sections[IL_SECTION_OPTION])
    return name_value(text, size, values.name);
  return il_schema_value(text, size, values.options, values.at, name);
}
