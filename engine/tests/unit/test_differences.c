/* covers: results */
/* Which figures are compared with each other, and how many pairs of them are shown. */
#include "results_fixture.h"

/* alpha takes one step and is at 0.9 after it; beta takes five: 0.5, 0.6, ... after one, 0.95 at last; gamma reports
 * step 2 of 5. */
static toy *unequal_steps(const char *more) {
  char yaml[1024];
  snprintf(yaml, sizeof yaml,
           "experiment: toy\nsuite: toy\nmodel: toy\ntraining: {iterations: 10, shots: 1, queries: 2}\n"
           "evaluation: {episodes: 30, steps: 5%s}\nseeds: [3]\n"
           "algorithms: [{name: alpha, adapt: {steps: 1}}, beta, {name: gamma, adapt: {report_step: 2}}]\n",
           more);
  toy *t = toy_new(yaml, NULL, &il_classification);
  static const int right[3][6] = {{4, 18}, {4, 10, 12, 14, 16, 19}, {4, 6, 8, 20, 20, 20}};
  for (int a = 0; a < 3; a++)
    for (int e = 0; e < 30; e++)
      for (int step = 0; step <= (a == 0 ? 1 : 5); step++)
        *toy_score(t, a, 0, e, step) = (il_score){.loss = 1, .total = right[a][step] - (e % 3 == a), .queries = 20};
  return t;
}

static int lines_of(const char *text) {
  int count = 0;
  for (; *text; text++) count += *text == '\n';
  return count;
}

static void algorithms_are_compared_each_at_its_own_reported_step(void **state) {
  (void)state;
  toy *t = unequal_steps("");
  write_results(t);
  const char *differences = read_file(t, "differences.csv");
  assert_int_equal(lines_of(differences), 4);
  expect_contains(differences, "\nalpha,beta,5-way 1-shot,accuracy,,1,30,-0.05,");
  expect_contains(differences, ",1,5,100000 random sign flips over 30 episodes\n");
  expect_contains(differences, "\nalpha,gamma,5-way 1-shot,accuracy,,1,30,0.5,");
  expect_contains(differences, "\nbeta,gamma,5-way 1-shot,accuracy,,1,30,0.55,");
  const char *text = read_file(t, "RESULTS.md");
  expect_contains(text, "| alpha (1) - beta (5) | 5-way 1-shot | -5.00 ");
  expect_contains(text, "| alpha (1) - gamma (2) | 5-way 1-shot | 50.00 ");
  expect_contains(text, "100000 random sign flips");
  expect_contains(text, "Reported step (adapt.report_step): alpha 1, beta 5, gamma 2.");
  expect_contains(text, "1 seed, 30 test episodes");
  const char *bold =
      strstr(text, "**"); /* beta's last step, and nothing else: not gamma's 100 % that it does not report */
  assert_non_null(bold);
  assert_true(strncmp(bold, "**93.33", 7) == 0 && strstr(strstr(bold + 2, "**") + 2, "**") == NULL);
  toy_free(t);
}

static void further_pairs_only_on_request_and_in_the_family(void **state) {
  (void)state;
  toy *t = unequal_steps(", compare_steps: [1, 2]");
  write_results(t);
  const char *differences = read_file(t, "differences.csv");
  assert_int_equal(lines_of(differences), 1 + 3 + 3 + 1);
  expect_contains(differences, "\nalpha,beta,5-way 1-shot,accuracy,1,1,30,0.4,");
  expect_contains(differences, "\nbeta,gamma,5-way 1-shot,accuracy,2,1,30,0.2,");
  expect_contains(read_file(t, "RESULTS.md"), "Holm over the 7 rows shown");
  toy_free(t);
}

/* 8 algorithms under one evaluator: 28 pairs. */
static void many_pairs_are_a_triangle(void **state) {
  (void)state;
  toy *t = toy_new(
      "experiment: toy\nsuite: toy\nmodel: toy\ntraining: {iterations: 10, shots: 1, queries: 2}\n"
      "evaluation: {episodes: 30, steps: 1}\nseeds: [3]\n"
      "algorithms: [alpha, beta, gamma, {name: alpha, label: d}, {name: alpha, label: e}, {name: alpha, label: f},"
      " {name: alpha, label: g}, {name: alpha, label: h}]\n",
      NULL, &il_classification);
  for (int a = 0; a < 8; a++)
    for (int e = 0; e < 30; e++)
      for (int step = 0; step < 2; step++)
        *toy_score(t, a, 0, e, step) = (il_score){.loss = 1, .total = 10 + a - (e % 3 == a % 3), .queries = 20};
  write_results(t);
  const char *text = read_file(t, "RESULTS.md");
  expect_contains(text, "| 5-way 1-shot | beta (1) | gamma (1) | d (1) | e (1) | f (1) | g (1) | h (1) |\n");
  expect_contains(text, "| h (1)");
  expect_contains(text, "\n| g (1) | | | | | | | -5.00 ");
  expect_contains(text, " \\* |");
  assert_null(strstr(text, "P(first better) |"));
  assert_int_equal(lines_of(read_file(t, "differences.csv")), 29);
  toy_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(algorithms_are_compared_each_at_its_own_reported_step),
      cmocka_unit_test(further_pairs_only_on_request_and_in_the_family),
      cmocka_unit_test(many_pairs_are_a_triangle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
