/* The double build against PyTorch's float64: golden_conv_cases.h. */
#define TOLERANCE 1e-12
#include "golden_conv_cases.h"

int main(void) {
  return run_golden_conv_tests();
}
