/* Means, intervals and exact tests. What enters a deterministic file is computed from + - * / sqrt and exact scalings
 * alone, in a fixed order; with -ffp-contract=off every IEEE 754 processor returns the same double, and %.9g of it the
 * same text. */
#include "statistics/statistics.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "innerloop/random.h"

/* Neumaier's sum: also right when a later term is larger than the sum so far. */
typedef struct il_sum {
  double total, lost;
} il_sum;

static void sum_add(il_sum *sum, double value) {
  double next = sum->total + value;
  if (fabs(sum->total) >= fabs(value))
    sum->lost += (sum->total - next) + value;
  else
    sum->lost += (value - next) + sum->total;
  sum->total = next;
}

/* The compensation of an infinite sum is NaN, the sum itself is right. */
static double sum_value(const il_sum *sum) {
  return isfinite(sum->total) ? sum->total + sum->lost : sum->total;
}

double il_mean_of(const double *values, size_t count) {
  if (count == 0) return NAN;
  il_sum sum = {0, 0};
  for (size_t i = 0; i < count; i++) sum_add(&sum, values[i]);
  return sum_value(&sum) / (double)count;
}

double il_deviation_of(const double *values, size_t count) {
  if (count < 2) return NAN;
  double mean = il_mean_of(values, count);
  if (!isfinite(mean)) return NAN;
  il_sum squares = {0, 0};
  for (size_t i = 0; i < count; i++) sum_add(&squares, (values[i] - mean) * (values[i] - mean));
  return sqrt(sum_value(&squares) / (double)(count - 1));
}

static int compare_values(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  if (isnan(a) || isnan(b)) return (isnan(a) ? 1 : 0) - (isnan(b) ? 1 : 0);
  return (a > b) - (a < b);
}

double il_quantile_of(double *values, size_t count, double q) {
  if (count == 0 || !(q >= 0 && q <= 1)) return NAN;
  qsort(values, count, sizeof *values, compare_values);
  double position = q * (double)(count - 1);
  size_t below = (size_t)position;
  double part = position - (double)below;
  /* No arithmetic between equal neighbours: infinity - infinity would be NaN. */
  if (part == 0 || values[below] == values[below + 1]) return values[below];
  return values[below] + part * (values[below + 1] - values[below]);
}

il_interval il_interval_student(const double *values, size_t count, double level) {
  il_interval interval = {.mean = il_mean_of(values, count), .low = NAN, .high = NAN, .count = count};
  if (count < 2 || !(level > 0 && level < 1)) return interval;
  double half = il_student_quantile(0.5 + level / 2, (double)(count - 1)) * il_deviation_of(values, count);
  half /= sqrt((double)count);
  interval.low = interval.mean - half;
  interval.high = interval.mean + half;
  return interval;
}

il_interval il_interval_normal(const double *values, size_t count, double level) {
  il_interval interval = {.mean = il_mean_of(values, count), .low = NAN, .high = NAN, .count = count};
  if (count < 2 || !(level > 0 && level < 1)) return interval;
  double half = il_normal_quantile(0.5 + level / 2) * il_deviation_of(values, count) / sqrt((double)count);
  interval.low = interval.mean - half;
  interval.high = interval.mean + half;
  return interval;
}

enum { DEPTH_MAX = IL_EXACT_FLIPS_MAX + 1 };

/* Sums that differ by rounding alone count as equal: each is a sum of at most `count` terms of total size `scale`. */
static double tie_width(double scale, size_t count) {
  return scale * (double)count * 0x1p-52;
}

/* All 2^(n-1) sign patterns with the first sign fixed (the others are their mirror images), as a walk over the tree of
 * partial sums; bit k of `pattern` is the sign of term k + 1. */
static double exact_share(const double *differences, size_t count, double bar) {
  double partial[DEPTH_MAX];
  uint32_t patterns = 1u << (count - 1);
  uint32_t hits = 0;
  partial[0] = differences[0];
  size_t start = 1; /* terms before `start` are unchanged since the pattern before */
  for (uint32_t pattern = 0; pattern < patterns; pattern++) {
    for (size_t i = start; i < count; i++) {
      int minus = (pattern >> (count - 1 - i)) & 1;
      partial[i] = minus ? partial[i - 1] - differences[i] : partial[i - 1] + differences[i];
    }
    hits += fabs(partial[count - 1]) >= bar;
    /* the next pattern flips the trailing ones and the zero above them: those are the last terms */
    start = count - 1 - (size_t)__builtin_ctz(pattern + 1);
  }
  return (double)hits / (double)patterns;
}

/* Signed sums of every eight differences, for each of the 256 patterns: table[group][pattern]. */
static void fill_groups(double *table, const double *differences, size_t count) {
  for (size_t start = 0; start < count; start += 8, table += 256) {
    size_t size = count - start < 8 ? count - start : 8;
    for (unsigned pattern = 0; pattern < 256; pattern++) {
      double sum = 0;
      for (size_t i = 0; i < size; i++) sum += pattern >> i & 1 ? -differences[start + i] : differences[start + i];
      table[pattern] = sum;
    }
  }
}

static double flipped_sum(const double *table, size_t groups, il_stream *stream) {
  double sum = 0;
  uint32_t word = 0;
  for (size_t group = 0; group < groups; group++) {
    if (group % 4 == 0) word = il_random_word(stream);
    sum += table[256 * group + (word & 255)];
    word >>= 8;
  }
  return sum;
}

static double monte_carlo_share(const double *differences, size_t count, double bar, unsigned long long seed) {
  il_stream stream = il_stream_open(seed, IL_PURPOSE_BOOTSTRAP, 0);
  size_t groups = (count + 7) / 8;
  double *table = calloc(groups, 256 * sizeof *table);
  if (!table) return NAN;
  fill_groups(table, differences, count);
  unsigned hits = 1; /* the observed signs are one of the patterns (Phipson and Smyth 2010) */
  for (int flip = 0; flip < IL_RANDOM_FLIPS; flip++) hits += fabs(flipped_sum(table, groups, &stream)) >= bar;
  free(table);
  return (double)hits / (IL_RANDOM_FLIPS + 1);
}

double il_sign_flip_test(const double *differences, size_t count, unsigned long long seed, double *reachable) {
  *reachable = NAN;
  if (count == 0) return NAN;
  *reachable = count <= IL_EXACT_FLIPS_MAX ? ldexp(1, 1 - (int)count) : 1.0 / (IL_RANDOM_FLIPS + 1);
  double sum = 0, scale = 0;
  for (size_t i = 0; i < count; i++) {
    sum += differences[i];
    scale += fabs(differences[i]);
  }
  if (!isfinite(scale)) return NAN;
  double bar = fabs(sum) - tie_width(scale, count);
  return count <= IL_EXACT_FLIPS_MAX ? exact_share(differences, count, bar)
                                     : monte_carlo_share(differences, count, bar, seed);
}

/* Index of the smallest p not yet handed out, or count. Ties: the first. */
static size_t smallest_left(const double *p, const double *adjusted, size_t count) {
  size_t best = count;
  for (size_t i = 0; i < count; i++) {
    if (adjusted[i] >= 0 || isnan(p[i])) continue;
    if (best == count || p[i] < p[best]) best = i;
  }
  return best;
}

static void holm_into(double *adjusted, const double *p, size_t count) {
  size_t tests = 0;
  for (size_t i = 0; i < count; i++) {
    tests += !isnan(p[i]);
    adjusted[i] = isnan(p[i]) ? NAN : -1;
  }
  double running = 0;
  for (size_t rank = 0; rank < tests; rank++) {
    size_t next = smallest_left(p, adjusted, count);
    double value = (double)(tests - rank) * p[next];
    if (value > running) running = value;
    adjusted[next] = running < 1 ? running : 1;
  }
}

void il_holm(double *adjusted, const double *p, size_t count) {
  if (adjusted != p) {
    holm_into(adjusted, p, count);
    return;
  }
  /* In place: the i-th adjusted value needs every p, so a copy is made; without memory nothing is claimed. */
  double *copy = malloc((count ? count : 1) * sizeof *copy);
  for (size_t i = 0; copy && i < count; i++) copy[i] = p[i];
  if (copy) holm_into(adjusted, copy, count);
  for (size_t i = 0; !copy && i < count; i++) adjusted[i] = NAN;
  free(copy);
}
