/* innerloop's side of the comparison with peers, built in float (timed) and in double (what is checked to the last
 * digits).
 *   innerloop_peer FILE.yaml LABEL THREADS training|adaptation dump OUT.npz
 *   innerloop_peer FILE.yaml LABEL THREADS training|adaptation time
 * dump: what a peer needs to do the same work, and what must come out:
 *   inner_steps, inner_rate, outer_rate            scalars; every optimiser inside is plain gradient descent
 *   theta.NAME                                     initial parameters, in the order of the model
 *   moves [parameters]                             1: the inner loop moves this parameter
 *   support_x, support_y, query_x, query_y         [batches, tasks, rows, ...] of the first meta-iterations (or test
 *   tasks) training: direction.NAME, loss, after.NAME     mean direction and loss of the first meta-batch at theta, and
 *                                                  the parameters after one whole meta-iteration
 *   adaptation: after.NAME                         parameters after inner_steps steps on the first test task
 * time: prints a line, then answers every line "SECONDS" on standard input by working for about so long and printing
 * "MEDIAN_SECONDS COUNT" of one meta-iteration, drawing its tasks included (or of one adaptation, its task drawn
 * before). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "cli/builtin.h"
#include "experiment/schema.h"
#include "formats/npz.h"
#include "harness/evaluator.h"
#include "harness/trainer.h"
#include "statistics/statistics.h"

enum { BATCHES = 4, SEED = 0, SAMPLES_MAX = 1 << 16, LINE_SIZE = 64, THREADS_MAX = 1024 };
enum { ARRAYS_MAX = 3 * IL_VALUES_MAX + 16 };

typedef struct peer {
  il_arena *arena;
  il_experiment *experiment;
  il_session *session;
  il_learner learner;
  const il_algorithm_config *config;
  bool adaptation;
  const il_inner_options *inner; /* the inner loop in question */
  il_task_size size;
  int tasks, batches;
  il_episode_buffers view;
  real *theta;
  real *support_x, *support_y, *query_x, *query_y; /* [batches, tasks, rows, width] */
  double settings[3];
  unsigned char moves[IL_VALUES_MAX];
  il_npz_array arrays[ARRAYS_MAX];
  int count;
} peer;

/* ---- what is dumped ---- */

static void add(peer *p, const char *name, int type, const void *data, int rank, const size_t *dims) {
  il_npz_array *array = &p->arrays[p->count++];
  *array = (il_npz_array){.type = (il_npz_type)type, .rank = rank, .data = data};
  (void)snprintf(array->name, sizeof array->name, "%s", name);
  for (int i = 0; i < rank; i++) array->dims[i] = dims[i];
}

/* One array a parameter: PREFIX.NAME. */
static void add_parameters(peer *p, const char *prefix, const real *flat) {
  for (int i = 0; i < p->learner.parameters.count; i++) {
    const il_parameter *parameter = &p->learner.parameters.at[i];
    char name[IL_NPZ_NAME_SIZE];
    size_t dims[IL_NPZ_RANK];
    for (int d = 0; d < parameter->shape.rank; d++) dims[d] = (size_t)parameter->shape.dims[d];
    (void)snprintf(name, sizeof name, "%s.%s", prefix, parameter->name);
    add(p, name, IL_NPZ_REAL, flat + parameter->offset, parameter->shape.rank, dims);
  }
}

/* [batches, tasks, rows, the shape of one input or target]. */
static void add_rows(peer *p, const char *name, const real *data, int rows, const il_shape *one) {
  size_t dims[IL_NPZ_RANK] = {(size_t)p->batches, (size_t)p->tasks, (size_t)rows};
  for (int d = 0; d < one->rank; d++) dims[3 + d] = (size_t)one->dims[d];
  add(p, name, IL_NPZ_REAL, data, 3 + one->rank, dims);
}

static void add_common(peer *p) {
  const size_t count = (size_t)p->learner.parameters.count;
  const il_shape target = {1, {p->learner.interface.outputs}};
  const char *const names[] = {"inner_steps", "inner_rate", "outer_rate"};
  p->settings[0] = p->inner->steps;
  p->settings[1] = p->inner->rule.learning_rate;
  p->settings[2] = p->config->outer.rule.learning_rate;
  for (int i = 0; i < 3; i++) add(p, names[i], IL_NPZ_FLOAT64, &p->settings[i], 0, NULL);
  for (size_t i = 0; i < count; i++) p->moves[i] = p->learner.parameters.at[i].adapted;
  add(p, "moves", IL_NPZ_UINT8, p->moves, 1, &count);
  add_parameters(p, "theta", p->theta);
  add_rows(p, "support_x", p->support_x, p->view.support, &p->learner.interface.input);
  add_rows(p, "support_y", p->support_y, p->view.support, &target);
  add_rows(p, "query_x", p->query_x, p->view.query, &p->learner.interface.input);
  add_rows(p, "query_y", p->query_y, p->view.query, &target);
}

/* ---- the tasks ---- */

/* What the peers are written for; anything else would be a comparison of different things. */
static il_status check_settings(const peer *p, il_error *error) {
  const il_inner_options *inner = p->inner;
  bool plain = inner->rule.optimiser == p->config->inner.rule.optimiser &&
               strcmp(il_optimiser_names[inner->rule.optimiser], "sgd") == 0 &&
               il_optimiser_of(&inner->rule)->moments(&inner->rule) == 0;
  if (plain && inner->batch == 0 && inner->loss_scale == IL_LOSS_MEAN && p->learner.carried.size == 0) return IL_OK;
  return il_fail(error, IL_INVALID,
                 "%s: the peers know gradient descent on the whole support set and the mean loss only",
                 p->config->label);
}

static void draw(peer *p, size_t at, uint64_t index) {
  const il_episode_buffers *view = &p->view;
  const size_t support = (size_t)view->support, query = (size_t)view->query;
  il_episode_buffers_draw(&p->view, p->adaptation ? IL_SPLIT_TEST : IL_SPLIT_TRAIN, SEED, index);
  memcpy(p->support_x + at * support * view->input, view->support_x, support * view->input * sizeof(real));
  memcpy(p->support_y + at * support * view->output, view->episode.support_y, support * view->output * sizeof(real));
  memcpy(p->query_x + at * query * view->input, view->query_x, query * view->input * sizeof(real));
  memcpy(p->query_y + at * query * view->output, view->episode.query_y, query * view->output * sizeof(real));
}

static il_status draw_all(peer *p, il_error *error) {
  const il_source *source = p->adaptation ? p->session->common[0] : p->session->training[0];
  il_buffers_purpose purpose = p->adaptation ? IL_BUFFERS_EVALUATION : IL_BUFFERS_TRAINING;
  il_status status = il_episode_buffers_new(&p->view, source, &p->learner, p->inner, p->size, purpose, p->arena, error);
  if (status != IL_OK) return status;
  size_t episodes = (size_t)p->batches * (size_t)p->tasks;
  size_t support = episodes * (size_t)p->view.support, query = episodes * (size_t)p->view.query;
  p->support_x = il_arena_get(p->arena, support * p->view.input, sizeof(real));
  p->support_y = il_arena_get(p->arena, support * p->view.output, sizeof(real));
  p->query_x = il_arena_get(p->arena, query * p->view.input, sizeof(real));
  p->query_y = il_arena_get(p->arena, query * p->view.output, sizeof(real));
  p->theta = il_arena_get(p->arena, p->learner.parameters.size, sizeof(real));
  if (!p->support_x || !p->support_y || !p->query_x || !p->query_y || !p->theta)
    return il_fail_memory(error, "episodes", 0);
  for (size_t i = 0; i < episodes; i++) draw(p, i, i);
  il_parameters_initialise(p->theta, &p->learner.parameters, SEED);
  return IL_OK;
}

/* ---- dump ---- */

/* Mean direction and loss of the first meta-batch, task by task and summed in double: not the trainer's way. */
static il_status first_direction(peer *p, real *direction, real *loss, il_error *error) {
  const size_t size = p->learner.parameters.size;
  il_training_program task = {0};
  il_status status = il_learner_training(&task, &p->learner, p->inner, p->size.shots, p->size.queries, false, error);
  if (status != IL_OK) return status;
  size_t workspace_size = il_program_cost(task.program).workspace_reals;
  real *workspace = il_arena_get(p->arena, workspace_size, sizeof(real));
  double *sum = il_arena_get(p->arena, size + 1, sizeof *sum);
  if (!workspace || !sum) {
    il_program_free(task.program);
    return il_fail_memory(error, "a direction", size * sizeof *sum);
  }
  memset(sum, 0, (size + 1) * sizeof *sum);
  il_call call = {.program = task.program,
                  .workspace = workspace,
                  .parameters = p->theta,
                  .out_direction = direction,
                  .out_loss = loss};
  for (int i = 0; i < p->tasks; i++) {
    il_episode_buffers_draw(&p->view, IL_SPLIT_TRAIN, SEED, (uint64_t)i);
    il_episode_buffers_give(&call, &p->view, 0);
    il_learner_run(&call);
    for (size_t j = 0; j < size; j++) sum[j] += (double)direction[j];
    sum[size] += (double)*loss;
  }
  for (size_t j = 0; j < size; j++) direction[j] = (real)(sum[j] / p->tasks);
  *loss = (real)(sum[size] / p->tasks);
  il_program_free(task.program);
  return IL_OK;
}

static il_status dump_training(peer *p, real *after, il_error *error) {
  il_trainer *trainer = NULL;
  real *direction = il_arena_get(p->arena, p->learner.parameters.size, sizeof *direction);
  real *loss = il_arena_get(p->arena, 1, sizeof *loss);
  if (!direction || !loss) return il_fail_memory(error, "a direction", 0);
  il_status status = first_direction(p, direction, loss, error);
  if (status == IL_OK) status = il_trainer_new(&trainer, p->session, 0, SEED, error);
  if (status != IL_OK) return status;
  (void)il_trainer_iterate(trainer);
  memcpy(after, il_trainer_parameters(trainer), p->learner.parameters.size * sizeof *after);
  il_trainer_free(trainer);
  add_parameters(p, "direction", direction);
  add(p, "loss", IL_NPZ_REAL, loss, 0, NULL);
  return IL_OK;
}

static il_status dump_adaptation(peer *p, real *after, il_error *error) {
  il_program *step = NULL;
  const size_t size = p->learner.parameters.size, state_size = il_learner_state_size(&p->learner, &p->inner->rule);
  il_status status = il_learner_adaptation(&step, &p->learner, p->inner, p->size.shots, error);
  if (status != IL_OK) return status;
  real *workspace = il_arena_get(p->arena, il_program_cost(step).workspace_reals, sizeof(real));
  real *before = il_arena_get(p->arena, size, sizeof *before),
       *state = il_arena_get(p->arena, state_size, sizeof *state);
  real *next_state = il_arena_get(p->arena, state_size, sizeof *next_state);
  if (workspace && before && state && next_state) {
    il_call call = {.program = step,
                    .workspace = workspace,
                    .parameters = before,
                    .start = p->theta,
                    .state = state,
                    .out_parameters = after,
                    .out_state = next_state};
    il_episode_buffers_draw(&p->view, IL_SPLIT_TEST, SEED, 0);
    il_episode_buffers_give(&call, &p->view, 0);
    il_learner_state_reset(state, &p->learner, &p->inner->rule);
    memcpy(after, p->theta, size * sizeof *after);
    for (int i = 0; i < p->inner->steps; i++) {
      memcpy(before, after, size * sizeof *after);
      call.step = (real)i;
      il_learner_run(&call);
    }
  } else {
    status = il_fail_memory(error, "an adaptation", size * sizeof *before);
  }
  il_program_free(step);
  return status;
}

static il_status dump(peer *p, const char *path, il_error *error) {
  real *after = il_arena_get(p->arena, p->learner.parameters.size, sizeof *after);
  if (!after) return il_fail_memory(error, "parameters", 0);
  add_common(p);
  il_status status = (p->adaptation ? dump_adaptation : dump_training)(p, after, error);
  if (status != IL_OK) return status;
  add_parameters(p, "after", after);
  return il_npz_write(path, p->arrays, p->count, 0, error);
}

/* ---- time ---- */

typedef struct clock_work {
  il_trainer *trainer;
  il_evaluator *evaluator;
  il_evaluation_request judged;
  double *seconds; /* [SAMPLES_MAX] */
} clock_work;

/* Samples of about `wanted` seconds of work; how many. */
static int work(clock_work *c, double wanted) {
  int count = 0;
  for (double begin = il_seconds(), end = begin; count < SAMPLES_MAX && end - begin < wanted; count++) {
    double start = il_seconds();
    if (c->trainer) (void)il_trainer_iterate(c->trainer);
    if (c->evaluator) il_evaluator_time(c->evaluator, &c->judged, 1, &c->seconds[count]);
    end = il_seconds();
    if (c->trainer) c->seconds[count] = end - start;
  }
  return count;
}

static il_status answer(clock_work *c, il_error *error) {
  char line[LINE_SIZE];
  printf("ready\n");
  (void)fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    char *end;
    double wanted = strtod(line, &end);
    if (end == line || !(wanted > 0 && wanted < 3600))
      return il_fail(error, IL_INVALID, "standard input: expected seconds below 3600");
    int count = work(c, wanted);
    printf("%.9g %d\n", il_quantile_of(c->seconds, (size_t)count, 0.5), count);
    if (fflush(stdout) != 0) return il_fail(error, IL_IO, "cannot write to standard output");
  }
  return IL_OK;
}

static il_status time_work(peer *p, const char *path, il_error *error) {
  const il_evaluation_setting judging = il_session_evaluation_setting(p->session, 0, 0);
  clock_work c = {.judged = {p->theta, NULL, IL_SPLIT_TEST, SEED}};
  (void)path;
  c.seconds = il_arena_get(p->arena, SAMPLES_MAX, sizeof *c.seconds);
  if (!c.seconds) return il_fail_memory(error, "samples", SAMPLES_MAX * sizeof *c.seconds);
  il_status status = p->adaptation ? il_evaluator_new(&c.evaluator, p->session, &p->learner, p->inner, &judging, error)
                                   : il_trainer_new(&c.trainer, p->session, 0, SEED, error);
  if (status == IL_OK) status = answer(&c, error);
  il_trainer_free(c.trainer);
  il_evaluator_free(c.evaluator);
  return status;
}

/* ---- the command ---- */

static const struct {
  const char *name;
  il_status (*act)(peer *p, const char *path, il_error *error);
  int arguments;
} actions[] = {{"dump", dump, 7}, {"time", time_work, 6}};

static il_status open_peer(peer *p, char **argv, il_error *error) {
  long long threads;
  const char *wrong;
  const il_overrides overrides = {.algorithms = argv[2]};
  if (il_schema_integer(&threads, argv[3], &wrong) != 0 || threads < 1 || threads > THREADS_MAX)
    return il_fail(error, IL_INVALID, "threads: `%s`; expected a whole number from 1 to %d", argv[3], THREADS_MAX);
  il_status status = il_experiment_read(&p->experiment, argv[1], &overrides, &il_builtin_registry, p->arena, error);
  if (status != IL_OK) return status;
  status = il_session_open(&p->session, p->experiment, (int)threads, NULL, NULL, error);
  if (status != IL_OK) return status;
  p->config = &p->experiment->algorithms[0];
  p->adaptation = strcmp(argv[4], "adaptation") == 0;
  p->inner = p->adaptation ? &p->config->adapt : &p->config->inner;
  p->size = p->adaptation ? il_session_evaluation_size(p->session, 0) : il_session_training_size(p->session, 0);
  p->tasks = p->adaptation ? 1 : p->config->training.meta_batch;
  p->batches = BATCHES;
  status = il_session_learner(&p->learner, p->session, 0, error);
  if (status == IL_OK) status = check_settings(p, error);
  return status == IL_OK ? draw_all(p, error) : status;
}

static il_status start(peer *p, int argc, char **argv, il_error *error) {
  for (size_t i = 0; argc > 5 && i < sizeof actions / sizeof *actions; i++) {
    if (strcmp(argv[5], actions[i].name) != 0 || argc != actions[i].arguments) continue;
    il_status status = open_peer(p, argv, error);
    return status == IL_OK ? actions[i].act(p, argv[argc - 1], error) : status;
  }
  return il_fail(error, IL_INVALID,
                 "usage: innerloop_peer FILE.yaml LABEL THREADS training|adaptation dump OUT.npz, or ... time");
}

int main(int argc, char **argv) {
  il_error error = {0};
  peer p = {.arena = il_arena_new()};
  il_status status = p.arena ? start(&p, argc, argv, &error) : il_fail_memory(&error, "a peer", 0);
  il_session_close(p.session);
  il_arena_free(p.arena);
  if (status != IL_OK) fprintf(stderr, "innerloop_peer: %s\n", error.message);
  return il_status_exit(status);
}
