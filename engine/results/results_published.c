/* Published figures in RESULTS.md: beside the results, and the table that says how each verdict came about. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results/markdown.h"
#include "results/result_writers.h"

static const char *label(const il_analysis *analysis, int algorithm) {
  return analysis->results->experiment->algorithms[algorithm].label;
}

int il_published_step(const il_analysis *analysis, int step) {
  for (int a = 0; a < analysis->n_algorithms; a++)
    for (int setting = 0; setting < analysis->n_settings && step <= il_results_steps(analysis->results, a); setting++)
      if (il_analysis_cell(analysis, a, setting, step)->published.figure) return 1;
  return 0;
}

static int any_published(const il_analysis *analysis) {
  for (int step = 0; step < analysis->n_steps; step++)
    if (il_published_step(analysis, step)) return 1;
  return 0;
}

/* "98.70 ± 0.40", without what was not printed. */
static void figure_text(char *text, size_t size, const il_figure *figure, const il_figure_format *format) {
  il_interval range = {.low = figure->value - figure->margin, .high = figure->value + figure->margin};
  il_markdown_interval(text, size, figure->value, &range, format);
}

void il_write_published_cells(il_file *file, const il_analysis *analysis, int algorithm, int setting) {
  char text[IL_CELL_SIZE], value[IL_CELL_SIZE / 2];
  for (int step = il_results_steps(analysis->results, algorithm); step >= 0; step--) {
    const il_verdict *verdict = &il_analysis_cell(analysis, algorithm, setting, step)->published;
    if (!verdict->figure) continue;
    int evidence = verdict->figure->evidence, read = evidence == IL_EVIDENCE_READ;
    figure_text(value, sizeof value, verdict->figure, &analysis->results->suite.kind->format);
    snprintf(text, sizeof text, "%s (step %d)%s%s%s", value, step, read ? "" : " [",
             read ? "" : il_evidence_names[evidence], read ? "" : "]");
    il_markdown_cell(file, text);
    il_markdown_cell(file, verdict->text);
    return;
  }
  il_markdown_cell(file, "");
  il_markdown_cell(file, "");
}

/* Margin and power, where there was a comparison. */
static void equivalence_cells(il_file *file, const il_equivalence *equivalence, const il_figure_format *format) {
  char text[64] = "";
  int compared = isfinite(equivalence->margin);
  if (compared) il_markdown_figure(text, sizeof text, equivalence->margin, format);
  il_markdown_cell(file, text);
  if (compared)
    il_file_print(file, " %.2f |", equivalence->power);
  else
    il_file_print(file, " |");
}

/* "600 / 10000": here and there, "?" where the source does not say. */
static void episodes_cell(il_file *file, int here, const il_figure *figure) {
  if (figure->episodes > 0)
    il_file_print(file, " %d / %d |", here, figure->episodes);
  else
    il_file_print(file, " %d / %s |", here, figure->evidence == IL_EVIDENCE_DERIVED ? "exact" : "?");
}

static void published_rows(il_file *file, const il_analysis *analysis, int algorithm, int setting, const char *name) {
  const il_figure_format *format = &analysis->results->suite.kind->format;
  char text[IL_CELL_SIZE];
  for (int step = 0; step <= il_results_steps(analysis->results, algorithm); step++) {
    const il_cell *cell = il_analysis_cell(analysis, algorithm, setting, step);
    const il_figure *figure = cell->published.figure;
    if (!figure || cell->n_runs == 0) continue;
    il_file_print(file, "|");
    il_markdown_cell(file, label(analysis, algorithm));
    il_markdown_cell(file, name);
    il_markdown_cell(file, figure->source);
    il_markdown_cell(file, cell->published.text);
    il_file_print(file, " %d |", step);
    il_markdown_interval(text, sizeof text, cell->mean, &cell->headline, format);
    il_markdown_cell(file, text);
    figure_text(text, sizeof text, figure, format);
    il_markdown_cell(file, text);
    il_markdown_cell(file, il_printed_names[figure->printed]);
    equivalence_cells(file, &cell->published.equivalence, format);
    episodes_cell(file, cell->n_episodes, figure);
    il_file_print(file, "\n");
  }
}

static void explain(il_file *file, const il_analysis *analysis) {
  il_file_print(file,
                "\nThe verdict is by equivalence: two one-sided tests at %.3g %% on here less published, from the "
                "interval printed "
                "here and the published ± read as its kind says. Reproduced: the interval of the difference lies "
                "within ± margin; "
                "above, below: beyond it; inconclusive: it crosses the margin, and the verdicts that are left and what "
                "would decide "
                "are named. Power: the chance of `reproduced` with intervals of this width if both are equal. Not "
                "comparable: the "
                "protocol differs as said.\n",
                50 * (1 - analysis->results->experiment->evaluation.level));
  il_file_print(
      file,
      "\nMargin, unless the figure's file gives another with its reason: %s. ± is: ci95-episodes, a 95 %% interval "
      "over "
      "test episodes of one trained model, which leaves out how trainings differ; ci95-runs and sd-runs, over trained "
      "models; unknown is taken for a 95 %% interval; without ± the figure is taken as exact. Test episodes: here / "
      "published. A source in brackets was not read in the paper itself.\n",
      il_figure_margin_words(il_results_metric_name(analysis->results)));
}

void il_write_published_section(il_file *file, const il_analysis *analysis) {
  static const char *const titles[] = {"algorithm", "setting", "source", "verdict", "step",         "here",
                                       "published", "± is",    "margin", "power",   "test episodes"};
  if (!any_published(analysis)) return;
  il_file_print(file, "\n## Against published figures\n\n");
  il_markdown_header(file, titles, sizeof titles / sizeof titles[0], 4);
  for (int setting = 0; setting < analysis->n_settings; setting++) {
    char name[IL_SETTING_SIZE];
    il_results_setting_name(analysis->results, setting, name, sizeof name);
    for (int a = 0; a < analysis->n_algorithms; a++) published_rows(file, analysis, a, setting, name);
  }
  explain(file, analysis);
}
