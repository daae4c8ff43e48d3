/* The kernel table in double, as the gradient checks use it. */
#include "kernel_checks.h"

static void gemm_has_the_reference_bits(void **state) {
  (void)state;
  check_gemm(1500);
}

static void pointwise_rows_agree(void **state) {
  (void)state;
  check_pointwise(4000);
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
  check_softmax(1e-14);
}

/* 1e-8 is what the gradient checks need; libm gives far more, where float would give 1e-7. */
static void functions_are_double(void **state) {
  (void)state;
  const il_kernels *rows[8];
  const int row_count = vector_rows(rows);
  const real x[] = {-30, -1.5, -1e-9, 1e-9, 0.3, 2, 30};
  enum { COUNT = sizeof x / sizeof *x };
  for (int r = 0; r < row_count; ++r) {
    real e[COUNT], t[COUNT], p[COUNT];
    rows[r]->pointwise[IL_POINTWISE_EXP](e, x, NULL, 0, COUNT);
    rows[r]->pointwise[IL_POINTWISE_TANH](t, x, NULL, 0, COUNT);
    rows[r]->pointwise[IL_POINTWISE_SOFTPLUS](p, x, NULL, 0, COUNT);
    for (int i = 0; i < COUNT; ++i) {
      assert_true(fabs(e[i] / exp(x[i]) - 1) < 1e-15);
      assert_true(fabs(t[i] / tanh(x[i]) - 1) < 1e-15);
      assert_true(fabs(p[i] / log1p(exp(x[i])) - 1) < 1e-14);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gemm_has_the_reference_bits),   cmocka_unit_test(pointwise_rows_agree),
      cmocka_unit_test(transpose_moves_every_element), cmocka_unit_test(sums_follow_their_blocks),
      cmocka_unit_test(slots_are_added_in_order),      cmocka_unit_test(softmax_is_a_distribution),
      cmocka_unit_test(functions_are_double),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
