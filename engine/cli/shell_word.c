#include "cli/shell_word.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* Length of the printable character at `text`, 0 where there is none. */
static size_t printable(const char *text) {
  size_t length;
  long code = il_utf8_character(text, strlen(text), &length);
  return code < ' ' || (code >= 127 && code < 160) ? 0 : length;
}

static void print_quoted(FILE *file, const char *text) {
  fputs(" '", file);
  for (; *text; text++) fputs(*text == '\'' ? "'\\''" : (char[]){*text, '\0'}, file);
  fputc('\'', file);
}

static void print_escaped(FILE *file, const char *text) {
  fputs(" $'", file);
  while (*text) {
    size_t length = printable(text);
    if (length == 0) fprintf(file, "\\%03o", (unsigned char)*text);
    if (*text == '\'' || *text == '\\') fputc('\\', file);
    fwrite(text, 1, length, file);
    text += length ? length : 1;
  }
  fputc('\'', file);
}

void il_shell_word(FILE *file, const char *text) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  bool escape = false;
  for (const char *at = text; *at && !escape; at += printable(at)) escape = printable(at) == 0;
  if (escape)
    print_escaped(file, text);
  else if (!*text || text[strspn(text, plain)])
    print_quoted(file, text);
  else
    fprintf(file, " %s", text);
}
