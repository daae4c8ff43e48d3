/* Byte-level checks of YAML text (RFC 3629 for UTF-8). One pass, linear in the size. */
#include "harness/yaml_bytes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Lead bytes of UTF-8 by length: mask, value, smallest code point that needs this length. */
static const struct {
  unsigned char mask, value;
  long least;
} leads[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

long il_yaml_character(const char *text, size_t size, size_t *length) {
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

/* YAML's printable characters, tab and line ends included. */
static bool allowed(long code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code != 0x7f && !(code >= 0x80 && code < 0xa0 && code != 0x85) && code != 0xfffe && code != 0xffff;
}

/* True for a tab that only blanks and a value follow: indentation, not the space before a comment or an empty line. */
static bool indents(const char *text, const char *end) {
  while (text < end && (*text == ' ' || *text == '\t')) text++;
  return text < end && *text != '\n' && *text != '\r' && *text != '#';
}

il_status il_yaml_check_bytes(const char *name, const char *text, size_t size, il_error *error) {
  const char *end = text + size;
  size_t line = 1, column = 1, length = 0;
  bool indentation = true;
  if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) text += 3; /* byte-order mark */
  for (; text < end; text += length, column++) {
    long code = il_yaml_character(text, (size_t)(end - text), &length);
    if (code < 0)
      return il_fail(error, IL_INVALID, "%s:%zu:%zu: byte 0x%02x is not UTF-8; expected UTF-8 text", name, line, column,
                     (unsigned char)*text);
    if (!allowed(code))
      return il_fail(error, IL_INVALID, "%s:%zu:%zu: control character U+%04lX; expected printable text", name, line,
                     column, code);
    if (code == '\t' && indentation && indents(text, end))
      return il_fail(error, IL_INVALID, "%s:%zu:%zu: a tab in the indentation; expected spaces", name, line, column);
    bool newline = code == '\n' || (code == '\r' && !(text + 1 < end && text[1] == '\n'));
    indentation = newline || (indentation && (code == ' ' || code == '\t'));
    if (!newline) continue;
    line++;
    column = 0;
  }
  return IL_OK;
}

const char *il_yaml_clip(char buffer[IL_YAML_SHOWN], const char *text) {
  const size_t limit = IL_YAML_SHOWN - 12;
  size_t size = strlen(text), used = 0, length = 1;
  while (used < size && used < limit) {
    if (il_yaml_character(text + used, size - used, &length) < 0) length = 1;
    memcpy(buffer + used, text + used, length);
    used += length;
  }
  snprintf(buffer + used, IL_YAML_SHOWN - used, "%s", used < size ? "..." : "");
  return buffer;
}
