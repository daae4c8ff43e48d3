/* covers: results */
/* A further kind of task is a row and nothing else: it is trained on, judged by and printed under its own metric. */
#include <math.h>

#include "cli/builtin.h"
#include "harness/runner.h"
#include "results_fixture.h"

extern const il_suite il_suite_sinusoid;

/* Regression by absolute errors: the loss as a graph, |d| = relu(d) + relu(-d), the score in plain loops. */
static il_value absolute_loss(il_graph *graph, il_value prediction, il_value target) {
  il_value difference = il_subtract(graph, prediction, target);
  return il_mean(graph, il_add(graph, il_relu(graph, difference), il_relu(graph, il_scale(graph, difference, -1))));
}

static double absolute_score(const real *prediction, const real *target, int rows, int outputs) {
  double sum = 0;
  for (int i = 0; i < rows * outputs; i++) sum += fabs((double)prediction[i] - (double)target[i]);
  return sum;
}

static const il_task_kind absolute = {.name = "absolute",
                                      .targets = IL_NUMBERS,
                                      .loss = absolute_loss,
                                      .loss_words = "mean absolute error",
                                      .loss_unit = "target",
                                      .metric = "mae",
                                      .unit = "target",
                                      .least = 0,
                                      .most = INFINITY,
                                      .score = absolute_score,
                                      .over_outputs = true,
                                      .column = "absolute_error",
                                      .column_words = "absolute error",
                                      .format = {1, 4},
                                      .caption = "Mean absolute error on the query set",
                                      .heading = "mae"};

static void absolute_info(const void *state, il_suite_info *info) {
  il_suite_sinusoid.info(state, info);
  info->kind = &absolute;
}

static const char waves_yaml[] = "experiment: waves\n"
                                 "suite: waves\n"
                                 "model: {name: mlp, hidden: [8]}\n"
                                 "training: {iterations: 4, meta_batch: 2, shots: 3, queries: 5, validate_every: 2, "
                                 "validation_episodes: 3}\n"
                                 "evaluation: {episodes: 6, steps: 1}\n"
                                 "algorithms: [maml, scratch]\n";

static void run_waves(toy *t, il_session **session, const il_suite *const *suites) {
  il_error error = {0};
  t->arena = il_arena_new();
  t->registry = (il_registry){
      .algorithms = il_builtin_registry.algorithms, .suites = suites, .models = il_builtin_registry.models};
  il_experiment *experiment = NULL;
  il_status status = il_experiment_parse(&experiment, "waves.yaml", waves_yaml, strlen(waves_yaml), NULL, &t->registry,
                                         t->arena, &error);
  if (status == IL_OK) status = il_session_open(session, experiment, 1, NULL, NULL, &error);
  if (status == IL_OK) status = il_runner_prepare(&t->results, *session, &t->registry, "test", t->arena, &error);
  if (status == IL_OK) status = il_runner_run(&t->results, *session, NULL, NULL, NULL, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
  strcpy(t->directory, "/tmp/innerloop-results-XXXXXX");
  assert_non_null(mkdtemp(t->directory));
}

static void a_kind_of_its_own_runs_from_training_to_the_tables(void **state) {
  (void)state;
  il_suite waves = il_suite_sinusoid;
  waves.name = "waves";
  waves.kind = &absolute;
  waves.info = absolute_info;
  const il_suite *const suites[] = {&waves, NULL};
  toy *t = calloc(1, sizeof *t);
  assert_non_null(t);
  il_session *session = NULL;
  run_waves(t, &session, suites);
  for (int r = 0; r < t->results.n_runs; r++)
    for (int e = 0; e < 6; e++) {
      const il_score *score = il_results_score(&t->results, &t->results.runs[r], 0, e, 1);
      double metric = il_results_metric(&t->results, score);
      assert_true(metric > 0 && fabs(metric - score->loss) <= 1e-5 * metric); /* the loss is the metric here */
      assert_true(metric == score->total / (double)score->queries);
    }
  write_results(t);
  expect_contains(read_file(t, "episodes.csv"), "setting,squared_error,status,absolute_error\n");
  expect_contains(read_file(t, "summary.csv"), "\nmaml,3-shot,mae,target,1,1,6,");
  expect_contains(read_file(t, "runs.csv"), ",training_loss,target,");
  expect_contains(read_file(t, "curve.gp"), "set ylabel 'validation mae'");
  expect_contains(read_file(t, "RESULTS.md"), "3-shot: mae\n");
  expect_contains(read_file(t, "RESULTS.md"), "\nMean absolute error on the query set after each number");
  il_session_close(session);
  toy_free(t);
}

static double no_score(const real *prediction, const real *target, int rows, int outputs) {
  (void)prediction, (void)target, (void)rows, (void)outputs;
  return 0;
}

/* Without a lower bound, larger is better, of classes. */
static const il_task_kind likelihood = {.name = "likelihood",
                                        .targets = IL_CLASSES,
                                        .loss = il_cross_entropy,
                                        .loss_unit = "nat",
                                        .metric = "log_likelihood",
                                        .unit = "nat",
                                        .higher_better = true,
                                        .least = -INFINITY,
                                        .most = 0,
                                        .score = no_score,
                                        .column = "log_likelihood_sum",
                                        .column_words = "log-likelihood",
                                        .format = {1, 2},
                                        .caption = "Log-likelihood of the right class",
                                        .heading = "log-likelihood"};

static const char likely_yaml[] = "experiment: likely\n"
                                  "suite: toy\n"
                                  "model: toy\n"
                                  "training: {iterations: 10, shots: 1, queries: 2}\n"
                                  "evaluation: {episodes: 8, steps: 0}\n"
                                  "algorithms: [alpha, beta]\n";

static void values_below_zero_and_larger_is_better(void **state) {
  (void)state;
  toy *t = toy_new(likely_yaml, NULL, &likelihood);
  for (int e = 0; e < 8; e++) {
    *toy_score(t, 0, 0, e, 0) = (il_score){.loss = 1, .total = -20 - e % 2, .queries = 10};
    *toy_score(t, 1, 0, e, 0) = (il_score){.loss = 1, .total = -40 - e % 2, .queries = 10};
  }
  write_results(t);
  expect_contains(read_file(t, "episodes.csv"), ",status,log_likelihood_sum\n");
  expect_contains(read_file(t, "episodes.csv"), "\nalpha,0,1,0,,10,1,1-shot,,ok,-21\n");
  expect_contains(read_file(t, "summary.csv"), "\nalpha,1-shot,log_likelihood,nat,0,1,8,-2.05,-2.0");
  expect_contains(read_file(t, "summary.csv"), "student-t");
  expect_contains(read_file(t, "RESULTS.md"), "| **-2.05 ± 0.04** |");
  assert_null(strstr(read_file(t, "curve.gp"), "logscale y"));
  toy_free(t);
}

/* NaN loses against everything; the direction is the row's. */
static void better_is_the_rows_direction(void **state) {
  (void)state;
  assert_true(il_task_kind_better(&il_classification, 0.5, 0.4) && il_task_kind_better(&il_regression, 0.4, 0.5));
  assert_false(il_task_kind_better(&il_classification, 0.5, 0.5) || il_task_kind_better(&il_regression, 0.5, 0.5));
  assert_true(il_task_kind_better(&il_regression, 9, NAN) && !il_task_kind_better(&il_regression, NAN, 9));
  assert_ptr_equal(il_task_kind_of_metric("mse"), &il_regression);
  assert_ptr_equal(il_task_kind_of_metric("accuracy"), &il_classification);
  assert_null(il_task_kind_of_metric("return"));
}

static void ties_go_to_the_first_class(void **state) {
  (void)state;
  const real prediction[] = {1, 1, 0, 0, 2, 2, 0, 0, 1}, target[] = {1, 0, 0, 0, 0, 1, 0, 0, 1};
  assert_true(il_classification.score(prediction, target, 3, 3) == 2);
  assert_true(il_regression.score(prediction, target, 3, 3) == 1 + 4 + 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_kind_of_its_own_runs_from_training_to_the_tables),
                                     cmocka_unit_test(values_below_zero_and_larger_is_better),
                                     cmocka_unit_test(better_is_the_rows_direction),
                                     cmocka_unit_test(ties_go_to_the_first_class)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
