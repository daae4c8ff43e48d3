/* covers: graph; precision: double */
/* Convolution in graphs: the three maps against loops that know nothing of them, first and second gradients against
 * finite differences, what fuses, what is refused. */
#include "convolution_golden.h"
#include "graph/node.h"
#include "kernel_checks.h"

enum { REALS = 1 << 14 };

/* Images, kernels, stride and padding of one case; out: what the rule gives. */
typedef struct conv_case {
  int n, h, w, ci, kh, kw, co, stride, padding;
  int oh, ow, top, left;
} conv_case;

/* The networks' layers (narrower), then sizes that divide nothing. Outputs and padding computed by hand from
 * TensorFlow's and PyTorch's documentation. */
static const conv_case cases[] = {
    {2, 28, 28, 1, 3, 3, 4, 2, IL_SAME, 14, 14, 0, 0}, {2, 14, 14, 3, 3, 3, 5, 2, IL_SAME, 7, 7, 0, 0},
    {3, 7, 7, 4, 3, 3, 4, 2, IL_SAME, 4, 4, 1, 1},     {2, 4, 4, 5, 3, 3, 3, 2, IL_SAME, 2, 2, 0, 0},
    {2, 21, 21, 2, 3, 3, 3, 1, IL_SAME, 21, 21, 1, 1}, {1, 11, 6, 3, 3, 3, 2, 1, IL_VALID, 9, 4, 0, 0},
    {2, 9, 8, 2, 3, 3, 3, 2, 1, 5, 4, 1, 1},           {1, 5, 5, 2, 5, 5, 3, 1, 2, 5, 5, 2, 2},
    {2, 6, 7, 2, 2, 4, 3, 3, IL_SAME, 2, 3, 0, 1},     {1, 7, 5, 1, 1, 1, 2, 2, IL_SAME, 4, 3, 0, 0},
    {1, 3, 3, 2, 3, 3, 2, 1, 3, 7, 7, 3, 3},           {2, 5, 9, 2, 2, 3, 1, 4, IL_VALID, 1, 2, 0, 0},
    {1, 1, 1, 1, 3, 3, 1, 2, IL_SAME, 1, 1, 1, 1},
};
enum { CASES = sizeof cases / sizeof *cases };

static il_shape shape4(int a, int b, int c, int d) {
  return (il_shape){4, {a, b, c, d}};
}

/* A graph: x, w and a weight per output element c, y = conv(x, w), and whatever is asked of it. */
typedef struct subject {
  il_graph *g;
  il_value x, w, c, y;
  size_t sizes[3]; /* of x, w, y */
  real slots[3][REALS];
} subject;

static void open_subject(subject *s, const conv_case *c, uint64_t *random) {
  s->g = il_graph_new();
  s->x = il_input(s->g, 0, 0, shape4(c->n, c->h, c->w, c->ci));
  s->w = il_input(s->g, 1, 0, shape4(c->kh, c->kw, c->ci, c->co));
  s->y = il_convolution(s->g, s->x, s->w, c->stride, c->padding);
  il_shape shapes[3] = {il_shape_of(s->g, s->x), il_shape_of(s->g, s->w), il_shape_of(s->g, s->y)};
  s->c = il_input(s->g, 2, 0, shapes[2]);
  assert_int_equal(il_graph_status(s->g, NULL), IL_OK);
  for (int i = 0; i < 3; i++) {
    s->sizes[i] = il_shape_size(&shapes[i]);
    assert_true(s->sizes[i] <= REALS);
    fill(s->slots[i], s->sizes[i], 0, random);
  }
}

/* Runs the values one after another into `out`. */
static void evaluate(subject *s, const il_values *values, const char *kernels, il_compile_mode mode, real *out) {
  il_output outputs[IL_VALUES_MAX];
  il_program *program;
  il_error error = {0};
  real *slots[IL_SLOTS_MAX] = {s->slots[0], s->slots[1], s->slots[2], out};
  int count = golden_outputs(outputs, s->g, values, 3);
  const il_kernels *row = il_kernels_find(kernels);
  if (!row) row = il_kernels_find("portable");
  if (il_compile(&program, s->g, outputs, count, row, mode, &error) != IL_OK) fail_msg("%s", error.message);
  real *workspace = aligned_alloc(64, (il_program_cost(program).workspace_reals + 64) * 64);
  assert_non_null(workspace);
  il_program_run(program, workspace, slots);
  free(workspace);
  il_program_free(program);
}

/* y, dx and dw of sum(c y) by scattering every product; returns the number of products. */
static double scatter(const conv_case *c, const subject *s, real *y, real *dx, real *dw) {
  double products = 0;
  memset(y, 0, s->sizes[2] * sizeof *y);
  memset(dx, 0, s->sizes[0] * sizeof *dx);
  memset(dw, 0, s->sizes[1] * sizeof *dw);
  for (size_t at = 0; at < s->sizes[2] / (size_t)c->co * (size_t)(c->kh * c->kw); at++) {
    int tap = (int)(at % (size_t)(c->kh * c->kw)), pixel = (int)(at / (size_t)(c->kh * c->kw));
    int row = pixel / c->ow % c->oh * c->stride + tap / c->kw - c->top;
    int column = pixel % c->ow * c->stride + tap % c->kw - c->left;
    if (row < 0 || row >= c->h || column < 0 || column >= c->w) continue;
    int from = ((pixel / c->ow / c->oh * c->h + row) * c->w + column) * c->ci;
    for (int product = 0; product < c->ci * c->co; product++, products++) {
      int k = product / c->co, o = product % c->co, weight = tap * c->ci * c->co + product, to = pixel * c->co + o;
      y[to] += s->slots[0][from + k] * s->slots[1][weight];
      dx[from + k] += s->slots[2][to] * s->slots[1][weight];
      dw[weight] += s->slots[2][to] * s->slots[0][from + k];
    }
  }
  return products;
}

static void expect_near(const real *got, const real *expected, size_t size, const char *what, int index) {
  double distance = golden_distance(got, expected, size);
  if (!(distance < 1e-13)) fail_msg("case %d: %s: relative distance %.3g", index, what, distance);
}

static void maps_agree_with_plain_loops(void **state) {
  (void)state;
  static subject s;
  static real y[REALS], dx[REALS], dw[REALS], got[3 * REALS];
  uint64_t random = 5;
  for (int i = 0; i < CASES; i++) {
    open_subject(&s, &cases[i], &random);
    il_shape shape = il_shape_of(s.g, s.y);
    assert_int_equal(shape.dims[1], cases[i].oh);
    assert_int_equal(shape.dims[2], cases[i].ow);
    il_values of = {2, {s.x, s.w}};
    il_values gradient = il_gradient(s.g, il_sum(s.g, il_multiply(s.g, s.c, s.y)), &of);
    il_values all = {3, {s.y, gradient.at[0], gradient.at[1]}};
    scatter(&cases[i], &s, y, dx, dw);
    for (const char *const *name = il_kernels_names(); *name; name++) {
      evaluate(&s, &all, *name, IL_COMPILE_FUSED, got);
      expect_near(got, y, s.sizes[2], "y", i);
      expect_near(got + s.sizes[2], dx, s.sizes[0], "dx", i);
      expect_near(got + s.sizes[2] + s.sizes[0], dw, s.sizes[1], "dw", i);
    }
    il_graph_free(s.g);
  }
}

/* Only products inside the images are counted, and nothing but the three maps and a transposition is run. */
static void costs_are_exact(void **state) {
  (void)state;
  static subject s;
  static real y[REALS], dx[REALS], dw[REALS];
  uint64_t random = 6;
  for (int i = 0; i < CASES; i++) {
    il_program *program;
    open_subject(&s, &cases[i], &random);
    il_values of = {2, {s.x, s.w}};
    il_values gradient = il_gradient(s.g, il_sum(s.g, il_multiply(s.g, s.c, s.y)), &of);
    il_output outputs[3] = {{s.y, 3, 0}, {gradient.at[0], 4, 0}, {gradient.at[1], 5, 0}};
    assert_int_equal(il_compile(&program, s.g, outputs, 3, il_kernels_find("portable"), IL_COMPILE_FUSED, NULL), IL_OK);
    il_cost cost = il_program_cost(program);
    assert_true(cost.gemm_flops == 6 * scatter(&cases[i], &s, y, dx, dw));
    assert_int_equal(cost.steps, cases[i].ci == 1 || cases[i].co == 1 ? 3 : 4);
    il_program_free(program);
    il_graph_free(s.g);
  }
}

/* loss(x, w) = sum c tanh(y / 2); first: v . its gradient. Both as scalars of the graph, with their gradients. */
static il_value nonlinear(subject *s, int order) {
  il_values of = {2, {s->x, s->w}};
  il_value loss = il_sum(s->g, il_multiply(s->g, s->c, il_tanh(s->g, il_scale(s->g, s->y, 0.5))));
  if (order == 1) return loss;
  il_values first = il_gradient(s->g, loss, &of);
  il_value weighted = il_sum(s->g, il_multiply(s->g, first.at[0], il_square(s->g, s->x)));
  return il_add(s->g, weighted, il_sum(s->g, il_multiply(s->g, first.at[1], il_tanh(s->g, s->w))));
}

/* d scalar / d direction at the point, by a fourth-order difference along `direction` [x, w]. */
static double slope(subject *s, il_value scalar, const real *direction) {
  static const double steps[4] = {1, -1, 2, -2}, weights[4] = {8, -8, -1, 1};
  static real saved[2][REALS];
  const double h = 2e-3;
  double sum = 0;
  il_values one = {1, {scalar}};
  memcpy(saved, s->slots, sizeof saved);
  for (int step = 0; step < 4; step++) {
    real value;
    for (size_t i = 0; i < s->sizes[0]; i++) s->slots[0][i] = saved[0][i] + steps[step] * h * direction[i];
    for (size_t i = 0; i < s->sizes[1]; i++)
      s->slots[1][i] = saved[1][i] + steps[step] * h * direction[s->sizes[0] + i];
    evaluate(s, &one, "reference", IL_COMPILE_PLAIN, &value);
    sum += weights[step] * value;
  }
  memcpy(s->slots, saved, sizeof saved);
  return sum / (12 * h);
}

static void gradients_agree_with_differences(void **state) {
  (void)state;
  static subject s;
  static real got[2 * REALS], plain[2 * REALS], direction[2 * REALS];
  uint64_t random = 7;
  for (int index = 0; index < 2 * CASES; index++) {
    const int i = index / 2, order = index % 2 + 1;
    open_subject(&s, &cases[i], &random);
    il_values of = {2, {s.x, s.w}};
    il_value scalar = nonlinear(&s, order);
    il_values gradient = il_gradient(s.g, scalar, &of);
    assert_int_equal(il_graph_status(s.g, NULL), IL_OK);
    const size_t size = s.sizes[0] + s.sizes[1];
    evaluate(&s, &gradient, "avx2", IL_COMPILE_FUSED, got);
    evaluate(&s, &gradient, "reference", IL_COMPILE_PLAIN, plain);
    expect_near(got, plain, size, "fused and plain", i);
    for (int draw = 0; draw < 2; draw++) {
      double expected = 0, norm = 0, length = 0;
      fill(direction, size, 0, &random);
      for (size_t k = 0; k < size; k++) length += direction[k] * direction[k];
      for (size_t k = 0; k < size; k++) {
        direction[k] /= sqrt(length);
        expected += direction[k] * got[k];
        norm += got[k] * got[k];
      }
      const double difference = slope(&s, scalar, direction);
      if (!(fabs(difference - expected) < 1e-8 * sqrt(norm)))
        fail_msg("case %d, order %d: differences say %.12g, the gradient %.12g", i, order, difference, expected);
    }
    il_graph_free(s.g);
  }
}

/* A bias, a step of descent and a sum of two products cost no pass of their own. */
static void sums_fold_into_the_maps(void **state) {
  (void)state;
  static subject s;
  static real got[REALS], plain[REALS];
  uint64_t random = 8;
  open_subject(&s, &cases[2], &random);
  il_value bias = il_input(s.g, 2, 0, il_shape_vector(cases[2].co));
  il_values of = {1, {s.w}};
  il_value dw = il_gradient(s.g, il_sum(s.g, il_multiply(s.g, s.c, s.y)), &of).at[0];
  const il_values folded[] = {{1, {il_add(s.g, s.y, bias)}},
                              {1, {il_subtract(s.g, s.w, il_scale(s.g, dw, 0.1))}},
                              {1, {il_add(s.g, il_scale(s.g, s.y, -3), s.c)}},
                              {1, {il_convolution(s.g, il_scale(s.g, s.x, 2), il_scale(s.g, s.w, 3), 2, IL_SAME)}}};
  il_shape sx = il_shape_of(s.g, s.x), sw = il_shape_of(s.g, s.w), sy = il_shape_of(s.g, s.y);
  size_t x = il_shape_size(&sx), w = il_shape_size(&sw), y = il_shape_size(&sy);
  const size_t touched[] = {x + w + (size_t)cases[2].co + y, x + y + w + w, x + w + y + y, x + w + y};
  for (int i = 0; i < 4; i++) {
    il_program *program;
    il_output output = {folded[i].at[0], 3, 0};
    assert_int_equal(il_compile(&program, s.g, &output, 1, il_kernels_find("portable"), IL_COMPILE_FUSED, NULL), IL_OK);
    assert_int_equal(il_program_cost(program).steps, 1);
    assert_true(il_program_cost(program).bytes == (double)(touched[i] * sizeof(real)));
    il_program_free(program);
    il_shape shape = il_shape_of(s.g, folded[i].at[0]);
    evaluate(&s, &folded[i], "avx2", IL_COMPILE_FUSED, got);
    evaluate(&s, &folded[i], "reference", IL_COMPILE_PLAIN, plain);
    expect_near(got, plain, il_shape_size(&shape), "folded", i);
  }
  il_graph_free(s.g);
}

/* The transposed weights are one node for all that need them; twice transposed is not transposed. */
static void transposes_are_shared(void **state) {
  (void)state;
  il_graph *g = il_graph_new();
  il_value w = il_input(g, 0, 0, shape4(3, 3, 4, 5));
  il_value transposed = il_transpose(g, w);
  il_shape shape = il_shape_of(g, transposed), expected = shape4(3, 3, 5, 4);
  assert_true(il_shape_equal(&shape, &expected));
  assert_int_equal(il_transpose(g, w), transposed);
  assert_int_equal(il_transpose(g, transposed), w);
  il_graph_free(g);
}

static void refuse(il_shape x, il_shape w, int stride, int padding) {
  il_graph *g = il_graph_new();
  il_error error = {0};
  assert_int_equal(il_convolution(g, il_input(g, 0, 0, x), il_input(g, 1, 0, w), stride, padding), IL_NO_VALUE);
  assert_int_equal(il_graph_status(g, &error), IL_INVALID);
  assert_true(strlen(error.message) > 10);
  il_graph_free(g);
}

static void wrong_shapes_are_refused(void **state) {
  (void)state;
  il_shape x = shape4(2, 5, 5, 3), w = shape4(3, 3, 3, 4);
  refuse(il_shape_matrix(5, 5), w, 1, 0);
  refuse(x, il_shape_matrix(3, 4), 1, 0);
  refuse(x, shape4(3, 3, 2, 4), 1, 0);
  refuse(x, w, 0, 0);
  refuse(x, w, 1, -2);
  refuse(x, shape4(6, 3, 3, 4), 1, IL_VALID);
  refuse(x, shape4(3, 8, 3, 4), 1, 1);
  refuse(shape4(1 << 15, 1 << 15, 4, 1), shape4(1, 1, 1, 1), 1, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(maps_agree_with_plain_loops),
      cmocka_unit_test(costs_are_exact),
      cmocka_unit_test(gradients_agree_with_differences),
      cmocka_unit_test(sums_fold_into_the_maps),
      cmocka_unit_test(transposes_are_shared),
      cmocka_unit_test(wrong_shapes_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
