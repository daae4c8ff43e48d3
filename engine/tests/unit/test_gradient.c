/* covers: graph; precision: double */
/* Every operation's first and second gradient against finite differences, the op set closed under differentiation,
 * third derivatives of a small network. In double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "graph/node.h"
#include "graph/program.h"
#include "innerloop/random.h"

enum { INPUTS_MAX = 64 };

/* A case builds one expression of inputs a [2,3] and b [2,3] (elements 0..5 and 6..11 of slot 0), c [3,2] (12..17) and
 * row [3] (18..20); low bounds the inputs from below (log, sqrt, divide need it). */
typedef struct op_case {
  const char *op;
  il_value (*build)(il_graph *graph, il_value a, il_value b, il_value c, il_value row);
  float low;
} op_case;

#define CASE(name, expression)                                                                                         \
  static il_value build_##name(il_graph *g, il_value a, il_value b, il_value c, il_value row) {                        \
    (void)a, (void)b, (void)c, (void)row;                                                                              \
    return expression;                                                                                                 \
  }
CASE(stop_gradient, il_multiply(g, il_stop_gradient(g, b), a))
CASE(reshape, il_matmul(g, il_reshape(g, a, il_shape_matrix(3, 2)), 0, il_square(g, b), 0))
CASE(broadcast, il_multiply(g, a, row))
CASE(broadcast_column, il_multiply(g, a, il_sum_to(g, b, il_shape_matrix(2, 1))))
CASE(broadcast_scalar, il_multiply(g, a, il_square(g, il_sum(g, b))))
CASE(sum_to, il_multiply(g, il_sum_to(g, il_multiply(g, a, b), il_shape_vector(3)), row))
CASE(transpose, il_multiply(g, il_transpose(g, il_square(g, c)), a))
CASE(matmul, il_matmul(g, il_tanh(g, a), 0, c, 0))
CASE(matmul_left, il_matmul(g, a, 1, il_matmul(g, b, 0, c, 0), 0))
CASE(matmul_right, il_matmul(g, a, 0, b, 1))
CASE(matmul_both, il_matmul(g, a, 1, c, 1))
static il_shape images(int n, int height, int width, int channels) {
  return (il_shape){.rank = 4, .dims = {n, height, width, channels}};
}
CASE(convolution, il_convolution(g, il_reshape(g, a, images(1, 2, 3, 1)),
                                 il_reshape(g, il_square(g, c), images(3, 2, 1, 1)), 1, IL_SAME))
CASE(convolution_channels,
     il_convolution(g, il_reshape(g, il_square(g, a), images(1, 2, 1, 3)), il_reshape(g, c, images(1, 1, 3, 2)), 2, 1))
CASE(add, il_square(g, il_add(g, a, il_scale(g, b, 0.5))))
CASE(subtract, il_multiply(g, il_subtract(g, a, b), il_subtract(g, row, b)))
CASE(multiply, il_multiply(g, il_multiply(g, a, b), a))
CASE(divide, il_divide(g, a, il_add(g, b, row)))
CASE(scale, il_square(g, il_scale(g, a, -1.7)))
CASE(shift, il_multiply(g, il_shift(g, a, 0.3), il_shift(g, b, -2)))
CASE(square, il_square(g, il_multiply(g, a, b)))
CASE(sqrt, il_sqrt(g, il_multiply(g, a, b)))
CASE(exp, il_exp(g, il_multiply(g, a, b)))
CASE(log, il_log(g, il_add(g, a, il_square(g, b))))
CASE(relu, il_relu(g, il_multiply(g, a, b)))
CASE(gate, il_square(g, il_gate(g, il_multiply(g, a, b), b)))
CASE(tanh, il_tanh(g, il_multiply(g, a, b)))
CASE(sigmoid, il_sigmoid(g, il_multiply(g, a, b)))
CASE(softplus, il_softplus(g, il_multiply(g, a, b)))
CASE(softmax, il_softmax(g, il_multiply(g, a, b)))
CASE(log_softmax, il_log_softmax(g, il_multiply(g, a, b)))

CASE(sin, il_sin(g, il_multiply(g, a, b)))
CASE(cos, il_cos(g, il_multiply(g, a, b)))
CASE(slice, il_square(g, il_slice(g, il_multiply(g, a, b), 1, 1, 2)))
CASE(pad, il_multiply(g, il_square(g, il_pad(g, row, 0, 2, 6)), il_reshape(g, a, il_shape_vector(6))))
CASE(concatenate, il_square(g, il_concatenate(g, &(il_values){3, {a, il_multiply(g, a, b), il_transpose(g, c)}}, 0)))
CASE(concatenate_columns, il_multiply(g, il_concatenate(g, &(il_values){2, {a, b}}, 1),
                                      il_concatenate(g, &(il_values){2, {b, il_square(g, a)}}, 1)))
CASE(concatenate_channels,
     il_square(g, il_concatenate(
                      g, &(il_values){2, {il_reshape(g, a, images(1, 2, 1, 3)), il_reshape(g, c, images(1, 2, 1, 3))}},
                      3)))
CASE(maximum, il_multiply(g, il_maximum(g, il_multiply(g, a, b), 1), a))
CASE(maximum_rows, il_square(g, il_maximum(g, il_multiply(g, a, b), 0)))

/* [3,3], not symmetric, its symmetric part positive definite. */
static il_value definite(il_graph *g, il_value a, il_value b, il_value c) {
  il_value sum = il_add(g, il_matmul(g, a, 1, a, 0), il_matmul(g, b, 1, b, 0));
  return il_add(g, il_add(g, sum, il_matmul(g, c, 0, c, 1)), il_scale(g, il_matmul(g, c, 0, a, 0), 0.1));
}
CASE(solve_spd, il_solve_spd(g, definite(g, a, b, c), c))
CASE(logdet, il_logdet(g, definite(g, a, b, c)))
CASE(inverse_spd, il_gradient(g, il_logdet(g, definite(g, a, b, c)), &(il_values){1, {a}}).at[0])

#define ROW(name, bound)                                                                                               \
  { #name, build_##name, bound }
static const op_case cases[] = {ROW(stop_gradient, -1),
                                ROW(reshape, -1),
                                ROW(broadcast, -1),
                                ROW(broadcast_column, -1),
                                ROW(broadcast_scalar, -1),
                                ROW(sum_to, -1),
                                ROW(transpose, -1),
                                ROW(matmul, -1),
                                ROW(matmul_left, -1),
                                ROW(matmul_right, -1),
                                ROW(matmul_both, -1),
                                ROW(convolution, -1),
                                ROW(convolution_channels, -1),
                                ROW(add, -1),
                                ROW(subtract, -1),
                                ROW(multiply, -1),
                                ROW(divide, 0.3f),
                                ROW(scale, -1),
                                ROW(shift, -1),
                                ROW(square, -1),
                                ROW(sqrt, 0.3f),
                                ROW(exp, -1),
                                ROW(log, 0.3f),
                                ROW(relu, -1),
                                ROW(gate, -1),
                                ROW(tanh, -1),
                                ROW(sigmoid, -1),
                                ROW(softplus, -1),
                                ROW(softmax, -1),
                                ROW(log_softmax, -1),
                                ROW(sin, -1),
                                ROW(cos, -1),
                                ROW(slice, -1),
                                ROW(pad, -1),
                                ROW(concatenate, -1),
                                ROW(concatenate_columns, -1),
                                ROW(concatenate_channels, -1),
                                ROW(maximum, -1),
                                ROW(maximum_rows, -1),
                                ROW(solve_spd, -1),
                                ROW(logdet, -1),
                                ROW(inverse_spd, -1)};

enum { CASES = sizeof cases / sizeof cases[0], LEAVES = 4, REALS = 21 };

/* A graph under test: leaves, and a scalar that is nonlinear in nothing but the operation. */
typedef struct subject {
  il_graph *graph;
  il_values leaves;
  il_value scalar;
  real inputs[REALS];
} subject;

/* Scalar = sum of w * value, with fixed unequal weights, so that no symmetry hides an error. */
static il_value weighted_sum(il_graph *graph, il_value value, int slot_offset) {
  il_shape shape = il_shape_of(graph, value);
  il_value weights = il_input(graph, 2, (size_t)slot_offset, shape);
  return il_sum(graph, il_multiply(graph, weights, value));
}

static real weights[4 * INPUTS_MAX];

static void open_subject(subject *s, const op_case *c) {
  il_graph *g = s->graph = il_graph_new();
  s->leaves = (il_values){LEAVES,
                          {il_input(g, 0, 0, il_shape_matrix(2, 3)), il_input(g, 0, 6, il_shape_matrix(2, 3)),
                           il_input(g, 0, 12, il_shape_matrix(3, 2)), il_input(g, 0, 18, il_shape_vector(3))}};
  s->scalar = weighted_sum(g, c->build(g, s->leaves.at[0], s->leaves.at[1], s->leaves.at[2], s->leaves.at[3]), 0);
  il_stream stream = il_stream_open(7, IL_PURPOSE_INIT, (uint64_t)(c - cases));
  for (int i = 0; i < REALS; i++) s->inputs[i] = il_random_uniform(&stream, c->low, 1);
  for (int i = 0; i < 4 * INPUTS_MAX; i++) weights[i] = il_random_uniform(&stream, 0.5f, 1.5f);
}

/* Runs with the weights behind slot 2. */
static void evaluate(const il_graph *graph, const il_values *values, const real *inputs, real *out,
                     il_compile_mode mode) {
  il_output outputs[IL_VALUES_MAX];
  const il_kernels *kernels;
  il_program *program;
  size_t offset = 0;
  for (int i = 0; i < values->count; i++) {
    il_shape shape = il_shape_of(graph, values->at[i]);
    outputs[i] = (il_output){values->at[i], 1, offset};
    offset += il_shape_size(&shape);
  }
  assert_int_equal(il_kernels_select(&kernels, mode == IL_COMPILE_PLAIN ? "reference" : NULL, NULL), IL_OK);
  il_error error = {0};
  if (il_compile(&program, graph, outputs, values->count, kernels, mode, &error) != IL_OK)
    fail_msg("%s", error.message);
  real *slots[IL_SLOTS_MAX] = {(real *)inputs, out, weights};
  real *workspace = aligned_alloc(64, (il_program_cost(program).workspace_reals + 64) * 64);
  il_program_run(program, workspace, slots);
  free(workspace);
  il_program_free(program);
}

static double scalar_at(const subject *s, il_value scalar, int coordinate, double by) {
  real inputs[REALS], out;
  memcpy(inputs, s->inputs, sizeof inputs);
  inputs[coordinate] += by;
  il_values one = {1, {scalar}};
  evaluate(s->graph, &one, inputs, &out, IL_COMPILE_PLAIN);
  return out;
}

/* Fourth-order central difference: truncation h^4, rounding 1e-16 / h. */
static double slope(const subject *s, il_value scalar, int coordinate) {
  const double h = 1e-3;
  double near = scalar_at(s, scalar, coordinate, h) - scalar_at(s, scalar, coordinate, -h);
  double far = scalar_at(s, scalar, coordinate, 2 * h) - scalar_at(s, scalar, coordinate, -2 * h);
  return (8 * near - far) / (12 * h);
}

/* Checks gradient of `scalar` by all inputs, L2-relative to 1e-8 (or absolute, for gradients that vanish). */
static void check_gradient(const subject *s, il_value scalar, const il_values *gradient, const char *what) {
  real fused[REALS], plain[REALS];
  evaluate(s->graph, gradient, s->inputs, fused, IL_COMPILE_FUSED);
  evaluate(s->graph, gradient, s->inputs, plain, IL_COMPILE_PLAIN);
  double wrong = 0, norm = 0, unequal = 0;
  for (int i = 0; i < REALS; i++) {
    double reference = slope(s, scalar, i);
    wrong += (fused[i] - reference) * (fused[i] - reference);
    unequal += (fused[i] - plain[i]) * (fused[i] - plain[i]);
    norm += reference * reference;
  }
  double scale = norm > 1e-6 ? norm : 1;
  if (sqrt(wrong / scale) > 1e-8) fail_msg("%s: relative error %.3g", what, sqrt(wrong / scale));
  if (sqrt(unequal / scale) > 1e-12) fail_msg("%s: fused and plain differ by %.3g", what, sqrt(unequal / scale));
}

static void test_first_and_second_gradients(void **state) {
  (void)state;
  for (int i = 0; i < CASES; i++) {
    subject s;
    char what[64];
    open_subject(&s, &cases[i]);
    il_values first = il_gradient(s.graph, s.scalar, &s.leaves);
    assert_int_equal(il_graph_status(s.graph, NULL), IL_OK);
    snprintf(what, sizeof what, "first gradient of %s", cases[i].op);
    if (strcmp(cases[i].op, "stop_gradient") == 0) { /* differences cannot see the stop: only the path that is open */
      first = il_gradient(s.graph, s.scalar, &(il_values){1, {s.leaves.at[0]}});
      real out[6], expected;
      evaluate(s.graph, &first, s.inputs, out, IL_COMPILE_FUSED);
      for (int e = 0; e < 6; e++) {
        expected = weights[e] * s.inputs[6 + e];
        assert_true(fabs(out[e] - expected) < 1e-14);
      }
      il_values closed = il_gradient(s.graph, s.scalar, &(il_values){1, {s.leaves.at[1]}});
      assert_true(il_is_constant(s.graph, closed.at[0], 0));
      il_graph_free(s.graph);
      continue;
    }
    check_gradient(&s, s.scalar, &first, what);
    il_value mixed = il_constant(s.graph, il_shape_scalar(), 0);
    for (int leaf = 0; leaf < LEAVES; leaf++)
      mixed = il_add(s.graph, mixed, weighted_sum(s.graph, first.at[leaf], INPUTS_MAX * (leaf % 3 + 1)));
    il_values second = il_gradient(s.graph, mixed, &s.leaves);
    assert_int_equal(il_graph_status(s.graph, NULL), IL_OK);
    snprintf(what, sizeof what, "second gradient of %s", cases[i].op);
    check_gradient(&s, mixed, &second, what);
    il_graph_free(s.graph);
  }
}

/* Operations on images: same checks in test files of their own, named beside them. */
static const char *const tested_elsewhere[] = {
    /* test_batch_norm.c */
    "rename",           "take_row",         "place_row",         "batch_norm_statistics",
    "batch_norm",       "batch_norm_sums",  "batch_norm_dots",   "batch_norm_backward",
    "batch_norm_outer", "batch_norm_slope", "batch_norm_second", "pool_gather",
    "pool_scatter",     "spatial_sum",      "spatial_repeat",    NULL};

/* Walks the op table: whatever an operation's gradient emits has a gradient itself, to third order; and every operation
 * appears in a case, so that a new one cannot stay untested. */
static void test_closed_under_differentiation(void **state) {
  (void)state;
  char seen[IL_OP_COUNT] = {0};
  for (int i = 0; i < CASES; i++) {
    subject s;
    open_subject(&s, &cases[i]);
    il_value scalar = s.scalar;
    for (int order = 0; order < 3; order++) {
      il_values gradient = il_gradient(s.graph, scalar, &s.leaves);
      scalar = il_constant(s.graph, il_shape_scalar(), 0);
      for (int leaf = 0; leaf < LEAVES; leaf++)
        scalar = il_add(s.graph, scalar, weighted_sum(s.graph, gradient.at[leaf], INPUTS_MAX * (leaf % 3 + 1)));
    }
    assert_int_equal(il_graph_status(s.graph, NULL), IL_OK);
    for (il_value v = 0; v < il_graph_size(s.graph); v++) {
      const il_op *op = il_op_of(il_graph_node(s.graph, v)->op);
      seen[il_graph_node(s.graph, v)->op] = 1;
      if (!op->gradient && op->inputs > 0) assert_string_equal(op->name, "stop_gradient");
    }
    il_graph_free(s.graph);
  }
  for (int op = 0; op < IL_OP_COUNT; op++) {
    const char *name = il_op_of((il_op_code)op)->name;
    for (int i = 0; tested_elsewhere[i]; i++) seen[op] |= strcmp(tested_elsewhere[i], name) == 0;
    if (!seen[op]) fail_msg("operation %s has no case", name);
  }
}

/* d^3/dx^3 of a one-hidden-layer tanh network's loss along its inputs, against differences of the second derivative. */
static void test_third_derivative_of_a_network(void **state) {
  (void)state;
  subject s;
  static const op_case network = {"network", build_matmul, -1};
  open_subject(&s, &network);
  il_graph *g = s.graph;
  il_value hidden =
      il_tanh(g, il_add(g, il_matmul(g, il_transpose(g, s.leaves.at[2]), 0, il_transpose(g, s.leaves.at[0]), 0),
                        il_reshape(g, il_constant(g, il_shape_matrix(1, 2), 0.1), il_shape_vector(2))));
  il_value loss = il_mean(g, il_square(g, il_matmul(g, hidden, 0, s.leaves.at[1], 0)));
  for (int order = 0; order < 2; order++) {
    il_values gradient = il_gradient(g, loss, &s.leaves);
    loss = il_constant(g, il_shape_scalar(), 0);
    for (int leaf = 0; leaf < 3; leaf++)
      loss = il_add(g, loss, weighted_sum(g, gradient.at[leaf], INPUTS_MAX * (leaf + 1)));
  }
  il_values third = il_gradient(g, loss, &s.leaves);
  assert_int_equal(il_graph_status(g, NULL), IL_OK);
  check_gradient(&s, loss, &third, "third derivative");
  il_graph_free(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_first_and_second_gradients),
                                     cmocka_unit_test(test_closed_under_differentiation),
                                     cmocka_unit_test(test_third_derivative_of_a_network)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
