/* Convergence: when the validation accuracy first reached 90, 95 and 98 %, in meta-iterations, in tasks seen and in seconds of
 * training; and the gnuplot script that draws the validation curves. Classification only: an error has no such marks. */
#include <math.h>
#include <stdio.h>

#include "harness/convergence.h"
#include "harness/csv.h"
#include "harness/markdown.h"
#include "harness/results_parts.h"

const double il_convergence_levels[IL_CONVERGENCE_LEVELS] = {0.90, 0.95, 0.98};

int il_convergence_point(const il_run *run, double level) {
  for (int i = 0; i < run->n_curve; i++)
    if (run->curve[i].validation >= level) return i;
  return -1;
}

double il_convergence_seconds(const il_run *run, double level) {
  int point = il_convergence_point(run, level);
  return point < 0 || !run->curve_seconds ? NAN : run->curve_seconds[point];
}

/* Tasks seen in training after `iterations` meta-iterations. */
static long long tasks_seen(const il_results *results, const il_run *run, int iterations) {
  return (long long)iterations * results->experiment->algorithms[run->algorithm].training.meta_batch;
}

/* Runs with a curve: an algorithm that does not train has none. */
static int has_curve(const il_run *run) {
  return il_run_listed(run) && run->n_curve > 0;
}

static void level_row(il_csv *csv, const il_results *results, const il_run *run, double level) {
  int point = il_convergence_point(run, level);
  il_csv_text(csv, results->experiment->algorithms[run->algorithm].label);
  il_csv_seed(csv, run->seed);
  il_csv_text(csv, il_results_metric_name(results));
  il_csv_number(csv, level);
  if (point >= 0) {
    il_csv_integer(csv, run->curve[point].iteration);
    il_csv_integer(csv, tasks_seen(results, run, run->curve[point].iteration));
    il_csv_number(csv, run->curve[point].validation);
  } else {
    il_csv_empty(csv, 3);
  }
  il_csv_text(csv, point >= 0 ? "reached" : "not reached");
  il_csv_end(csv);
}

void il_write_convergence_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_csv csv = {file, 0};
  il_file_print(file, "algorithm,seed,metric,level,iteration,tasks,validation,status\n");
  for (int r = 0; r < results->n_runs; r++)
    for (int i = 0; i < IL_CONVERGENCE_LEVELS && has_curve(&results->runs[r]); i++)
      level_row(&csv, results, &results->runs[r], il_convergence_levels[i]);
}

static void convergence_row(il_file *file, const il_results *results, const il_run *run) {
  il_file_print(file, "|");
  il_markdown_cell(file, results->experiment->algorithms[run->algorithm].label);
  il_file_print(file, " %llu |", (unsigned long long)run->seed);
  for (int i = 0; i < IL_CONVERGENCE_LEVELS; i++) {
    char text[64] = "-";
    int point = il_convergence_point(run, il_convergence_levels[i]);
    int iterations = point < 0 ? 0 : run->curve[point].iteration;
    if (point >= 0) snprintf(text, sizeof text, "%d (%lld tasks)", iterations, tasks_seen(results, run, iterations));
    il_markdown_cell(file, text);
  }
  il_file_print(file, "\n");
}

void il_write_convergence_section(il_file *file, const il_analysis *analysis) {
  static const char *const titles[] = {"algorithm", "seed", "90 %", "95 %", "98 %"};
  const il_results *results = analysis->results;
  int rows = 0;
  for (int r = 0; r < results->n_runs; r++) rows += has_curve(&results->runs[r]);
  if (rows == 0 || results->suite.kind != IL_CLASSIFICATION) return;
  il_file_print(file, "\n## Convergence\n\n");
  il_markdown_header(file, titles, 2 + IL_CONVERGENCE_LEVELS, 1);
  for (int r = 0; r < results->n_runs; r++)
    if (has_curve(&results->runs[r])) convergence_row(file, results, &results->runs[r]);
  il_file_print(
      file, "\nMeta-iterations and training tasks until the mean accuracy on the validation episodes first reached a "
            "mark, to the nearest point of curve.csv; seconds are in TIMINGS.md. `gnuplot curve.gp` draws the "
            "curves.\n");
}

void il_write_curve_plot(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  const char *metric = il_results_metric_name(results);
  int drawn = 0;
  il_file_print(file,
                "# gnuplot curve.gp: draws curve.svg from curve.csv\n"
                "set terminal svg size 800,480 font 'sans,13' background 'white'\n"
                "set output 'curve.svg'\nset datafile separator ','\nset datafile missing ''\n"
                "set title '%s' noenhanced\nset xlabel 'training tasks'\nset ylabel 'validation %s'\n"
                "set logscale x\nset format x '%%.0s %%c'\nset grid\nset key outside right noenhanced\n%s",
                results->experiment->name, metric,
                results->suite.kind == IL_CLASSIFICATION ? "set yrange [:1]\nset key bottom\n" : "set logscale y\n");
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    const il_algorithm_config *config = &results->experiment->algorithms[run->algorithm];
    if (!has_curve(run)) continue;
    int first = r == 0 || results->runs[r - 1].algorithm != run->algorithm;
    il_file_print(file,
                  "%s'curve.csv' using ((strcol(1) eq '%s' && strcol(2) eq '%llu') ? $3 * %d : NaN):6 "
                  "with linespoints pointsize 0.4 linecolor %d %s",
                  drawn++ ? ", \\\n  " : "plot ", config->label, (unsigned long long)run->seed,
                  config->training.meta_batch, run->algorithm + 1, first ? "" : "notitle");
    if (first) il_file_print(file, "title '%s'", config->label);
  }
  il_file_print(file, "\n");
}
