#include "base/number_text.h"

#include <stdio.h>
#include <stdlib.h>

void il_format_real(char *text, size_t size, double value) {
  for (int precision = 15; precision <= 17; precision++) {
    snprintf(text, size, "%.*g", precision, value);
    if (strtod(text, NULL) == value) return;
  }
}
