/* The case of a proof: a real training episode, parameters off their symmetries, the direction an algorithm finds
 * there, and the coordinates at which it is looked at. */
#include "harness/prove.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/prove_case.h"
#include "innerloop/random.h"

static const double tolerance = sizeof(real) == 8 ? 1e-6 : 3e-2;

/* More coordinates than this, or than cost so many floating-point operations, are not looked at: a random sample
 * stands for them, of which every parameter, a bias too, has a few. */
static const double coordinates_most = 2048, operations_most = 5e11;
enum { COORDINATES_LEAST = 8, EVALUATIONS = 4 /* of a loss, a coordinate */ };
enum { STREAM_PARAMETERS, STREAM_COORDINATES }; /* index within IL_PURPOSE_PROOF */

static real *reals(const il_case *c, size_t count) {
  return il_arena_get(c->arena, count + 1, sizeof(real));
}

il_call il_case_call(const il_case *c, const il_program *program, real *workspace, const real *theta, real *loss) {
  il_call call = {.program = program,
                  .state = c->state,
                  .progress = (real)0.5,
                  .out_parameters = c->sinks[0],
                  .out_direction = c->sinks[1],
                  .out_prediction = c->sinks[1], /* no program has both */
                  .out_state = c->sinks[2]};
  call.workspace = workspace;
  call.parameters = theta;
  call.start = theta;
  call.out_loss = loss;
  il_episode_buffers_give(&call, &c->buffers, 0);
  return call;
}

static il_status open_programs(il_case *c, il_error *error) {
  il_inner_options none = c->config->inner;
  none.steps = 0;
  il_status status =
      il_learner_training(&c->training, &c->learner, &c->config->inner, c->tasks.shots, c->tasks.queries, true, error);
  if (status != IL_OK) return status;
  if (c->training.kind == IL_DIRECTION_DISPLACEMENT)
    return il_learner_evaluation(&c->judge, &c->learner, c->tasks.shots,
                                 c->buffers.batch ? c->buffers.batch : c->buffers.support, error);
  status =
      il_learner_training_loss(&c->through, &c->learner, &c->config->inner, c->tasks.shots, c->tasks.queries, error);
  if (status != IL_OK) return status;
  /* A loss over all inner steps has no value without any: then only the exact gradient can be compared. */
  status = il_learner_training_loss(&c->direct, &c->learner, &none, c->tasks.shots, c->tasks.queries, NULL);
  if (status == IL_INVALID && c->training.kind == IL_DIRECTION_GRADIENT) return IL_OK;
  if (status == IL_OK) return IL_OK;
  return il_fail(error, status, "%s: no loss without inner steps to compare with", c->config->label);
}

static il_status open_case(il_case *c, const il_session *session, int algorithm, il_error *error) {
  c->session = session;
  c->config = &session->experiment->algorithms[algorithm];
  c->tasks = il_session_training_size(session, algorithm);
  il_status status = il_session_learner(&c->learner, session, algorithm, error);
  if (status != IL_OK) return status;
  c->size = c->learner.parameters.size;
  status = il_episode_buffers_new(&c->buffers, session->training[algorithm], &c->learner, &c->config->inner, c->tasks,
                                  IL_BUFFERS_TRAINING, c->arena, error);
  if (status != IL_OK) return status;
  return open_programs(c, error);
}

static int ascending(const void *a, const void *b) {
  size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

/* Floating-point operations of all references at one coordinate. */
static double cost_of(const il_case *c) {
  double through = c->through ? il_program_cost(c->through).flops : 0;
  double direct = c->direct ? 2 * il_program_cost(c->direct).flops : 0;
  double judge = c->judge ? c->config->inner.steps * il_program_cost(c->judge).flops : 0;
  return EVALUATIONS * (through + direct + judge);
}

/* Every coordinate, or of every parameter a random sample without replacement, in proportion to its size. */
static il_status choose_coordinates(il_case *c, uint64_t seed, il_error *error) {
  const il_parameters *parameters = &c->learner.parameters;
  il_stream stream = il_stream_open(seed, IL_PURPOSE_PROOF, STREAM_COORDINATES);
  int *order = il_arena_get(c->arena, c->size, sizeof *order);
  c->at = il_arena_get(c->arena, c->size, sizeof *c->at);
  if (!c->at || !order) return il_fail_memory(error, "a proof", c->size * sizeof *c->at);
  double wanted_in_all = fmin(coordinates_most, operations_most / (cost_of(c) + 1));
  double share = fmin(wanted_in_all / (double)c->size, 1);
  for (int p = 0; p < parameters->count; p++) {
    size_t size = il_shape_size(&parameters->at[p].shape), wanted = (size_t)ceil(share * (double)size);
    if (wanted < COORDINATES_LEAST) wanted = COORDINATES_LEAST;
    if (wanted > size) wanted = size;
    il_random_permutation(&stream, order, (int)size);
    for (size_t i = 0; i < wanted; i++) c->at[c->n++] = parameters->at[p].offset + (size_t)order[i];
  }
  qsort(c->at, c->n, sizeof *c->at, ascending);
  return IL_OK;
}

/* The parameters off their symmetries, and buffers for what programs give back. */
static il_status open_buffers(il_case *c, uint64_t seed, il_error *error) {
  size_t rows = (size_t)(c->buffers.query > c->buffers.support ? c->buffers.query : c->buffers.support);
  size_t prediction = rows * c->buffers.output, direction = c->size > prediction ? c->size : prediction;
  size_t state = il_learner_state_size(&c->learner, &c->config->inner.rule);
  real **const at[] = {&c->theta, &c->direction, &c->adapted, &c->sinks[0], &c->sinks[1], &c->sinks[2], &c->state};
  const size_t sizes[] = {c->size, c->size, c->size, c->size, direction, state, state};
  for (int i = 0; i < 7; i++) {
    *at[i] = reals(c, sizes[i]);
    if (!*at[i]) return il_fail_memory(error, "a proof", sizes[i] * sizeof(real));
  }
  il_stream stream = il_stream_open(seed, IL_PURPOSE_PROOF, STREAM_PARAMETERS);
  il_parameters_initialise(c->theta, &c->learner.parameters, seed);
  for (size_t i = 0; i < c->size; i++) c->theta[i] += (real)(0.1f * il_random_normal(&stream));
  memcpy(c->adapted, c->theta, c->size * sizeof(real));
  il_learner_state_reset(c->state, &c->learner, &c->config->inner.rule);
  return IL_OK;
}

/* Draws the episode and computes the direction: of the second task, where something runs on from task to task. */
static il_status run_case(il_case *c, uint64_t seed, il_error *error) {
  real *workspace = reals(c, il_program_cost(c->training.program).workspace_reals);
  if (!workspace) return il_fail_memory(error, "a proof", 0);
  il_episode_buffers_draw(&c->buffers, IL_SPLIT_TRAIN, seed, 0);
  il_call call = il_case_call(c, c->training.program, workspace, c->theta, &c->loss);
  if (c->training.state > 0) {
    il_learner_run(&call);
    memcpy(c->state, c->sinks[2], c->training.state * sizeof(real));
    il_episode_buffers_draw(&c->buffers, IL_SPLIT_TRAIN, seed, 1);
  }
  call.out_direction = c->direction;
  call.out_parameters = c->adapted;
  il_learner_run(&call);
  return il_session_trouble(c->session, error);
}

static il_proof_arrays arrays_of(const il_case *c) {
  return (il_proof_arrays){.parameters = c->size,
                           .support = c->buffers.support,
                           .query = c->buffers.query,
                           .input = c->buffers.input,
                           .output = c->buffers.output,
                           .theta = c->theta,
                           .direction = c->direction,
                           .adapted = c->adapted,
                           .support_x = c->buffers.support_x,
                           .support_y = c->buffers.episode.support_y,
                           .query_x = c->buffers.query_x,
                           .query_y = c->buffers.episode.query_y,
                           .loss = c->loss};
}

il_status il_prove(il_proof *proof, il_proof_arrays *arrays, const il_session *session, int algorithm, il_arena *arena,
                   il_error *error) {
  il_status status = IL_OK;
  il_case c = {.arena = arena};
  uint64_t seed = session->experiment->seeds[0];
  *proof = (il_proof){.finding = IL_FINDING_UNTRAINED, .tolerance = tolerance};
  if (!session->experiment->algorithms[algorithm].algorithm->build) return IL_OK;
  IL_TRY(open_case(&c, session, algorithm, error));
  IL_TRY(choose_coordinates(&c, seed, error));
  IL_TRY(open_buffers(&c, seed, error));
  IL_TRY(run_case(&c, seed, error));
  IL_TRY(il_case_references(&c, error));
  il_proof_conclude(proof, &c);
  if (arrays) *arrays = arrays_of(&c);
done:
  il_program_free(c.training.program);
  il_program_free(c.through);
  il_program_free(c.direct);
  il_program_free(c.judge);
  return status;
}
