/* covers: kernels; precision: float double */
/* The kernel table: every row against the definitions and against each other, bit by bit. */
#include "kernel_checks.h"

static int wide(void) {
  return sizeof(real) == sizeof(double);
}

static void gemm_has_the_reference_bits(void **state) {
  (void)state;
  check_gemm(wide() ? 1500 : 3000);
}

static void pointwise_rows_agree(void **state) {
  (void)state;
  check_pointwise(wide() ? 4000 : 8000);
}

static void transpose_moves_every_element(void **state) {
  (void)state;
  check_transpose();
}

static void sums_follow_their_blocks(void **state) {
  (void)state;
  check_sums();
}

static void slots_are_added_in_order(void **state) {
  (void)state;
  check_slots();
}

static void softmax_is_a_distribution(void **state) {
  (void)state;
  check_softmax(wide() ? 1e-14 : 1e-6);
}

/* A few units in the last place: the double build must not compute in float. */
static void functions_have_the_precision_of_the_build(void **state) {
  (void)state;
  const il_kernels *rows[8];
  const int row_count = vector_rows(rows);
  const double unit = wide() ? 0x1p-52 : 0x1p-23;
  const real x[] = {-30, -1.5, (real)-1e-9, (real)1e-9, (real)0.3, 2, 30};
  enum { COUNT = sizeof x / sizeof *x };
  for (int r = 0; r < row_count; ++r) {
    real e[COUNT], t[COUNT], p[COUNT];
    rows[r]->pointwise[IL_POINTWISE_EXP](e, x, NULL, 0, COUNT);
    rows[r]->pointwise[IL_POINTWISE_TANH](t, x, NULL, 0, COUNT);
    rows[r]->pointwise[IL_POINTWISE_SOFTPLUS](p, x, NULL, 0, COUNT);
    for (int i = 0; i < COUNT; ++i) {
      assert_true(fabs((double)e[i] / exp((double)x[i]) - 1) < 4 * unit);
      assert_true(fabs((double)t[i] / tanh((double)x[i]) - 1) < 4 * unit);
      assert_true(fabs((double)p[i] / log1p(exp((double)x[i])) - 1) < 8 * unit);
    }
  }
}

static void the_table_finds_rows_by_name(void **state) {
  (void)state;
  const il_kernels *kernels = NULL;
  il_error error;
  il_error_clear(&error);
  assert_non_null(il_kernels_find("reference"));
  assert_non_null(il_kernels_find("portable"));
  assert_null(il_kernels_find("sse9"));
  assert_null(il_kernels_find(NULL));
  assert_int_equal(il_kernels_select(&kernels, NULL, &error), IL_OK);
  const il_kernels *best = kernels;
  assert_int_equal(il_kernels_select(&kernels, "", &error), IL_OK);
  assert_ptr_equal(kernels, best);
  assert_int_equal(il_kernels_select(&kernels, "reference", &error), IL_OK);
  assert_string_equal(kernels->name, "reference");
  assert_int_equal(il_kernels_select(&kernels, "sse9", &error), IL_INVALID);
  assert_non_null(strstr(error.message, "sse9"));
  for (const char *const *name = il_kernels_names(); *name; ++name) {
    const il_kernels *row = il_kernels_find(*name);
    if (row) assert_string_equal(row->name, *name);
  }
}

static void instructions_have_names_and_operands(void **state) {
  (void)state;
  assert_string_equal(il_pointwise_name(IL_POINTWISE_COPY), "copy");
  assert_string_equal(il_pointwise_name(IL_POINTWISE_SOFTPLUS), "softplus");
  assert_int_equal(il_pointwise_operands(IL_POINTWISE_ADD), 2);
  assert_int_equal(il_pointwise_operands(IL_POINTWISE_EXP), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gemm_has_the_reference_bits),
      cmocka_unit_test(pointwise_rows_agree),
      cmocka_unit_test(transpose_moves_every_element),
      cmocka_unit_test(sums_follow_their_blocks),
      cmocka_unit_test(slots_are_added_in_order),
      cmocka_unit_test(softmax_is_a_distribution),
      cmocka_unit_test(functions_have_the_precision_of_the_build),
      cmocka_unit_test(the_table_finds_rows_by_name),
      cmocka_unit_test(instructions_have_names_and_operands),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
