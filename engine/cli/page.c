/* Pages for a terminal of 80 columns. */
#include "cli/page.h"

#include <stdbool.h>
#include <string.h>

/* Columns that `size` bytes of UTF-8 take. */
static int width_of(const char *text, size_t size) {
  int width = 0;
  for (size_t i = 0; i < size; i++) width += ((unsigned char)text[i] & 0xc0) != 0x80;
  return width;
}

/* The words of `size` bytes; *column is where the cursor stands, 0 also at the beginning of an indented line. */
static void print_words(FILE *file, int *column, int indent, const char *text, size_t size) {
  const char *end = text + size;
  for (;;) {
    while (text < end && *text == ' ') text++;
    if (text == end) return;
    size_t length = 0;
    while (text + length < end && text[length] != ' ') length++;
    int width = width_of(text, length), blank = *column > indent;
    if (blank && *column + blank + width > IL_PAGE_COLUMNS) {
      fputc('\n', file);
      *column = blank = 0;
    }
    fprintf(file, "%*s%.*s", *column == 0 ? indent : blank, "", (int)length, text);
    *column = (*column == 0 ? indent : *column + blank) + width;
    text += length;
  }
}

void il_page_text(FILE *file, int column, int indent, const char *text) {
  print_words(file, &column, indent, text, strlen(text));
  fputc('\n', file);
}

void il_page_row(FILE *file, int middle, const char *left, const char *text) {
  int width = 2 + width_of(left, strlen(left));
  fprintf(file, "  %s", left);
  if (width + 1 >= middle)
    fputc('\n', file);
  else
    fprintf(file, "%*s", middle - width, "");
  il_page_text(file, width + 1 >= middle ? 0 : middle, middle, text);
}

void il_page_lines(FILE *file, const char *lines) {
  int column = 0;
  for (const char *line = lines; *line;) {
    size_t length = strcspn(line, "\n");
    bool as_it_is = length == 0 || line[0] == ' ';
    if (as_it_is && column > 0) fputc('\n', file);
    if (as_it_is) {
      fprintf(file, "%.*s\n", (int)length, line);
      column = 0;
    } else {
      print_words(file, &column, 0, line, length);
    }
    if (column > 0 && line[length - 1] == ':') {
      fputc('\n', file);
      column = 0;
    }
    line += length + (line[length] == '\n');
  }
  if (column > 0) fputc('\n', file);
}
