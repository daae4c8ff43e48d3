/* covers: models */
/* Models as graphs: predictions against plain loops in double, and gradients with respect to every parameter against
 * central differences of those loops. */
#include "option_struct.h"

#include <math.h>
#include <string.h>

#include "graph/program.h"
#include "innerloop/model.h"
#include "innerloop/random.h"

extern const il_model il_model_linear, il_model_mlp;

enum { ROWS = 5, SLOT_THETA = 0, SLOT_X = 1, SLOT_Y = 2, SLOT_GRADIENT = 3, WIDTH = 64 };

/* A model under options, with parameters and inputs drawn. */
typedef struct built {
  il_arena *arena;
  const il_model *model;
  void *options;
  il_interface interface;
  int features;
  il_parameters parameters;
  real *theta, *x; /* [P], [ROWS, features] */
} built;

static built model_of(const il_model *model, const il_interface *interface, const char *const *pairs) {
  built made = {.arena = il_arena_new(), .model = model, .interface = *interface};
  made.options = option_struct(&model->options, made.arena);
  for (; *pairs != NULL; pairs += 2) option_set(made.options, &model->options, pairs[0], pairs[1], made.arena);
  assert_int_equal(model->parameters(&made.parameters, made.options, interface, NULL), IL_OK);
  made.features = (int)il_shape_size(&interface->input);
  made.theta = il_arena_get(made.arena, made.parameters.size, sizeof(real));
  made.x = il_arena_get(made.arena, (size_t)(ROWS * made.features), sizeof(real));
  il_stream stream = il_stream_open(1, IL_PURPOSE_NOISE, 0);
  for (size_t i = 0; i < made.parameters.size; i++) made.theta[i] = (real)(0.5f * il_random_normal(&stream));
  for (int i = 0; i < ROWS * made.features; i++) made.x[i] = (real)il_random_normal(&stream);
  return made;
}

/* Prediction [ROWS, outputs] and the gradient [P] of its mean square, by the engine with the reference kernels. */
static void run_engine(const built *made, real *y, real *gradient) {
  il_graph *graph = il_graph_new();
  il_error error = {0};
  il_values theta = {.count = made->parameters.count};
  for (int i = 0; i < theta.count; i++)
    theta.at[i] = il_input(graph, SLOT_THETA, made->parameters.at[i].offset, made->parameters.at[i].shape);
  il_shape shape = {.rank = made->interface.input.rank + 1, .dims = {ROWS}};
  for (int i = 1; i < shape.rank; i++) shape.dims[i] = made->interface.input.dims[i - 1];
  il_value x = il_input(graph, SLOT_X, 0, shape);
  il_value prediction = made->model->build(graph, made->options, &made->interface, &theta, x);
  il_values slopes = il_gradient(graph, il_mean(graph, il_square(graph, prediction)), &theta);
  il_output outputs[IL_VALUES_MAX + 1] = {{prediction, SLOT_Y, 0}};
  for (int i = 0; i < theta.count; i++)
    outputs[i + 1] = (il_output){slopes.at[i], SLOT_GRADIENT, made->parameters.at[i].offset};
  il_program *program = NULL;
  const il_kernels *kernels = il_kernels_find("reference");
  assert_non_null(kernels);
  if (il_compile(&program, graph, outputs, theta.count + 1, kernels, IL_COMPILE_FUSED, &error) != IL_OK)
    fail_msg("%s", error.message);
  real *workspace = il_arena_get(made->arena, il_program_cost(program).workspace_reals, sizeof(real));
  assert_non_null(workspace);
  il_program_run(program, workspace, (real *[IL_SLOTS_MAX]){made->theta, made->x, y, gradient});
  il_program_free(program);
  il_graph_free(graph);
}

static double apply(const char *activation, double a) {
  if (strcmp(activation, "relu") == 0) return a > 0 ? a : 0;
  if (strcmp(activation, "tanh") == 0) return tanh(a);
  if (strcmp(activation, "sigmoid") == 0) return 1 / (1 + exp(-a));
  if (strcmp(activation, "softplus") == 0) return log1p(exp(a));
  return a;
}

/* The same in plain loops: widths[0..layers], parameters in the order weight, bias, weight, bias, ... Returns the mean
 * square of the prediction; *kink is the smallest |input of an activation|. */
static double run_loops(double *y, const built *made, const double *theta, const int *widths, int layers, int bias,
                        const char *activation, double *kink) {
  double square = 0;
  *kink = INFINITY;
  for (int row = 0; row < ROWS; row++) {
    double h[WIDTH], next[WIDTH];
    const double *at = theta;
    for (int i = 0; i < widths[0]; i++) h[i] = made->x[row * widths[0] + i];
    for (int layer = 0; layer < layers; layer++) {
      int inputs = widths[layer], outputs = widths[layer + 1];
      for (int j = 0; j < outputs; j++) {
        next[j] = bias ? at[inputs * outputs + j] : 0;
        for (int i = 0; i < inputs; i++) next[j] += h[i] * at[i * outputs + j];
        if (layer + 1 < layers) *kink = fmin(*kink, fabs(next[j]));
      }
      for (int j = 0; j < outputs; j++) h[j] = layer + 1 < layers ? apply(activation, next[j]) : next[j];
      at += inputs * outputs + (bias ? outputs : 0);
    }
    for (int j = 0; j < widths[layers]; j++) {
      y[row * widths[layers] + j] = h[j];
      square += h[j] * h[j] / (ROWS * widths[layers]);
    }
  }
  return square;
}

static void check_model(built *made, const int *widths, int layers, int bias, const char *activation) {
  size_t size = made->parameters.size, outputs = (size_t)(ROWS * widths[layers]);
  real *y = il_arena_get(made->arena, outputs, sizeof *y),
       *gradient = il_arena_get(made->arena, size, sizeof *gradient);
  double *expected = il_arena_get(made->arena, outputs, sizeof *expected);
  double *theta = il_arena_get(made->arena, size, sizeof *theta), kink, ignored;
  for (size_t i = 0; i < size; i++) theta[i] = made->theta[i];
  run_engine(made, y, gradient);
  run_loops(expected, made, theta, widths, layers, bias, activation, &kink);
  for (size_t i = 0; i < outputs; i++) assert_true(fabs(y[i] - expected[i]) < 1e-5 * (1 + fabs(expected[i])));
  assert_true(kink > 1e-5); /* else differences would cross the corner of relu */
  for (size_t i = 0; i < size; i++) {
    double kept = theta[i], step = 1e-6;
    theta[i] = kept + step;
    double up = run_loops(expected, made, theta, widths, layers, bias, activation, &ignored);
    theta[i] = kept - step;
    double down = run_loops(expected, made, theta, widths, layers, bias, activation, &ignored);
    theta[i] = kept;
    double slope = (up - down) / (2 * step);
    if (fabs(gradient[i] - slope) > 1e-4 * (1 + fabs(slope)))
      fail_msg("%s: parameter %zu: %g, expected %g", activation, i, (double)gradient[i], slope);
  }
  il_arena_free(made->arena);
}

static void test_mlp(void **state) {
  (void)state;
  static const char *const activations[] = {"relu", "tanh", "sigmoid", "softplus", "identity"};
  const il_interface interface = {.input = {1, {3}}, .outputs = 2};
  const int widths[] = {3, 7, 5, 2};
  for (int i = 0; i < 5; i++) {
    const char *const pairs[] = {"hidden", "[7, 5]", "activation", activations[i], NULL};
    built made = model_of(&il_model_mlp, &interface, pairs);
    check_model(&made, widths, 3, 1, activations[i]);
  }
}

static void test_inputs_of_any_rank(void **state) {
  (void)state;
  const il_interface image = {.input = {3, {3, 2, 4}}, .outputs = 3}, scalar = {.input = {0, {0}}, .outputs = 1};
  const char *const one[] = {"hidden", "[6]", NULL};
  built flat = model_of(&il_model_mlp, &image, one);
  check_model(&flat, (const int[]){24, 6, 3}, 2, 1, "relu");
  built from_scalar = model_of(&il_model_mlp, &scalar, one);
  check_model(&from_scalar, (const int[]){1, 6, 1}, 2, 1, "relu");
}

static void test_linear(void **state) {
  (void)state;
  const il_interface image = {.input = {2, {3, 2}}, .outputs = 4};
  const char *const with[] = {"bias", "true", NULL}, *const without[] = {"bias", "false", NULL};
  built made = model_of(&il_model_linear, &image, with);
  check_model(&made, (const int[]){6, 4}, 1, 1, "identity");
  made = model_of(&il_model_linear, &image, without);
  check_model(&made, (const int[]){6, 4}, 1, 0, "identity");
  const char *const none[] = {"hidden", "[]", NULL};
  made = model_of(&il_model_mlp, &image, none);
  check_model(&made, (const int[]){6, 4}, 1, 1, "identity");
}

static void test_a_batch_is_needed(void **state) {
  (void)state;
  const il_interface interface = {.input = {1, {3}}, .outputs = 2};
  const char *const none[] = {NULL};
  built made = model_of(&il_model_linear, &interface, none);
  il_graph *graph = il_graph_new();
  il_error error = {0};
  il_values theta = {2, {il_constant(graph, il_shape_matrix(3, 2), 1), il_constant(graph, il_shape_vector(2), 1)}};
  il_value lonely = il_constant(graph, il_shape_scalar(), 1);
  assert_int_equal(il_model_linear.build(graph, made.options, &interface, &theta, lonely), IL_NO_VALUE);
  assert_int_equal(il_graph_status(graph, &error), IL_INVALID);
  assert_non_null(strstr(error.message, "batch"));
  il_graph_free(graph);
  il_arena_free(made.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mlp),
      cmocka_unit_test(test_inputs_of_any_rank),
      cmocka_unit_test(test_linear),
      cmocka_unit_test(test_a_batch_is_needed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
