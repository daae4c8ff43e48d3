/* UTF-8 (RFC 3629), one character at a time. */
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

/* Lead bytes of UTF-8 by length: mask, value, smallest code point that needs this length. */
static const struct {
  unsigned char mask, value;
  long least;
} leads[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

long il_utf8_character(const char *text, size_t size, size_t *length) {
  const unsigned char *bytes = (const unsigned char *)text;
  for (size_t extra = 0; extra < 4; extra++) {
    if ((bytes[0] & leads[extra].mask) != leads[extra].value) continue;
    if (extra >= size) return -1;
    long code = bytes[0] & (unsigned char)~leads[extra].mask;
    for (size_t i = 1; i <= extra; i++) {
      if ((bytes[i] & 0xc0) != 0x80) return -1;
      code = code << 6 | (bytes[i] & 0x3f);
    }
    *length = extra + 1;
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < leads[extra].least || surrogate || code > 0x10ffff ? -1 : code;
  }
  return -1;
}

int il_utf8_is_text(const char *text) {
  size_t length;
  for (const char *end = text + strlen(text); text < end; text += length) {
    long code = il_utf8_character(text, (size_t)(end - text), &length);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  }
  return 1;
}
