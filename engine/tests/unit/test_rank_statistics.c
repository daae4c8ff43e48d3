/* covers: statistics */
/* Rank statistics against SciPy 1.17.1 (bounds: by inverting scipy.stats.wilcoxon(v - theta, alternative='greater',
 * method='exact')), brute force, symmetries, and a coverage simulation. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "innerloop/random.h"
#include "statistics/rank_statistics.h"

enum { COUNT = 10 };
static const double fixture[COUNT] = {0.031, -0.012, 0.054, 0.02, 0.047, -0.003, 0.061, 0.015, 0.038, 0.009};

static void assert_near(double value, double expected) {
  if (!(fabs(value - expected) <= 1e-14)) fail_msg("%.17g is not %.17g", value, expected);
}

static void centre_and_bounds(void **state) {
  (void)state;
  assert_near(il_hodges_lehmann(fixture, COUNT), 0.0255);
  assert_near(il_hodges_lehmann_bound(fixture, COUNT, 0.95), 0.0095);
  assert_near(il_hodges_lehmann_bound(fixture, COUNT, 0.99), 0.003);
  double shifted[COUNT], turned[COUNT];
  for (int i = 0; i < COUNT; i++) {
    shifted[i] = 2 * fixture[i] + 1;
    turned[i] = -fixture[COUNT - 1 - i];
  }
  assert_near(il_hodges_lehmann(shifted, COUNT), 2 * 0.0255 + 1);
  assert_near(il_hodges_lehmann_bound(shifted, COUNT, 0.95), 2 * 0.0095 + 1);
  assert_near(il_hodges_lehmann(turned, COUNT), -0.0255);
}

/* With four pairs the smallest one-sided p is 1/16: no bound at 0.95, the smallest value at 0.9375. */
static void few_pairs(void **state) {
  (void)state;
  assert_true(il_hodges_lehmann_bound(fixture, 4, 0.95) == -INFINITY);
  assert_near(il_hodges_lehmann_bound(fixture, 4, 0.9375), -0.012);
  assert_near(il_hodges_lehmann(fixture, 1), 0.031);
  assert_near(il_hodges_lehmann(fixture, 2), 0.0095);
}

/* scipy.stats.permutation_test((v,), numpy.sum, permutation_type='samples', alternative='greater'): 7 of 1024. */
static void sign_flips_above(void **state) {
  (void)state;
  assert_near(il_sign_flip_above(fixture, COUNT), 7.0 / 1024);
  double turned[COUNT], equal[16];
  for (int i = 0; i < COUNT; i++) turned[i] = -fixture[i];
  /* two patterns give the observed sum exactly, since 0.012 + 0.003 = 0.015: SciPy says 1019 of 1024 */
  assert_near(il_sign_flip_above(turned, COUNT), 1019.0 / 1024);
  for (int i = 0; i < 16; i++) equal[i] = 0.1;
  assert_near(il_sign_flip_above(equal, 16), 0x1p-16);
  for (int i = 0; i < 16; i++) equal[i] = 0;
  assert_near(il_sign_flip_above(equal, 16), 1);
}

static void what_cannot_be_answered(void **state) {
  (void)state;
  double bad[3] = {1, NAN, 2}, infinite[2] = {1, INFINITY}, many[IL_PAIRS_MAX + 1] = {0};
  assert_true(isnan(il_hodges_lehmann(bad, 3)) && isnan(il_hodges_lehmann_bound(bad, 3, 0.9)));
  assert_true(isnan(il_sign_flip_above(infinite, 2)) && isnan(il_hodges_lehmann(infinite, 2)));
  assert_true(isnan(il_hodges_lehmann(fixture, 0)) && isnan(il_sign_flip_above(fixture, 0)));
  assert_true(isnan(il_hodges_lehmann(many, IL_PAIRS_MAX + 1)) && isnan(il_sign_flip_above(many, 21)));
  assert_true(il_hodges_lehmann(many, IL_PAIRS_MAX) == 0 && il_hodges_lehmann_bound(many, IL_PAIRS_MAX, 0.95) == 0);
  assert_true(isnan(il_hodges_lehmann_bound(fixture, COUNT, 1)) && isnan(il_median_of(bad, 3)));
  double odd[3] = {3, 1, 2};
  assert_true(il_median_of(odd, 3) == 2 && isnan(il_median_of(odd, 0)));
}

/* The bound lies below the true centre in at least 95 % of 4,000 samples of 16, and not always: standard error
 * .0035. */
static void coverage(void **state) {
  (void)state;
  enum { SAMPLES = 4000, PAIRS = 16 };
  int covered = 0;
  il_stream stream = il_stream_open(5, IL_PURPOSE_NOISE, 0);
  for (int sample = 0; sample < SAMPLES; sample++) {
    double values[PAIRS];
    for (int i = 0; i < PAIRS; i++) values[i] = 0.3 + 0.1 * (double)il_random_normal(&stream);
    covered += il_hodges_lehmann_bound(values, PAIRS, 0.95) <= 0.3;
  }
  assert_true(covered >= 0.94 * SAMPLES && covered <= 0.97 * SAMPLES);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(centre_and_bounds), cmocka_unit_test(few_pairs),
                                     cmocka_unit_test(sign_flips_above), cmocka_unit_test(what_cannot_be_answered),
                                     cmocka_unit_test(coverage)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
