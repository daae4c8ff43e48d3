/* Paired differences in RESULTS.md: a list while it can be read, else a triangle for every setting. */
#include <math.h>
#include <stdio.h>

#include "results/markdown.h"
#include "results/result_writers.h"

enum { LIST_MAX = 20 };

static const char *label(const il_analysis *analysis, int algorithm) {
  return analysis->results->experiment->algorithms[algorithm].label;
}

static int is_listed(const il_analysis *analysis, int algorithm) {
  return il_analysis_cell(analysis, algorithm, 0, 0)->n_runs > 0;
}

/* "maml (3)" */
static void name_at_step(char *text, size_t size, const il_analysis *analysis, int algorithm, int step) {
  snprintf(text, size, "%s (%d)", label(analysis, algorithm), step);
}

static void p_value(il_file *file, double p) {
  if (isfinite(p))
    il_file_print(file, " %.3g |", p);
  else
    il_file_print(file, " |");
}

static void list_row(il_file *file, const il_analysis *analysis, const il_difference *at) {
  char a[IL_CELL_SIZE / 4], b[IL_CELL_SIZE / 4], text[IL_CELL_SIZE], setting[IL_SETTING_SIZE];
  il_results_setting_name(analysis->results, at->setting, setting, sizeof setting);
  name_at_step(a, sizeof a, analysis, at->a, at->step_a);
  name_at_step(b, sizeof b, analysis, at->b, at->step_b);
  snprintf(text, sizeof text, "%s - %s", a, b);
  il_file_print(file, "|");
  il_markdown_cell(file, text);
  il_markdown_cell(file, setting);
  if (isfinite(at->interval.mean)) {
    il_markdown_interval(text, sizeof text, at->interval.mean, &at->interval, &analysis->results->suite.kind->format);
    il_markdown_cell(file, text);
  } else
    il_markdown_cell(file, at->status);
  p_value(file, at->p);
  p_value(file, at->p_holm);
  p_value(file, at->p_reachable);
  if (isfinite(at->prob_a_better))
    il_file_print(file, " %.2f |\n", at->prob_a_better);
  else
    il_file_print(file, " |\n");
}

static void list(il_file *file, const il_analysis *analysis, int from, int to) {
  static const char *const titles[] = {"pair (steps)", "setting",    "difference",     "p",
                                       "p (Holm)",     "smallest p", "P(first better)"};
  il_markdown_header(file, titles, 7, 2);
  for (int i = from; i < to; i++) list_row(file, analysis, &analysis->differences[i]);
}

static const il_difference *reported(const il_analysis *analysis, int a, int b, int setting) {
  for (int i = 0; i < analysis->n_reported; i++) {
    const il_difference *at = &analysis->differences[i];
    if (at->a == a && at->b == b && at->setting == setting) return at;
  }
  return NULL;
}

/* "1.69 ± 0.40 *" */
static void triangle_cell(il_file *file, const il_analysis *analysis, const il_difference *at) {
  char text[IL_CELL_SIZE], marked[IL_CELL_SIZE + 4];
  if (!isfinite(at->interval.mean)) {
    il_markdown_cell(file, at->status);
    return;
  }
  il_markdown_interval(text, sizeof text, at->interval.mean, &at->interval, &analysis->results->suite.kind->format);
  int clear = at->p_holm <= 1 - analysis->results->experiment->evaluation.level; /* false for NaN */
  snprintf(marked, sizeof marked, "%s%s", text, clear ? " \\*" : "");
  il_markdown_cell(file, marked);
}

/* Row minus column, for every two of one setting. */
static void triangle(il_file *file, const il_analysis *analysis, int setting) {
  char names[IL_ALGORITHMS_MAX][IL_CELL_SIZE / 4], title[IL_SETTING_SIZE];
  const char *titles[IL_ALGORITHMS_MAX + 1];
  int order[IL_ALGORITHMS_MAX], count = 0;
  for (int a = 0; a < analysis->n_algorithms; a++) {
    if (!is_listed(analysis, a)) continue;
    name_at_step(names[count], sizeof names[count], analysis, a, il_results_report_step(analysis->results, a));
    order[count++] = a;
  }
  il_results_setting_name(analysis->results, setting, title, sizeof title);
  titles[0] = title;
  for (int i = 1; i < count; i++) titles[i] = names[i];
  il_markdown_header(file, titles, count, 1);
  for (int i = 0; i + 1 < count; i++) {
    il_file_print(file, "|");
    il_markdown_cell(file, names[i]);
    for (int j = 1; j < count; j++) {
      const il_difference *at = j > i ? reported(analysis, order[i], order[j], setting) : NULL;
      if (at)
        triangle_cell(file, analysis, at);
      else
        il_file_print(file, " |");
    }
    il_file_print(file, "\n");
  }
  il_file_print(file, "\n");
}

static int most_seeds(const il_analysis *analysis) {
  int most = 0;
  for (int i = 0; i < analysis->n_differences; i++)
    if (analysis->differences[i].n_seeds > most) most = analysis->differences[i].n_seeds;
  return most;
}

static void explain(il_file *file, const il_analysis *analysis) {
  const il_experiment *experiment = analysis->results->experiment;
  const char *words = analysis->results->suite.kind->difference_words;
  int seeds = most_seeds(analysis), values = seeds >= 2 ? seeds : experiment->evaluation.episodes;
  il_file_print(file, "On identical episodes, each algorithm after the step in brackets: its reported one%s%s%s. ",
                analysis->n_differences > analysis->n_reported ? ", then those of evaluation.compare_steps" : "",
                words ? "; in " : "", words ? words : "");
  if (seeds >= 2)
    il_file_print(file,
                  "Interval: for a new seed and new tasks. p: of the seeds' mean differences on these episodes, by ");
  else
    il_file_print(file, "One seed: interval and p are for new tasks, conditional on the models trained here. p: by ");
  if (values <= IL_EXACT_FLIPS_MAX)
    il_file_print(file, "all sign flips");
  else
    il_file_print(file, "%d random sign flips", IL_RANDOM_FLIPS);
  il_file_print(
      file,
      ", which assume that without a difference each sign were as likely (symmetry); with %d %s%s it cannot go below "
      "\"smallest p\"",
      values, seeds >= 2 ? "seed" : "episode", values == 1 ? "" : "s");
  il_file_print(file, "; Holm over the %d row%s shown. P(first better): share of episodes, ties count half.\n",
                analysis->n_differences, analysis->n_differences == 1 ? "" : "s");
}

void il_write_differences_section(il_file *file, const il_analysis *analysis) {
  int triangles = analysis->n_reported > LIST_MAX;
  if (analysis->n_differences == 0) return;
  il_file_print(file, "\n## Paired differences\n\n");
  if (triangles) {
    il_file_print(file, "Row minus column; \\*: p (Holm) at most %.3g. differences.csv holds every p.\n\n",
                  1 - analysis->results->experiment->evaluation.level);
    for (int setting = 0; setting < analysis->n_settings; setting++) triangle(file, analysis, setting);
  }
  if (!triangles || analysis->n_differences > analysis->n_reported) {
    list(file, analysis, triangles ? analysis->n_reported : 0, analysis->n_differences);
    il_file_print(file, "\n");
  }
  explain(file, analysis);
}
