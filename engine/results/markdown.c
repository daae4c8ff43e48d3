/* Pipe tables (GitHub Flavored Markdown, section 4.10). */
#include "results/markdown.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS_MAX = 12 };

const il_figure_format il_plain_format = {1, 3};

/* `value` is in the unit that is printed. */
static void print_number(char *text, size_t size, double value, int digits) {
  if (!isfinite(value))
    snprintf(text, size, "-");
  else if (fabs(value) < 1000)
    snprintf(text, size, "%.*f", digits, value);
  else
    snprintf(text, size, "%.3g", value);
  /* what rounds to nothing has no sign */
  if (text[0] == '-' && text[1] && text[strspn(text, "-0.")] == '\0') memmove(text, text + 1, strlen(text));
}

void il_markdown_figure(char *text, size_t size, double value, const il_figure_format *format) {
  print_number(text, size, format->factor * value, format->digits);
}

/* So many digits that `width` (> 0) is not printed as nothing, with two that count where the usual ones would not do. A
 * width that is rounding of `value` is nothing. */
static int digits_for(double width, double value, int digits) {
  double least = 0.5;
  for (int i = 0; i < digits; i++) least /= 10;
  if (!(width > 1e-12 * fabs(value)) || width >= least) return digits;
  for (; digits < DIGITS_MAX && width < least; digits++) least /= 10;
  return digits + 1;
}

void il_markdown_interval(char *text, size_t size, double mean, const il_interval *interval,
                          const il_figure_format *format) {
  char middle[64], low[64], high[64], below[64], above[64];
  double unit = format->factor, down = unit * (mean - interval->low), up = unit * (interval->high - mean);
  int digits =
      isfinite(down) && isfinite(up) ? digits_for(fmax(down, up), unit * mean, format->digits) : format->digits;
  print_number(middle, sizeof middle, unit * mean, digits);
  print_number(low, sizeof low, unit * interval->low, digits);
  print_number(high, sizeof high, unit * interval->high, digits);
  print_number(below, sizeof below, down, digits);
  print_number(above, sizeof above, up, digits);
  if (!isfinite(down) || !isfinite(up))
    snprintf(text, size, "%s", middle);
  else if (strcmp(below, above) != 0)
    snprintf(text, size, "%s [%s, %s]", middle, low, high);
  else
    snprintf(text, size, "%s ± %s", middle, above);
}

void il_markdown_cell(il_file *file, const char *text) {
  il_file_write(file, " ", 1);
  for (; *text; text++) {
    if (*text == '|') il_file_write(file, "\\", 1);
    il_file_write(file, *text == '\n' || *text == '\r' ? " " : text, 1);
  }
  il_file_write(file, " |", 2);
}

void il_markdown_header(il_file *file, const char *const *titles, int count, int left) {
  il_file_print(file, "|");
  for (int i = 0; i < count; i++) il_markdown_cell(file, titles[i]);
  il_file_print(file, "\n|");
  for (int i = 0; i < count; i++) il_file_print(file, i < left ? " :--- |" : " ---: |");
  il_file_print(file, "\n");
}
