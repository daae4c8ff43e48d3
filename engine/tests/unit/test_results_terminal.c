/* covers: results */
/* The table a terminal shows: every width, each algorithm at its own step, the figures of RESULTS.md, escapes only when
 * asked. */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/result_writers.h"
#include "results_fixture.h"

static const char yaml[] = "experiment: toy\nsuite: toy\nmodel: toy\ntraining: {iterations: 1}\n"
                           "evaluation: {episodes: 4, steps: 3, shots: [5, 10]}\nseeds: [0, 1]\nalgorithms:\n"
                           "  - {name: alpha, label: a-label-that-is-longer-than-most}\n"
                           "  - {name: beta, adapt: {steps: 7}}\n  - {name: gamma, adapt: {report_step: 1}}\n";

/* alpha is 2, beta 1 and gamma 3, all after the last step; 10 more for each step before it; some noise. */
static void fill(toy *t) {
  for (int r = 0; r < t->results.n_runs; r++) {
    static const double level[] = {2, 1, 3};
    int algorithm = t->results.runs[r].algorithm, steps = t->results.experiment->algorithms[algorithm].adapt.steps;
    for (int setting = 0; setting < il_results_settings(&t->results); setting++)
      for (int e = 0; e < 4; e++)
        for (int step = 0; step <= steps; step++)
          *toy_score(t, r, setting, e, step) = (il_score){
              .loss = 1, .queries = 1, .total = level[algorithm] + 10 * (steps - step) + 0.01 * e + 0.001 * r};
  }
}

/* The table; release with free. */
static char *table(toy *t, int columns, bool colour) {
  char *text = NULL;
  size_t size;
  il_error error = {0};
  il_results_shown shown = {.file = open_memstream(&text, &size), .columns = columns, .colour = colour};
  assert_non_null(shown.file);
  il_status status = il_results_write(&t->results, t->directory, &shown, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
  assert_int_equal(fclose(shown.file), 0);
  return text;
}

static void every_width_is_kept(void **state) {
  (void)state;
  toy *t = toy_new(yaml, NULL, &il_regression);
  fill(t);
  for (int columns = 1; columns <= 200; columns += columns < 30 ? 7 : 10) {
    char *text = table(t, columns, false);
    int width = 0, most = columns > 24 ? columns : 24;
    for (const char *at = text; *at; at++) {
      width = *at == '\n' ? 0 : width + ((*at & 0xC0) != 0x80);
      if (width > most) fail_msg("%d columns at width %d:\n%s", width, columns, text);
    }
    free(text);
  }
  toy_free(t);
}

static void each_algorithm_stands_at_its_own_step_with_the_figure_of_the_file(void **state) {
  (void)state;
  toy *t = toy_new(yaml, NULL, &il_regression);
  fill(t);
  char *text = table(t, 100, false);
  assert_null(strchr(text, '\033'));
  expect_contains(text, "5-shot, mse; 95 % interval for a new seed and new tasks; * best\n");
  expect_contains(text, "\n10-shot, mse;");
  static const char *const steps[] = {"  a-label-that-is-longer-than-most  step 3  ",
                                      "  beta                      step 7    * ",
                                      "  gamma                     step 1  "};
  const char *file = read_file(t, "RESULTS.md");
  for (int i = 0; i < 3; i++) {
    expect_contains(text, steps[i]);
    char figure[64];
    snprintf(figure, sizeof figure, "%s", strstr(text, steps[i]) + strlen(steps[i]));
    figure[strcspn(figure, "\n")] = '\0';
    expect_contains(file, figure + strspn(figure, " "));
  }
  free(text);
  toy_free(t);
}

static void colour_only_when_asked(void **state) {
  (void)state;
  toy *t = toy_new(yaml, NULL, &il_regression);
  fill(t);
  char *text = table(t, 80, true), *bold = strstr(text, "\033[1m* ");
  assert_non_null(bold);
  assert_non_null(strstr(bold, "\033[0m"));
  assert_null(strstr(strstr(text, "gamma"), "\033[1m* 23"));
  free(text);
  toy_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_width_is_kept),
      cmocka_unit_test(each_algorithm_stands_at_its_own_step_with_the_figure_of_the_file),
      cmocka_unit_test(colour_only_when_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
