/* covers: statistics */
/* Statistics against SciPy 1.17.1 (constants printed with 15 digits), hand-computed cases, brute force and a coverage
 * simulation. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/portable_math.h"
#include "innerloop/random.h"
#include "statistics/statistics.h"

static void assert_near(double value, double expected, double tolerance) {
  if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))))
    fail_msg("%.17g is not %.17g within %g", value, expected, tolerance);
}

static void elementary_functions_agree_with_libm(void **state) {
  (void)state;
  for (int i = 0; i < 4000; i++) {
    double x = -0.999 + 0.37 * i + 1e-4 * i * i;
    assert_near(il_log_one_plus(x), log1p(x), 2e-15);
    double y = (i - 2000) * 0.0371;
    assert_near(il_exponential(y) / exp(y), 1, 2e-15);
    double small = ldexp(1 + i * 1e-4, -(i % 60));
    assert_near(il_log_one_plus(small) / log1p(small), 1, 2e-15);
  }
  assert_true(il_log_one_plus(-1) == -INFINITY && isnan(il_log_one_plus(-2)) && isinf(il_log_one_plus(INFINITY)));
  assert_true(il_exponential(1000) == INFINITY && il_exponential(-1000) == 0 && isnan(il_exponential(NAN)));
}

/* scipy.stats.t.ppf(p, freedom) */
static void student_quantiles(void **state) {
  (void)state;
  static const double rows[][3] = {
      {0.975, 1, 12.7062047361747},  {0.975, 2, 4.30265272974946},  {0.975, 4, 2.77644510519779},
      {0.975, 9, 2.2621571627982},   {0.995, 30, 2.74999565356723}, {0.9, 2.5, 1.73025092880718},
      {0.999, 599, 3.1038935844278}, {0.01, 4, -3.7469473879792},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_near(il_student_quantile(rows[i][0], rows[i][1]), rows[i][2], 1e-13);
  /* closed forms: 1 degree: tan(pi (p - 1/2)); 2 degrees: (2p - 1) / sqrt(2 p (1 - p)) */
  for (double p = 0.0002; p < 1; p += 0.0173) {
    assert_near(il_student_quantile(p, 1), tan(3.14159265358979312 * (p - 0.5)), 1e-12);
    assert_near(il_student_quantile(p, 2), (2 * p - 1) / sqrt(2 * p * (1 - p)), 1e-12);
  }
  assert_true(il_student_quantile(0.5, 3) == 0);
  assert_true(il_student_quantile(0.25, 3) == -il_student_quantile(0.75, 3));
  assert_true(il_student_quantile(0, 3) == -INFINITY && il_student_quantile(1, 3) == INFINITY);
  assert_true(isnan(il_student_quantile(1.5, 3)) && isnan(il_student_quantile(0.9, 0)) &&
              isnan(il_student_quantile(NAN, 3)) && isnan(il_student_quantile(0.9, NAN)));
}

/* scipy.stats.t.cdf(t, freedom), scipy.stats.norm.ppf(p) */
static void probabilities_and_normal_quantiles(void **state) {
  (void)state;
  static const double rows[][3] = {{1.5, 7, 0.911350756505015},
                                   {-2.2, 3, 0.0575859759882353},
                                   {0.3, 50, 0.617289559872348},
                                   {5, 1.5, 0.967312116189422},
                                   {-8, 12, 1.87994911237513e-06}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_near(il_student_probability(rows[i][0], rows[i][1]) / rows[i][2], 1, 1e-13);
  for (double freedom = 0.5; freedom < 3e6; freedom *= 3.7)
    assert_near(il_student_probability(il_student_quantile(0.93, freedom), freedom), 0.93, 1e-13);
  assert_true(il_student_probability(INFINITY, 4) == 1 && il_student_probability(-INFINITY, 4) == 0);
  assert_true(il_student_probability(0, 4) == 0.5 && isnan(il_student_probability(NAN, 4)));
  static const double normal[][2] = {{0.975, 1.95996398454005},
                                     {0.995, 2.5758293035489},
                                     {0.05, -1.64485362695147},
                                     {0.5, 0},
                                     {1e-9, -5.99780701500769}};
  for (size_t i = 0; i < sizeof normal / sizeof *normal; i++)
    assert_near(il_normal_quantile(normal[i][0]), normal[i][1], 1e-13);
  assert_near(il_student_quantile(0.975, 1e9), 1.95996398454005, 1e-8);
}

/* scipy.stats.t.interval, scipy.stats.norm.interval with scipy.stats.sem */
static void intervals(void **state) {
  (void)state;
  const double seeds[] = {0.61, 0.63, 0.65};
  il_interval student = il_interval_student(seeds, 3, 0.95);
  assert_near(student.mean, 0.63, 1e-14);
  assert_near(student.low, 0.580317245764993, 1e-13);
  assert_near(student.high, 0.679682754235007, 1e-13);
  assert_near(il_deviation_of(seeds, 3), 0.02, 1e-14);
  const double episodes[] = {0.2, 0.8, 0.6, 1.0, 0.4, 0.6};
  il_interval normal = il_interval_normal(episodes, 6, 0.95);
  assert_near(normal.low, 0.373682853184766, 1e-13);
  assert_near(normal.high, 0.826317146815234, 1e-13);
  il_interval one = il_interval_student(seeds, 1, 0.95);
  assert_true(one.mean == 0.61 && isnan(one.low) && isnan(one.high) && one.count == 1);
  assert_true(isnan(il_interval_normal(seeds, 0, 0.95).mean));
  assert_true(isnan(il_interval_normal(seeds, 3, 1).low));
}

static void means_survive_cancellation_and_special_values(void **state) {
  (void)state;
  const double hard[] = {1, 1e100, 1, -1e100}; /* exact sum 2 */
  assert_true(il_mean_of(hard, 4) == 0.5);
  const double infinite[] = {1, INFINITY, 2};
  assert_true(il_mean_of(infinite, 3) == INFINITY);
  assert_true(isnan(il_deviation_of(infinite, 3)));
  const double both[] = {INFINITY, -INFINITY}, unknown[] = {1, NAN};
  assert_true(isnan(il_mean_of(both, 2)) && isnan(il_mean_of(unknown, 2)) && isnan(il_mean_of(hard, 0)));
  assert_true(isnan(il_deviation_of(hard, 1)));
  const double shifted[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}; /* variance 30 */
  assert_near(il_deviation_of(shifted, 4), sqrt(30), 1e-15);
}

/* numpy.quantile, method linear (R type 7) */
static void quantiles(void **state) {
  (void)state;
  const double at[] = {0, 0.1, 0.25, 0.5, 0.9, 1}, expected[] = {-1, -0.25, 1.125, 3.1, 5.8, 8.5};
  for (int i = 0; i < 6; i++) {
    double values[] = {3.1, -1, 2, 8.5, 4, 4, 0.25};
    assert_near(il_quantile_of(values, 7, at[i]), expected[i], 1e-14);
  }
  double one[] = {5};
  assert_true(il_quantile_of(one, 1, 0) == 5 && il_quantile_of(one, 1, 0.3) == 5 && il_quantile_of(one, 1, 1) == 5);
  assert_true(isnan(il_quantile_of(one, 0, 0.5)) && isnan(il_quantile_of(one, 1, 1.1)) &&
              isnan(il_quantile_of(one, 1, NAN)));
  double special[] = {NAN, INFINITY, 1, INFINITY, 0}; /* 0 1 inf inf NaN */
  assert_true(il_quantile_of(special, 5, 0.25) == 1);
  assert_true(il_quantile_of(special, 5, 0.5) == INFINITY && il_quantile_of(special, 5, 0.6) == INFINITY);
  assert_true(isnan(il_quantile_of(special, 5, 1)));
}

/* Every sign pattern, one by one. */
static double flip_by_brute_force(const double *differences, int count) {
  double observed = 0;
  for (int i = 0; i < count; i++) observed += differences[i];
  int hits = 0;
  for (unsigned pattern = 0; pattern < 1u << count; pattern++) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += pattern >> i & 1 ? -differences[i] : differences[i];
    hits += fabs(sum) >= fabs(observed) - 1e-12;
  }
  return hits / (double)(1u << count);
}

static void sign_flips(void **state) {
  (void)state;
  double reachable;
  const double fixture[] = {0.5, -0.1, 0.3, 0.7, 0.2, -0.4, 0.6}; /* scipy.stats.permutation_test: 20 of 128 */
  assert_true(il_sign_flip_test(fixture, 7, 0, &reachable) == 20.0 / 128);
  assert_true(reachable == 2.0 / 128);
  il_stream stream = il_stream_open(1, IL_PURPOSE_NOISE, 0);
  for (int count = 1; count <= 12; count++) {
    double differences[12];
    for (int i = 0; i < count; i++) differences[i] = 0.3 + il_random_normal(&stream);
    assert_true(il_sign_flip_test(differences, (size_t)count, 0, &reachable) ==
                flip_by_brute_force(differences, count));
    for (int i = 0; i < count; i++) differences[i] = 0.1 * (i % 3); /* many ties, sums not exact */
    assert_true(il_sign_flip_test(differences, (size_t)count, 0, &reachable) ==
                flip_by_brute_force(differences, count));
  }
  double equal[20];
  for (int i = 0; i < 20; i++) equal[i] = 1;
  assert_true(il_sign_flip_test(equal, 20, 0, &reachable) == reachable && reachable == 0x1p-19);
  const double zeros[] = {0, 0, 0};
  assert_true(il_sign_flip_test(zeros, 3, 0, &reachable) == 1);
  const double bad[] = {1, INFINITY}, unknown[] = {NAN};
  assert_true(isnan(il_sign_flip_test(bad, 2, 0, &reachable)) && isnan(il_sign_flip_test(unknown, 1, 0, &reachable)));
  assert_true(isnan(il_sign_flip_test(zeros, 0, 0, &reachable)) && isnan(reachable));
}

static void sign_flips_by_monte_carlo(void **state) {
  (void)state;
  double values[40], reachable;
  il_stream stream = il_stream_open(7, IL_PURPOSE_NOISE, 1);
  for (int i = 0; i < 40; i++) values[i] = 0.25 + il_random_normal(&stream);
  double p = il_sign_flip_test(values, 40, 3, &reachable);
  assert_true(p == il_sign_flip_test(values, 40, 3, &reachable)); /* the same flips again */
  assert_true(reachable == 1.0 / 100001);
  /* for normal data the permutation p is near the t test's */
  il_interval interval = il_interval_student(values, 40, 0.95);
  double t = interval.mean / (il_deviation_of(values, 40) / sqrt(40));
  assert_near(p, 2 * il_student_probability(-fabs(t), 39), 0.01);
  for (int i = 0; i < 40; i++) values[i] = 1;
  assert_true(il_sign_flip_test(values, 40, 3, &reachable) == reachable);
}

static void holm_against_hand_computed_values(void **state) {
  (void)state;
  /* sorted .005 .01 .03 .04: x4 .02, x3 .03, x2 .06, x1 .04 -> .06 (steps never go down) */
  const double p[] = {0.01, 0.04, 0.03, 0.005}, expected[] = {0.03, 0.06, 0.06, 0.02};
  double adjusted[4];
  il_holm(adjusted, p, 4);
  for (int i = 0; i < 4; i++) assert_near(adjusted[i], expected[i], 1e-15);
  double in_place[] = {0.01, 0.04, 0.03, 0.005};
  il_holm(in_place, in_place, 4);
  for (int i = 0; i < 4; i++) assert_true(in_place[i] == adjusted[i]);
  const double large[] = {0.6, 0.7, 0.6}, missing[] = {0.02, NAN, 0.03};
  il_holm(adjusted, large, 3);
  for (int i = 0; i < 3; i++) assert_true(adjusted[i] == 1);
  il_holm(adjusted, missing, 3); /* a missing p is not a test */
  assert_near(adjusted[0], 0.04, 1e-15);
  assert_true(isnan(adjusted[1]));
  assert_near(adjusted[2], 0.04, 1e-15);
  il_holm(adjusted, p, 0);
}

/* 95 % of the 95 % intervals over five seeds hold the true mean; with the normal quantile only 87.8 % do. 20,000
 * simulated tables: standard error .0015. */
static void coverage_with_five_seeds(void **state) {
  (void)state;
  enum { TABLES = 20000, SEEDS = 5 };
  int student = 0, normal = 0;
  double t = il_student_quantile(0.975, SEEDS - 1), z = il_normal_quantile(0.975);
  il_stream stream = il_stream_open(11, IL_PURPOSE_NOISE, 2);
  for (int table = 0; table < TABLES; table++) {
    double values[SEEDS];
    for (int i = 0; i < SEEDS; i++) values[i] = 0.7 + 0.1 * il_random_normal(&stream);
    double error = fabs(il_mean_of(values, SEEDS) - 0.7);
    double standard = il_deviation_of(values, SEEDS) / sqrt(SEEDS);
    student += error <= t * standard;
    normal += error <= z * standard;
  }
  assert_near(student / (double)TABLES, 0.95, 0.006);
  assert_near(normal / (double)TABLES, 0.878, 0.009);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(elementary_functions_agree_with_libm),
      cmocka_unit_test(student_quantiles),
      cmocka_unit_test(probabilities_and_normal_quantiles),
      cmocka_unit_test(intervals),
      cmocka_unit_test(means_survive_cancellation_and_special_values),
      cmocka_unit_test(quantiles),
      cmocka_unit_test(sign_flips),
      cmocka_unit_test(sign_flips_by_monte_carlo),
      cmocka_unit_test(holm_against_hand_computed_values),
      cmocka_unit_test(coverage_with_five_seeds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
