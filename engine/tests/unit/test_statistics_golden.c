/* covers: statistics */
/* Distributions, exact tests and the bootstrap against SciPy (golden/generate_statistics.py), enumeration, symmetries,
 * and a coverage simulation. */
#include <math.h>

#include "cmocka_all.h"

#include "innerloop/random.h"
#include "statistics/rank_statistics.h"
#include "statistics/statistics.h"
#include "statistics_golden.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))

static void assert_near(double value, double expected, double tolerance) {
  if (value == expected) return;
  if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))))
    fail_msg("%.17g is not %.17g within %g", value, expected, tolerance);
}

static void distributions(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(golden_student_quantiles); i++) {
    const double *row = golden_student_quantiles[i];
    assert_near(il_student_quantile(row[0], row[1]) / row[2], 1, fabs(row[2]) < 1e3 ? 1e-11 : 1e-8);
  }
  for (size_t i = 0; i < COUNT_OF(golden_student_probabilities); i++) {
    const double *row = golden_student_probabilities[i];
    assert_near(il_student_probability(row[0], row[1]) / row[2], 1, 1e-12);
  }
  for (size_t i = 0; i < COUNT_OF(golden_normal_quantiles); i++)
    assert_near(il_normal_quantile(golden_normal_quantiles[i][0]), golden_normal_quantiles[i][1], 1e-12);
}

static void tests_of_differences(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(golden_differences); i++) {
    size_t count = (size_t)golden_differences[i].count;
    const double *values = golden_differences[i].values;
    double turned[GOLDEN_MOST], reachable;
    for (size_t k = 0; k < count; k++) turned[count - 1 - k] = -values[k];
    assert_near(il_signed_rank_test(values, count), golden_differences[i].signed_rank, 1e-14);
    assert_near(il_signed_rank_test(turned, count), golden_differences[i].signed_rank, 1e-14);
    assert_near(il_sign_flip_test(values, count, 0, &reachable), golden_differences[i].sign_flip, 1e-14);
    if (isnan(golden_differences[i].bound_90)) continue;
    assert_near(il_hodges_lehmann_bound(values, count, 0.9), golden_differences[i].bound_90, 1e-14);
    assert_near(il_hodges_lehmann_bound(values, count, 0.95), golden_differences[i].bound_95, 1e-14);
  }
}

static void tests_of_two_samples(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(golden_samples); i++) {
    size_t a = (size_t)golden_samples[i].a_count, b = (size_t)golden_samples[i].b_count;
    assert_near(il_rank_sum_test(golden_samples[i].a, a, golden_samples[i].b, b), golden_samples[i].p, 1e-14);
    assert_near(il_rank_sum_test(golden_samples[i].b, b, golden_samples[i].a, a), golden_samples[i].p, 1e-14);
  }
  /* n against n apart: two of all subsets, also for the largest that is allowed */
  double low[IL_PAIRS_MAX], high[IL_PAIRS_MAX], subsets = 1;
  for (size_t n = 1; n <= IL_PAIRS_MAX; n++) {
    low[n - 1] = (double)n;
    high[n - 1] = 1000 + (double)n;
    subsets *= (double)(2 * n) * (double)(2 * n - 1) / ((double)n * (double)n);
    if (n < 5 || n == IL_PAIRS_MAX) assert_near(il_rank_sum_test(low, n, high, n) * subsets / 2, 1, 1e-12);
  }
  assert_near(il_signed_rank_test(low, IL_PAIRS_MAX), 0x1p-63, 1e-12);
}

static void holm(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(golden_holm); i++) {
    double adjusted[GOLDEN_MOST];
    il_holm(adjusted, golden_holm[i].p, (size_t)golden_holm[i].count);
    for (int k = 0; k < golden_holm[i].count; k++) assert_near(adjusted[k], golden_holm[i].adjusted[k], 1e-14);
  }
}

static double mean(double *values, size_t count) {
  return il_mean_of(values, count);
}

static double first(double *values, size_t count) {
  (void)count;
  return values[0];
}

static void bootstrap_intervals(void **state) {
  (void)state;
  const double *values = golden_differences[3].values;
  size_t count = (size_t)golden_differences[3].count;
  il_interval interval = il_interval_bootstrap(values, count, mean, 0.95, 1);
  double spread = golden_bootstrap[1] - golden_bootstrap[0];
  assert_near(interval.mean, il_mean_of(values, count), 0);
  assert_true(fabs(interval.low - golden_bootstrap[0]) <
              0.025 * spread); /* 10,000 resamples: 1 % is a standard error */
  assert_true(fabs(interval.high - golden_bootstrap[1]) < 0.025 * spread);
  il_interval again = il_interval_bootstrap(values, count, mean, 0.95, 1);
  assert_true(again.low == interval.low && again.high == interval.high);
  /* exact: of the 27 resamples of three values the median is the smallest in 7, the middle in 13, the largest in 7 */
  const double three[] = {5, 1, 2};
  il_interval medians = il_interval_bootstrap(three, 3, il_median_of, 0.4, 3); /* quantiles .3 and .7 */
  assert_true(medians.mean == 2 && medians.low == 2 && medians.high == 2);
  medians = il_interval_bootstrap(three, 3, il_median_of, 0.6, 3); /* .2 and .8 */
  assert_true(medians.low == 1 && medians.high == 5);
}

static void what_cannot_be_answered(void **state) {
  (void)state;
  const double one[] = {3}, bad[] = {1, NAN, 2}, zeros[] = {0, 0, 0}, many[IL_PAIRS_MAX + 1] = {0};
  il_interval interval = il_interval_bootstrap(one, 1, mean, 0.95, 0);
  assert_true(interval.mean == 3 && isnan(interval.low) && isnan(interval.high));
  assert_true(isnan(il_interval_bootstrap(one, 0, mean, 0.95, 0).mean));
  assert_true(isnan(il_interval_bootstrap(bad, 3, mean, 0.95, 0).low));
  assert_true(isnan(il_interval_bootstrap(bad, 3, first, 0.95, 0).low)); /* some resample begins with NaN */
  assert_true(isnan(il_interval_bootstrap(zeros, 3, mean, 1, 0).low));
  assert_true(isnan(il_signed_rank_test(bad, 3)) && isnan(il_signed_rank_test(bad, 0)));
  assert_true(il_signed_rank_test(zeros, 3) == 1 && isnan(il_signed_rank_test(many, IL_PAIRS_MAX + 1)));
  assert_true(isnan(il_rank_sum_test(bad, 3, one, 1)) && isnan(il_rank_sum_test(one, 1, bad, 0)));
  assert_true(isnan(il_rank_sum_test(many, IL_PAIRS_MAX + 1, one, 1)) && il_rank_sum_test(zeros, 3, zeros, 2) == 1);
}

/* Without a difference, p <= 0.05 in at most 5 % of tables, and in most of those 5 % the exact tests can reach; the
 * bootstrap interval of the mean of 16 holds it somewhat more seldom than it says. */
static void coverage(void **state) {
  (void)state;
  enum { TABLES = 4000, INTERVALS = 300, PAIRS = 16 };
  int ranks = 0, sums = 0, covered = 0;
  il_stream stream = il_stream_open(17, IL_PURPOSE_NOISE, 0);
  for (int table = 0; table < TABLES; table++) {
    double values[PAIRS];
    for (int i = 0; i < PAIRS; i++) values[i] = il_random_normal(&stream);
    ranks += il_signed_rank_test(values, PAIRS) <= 0.05;
    sums += il_rank_sum_test(values, PAIRS / 2, values + PAIRS / 2, PAIRS / 2) <= 0.05;
    if (table >= INTERVALS) continue;
    il_interval interval = il_interval_bootstrap(values, PAIRS, mean, 0.95, (unsigned)table);
    covered += interval.low <= 0 && interval.high >= 0;
  }
  assert_true(ranks >= 0.035 * TABLES && ranks <= 0.06 * TABLES);
  assert_true(sums >= 0.035 * TABLES && sums <= 0.06 * TABLES);
  assert_true(covered >= 0.87 * INTERVALS && covered <= 0.97 * INTERVALS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(distributions),
      cmocka_unit_test(tests_of_differences),
      cmocka_unit_test(tests_of_two_samples),
      cmocka_unit_test(holm),
      cmocka_unit_test(bootstrap_intervals),
      cmocka_unit_test(what_cannot_be_answered),
      cmocka_unit_test(coverage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
