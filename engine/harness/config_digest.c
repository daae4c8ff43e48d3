/* What a checkpoint must agree with. Plug-ins count by their bytes. Of options, only values that differ from their defaults are written down: a version that adds an
 * option still continues the trainings of the one before. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "harness/config_parts.h"
#include "harness/config_tables.h"

enum { VALUE_SIZE = 4096 };

typedef struct digest_writer {
  FILE *file;
  il_arena *arena;
  il_error *error;
} digest_writer;

static il_status write_changed(const digest_writer *w, const char *what, const il_options *options,
                               const void *target) {
  char value[VALUE_SIZE], usual[VALUE_SIZE];
  il_schema schema = {.options = options, .what = what};
  void *defaults = il_arena_get(w->arena, 1, options->size ? options->size : 1);
  if (!defaults) return il_fail_memory(w->error, "the configuration", options->size);
  il_status status = il_schema_defaults(defaults, &schema, w->arena, w->error);
  if (status != IL_OK) return status;
  fprintf(w->file, "%s\n", what);
  for (int i = 0; i < options->count; i++) {
    const il_option *row = &options->rows[i];
    if (il_schema_value(value, sizeof value, options, target, row->name) != 0 ||
        il_schema_value(usual, sizeof usual, options, defaults, row->name) != 0)
      return il_fail_memory(w->error, "the configuration", sizeof value);
    if (!row->fallback || strcmp(value, usual) != 0) fprintf(w->file, "  %s: %s\n", row->name, value);
  }
  return IL_OK;
}

static void write_origin(const digest_writer *w, const il_experiment *experiment, const void *row) {
  const il_plugin_record *origin = il_registry_origin(experiment->registry, row);
  if (origin) fprintf(w->file, "plug-in %s\n", origin->digest);
}

static il_status write_training(const digest_writer *w, const il_experiment *experiment, int algorithm) {
  const il_algorithm_config *config = &experiment->algorithms[algorithm];
  const il_evaluation *evaluation = &experiment->evaluation;
  const il_setting setting = il_experiment_setting(experiment, 0);
  il_inner_options validation = config->adapt;
  if (config->training.validation_steps >= 0) validation.steps = config->training.validation_steps;
  const struct {
    const char *what;
    const il_options *options;
    const void *target;
  } parts[] = {{config->algorithm->name, &config->algorithm->options, config->options},
               {experiment->suite->name, &experiment->suite->options, config->suite_options},
               {config->model->name, &config->model->options, config->model_options},
               {"training", &il_training_table, &config->training},
               {"inner", &il_inner_table, &config->inner},
               {"outer", &il_outer_table, &config->outer},
               {"validation", &il_adapt_table, &validation},
               {"validated on", &experiment->suite->options, config->judged_suite[0]}};
  il_status status = IL_OK;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == IL_OK; i++)
    status = write_changed(w, parts[i].what, parts[i].options, parts[i].target);
  write_origin(w, experiment, config->algorithm);
  write_origin(w, experiment, experiment->suite);
  write_origin(w, experiment, config->model);
  fprintf(w->file, "kernels %s, episodes %llu %d %d %d\n", experiment->kernels, (unsigned long long)evaluation->seed,
          setting.shots, setting.queries, evaluation->transductive);
  return status;
}

il_status il_experiment_training_digest(char digest[65], const il_experiment *experiment, int algorithm,
                                        il_error *error) {
  char *text = NULL;
  size_t size = 0;
  digest_writer writer = {.file = open_memstream(&text, &size), .arena = il_arena_new(), .error = error};
  il_status status = IL_OK;
  if (writer.file && writer.arena)
    status = write_training(&writer, experiment, algorithm);
  else
    status = il_fail_memory(error, "the configuration", 0);
  if (writer.file && fclose(writer.file) != 0 && status == IL_OK)
    status = il_fail_memory(error, "the configuration", size);
  if (status == IL_OK) status = il_hash_bytes(digest, text, size, error);
  il_arena_free(writer.arena);
  free(text);
  return status;
}
