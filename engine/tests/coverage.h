/* How often the intervals of a cell hold the truth: a simulation in which the truth is known in closed form.
 *
 * Accuracies: query q of episode e is answered rightly by seed s when m + a_s + b_e + c_se + noise > 0, all normal
 * (probit), so the mean over seeds and tasks is Phi(m / sqrt(1 + seed^2 + episode^2 + interaction^2)), and over tasks
 * for a given seed Phi((m + a_s) / sqrt(1 + episode^2 + interaction^2)). Errors: exp(a_s + b_e + c_se), log-normal
 * tails; or, where `amplitude` is set, the squared amplitude of an untrained answer to a sine wave, A in [0.1, 5], the
 * same for every seed. * Differences: accuracies of two algorithms on the same episodes; b_e is the same for both.
 */
#ifndef INNERLOOP_TESTS_COVERAGE_H
#define INNERLOOP_TESTS_COVERAGE_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "innerloop/random.h"
#include "statistics/intervals.h"

enum { COVERAGE_SEEDS = 10, COVERAGE_EPISODES = 1000, COVERAGE_SIZE = COVERAGE_SEEDS * COVERAGE_EPISODES };

typedef struct coverage_case {
  double accuracy; /* 0: errors */
  double second;   /* accuracy of a second algorithm, whose scores are subtracted; 0: none */
  int queries;
  double seed, episode, interaction; /* standard deviations on the scale of the normal variables */
  int amplitude;
} coverage_case;

/* One replicate: scores of the most seeds and episodes; smaller tables are its corners. */
typedef struct coverage_table {
  double values[COVERAGE_SIZE]; /* [seed][episode] */
  double truth;                 /* a new seed, new tasks */
  double truth_of_first;        /* new tasks, seed 0 */
} coverage_table;

static inline double coverage_phi(double z) {
  return 0.5 * erfc(-z * M_SQRT1_2);
}

/* Right answers of `count` at probability p, by inversion from the nearer end. */
static inline int coverage_binomial(il_stream *stream, int count, double p) {
  double rare = p > 0.5 ? 1 - p : p, u = (il_random_word(stream) + 0.5) * 0x1p-32;
  double term = pow(1 - rare, count), sum = term;
  int k = 0;
  while (u > sum && k < count) {
    term *= (double)(count - k) / (k + 1) * rare / (1 - rare);
    sum += term;
    k++;
  }
  return p > 0.5 ? count - k : k;
}

/* middle[2]: of the probit scale, per algorithm; z[2]: the sum of the random effects. */
static inline double coverage_score(const coverage_case *at, il_stream *stream, const double *middle, const double *z) {
  double queries = at->queries;
  if (at->accuracy <= 0) return exp(z[0]);
  double score = coverage_binomial(stream, at->queries, coverage_phi(middle[0] + z[0])) / queries;
  if (at->second > 0) score -= coverage_binomial(stream, at->queries, coverage_phi(middle[1] + z[1])) / queries;
  return score;
}

static inline void coverage_truth(coverage_table *table, const coverage_case *at, const double *middle,
                                  const double *first, double within, double all) {
  static const double low = 0.1, high = 5;
  if (at->accuracy > 0) {
    table->truth = at->accuracy - at->second;
    table->truth_of_first = coverage_phi((middle[0] + first[0]) / sqrt(1 + within));
    if (at->second > 0) table->truth_of_first -= coverage_phi((middle[1] + first[1]) / sqrt(1 + within));
  } else if (at->amplitude) {
    table->truth = table->truth_of_first = (high * high * high - low * low * low) / (high - low) / 6;
  } else {
    table->truth = exp(all / 2);
    table->truth_of_first = exp(first[0] + within / 2);
  }
}

static inline void coverage_draw(coverage_table *table, const coverage_case *at, int number, int replicate) {
  float episode[COVERAGE_EPISODES], interaction[2][COVERAGE_EPISODES], seed[2][COVERAGE_SEEDS];
  il_stream stream = il_stream_open(2026 + (uint64_t)number, IL_PURPOSE_NOISE, (uint64_t)replicate);
  double within = at->episode * at->episode + at->interaction * at->interaction, all = within + at->seed * at->seed;
  double middle[2] = {0, 0};
  if (at->accuracy > 0) middle[0] = il_normal_quantile(at->accuracy) * sqrt(1 + all);
  if (at->second > 0) middle[1] = il_normal_quantile(at->second) * sqrt(1 + all);
  for (int i = 0; i < 2; i++) il_random_normals(&stream, seed[i], COVERAGE_SEEDS);
  il_random_normals(&stream, episode, COVERAGE_EPISODES);
  for (int s = 0; s < COVERAGE_SEEDS; s++) {
    for (int i = 0; i < (at->second > 0 ? 2 : 1); i++) il_random_normals(&stream, interaction[i], COVERAGE_EPISODES);
    for (int e = 0; e < COVERAGE_EPISODES; e++) {
      double z[2], amplitude = 0.1 + 4.9 * coverage_phi(episode[e]);
      for (int i = 0; i < (at->second > 0 ? 2 : 1); i++)
        z[i] = at->seed * seed[i][s] + at->episode * episode[e] + at->interaction * interaction[i][e];
      table->values[s * COVERAGE_EPISODES + e] =
          at->amplitude ? amplitude * amplitude / 2 : coverage_score(at, &stream, middle, z);
    }
  }
  coverage_truth(table, at, middle, (const double[]){at->seed * seed[0][0], at->seed * seed[1][0]}, within, all);
}

static inline il_range coverage_range(const coverage_case *at) {
  if (at->second > 0) return IL_RANGE_BALANCE;
  return at->accuracy > 0 ? IL_RANGE_FRACTION : IL_RANGE_ERROR;
}

static inline void coverage_corner(double *values, const coverage_table *table, int seeds, int episodes) {
  for (int s = 0; s < seeds; s++)
    memcpy(values + s * episodes, table->values + s * COVERAGE_EPISODES, (size_t)episodes * sizeof *values);
}

static inline int coverage_holds(const il_interval *interval, double truth) {
  return interval->low <= truth && truth <= interval->high;
}

#endif
