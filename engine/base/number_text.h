/* Numbers as text that reads back to the same number. */
#ifndef INNERLOOP_BASE_NUMBER_TEXT_H
#define INNERLOOP_BASE_NUMBER_TEXT_H

#include <stddef.h>

/* The shortest of "%.15g", "%.16g" and "%.17g" that strtod reads back as `value`, in the C locale; 32 bytes are
 * enough. */
void il_format_real(char *text, size_t size, double value);

#endif
