/* Rank statistics: O(count^2) means and 2^count sign patterns, for the few pairs a gate measures. */
#include "statistics/rank_statistics.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "statistics/statistics.h"

enum { MEANS_MAX = IL_PAIRS_MAX * (IL_PAIRS_MAX + 1) / 2, FLIPS_MAX = 20 };

static int all_finite(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!isfinite(values[i])) return 0;
  return 1;
}

double il_median_of(double *values, size_t count) {
  return all_finite(values, count) ? il_quantile_of(values, count, 0.5) : NAN;
}

/* means[count (count + 1) / 2], unsorted; their number, or 0 when there are none to take. */
static size_t walsh_means(double *means, const double *values, size_t count) {
  size_t filled = 0;
  if (count == 0 || count > IL_PAIRS_MAX || !all_finite(values, count)) return 0;
  for (size_t i = 0; i < count; i++)
    for (size_t j = i; j < count; j++) means[filled++] = values[i] / 2 + values[j] / 2;
  return filled;
}

double il_hodges_lehmann(const double *values, size_t count) {
  double means[MEANS_MAX];
  return il_quantile_of(means, walsh_means(means, values, count), 0.5);
}

/* The largest k with P(signed-rank sum <= k) <= share when the centre is 0; -1: there is none. The sum is that of the
 * ranks
 * 1..count with fair signs; the number of subsets of every sum is counted by adding one rank at a time. */
static int signed_rank_below(size_t count, double share) {
  double ways[MEANS_MAX + 1] = {1}; /* at most 2^64, in double: relative error far below the steps that matter */
  size_t total = count * (count + 1) / 2;
  for (size_t rank = 1; rank <= count; rank++)
    for (size_t sum = total; sum >= rank; sum--) ways[sum] += ways[sum - rank];
  double below = 0, patterns = ldexp(1, (int)count);
  for (size_t sum = 0; sum <= total; sum++) {
    below += ways[sum];
    if (below / patterns > share) return (int)sum - 1;
  }
  return (int)total;
}

double il_hodges_lehmann_bound(const double *values, size_t count, double level) {
  double means[MEANS_MAX];
  size_t filled = walsh_means(means, values, count);
  if (filled == 0 || !(level > 0 && level < 1)) return NAN;
  int below = signed_rank_below(count, 1 - level);
  if (below < 0) return -INFINITY;
  il_quantile_of(means, filled, 0.5); /* sorts */
  return means[below];
}

double il_sign_flip_above(const double *differences, size_t count) {
  if (count == 0 || count > FLIPS_MAX || !all_finite(differences, count)) return NAN;
  double observed = 0, scale = 0;
  for (size_t i = 0; i < count; i++) {
    observed += differences[i];
    scale += fabs(differences[i]);
  }
  double bar = observed - scale * (double)count * 0x1p-52; /* sums that differ by rounding alone are equal */
  uint32_t patterns = 1U << count, hits = 0;
  for (uint32_t pattern = 0; pattern < patterns; pattern++) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += pattern >> i & 1 ? -differences[i] : differences[i];
    hits += sum >= bar;
  }
  return (double)hits / (double)patterns;
}
