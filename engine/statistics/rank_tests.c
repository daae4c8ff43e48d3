/* Exact rank tests. Ranks are kept doubled, so that the mean rank of equal values is an integer too, and the number of
 * sign patterns or subsets of every rank sum is counted by adding one rank at a time. Counts are doubles: at most
 * 2^128, exact to 1e-14 of the tail they end up in. */
#include <math.h>
#include <stdlib.h>

#include "statistics/rank_statistics.h"

enum { VALUES_MAX = 2 * IL_PAIRS_MAX, SUM_MAX = IL_PAIRS_MAX * (IL_PAIRS_MAX + 1) };

/* ranks[i]: twice the rank of values[i], 1 the smallest; equal values share the mean. O(count^2). */
static void rank_doubled(int *ranks, const double *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int below = 0, equal = 0;
    for (size_t j = 0; j < count; j++) {
      below += values[j] < values[i];
      equal += values[j] == values[i];
    }
    ranks[i] = 2 * below + equal + 1;
  }
}

/* Twice the smaller tail of ways[0..total] cut at `observed`, which belongs to both tails. */
static double two_sided(const double *ways, int total, int observed) {
  double all = 0, below = 0, above = 0;
  for (int sum = 0; sum <= total; sum++) {
    all += ways[sum];
    if (sum <= observed) below += ways[sum];
    if (sum >= observed) above += ways[sum];
  }
  double p = 2 * (below < above ? below : above) / all;
  return p < 1 ? p : 1;
}

double il_signed_rank_test(const double *differences, size_t count) {
  double sizes[IL_PAIRS_MAX], ways[SUM_MAX + 1] = {1};
  int ranks[IL_PAIRS_MAX], positive[IL_PAIRS_MAX], total = 0, observed = 0;
  size_t kept = 0;
  if (count == 0 || count > IL_PAIRS_MAX) return NAN;
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(differences[i])) return NAN;
    if (differences[i] == 0) continue;
    positive[kept] = differences[i] > 0;
    sizes[kept++] = fabs(differences[i]);
  }
  rank_doubled(ranks, sizes, kept);
  for (size_t i = 0; i < kept; i++) {
    total += ranks[i];
    if (positive[i]) observed += ranks[i];
    for (int sum = total; sum >= ranks[i]; sum--) ways[sum] += ways[sum - ranks[i]];
  }
  return two_sided(ways, total, observed);
}

double il_rank_sum_test(const double *a, size_t a_count, const double *b, size_t b_count) {
  double values[VALUES_MAX];
  int ranks[VALUES_MAX], total = 0, observed = 0;
  if (a_count == 0 || b_count == 0 || a_count > IL_PAIRS_MAX || b_count > IL_PAIRS_MAX) return NAN;
  size_t count = a_count + b_count;
  for (size_t i = 0; i < count; i++) {
    values[i] = i < a_count ? a[i] : b[i - a_count];
    if (!isfinite(values[i])) return NAN;
  }
  rank_doubled(ranks, values, count);
  int most = (int)(count * (count + 1));
  size_t row = (size_t)most + 1;
  double *ways = calloc((a_count + 1) * row, sizeof *ways); /* [chosen, sum]: subsets of the ranks so far */
  if (!ways) return NAN;
  ways[0] = 1;
  for (size_t i = 0; i < count; i++) {
    total += ranks[i];
    if (i < a_count) observed += ranks[i];
    for (size_t chosen = i + 1 < a_count ? i + 1 : a_count; chosen >= 1; chosen--)
      for (int sum = ranks[i]; sum <= total; sum++)
        ways[chosen * row + (size_t)sum] += ways[(chosen - 1) * row + (size_t)(sum - ranks[i])];
  }
  double p = two_sided(ways + a_count * row, most, observed);
  free(ways);
  return p;
}
