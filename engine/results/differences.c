/* Paired comparison of algorithms on identical episodes, each at its own reported step. The interval is that of a cell:
 * for a new seed and new tasks, with one seed for new tasks alone. The sign-flip test is over the seeds' mean
 * differences, for these episodes; with one seed over the episodes, for these trained models. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results/analysis.h"
#include "results/result_writers.h"

/* The run of algorithm b with the same seed as `run`, when both count. */
static const il_run *partner(const il_results *results, const il_run *run, int b) {
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *other = &results->runs[r];
    if (other->algorithm == b && other->seed == run->seed && il_run_counts(other)) return other;
  }
  return NULL;
}

/* What the pairs of episodes of one comparison add up to. */
typedef struct il_pairs {
  int seeds, bad;        /* pairs of runs; episodes where either side is not finite */
  double wins, episodes; /* wins of a, ties count half */
} il_pairs;

/* 1, 1/2 or 0 as a is better than, ties with or is worse than b; what is not finite is worse than what is. */
static double win(double a, double b, bool higher_better) {
  int a_good = isfinite(a), b_good = isfinite(b);
  if (!a_good || !b_good) return a_good == b_good ? 0.5 : a_good;
  if (a == b) return 0.5;
  return (a > b) == higher_better;
}

/* values[e] = metric of a - metric of b. */
static void pair_episodes(double *values, il_pairs *pairs, const il_results *results, const il_run *run_a,
                          const il_run *run_b, const il_difference *at) {
  bool higher_better = results->suite.kind->higher_better;
  for (int e = 0; e < results->experiment->evaluation.episodes; e++) {
    const il_score *score_a = il_results_score(results, run_a, at->setting, e, at->step_a);
    const il_score *score_b = il_results_score(results, run_b, at->setting, e, at->step_b);
    double a = il_score_finite(results, score_a) ? il_results_metric(results, score_a) : NAN;
    double b = il_score_finite(results, score_b) ? il_results_metric(results, score_b) : NAN;
    values[e] = a - b;
    pairs->bad += isnan(values[e]);
    pairs->wins += win(a, b, higher_better);
    pairs->episodes++;
  }
}

/* values[s * episodes + e] of the pairs; `scratch` behind them. Leaves the tested values in front and returns how many
 * they are. */
static size_t finish_difference(il_difference *at, double *values, const il_experiment *experiment, il_range range) {
  size_t seeds = (size_t)at->n_seeds, episodes = (size_t)at->n_episodes, count = seeds >= 2 ? seeds : episodes;
  double *scratch = values + seeds * episodes;
  il_crossed crossed;
  il_crossed_intervals(&crossed, scratch, values, seeds, episodes, experiment->evaluation.level, range);
  at->interval = *il_crossed_headline(&crossed);
  at->interval.mean = crossed.mean;
  il_crossed_method(at->method, &crossed, range);
  if (seeds >= 2) memmove(values, scratch, seeds * sizeof *values);
  const char *what = seeds >= 2 ? "seeds" : "episodes";
  if (count <= IL_EXACT_FLIPS_MAX)
    snprintf(at->p_method, sizeof at->p_method, "exact sign flips over %zu %s", count, what);
  else
    snprintf(at->p_method, sizeof at->p_method, "%d random sign flips over %zu %s", IL_RANDOM_FLIPS, count, what);
  return count;
}

/* What is missing, in words. */
static void say_missing(il_difference *at, const il_pairs *pairs) {
  snprintf(at->status, sizeof at->status, "ok");
  if (pairs->seeds == 0) snprintf(at->status, sizeof at->status, "no seed that both finished");
  if (pairs->bad)
    snprintf(at->status, sizeof at->status, "not finite: %d of %.0f pairs of episodes", pairs->bad, pairs->episodes);
}

/* Interval of a - b. The values to be tested are left in scratch; returns how many (0: none to test). */
static size_t compare(il_difference *at, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  size_t episodes = (size_t)results->experiment->evaluation.episodes;
  double *values = analysis->scratch;
  il_pairs pairs = {0};
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run_a = &results->runs[r];
    if (run_a->algorithm != at->a || !il_run_counts(run_a)) continue;
    const il_run *run_b = partner(results, run_a, at->b);
    if (!run_b) continue;
    pair_episodes(values + (size_t)pairs.seeds * episodes, &pairs, results, run_a, run_b, at);
    pairs.seeds++;
  }
  at->n_seeds = pairs.seeds;
  at->n_episodes = pairs.seeds ? (int)episodes : 0;
  at->prob_a_better = pairs.episodes > 0 ? pairs.wins / pairs.episodes : NAN;
  at->p = at->p_holm = at->p_reachable = NAN;
  at->interval = (il_interval){NAN, NAN, NAN, 0};
  say_missing(at, &pairs);
  if (pairs.seeds == 0 || pairs.bad) return 0;
  il_range range = il_difference_range(results->suite.kind);
  return finish_difference(at, values, results->experiment, range);
}

static il_difference reported_pair(const il_analysis *analysis, int a, int b, int setting) {
  return (il_difference){.a = a,
                         .b = b,
                         .setting = setting,
                         .step_a = il_results_report_step(analysis->results, a),
                         .step_b = il_results_report_step(analysis->results, b)};
}

/* The best mean at the reported steps, or -1. */
static int best_mean(const il_analysis *analysis, int setting, int *candidates) {
  int best = -1;
  bool higher_better = analysis->results->suite.kind->higher_better;
  double value = NAN;
  *candidates = 0;
  for (int a = 0; a < analysis->n_algorithms; a++) {
    double mean = il_analysis_cell(analysis, a, setting, il_results_report_step(analysis->results, a))->mean;
    if (!isfinite(mean)) continue;
    ++*candidates;
    if (best >= 0 && (higher_better ? mean <= value : mean >= value)) continue;
    best = a;
    value = mean;
  }
  return best;
}

/* 1 unless the paired interval tells the two apart. */
static int is_tied(const il_analysis *analysis, int a, int b, int setting) {
  il_difference at = reported_pair(analysis, a, b, setting);
  return compare(&at, analysis) == 0 || !(at.interval.low > 0 || at.interval.high < 0);
}

static void fill_best(il_analysis *analysis, int setting) {
  char *row = analysis->best + (size_t)setting * (size_t)analysis->n_algorithms;
  int candidates, best = best_mean(analysis, setting, &candidates);
  for (int a = 0; a < analysis->n_algorithms; a++) {
    double mean = il_analysis_cell(analysis, a, setting, il_results_report_step(analysis->results, a))->mean;
    row[a] = candidates >= 2 && isfinite(mean) && (a == best || is_tied(analysis, best, a, setting));
  }
}

static void finish_pair(il_analysis *analysis, const il_difference *pair) {
  il_difference *at = &analysis->differences[analysis->n_differences++];
  *at = *pair;
  size_t count = compare(at, analysis);
  if (count == 0) return;
  uint64_t seed = analysis->results->experiment->evaluation.seed;
  at->p = il_sign_flip_test(analysis->scratch, count, seed, &at->p_reachable);
}

/* At the reported steps (step < 0), or at one common step that both have and that is not shown already. */
static void add_pair(il_analysis *analysis, int a, int b, int setting, int step) {
  il_difference pair = reported_pair(analysis, a, b, setting);
  int steps_a = il_results_steps(analysis->results, a), steps_b = il_results_steps(analysis->results, b);
  if (step >= 0) {
    if ((pair.step_a == step && pair.step_b == step) || steps_a < step || steps_b < step) return;
    pair.step_a = pair.step_b = step;
  }
  finish_pair(analysis, &pair);
}

static void fill_pairs(il_analysis *analysis, int step) {
  for (int setting = 0; setting < analysis->n_settings; setting++)
    for (int a = 0; a < analysis->n_algorithms; a++)
      for (int b = a + 1; b < analysis->n_algorithms; b++) add_pair(analysis, a, b, setting, step);
}

/* One family: every row of differences.csv, which are those of RESULTS.md. */
static il_status adjust(il_analysis *analysis, il_error *error) {
  size_t count = (size_t)analysis->n_differences;
  double *p = il_arena_get(analysis->arena, 2 * count, sizeof *p);
  if (!p) return il_fail_memory(error, "the comparisons", 2 * count * sizeof *p);
  for (size_t i = 0; i < count; i++) p[i] = analysis->differences[i].p;
  il_holm(p + count, p, count);
  for (size_t i = 0; i < count; i++) analysis->differences[i].p_holm = p[count + i];
  return IL_OK;
}

il_status il_differences_compute(il_analysis *analysis, il_error *error) {
  const il_int_list *further = &analysis->results->experiment->evaluation.compare_steps;
  size_t pairs = (size_t)analysis->n_algorithms * (size_t)(analysis->n_algorithms - 1) / 2;
  size_t settings = (size_t)analysis->n_settings, rows = pairs * settings * (size_t)(1 + further->count);
  analysis->differences = il_arena_get(analysis->arena, rows, sizeof *analysis->differences);
  analysis->best = il_arena_get(analysis->arena, settings * (size_t)analysis->n_algorithms, 1);
  if (!analysis->differences || !analysis->best)
    return il_fail_memory(error, "the comparisons", rows * sizeof *analysis->differences);
  fill_pairs(analysis, -1);
  analysis->n_reported = analysis->n_differences;
  for (int i = 0; i < further->count; i++) fill_pairs(analysis, further->at[i]);
  for (int setting = 0; setting < analysis->n_settings; setting++) fill_best(analysis, setting);
  return adjust(analysis, error);
}
