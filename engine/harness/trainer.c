/* The meta-training loop.
 *
 * Example: MAML on sine waves, meta_batch 2, 1 inner step, 2 threads. One call of il_trainer_iterate, with 7 iterations
 * done before:
 *
 *   run_task 0, on any worker     task 14 = 7 x 2 + 0 of this seed is drawn; the program of one task takes the inner
 *                                 step and leaves its gradient in directions[0], its query loss in losses[0]
 *   run_task 1, perhaps at once   the same of task 15, in directions[1] and losses[1]
 *   reduce                        mean = (directions[0] + directions[1]) / 2, always in this order; threads share the
 *                                 elements, not the tasks, so their number changes no bit
 *   update_outer                  theta[1] = one step of the outer optimiser from theta[0] along mean; then the two
 *                                 change places, so theta[0] is current again
 *
 * What runs on from task to task (inner_state: moments of an inner Adam that is not reset, carried values) forbids
 * tasks at once: then task 1 begins with what task 0 left, and the threads share the large steps of one task
 * (`divided`). */
#include "harness/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "algorithms/schedule.h"
#include "harness/resources.h"
#include "innerloop/random.h"

/* Work below which handing it to other threads costs more than it saves: a hand-over takes 1-2 us, a core does about 20
 * flop/ns on small products. */
static const double least_shared_flops = 1e5;
static const double least_shared_reals = 2e5;

enum { IL_REDUCE_ALIGN = 16, IL_REDUCE_CHUNKS = 16 };

typedef struct il_worker {
  il_episode_buffers buffers;
  real *workspace;
} il_worker;

struct il_trainer {
  const il_session *session;
  const il_algorithm_config *config;
  il_arena *arena;
  il_learner learner;
  uint64_t seed;
  int iteration;
  size_t size, stride; /* P, and P rounded up: distance of direction slots */
  il_training_program task;
  il_program *outer;
  real *outer_workspace;
  int shared, reduce_shared; /* tasks, and the reduction, are shared among the workers */
  int divided;               /* one task after the other, each divided among them */
  il_worker *workers;
  real *theta[2]; /* current and next */
  real *outer_state[2];
  real *inner_state[2]; /* carried; NULL: none */
  real *directions;     /* [meta_batch, stride] */
  real *mean;           /* [P] */
  real *losses;         /* [meta_batch] */
};

static il_status allocate_workers(il_trainer *trainer, il_error *error) {
  int threads = il_workers_count(trainer->session->workers);
  size_t workspace = il_program_cost(trainer->task.program).workspace_reals;
  int algorithm = (int)(trainer->config - trainer->session->experiment->algorithms);
  const il_source *source = trainer->session->training[algorithm];
  il_task_size size = il_session_training_size(trainer->session, algorithm);
  il_status status = il_memory_check("training", (double)workspace * threads * sizeof(real), error);
  if (status != IL_OK) return status;
  trainer->workers = il_arena_get(trainer->arena, (size_t)threads, sizeof *trainer->workers);
  if (!trainer->workers) return il_fail_memory(error, "workers", 0);
  for (int i = 0; i < threads; i++) {
    il_worker *worker = &trainer->workers[i];
    status = il_episode_buffers_new(&worker->buffers, source, &trainer->learner, &trainer->config->inner, size,
                                    IL_BUFFERS_TRAINING, trainer->arena, error);
    if (status != IL_OK) return status;
    worker->workspace = il_arena_get(trainer->arena, workspace, sizeof(real));
    if (!worker->workspace) return il_fail_memory(error, "a workspace", workspace * sizeof(real));
  }
  return IL_OK;
}

static il_status allocate_vectors(il_trainer *trainer, il_error *error) {
  size_t outer_state = il_optimiser_state_size(&trainer->config->outer.rule, trainer->size);
  size_t tasks = (size_t)trainer->config->training.meta_batch;
  struct {
    real **at;
    size_t size;
  } const vectors[] = {
      {&trainer->theta[0], trainer->size},
      {&trainer->theta[1], trainer->size},
      {&trainer->outer_state[0], outer_state},
      {&trainer->outer_state[1], outer_state},
      {&trainer->inner_state[0], trainer->task.state},
      {&trainer->inner_state[1], trainer->task.state},
      {&trainer->directions, tasks * trainer->stride},
      {&trainer->mean, trainer->size},
      {&trainer->losses, tasks},
      {&trainer->outer_workspace, trainer->outer ? il_program_cost(trainer->outer).workspace_reals : 0}};
  double bytes = 0;
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) bytes += (double)vectors[i].size * sizeof(real);
  il_status status = il_memory_check("training", bytes, error);
  if (status != IL_OK) return status;
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    *vectors[i].at = il_arena_get(trainer->arena, vectors[i].size, sizeof(real));
    if (!*vectors[i].at) return il_fail_memory(error, "training", vectors[i].size * sizeof(real));
  }
  il_parameters_initialise(trainer->theta[0], &trainer->learner.parameters, trainer->seed);
  il_optimiser_reset(trainer->outer_state[0], &trainer->config->outer.rule, trainer->size);
  if (trainer->task.state)
    il_learner_state_reset(trainer->inner_state[0], &trainer->learner,
                           trainer->task.state > trainer->learner.carried.size ? &trainer->config->inner.rule : NULL);
  return IL_OK;
}

static il_status compile(il_trainer *trainer, int algorithm, il_error *error) {
  trainer->size = trainer->learner.parameters.size;
  trainer->stride = (trainer->size + IL_REDUCE_ALIGN - 1) / IL_REDUCE_ALIGN * IL_REDUCE_ALIGN;
  if (!trainer->config->algorithm->build) return IL_OK;
  il_task_size size = il_session_training_size(trainer->session, algorithm);
  il_status status = il_learner_training(&trainer->task, &trainer->learner, &trainer->config->inner, size.shots,
                                         size.queries, false, error);
  if (status != IL_OK) return status;
  status = il_learner_outer(&trainer->outer, &trainer->learner, &trainer->config->outer, error);
  if (status != IL_OK) return status;
  double tasks = trainer->config->training.meta_batch;
  /* a carried state runs through the tasks one after the other: only a task's own steps can be divided */
  trainer->divided = trainer->task.state != 0 || tasks == 1;
  trainer->shared = !trainer->divided && tasks * il_program_cost(trainer->task.program).flops >= least_shared_flops;
  trainer->reduce_shared = tasks * (double)trainer->size >= least_shared_reals;
  return allocate_workers(trainer, error);
}

il_status il_trainer_new(il_trainer **out, const il_session *session, int algorithm, uint64_t seed, il_error *error) {
  il_status status = IL_OK;
  *out = NULL;
  il_trainer *trainer = calloc(1, sizeof *trainer);
  if (!trainer) return il_fail_memory(error, "a trainer", sizeof *trainer);
  trainer->session = session;
  trainer->config = &session->experiment->algorithms[algorithm];
  trainer->seed = seed;
  trainer->arena = il_arena_new();
  if (!trainer->arena) {
    free(trainer);
    return il_fail_memory(error, "a trainer", 0);
  }
  il_error cause = {0};
  IL_TRY(il_session_learner(&trainer->learner, session, algorithm, error));
  status = compile(trainer, algorithm, &cause);
  if (status == IL_OK) status = allocate_vectors(trainer, &cause);
  if (status != IL_OK) status = il_session_fail(error, session, algorithm, &cause);
done:
  if (status == IL_OK)
    *out = trainer;
  else
    il_trainer_free(trainer);
  return status;
}

void il_trainer_free(il_trainer *trainer) {
  if (!trainer) return;
  il_program_free(trainer->task.program);
  il_program_free(trainer->outer);
  il_arena_free(trainer->arena);
  free(trainer);
}

/* The part of the training that is done, in [0, 1): as Reptile's code anneals. */
static double done_of(const il_trainer *trainer) {
  return (double)trainer->iteration / trainer->config->training.iterations;
}

/* One task: draw its episode, run the program, leave direction and loss in the task's own place. */
static void run_task(void *context, int item, int worker_index) {
  il_trainer *trainer = context;
  il_worker *worker = &trainer->workers[worker_index];
  uint64_t index = (uint64_t)trainer->iteration * (uint64_t)trainer->config->training.meta_batch + (uint64_t)item;
  il_episode_buffers_draw(&worker->buffers, IL_SPLIT_TRAIN, trainer->seed, index);
  il_call call = {.program = trainer->task.program,
                  .workspace = worker->workspace,
                  .workers = trainer->divided ? trainer->session->workers : NULL,
                  .parameters = trainer->theta[0],
                  .state = trainer->inner_state[0],
                  .progress = (real)done_of(trainer),
                  .out_state = trainer->inner_state[1],
                  .out_direction = trainer->directions + (size_t)item * trainer->stride,
                  .out_loss = trainer->losses + item};
  il_episode_buffers_give(&call, &worker->buffers, 0);
  il_learner_run(&call);
}

static void swap(real **pair) {
  real *first = pair[0];
  pair[0] = pair[1];
  pair[1] = first;
}

/* NaN stays NaN: a training that has diverged is to show it. */
static void clamp(real *values, size_t begin, size_t end, real bound) {
  for (size_t i = begin; i < end; i++) values[i] = values[i] > bound ? bound : values[i] < -bound ? -bound : values[i];
}

/* Adds chunk `item` of the direction slots in task order: the same sum however the chunks are shared out. */
static void reduce(void *context, int item, int worker) {
  il_trainer *trainer = context;
  (void)worker;
  size_t chunk = (trainer->stride / IL_REDUCE_ALIGN + IL_REDUCE_CHUNKS - 1) / IL_REDUCE_CHUNKS * IL_REDUCE_ALIGN;
  size_t begin = (size_t)item * chunk, end = begin + chunk;
  int tasks = trainer->config->training.meta_batch;
  if (end > trainer->size) end = trainer->size;
  if (begin < end)
    trainer->session->kernels->sum_slots(trainer->mean, trainer->directions, tasks, trainer->stride, begin, end,
                                         (real)(1.0 / tasks));
  double bound = trainer->config->outer.clip;
  if (bound > 0) clamp(trainer->mean, begin, end, (real)bound);
}

static void update_outer(il_trainer *trainer) {
  const il_outer_options *outer = &trainer->config->outer;
  double rate = il_schedule_of(outer)->rate(outer, trainer->iteration, trainer->config->training.iterations);
  il_learner_run(&(il_call){.program = trainer->outer,
                            .workspace = trainer->outer_workspace,
                            .workers = trainer->session->workers,
                            .parameters = trainer->theta[0],
                            .state = trainer->outer_state[0],
                            .direction = trainer->mean,
                            .rate = (real)rate,
                            .out_parameters = trainer->theta[1],
                            .out_state = trainer->outer_state[1]});
  swap(trainer->theta);
  swap(trainer->outer_state);
}

double il_trainer_iterate(il_trainer *trainer) {
  int tasks = trainer->config->training.meta_batch;
  if (trainer->task.state) {
    for (int task = 0; task < tasks; task++) {
      run_task(trainer, task, 0);
      swap(trainer->inner_state);
    }
  } else if (trainer->shared) {
    il_workers_run(trainer->session->workers, tasks, run_task, trainer);
  } else {
    il_workers_run_serial(trainer->session->workers, tasks, run_task, trainer);
  }
  (trainer->reduce_shared ? il_workers_run : il_workers_run_serial)(trainer->session->workers, IL_REDUCE_CHUNKS, reduce,
                                                                    trainer);
  update_outer(trainer);
  trainer->iteration++;
  double loss = 0;
  for (int task = 0; task < tasks; task++) loss += (double)trainer->losses[task];
  return loss / tasks;
}

const real *il_trainer_parameters(const il_trainer *trainer) {
  return trainer->theta[0];
}

const real *il_trainer_state(const il_trainer *trainer) {
  return trainer->task.state ? trainer->inner_state[0] : NULL;
}

il_trainer_vectors il_trainer_expose(const il_trainer *trainer) {
  return (il_trainer_vectors){.parameters = trainer->theta[0],
                              .outer = trainer->outer_state[0],
                              .inner = trainer->inner_state[0],
                              .outer_size = il_optimiser_state_size(&trainer->config->outer.rule, trainer->size),
                              .inner_size = trainer->task.state};
}

void il_trainer_continue(il_trainer *trainer, int iteration) {
  trainer->iteration = iteration;
}

const il_learner *il_trainer_learner(const il_trainer *trainer) {
  return &trainer->learner;
}

il_cost il_trainer_cost(const il_trainer *trainer) {
  il_cost cost = {0};
  if (!trainer->task.program) return cost;
  cost = il_program_cost(trainer->task.program);
  il_cost outer = il_program_cost(trainer->outer);
  double tasks = trainer->config->training.meta_batch;
  cost.flops = tasks * cost.flops + outer.flops + tasks * (double)trainer->size;
  cost.gemm_flops *= tasks;
  cost.bytes = tasks * cost.bytes + outer.bytes + (tasks + 1) * (double)trainer->size * sizeof(real);
  cost.steps = (int)(tasks * cost.steps) + outer.steps;
  return cost;
}
