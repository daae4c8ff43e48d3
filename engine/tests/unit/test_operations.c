/* covers: graph; precision: double */
/* Operations whose values have a closed form: slices and joins on every axis, maxima with their ties, Cholesky on
 * Hilbert's matrices, sums over lists; and the traits that il_graph_add applies. In double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "graph/node.h"
#include "graph/program.h"

/* Runs what gives `value` from slot 0 in every mode; all must give the same bits. */
static void evaluate(const il_graph *graph, il_value value, const real *inputs, real *out, size_t size) {
  real again[256];
  assert_int_equal(il_graph_status(graph, NULL), IL_OK);
  for (int mode = 0; mode < 2; mode++) {
    const il_kernels *kernels;
    il_program *program;
    il_output output = {value, 1, 0};
    il_error error = {0};
    real *slots[IL_SLOTS_MAX] = {(real *)inputs, mode ? again : out};
    assert_int_equal(il_kernels_select(&kernels, mode ? "reference" : NULL, NULL), IL_OK);
    if (il_compile(&program, graph, &output, 1, kernels, mode ? IL_COMPILE_PLAIN : IL_COMPILE_FUSED, &error) != IL_OK)
      fail_msg("%s", error.message);
    real *workspace = aligned_alloc(64, (il_program_cost(program).workspace_reals + 64) * 64);
    il_program_run(program, workspace, slots);
    free(workspace);
    il_program_free(program);
  }
  assert_memory_equal(out, again, size * sizeof *out);
}

enum { D0 = 2, D1 = 3, D2 = 4, D3 = 5, CUBE = D0 * D1 * D2 * D3 };

/* Every axis of a tensor of rank 4, element by element through its indices. */
static void test_slice_and_pad_on_every_axis(void **state) {
  (void)state;
  const il_shape shape = {4, {D0, D1, D2, D3}};
  real x[CUBE], out[256];
  for (int i = 0; i < CUBE; i++) x[i] = i + 1;
  for (int axis = 0; axis < 4; axis++) {
    il_graph *g = il_graph_new();
    int size = shape.dims[axis], begin = size / 2, count = size - begin - (size > 3);
    il_value part = il_slice(g, il_input(g, 0, 0, shape), axis, begin, count);
    evaluate(g, il_pad(g, part, axis, begin, size), x, out, CUBE);
    for (int i = 0; i < CUBE; i++) {
      int at[4] = {i / (D1 * D2 * D3), i / (D2 * D3) % D1, i / D3 % D2, i % D3};
      int inside = at[axis] >= begin && at[axis] < begin + count;
      assert_true(out[i] == (inside ? x[i] : 0));
    }
    il_graph_free(g);
  }
}

/* Cut into single elements and joined again: the tensor itself, on every axis. */
static void test_concatenate_undoes_slices(void **state) {
  (void)state;
  const il_shape shape = {4, {D0, D1, D2, D3}};
  real x[CUBE], out[256];
  for (int i = 0; i < CUBE; i++) x[i] = i + 1;
  for (int axis = 0; axis < 4; axis++) {
    il_graph *g = il_graph_new();
    il_value whole = il_input(g, 0, 0, shape);
    il_values parts = {0};
    for (int i = 0; i < shape.dims[axis]; i++) il_values_append(g, &parts, il_slice(g, whole, axis, i, 1));
    evaluate(g, il_concatenate(g, &parts, axis), x, out, CUBE);
    assert_memory_equal(out, x, sizeof x);
    il_graph_free(g);
  }
}

static void test_maximum_and_its_ties(void **state) {
  (void)state;
  const real x[] = {1, 7, 7, -2, -9, -2, 3, NAN, 5}, rows[] = {7, -2, NAN}, columns[] = {3, NAN, 7};
  const real at[] = {0, 1, 0, 1, 0, 0, 0, 1, 0};
  real out[256];
  il_graph *g = il_graph_new();
  il_value a = il_input(g, 0, 0, il_shape_matrix(3, 3)), largest = il_maximum(g, a, 1);
  evaluate(g, largest, x, out, 3);
  for (int i = 0; i < 3; i++) assert_true(out[i] == rows[i] || (isnan(out[i]) && isnan(rows[i])));
  evaluate(g, il_maximum(g, a, 0), x, out, 3);
  for (int i = 0; i < 3; i++) assert_true(out[i] == columns[i] || (isnan(out[i]) && isnan(columns[i])));
  evaluate(g, il_gradient(g, il_sum(g, largest), &(il_values){1, {a}}).at[0], x, out, 9);
  assert_memory_equal(out, at, sizeof at);
  assert_true(il_maximum(g, largest, 1) == largest);
  il_graph_free(g);
}

/* Hilbert's matrix 1 / (i + j + 1) of order 4: determinant 1 / 6048000, inverse of whole numbers. */
static void test_cholesky_on_hilbert(void **state) {
  (void)state;
  static const double inverse[16] = {16,  -120,  240,  -140,  -120, 1200, -2700, 1680,
                                     240, -2700, 6480, -4200, -140, 1680, -4200, 2800};
  const double row_sums[] = {-4, 60, -180, 140};
  real x[16], out[256];
  for (int i = 0; i < 16; i++) x[i] = 1.0 / (i / 4 + i % 4 + 1);
  il_graph *g = il_graph_new();
  il_value a = il_input(g, 0, 0, il_shape_matrix(4, 4)), log_det = il_logdet(g, a);
  evaluate(g, log_det, x, out, 1);
  assert_true(fabs(out[0] + log(6048000.0)) < 1e-11);
  evaluate(g, il_solve_spd(g, a, il_constant(g, il_shape_matrix(4, 1), 1)), x, out, 4);
  for (int i = 0; i < 4; i++) assert_true(fabs(out[i] - row_sums[i]) < 1e-9);
  evaluate(g, il_gradient(g, log_det, &(il_values){1, {a}}).at[0], x, out, 16);
  for (int i = 0; i < 16; i++) assert_true(fabs(out[i] - inverse[i]) < 1e-8);
  il_graph_free(g);
}

/* Only the symmetric part counts; what is not positive definite is NaN throughout; one factorisation serves all. */
static void test_what_is_definite(void **state) {
  (void)state;
  const real skewed[] = {2, 5, -3, 3}, indefinite[] = {1, 2, 2, 1}, singular[] = {1, 1, 1, 1},
             lost[] = {1, NAN, NAN, 1};
  const real *const bad[] = {indefinite, singular, lost};
  real out[256];
  il_graph *g = il_graph_new();
  il_value a = il_input(g, 0, 0, il_shape_matrix(2, 2)), log_det = il_logdet(g, a);
  il_value solved = il_solve_spd(g, a, il_constant(g, il_shape_matrix(2, 2), 1));
  evaluate(g, log_det, skewed, out, 1);
  assert_true(fabs(out[0] - log(5)) < 1e-14); /* of [2 1; 1 3] */
  for (int i = 0; i < 3; i++) {
    evaluate(g, log_det, bad[i], out, 1);
    assert_true(isnan(out[0]));
    evaluate(g, solved, bad[i], out, 4);
    for (int e = 0; e < 4; e++) assert_true(isnan(out[e]));
  }
  (void)il_gradient(g, il_add(g, log_det, il_sum(g, solved)), &(il_values){1, {a}});
  int factors = 0;
  for (il_value v = 0; v < il_graph_size(g); v++) factors += il_graph_node(g, v)->op == IL_OP_spd_factor;
  assert_int_equal(factors, 1);
  il_graph_free(g);
}

static void test_sums_over_lists(void **state) {
  (void)state;
  const real x[] = {1, 2, 3, 4, 5, 6, 0.5};
  real out[256];
  il_graph *g = il_graph_new();
  il_values a = {2, {il_input(g, 0, 0, il_shape_vector(2)), il_input(g, 0, 2, il_shape_matrix(1, 1))}};
  il_values b = {2, {il_input(g, 0, 3, il_shape_vector(2)), il_input(g, 0, 5, il_shape_matrix(1, 1))}};
  il_values none = {0};
  evaluate(g, il_dot(g, &a, &b), x, out, 1);
  assert_true(out[0] == 1 * 4 + 2 * 5 + 3 * 6);
  il_values moved = il_axpy(g, il_input(g, 0, 6, il_shape_scalar()), &a, &b);
  evaluate(g, moved.at[0], x, out, 2);
  assert_true(moved.count == 2 && out[0] == 4.5 && out[1] == 6);
  moved = il_axpy(g, il_constant(g, il_shape_scalar(), -2), &a, &b);
  evaluate(g, moved.at[1], x, out, 1);
  assert_true(out[0] == 0);
  assert_true(il_is_constant(g, il_dot(g, &none, &none), 0));
  assert_int_equal(il_dot(g, &a, &none), IL_NO_VALUE);
  assert_int_equal(il_graph_status(g, NULL), IL_INVALID);
  il_graph_free(g);
}

static void test_wrong_shapes_are_errors(void **state) {
  (void)state;
  for (int i = 0; i < 9; i++) {
    il_graph *g = il_graph_new();
    il_value a = il_input(g, 0, 0, il_shape_matrix(2, 3)), s = il_input(g, 0, 6, il_shape_matrix(3, 3));
    il_value made[] = {il_constant(g, il_shape_scalar(), 1)};
    switch (i) {
    case 0:
      made[0] = il_slice(g, a, 2, 0, 1);
      break;
    case 1:
      made[0] = il_slice(g, a, 1, 2, 2);
      break;
    case 2:
      made[0] = il_pad(g, a, 0, 1, 2);
      break;
    case 3:
      made[0] = il_concatenate(g, &(il_values){2, {a, s}}, 1);
      break;
    case 4:
      made[0] = il_concatenate(g, &(il_values){0}, 0);
      break;
    case 5:
      made[0] = il_maximum(g, a, -1);
      break;
    case 6:
      made[0] = il_logdet(g, a);
      break;
    case 7:
      made[0] = il_solve_spd(g, s, a);
      break;
    default:
      made[0] = il_slice(g, IL_NO_VALUE, 0, 0, 1);
      break;
    }
    assert_int_equal(made[0], IL_NO_VALUE);
    assert_int_equal(il_graph_status(g, NULL), IL_INVALID);
    il_graph_free(g);
  }
}

/* Every operation of the table: with a constant 0 as an operand of its `zero` trait it is a constant 0, and a scaled
 * operand of its `factor` trait makes a scaled result. */
static void test_traits_are_applied(void **state) {
  (void)state;
  int zeros = 0, factors = 0;
  for (int code = 0; code < IL_OP_COUNT; code++) {
    const il_op *op = il_op_of((il_op_code)code);
    for (int i = 0; i < op->inputs; i++) {
      il_graph *g = il_graph_new();
      const il_shape shape = il_shape_matrix(2, 2);
      il_node node = il_node_of((il_op_code)code, shape, IL_NO_VALUE, IL_NO_VALUE);
      for (int k = 0; k < op->inputs; k++) node.inputs[k] = il_input(g, k, 0, shape);
      il_node scaled = node;
      scaled.inputs[i] = il_scale(g, node.inputs[i], 3);
      node.inputs[i] = il_constant(g, shape, 0);
      if (op->zero >> i & 1 && ++zeros) assert_true(il_is_constant(g, il_graph_add(g, &node), 0));
      if (op->factor >> i & 1 && ++factors) {
        il_value made = il_graph_add(g, &scaled);
        assert_int_equal(il_graph_node(g, made)->op, IL_OP_scale);
        assert_true(il_graph_node(g, made)->number == 3);
      }
      il_graph_free(g);
    }
  }
  assert_int_equal(zeros, 18); /* who takes a trait from a row changes the programs of every training */
  assert_int_equal(factors, 21);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_slice_and_pad_on_every_axis),
                                     cmocka_unit_test(test_concatenate_undoes_slices),
                                     cmocka_unit_test(test_maximum_and_its_ties),
                                     cmocka_unit_test(test_cholesky_on_hilbert),
                                     cmocka_unit_test(test_what_is_definite),
                                     cmocka_unit_test(test_sums_over_lists),
                                     cmocka_unit_test(test_wrong_shapes_are_errors),
                                     cmocka_unit_test(test_traits_are_applied)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
