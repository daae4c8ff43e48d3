/* Convolution in float: every row of the kernel table has the bits of the definition; MAML through a convolutional
 * network is PyTorch's. */
#define TOLERANCE 2e-5
#include "convolution_checks.h"
#include "convolution_golden.h"

static void rows_have_the_bits_of_the_definition(void **state) {
  (void)state;
  check_convolutions(4000);
}

static void maml_is_that_of_another_framework(void **state) {
  (void)state;
  check_golden_convolution();
}

/* A hundred images of 84 x 84: what a plain float sum over 705600 pixels would lose. */
static void weights_of_many_pixels_stay_accurate(void **state) {
  (void)state;
  enum { IMAGES = 100, SIDE = 84, PIXELS = IMAGES * SIDE * SIDE };
  const il_geometry g = {IMAGES, SIDE, SIDE, 1, SIDE, SIDE, 1, 1, 1, 1, 0, 0};
  static float x[PIXELS], y[PIXELS];
  const il_kernels *rows[8];
  const int row_count = vector_rows(rows);
  for (int i = 0; i < PIXELS; ++i) x[i] = 0.1f, y[i] = 1;
  for (int r = 0; r < row_count; ++r) {
    float w = 0;
    const il_convolve call = {.geometry = &g, .a = x, .b = y, .out = &w, .alpha = 1};
    rows[r]->convolve_weights(&call);
    assert_true(fabs(w / (PIXELS * (double)0.1f) - 1) < 1e-4);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_have_the_bits_of_the_definition),
      cmocka_unit_test(maml_is_that_of_another_framework),
      cmocka_unit_test(weights_of_many_pixels_stay_accurate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
