/* Glyphs in the double build: the same bits as in float. */
#include "glyphs_checks.h"

int main(void) {
  return run_glyphs_tests();
}
