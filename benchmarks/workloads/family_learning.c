/* Learning: compiling the program of a task, one meta-iteration, one adaptation, an evaluation; for every registered
 * algorithm and model. Twins: the plain program on the portable kernels, and another number of threads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "benchmarks/workloads/bench.h"
#include "harness/evaluator.h"
#include "harness/trainer.h"

extern const il_model il_model_mlp, il_model_conv4;
extern const il_algorithm il_algorithm_maml;

enum { TWIN_EPISODES = 3, SEED = 1 };
static const double tolerance = 1e-4; /* of rounding at other places, through several gradient steps; 4e-6 was seen */

typedef struct learning_state {
  bench_opened opened;
  bench_case what;
  bench_conditions conditions;
  il_trainer *trainer;
  il_evaluator *evaluator;
  il_evaluation_request judged;
  int episodes;
  il_score *scores; /* [episodes][steps + 1] */
  double seconds[1];
  il_status failed; /* of the last run */
} learning_state;

static void learning_close(void *opened) {
  learning_state *state = opened;
  il_trainer_free(state->trainer);
  il_evaluator_free(state->evaluator);
  bench_close(&state->opened);
  free(state);
}

static il_status learning_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                               il_error *error) {
  learning_state *state = calloc(1, sizeof *state);
  if (!state) return il_fail_memory(error, "a benchmark", 0);
  work->state = state;
  state->what = *what;
  state->conditions = *conditions;
  return bench_open(&state->opened, what, conditions, error);
}

static const il_algorithm_config *config_of(const learning_state *state) {
  return &state->opened.experiment->algorithms[0];
}

/* Turns a learner into its twin: no fusion, no memory reuse, the portable kernels. Not the reference ones: their plain
 * sums are off by more than a network with batch normalisation and pooling forgives; they judge the kernels
 * themselves. */
static void make_plain(il_learner *learner) {
  learner->kernels = il_kernels_find("portable");
  learner->mode = IL_COMPILE_PLAIN;
}

/* ---- the program of one task ---- */

static il_status compile_task(il_training_program *task, const learning_state *state, const il_learner *learner,
                              il_error *error) {
  il_task_size size = il_session_training_size(state->opened.session, 0);
  return il_learner_training(task, learner, &config_of(state)->inner, size.shots, size.queries, false, error);
}

/* Runs the program of `learner` on training episode 0 from initial parameters: direction[P], *loss. */
static il_status run_task(real *direction, real *loss, const learning_state *state, const il_learner *learner,
                          il_error *error) {
  const il_inner_options *inner = &config_of(state)->inner;
  il_training_program task = {0};
  il_episode_buffers view;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "a task", 0);
  il_status status = IL_OK;
  IL_TRY(compile_task(&task, state, learner, error));
  IL_TRY(il_episode_buffers_new(&view, state->opened.session->training[0], learner, inner,
                                il_session_training_size(state->opened.session, 0), IL_BUFFERS_TRAINING, arena, error));
  size_t size = learner->parameters.size, moments = il_optimiser_state_size(&inner->rule, size);
  real *theta = il_arena_get(arena, size, sizeof *theta), *before = il_arena_get(arena, moments, sizeof *before),
       *after = il_arena_get(arena, moments, sizeof *after),
       *workspace = il_arena_get(arena, il_program_cost(task.program).workspace_reals, sizeof *workspace);
  if (!theta || !before || !after || !workspace) {
    status = il_fail_memory(error, "a task", 0);
    goto done;
  }
  il_parameters_initialise(theta, &learner->parameters, SEED);
  il_optimiser_reset(before, &inner->rule, size);
  il_episode_buffers_draw(&view, IL_SPLIT_TRAIN, SEED, 0);
  il_call call = {.program = task.program,
                  .workspace = workspace,
                  .parameters = theta,
                  .state = before,
                  .out_state = after,
                  .out_direction = direction,
                  .out_loss = loss};
  il_episode_buffers_give(&call, &view, 0);
  il_learner_run(&call);
done:
  il_program_free(task.program);
  il_arena_free(arena);
  return status;
}

static il_status task_check(void *opened, il_error *error) {
  learning_state *state = opened;
  size_t size = state->opened.learner.parameters.size;
  real loss[2], *direction = il_arena_get(state->opened.arena, 2 * size, sizeof *direction);
  il_learner plain = state->opened.learner;
  make_plain(&plain);
  if (!direction) return il_fail_memory(error, "a task", 0);
  il_status status = run_task(direction, &loss[0], state, &state->opened.learner, error);
  if (status == IL_OK) status = run_task(direction + size, &loss[1], state, &plain, error);
  if (status == IL_OK) status = bench_compare("loss of a task", &loss[0], &loss[1], 1, tolerance, error);
  if (status == IL_OK) status = bench_compare_length("direction", direction, direction + size, size, tolerance, error);
  return status;
}

static void build_run(void *opened) {
  learning_state *state = opened;
  il_training_program task;
  state->failed = compile_task(&task, state, &state->opened.learner, NULL);
  il_program_free(task.program);
}

static il_status build_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                            il_error *error) {
  il_training_program task = {0};
  il_status status = learning_open(work, what, conditions, error);
  if (status != IL_OK) return status;
  learning_state *state = work->state;
  status = compile_task(&task, state, &state->opened.learner, error);
  if (status != IL_OK) return status;
  work->workspace_bytes = il_program_cost(task.program).workspace_reals * sizeof(real);
  il_program_free(task.program);
  return IL_OK;
}

const bench_family bench_family_build = {.name = "build",
                                         .repetitions = 1,
                                         .models = true,
                                         .training = true,
                                         .open = build_open,
                                         .run = build_run,
                                         .check = task_check,
                                         .close = learning_close};

/* ---- one meta-iteration ---- */

static il_status meta_iteration_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                                     il_error *error) {
  il_status status = learning_open(work, what, conditions, error);
  if (status != IL_OK) return status;
  learning_state *state = work->state;
  status = il_trainer_new(&state->trainer, state->opened.session, 0, SEED, error);
  if (status != IL_OK) return status;
  il_cost cost = il_trainer_cost(state->trainer);
  work->flops = cost.flops;
  work->gemm_flops = cost.gemm_flops;
  work->bytes = cost.bytes;
  work->calls = cost.steps;
  work->workspace_bytes = cost.workspace_reals * sizeof(real);
  work->episodes = config_of(state)->training.meta_batch;
  il_task_size size = il_session_training_size(state->opened.session, 0);
  const il_suite_info *info = &state->opened.session->info;
  work->drawn =
      work->episodes * info->ways * (size.shots + size.queries) * (double)il_shape_size(&info->interface.input);
  return IL_OK;
}

static void meta_iteration_run(void *opened) {
  il_trainer_iterate(((learning_state *)opened)->trainer);
}

/* Trains three iterations with `threads` threads; theta [P]. */
static il_status train_twin(real *theta, const learning_state *state, int threads, il_error *error) {
  bench_conditions conditions = state->conditions;
  bench_opened twin;
  il_trainer *trainer = NULL;
  conditions.threads = threads;
  il_status status = bench_open(&twin, &state->what, &conditions, error);
  if (status != IL_OK) return status;
  status = il_trainer_new(&trainer, twin.session, 0, SEED, error);
  for (int i = 0; status == IL_OK && i < TWIN_EPISODES; i++) il_trainer_iterate(trainer);
  if (status == IL_OK) memcpy(theta, il_trainer_parameters(trainer), twin.learner.parameters.size * sizeof *theta);
  il_trainer_free(trainer);
  bench_close(&twin);
  return status;
}

static il_status meta_iteration_check(void *opened, il_error *error) {
  learning_state *state = opened;
  size_t size = state->opened.learner.parameters.size;
  real *theta = il_arena_get(state->opened.arena, 2 * size, sizeof *theta);
  if (!theta) return il_fail_memory(error, "a task", 0);
  il_status status = task_check(state, error);
  if (status == IL_OK) status = train_twin(theta, state, 1, error);
  if (status == IL_OK) status = train_twin(theta + size, state, 3, error);
  if (status == IL_OK && memcmp(theta, theta + size, size * sizeof *theta) != 0)
    status = il_fail(error, IL_NEGATIVE, "three threads train to other bits than one");
  return status;
}

const bench_family bench_family_meta_iteration = {.name = "meta_iteration",
                                                  .repetitions = 1,
                                                  .parallel = true,
                                                  .models = true,
                                                  .training = true,
                                                  .open = meta_iteration_open,
                                                  .run = meta_iteration_run,
                                                  .check = meta_iteration_check,
                                                  .close = learning_close};

/* ---- how the cost of a meta-iteration grows: exact MAML, one thing varied at a time ---- */

typedef struct scale {
  const char *name, *set;
} scale;

/* On sine waves with the mlp up to `width`, on images with conv4 from there on. */
static const scale scales[] = {{"tasks/1", "training.meta_batch=1"},
                               {"tasks/5", "training.meta_batch=5"},
                               {"tasks/25", "training.meta_batch=25"},
                               {"tasks/100", "training.meta_batch=100"},
                               {"steps/1", "algorithms.maml.inner.steps=1"},
                               {"steps/2", "algorithms.maml.inner.steps=2"},
                               {"steps/5", "algorithms.maml.inner.steps=5"},
                               {"steps/10", "algorithms.maml.inner.steps=10"},
                               {"width/20", "model.hidden=[20, 20]"},
                               {"width/40", "model.hidden=[40, 40]"},
                               {"width/80", "model.hidden=[80, 80]"},
                               {"width/160", "model.hidden=[160, 160]"},
                               {"width/320", "model.hidden=[320, 320]"},
                               {"images/1", "training.meta_batch=1"},
                               {"images/4", "training.meta_batch=4"},
                               {"images/16", "training.meta_batch=16"},
                               {"ways/2", "suite.ways=2"},
                               {"ways/5", "suite.ways=5"},
                               {"ways/10", "suite.ways=10"},
                               {"ways/20", "suite.ways=20"},
                               {"shots/1", "training.shots=1"},
                               {"shots/5", "training.shots=5"},
                               {"filters/16", "model.filters=16"},
                               {"filters/32", "model.filters=32"},
                               {"filters/64", "model.filters=64"},
                               {"filters/128", "model.filters=128"}};
static const int first_of_images = 13;

static void scaling_name(char *name, size_t size, int shape) {
  (void)snprintf(name, size, "%s", scales[shape].name);
}

static void scaling_case(bench_case *what, int shape) {
  bool images = shape >= first_of_images;
  what->setting = bench_setting_find(images ? "glyphs-5way-1shot" : "sinusoid");
  what->model = images ? &il_model_conv4 : &il_model_mlp;
  what->algorithm = &il_algorithm_maml;
  what->set = scales[shape].set;
}

const bench_family bench_family_scaling = {.name = "scaling",
                                           .ladder = true,
                                           .repetitions = 1,
                                           .parallel = true,
                                           .shapes = sizeof scales / sizeof *scales,
                                           .shape_name = scaling_name,
                                           .shape_case = scaling_case,
                                           .open = meta_iteration_open,
                                           .run = meta_iteration_run,
                                           .check = meta_iteration_check,
                                           .close = learning_close};

/* ---- adaptation and evaluation, from initial parameters ---- */

static il_status evaluator_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                                int episodes, il_error *error) {
  il_status status = learning_open(work, what, conditions, error);
  if (status != IL_OK) return status;
  learning_state *state = work->state;
  size_t size = state->opened.learner.parameters.size;
  const il_inner_options *adapt = &config_of(state)->adapt;
  real *theta = il_arena_get(state->opened.arena, size, sizeof *theta);
  state->episodes = episodes ? episodes : state->opened.experiment->evaluation.episodes;
  state->scores =
      il_arena_get(state->opened.arena, (size_t)state->episodes * (size_t)(adapt->steps + 1), sizeof *state->scores);
  if (!theta || !state->scores) return il_fail_memory(error, "an evaluation", 0);
  il_parameters_initialise(theta, &state->opened.learner.parameters, SEED);
  state->judged = (il_evaluation_request){.theta = theta, .state = NULL, .split = IL_SPLIT_TEST, .seed = SEED};
  work->episodes = state->episodes;
  il_program *step = NULL;
  status = il_learner_adaptation(&step, &state->opened.learner, adapt,
                                 il_session_evaluation_size(state->opened.session, 0).shots, error);
  if (status != IL_OK) return status;
  il_cost cost = il_program_cost(step); /* judging is not counted: a lower bound for an evaluation */
  il_program_free(step);
  work->flops = cost.flops * adapt->steps * state->episodes;
  work->gemm_flops = cost.gemm_flops * adapt->steps * state->episodes;
  work->workspace_bytes = cost.workspace_reals * sizeof(real);
  const il_evaluation_setting judging = il_session_evaluation_setting(state->opened.session, 0, 0);
  return il_evaluator_new(&state->evaluator, state->opened.session, &state->opened.learner, adapt, &judging, error);
}

static il_status adaptation_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                                 il_error *error) {
  return evaluator_open(work, what, conditions, 1, error);
}
static il_status evaluation_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                                 il_error *error) {
  return evaluator_open(work, what, conditions, 0, error);
}

static void adaptation_run(void *opened) {
  learning_state *state = opened;
  il_evaluator_time(state->evaluator, &state->judged, 1, state->seconds);
}
static void evaluation_run(void *opened) {
  learning_state *state = opened;
  il_evaluator_run(state->evaluator, &state->judged, state->episodes, state->scores);
}

/* Scores of the first episodes by an evaluator of its own, plain or with another number of threads. */
static il_status score_twin(il_score *scores, const learning_state *state, int threads, bool plain, il_error *error) {
  bench_conditions conditions = state->conditions;
  bench_opened twin;
  il_evaluator *evaluator = NULL;
  conditions.threads = threads;
  int episodes = state->episodes < TWIN_EPISODES ? state->episodes : TWIN_EPISODES;
  il_status status = bench_open(&twin, &state->what, &conditions, error);
  if (status != IL_OK) return status;
  if (plain) make_plain(&twin.learner);
  const il_evaluation_setting judging = il_session_evaluation_setting(twin.session, 0, 0);
  status =
      il_evaluator_new(&evaluator, twin.session, &twin.learner, &twin.experiment->algorithms[0].adapt, &judging, error);
  if (status == IL_OK) il_evaluator_run(evaluator, &state->judged, episodes, scores);
  il_evaluator_free(evaluator);
  bench_close(&twin);
  return status;
}

static il_status score_check(void *opened, il_error *error) {
  learning_state *state = opened;
  size_t steps = (size_t)config_of(state)->adapt.steps + 1;
  size_t count = steps * (size_t)(state->episodes < TWIN_EPISODES ? state->episodes : TWIN_EPISODES);
  il_score *twin = il_arena_get(state->opened.arena, count, sizeof *twin);
  if (!twin) return il_fail_memory(error, "an evaluation", 0);
  evaluation_run(state);
  for (int plain = 0; plain < 2; plain++) {
    il_status status = score_twin(twin, state, plain ? 1 : 3, plain, error);
    if (status != IL_OK) return status;
    for (size_t i = 0; i < count; i++) {
      double a = state->scores[i].loss, b = twin[i].loss;
      if (!(fabs(a - b) <= (plain ? tolerance * (fabs(b) + 1) : 0)))
        return il_fail(error, IL_NEGATIVE, "loss %zu is %.9g, %s says %.9g", i, a,
                       plain ? "the plain program" : "another number of threads", b);
    }
  }
  return IL_OK;
}

const bench_family bench_family_adaptation = {.name = "adaptation",
                                              .repetitions = 1,
                                              .models = true,
                                              .open = adaptation_open,
                                              .run = adaptation_run,
                                              .check = score_check,
                                              .close = learning_close};

const bench_family bench_family_evaluation = {.name = "evaluation",
                                              .repetitions = 1,
                                              .parallel = true,
                                              .models = true,
                                              .once = true,
                                              .open = evaluation_open,
                                              .run = evaluation_run,
                                              .check = score_check,
                                              .close = learning_close};
