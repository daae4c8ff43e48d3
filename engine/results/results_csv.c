/* The CSV files of a run. Rows in a fixed order: algorithm, seed, setting, step. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/csv.h"
#include "results/convergence.h"
#include "results/results_parts.h"

static void header(il_file *file, const char *columns) {
  il_file_print(file, "%s\n", columns);
}

static const char *label(const il_results *results, int algorithm) {
  return results->experiment->algorithms[algorithm].label;
}

static const char *not_finite(double value) {
  return isnan(value) ? "is NaN" : "is infinite";
}

/* Columns of episodes.csv that are there whatever the kind; a kind whose score is in none of them has a column behind
 * the last. */
static const char count_column[] = "n_correct", error_column[] = "squared_error";

static bool has_own_column(const il_task_kind *kind) {
  return strcmp(kind->column, count_column) != 0 && strcmp(kind->column, error_column) != 0;
}

static void score_cell(il_csv *csv, const il_task_kind *kind, const il_score *score, const char *column) {
  if (score && strcmp(kind->column, column) == 0)
    il_csv_number(csv, score->total);
  else
    il_csv_empty(csv, 1);
}

static void score_row(il_csv *csv, const il_results *results, const il_run *run, const char *setting, int episode,
                      int step, int setting_index) {
  const il_score *score = il_results_score(results, run, setting_index, episode, step);
  const il_task_kind *kind = results->suite.kind;
  char status[64] = "ok";
  if (!isfinite(score->loss))
    snprintf(status, sizeof status, "loss %s", not_finite(score->loss));
  else if (!isfinite(score->total))
    snprintf(status, sizeof status, "%.40s %s", kind->column_words, not_finite(score->total));
  il_csv_text(csv, label(results, run->algorithm));
  il_csv_seed(csv, run->seed);
  il_csv_integer(csv, episode);
  il_csv_integer(csv, step);
  score_cell(csv, kind, score, count_column);
  il_csv_integer(csv, score->queries);
  il_csv_number(csv, score->loss);
  il_csv_text(csv, setting);
  score_cell(csv, kind, score, error_column);
  il_csv_text(csv, status);
  if (has_own_column(kind)) score_cell(csv, kind, score, kind->column);
  il_csv_end(csv);
}

/* A run without scores keeps a row per setting. */
static void missing_row(il_csv *csv, const il_results *results, const il_run *run, const char *setting) {
  char status[IL_STATUS_SIZE];
  il_run_status(run, status, sizeof status);
  il_csv_text(csv, label(results, run->algorithm));
  il_csv_seed(csv, run->seed);
  il_csv_empty(csv, 5);
  il_csv_text(csv, setting);
  il_csv_empty(csv, 1);
  il_csv_text(csv, status);
  if (has_own_column(results->suite.kind)) il_csv_empty(csv, 1);
  il_csv_end(csv);
}

static void run_episodes(il_csv *csv, const il_results *results, const il_run *run, int setting_index) {
  char setting[IL_SETTING_SIZE];
  il_results_setting_name(results, setting_index, setting, sizeof setting);
  if (!il_run_counts(run)) {
    missing_row(csv, results, run, setting);
    return;
  }
  for (int e = 0; e < results->experiment->evaluation.episodes; e++)
    for (int step = 0; step <= il_results_steps(results, run->algorithm); step++)
      score_row(csv, results, run, setting, e, step, setting_index);
}

void il_write_episodes_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_csv csv = {file, 0};
  const il_task_kind *kind = results->suite.kind;
  bool own = has_own_column(kind);
  il_file_print(file, "algorithm,seed,episode,step,%s,n_query,loss,setting,%s,status%s%s\n", count_column, error_column,
                own ? "," : "", own ? kind->column : "");
  for (int r = 0; r < results->n_runs; r++) {
    if (!il_run_listed(&results->runs[r])) continue;
    for (int setting = 0; setting < analysis->n_settings; setting++)
      run_episodes(&csv, results, &results->runs[r], setting);
  }
}

static void run_head(il_csv *csv, const il_results *results, const il_run *run, const char *setting) {
  il_csv_text(csv, label(results, run->algorithm));
  il_csv_seed(csv, run->seed);
  il_csv_text(csv, setting);
}

/* Which parameters were judged: a column where it is not always the last. */
static bool has_judged_column(const il_results *results) {
  return results->experiment->evaluation.parameters != IL_PARAMETERS_LAST;
}

static void run_end(il_csv *csv, const il_results *results, const il_run *run) {
  char judged[IL_JUDGED_SIZE];
  il_run_judged(run, " ", judged, sizeof judged);
  il_csv_text(csv, run->parameters_digest);
  if (has_judged_column(results)) il_csv_text(csv, judged);
  il_csv_end(csv);
}

static void run_row(il_csv *csv, const il_analysis *analysis, const il_run *run, int setting_index, int step) {
  const il_results *results = analysis->results;
  char setting[IL_SETTING_SIZE];
  il_run_cell cell;
  il_analysis_run(&cell, analysis, run, setting_index, step);
  il_results_setting_name(results, setting_index, setting, sizeof setting);
  run_head(csv, results, run, setting);
  il_csv_text(csv, il_results_metric_name(results));
  il_csv_text(csv, il_results_metric_unit(results));
  il_csv_integer(csv, step);
  il_csv_integer(csv, cell.n_episodes);
  il_csv_number(csv, cell.mean);
  il_csv_number(csv, cell.deviation);
  il_csv_number(csv, cell.median);
  il_csv_integer(csv, cell.n_nonfinite);
  il_csv_number(csv, cell.interval.low);
  il_csv_number(csv, cell.interval.high);
  il_csv_text(csv, cell.method);
  il_csv_number(csv, run->adapt_learning_rate[setting_index]);
  il_csv_text(csv, cell.status);
  run_end(csv, results, run);
}

/* Algorithm 1's value at the end of training: over tasks of the training split, so it belongs to no setting or step. */
static void training_loss_row(il_csv *csv, const il_results *results, const il_run *run) {
  char status[IL_STATUS_SIZE];
  il_run_status(run, status, sizeof status);
  if (run->state == IL_RUN_DONE) {
    const char *reason = isnan(run->training_loss) ? "does not train" : "training loss is infinite";
    snprintf(status, sizeof status, "%s", isfinite(run->training_loss) ? "ok" : reason);
  }
  run_head(csv, results, run, "");
  il_csv_text(csv, "training_loss");
  il_csv_text(csv, results->suite.kind->loss_unit);
  il_csv_empty(csv, 2);
  il_csv_number(csv, run->training_loss);
  il_csv_empty(csv, 7);
  il_csv_text(csv, status);
  run_end(csv, results, run);
}

void il_write_runs_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_csv csv = {file, 0};
  il_file_print(file,
                "algorithm,seed,setting,metric,unit,step,n_episodes,mean,sd,median,n_nonfinite,ci_lo,ci_hi,ci_method,"
                "adapt_learning_rate,status,parameters_digest%s\n",
                has_judged_column(results) ? ",judged_iterations" : "");
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (!il_run_listed(run)) continue;
    training_loss_row(&csv, results, run);
    for (int setting = 0; setting < analysis->n_settings; setting++)
      for (int step = 0; step <= il_results_steps(results, run->algorithm); step++)
        run_row(&csv, analysis, run, setting, step);
  }
}

/* How the figure was obtained and judged; empty without one. */
static void published_columns(il_csv *csv, const il_verdict *verdict) {
  const il_figure *figure = verdict->figure;
  il_csv_text(csv, figure ? il_evidence_names[figure->evidence] : NULL);
  il_csv_text(csv, figure ? il_printed_names[figure->printed] : NULL);
  il_csv_number(csv, figure && figure->episodes > 0 ? figure->episodes : NAN);
  il_csv_number(csv, verdict->equivalence.margin);
  il_csv_number(csv, verdict->equivalence.power);
}

static void summary_row(il_csv *csv, const il_analysis *analysis, const il_cell *cell) {
  const il_results *results = analysis->results;
  const il_figure *figure = cell->published.figure;
  char setting[IL_SETTING_SIZE];
  il_results_setting_name(results, cell->setting, setting, sizeof setting);
  il_csv_text(csv, label(results, cell->algorithm));
  il_csv_text(csv, setting);
  il_csv_text(csv, il_results_metric_name(results));
  il_csv_text(csv, il_results_metric_unit(results));
  il_csv_integer(csv, cell->step);
  il_csv_integer(csv, cell->n_seeds);
  il_csv_integer(csv, cell->n_seeds ? cell->n_episodes : 0);
  il_csv_number(csv, cell->mean);
  il_csv_number(csv, cell->headline.low);
  il_csv_number(csv, cell->headline.high);
  il_csv_text(csv, cell->method);
  il_csv_number(csv, figure ? figure->value : NAN);
  il_csv_text(csv, figure ? figure->source : NULL);
  il_csv_text(csv, cell->published.text);
  il_csv_text(csv, cell->status);
  il_csv_number(csv, cell->median);
  il_csv_integer(csv, cell->n_nonfinite);
  il_csv_number(csv, cell->intervals.episodes.low);
  il_csv_number(csv, cell->intervals.episodes.high);
  il_csv_number(csv, cell->intervals.seeds.low);
  il_csv_number(csv, cell->intervals.seeds.high);
  il_csv_integer(csv, cell->n_failed);
  il_csv_number(csv, results->experiment->evaluation.level);
  il_csv_number(csv, figure ? figure->margin : NAN);
  il_csv_number(csv, cell->intervals.papers.low);
  il_csv_number(csv, cell->intervals.papers.high);
  published_columns(csv, &cell->published);
  il_csv_text(csv, cell->step == il_results_report_step(results, cell->algorithm) ? "yes" : "no");
  il_csv_end(csv);
}

void il_write_summary_csv(il_file *file, const il_analysis *analysis) {
  il_csv csv = {file, 0};
  header(file, "algorithm,setting,metric,unit,step,n_seeds,n_episodes,mean,ci_lo,ci_hi,ci_method,published,"
               "published_source,verdict,status,median,n_diverged_episodes,ci_episodes_lo,ci_episodes_hi,ci_seeds_lo,"
               "ci_seeds_hi,n_failed,ci_level,published_margin,ci_papers_lo,ci_papers_hi,published_evidence,"
               "published_interval,published_episodes,equivalence_margin,power,reported");
  for (int a = 0; a < analysis->n_algorithms; a++) {
    for (int setting = 0; setting < analysis->n_settings; setting++) {
      for (int step = 0; step <= il_results_steps(analysis->results, a); step++) {
        const il_cell *cell = il_analysis_cell(analysis, a, setting, step);
        if (cell->n_runs > 0) summary_row(&csv, analysis, cell);
      }
    }
  }
}

static void curve_row(il_csv *csv, const il_results *results, const il_run *run, const il_curve_point *point) {
  const char *status = isfinite(point->validation) ? "ok" : "validation mean is not finite";
  il_csv_text(csv, label(results, run->algorithm));
  il_csv_seed(csv, run->seed);
  il_csv_integer(csv, point->iteration);
  il_csv_number(csv, point->training_loss);
  il_csv_text(csv, il_results_metric_name(results));
  il_csv_number(csv, point->validation);
  il_csv_number(csv, point->validation_median);
  il_csv_text(csv, status);
  il_csv_end(csv);
}

static void curve_end_row(il_csv *csv, const il_results *results, const il_run *run) {
  char status[IL_STATUS_SIZE];
  il_run_status(run, status, sizeof status);
  il_csv_text(csv, label(results, run->algorithm));
  il_csv_seed(csv, run->seed);
  il_csv_integer(csv, run->stopped_at);
  il_csv_empty(csv, 1);
  il_csv_text(csv, il_results_metric_name(results));
  il_csv_empty(csv, 2);
  il_csv_text(csv, status);
  il_csv_end(csv);
}

void il_write_curve_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_csv csv = {file, 0};
  header(file, "algorithm,seed,iteration,training_loss,metric,validation,validation_median,status");
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (!il_run_listed(run)) continue;
    for (int i = 0; i < run->n_curve; i++) curve_row(&csv, results, run, &run->curve[i]);
    if (run->state == IL_RUN_DIVERGED) curve_end_row(&csv, results, run);
  }
}

static void difference_row(il_csv *csv, const il_results *results, const il_difference *at) {
  char setting[IL_SETTING_SIZE];
  il_results_setting_name(results, at->setting, setting, sizeof setting);
  il_csv_text(csv, label(results, at->a));
  il_csv_text(csv, label(results, at->b));
  il_csv_text(csv, setting);
  il_csv_text(csv, il_results_metric_name(results));
  if (at->step_a == at->step_b)
    il_csv_integer(csv, at->step_a);
  else
    il_csv_empty(csv, 1);
  il_csv_integer(csv, at->n_seeds);
  il_csv_integer(csv, at->n_episodes);
  il_csv_number(csv, at->interval.mean);
  il_csv_number(csv, at->interval.low);
  il_csv_number(csv, at->interval.high);
  il_csv_text(csv, at->method);
  il_csv_number(csv, at->p);
  il_csv_number(csv, at->p_holm);
  il_csv_number(csv, at->p_reachable);
  il_csv_number(csv, at->prob_a_better);
  il_csv_text(csv, at->status);
  il_csv_integer(csv, at->step_a);
  il_csv_integer(csv, at->step_b);
  il_csv_text(csv, at->p_method);
  il_csv_end(csv);
}

void il_write_differences_csv(il_file *file, const il_analysis *analysis) {
  il_csv csv = {file, 0};
  header(file,
         "algorithm_a,algorithm_b,setting,metric,step,n_seeds,n_episodes,difference,ci_lo,ci_hi,ci_method,p,p_holm,"
         "p_min_reachable,prob_a_better,status,step_a,step_b,p_method");
  for (int i = 0; i < analysis->n_differences; i++) difference_row(&csv, analysis->results, &analysis->differences[i]);
}

void il_write_timings_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_csv csv = {file, 0};
  header(file,
         "algorithm,seed,threads,meta_iteration_s_median,meta_iteration_s_p10,meta_iteration_s_p90,train_s,"
         "adapt_s_median,evaluate_s,gflop_per_meta_iteration,gemm_share,seconds_to_90,seconds_to_95,seconds_to_98,"
         "peak_rss_bytes,status");
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    const il_timing *timing = &run->timing;
    if (!il_run_listed(run)) continue;
    const double values[] = {timing->meta_iteration_median,
                             timing->meta_iteration_p10,
                             timing->meta_iteration_p90,
                             timing->train,
                             timing->adapt_median,
                             timing->evaluate,
                             timing->gflop_per_meta_iteration,
                             timing->gemm_share,
                             il_convergence_seconds(run, il_convergence_levels[0]),
                             il_convergence_seconds(run, il_convergence_levels[1]),
                             il_convergence_seconds(run, il_convergence_levels[2])};
    char status[IL_STATUS_SIZE];
    il_run_status(run, status, sizeof status);
    il_csv_text(&csv, label(results, run->algorithm));
    il_csv_seed(&csv, run->seed);
    il_csv_integer(&csv, timing->threads);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) il_csv_number(&csv, values[i]);
    il_csv_integer(&csv, timing->peak_rss_bytes);
    il_csv_text(&csv, status);
    il_csv_end(&csv);
  }
}
