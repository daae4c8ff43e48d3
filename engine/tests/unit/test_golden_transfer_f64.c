/* The double build against PyTorch's float64: golden_transfer_cases.h. */
#define TOLERANCE 1e-12
#include "golden_transfer_cases.h"

int main(void) {
  return run_golden_transfer_tests();
}
