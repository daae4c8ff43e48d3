/* Pipe tables (GitHub Flavored Markdown, section 4.10). */
#include "harness/markdown.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void il_markdown_figure(char *text, size_t size, double value, il_task_kind kind) {
  if (!isfinite(value))
    snprintf(text, size, "-");
  else if (kind == IL_CLASSIFICATION)
    snprintf(text, size, "%.2f", 100 * value);
  else
    snprintf(text, size, fabs(value) < 1000 ? "%.3f" : "%.3g", value);
}

void il_markdown_interval(char *text, size_t size, double mean, const il_interval *interval, il_task_kind kind) {
  char middle[64], low[64], high[64], half[64];
  double below = mean - interval->low, above = interval->high - mean;
  il_markdown_figure(middle, sizeof middle, mean, kind);
  il_markdown_figure(low, sizeof low, interval->low, kind);
  il_markdown_figure(high, sizeof high, interval->high, kind);
  il_markdown_figure(half, sizeof half, above, kind);
  if (!isfinite(below) || !isfinite(above))
    snprintf(text, size, "%s", middle);
  else if (fabs(below - above) > 1e-9 * (below + above))
    snprintf(text, size, "%s [%s, %s]", middle, low, high);
  else
    snprintf(text, size, "%s ± %s", middle, half);
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
