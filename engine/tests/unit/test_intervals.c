/* covers: results */
/* Intervals that say what they cover: against closed forms, tables of binomial probabilities and each other. */
#include "cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "coverage.h"
#include "results/markdown.h"
#include "statistics/intervals.h"

static void assert_near(double value, double expected, double tolerance) {
  if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))))
    fail_msg("%.17g is not %.17g within %g", value, expected, tolerance);
}

/* P(X >= k) of a binomial, term by term; it is I_p(k, n - k + 1). */
static double binomial_tail(int n, double p, int k) {
  double sum = 0, term = pow(1 - p, n);
  for (int i = 0; i <= n; i++) {
    if (i >= k) sum += term;
    term *= (double)(n - i) / (i + 1) * p / (1 - p);
  }
  return sum;
}

static void beta_distribution_against_binomial_sums_and_closed_forms(void **state) {
  (void)state;
  for (int n = 1; n <= 60; n += 7)
    for (int k = 1; k <= n; k += 3)
      for (double p = 0.03; p < 1; p += 0.094)
        assert_near(il_beta_probability(p, k, n - k + 1), binomial_tail(n, p, k), 1e-13);
  for (double a = 0.2; a < 3e4; a *= 3.3) {
    for (double p = 1e-6; p < 1; p = p * 2.7 + 0.01) {
      assert_near(il_beta_quantile(p, a, 1), pow(p, 1 / a), 1e-9); /* I_x(a, 1) = x^a */
      assert_near(1 - il_beta_quantile(p, 1, a), pow(1 - p, 1 / a), 1e-9);
      assert_near(il_beta_quantile(p, a, 7) + il_beta_quantile(1 - p, 7, a), 1, 1e-9);
      assert_near(il_beta_probability(il_beta_quantile(p, a, 2.5), a, 2.5), p, 1e-9);
    }
    assert_near(il_beta_quantile(0.5, a, a), 0.5, 1e-9);
  }
  /* Student's t: I_x(n/2, 1/2) is P(|T| > t), x = n / (n + t^2) */
  for (double freedom = 1; freedom < 1e5; freedom *= 4.1)
    for (double t = 0.1; t < 6; t += 0.7)
      assert_near(il_beta_probability(freedom / (freedom + t * t), freedom / 2, 0.5),
                  2 * il_student_probability(-t, freedom), 1e-10);
  assert_true(isnan(il_beta_probability(0.5, 0, 1)) && isnan(il_beta_quantile(1.5, 1, 1)) &&
              isnan(il_beta_quantile(NAN, 1, 1)));
  assert_true(il_beta_probability(-1, 2, 2) == 0 && il_beta_probability(1, 2, 2) == 1);
}

/* Three perfect episodes: P(three right) is 0.025 at an accuracy of 0.025^(1/3); no right ones are their mirror
 * image. */
static void an_interval_does_not_collapse_at_three_perfect_episodes(void **state) {
  (void)state;
  const double perfect[] = {1, 1, 1}, none[] = {0, 0, 0};
  il_interval interval = il_interval_of_values(perfect, 3, 0.95, IL_RANGE_FRACTION);
  assert_true(interval.mean == 1 && interval.high == 1);
  assert_near(interval.low, cbrt(0.025), 1e-12);
  interval = il_interval_of_values(none, 3, 0.95, IL_RANGE_FRACTION);
  assert_true(interval.mean == 0 && interval.low == 0);
  assert_near(interval.high, 1 - cbrt(0.025), 1e-12);
  const double fifths[] = {0.2, 0.2, 0.2}; /* one class is always answered */
  interval = il_interval_of_values(fifths, 3, 0.95, IL_RANGE_FRACTION);
  assert_near(interval.low, 0.2 * cbrt(0.025), 1e-12);
  assert_near(interval.high, 1 - 0.8 * cbrt(0.025), 1e-12);
  /* the difference of two that are perfect both */
  interval = il_interval_of_values(none, 3, 0.95, IL_RANGE_BALANCE);
  assert_true(interval.mean == 0 && interval.low < -0.7 && interval.high > 0.7 && interval.low == -interval.high);
}

/* With one query an episode the effective number of queries is that of episodes less one, corrected by t: near Clopper
 * and Pearson's own, here 90 of 100: [0.8238, 0.9510]. */
static void one_query_an_episode_is_a_proportion(void **state) {
  (void)state;
  double values[100];
  for (int i = 0; i < 100; i++) values[i] = i >= 10;
  il_interval interval = il_interval_of_values(values, 100, 0.95, IL_RANGE_FRACTION);
  assert_near(interval.low, 0.8238, 2e-3);
  assert_near(interval.high, 0.9510, 2e-3);
  /* Ten queries that are all right or all wrong are no more than one. */
  for (int i = 0; i < 100; i++) values[i] = i >= 10;
  il_interval same = il_interval_of_values(values, 100, 0.95, IL_RANGE_FRACTION);
  assert_true(same.low == interval.low && same.high == interval.high);
}

/* Far from the ends and with many episodes it is the papers' interval. */
static void intervals_agree_where_the_papers_hold(void **state) {
  (void)state;
  double values[600], balance[600];
  for (int i = 0; i < 600; i++) {
    values[i] = (i * 7919 % 76) / 75.0 * 0.4 + 0.3;
    balance[i] = (i * 104729 % 31) / 30.0 - 0.4;
  }
  il_interval papers = il_interval_normal(values, 600, 0.95);
  const il_range ranges[] = {IL_RANGE_FRACTION, IL_RANGE_ERROR, IL_RANGE_DIFFERENCE};
  for (int i = 0; i < 3; i++) {
    il_interval own = il_interval_of_values(values, 600, 0.95, ranges[i]);
    assert_near((own.high - own.low) / (papers.high - papers.low), 1, 0.05);
  }
  il_interval own = il_interval_of_values(balance, 600, 0.95, IL_RANGE_BALANCE);
  papers = il_interval_normal(balance, 600, 0.95);
  assert_near((own.high - own.low) / (papers.high - papers.low), 1, 0.03);
  assert_near(own.mean, papers.mean, 1e-15);
}

/* Many small errors and a few large ones: the upper side reaches further than Student's t; mirrored, the lower one. */
static void a_long_tail_widens_its_own_side(void **state) {
  (void)state;
  double values[100], mirrored[100];
  for (int i = 0; i < 100; i++) {
    values[i] = exp(2 * il_normal_quantile((i + 0.5) / 100));
    mirrored[i] = -values[i];
  }
  il_interval student = il_interval_student(values, 100, 0.95);
  il_interval own = il_interval_of_values(values, 100, 0.95, IL_RANGE_ERROR);
  assert_true(own.low == student.low && own.high - own.mean > 1.3 * (student.high - student.mean));
  il_interval other = il_interval_of_values(mirrored, 100, 0.95, IL_RANGE_DIFFERENCE);
  assert_near(other.low, -own.high, 1e-12);
  assert_near(other.high, -own.low, 1e-12);
}

/* Seeds that agree leave what the draw of tasks leaves (train from scratch); tasks that agree leave the seeds'. */
static void the_headline_holds_both_variances(void **state) {
  (void)state;
  double values[3 * 50], scratch[3 + 50];
  il_crossed crossed;
  char method[IL_METHOD_SIZE];
  for (int s = 0; s < 3; s++)
    for (int e = 0; e < 50; e++) values[s * 50 + e] = 4 + (e % 10);
  il_crossed_intervals(&crossed, scratch, values, 3, 50, 0.95, IL_RANGE_ERROR);
  const il_interval *headline = il_crossed_headline(&crossed);
  assert_true(crossed.seeds.low == crossed.seeds.high);
  assert_true(headline == &crossed.population && headline->high - headline->low > 1);
  assert_near(headline->low, crossed.episodes.low, 1e-14);
  assert_near(headline->high, crossed.episodes.high, 1e-14);
  for (int s = 0; s < 3; s++)
    for (int e = 0; e < 50; e++) values[s * 50 + e] = 4 + s + (e % 10);
  il_crossed_intervals(&crossed, scratch, values, 3, 50, 0.95, IL_RANGE_DIFFERENCE);
  double seeds = crossed.seeds.high - crossed.mean, episodes = crossed.episodes.high - crossed.mean;
  assert_near(crossed.population.high - crossed.mean, sqrt(seeds * seeds + episodes * episodes), 1e-14);
  il_crossed_method(method, &crossed, IL_RANGE_DIFFERENCE);
  assert_non_null(strstr(method, "new seed and new tasks: student-t over 3 seeds + "));
  il_crossed_intervals(&crossed, scratch, values, 1, 50, 0.95, IL_RANGE_ERROR);
  assert_true(il_crossed_headline(&crossed) == &crossed.episodes && isnan(crossed.seeds.low));
  il_crossed_method(method, &crossed, IL_RANGE_ERROR);
  assert_non_null(strstr(method, "new tasks, training fixed: "));
  il_crossed_intervals(&crossed, scratch, values, 3, 1, 0.95,
                       IL_RANGE_ERROR); /* one episode says nothing about tasks */
  assert_true(isnan(il_crossed_headline(&crossed)->low) && isfinite(crossed.seeds.low));
  il_crossed_method(method, &crossed, IL_RANGE_ERROR);
  assert_string_equal(method, "");
}

static void expect_text(double mean, double low, double high, const il_task_kind *kind, const char *expected) {
  char text[IL_CELL_SIZE];
  const il_interval interval = {mean, low, high, 2};
  il_markdown_interval(text, sizeof text, mean, &interval, &kind->format);
  assert_string_equal(text, expected);
}

static void an_interval_is_never_printed_as_nothing(void **state) {
  (void)state;
  expect_text(0.5, 0.25, 0.75, &il_regression, "0.500 ± 0.250");
  expect_text(0.9990, 0.9951, 1, &il_classification, "99.90 [99.51, 100.00]");
  expect_text(0.5, 0.4999, 0.5001, &il_regression, "0.50000 ± 0.00010");
  expect_text(-0.00000004, -0.0000123, 0.0000122, &il_regression, "0.000000 ± 0.000012");
  expect_text(-0.00002, -0.0006, 0.0006, &il_classification, "0.00 ± 0.06");
  expect_text(0.2, 0.2, 0.2, &il_regression, "0.200 ± 0.000"); /* it is empty */
  expect_text(12345, 11345, 13345, &il_regression, "1.23e+04 ± 1e+03");
  expect_text(3, NAN, NAN, &il_regression, "3.000");
}

/* The quick version of slow_coverage: 3 seeds, 100 episodes, 400 tables (standard error .011). */
static void the_headline_covers_new_seeds_and_new_tasks(void **state) {
  (void)state;
  static const struct {
    coverage_case at;
    double most_of_seeds; /* what the interval over seeds alone covers at most */
  } cases[] = {
      {{.amplitude = 1}, 0.01}, /* the same scores with every seed: train from scratch */
      {{.accuracy = 0.99, .queries = 5, .seed = 0.1, .episode = 0.3, .interaction = 0.3}, 1},
      {{.seed = 0.15, .episode = 1, .interaction = 0.6}, 1},
      {{.accuracy = 0.97, .second = 0.95, .queries = 25, .seed = 0.1, .episode = 0.3, .interaction = 0.2}, 1},
  };
  enum { TABLES = 400, SEEDS = 3, EPISODES = 100 };
  static coverage_table table;
  static double values[SEEDS * EPISODES], scratch[SEEDS + EPISODES];
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    int held = 0, seeds_held = 0, model_held = 0;
    for (int i = 0; i < TABLES; i++) {
      il_crossed crossed;
      coverage_draw(&table, &cases[c].at, 100 + (int)c, i);
      coverage_corner(values, &table, SEEDS, EPISODES);
      il_crossed_intervals(&crossed, scratch, values, SEEDS, EPISODES, 0.95, coverage_range(&cases[c].at));
      held += coverage_holds(il_crossed_headline(&crossed), table.truth);
      seeds_held += coverage_holds(&crossed.seeds, table.truth);
      il_crossed_intervals(&crossed, scratch, values, 1, EPISODES, 0.95, coverage_range(&cases[c].at));
      model_held += coverage_holds(il_crossed_headline(&crossed), table.truth_of_first);
    }
    if (held < 0.92 * TABLES || model_held < 0.91 * TABLES || seeds_held > cases[c].most_of_seeds * TABLES)
      fail_msg("case %zu: headline %d, seeds alone %d, one seed %d of %d", c, held, seeds_held, model_held, TABLES);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(beta_distribution_against_binomial_sums_and_closed_forms),
      cmocka_unit_test(an_interval_does_not_collapse_at_three_perfect_episodes),
      cmocka_unit_test(one_query_an_episode_is_a_proportion),
      cmocka_unit_test(intervals_agree_where_the_papers_hold),
      cmocka_unit_test(a_long_tail_widens_its_own_side),
      cmocka_unit_test(the_headline_holds_both_variances),
      cmocka_unit_test(an_interval_is_never_printed_as_nothing),
      cmocka_unit_test(the_headline_covers_new_seeds_and_new_tasks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
