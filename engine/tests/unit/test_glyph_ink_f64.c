/* Drawing of glyphs in the double build: the same pixels as in float. */
#include "glyph_ink_checks.h"

int main(void) {
  return run_glyph_ink_tests();
}
