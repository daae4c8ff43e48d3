/* UTF-8 (RFC 3629), one character at a time. */
#ifndef INNERLOOP_BASE_UTF8_H
#define INNERLOOP_BASE_UTF8_H

#include <stddef.h>

/* Code point of the UTF-8 sequence at text[0..size) and its length in *length, or -1 (overlong, surrogate, cut off,
 * above U+10FFFF). */
long il_utf8_character(const char *text, size_t size, size_t *length);

/* 1 when `text` is UTF-8 without control characters: it can stand in a line, a table and JSON. */
int il_utf8_is_text(const char *text);

#endif
