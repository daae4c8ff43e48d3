/* Writing and restoring checkpoints. Doubles are kept as hexadecimal floats: bits matter. */
#include "harness/checkpoint.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/files.h"
#include "harness/safetensors.h"

enum { NAME_SIZE = 160 };

static const char format_name[] = "innerloop-checkpoint-2";

static void file_name(char *name, const il_results *results, const il_run *run, const char *kind) {
  snprintf(name, NAME_SIZE, "%.100s-seed%" PRIu64 ".%s", results->experiment->algorithms[run->algorithm].label,
           run->seed, kind);
}

/* Times stand in a file of their own, a line for the whole and one for every point of the curve: checkpoints of the same
 * training are the same bytes. */
static il_status write_seconds(const il_checkpoints *checkpoints, const il_results *results, const il_run *run,
                               il_error *error) {
  char name[NAME_SIZE];
  il_file *file;
  file_name(name, results, run, "seconds");
  il_status status = il_file_open(&file, checkpoints->directory, name, error);
  if (status != IL_OK) return status;
  il_file_print(file, "%.6f\n", run->timing.train);
  for (int i = 0; i < run->n_curve; i++) il_file_print(file, "%.6f\n", run->curve_seconds[i]);
  return il_file_commit(file, NULL, error);
}

/* Times of what was done before; what is missing is unknown, not an error. */
static void restore_seconds(const il_checkpoints *checkpoints, const il_results *results, il_run *run) {
  char name[NAME_SIZE], path[4096];
  file_name(name, results, run, "seconds");
  for (int i = 0; i < run->n_curve; i++) run->curve_seconds[i] = NAN;
  int length = snprintf(path, sizeof path, "%s/%s", checkpoints->directory, name);
  FILE *file = length > 0 && (size_t)length < sizeof path ? fopen(path, "r") : NULL;
  if (!file) return;
  double seconds;
  if (fscanf(file, "%lf", &seconds) == 1) run->timing.train = seconds;
  for (int i = 0; i < run->n_curve && fscanf(file, "%lf", &seconds) == 1; i++) run->curve_seconds[i] = seconds;
  fclose(file);
}

/* "iteration loss validation median;" for every point of the curve. Owned by the caller; NULL: out of memory. */
static char *curve_text(const il_run *run) {
  char *text = NULL;
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return NULL;
  for (int i = 0; i < run->n_curve; i++) {
    const il_curve_point *p = &run->curve[i];
    fprintf(memory, "%d %a %a %a;", p->iteration, p->training_loss, p->validation, p->validation_median);
  }
  int failed = ferror(memory);
  if (fclose(memory) == 0 && !failed) return text;
  free(text);
  return NULL;
}

static int parse_curve(il_run *run, int points, const char *text) {
  int used;
  run->n_curve = 0;
  while (*text) {
    il_curve_point p;
    if (run->n_curve == points || sscanf(text, "%d %la %la %la;%n", &p.iteration, &p.training_loss, &p.validation,
                                         &p.validation_median, &used) != 4)
      return 0;
    run->curve[run->n_curve++] = p;
    text += used;
  }
  return 1;
}

/* Parameters by name, then the optimiser states that exist. */
static int list_tensors(il_tensor *tensors, const il_trainer *trainer, const il_trainer_vectors *vectors) {
  const il_parameters *parameters = &il_trainer_learner(trainer)->parameters;
  int count = 0;
  for (; count < parameters->count; count++) {
    const il_parameter *p = &parameters->at[count];
    tensors[count] = (il_tensor){.shape = p->shape, .data = vectors->parameters + p->offset};
    snprintf(tensors[count].name, sizeof tensors[count].name, "parameters.%s", p->name);
  }
  const struct {
    const char *name;
    const real *data;
    size_t size;
  } states[] = {{"state.outer", vectors->outer, vectors->outer_size},
                {"state.inner", vectors->inner, vectors->inner_size}};
  for (int i = 0; i < 2; i++) {
    if (states[i].size == 0) continue;
    tensors[count] = (il_tensor){.shape = il_shape_vector((int)states[i].size), .data = states[i].data};
    snprintf(tensors[count].name, sizeof tensors[count].name, "%s", states[i].name);
    count++;
  }
  return count;
}

il_status il_checkpoint_write(const il_checkpoints *checkpoints, const il_results *results, const il_run *run,
                              const il_trainer *trainer, const il_training_position *state, il_error *error) {
  char name[NAME_SIZE], counters[128], training_loss[40], digest[IL_DIGEST_TEXT];
  il_tensor tensors[IL_VALUES_MAX + 2];
  il_trainer_vectors vectors = il_trainer_expose(trainer);
  il_status status = il_experiment_training_digest(digest, results->experiment, run->algorithm, error);
  if (status != IL_OK) return status;
  char *curve = curve_text(run);
  if (!curve) return il_fail_memory(error, "a checkpoint", 0);
  snprintf(counters, sizeof counters, "%d %d %a %d", state->iteration, state->since, state->sum, state->diverged);
  snprintf(training_loss, sizeof training_loss, "%a", run->training_loss);
  const il_tensor_note notes[] = {{"format", format_name},
                                  {"training", digest},
                                  {"counters", counters},
                                  {"training_loss", training_loss},
                                  {"curve", curve}};
  file_name(name, results, run, "safetensors");
  status = il_directory_make(checkpoints->directory, error);
  if (status == IL_OK)
    status = il_safetensors_write(checkpoints->directory, name, tensors, list_tensors(tensors, trainer, &vectors),
                                  notes, sizeof notes / sizeof notes[0], error);
  if (status == IL_OK) status = write_seconds(checkpoints, results, run, error);
  free(curve);
  return status;
}

static int restore_notes(const il_safetensors *file, il_run *run, int points, il_training_position *state) {
  const char *counters = il_safetensors_note(file, "counters"), *curve = il_safetensors_note(file, "curve");
  const char *loss = il_safetensors_note(file, "training_loss");
  if (!counters || !curve || !loss) return 0;
  if (sscanf(counters, "%d %d %la %d", &state->iteration, &state->since, &state->sum, &state->diverged) != 4) return 0;
  if (state->iteration < 0 || state->since < 0) return 0;
  run->training_loss = strtod(loss, NULL);
  return parse_curve(run, points, curve);
}

/* Copies every tensor the trainer has from the file; the shapes must be the same. */
static int restore_tensors(const il_safetensors *file, const il_trainer *trainer, const il_trainer_vectors *vectors) {
  il_tensor wanted[IL_VALUES_MAX + 2];
  int count = list_tensors(wanted, trainer, vectors);
  for (int i = 0; i < count; i++) {
    const il_tensor *found = il_safetensors_find(file, wanted[i].name);
    if (!found || !il_shape_equal(&found->shape, &wanted[i].shape)) return 0;
    memcpy((real *)wanted[i].data, found->data, il_shape_size(&found->shape) * sizeof(real));
  }
  return 1;
}

/* Restores from the file at `path`. */
static il_status restore(const char *path, const il_results *results, il_run *run, int points, il_trainer *trainer,
                         il_training_position *state, il_arena *arena, il_error *error) {
  il_safetensors file;
  char digest[IL_DIGEST_TEXT];
  il_status status = il_safetensors_read(&file, path, arena, error);
  if (status == IL_OK) status = il_experiment_training_digest(digest, results->experiment, run->algorithm, error);
  if (status != IL_OK) return status;
  const char *kind = il_safetensors_note(&file, "format"), *training = il_safetensors_note(&file, "training");
  if (!kind || strcmp(kind, format_name) != 0)
    return il_fail(error, IL_DATA, "%s: not a checkpoint of this program", path);
  if (!training || strcmp(training, digest) != 0)
    return il_fail(error, IL_DATA,
                   "%s: a checkpoint of another training configuration: something that training or its validation "
                   "depends on has changed; run without --resume, or into another directory",
                   path);
  il_trainer_vectors vectors = il_trainer_expose(trainer);
  if (!restore_notes(&file, run, points, state) || !restore_tensors(&file, trainer, &vectors))
    return il_fail(error, IL_DATA, "%s: does not hold what this run needs", path);
  il_trainer_continue(trainer, state->iteration);
  return IL_OK;
}

il_status il_checkpoint_read(bool *found, const il_checkpoints *checkpoints, const il_results *results, il_run *run,
                             int points, il_trainer *trainer, il_training_position *state, il_error *error) {
  char name[NAME_SIZE];
  il_status status = IL_OK;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "a checkpoint", 0);
  file_name(name, results, run, "safetensors");
  const char *path = il_arena_format(arena, "%s/%s", checkpoints->directory, name);
  *found = path && access(path, F_OK) == 0;
  if (*found) status = restore(path, results, run, points, trainer, state, arena, error);
  if (*found && status == IL_OK) restore_seconds(checkpoints, results, run);
  if (!path) status = il_fail_memory(error, "a checkpoint", 0);
  il_arena_free(arena);
  return status;
}
