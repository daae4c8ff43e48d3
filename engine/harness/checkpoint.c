/* Writing and restoring checkpoints. Doubles are kept as hexadecimal floats: bits matter. */
#include "harness/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/regular.h"
#include "harness/checkpoint_notes.h"
#include "harness/selection.h"

enum { NAME_SIZE = 160 };

static const char newest_kind[] = "safetensors", previous_kind[] = "previous.safetensors";

static void file_name(char *name, const il_results *results, const il_run *run, const char *kind) {
  snprintf(name, NAME_SIZE, "%.100s-seed%" PRIu64 ".%s", results->experiment->algorithms[run->algorithm].label,
           run->seed, kind);
}

static const char *path_of(il_arena *arena, const il_checkpoints *checkpoints, const il_results *results,
                           const il_run *run, const char *kind) {
  char name[NAME_SIZE];
  file_name(name, results, run, kind);
  return il_arena_format(arena, "%s/%s", checkpoints->directory, name);
}

/* ---- seconds ---- */

/* Times stand in a file of their own, a line for the whole and one for every point of the curve: checkpoints of the
 * same training are the same bytes. */
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
  FILE *file;
  if (length < 1 || (size_t)length >= sizeof path || il_regular_stream(&file, NULL, path, NULL) != IL_OK) return;
  double seconds;
  if (fscanf(file, "%lf", &seconds) == 1) run->timing.train = seconds;
  for (int i = 0; i < run->n_curve && fscanf(file, "%lf", &seconds) == 1; i++) run->curve_seconds[i] = seconds;
  fclose(file);
}

/* ---- where the training is ---- */

/* "iteration loss validation median;" for every point of the curve. In the arena; NULL: out of memory. */
static const char *curve_text(const il_run *run, il_arena *arena) {
  char *text = NULL;
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return NULL;
  for (int i = 0; i < run->n_curve; i++) {
    const il_curve_point *p = &run->curve[i];
    fprintf(memory, "%d %a %a %a;", p->iteration, p->training_loss, p->validation, p->validation_median);
  }
  int failed = ferror(memory);
  failed |= fclose(memory) != 0;
  const char *kept = failed ? NULL : il_arena_text(arena, text);
  free(text);
  return kept;
}

static const char *position_text(const il_training_position *at, il_arena *arena) {
  return il_arena_format(arena, "iteration %d, %d since the last point of the curve, their losses %a, diverged %d",
                         at->iteration, at->since, at->sum, at->diverged);
}

static int parse_position(il_training_position *at, const char *text) {
  return sscanf(text, "iteration %d, %d since the last point of the curve, their losses %la, diverged %d",
                &at->iteration, &at->since, &at->sum, &at->diverged) == 4;
}

static int parse_curve(il_run *run, int points, const char *text) {
  int used = 0;
  run->n_curve = 0;
  for (; *text; text += used, run->n_curve++) {
    if (run->n_curve == points) return 0;
    il_curve_point *p = &run->curve[run->n_curve];
    used = 0;
    if (sscanf(text, "%d %la %la %la;%n", &p->iteration, &p->training_loss, &p->validation, &p->validation_median,
               &used) != 4 ||
        used == 0)
      return 0;
  }
  return 1;
}

/* Every counter follows from the iteration: which points the curve has, and how many iterations came after the last. An
 * iteration that diverged gave no point and is in no sum. */
static int position_holds(const il_training_position *at, const il_run *run, const il_training *training) {
  if (at->diverged < 0 || at->diverged > 1) return 0;
  if (at->iteration < at->diverged || at->iteration > training->iterations) return 0;
  int done = at->iteration - at->diverged, last = 0;
  if (run->n_curve != il_curve_points(training, done)) return 0;
  for (int i = 0; i < run->n_curve; i++) {
    last = il_curve_iteration(training, i);
    if (run->curve[i].iteration != last) return 0;
  }
  return at->since == done - last && isfinite(at->sum) && (at->since > 0 || at->sum == 0);
}

/* What was written is what would be written of what was read: nothing in the notes is passed over. */
static int restore_position(const il_safetensors *file, il_run *run, const il_training *training,
                            il_training_position *at, il_arena *arena) {
  const char *position = il_safetensors_note(file, "position"), *curve = il_safetensors_note(file, "curve");
  if (!position || !curve || !parse_position(at, position)) return 0;
  if (!parse_curve(run, il_curve_points(training, training->iterations), curve)) return 0;
  const char *position_again = position_text(at, arena), *curve_again = curve_text(run, arena);
  if (!position_again || strcmp(position, position_again) != 0) return 0;
  if (!curve_again || strcmp(curve, curve_again) != 0) return 0;
  return position_holds(at, run, training);
}

/* ---- tensors ---- */

/* The vectors kept for the evaluation, flat, after the `count` tensors that are there. */
static void list_kept(il_tensor *tensors, int *count, const il_selection *selection) {
  for (int i = 0; selection && i < selection->count; i++) {
    const il_kept *kept = &selection->at[i];
    const struct {
      const char *what;
      const real *data;
      size_t size;
    } parts[] = {{"parameters", kept->parameters, selection->size}, {"state", kept->state, selection->state_size}};
    for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
      if (parts[p].size == 0) continue;
      il_tensor *tensor = &tensors[(*count)++];
      tensor->shape = il_shape_vector((int)parts[p].size);
      tensor->data = parts[p].data;
      snprintf(tensor->name, sizeof tensor->name, "kept.%d.%s", kept->iteration, parts[p].what);
    }
  }
}

/* Parameters by name, running values by name, the optimiser states that exist, then what is kept for the evaluation. In
 * the arena; NULL: out of memory. */
static il_tensor *list_tensors(int *count, const il_trainer *trainer, const il_selection *selection, il_arena *arena) {
  const il_learner *learner = il_trainer_learner(trainer);
  const il_trainer_vectors v = il_trainer_expose(trainer);
  const size_t running = v.inner_size < learner->carried.size ? v.inner_size : learner->carried.size;
  const struct {
    const char *prefix;
    const il_parameters *names; /* NULL: one tensor, of `size` reals */
    const real *data;
    size_t size;
  } parts[] = {{"parameters.", &learner->parameters, v.parameters, 0},
               {"running.", running ? &learner->carried : NULL, v.inner, 0},
               {"state.outer", NULL, v.outer, v.outer_size},
               {"state.inner", NULL, v.inner + running, v.inner_size - running}};
  size_t most = (size_t)(learner->parameters.count + learner->carried.count + 2 + 2 * IL_KEPT_MAX);
  il_tensor *tensors = il_arena_get(arena, most, sizeof *tensors);
  *count = 0;
  for (size_t i = 0; tensors && i < sizeof parts / sizeof parts[0]; i++) {
    int named = parts[i].names ? parts[i].names->count : parts[i].size > 0;
    for (int k = 0; k < named; k++) {
      il_tensor *tensor = &tensors[(*count)++];
      const il_parameter *p = parts[i].names ? &parts[i].names->at[k] : NULL;
      tensor->shape = p ? p->shape : il_shape_vector((int)parts[i].size);
      tensor->data = parts[i].data + (p ? p->offset : 0);
      snprintf(tensor->name, sizeof tensor->name, "%s%s", parts[i].prefix, p ? p->name : "");
    }
  }
  if (tensors) list_kept(tensors, count, selection);
  return tensors;
}

/* Copies every tensor the trainer and the selection have from the file, once all are there, of the same shapes, and no
 * other. */
static int restore_tensors(const il_safetensors *file, const il_trainer *trainer, const il_selection *selection,
                           il_arena *arena) {
  int count;
  il_tensor *wanted = list_tensors(&count, trainer, selection, arena);
  if (!wanted || file->count != count) return 0;
  for (int i = 0; i < count; i++) {
    const il_tensor *found = il_safetensors_find(file, wanted[i].name);
    if (!found || !il_shape_equal(&found->shape, &wanted[i].shape)) return 0;
  }
  for (int i = 0; i < count; i++) {
    const il_tensor *found = il_safetensors_find(file, wanted[i].name);
    memcpy((real *)wanted[i].data, found->data, il_shape_size(&found->shape) * sizeof(real));
  }
  return 1;
}

/* The trainer's tensors, and of the vectors the file keeps as many as `selection` (NULL: none) does. Which points of
 * the curve they are of follows from the curve. */
static int restore_all(const il_safetensors *file, const il_run *run, const il_trainer *trainer,
                       il_selection *selection, const il_task_kind *kind, il_arena *arena) {
  il_selection *kept;
  int most = il_checkpoint_kept(file);
  if (most < 0 || il_selection_new(&kept, trainer, kind, most, NULL) != IL_OK) return 0;
  il_selection_follow(kept, run->curve, run->n_curve);
  int restored = restore_tensors(file, trainer, kept, arena);
  if (restored && selection) il_selection_copy(selection, kept);
  il_selection_free(kept);
  return restored;
}

/* ---- writing ---- */

/* The newest becomes the previous one as well, so that there is a whole one whatever happens while the next is written.
 * File systems without links: it becomes the previous one alone. */
static il_status keep_previous(const char *newest, const char *previous, il_error *error) {
  if (access(newest, F_OK) != 0) return IL_OK;
  if (unlink(previous) != 0 && errno != ENOENT) return il_fail(error, IL_IO, "%s: %s", previous, strerror(errno));
  if (link(newest, previous) == 0 || rename(newest, previous) == 0) return IL_OK;
  return il_fail(error, IL_IO, "%s: cannot be kept as %s: %s", newest, previous, strerror(errno));
}

static il_status write_file(const il_checkpoints *checkpoints, const il_results *results, const il_run *run,
                            const il_trainer *trainer, il_training_position *state, il_arena *arena, il_error *error) {
  char name[NAME_SIZE];
  int count;
  il_notes notes = {.arena = arena};
  il_tensor *tensors = list_tensors(&count, trainer, state->selection, arena);
  const char *newest = path_of(arena, checkpoints, results, run, newest_kind);
  const char *previous = path_of(arena, checkpoints, results, run, previous_kind);
  if (!tensors || !newest || !previous) return il_fail_memory(error, "a checkpoint", 0);
  il_status status;
  IL_TRY(il_checkpoint_identity(&notes, results, run, error));
  IL_TRY(il_checkpoint_describe(&notes, results, run, il_trainer_learner(trainer), error));
  IL_TRY(il_notes_add(&notes, "position", position_text(state, arena), error));
  IL_TRY(il_notes_add(&notes, "curve", curve_text(run, arena), error));
  IL_TRY(il_directory_make(checkpoints->directory, error));
  if (!state->damaged) IL_TRY(keep_previous(newest, previous, error));
  file_name(name, results, run, newest_kind);
  IL_TRY(il_safetensors_write(checkpoints->directory, name, tensors, count, notes.at, (size_t)notes.count, error));
  state->kept = state->iteration;
  state->damaged = false;
done:
  return status;
}

il_status il_checkpoint_write(const il_checkpoints *checkpoints, const il_results *results, const il_run *run,
                              const il_trainer *trainer, il_training_position *state, il_error *error) {
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "a checkpoint", 0);
  il_status status;
  IL_TRY(write_file(checkpoints, results, run, trainer, state, arena, error));
  IL_TRY(write_seconds(checkpoints, results, run, error));
done:
  il_arena_free(arena);
  return status;
}

/* ---- reading ---- */

/* Restores from the file at `path`. *whole: it is a checkpoint, undamaged, whatever it is of. */
static il_status restore(bool *whole, const char *path, const il_results *results, il_run *run, il_trainer *trainer,
                         il_training_position *state, il_arena *arena, il_error *error) {
  il_safetensors file;
  il_notes notes = {.arena = arena};
  const il_training *training = &results->experiment->algorithms[run->algorithm].training;
  il_status status = il_safetensors_read(&file, path, arena, error);
  *whole = status == IL_OK && il_checkpoint_whole(&file);
  if (status != IL_OK) return status;
  status = il_checkpoint_identity(&notes, results, run, error);
  if (status != IL_OK) return status;
  status = il_checkpoint_compare(&file, &notes, error);
  if (status != IL_OK) return status;
  il_training_position at = {.kept = -1, .selection = state->selection};
  *whole = restore_position(&file, run, training, &at, arena) &&
           restore_all(&file, run, trainer, at.selection, results->suite.kind, arena);
  if (!*whole) return il_fail(error, IL_DATA, "%s: damaged: what it holds does not fit together", path);
  *state = at;
  run->training_loss = run->n_curve > 0 ? run->curve[run->n_curve - 1].training_loss : NAN;
  il_trainer_continue(trainer, state->iteration);
  return IL_OK;
}

/* The newest cannot be used, for this reason: the one before it. */
static il_status restore_previous(const char *previous, const il_error *reason, const il_results *results, il_run *run,
                                  il_trainer *trainer, il_training_position *state, il_arena *scratch, il_arena *arena,
                                  il_error *error) {
  bool whole;
  il_error second = {0};
  il_status status = restore(&whole, previous, results, run, trainer, state, scratch, &second);
  if (status != IL_OK)
    return il_fail(error, status == IL_MEMORY ? status : IL_DATA, "%s; nor can the previous one be used: %s",
                   reason->message, second.message);
  state->damaged = true;
  run->restored = il_arena_format(arena, "%s; %s seed %" PRIu64 " goes on from the previous checkpoint, iteration %d",
                                  reason->message, results->experiment->algorithms[run->algorithm].label, run->seed,
                                  state->iteration);
  return run->restored ? IL_OK : il_fail_memory(error, "a checkpoint", 0);
}

static il_status read_file(bool *found, const il_checkpoints *checkpoints, const il_results *results, il_run *run,
                           il_trainer *trainer, il_training_position *state, il_arena *scratch, il_arena *arena,
                           il_error *error) {
  bool whole = false;
  const char *newest = path_of(scratch, checkpoints, results, run, newest_kind);
  const char *previous = path_of(scratch, checkpoints, results, run, previous_kind);
  if (!newest || !previous) return il_fail_memory(error, "a checkpoint", 0);
  const bool has_newest = access(newest, F_OK) == 0, has_previous = access(previous, F_OK) == 0;
  *found = has_newest || has_previous;
  if (!*found) return IL_OK;
  il_error reason = {0};
  il_status status = has_newest ? restore(&whole, newest, results, run, trainer, state, scratch, &reason)
                                : il_fail(&reason, IL_IO, "%s: is not there", newest);
  if (status == IL_OK) state->kept = state->iteration;
  if (status == IL_OK) return status;
  if (status == IL_MEMORY || whole || !has_previous) return il_fail(error, status, "%s", reason.message);
  return restore_previous(previous, &reason, results, run, trainer, state, scratch, arena, error);
}

bool il_checkpoint_fits(const char *path, const il_results *results, const il_run *run) {
  il_safetensors file;
  il_notes notes = {.arena = il_arena_new()};
  if (!notes.arena) return false;
  bool fits = il_safetensors_read(&file, path, notes.arena, NULL) == IL_OK &&
              il_checkpoint_identity(&notes, results, run, NULL) == IL_OK &&
              il_checkpoint_compare(&file, &notes, NULL) == IL_OK;
  il_arena_free(notes.arena);
  return fits;
}

il_status il_checkpoint_read(bool *found, const il_checkpoints *checkpoints, const il_results *results, il_run *run,
                             il_trainer *trainer, il_training_position *state, il_arena *arena, il_error *error) {
  il_arena *scratch = il_arena_new();
  if (!scratch) return il_fail_memory(error, "a checkpoint", 0);
  il_status status = read_file(found, checkpoints, results, run, trainer, state, scratch, arena, error);
  if (*found && status == IL_OK) restore_seconds(checkpoints, results, run);
  il_arena_free(scratch);
  return status;
}
