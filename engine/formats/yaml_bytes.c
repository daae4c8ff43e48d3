/* Byte-level checks of YAML text (RFC 3629 for UTF-8). One pass, linear in the size. */
#include "formats/yaml_bytes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

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
    long code = il_utf8_character(text, (size_t)(end - text), &length);
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
    if (il_utf8_character(text + used, size - used, &length) < 0) length = 1;
    memcpy(buffer + used, text + used, length);
    used += length;
  }
  snprintf(buffer + used, IL_YAML_SHOWN - used, "%s", used < size ? "..." : "");
  return buffer;
}
