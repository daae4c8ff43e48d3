/* covers: algorithms; precision: double */
/* Meta-Curvature against plain arithmetic: matrices along the axes of a dense weight, a bias and a kernel; before they
 * have moved it is MAML. */
#include "optimiser_rule.h"
#include "option_struct.h"
#include "plain_reference.h"

extern const il_algorithm il_algorithm_meta_curvature, il_algorithm_maml;
extern const il_model il_model_linear;

enum { STEPS = 2, IN = 3, OUT = 2, WEIGHTS = IN * OUT, MODEL = WEIGHTS + OUT };
static const double rate = 0.2;

/* Delta_ij + difference_ij. */
static double matrix(const double *difference, int n, int i, int j) {
  return (i == j) + difference[i * n + j];
}

/* theta: w, b, then the differences: in [IN,IN], out [OUT,OUT], of b [OUT]. */
static double plain_dense(const plain_task *task, const double *theta, double *adapted) {
  const double *in = theta + MODEL, *out = in + IN * IN, *bias = out + OUT * OUT;
  double g[MODEL];
  memcpy(adapted, theta, task->size * sizeof *adapted);
  for (int step = 0; step < STEPS; step++) {
    plain_squared_error(task, adapted, task->support_x, task->support_y, task->S, g);
    for (int i = 0; i < IN; i++)
      for (int o = 0; o < OUT; o++)
        for (int k = 0; k < IN; k++)
          for (int l = 0; l < OUT; l++)
            adapted[i * OUT + o] -= rate * matrix(in, IN, i, k) * g[k * OUT + l] * matrix(out, OUT, l, o);
    for (int o = 0; o < OUT; o++) adapted[WEIGHTS + o] -= rate * (1 + bias[o]) * g[WEIGHTS + o];
  }
  return plain_squared_error(task, adapted, task->query_x, task->query_y, task->Q, NULL);
}

/* A model with a kernel and nothing else: y = sum over its numbers times those of x. */
enum { H = 1, W = 2, I = 3, O = 2, KERNEL = H * W * I * O, PLACES = H * W };

static il_status kernel_parameters(il_parameters *parameters, const void *options, const il_interface *interface,
                                   il_error *error) {
  (void)options, (void)interface;
  return il_parameters_add(parameters, "kernel", (il_shape){4, {H, W, I, O}}, IL_INITIALISER_CONSTANT, 0, 1, 1, error);
}

static il_value kernel_build(il_graph *graph, const void *options, const il_interface *interface,
                             const il_values *parameters, il_value x) {
  (void)options, (void)interface;
  return il_matmul(graph, x, 0, il_reshape(graph, parameters->at[0], il_shape_matrix(KERNEL, 1)), 0);
}

static const il_model kernel = {.name = "kernel", .parameters = kernel_parameters, .build = kernel_build};

static double kernel_error(const double *k, const double *x, const double *y, int rows, double *gradient) {
  double sum = 0;
  if (gradient) memset(gradient, 0, KERNEL * sizeof *gradient);
  for (int r = 0; r < rows; r++) {
    double off = -y[r];
    for (int i = 0; i < KERNEL; i++) off += x[r * KERNEL + i] * k[i];
    sum += off * off / rows;
    for (int i = 0; gradient && i < KERNEL; i++) gradient[i] += 2 * off * x[r * KERNEL + i] / rows;
  }
  return sum;
}

/* theta: kernel, then the differences: in [I,I], out [O,O], filter [PLACES,PLACES]. */
static double plain_kernel(const plain_task *task, const double *theta, double *adapted) {
  const double *in = theta + KERNEL, *out = in + I * I, *filter = out + O * O;
  double g[KERNEL];
  memcpy(adapted, theta, task->size * sizeof *adapted);
  for (int step = 0; step < STEPS; step++) {
    kernel_error(adapted, task->support_x, task->support_y, task->S, g);
    for (int at = 0; at < KERNEL; at++)
      for (int from = 0; from < KERNEL; from++)
        adapted[at] -= rate * matrix(filter, PLACES, at / (I * O), from / (I * O)) *
                       matrix(in, I, at / O % I, from / O % I) * g[from] * matrix(out, O, from % O, at % O);
  }
  return kernel_error(adapted, task->query_x, task->query_y, task->Q, NULL);
}

static il_learner learner_of(const il_algorithm *algorithm, const il_model *model, il_arena *arena) {
  const il_inner_options inner = {.steps = STEPS, .rule = {.learning_rate = rate}};
  return (il_learner){.algorithm = algorithm,
                      .model = model,
                      .model_options = model == &kernel ? NULL : option_struct(&model->options, arena),
                      .interface = {il_shape_vector(model == &kernel ? KERNEL : IN), model == &kernel ? 1 : OUT},
                      .kind = &il_regression,
                      .ways = 1,
                      .sections = {.inner = inner, .adapt = inner}};
}

static void the_direction_is_that_of_plain_arithmetic(void **state) {
  static plain_task task;
  il_arena *arena = il_arena_new();
  il_learner dense = learner_of(&il_algorithm_meta_curvature, &il_model_linear, arena);
  il_learner tensor = learner_of(&il_algorithm_meta_curvature, &kernel, arena);
  double phi[PLAIN_REALS];
  (void)state;
  plain_open(&task, &dense, 5, 4, 0.3);
  assert_int_equal(task.size, MODEL + IN * IN + OUT * OUT + OUT);
  plain_check(&task, plain_dense);
  plain_adapt(&task, STEPS, phi);
  for (size_t i = 0; i < task.size; i++) plain_near("adaptation at test", i, phi[i], task.adapted[i], 1e-12);
  plain_open(&task, &tensor, 5, 4, 0.3);
  assert_int_equal(task.size, KERNEL + I * I + O * O + PLACES * PLACES);
  plain_check(&task, plain_kernel);
  il_arena_free(arena);
}

/* With a moment too: the transformed gradient goes through the inner optimiser. */
static void matrices_that_have_not_moved_make_maml(void **state) {
  static plain_task task, maml;
  il_arena *arena = il_arena_new();
  il_learner learner = learner_of(&il_algorithm_meta_curvature, &il_model_linear, arena);
  il_learner other = learner_of(&il_algorithm_maml, &il_model_linear, arena);
  (void)state;
  rule_set(&learner.sections.inner.rule, "momentum", 0.5);
  rule_set(&other.sections.inner.rule, "momentum", 0.5);
  plain_open(&task, &learner, 5, 4, 0);
  plain_open(&maml, &other, 5, 4, 0);
  plain_train(&task);
  plain_train(&maml);
  plain_near("loss", 0, task.loss, maml.loss, 1e-14);
  for (size_t i = 0; i < MODEL; i++) plain_near("direction", i, task.direction[i], maml.direction[i], 1e-14);
  learner.sections.inner.steps = 0;
  plain_open(&task, &learner, 5, 4, 0.3);
  plain_train(&task);
  plain_near("no steps", 0, task.loss, plain_squared_error(&task, task.theta, task.query_x, task.query_y, task.Q, NULL),
             1e-14);
  il_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_direction_is_that_of_plain_arithmetic),
                                     cmocka_unit_test(matrices_that_have_not_moved_make_maml)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
