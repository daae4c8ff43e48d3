/* Convolution kernels in float: every row of the table has the bits of the definition. */
#include "convolution_checks.h"

static void rows_have_the_bits_of_the_definition(void **state) {
  (void)state;
  check_convolutions(3000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_have_the_bits_of_the_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
