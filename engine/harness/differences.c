/* Paired comparison of algorithms on identical episodes. With two seeds or more, the mean difference of each seed is
 * one value: Student's interval and the exact sign-flip test over seeds. With one seed the episodes are the values, and
 * what is said holds for these two trained models only. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/analysis.h"
#include "harness/results_parts.h"

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
static double win(double a, double b, int higher_better) {
  int a_good = isfinite(a), b_good = isfinite(b);
  if (!a_good || !b_good) return a_good == b_good ? 0.5 : a_good;
  if (a == b) return 0.5;
  return (a > b) == higher_better;
}

/* values[e] = metric of a - metric of b. */
static void pair_episodes(double *values, il_pairs *pairs, const il_results *results, const il_run *run_a,
                          const il_run *run_b, const il_difference *at) {
  int higher_better = il_metric_higher_better(results->suite.kind);
  for (int e = 0; e < results->experiment->evaluation.episodes; e++) {
    const il_score *score_a = il_results_score(results, run_a, at->setting, e, at->step);
    const il_score *score_b = il_results_score(results, run_b, at->setting, e, at->step);
    double a = il_score_finite(results, score_a) ? il_results_metric(results, score_a) : NAN;
    double b = il_score_finite(results, score_b) ? il_results_metric(results, score_b) : NAN;
    values[e] = a - b;
    pairs->bad += isnan(values[e]);
    pairs->wins += win(a, b, higher_better);
    pairs->episodes++;
  }
}

static void finish_difference(il_difference *at, const il_pairs *pairs, const double *values, size_t count,
                              const il_experiment *experiment) {
  double level = experiment->evaluation.level;
  at->interval =
      pairs->seeds >= 2 ? il_interval_student(values, count, level) : il_interval_normal(values, count, level);
  snprintf(at->method, sizeof at->method, pairs->seeds >= 2 ? "student-t over %zu seeds" : "normal over %zu episodes",
           count);
}

/* Interval of a - b at (setting, step). The values tested are left in scratch; returns how many (0: none to test). */
static size_t compare(il_difference *at, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  size_t episodes = (size_t)results->experiment->evaluation.episodes;
  double *values = analysis->scratch, *means = analysis->scratch + episodes;
  il_pairs pairs = {0};
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run_a = &results->runs[r];
    if (run_a->algorithm != at->a || !il_run_counts(run_a)) continue;
    const il_run *run_b = partner(results, run_a, at->b);
    if (!run_b) continue;
    pair_episodes(values, &pairs, results, run_a, run_b, at);
    means[pairs.seeds++] = il_mean_of(values, episodes);
  }
  at->n_seeds = pairs.seeds;
  at->n_episodes = pairs.seeds ? (int)episodes : 0;
  at->prob_a_better = pairs.episodes > 0 ? pairs.wins / pairs.episodes : NAN;
  at->p = at->p_holm = at->p_reachable = NAN;
  at->interval = (il_interval){NAN, NAN, NAN, 0};
  snprintf(at->status, sizeof at->status, "ok");
  if (pairs.seeds == 0) snprintf(at->status, sizeof at->status, "no seed that both finished");
  if (pairs.bad)
    snprintf(at->status, sizeof at->status, "%d of %.0f pairs of episodes not finite: no mean", pairs.bad,
             pairs.episodes);
  if (pairs.seeds == 0 || pairs.bad) return 0;
  size_t count = pairs.seeds >= 2 ? (size_t)pairs.seeds : episodes;
  if (pairs.seeds >= 2) memmove(values, means, count * sizeof *values);
  finish_difference(at, &pairs, values, count, results->experiment);
  return count;
}

/* Last step that both have. */
static int last_common_step(const il_results *results, int a, int b) {
  int steps_a = il_results_steps(results, a), steps_b = il_results_steps(results, b);
  return steps_a < steps_b ? steps_a : steps_b;
}

static int clearly_better(const il_analysis *analysis, int a, int b, int setting, int step) {
  il_difference at = {.a = a, .b = b, .setting = setting, .step = step};
  if (compare(&at, analysis) == 0) return 0;
  return il_metric_higher_better(analysis->results->suite.kind) ? at.interval.low > 0 : at.interval.high < 0;
}

/* The algorithm that is clearly better than each other one that has this step; -1: none, or nothing to compare with. */
static int best_at(const il_analysis *analysis, int setting, int step) {
  for (int a = 0; a < analysis->n_algorithms; a++) {
    int others = 0, beaten = 0;
    if (il_results_steps(analysis->results, a) < step) continue;
    for (int b = 0; b < analysis->n_algorithms; b++) {
      if (b == a || il_results_steps(analysis->results, b) < step) continue;
      others++;
      beaten += clearly_better(analysis, a, b, setting, step);
      if (beaten < others) break;
    }
    if (others > 0 && beaten == others) return a;
  }
  return -1;
}

static void fill_differences(il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_difference *at = analysis->differences;
  for (int setting = 0; setting < analysis->n_settings; setting++) {
    for (int a = 0; a < analysis->n_algorithms; a++) {
      for (int b = a + 1; b < analysis->n_algorithms; b++, at++) {
        *at = (il_difference){.a = a, .b = b, .setting = setting, .step = last_common_step(results, a, b)};
        size_t count = compare(at, analysis);
        if (count)
          at->p = il_sign_flip_test(analysis->scratch, count, results->experiment->evaluation.seed, &at->p_reachable);
      }
    }
  }
}

/* One family: every row of differences.csv. */
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
  int pairs = analysis->n_algorithms * (analysis->n_algorithms - 1) / 2;
  size_t n_best = (size_t)analysis->n_settings * (size_t)analysis->n_steps;
  analysis->n_differences = pairs * analysis->n_settings;
  size_t rows = (size_t)analysis->n_differences;
  analysis->differences = il_arena_get(analysis->arena, rows, sizeof *analysis->differences);
  analysis->best = il_arena_get(analysis->arena, n_best, sizeof *analysis->best);
  if (!analysis->differences || !analysis->best)
    return il_fail_memory(error, "the comparisons", rows * sizeof *analysis->differences);
  fill_differences(analysis);
  for (int setting = 0; setting < analysis->n_settings; setting++)
    for (int step = 0; step < analysis->n_steps; step++)
      analysis->best[setting * analysis->n_steps + step] = best_at(analysis, setting, step);
  return adjust(analysis, error);
}
