/* The table of a run for a terminal: an algorithm a line, at its own reported step; figures are those of RESULTS.md. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results/markdown.h"
#include "results/result_writers.h"

enum { GAP = 2, FOLD_INDENT = 6, COLUMNS_LEAST = 24 };

/* A line that is being filled. */
typedef struct line {
  FILE *file;
  int columns, at; /* width of the terminal, characters so far */
} line;

/* Characters of a UTF-8 text. */
static int width_of(const char *text) {
  int width = 0;
  for (; *text; text++) width += ((unsigned char)*text & 0xC0) != 0x80;
  return width;
}

/* Prints at most `most` characters; what is cut ends in "..". */
static void print_clipped(FILE *file, const char *text, int most) {
  int width = width_of(text), kept = width <= most ? width : most - 2;
  const char *end = text;
  for (int count = 0; *end; end++) {
    count += ((unsigned char)*end & 0xC0) != 0x80;
    if (count > kept) break;
  }
  fwrite(text, 1, (size_t)(end - text), file);
  if (kept < width) fputs("..", file);
}

/* Appends a cell of `width` characters; where the line has no room for it, on a line of its own below. */
static void put(line *l, const char *text, int width, bool bold) {
  int own = width_of(text), indent = GAP;
  if (!*text && width == 0) return;
  if (l->at > 0 && l->at + indent + own > l->columns) {
    fputc('\n', l->file);
    l->at = 0;
    indent = FOLD_INDENT;
  }
  fprintf(l->file, "%*s", indent, "");
  int room = l->columns - l->at - indent;
  if (bold) fputs("\033[1m", l->file);
  print_clipped(l->file, text, room);
  if (bold) fputs("\033[0m", l->file);
  l->at += indent + (own < room ? own : room);
  for (; own < width && l->at < l->columns; own++, l->at++) fputc(' ', l->file);
}

/* The published figure at the reported step, else of the last step that has one, and the verdict. */
static void published_text(char *text, size_t size, const il_analysis *analysis, int algorithm, int setting) {
  int reported = il_results_report_step(analysis->results, algorithm), step = reported;
  char figure[64];
  text[0] = '\0';
  const il_verdict *verdict = &il_analysis_cell(analysis, algorithm, setting, step)->published;
  for (step = il_results_steps(analysis->results, algorithm); !verdict->figure && step >= 0; step--)
    verdict = &il_analysis_cell(analysis, algorithm, setting, step)->published;
  if (!verdict->figure) return;
  il_markdown_figure(figure, sizeof figure, verdict->figure->value, &analysis->results->suite.kind->format);
  bool same = verdict == &il_analysis_cell(analysis, algorithm, setting, reported)->published;
  if (same)
    snprintf(text, size, "published %s: %.*s", figure, (int)strcspn(verdict->text, ":"), verdict->text);
  else
    snprintf(text, size, "published %s (step %d): %.*s", figure, step + 1, (int)strcspn(verdict->text, ":"),
             verdict->text);
}

typedef struct widths {
  int label, figure;
} widths;

static widths measure(const il_analysis *analysis, int setting) {
  widths most = {0, 0};
  char figure[2 * IL_CELL_SIZE];
  for (int a = 0; a < analysis->n_algorithms; a++) {
    int step = il_results_report_step(analysis->results, a);
    il_results_figure(figure, sizeof figure, analysis, a, setting, step);
    int label = width_of(analysis->results->experiment->algorithms[a].label), own = width_of(figure) + 2;
    most.label = label > most.label ? label : most.label;
    most.figure = own > most.figure ? own : most.figure;
  }
  most.label = most.label < 24 ? most.label : 24;
  most.figure = most.figure < 32 ? most.figure : 32;
  return most;
}

static void row(FILE *file, const il_analysis *analysis, int algorithm, int setting, widths wide,
                const il_results_shown *shown) {
  char figure[2 * IL_CELL_SIZE], marked[2 * IL_CELL_SIZE + 4], step[24], published[IL_CELL_SIZE];
  line l = {file, shown->columns > COLUMNS_LEAST ? shown->columns : COLUMNS_LEAST, 0};
  int reported = il_results_report_step(analysis->results, algorithm);
  bool best = analysis->best[(size_t)setting * (size_t)analysis->n_algorithms + (size_t)algorithm];
  il_results_figure(figure, sizeof figure, analysis, algorithm, setting, reported);
  snprintf(marked, sizeof marked, "%s%s", best ? "* " : "  ", figure);
  snprintf(step, sizeof step, "step %d", reported);
  published_text(published, sizeof published, analysis, algorithm, setting);
  put(&l, analysis->results->experiment->algorithms[algorithm].label, wide.label, false);
  put(&l, step, 8, false);
  put(&l, marked, published[0] ? wide.figure : 0, best && shown->colour);
  put(&l, published, 0, false);
  fputc('\n', file);
}

static void title(FILE *file, const il_analysis *analysis, int setting, int columns) {
  char name[IL_SETTING_SIZE], text[256];
  int fewest = 0, any_best = 0;
  const il_results *results = analysis->results;
  for (int a = 0; a < analysis->n_algorithms; a++) {
    int seeds = il_analysis_cell(analysis, a, setting, 0)->n_seeds;
    if (seeds > 0 && (fewest == 0 || seeds < fewest)) fewest = seeds;
    any_best |= analysis->best[(size_t)setting * (size_t)analysis->n_algorithms + (size_t)a];
  }
  il_results_setting_name(results, setting, name, sizeof name);
  snprintf(text, sizeof text, "%s, %s; %g %% interval for %s%s", name, results->suite.kind->heading,
           100 * results->experiment->evaluation.level, fewest >= 2 ? "a new seed and new tasks" : "new tasks alone",
           any_best ? "; * best" : "");
  print_clipped(file, text, columns > COLUMNS_LEAST ? columns : COLUMNS_LEAST);
  fputc('\n', file);
}

void il_write_terminal_table(const il_results_shown *shown, const il_analysis *analysis) {
  for (int setting = 0; setting < analysis->n_settings; setting++) {
    widths wide = measure(analysis, setting);
    title(shown->file, analysis, setting, shown->columns);
    for (int a = 0; a < analysis->n_algorithms; a++)
      if (il_analysis_cell(analysis, a, 0, 0)->n_runs > 0) row(shown->file, analysis, a, setting, wide, shown);
  }
}
