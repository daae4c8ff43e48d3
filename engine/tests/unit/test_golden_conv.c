/* The float build against PyTorch's float64: golden_conv_cases.h. The seeds keep every pre-activation away from relu's
 * kink. */
#define TOLERANCE 2e-5
#include "golden_conv_cases.h"

int main(void) {
  return run_golden_conv_tests();
}
