/* innerloop check: validates an experiment and prints it fully resolved; runs nothing. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/plugin.h"
#include "harness/config.h"

typedef struct check_values {
  il_texts set, plugins;
  const char *algorithms, *seeds;
} check_values;

static const il_argument rows[] = {
    IL_SELECTION_ARGUMENTS(check_values),
    IL_PLUGIN_ARGUMENT(check_values),
};

static const il_usage usage = {
    .command = "check",
    .summary = "validates an experiment and prints it with every default filled in",
    .positional = "FILE.yaml",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .least = 1,
    .most = 1,
    .details = "FILE.yaml may also be the name of a built-in experiment: sinusoid/demo.\n"
               "The output is YAML that reads back to the same experiment.\n",
};

static il_status check_model(const il_algorithm_config *config, const il_suite_info *info, il_error *error) {
  il_parameters parameters = {0};
  il_error trial = {0};
  il_status status = config->model->parameters(&parameters, config->model_options, &info->interface, &trial);
  if (status == IL_OK) return IL_OK;
  return il_fail(error, status, "%s: model `%s`: %s", config->model_at, config->model->name, trial.message);
}

/* What only the suite itself and the model know about their options. Suites that need data are not opened. */
static il_status check_algorithm(const il_experiment *experiment, const il_algorithm_config *config, il_arena *arena,
                                 il_error *error) {
  void *state = NULL;
  il_error trial = {0};
  const il_suite *suite = experiment->suite;
  il_status status = suite->open(&state, config->suite_options, NULL, arena, &trial);
  if (status == IL_INVALID)
    return il_fail(error, IL_INVALID, "%s: suite `%s`: %s", config->suite_at, suite->name, trial.message);
  if (status != IL_OK) return status == IL_MEMORY ? il_fail(error, status, "%s", trial.message) : IL_OK;
  il_suite_info info;
  suite->info(state, &info);
  if (suite->close) suite->close(state);
  return check_model(config, &info, error);
}

/* The first entry stands for all that change neither. */
static il_status check_parts(const il_experiment *experiment, il_arena *arena, il_error *error) {
  il_status status = IL_OK;
  for (int i = 0; i < experiment->n_algorithms && status == IL_OK; i++) {
    const il_algorithm_config *config = &experiment->algorithms[i];
    if (i == 0 || config->own_suite || config->own_model) status = check_algorithm(experiment, config, arena, error);
  }
  return status;
}

static il_status run(const il_cli *cli, int argc, char **argv, il_error *error) {
  check_values values = {0};
  il_texts files;
  il_status status = il_arguments_parse(&values, &files, &usage, argc, argv, error);
  if (status != IL_OK) return status;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the experiment", 0);
  il_overrides overrides = {
      .n_set = values.set.count, .set = values.set.at, .algorithms = values.algorithms, .seeds = values.seeds};
  il_experiment *experiment;
  il_registry registry;
  IL_TRY(il_plugins_load(&registry, cli->registry, &values.plugins, arena, error));
  IL_TRY(il_experiment_read(&experiment, files.at[0], &overrides, &registry, arena, error));
  IL_TRY(check_parts(experiment, arena, error));
  il_experiment_print(experiment, stdout);
done:
  il_arena_free(arena);
  return status;
}

const il_command il_command_check = {.usage = &usage, .run = run};
