/* The CSV files of a run, a table of columns each. Rows in a fixed order: algorithm, seed, setting, step. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/csv.h"
#include "results/convergence.h"
#include "results/result_writers.h"

#define COUNT(columns) ((int)(sizeof(columns) / sizeof(columns)[0]))

/* The structs of a row. One that a row lacks leaves its fields empty. */
enum { HEAD, EPISODE, SCORE, CELL, FIGURE, POINT, SAME_STEP, TIMING, NOWHERE, PARTS };

/* What a row is about, and what is computed for it. A file has columns of those that it fills. */
typedef struct row_head {
  const char *algorithm, *other; /* other: that a difference is to */
  uint64_t seed;
  char setting[IL_SETTING_SIZE];
  const char *metric, *unit;
  double mean, level, adapt_learning_rate, published_episodes;
  double seconds_to[IL_CONVERGENCE_LEVELS];
  int n_episodes;
  const char *evidence, *printed, *reported;
  const char *status;
  char own_status[IL_STATUS_SIZE];
  const char *parameters_digest;
  char judged[IL_JUDGED_SIZE];
} row_head;

static const char *label(const il_results *results, int algorithm) {
  return results->experiment->algorithms[algorithm].label;
}

/* setting: -1 where the row belongs to none. */
static row_head head_of(const il_results *results, int algorithm, int setting) {
  row_head head = {.algorithm = label(results, algorithm),
                   .metric = il_results_metric_name(results),
                   .unit = il_results_metric_unit(results),
                   .level = results->experiment->evaluation.level,
                   .status = "ok"};
  if (setting >= 0) il_results_setting_name(results, setting, head.setting, sizeof head.setting);
  return head;
}

static row_head run_head(const il_results *results, const il_run *run, int setting) {
  row_head head = head_of(results, run->algorithm, setting);
  head.seed = run->seed;
  head.parameters_digest = run->parameters_digest;
  il_run_judged(run, " ", head.judged, sizeof head.judged);
  if (setting >= 0) head.adapt_learning_rate = run->adapt_learning_rate[setting];
  return head;
}

/* "diverged at iteration 37": what became of the run as a whole. */
static void state_status(row_head *head, const il_run *run) {
  il_run_status(run, head->own_status, sizeof head->own_status);
  head->status = head->own_status;
}

static const char *not_finite(double value) {
  return isnan(value) ? "is NaN" : "is infinite";
}

typedef struct episode_at {
  int episode, step;
} episode_at;

/* The score stands in the column of the kind; one whose score is in none of these has a column behind the last. */
static const il_table_column episode_columns[] = {IL_CSV_COLUMN("algorithm", HEAD, row_head, algorithm),
                                                  IL_CSV_COLUMN("seed", HEAD, row_head, seed),
                                                  IL_CSV_COLUMN("episode", EPISODE, episode_at, episode),
                                                  IL_CSV_COLUMN("step", EPISODE, episode_at, step),
                                                  IL_CSV_COLUMN("n_correct", NOWHERE, il_score, total),
                                                  IL_CSV_COLUMN("n_query", SCORE, il_score, queries),
                                                  IL_CSV_COLUMN("loss", SCORE, il_score, loss),
                                                  IL_CSV_COLUMN("setting", HEAD, row_head, setting),
                                                  IL_CSV_COLUMN("squared_error", NOWHERE, il_score, total),
                                                  IL_CSV_COLUMN("status", HEAD, row_head, status)};

/* The columns of episodes.csv for a kind; returns how many. */
static int columns_of_kind(il_table_column columns[COUNT(episode_columns) + 1], const il_task_kind *kind) {
  int at = 0, count = COUNT(episode_columns);
  memcpy(columns, episode_columns, sizeof episode_columns);
  while (at < count && strcmp(columns[at].name, kind->column) != 0) at++;
  columns[at] = (il_table_column)IL_CSV_COLUMN(kind->column, SCORE, il_score, total);
  return at < count ? count : count + 1;
}

static void score_status(row_head *head, const il_task_kind *kind, const il_score *score) {
  head->status = "ok";
  if (isfinite(score->loss) && isfinite(score->total)) return;
  if (!isfinite(score->loss))
    snprintf(head->own_status, sizeof head->own_status, "loss %s", not_finite(score->loss));
  else
    snprintf(head->own_status, sizeof head->own_status, "%.40s %s", kind->column_words, not_finite(score->total));
  head->status = head->own_status;
}

/* A run without scores keeps a row per setting. */
static void run_episodes(const il_csv *csv, const il_results *results, const il_run *run, int setting) {
  row_head head = run_head(results, run, setting);
  const void *parts[PARTS] = {[HEAD] = &head};
  if (!il_run_counts(run)) {
    state_status(&head, run);
    il_csv_row(csv, parts);
    return;
  }
  episode_at at;
  parts[EPISODE] = &at;
  for (at.episode = 0; at.episode < results->experiment->evaluation.episodes; at.episode++) {
    for (at.step = 0; at.step <= il_results_steps(results, run->algorithm); at.step++) {
      const il_score *score = il_results_score(results, run, setting, at.episode, at.step);
      score_status(&head, results->suite.kind, score);
      parts[SCORE] = score;
      il_csv_row(csv, parts);
    }
  }
}

void il_write_episodes_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_table_column columns[COUNT(episode_columns) + 1];
  il_csv csv = il_csv_begin(file, columns, columns_of_kind(columns, results->suite.kind));
  for (int r = 0; r < results->n_runs; r++)
    for (int setting = 0; il_run_listed(&results->runs[r]) && setting < analysis->n_settings; setting++)
      run_episodes(&csv, results, &results->runs[r], setting);
}

/* The last column is there where it is not always the last parameters that are judged. */
static const il_table_column run_columns[] = {IL_CSV_COLUMN("algorithm", HEAD, row_head, algorithm),
                                              IL_CSV_COLUMN("seed", HEAD, row_head, seed),
                                              IL_CSV_COLUMN("setting", HEAD, row_head, setting),
                                              IL_CSV_COLUMN("metric", HEAD, row_head, metric),
                                              IL_CSV_COLUMN("unit", HEAD, row_head, unit),
                                              IL_CSV_COLUMN("step", EPISODE, episode_at, step),
                                              IL_CSV_COLUMN("n_episodes", CELL, il_run_cell, n_episodes),
                                              IL_CSV_COLUMN("mean", HEAD, row_head, mean),
                                              IL_CSV_COLUMN("sd", CELL, il_run_cell, deviation),
                                              IL_CSV_COLUMN("median", CELL, il_run_cell, median),
                                              IL_CSV_COLUMN("n_nonfinite", CELL, il_run_cell, n_nonfinite),
                                              IL_CSV_COLUMN("ci_lo", CELL, il_run_cell, interval.low),
                                              IL_CSV_COLUMN("ci_hi", CELL, il_run_cell, interval.high),
                                              IL_CSV_COLUMN("ci_method", CELL, il_run_cell, method),
                                              IL_CSV_COLUMN("adapt_learning_rate", HEAD, row_head, adapt_learning_rate),
                                              IL_CSV_COLUMN("status", HEAD, row_head, status),
                                              IL_CSV_COLUMN("parameters_digest", HEAD, row_head, parameters_digest),
                                              IL_CSV_COLUMN("judged_iterations", HEAD, row_head, judged)};

/* Algorithm 1's value at the end of training: over tasks of the training split, so it belongs to no setting or step. */
static void training_loss_row(const il_csv *csv, const il_results *results, const il_run *run) {
  row_head head = run_head(results, run, -1);
  head.metric = "training_loss";
  head.unit = results->suite.kind->loss_unit;
  head.mean = run->training_loss;
  head.adapt_learning_rate = NAN;
  if (run->state != IL_RUN_DONE)
    state_status(&head, run);
  else if (!isfinite(run->training_loss))
    head.status = isnan(run->training_loss) ? "does not train" : "training loss is infinite";
  il_csv_row(csv, (const void *[PARTS]){[HEAD] = &head});
}

void il_write_runs_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  bool always_last = results->experiment->evaluation.parameters == IL_PARAMETERS_LAST;
  il_csv csv = il_csv_begin(file, run_columns, COUNT(run_columns) - always_last);
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (!il_run_listed(run)) continue;
    training_loss_row(&csv, results, run);
    for (int setting = 0; setting < analysis->n_settings; setting++) {
      row_head head = run_head(results, run, setting);
      for (episode_at at = {0}; at.step <= il_results_steps(results, run->algorithm); at.step++) {
        il_run_cell cell;
        il_analysis_run(&cell, analysis, run, setting, at.step);
        head.mean = cell.mean;
        head.status = cell.status;
        il_csv_row(&csv, (const void *[PARTS]){[HEAD] = &head, [EPISODE] = &at, [CELL] = &cell});
      }
    }
  }
}

/* What is published, and how it was obtained and judged, is empty without a figure. */
static const il_table_column summary_columns[] = {
    IL_CSV_COLUMN("algorithm", HEAD, row_head, algorithm),
    IL_CSV_COLUMN("setting", HEAD, row_head, setting),
    IL_CSV_COLUMN("metric", HEAD, row_head, metric),
    IL_CSV_COLUMN("unit", HEAD, row_head, unit),
    IL_CSV_COLUMN("step", CELL, il_cell, step),
    IL_CSV_COLUMN("n_seeds", CELL, il_cell, n_seeds),
    IL_CSV_COLUMN("n_episodes", HEAD, row_head, n_episodes),
    IL_CSV_COLUMN("mean", CELL, il_cell, mean),
    IL_CSV_COLUMN("ci_lo", CELL, il_cell, headline.low),
    IL_CSV_COLUMN("ci_hi", CELL, il_cell, headline.high),
    IL_CSV_COLUMN("ci_method", CELL, il_cell, method),
    IL_CSV_COLUMN("published", FIGURE, il_figure, value),
    IL_CSV_COLUMN("published_source", FIGURE, il_figure, source),
    IL_CSV_COLUMN("verdict", CELL, il_cell, published.text),
    IL_CSV_COLUMN("status", CELL, il_cell, status),
    IL_CSV_COLUMN("median", CELL, il_cell, median),
    IL_CSV_COLUMN("n_diverged_episodes", CELL, il_cell, n_nonfinite),
    IL_CSV_COLUMN("ci_episodes_lo", CELL, il_cell, intervals.episodes.low),
    IL_CSV_COLUMN("ci_episodes_hi", CELL, il_cell, intervals.episodes.high),
    IL_CSV_COLUMN("ci_seeds_lo", CELL, il_cell, intervals.seeds.low),
    IL_CSV_COLUMN("ci_seeds_hi", CELL, il_cell, intervals.seeds.high),
    IL_CSV_COLUMN("n_failed", CELL, il_cell, n_failed),
    IL_CSV_COLUMN("ci_level", HEAD, row_head, level),
    IL_CSV_COLUMN("published_margin", FIGURE, il_figure, margin),
    IL_CSV_COLUMN("ci_papers_lo", CELL, il_cell, intervals.papers.low),
    IL_CSV_COLUMN("ci_papers_hi", CELL, il_cell, intervals.papers.high),
    IL_CSV_COLUMN("published_evidence", HEAD, row_head, evidence),
    IL_CSV_COLUMN("published_interval", HEAD, row_head, printed),
    IL_CSV_COLUMN("published_episodes", HEAD, row_head, published_episodes),
    IL_CSV_COLUMN("equivalence_margin", CELL, il_cell, published.equivalence.margin),
    IL_CSV_COLUMN("power", CELL, il_cell, published.equivalence.power),
    IL_CSV_COLUMN("reported", HEAD, row_head, reported)};

static void summary_row(const il_csv *csv, const il_results *results, const il_cell *cell) {
  const il_figure *figure = cell->published.figure;
  row_head head = head_of(results, cell->algorithm, cell->setting);
  head.n_episodes = cell->n_seeds ? cell->n_episodes : 0;
  head.evidence = figure ? il_evidence_names[figure->evidence] : NULL;
  head.printed = figure ? il_printed_names[figure->printed] : NULL;
  head.published_episodes = figure && figure->episodes > 0 ? figure->episodes : NAN;
  head.reported = cell->step == il_results_report_step(results, cell->algorithm) ? "yes" : "no";
  il_csv_row(csv, (const void *[PARTS]){[HEAD] = &head, [CELL] = cell, [FIGURE] = figure});
}

void il_write_summary_csv(il_file *file, const il_analysis *analysis) {
  il_csv csv = il_csv_begin(file, summary_columns, COUNT(summary_columns));
  for (int a = 0; a < analysis->n_algorithms; a++) {
    for (int setting = 0; setting < analysis->n_settings; setting++) {
      for (int step = 0; step <= il_results_steps(analysis->results, a); step++) {
        const il_cell *cell = il_analysis_cell(analysis, a, setting, step);
        if (cell->n_runs > 0) summary_row(&csv, analysis->results, cell);
      }
    }
  }
}

static const il_table_column curve_columns[] = {
    IL_CSV_COLUMN("algorithm", HEAD, row_head, algorithm),
    IL_CSV_COLUMN("seed", HEAD, row_head, seed),
    IL_CSV_COLUMN("iteration", POINT, il_curve_point, iteration),
    IL_CSV_COLUMN("training_loss", POINT, il_curve_point, training_loss),
    IL_CSV_COLUMN("metric", HEAD, row_head, metric),
    IL_CSV_COLUMN("validation", POINT, il_curve_point, validation),
    IL_CSV_COLUMN("validation_median", POINT, il_curve_point, validation_median),
    IL_CSV_COLUMN("status", HEAD, row_head, status)};

void il_write_curve_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_csv csv = il_csv_begin(file, curve_columns, COUNT(curve_columns));
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (!il_run_listed(run)) continue;
    row_head head = run_head(results, run, -1);
    for (int i = 0; i < run->n_curve; i++) {
      head.status = isfinite(run->curve[i].validation) ? "ok" : "validation mean is not finite";
      il_csv_row(&csv, (const void *[PARTS]){[HEAD] = &head, [POINT] = &run->curve[i]});
    }
    if (run->state != IL_RUN_DIVERGED) continue;
    state_status(&head, run);
    il_curve_point end = {run->stopped_at, NAN, NAN, NAN};
    il_csv_row(&csv, (const void *[PARTS]){[HEAD] = &head, [POINT] = &end});
  }
}

static const il_table_column difference_columns[] = {IL_CSV_COLUMN("algorithm_a", HEAD, row_head, algorithm),
                                                     IL_CSV_COLUMN("algorithm_b", HEAD, row_head, other),
                                                     IL_CSV_COLUMN("setting", HEAD, row_head, setting),
                                                     IL_CSV_COLUMN("metric", HEAD, row_head, metric),
                                                     IL_CSV_COLUMN("step", SAME_STEP, il_difference, step_a),
                                                     IL_CSV_COLUMN("n_seeds", CELL, il_difference, n_seeds),
                                                     IL_CSV_COLUMN("n_episodes", CELL, il_difference, n_episodes),
                                                     IL_CSV_COLUMN("difference", CELL, il_difference, interval.mean),
                                                     IL_CSV_COLUMN("ci_lo", CELL, il_difference, interval.low),
                                                     IL_CSV_COLUMN("ci_hi", CELL, il_difference, interval.high),
                                                     IL_CSV_COLUMN("ci_method", CELL, il_difference, method),
                                                     IL_CSV_COLUMN("p", CELL, il_difference, p),
                                                     IL_CSV_COLUMN("p_holm", CELL, il_difference, p_holm),
                                                     IL_CSV_COLUMN("p_min_reachable", CELL, il_difference, p_reachable),
                                                     IL_CSV_COLUMN("prob_a_better", CELL, il_difference, prob_a_better),
                                                     IL_CSV_COLUMN("status", CELL, il_difference, status),
                                                     IL_CSV_COLUMN("step_a", CELL, il_difference, step_a),
                                                     IL_CSV_COLUMN("step_b", CELL, il_difference, step_b),
                                                     IL_CSV_COLUMN("p_method", CELL, il_difference, p_method)};

void il_write_differences_csv(il_file *file, const il_analysis *analysis) {
  il_csv csv = il_csv_begin(file, difference_columns, COUNT(difference_columns));
  for (int i = 0; i < analysis->n_differences; i++) {
    const il_difference *at = &analysis->differences[i];
    row_head head = head_of(analysis->results, at->a, at->setting);
    head.other = label(analysis->results, at->b);
    const il_difference *same = at->step_a == at->step_b ? at : NULL;
    il_csv_row(&csv, (const void *[PARTS]){[HEAD] = &head, [CELL] = at, [SAME_STEP] = same});
  }
}

static const il_table_column timing_columns[] = {
    IL_CSV_COLUMN("algorithm", HEAD, row_head, algorithm),
    IL_CSV_COLUMN("seed", HEAD, row_head, seed),
    IL_CSV_COLUMN("threads", TIMING, il_timing, threads),
    IL_CSV_COLUMN("meta_iteration_s_median", TIMING, il_timing, meta_iteration_median),
    IL_CSV_COLUMN("meta_iteration_s_p10", TIMING, il_timing, meta_iteration_p10),
    IL_CSV_COLUMN("meta_iteration_s_p90", TIMING, il_timing, meta_iteration_p90),
    IL_CSV_COLUMN("train_s", TIMING, il_timing, train),
    IL_CSV_COLUMN("adapt_s_median", TIMING, il_timing, adapt_median),
    IL_CSV_COLUMN("evaluate_s", TIMING, il_timing, evaluate),
    IL_CSV_COLUMN("gflop_per_meta_iteration", TIMING, il_timing, gflop_per_meta_iteration),
    IL_CSV_COLUMN("gemm_share", TIMING, il_timing, gemm_share),
    IL_CSV_COLUMN("seconds_to_90", HEAD, row_head, seconds_to[0]),
    IL_CSV_COLUMN("seconds_to_95", HEAD, row_head, seconds_to[1]),
    IL_CSV_COLUMN("seconds_to_98", HEAD, row_head, seconds_to[2]),
    IL_CSV_COLUMN("peak_rss_bytes", TIMING, il_timing, peak_rss_bytes),
    IL_CSV_COLUMN("status", HEAD, row_head, status)};

void il_write_timings_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_csv csv = il_csv_begin(file, timing_columns, COUNT(timing_columns));
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (!il_run_listed(run)) continue;
    row_head head = run_head(results, run, -1);
    state_status(&head, run);
    for (int i = 0; i < IL_CONVERGENCE_LEVELS; i++)
      head.seconds_to[i] = il_convergence_seconds(run, il_convergence_levels[i]);
    il_csv_row(&csv, (const void *[PARTS]){[HEAD] = &head, [TIMING] = &run->timing});
  }
}
