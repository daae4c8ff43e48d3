/* covers: graph; precision: double */
/* Batch normalisation and pooling in double: against loops; gradients to third order against finite differences, and to
 * fourth order fused against primitives. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "graph/node.h"
#include "graph/program.h"
#include "innerloop/random.h"

/* Images [2,3,4,C] with C = 5 in the first 120 reals of slot 0, then gamma [5], beta [5] and a filler [5]. */
enum { SIZE = 120, CHANNELS = 5, REALS = SIZE + 3 * CHANNELS, SLOT_OUT = 1, SLOT_WEIGHTS = 2, LEAVES = 4 };

typedef struct subject {
  il_graph *graph;
  il_values leaves; /* x, gamma, beta, filler */
  real inputs[REALS], weights[4 * REALS];
} subject;

typedef il_value (*expression)(il_graph *graph, const il_values *leaves);

static const il_shape image_shape = {4, {2, 3, 4, CHANNELS}};

static void open_subject(subject *s) {
  il_graph *g = s->graph = il_graph_new();
  s->leaves = (il_values){LEAVES, {il_input(g, 0, 0, image_shape)}};
  for (int i = 0; i < 3; i++)
    s->leaves.at[i + 1] = il_input(g, 0, (size_t)(SIZE + i * CHANNELS), il_shape_vector(CHANNELS));
  il_stream stream = il_stream_open(11, IL_PURPOSE_INIT, 0);
  for (int i = 0; i < REALS; i++) s->inputs[i] = il_random_uniform(&stream, -1, 1);
  for (int i = 0; i < SIZE; i++) s->inputs[i] += 2; /* far from 0, so that a forgotten mean shows */
  for (int i = 0; i < 4 * REALS; i++) s->weights[i] = il_random_uniform(&stream, -1, 1);
}

/* Sum of weights * value; the weights start at `offset`. */
static il_value weighted(il_graph *graph, il_value value, int offset) {
  il_value weights = il_input(graph, SLOT_WEIGHTS, (size_t)offset, il_shape_of(graph, value));
  return il_sum(graph, il_multiply(graph, weights, value));
}

static void evaluate(const subject *s, const il_values *values, const real *inputs, real *out, const char *kernels,
                     il_compile_mode mode) {
  il_output outputs[IL_VALUES_MAX];
  const il_kernels *row;
  il_program *program;
  il_error error = {0};
  size_t offset = 0;
  for (int i = 0; i < values->count; i++) {
    il_shape shape = il_shape_of(s->graph, values->at[i]);
    outputs[i] = (il_output){values->at[i], SLOT_OUT, offset};
    offset += il_shape_size(&shape);
  }
  assert_int_equal(il_kernels_select(&row, kernels, NULL), IL_OK);
  if (il_compile(&program, s->graph, outputs, values->count, row, mode, &error) != IL_OK) fail_msg("%s", error.message);
  real *slots[IL_SLOTS_MAX] = {(real *)inputs, out, (real *)s->weights};
  real *workspace = aligned_alloc(64, (il_program_cost(program).workspace_reals + 64) * 64);
  il_program_run(program, workspace, slots);
  free(workspace);
  il_program_free(program);
}

static double distance(const real *a, const real *b, int count) {
  double wrong = 0, norm = 0;
  for (int i = 0; i < count; i++) {
    wrong += (a[i] - b[i]) * (a[i] - b[i]);
    norm += b[i] * b[i];
  }
  return sqrt(wrong / (norm > 1e-6 ? norm : 1));
}

static void expect_near(const real *a, const real *b, int count, double tolerance, const char *what) {
  double error = distance(a, b, count);
  if (!(error <= tolerance)) fail_msg("%s: relative distance %.3g, expected at most %g", what, error, tolerance);
}

static double scalar_at(const subject *s, il_value scalar, int coordinate, double by) {
  real inputs[REALS], out;
  memcpy(inputs, s->inputs, sizeof inputs);
  inputs[coordinate] += by;
  evaluate(s, &(il_values){1, {scalar}}, inputs, &out, "reference", IL_COMPILE_PLAIN);
  return out;
}

/* Fourth-order central difference; so short that no input crosses a corner of relu or of the maximum. */
static double slope(const subject *s, il_value scalar, int coordinate) {
  const double h = 1e-4;
  double near = scalar_at(s, scalar, coordinate, h) - scalar_at(s, scalar, coordinate, -h);
  double far = scalar_at(s, scalar, coordinate, 2 * h) - scalar_at(s, scalar, coordinate, -2 * h);
  return (8 * near - far) / (12 * h);
}

/* The gradient of `scalar` by all leaves: every row and mode agrees, and with differences to 1e-8. */
static il_values check_gradient(const subject *s, il_value scalar, const char *what) {
  real plain[REALS], other[REALS], differences[REALS];
  il_values gradient = il_gradient(s->graph, scalar, &s->leaves);
  assert_int_equal(il_graph_status(s->graph, NULL), IL_OK);
  evaluate(s, &gradient, s->inputs, plain, "reference", IL_COMPILE_PLAIN);
  for (int i = 0; i < REALS; i++) differences[i] = slope(s, scalar, i);
  expect_near(plain, differences, REALS, 1e-8, what);
  for (const char *const *name = il_kernels_names(); *name; name++) {
    if (!il_kernels_find(*name)) continue;
    evaluate(s, &gradient, s->inputs, other, *name, IL_COMPILE_FUSED);
    expect_near(other, plain, REALS, 1e-12, *name);
  }
  return gradient;
}

/* The next order: one scalar from all gradients. */
static il_value mix(const subject *s, const il_values *gradient) {
  il_value mixed = il_constant(s->graph, il_shape_scalar(), 0);
  for (int i = 0; i < LEAVES; i++) mixed = il_add(s->graph, mixed, weighted(s->graph, gradient->at[i], 17 * i + REALS));
  return mixed;
}

static void check_expression(expression build, const char *what) {
  subject s;
  char text[64];
  open_subject(&s);
  il_value scalar = weighted(s.graph, build(s.graph, &s.leaves), 0);
  for (int order = 1; order <= 3; order++) {
    snprintf(text, sizeof text, "gradient %d of %s", order, what);
    il_values gradient = check_gradient(&s, scalar, text);
    scalar = mix(&s, &gradient);
  }
  il_graph_free(s.graph);
}

#define EXPRESSION(name, value)                                                                                        \
  static il_value name(il_graph *g, const il_values *leaves) {                                                         \
    il_value x = leaves->at[0], gamma = leaves->at[1], beta = leaves->at[2];                                           \
    (void)gamma, (void)beta;                                                                                           \
    return value;                                                                                                      \
  }
EXPRESSION(norm_plain, il_batch_norm(g, x, IL_NO_VALUE, IL_NO_VALUE, 1e-3, 0))
EXPRESSION(norm_relu, il_batch_norm(g, x, IL_NO_VALUE, IL_NO_VALUE, 1e-3, 1))
EXPRESSION(norm_beta, il_batch_norm(g, x, IL_NO_VALUE, beta, 1e-3, 1))
EXPRESSION(norm_both, il_batch_norm(g, x, gamma, beta, 1e-1, 1))
EXPRESSION(norm_both_plain, il_batch_norm(g, il_square(g, x), gamma, beta, 1e-5, 0))
EXPRESSION(norm_twice,
           il_batch_norm(g, il_multiply(g, x, il_batch_norm(g, x, gamma, beta, 1e-3, 1)), beta, gamma, 1e-3, 1))
EXPRESSION(norm_unfused, il_batch_norm_unfused(g, x, gamma, beta, 1e-3, 1))
EXPRESSION(normalised, il_normalise(g, x, gamma, il_square(g, gamma), il_square(g, beta), beta, 1e-1))
EXPRESSION(pool_valid, il_square(g, il_max_pool(g, il_square(g, x), IL_VALID)))
EXPRESSION(pool_same, il_multiply(g, il_max_pool(g, il_multiply(g, x, gamma), IL_SAME), beta))
EXPRESSION(pool_of_norm, il_relu(g, il_max_pool(g, il_batch_norm(g, x, gamma, beta, 1e-3, 0), IL_SAME)))
EXPRESSION(spatial, il_square(g, il_spatial_mean(g, il_square(g, x))))

static void test_gradients_to_third_order(void **state) {
  (void)state;
#define CHECK(name) check_expression(name, #name)
  CHECK(norm_plain), CHECK(norm_relu), CHECK(norm_beta), CHECK(norm_both), CHECK(norm_both_plain), CHECK(norm_twice);
  CHECK(norm_unfused), CHECK(normalised), CHECK(pool_valid), CHECK(pool_same), CHECK(pool_of_norm), CHECK(spatial);
}

/* The same expression, fused or in primitives. */
static il_value either(il_graph *g, const il_values *leaves, int fused, int affine, int relu) {
  il_value gamma = affine ? leaves->at[1] : IL_NO_VALUE, beta = affine ? leaves->at[2] : IL_NO_VALUE;
  il_value x = il_multiply(g, leaves->at[0], leaves->at[3]);
  return (fused ? il_batch_norm : il_batch_norm_unfused)(g, x, gamma, beta, 1e-2, relu);
}

/* Values and gradients to fourth order: the third leaves the hand-written operations, the fourth shows that it is
 * closed. */
static void check_orders(int affine, int relu) {
  real results[2][5][REALS];
  for (int fused = 0; fused < 2; fused++) {
    subject s;
    open_subject(&s);
    il_value y = either(s.graph, &s.leaves, fused, affine, relu);
    evaluate(&s, &(il_values){1, {y}}, s.inputs, results[fused][0], NULL, IL_COMPILE_FUSED);
    il_value scalar = weighted(s.graph, y, 0);
    for (int order = 1; order <= 4; order++) {
      il_values gradient = il_gradient(s.graph, scalar, &s.leaves);
      assert_int_equal(il_graph_status(s.graph, NULL), IL_OK);
      evaluate(&s, &gradient, s.inputs, results[fused][order], NULL, IL_COMPILE_FUSED);
      scalar = mix(&s, &gradient);
    }
    il_graph_free(s.graph);
  }
  expect_near(results[1][0], results[0][0], SIZE, 1e-13, "value");
  for (int order = 1; order <= 4; order++) {
    char text[64];
    snprintf(text, sizeof text, "order %d, affine %d, relu %d", order, affine, relu);
    expect_near(results[1][order], results[0][order], REALS, 1e-11, text);
  }
}

static void test_fused_agrees_with_primitives_to_fourth_order(void **state) {
  (void)state;
  for (int i = 0; i < 4; i++) check_orders(i & 1, i >> 1);
}

/* The definition, in loops. */
static void test_value(void **state) {
  (void)state;
  subject s;
  real out[SIZE], expected[SIZE];
  open_subject(&s);
  il_value y = il_batch_norm(s.graph, s.leaves.at[0], s.leaves.at[1], s.leaves.at[2], 1e-3, 1);
  for (int c = 0; c < CHANNELS; c++) {
    double mean = 0, variance = 0;
    for (int i = c; i < SIZE; i += CHANNELS) mean += s.inputs[i] * CHANNELS / SIZE;
    for (int i = c; i < SIZE; i += CHANNELS) variance += (s.inputs[i] - mean) * (s.inputs[i] - mean) * CHANNELS / SIZE;
    for (int i = c; i < SIZE; i += CHANNELS) {
      double a = (s.inputs[i] - mean) / sqrt(variance + 1e-3) * s.inputs[SIZE + c] + s.inputs[SIZE + CHANNELS + c];
      expected[i] = a > 0 ? a : 0;
    }
  }
  evaluate(&s, &(il_values){1, {y}}, s.inputs, out, NULL, IL_COMPILE_FUSED);
  expect_near(out, expected, SIZE, 1e-14, "batch norm");
  il_graph_free(s.graph);
}

/* Second gradients cost hand-written passes, not primitives: statistics once, and no chain over whole images. */
static void test_second_order_uses_few_passes(void **state) {
  (void)state;
  subject s;
  open_subject(&s);
  il_graph *g = s.graph;
  il_value y = il_batch_norm(g, s.leaves.at[0], s.leaves.at[1], s.leaves.at[2], 1e-3, 1);
  il_values first = il_gradient(g, weighted(g, y, 0), &s.leaves);
  il_value scalar = mix(&s, &first);
  int before = il_graph_size(g), count[IL_OP_COUNT] = {0};
  il_gradient(g, scalar, &s.leaves);
  assert_true(il_graph_size(g) - before < 60);
  for (il_value v = 0; v < il_graph_size(g); v++) count[il_graph_node(g, v)->op]++;
  assert_int_equal(count[IL_OP_batch_norm_statistics], 1);
  assert_int_equal(count[IL_OP_batch_norm_second], 1);
  assert_int_equal(count[IL_OP_batch_norm_dots], 1);
  assert_int_equal(count[IL_OP_rename], 0);
  il_graph_free(g);
}

/* Ties go to the first pixel; odd sizes are cut or dropped. */
static void test_pool_by_hand(void **state) {
  (void)state;
  static const real picture[9] = {1, 1, 5, /**/ 1, 1, 7, /**/ 2, 3, 4};
  for (int same = 0; same < 2; same++) {
    subject s;
    real inputs[REALS] = {0}, out[SIZE], back[SIZE];
    open_subject(&s);
    memcpy(inputs, picture, sizeof picture);
    il_value x = il_input(s.graph, 0, 0, (il_shape){4, {1, 3, 3, 1}});
    il_value y = il_max_pool(s.graph, x, same ? IL_SAME : IL_VALID);
    il_shape shape = il_shape_of(s.graph, y);
    il_values gradient = il_gradient(s.graph, il_sum(s.graph, y), &(il_values){1, {x}});
    evaluate(&s, &(il_values){1, {y}}, inputs, out, NULL, IL_COMPILE_FUSED);
    evaluate(&s, &gradient, inputs, back, NULL, IL_COMPILE_FUSED);
    assert_int_equal(shape.dims[1], 1 + same);
    static const real maxima[4] = {1, 7, 3, 4}, routes[2][9] = {{1}, {1, 0, 0, 0, 0, 1, 0, 1, 1}};
    expect_near(out, maxima, same ? 4 : 1, 0, "maxima");
    expect_near(back, routes[same], 9, 0, "routes");
    il_graph_free(s.graph);
  }
}

static void test_wrong_shapes(void **state) {
  (void)state;
  subject s;
  il_error error = {0};
  open_subject(&s);
  assert_int_equal(il_max_pool(s.graph, s.leaves.at[1], IL_VALID), IL_NO_VALUE);
  assert_int_equal(il_graph_status(s.graph, &error), IL_INVALID);
  assert_non_null(strstr(error.message, "images"));
  il_graph_free(s.graph);
  open_subject(&s);
  il_value two = il_constant(s.graph, il_shape_vector(2), 1);
  assert_int_equal(il_batch_norm(s.graph, s.leaves.at[0], two, IL_NO_VALUE, 1e-3, 0), IL_NO_VALUE);
  assert_int_equal(il_graph_status(s.graph, &error), IL_INVALID);
  il_graph_free(s.graph);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_value),
      cmocka_unit_test(test_gradients_to_third_order),
      cmocka_unit_test(test_fused_agrees_with_primitives_to_fourth_order),
      cmocka_unit_test(test_second_order_uses_few_passes),
      cmocka_unit_test(test_pool_by_hand),
      cmocka_unit_test(test_wrong_shapes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
