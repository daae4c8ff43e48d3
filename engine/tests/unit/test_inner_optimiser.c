/* covers: algorithms; precision: double */
/* Meta-gradients through inner optimisers, in double: Adam where an inner gradient is exactly 0 (an input that is
 * always 0, a model that fits already), against finite differences and the limit in closed form; first-order directions
 * with weight decay against the gradient at phi; networks and lists at the borders of what there is room for. */
#include <math.h>
#include <string.h>

#include "cmocka_all.h"

#include "algorithms/learner.h"
#include "algorithms/optimiser.h"
#include "innerloop/arena.h"
#include "innerloop/random.h"
#include "optimiser_rule.h"
#include "option_struct.h"

extern const il_model il_model_mlp, il_model_linear;
extern const il_algorithm il_algorithm_maml, il_algorithm_fomaml, il_algorithm_reptile, il_algorithm_nearest;

enum { REALS = 4096, ROWS = 4, INPUTS = 3 };

typedef struct bench {
  il_arena *arena;
  il_learner learner;
  il_training_program training;
  real *slots[IL_SLOTS_MAX], *workspace;
} bench;

static void open_bench(bench *b, const il_model *model, const char *const *pairs, const il_algorithm *algorithm,
                       int inputs, int rows, const il_inner_options *inner) {
  il_error error = {0};
  memset(b, 0, sizeof *b);
  b->arena = il_arena_new();
  for (int s = 0; s < IL_SLOTS_MAX; s++) b->slots[s] = il_arena_get(b->arena, REALS, sizeof(real));
  void *options = option_struct(&model->options, b->arena);
  for (; pairs && *pairs; pairs += 2) option_set(options, &model->options, pairs[0], pairs[1], b->arena);
  b->learner = (il_learner){.algorithm = algorithm,
                            .options = option_struct(&algorithm->options, b->arena),
                            .model = model,
                            .model_options = options,
                            .interface = {il_shape_vector(inputs), 1},
                            .kind = &il_regression,
                            .ways = 1};
  assert_int_equal(il_kernels_select(&b->learner.kernels, NULL, &error), IL_OK);
  assert_int_equal(il_learner_prepare(&b->learner, &error), IL_OK);
  if (il_learner_training(&b->training, &b->learner, inner, rows, rows, true, &error) != IL_OK)
    fail_msg("%s", error.message);
  b->workspace = il_arena_get(b->arena, il_program_cost(b->training.program).workspace_reals + 1, sizeof(real));
  il_parameters_initialise(b->slots[IL_SLOT_PARAMETERS], &b->learner.parameters, 11);
}

static void close_bench(bench *b) {
  il_program_free(b->training.program);
  il_arena_free(b->arena);
}

static double run(bench *b) {
  il_program_run(b->training.program, b->workspace, b->slots);
  return (double)b->slots[IL_SLOT_OUT_LOSS][0];
}

/* Every direction is finite and the central difference of the loss. */
static void expect_gradient(bench *b) {
  const double h = 1e-6;
  size_t size = b->learner.parameters.size;
  real *theta = b->slots[IL_SLOT_PARAMETERS], direction[REALS];
  (void)run(b);
  memcpy(direction, b->slots[IL_SLOT_OUT_DIRECTION], size * sizeof *direction);
  for (size_t i = 0; i < size; i++) {
    double was = (double)theta[i];
    theta[i] = (real)(was + h);
    double up = run(b);
    theta[i] = (real)(was - h);
    double down = run(b), slope = (up - down) / (2 * h);
    theta[i] = (real)was;
    if (!(fabs((double)direction[i] - slope) <= 1e-6 * (1 + fabs(slope))))
      fail_msg("parameter %zu: direction %.12g, slope %.12g", i, (double)direction[i], slope);
  }
}

/* The last input is always 0, as the corner pixels of drawings are: the gradients of its weights are exactly 0, in
 * every step. Through Adam, and through momentum that looks ahead. */
static void test_an_input_that_is_always_zero(void **state) {
  static const char *const tanh_net[] = {"hidden", "[5]", "activation", "tanh", "scale", "0.7", NULL};
  (void)state;
  for (int trial = 0; trial < 6; trial++) {
    il_inner_options inner = {.steps = 1 + trial % 3,
                              .rule = trial < 3 ? adam_rule(0.05, 0.9, 0.99, 1e-3) : nesterov_rule(0.05, 0.9, 0.3)};
    bench b;
    open_bench(&b, &il_model_mlp, tanh_net, &il_algorithm_maml, INPUTS, ROWS, &inner);
    il_stream stream = il_stream_open(3, IL_PURPOSE_NOISE, 0);
    for (int s = IL_SLOT_SUPPORT_X; s <= IL_SLOT_QUERY_Y; s++)
      for (int i = 0; i < ROWS * INPUTS; i++) b.slots[s][i] = (real)il_random_normal(&stream);
    for (int i = INPUTS - 1; i < ROWS * INPUTS; i += INPUTS)
      b.slots[IL_SLOT_SUPPORT_X][i] = b.slots[IL_SLOT_QUERY_X][i] = 0;
    expect_gradient(&b);
    close_bench(&b);
  }
}

/* One weight w, one point (1, y), one query (1, q): the inner gradient is g = 2 (w - y). */
static void open_weight(bench *b, const il_algorithm *algorithm, const il_inner_options *inner, double w, double y,
                        double q) {
  static const char *const no_bias[] = {"bias", "false", NULL};
  open_bench(b, &il_model_linear, no_bias, algorithm, 1, 1, inner);
  assert_int_equal(b->learner.parameters.size, 1);
  b->slots[IL_SLOT_PARAMETERS][0] = (real)w;
  b->slots[IL_SLOT_SUPPORT_X][0] = b->slots[IL_SLOT_QUERY_X][0] = 1;
  b->slots[IL_SLOT_SUPPORT_Y][0] = (real)y;
  b->slots[IL_SLOT_QUERY_Y][0] = (real)q;
}

/* The first step of Adam is phi = w - alpha g / (|g| + epsilon); where g = 0 its derivative is 1 - 2 alpha /
 * epsilon. */
static void test_the_limit_where_the_model_fits(void **state) {
  const double alpha = 0.05, epsilon = 0.01, w = 0.75, q = -0.5;
  il_inner_options inner = {.steps = 1, .rule = adam_rule(alpha, 0.9, 0.999, epsilon)};
  (void)state;
  bench b;
  open_weight(&b, &il_algorithm_maml, &inner, w, w, q);
  (void)run(&b);
  double expected = 2 * (w - q) * (1 - 2 * alpha / epsilon), found = (double)b.slots[IL_SLOT_OUT_DIRECTION][0];
  assert_true((double)b.slots[IL_SLOT_OUT_PARAMETERS][0] == w);
  if (!(fabs(found - expected) < 1e-9 * fabs(expected))) fail_msg("%.12g, expected %.12g", found, expected);
  close_bench(&b);
  /* and beside it: epsilon / (|g| + epsilon)^2 in place of 1 / epsilon */
  const double y = w - 0.003, g = 2 * (w - y);
  open_weight(&b, &il_algorithm_maml, &inner, w, y, q);
  (void)run(&b);
  double phi = w - alpha * g / (g + epsilon), slope = 1 - 2 * alpha * epsilon / ((g + epsilon) * (g + epsilon));
  found = (double)b.slots[IL_SLOT_OUT_DIRECTION][0];
  assert_true(fabs(found - 2 * (phi - q) * slope) < 1e-9 * fabs(found));
  close_bench(&b);
}

/* First-order: 2 (phi - q), whatever led to phi; phi by hand for gradient descent. */
static void test_first_order_with_weight_decay(void **state) {
  const double w = 0.75, y = 0.2, q = -0.5, decay = 0.3, rate = 0.1;
  il_optimiser_options rules[] = {sgd_rule(rate, 0, 0), sgd_rule(rate, 0.9, 0.5), adam_rule(rate, 0.9, 0.99, 1e-3)};
  for (int r = 0; r < 3; r++) rules[r].weight_decay = decay;
  (void)state;
  for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
    il_inner_options inner = {.steps = 3, .rule = rules[r]};
    bench b;
    open_weight(&b, &il_algorithm_fomaml, &inner, w, y, q);
    (void)run(&b);
    double phi = (double)b.slots[IL_SLOT_OUT_PARAMETERS][0], found = (double)b.slots[IL_SLOT_OUT_DIRECTION][0];
    if (!(fabs(found - 2 * (phi - q)) < 1e-12)) fail_msg("rule %zu: %.12g, expected %.12g", r, found, 2 * (phi - q));
    double by_hand = w;
    for (int step = 0; step < inner.steps; step++) by_hand -= rate * (2 * (by_hand - y) + decay * by_hand);
    if (r == 0) assert_true(fabs(phi - by_hand) < 1e-12);
    close_bench(&b);
    /* exact MAML does go through the decay: dphi/dw = (1 - rate (2 + decay))^3 */
    if (r > 0) continue;
    open_weight(&b, &il_algorithm_maml, &inner, w, y, q);
    (void)run(&b);
    found = (double)b.slots[IL_SLOT_OUT_DIRECTION][0];
    assert_true(fabs(found - 2 * (phi - q) * pow(1 - rate * (2 + decay), 3)) < 1e-12);
    close_bench(&b);
  }
}

/* d sqrt(x)^2 and higher at 0: finite, and the adjoint there is 0. */
static void test_root_at_zero_any_order(void **state) {
  (void)state;
  il_graph *graph = il_graph_new();
  il_values x = {1, {il_input(graph, 0, 0, il_shape_vector(3))}};
  il_value y = il_sum(graph, il_sqrt(graph, il_square(graph, x.at[0])));
  il_output outputs[3];
  for (int order = 0; order < 3; order++) {
    il_values slope = il_gradient(graph, y, &x);
    outputs[order] = (il_output){slope.at[0], 1 + order, 0};
    y = il_sum(graph, slope.at[0]);
  }
  const il_kernels *kernels;
  il_program *program;
  il_error error = {0};
  assert_int_equal(il_kernels_select(&kernels, NULL, &error), IL_OK);
  assert_int_equal(il_compile(&program, graph, outputs, 3, kernels, IL_COMPILE_FUSED, &error), IL_OK);
  real in[3] = {0, 2, -3}, out[3][3], workspace[256], *slots[IL_SLOTS_MAX] = {in, out[0], out[1], out[2]};
  assert_true(il_program_cost(program).workspace_reals <= 256);
  il_program_run(program, workspace, slots);
  const real expected[3][3] = {{0, 1, -1}, {0, 0, 0}, {0, 0, 0}};
  for (int order = 0; order < 3; order++)
    for (int i = 0; i < 3; i++) assert_true(fabs((double)(out[order][i] - expected[order][i])) < 1e-12);
  il_program_free(program);
  il_graph_free(graph);
}

/* 32 layers, scale and shift adapted, an inner Adam: 130 parameters and 262 values of state, more than a list once
 * held. */
static void test_a_deep_network_with_adam(void **state) {
  static const char *const deep[] = {"hidden",      "[2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2]",
                                     "activation",  "tanh",
                                     "norm",        "batch",
                                     "affine",      "gamma_beta",
                                     "adapt_norm",  "true",
                                     "scale",       "0.7",
                                     "initialiser", "normal",
                                     NULL};
  (void)state;
  for (int carry = 0; carry < 2; carry++) {
    il_inner_options inner = {
        .steps = 2, .state = carry ? IL_STATE_CARRY : IL_STATE_RESET, .rule = adam_rule(0.01, 0.9, 0.99, 1e-3)};
    bench b;
    open_bench(&b, &il_model_mlp, deep, &il_algorithm_maml, INPUTS, ROWS, &inner);
    assert_int_equal(b.learner.parameters.count, 130);
    assert_int_equal(b.training.state, carry ? 2 * b.learner.parameters.size + 2 : 0);
    il_stream stream = il_stream_open(4, IL_PURPOSE_NOISE, 0);
    for (int s = IL_SLOT_SUPPORT_X; s <= IL_SLOT_QUERY_Y; s++)
      for (int i = 0; i < ROWS * INPUTS; i++) b.slots[s][i] = (real)il_random_normal(&stream);
    il_optimiser_reset(b.slots[IL_SLOT_STATE], &inner.rule, b.learner.parameters.size);
    assert_true(isfinite(run(&b)));
    for (size_t i = 0; i < b.learner.parameters.size; i++) assert_true(isfinite(b.slots[IL_SLOT_OUT_DIRECTION][i]));
    close_bench(&b);
  }
}

/* A list that is full is an error of the graph, which says so; nothing behind it is written. */
static void test_a_list_that_is_full(void **state) {
  struct {
    il_values list;
    il_value guard;
  } room = {.guard = 77};
  il_error error = {0};
  (void)state;
  il_graph *graph = il_graph_new();
  il_value value = il_constant(graph, il_shape_scalar(), 1);
  for (int i = 0; i < IL_VALUES_MAX; i++) il_values_append(graph, &room.list, value);
  assert_int_equal(il_graph_status(graph, &error), IL_OK);
  il_values_append(graph, &room.list, value);
  assert_int_equal(il_graph_status(graph, &error), IL_INVALID);
  assert_string_equal(error.message, "graph: a list of more than 1024 values");
  assert_true(room.list.count == IL_VALUES_MAX && room.guard == 77);
  il_graph_free(graph);
}

/* Without inner steps Reptile's displacement is 0 and its loss that of theta: nothing is left without a value. */
static void test_no_inner_steps(void **state) {
  il_inner_options inner = {.steps = 0, .rule = {.learning_rate = 0.1}};
  bench b;
  (void)state;
  open_weight(&b, &il_algorithm_reptile, &inner, 0.75, 0.2, -0.5);
  assert_true(fabs(run(&b) - 0.55 * 0.55) < 1e-12);
  assert_true(b.slots[IL_SLOT_OUT_DIRECTION][0] == 0);
  close_bench(&b);
}

/* A graph whose memory has ended gives no value anywhere; predicting on one must not divide by what is not there. */
static void test_nearest_when_memory_ends(void **state) {
  il_graph *graph = il_graph_new();
  il_task task = {.graph = graph, .kind = &il_classification};
  (void)state;
  il_graph_fail(graph, IL_MEMORY, "out of memory");
  task.support_x = il_input(graph, 0, 0, il_shape_matrix(5, 9));
  task.support_y = il_input(graph, 1, 0, il_shape_matrix(5, 5));
  il_value x = il_input(graph, 2, 0, il_shape_matrix(3, 9));
  assert_int_equal(task.support_x, IL_NO_VALUE);
  assert_int_equal(il_algorithm_nearest.predict(&task, &task.theta, x), IL_NO_VALUE);
  il_graph_free(graph);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_input_that_is_always_zero),
      cmocka_unit_test(test_the_limit_where_the_model_fits),
      cmocka_unit_test(test_first_order_with_weight_decay),
      cmocka_unit_test(test_root_at_zero_any_order),
      cmocka_unit_test(test_a_deep_network_with_adam),
      cmocka_unit_test(test_a_list_that_is_full),
      cmocka_unit_test(test_no_inner_steps),
      cmocka_unit_test(test_nearest_when_memory_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
