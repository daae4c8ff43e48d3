/* covers: algorithms; precision: double */
/* The contract of an algorithm, by one that uses all of it: a proximal inner step with a rate of its own for the first
 * and the last step, and a loss that grows with the training. Its graph against plain arithmetic and finite differences
 * of that. */
#include "cmocka_all.h"

#include <math.h>
#include <string.h>

#include "algorithms/learner.h"
#include "option_struct.h"

extern const il_model il_model_linear, il_model_mlp;

enum { STEPS = 3, WEIGHT = 0, FIRST = 1, LAST = 2, PARAMETERS = 3 };
static const double pull = 0.3, share = 0.4; /* towards the start; of the training that is done */

/* Rates start as the sections say, which shows that prepare sees them: the first from `inner`, the last from
 * `adapt`. */
static il_status prepare(il_parameters *parameters, il_parameters *carried, const il_task *task, il_error *error) {
  const double starts[] = {task->sections->inner.rule.learning_rate, task->sections->adapt.rule.learning_rate};
  static const char *const names[] = {"rate.first", "rate.last"};
  il_status status = IL_OK;
  (void)carried;
  for (int i = 0; status == IL_OK && i < 2; i++) {
    status =
        il_parameters_add(parameters, names[i], il_shape_scalar(), IL_INITIALISER_CONSTANT, starts[i], 1, 1, error);
    if (status == IL_OK) parameters->at[parameters->count - 1].adapted = false;
  }
  return status;
}

/* phi - r_step (grad L + pull (phi - START)), r going from the first rate to the last in even steps. */
static il_values adapt(const il_task *task, const il_values *phi, il_values *state, il_value x, il_value y) {
  il_graph *graph = task->graph;
  il_values gradient = il_inner_gradient(task, phi, x, y, NULL), next = *phi;
  il_value change = il_subtract(graph, phi->at[LAST], phi->at[FIRST]);
  il_value done = il_scale(graph, task->step, 1.0 / (STEPS - 1));
  il_value rate = il_add(graph, phi->at[FIRST], il_multiply(graph, done, change));
  il_value away = il_subtract(graph, phi->at[WEIGHT], task->start.at[WEIGHT]);
  il_value slope = il_add(graph, gradient.at[WEIGHT], il_scale(graph, away, task->sections->outer.rule.learning_rate));
  (void)state;
  next.at[WEIGHT] = il_subtract(graph, phi->at[WEIGHT], il_multiply(graph, rate, slope));
  return next;
}

static void build(il_build *build, const il_task *task) {
  il_values phi = il_inner_loop(build, task, false);
  build->kind = IL_DIRECTION_GRADIENT;
  build->loss = il_multiply(task->graph, task->progress, il_task_loss(task, &phi, task->query_x, task->query_y));
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

static const il_algorithm proximal = {
    .name = "proximal", .summary = "all of the contract", .prepare = prepare, .build = build, .adapt = adapt};

/* The same for one weight, one example (1, y): what the inner loop leaves. */
static double plain_adapted(const double *theta, double y) {
  double w = theta[WEIGHT];
  for (int i = 0; i < STEPS; i++) {
    double rate = theta[FIRST] + i / (double)(STEPS - 1) * (theta[LAST] - theta[FIRST]);
    w -= rate * (2 * (w - y) + pull * (w - theta[WEIGHT]));
  }
  return w;
}

static double plain_loss(const double *theta, double y, double q) {
  double w = plain_adapted(theta, y);
  return share * (w - q) * (w - q);
}

static void open_learner(il_learner *learner, il_arena *arena) {
  il_error error = {0};
  void *options = option_struct(&il_model_linear.options, arena);
  option_set(options, &il_model_linear.options, "bias", "false", arena);
  *learner = (il_learner){.algorithm = &proximal,
                          .model = &il_model_linear,
                          .model_options = options,
                          .interface = {il_shape_vector(1), 1},
                          .kind = &il_regression,
                          .ways = 1,
                          .sections = {.inner = {.steps = STEPS, .rule = {.learning_rate = 0.11}},
                                       .adapt = {.steps = STEPS, .rule = {.learning_rate = 0.05}},
                                       .outer = {.rule = {.learning_rate = 0.3}}}};
  assert_int_equal(il_kernels_select(&learner->kernels, NULL, &error), IL_OK);
  if (il_learner_prepare(learner, &error) != IL_OK) fail_msg("%s", error.message);
  assert_int_equal(learner->parameters.size, PARAMETERS);
}

static void test_start_step_and_progress(void **state) {
  const real x = 1, y = (real)0.7, q = (real)-0.4;
  real theta[PARAMETERS], direction[PARAMETERS], adapted[PARAMETERS], phi[2][PARAMETERS], loss;
  double at[PARAMETERS];
  il_learner learner;
  il_training_program training;
  il_program *step;
  il_error error = {0};
  il_arena *arena = il_arena_new();
  (void)state;
  open_learner(&learner, arena);
  il_parameters_initialise(theta, &learner.parameters, 5);
  assert_true(fabs((double)theta[FIRST] - 0.11) < 1e-7 && fabs((double)theta[LAST] - 0.05) < 1e-7);
  theta[WEIGHT] = (real)1.9;
  for (int i = 0; i < PARAMETERS; i++) at[i] = (double)theta[i];
  if (il_learner_training(&training, &learner, &learner.sections.inner, 1, 1, true, &error) != IL_OK ||
      il_learner_adaptation(&step, &learner, &learner.sections.adapt, 1, &error) != IL_OK)
    fail_msg("%s", error.message);
  size_t reals = il_program_cost(training.program).workspace_reals + il_program_cost(step).workspace_reals;
  il_call call = {.program = training.program, .workspace = il_arena_get(arena, reals + 1, sizeof(real))};
  call.parameters = call.start = theta;
  call.support_x = call.query_x = &x;
  call.support_y = &y, call.query_y = &q;
  call.progress = (real)share;
  call.out_direction = direction, call.out_parameters = adapted, call.out_loss = &loss;
  il_learner_run(&call);
  assert_true(fabs((double)loss - plain_loss(at, y, q)) < 1e-12);
  assert_true(fabs((double)adapted[WEIGHT] - plain_adapted(at, y)) < 1e-12);
  for (int i = 0; i < PARAMETERS; i++) {
    const double was = at[i], h = 1e-6;
    at[i] = was + h;
    double up = plain_loss(at, y, q);
    at[i] = was - h;
    double slope = (up - plain_loss(at, y, q)) / (2 * h);
    at[i] = was;
    if (fabs((double)direction[i] - slope) > 1e-8) fail_msg("%d: %.12g, %.12g", i, (double)direction[i], slope);
  }
  /* Adaptation at test takes the steps that training unrolls: the same numbers, one run each. */
  memcpy(phi[0], theta, sizeof theta);
  for (int i = 0; i < STEPS; i++) {
    call.program = step;
    call.parameters = phi[i % 2], call.out_parameters = phi[(i + 1) % 2];
    call.step = (real)i;
    il_learner_run(&call);
  }
  assert_true(fabs((double)phi[STEPS % 2][WEIGHT] - (double)adapted[WEIGHT]) < 1e-12);
  assert_true(phi[STEPS % 2][FIRST] == theta[FIRST]);
  il_program_free(training.program);
  il_program_free(step);
  il_arena_free(arena);
}

/* Roles are what the names of the parameters say. */
static void test_roles(void **state) {
  static const char *const pairs[] = {"hidden", "[4, 3]", "norm", "batch", "affine", "gamma_beta", NULL};
  static il_parameters parameters;
  int counts[IL_ROLES] = {0};
  il_error error = {0};
  il_arena *arena = il_arena_new();
  const il_interface interface = {il_shape_vector(2), 5};
  (void)state;
  void *options = option_struct(&il_model_mlp.options, arena);
  for (int i = 0; pairs[i]; i += 2) option_set(options, &il_model_mlp.options, pairs[i], pairs[i + 1], arena);
  assert_int_equal(il_model_mlp.parameters(&parameters, options, &interface, &error), IL_OK);
  for (int i = 0; i < parameters.count; i++) {
    const char *name = parameters.at[i].name;
    il_role expected = strstr(name, "gamma")  ? IL_ROLE_NORM_SCALE
                       : strstr(name, "beta") ? IL_ROLE_NORM_SHIFT
                       : strstr(name, "head") ? IL_ROLE_HEAD
                                              : IL_ROLE_BODY;
    assert_int_equal(parameters.at[i].role, expected);
    counts[parameters.at[i].role]++;
  }
  for (int role = 0; role < IL_ROLES; role++) assert_int_equal(counts[role], role == IL_ROLE_BODY ? 4 : 2);
  il_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_start_step_and_progress), cmocka_unit_test(test_roles)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
