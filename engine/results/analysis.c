/* Cells of the summary: means, medians, intervals, what is missing and why. */
#include "results/analysis.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "results/result_writers.h"

il_range il_metric_range(const il_task_kind *kind) {
  if (kind->least < 0) return IL_RANGE_DIFFERENCE;
  return kind->most <= 1 ? IL_RANGE_FRACTION : IL_RANGE_ERROR;
}

il_range il_difference_range(const il_task_kind *kind) {
  return il_metric_range(kind) == IL_RANGE_FRACTION ? IL_RANGE_BALANCE : IL_RANGE_DIFFERENCE;
}

/* Adds "; note" to a status line that starts empty. */
__attribute__((format(printf, 2, 3))) static void note(char *status, const char *format, ...) {
  size_t length = strlen(status);
  va_list arguments;
  if (length > 0) length += (size_t)snprintf(status + length, IL_STATUS_SIZE - length, "; ");
  if (length >= IL_STATUS_SIZE) return;
  va_start(arguments, format);
  vsnprintf(status + length, IL_STATUS_SIZE - length, format, arguments);
  va_end(arguments);
}

static void note_nothing(char *status) {
  if (status[0] == '\0') snprintf(status, IL_STATUS_SIZE, "ok");
}

static double level_of(const il_analysis *analysis) {
  return analysis->results->experiment->evaluation.level;
}

/* Copies one run's metric per episode to `values`; returns how many episodes are not finite. */
static int gather(double *values, const il_results *results, const il_run *run, int setting, int step) {
  int bad = 0;
  for (int e = 0; e < results->experiment->evaluation.episodes; e++) {
    const il_score *score = il_results_score(results, run, setting, e, step);
    values[e] = il_results_metric(results, score);
    bad += !il_score_finite(results, score);
  }
  return bad;
}

void il_analysis_run(il_run_cell *cell, const il_analysis *analysis, const il_run *run, int setting, int step) {
  const il_results *results = analysis->results;
  size_t episodes = (size_t)results->experiment->evaluation.episodes;
  *cell = (il_run_cell){.mean = NAN, .deviation = NAN, .median = NAN, .interval = {NAN, NAN, NAN, 0}};
  il_run_status(run, cell->status, sizeof cell->status);
  if (!il_run_counts(run)) return;
  double *values = analysis->scratch;
  cell->n_episodes = (int)episodes;
  cell->n_nonfinite = gather(values, results, run, setting, step);
  if (cell->n_nonfinite == 0) {
    cell->mean = il_mean_of(values, episodes);
    cell->deviation = il_deviation_of(values, episodes);
    il_range range = il_metric_range(results->suite.kind);
    il_crossed crossed;
    il_crossed_intervals(&crossed, values + episodes, values, 1, episodes, level_of(analysis), range);
    cell->interval = crossed.episodes;
    il_crossed_method(cell->method, &crossed, range);
  } else {
    cell->status[0] = '\0';
    note(cell->status, "not finite: %d of %zu episodes", cell->n_nonfinite, episodes);
  }
  cell->median = il_quantile_of(values, episodes, 0.5);
}

/* Everything of one algorithm at (setting, step): values[s E + e] of the runs that count, and who is missing. */
static int gather_all(double *values, il_cell *cell, const il_results *results) {
  int episodes = results->experiment->evaluation.episodes, pending = 0;
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (run->algorithm != cell->algorithm) continue;
    cell->n_runs++;
    cell->n_failed += run->state == IL_RUN_DIVERGED;
    pending += !il_run_listed(run);
    if (!il_run_counts(run)) continue;
    double *own = values + (size_t)cell->n_seeds * (size_t)episodes;
    cell->n_nonfinite += gather(own, results, run, cell->setting, cell->step);
    cell->n_seeds++;
  }
  return pending;
}

/* Scratch behind the values: means per seed, then means per episode. */
static void intervals(il_cell *cell, double *values, const il_analysis *analysis) {
  size_t episodes = (size_t)cell->n_episodes, seeds = (size_t)cell->n_seeds;
  il_range range = il_metric_range(analysis->results->suite.kind);
  il_crossed_intervals(&cell->intervals, values + seeds * episodes, values, seeds, episodes, level_of(analysis), range);
  cell->mean = cell->intervals.mean;
  cell->headline = *il_crossed_headline(&cell->intervals);
  cell->headline.mean = cell->mean;
  il_crossed_method(cell->method, &cell->intervals, range);
}

static void fill_cell(il_cell *cell, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  const il_interval none = {NAN, NAN, NAN, 0};
  cell->mean = cell->median = NAN;
  cell->headline = none;
  cell->intervals = (il_crossed){NAN, none, none, none, none};
  cell->n_episodes = results->experiment->evaluation.episodes;
  int pending = gather_all(analysis->scratch, cell, results);
  size_t all = (size_t)cell->n_seeds * (size_t)cell->n_episodes;
  if (cell->n_failed) note(cell->status, "%d of %d runs diverged", cell->n_failed, cell->n_runs);
  if (pending) note(cell->status, "%d of %d runs not finished", pending, cell->n_runs);
  if (cell->n_nonfinite)
    note(cell->status, "not finite: %d of %zu episodes", cell->n_nonfinite, all);
  else if (cell->n_seeds > 0)
    intervals(cell, analysis->scratch, analysis);
  cell->median = il_quantile_of(analysis->scratch, all, 0.5); /* sorts: last */
  note_nothing(cell->status);
}

static void judge_cell(il_cell *cell, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  char setting[IL_SETTING_SIZE];
  il_results_task_name(results, cell->setting, setting, sizeof setting);
  il_result result = {.algorithm = cell->algorithm,
                      .evaluator = il_experiment_setting(results->experiment, cell->setting).evaluator,
                      .setting = setting,
                      .metric = il_results_metric_name(results),
                      .step = cell->step,
                      .higher_better = results->suite.kind->higher_better,
                      .interval = cell->headline, /* what is judged is what is printed */
                      .level = level_of(analysis),
                      .n_seeds = cell->n_seeds,
                      .n_episodes = cell->n_episodes,
                      .missing = cell->status};
  result.interval.mean = cell->mean;
  il_published_judge(&cell->published, analysis->published, results->experiment, &result);
}

static void fill_cells(il_analysis *analysis) {
  for (int a = 0; a < analysis->n_algorithms; a++) {
    int steps = il_results_steps(analysis->results, a);
    for (int setting = 0; setting < analysis->n_settings; setting++) {
      for (int step = 0; step <= steps; step++) {
        il_cell *cell = (il_cell *)il_analysis_cell(analysis, a, setting, step);
        cell->algorithm = a;
        cell->setting = setting;
        cell->step = step;
        fill_cell(cell, analysis);
        judge_cell(cell, analysis);
      }
    }
  }
}

const il_cell *il_analysis_cell(const il_analysis *analysis, int algorithm, int setting, int step) {
  size_t row = (size_t)algorithm * (size_t)analysis->n_settings + (size_t)setting;
  return &analysis->cells[row * (size_t)analysis->n_steps + (size_t)step];
}

il_status il_analysis_new(il_analysis **result, const il_results *results, il_arena *arena, il_error *error) {
  il_analysis *analysis = il_arena_get(arena, 1, sizeof *analysis);
  if (!analysis) return il_fail_memory(error, "the analysis", sizeof *analysis);
  analysis->results = results;
  analysis->arena = arena;
  analysis->n_algorithms = results->experiment->n_algorithms;
  analysis->n_settings = il_results_settings(results);
  for (int a = 0; a < analysis->n_algorithms; a++) {
    int steps = il_results_steps(results, a) + 1;
    if (steps > analysis->n_steps) analysis->n_steps = steps;
  }
  size_t n_cells = (size_t)analysis->n_algorithms * (size_t)analysis->n_settings * (size_t)analysis->n_steps;
  /* every run's episodes, a mean for each run, a mean for each episode */
  size_t n_scratch = ((size_t)results->experiment->evaluation.episodes + 1) * ((size_t)results->n_runs + 1);
  analysis->cells = il_arena_get(arena, n_cells, sizeof *analysis->cells);
  analysis->scratch = il_arena_get(arena, n_scratch, sizeof *analysis->scratch);
  if (!analysis->cells || !analysis->scratch)
    return il_fail_memory(error, "the analysis", n_cells * sizeof *analysis->cells + n_scratch * sizeof(double));
  il_status status =
      il_published_read(&analysis->published, results->registry, &results->experiment->published, arena, error);
  if (status != IL_OK) return status;
  fill_cells(analysis);
  *result = analysis;
  return il_differences_compute(analysis, error);
}
