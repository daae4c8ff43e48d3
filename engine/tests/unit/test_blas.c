/* covers: kernels */
/* OpenBLAS as the yardstick: it knows the processor it runs on, multiplies rightly, and loading it leaves the
 * environment as it was. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/host.h"
#include "kernels/kernels.h"

static void the_yardstick_knows_the_processor(void **state) {
  (void)state;
  il_blas blas;
  static const float a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 0, 1, 1, 1};
  float c[4];
  unsetenv("OPENBLAS_CORETYPE");
  setenv("OPENBLAS_NUM_THREADS", "7", 1);
  if (il_blas_load(&blas, 1, NULL) != IL_OK) skip();
  if (il_kernels_find("avx2")) assert_string_not_equal(blas.core, "Prescott");
  assert_string_equal(getenv("OPENBLAS_NUM_THREADS"), "7");
  assert_null(getenv("OPENBLAS_CORETYPE"));
  il_blas_multiply(&blas, c, a, b, 2, 2, 3);
  assert_true(c[0] == 4 && c[1] == 5 && c[2] == 10 && c[3] == 11);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_yardstick_knows_the_processor)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
