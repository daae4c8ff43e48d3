/* Which parameters are judged.
 *
 * Example: `parameters: mean`, best_of 2, accuracy on validation after 100, 200, 300, 400 iterations: 0.6 0.8 0.7 0.8.
 *
 *   100   kept: 100
 *   200   kept: 200 100
 *   300   kept: 200 300     the vectors of 100 are written over
 *   400   kept: 200 400     0.8 is not better than the 0.8 of 200, but than 0.7
 *
 * Judged are (theta_200 + theta_400) / 2. `parameters: best` would judge theta_200, `ensemble` the mean of what the two
 * networks predict, each adapted on its own. */
#include "harness/selection.h"

#include <stdlib.h>
#include <string.h>

#include "harness/resources.h"

static il_status allocate(il_selection *selection, il_error *error) {
  size_t each = selection->size + selection->state_size, vectors = (size_t)selection->most;
  vectors += selection->most > 1; /* their mean */
  il_status status = il_memory_check("kept parameters", (double)vectors * (double)each * sizeof(real), error);
  if (status != IL_OK) return status;
  for (size_t i = 0; i < vectors; i++) {
    bool kept = i < (size_t)selection->most;
    real **parameters = kept ? &selection->at[i].parameters : &selection->mean;
    real **state = kept ? &selection->at[i].state : &selection->mean_state;
    *parameters = il_arena_get(selection->arena, selection->size, sizeof(real));
    *state = il_arena_get(selection->arena, selection->state_size, sizeof(real));
    if (!*parameters || !*state) return il_fail_memory(error, "kept parameters", each * sizeof(real));
  }
  return IL_OK;
}

il_status il_selection_new(il_selection **out, const il_trainer *trainer, const il_task_kind *kind, int most,
                           il_error *error) {
  *out = NULL;
  il_selection *selection = calloc(1, sizeof *selection);
  if (selection) selection->arena = il_arena_new();
  if (!selection || !selection->arena) {
    free(selection);
    return il_fail_memory(error, "kept parameters", sizeof *selection);
  }
  selection->kind = kind;
  selection->most = most;
  selection->size = il_trainer_learner(trainer)->parameters.size;
  selection->state_size = il_trainer_expose(trainer).inner_size;
  il_status status = allocate(selection, error);
  if (status == IL_OK)
    *out = selection;
  else
    il_selection_free(selection);
  return status;
}

il_status il_selection_open(il_selection **selection, const il_trainer *trainer, const il_session *session,
                            int algorithm, il_error *error) {
  const il_experiment *experiment = session->experiment;
  int most = il_experiment_kept(experiment, algorithm);
  il_status status = il_selection_new(selection, trainer, session->info.kind, most, error);
  if (status != IL_OK) return status;
  if (most > 0) (*selection)->parameters = (il_judged_parameters)experiment->evaluation.parameters;
  return IL_OK;
}

void il_selection_free(il_selection *selection) {
  if (!selection) return;
  il_arena_free(selection->arena);
  free(selection);
}

/* The place of a new point among the best, whose vectors are to be written; NULL: it is not among them. */
static il_kept *place_for(il_selection *selection, const il_curve_point *point) {
  int place = selection->count, last = selection->most - 1;
  while (place > 0 && il_task_kind_better(selection->kind, point->validation, selection->at[place - 1].validation))
    place--;
  if (place > last) return NULL;
  if (selection->count <= last) last = selection->count++;
  il_kept taken = selection->at[last]; /* the next free one, or the worst */
  memmove(&selection->at[place + 1], &selection->at[place], (size_t)(last - place) * sizeof taken);
  taken.iteration = point->iteration;
  taken.validation = point->validation;
  selection->at[place] = taken;
  return &selection->at[place];
}

void il_selection_offer(il_selection *selection, const il_curve_point *point, const il_trainer *trainer) {
  il_kept *kept = place_for(selection, point);
  if (!kept) return;
  memcpy(kept->parameters, il_trainer_parameters(trainer), selection->size * sizeof(real));
  if (selection->state_size) memcpy(kept->state, il_trainer_state(trainer), selection->state_size * sizeof(real));
}

void il_selection_follow(il_selection *selection, const il_curve_point *curve, int points) {
  selection->count = 0;
  for (int i = 0; i < points; i++) place_for(selection, &curve[i]);
}

void il_selection_copy(il_selection *selection, const il_selection *from) {
  selection->count = from->count < selection->most ? from->count : selection->most;
  for (int i = 0; i < selection->count; i++) {
    il_kept *to = &selection->at[i];
    to->iteration = from->at[i].iteration;
    to->validation = from->at[i].validation;
    memcpy(to->parameters, from->at[i].parameters, selection->size * sizeof(real));
    memcpy(to->state, from->at[i].state, selection->state_size * sizeof(real));
  }
}

static int by_iteration(const void *a, const void *b) {
  int one = ((const il_kept *)a)->iteration, other = ((const il_kept *)b)->iteration;
  return (one > other) - (one < other);
}

/* Adds up in double, in the order of the list. */
static void average(il_selection *selection, const il_kept *list) {
  for (size_t k = 0; k < selection->size; k++) {
    double sum = 0;
    for (int i = 0; i < selection->count; i++) sum += (double)list[i].parameters[k];
    selection->mean[k] = (real)(sum / selection->count);
  }
  for (size_t k = 0; k < selection->state_size; k++) {
    double sum = 0;
    for (int i = 0; i < selection->count; i++) sum += (double)list[i].state[k];
    selection->mean_state[k] = (real)(sum / selection->count);
  }
}

int il_selection_members(const il_selection *selection) {
  return selection->parameters == IL_PARAMETERS_ENSEMBLE ? selection->most : 0;
}

il_evaluation_request il_selection_judged(il_selection *selection, const il_trainer *trainer, il_run *run) {
  il_kept list[IL_KEPT_MAX];
  run->n_judged = selection->count;
  if (selection->count == 0)
    return (il_evaluation_request){.theta = il_trainer_parameters(trainer), .state = il_trainer_state(trainer)};
  memcpy(list, selection->at, (size_t)selection->count * sizeof *list);
  qsort(list, (size_t)selection->count, sizeof *list, by_iteration);
  for (int i = 0; i < selection->count; i++) {
    run->judged[i] = list[i].iteration;
    selection->members[i] = (il_member){list[i].parameters, selection->state_size ? list[i].state : NULL};
  }
  if (il_selection_members(selection) > 0)
    return (il_evaluation_request){.n_members = selection->count, .members = selection->members};
  if (selection->most == 1)
    return (il_evaluation_request){.theta = selection->members[0].theta, .state = selection->members[0].state};
  average(selection, list);
  return (il_evaluation_request){.theta = selection->mean,
                                 .state = selection->state_size ? selection->mean_state : NULL};
}

il_status il_judged_digest(char digest[IL_DIGEST_TEXT], const il_evaluation_request *judged, size_t size,
                           il_error *error) {
  if (judged->n_members == 0) return il_hash_bytes(digest, judged->theta, size * sizeof(real), error);
  il_hash *hash = il_hash_new();
  if (!hash) return il_fail_memory(error, "a digest", 0);
  for (int i = 0; i < judged->n_members; i++) il_hash_add(hash, judged->members[i].theta, size * sizeof(real));
  return il_hash_finish(hash, digest, error);
}
