/* covers: harness */
/* The promises of the training loop: the same bits for any thread count, divergence and interruption
 * reported, zero inner steps equal to no adaptation, episodes shared by all algorithms. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/builtin.h"
#include "cmocka_all.h"
#include "harness/evaluator.h"
#include "harness/runner.h"
#include "harness/trainer.h"

static const char text[] =
    "experiment: training-test\n"
    "suite: {name: sinusoid}\n"
    "model: {name: mlp, hidden: [40, 40]}\n"
    "training: {iterations: 40, meta_batch: 25, shots: 10, queries: 10, validate_every: 20, validation_episodes: 10}\n"
    "evaluation: {episodes: 20, shots: [5, 10], steps: 3}\n"
    "seeds: [0, 1]\n"
    "algorithms:\n"
    "  - {name: maml, inner: {steps: 2}}\n"
    "  - {name: reptile, inner: {steps: 3, batch: 4, optimiser: adam, learning_rate: 0.001, beta1: 0, state: carry}}\n"
    "  - {name: finetune, adapt: {tune: [0.001, 0.01]}}\n"
    "  - {name: oracle}\n"
    "  - {name: scratch}\n";

typedef struct fixture {
  il_arena *arena;
  il_experiment *experiment;
  il_session *session;
} fixture;

static void open_fixture(fixture *f, const char *yaml, int threads) {
  il_error error = {0};
  il_overrides none = {0};
  f->arena = il_arena_new();
  il_status status = il_experiment_parse(&f->experiment, "test.yaml", yaml, strlen(yaml), &none, &il_builtin_registry,
                                         f->arena, &error);
  if (status == IL_OK) status = il_session_open(&f->session, f->experiment, threads, NULL, NULL, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
}

static void close_fixture(fixture *f) {
  il_session_close(f->session);
  il_arena_free(f->arena);
}

/* Runs the experiment and returns its results; runs live in f->arena. */
static void run_all(fixture *f, il_results *results, const volatile sig_atomic_t *interrupt, il_status expected) {
  il_error error = {0};
  assert_int_equal(il_runner_prepare(results, f->session, &il_builtin_registry, "test", f->arena, &error), IL_OK);
  il_status status = il_runner_run(results, f->session, NULL, NULL, interrupt, &error);
  if (status != expected) fail_msg("status %s: %s", il_status_name(status), error.message);
}

static void assert_same_runs(const il_results *a, const il_results *b) {
  for (int r = 0; r < a->n_runs; r++) {
    const il_run *one = &a->runs[r], *other = &b->runs[r];
    assert_string_equal(one->parameters_digest, other->parameters_digest);
    assert_int_equal(one->n_curve, other->n_curve);
    assert_memory_equal(one->curve, other->curve, (size_t)one->n_curve * sizeof *one->curve);
    for (int setting = 0; setting < 2; setting++)
      for (int e = 0; e < 20; e++)
        for (int step = 0; step <= a->experiment->algorithms[one->algorithm].adapt.steps; step++)
          assert_memory_equal(il_results_score(a, one, setting, e, step), il_results_score(b, other, setting, e, step),
                              sizeof(il_score));
  }
  assert_string_equal(a->episode_stream_digest, b->episode_stream_digest);
}

static void test_threads_change_nothing(void **state) {
  (void)state;
  fixture one, three;
  il_results a, b;
  open_fixture(&one, text, 1);
  open_fixture(&three, text, 3);
  run_all(&one, &a, NULL, IL_OK);
  run_all(&three, &b, NULL, IL_OK);
  assert_same_runs(&a, &b);
  close_fixture(&one);
  close_fixture(&three);
}

static void test_kernel_rows_change_nothing(void **state) {
  (void)state;
  fixture best;
  il_results a;
  open_fixture(&best, text, 2);
  run_all(&best, &a, NULL, IL_OK);
  for (const char *const *name = il_kernels_names(); *name; name++) {
    il_error error = {0};
    if (strcmp(*name, "reference") == 0 || !il_kernels_find(*name)) continue;
    fixture other;
    il_results b;
    open_fixture(&other, text, 1);
    il_session_close(other.session);
    assert_int_equal(il_session_open(&other.session, other.experiment, 2, *name, NULL, &error), IL_OK);
    run_all(&other, &b, NULL, IL_OK);
    assert_same_runs(&a, &b);
    close_fixture(&other);
  }
  close_fixture(&best);
}

static void test_divergence_is_a_row_and_others_go_on(void **state) {
  (void)state;
  static const char diverging[] = "experiment: diverging\n"
                                  "suite: {name: sinusoid}\n"
                                  "model: {name: mlp}\n"
                                  "training: {iterations: 300, meta_batch: 4}\n"
                                  "evaluation: {episodes: 5, steps: 1}\n"
                                  "seeds: [0]\n"
                                  "algorithms:\n"
                                  "  - {name: finetune, outer: {optimiser: sgd, learning_rate: 1000}}\n"
                                  "  - {name: maml}\n";
  fixture f;
  il_results results;
  open_fixture(&f, diverging, 2);
  run_all(&f, &results, NULL, IL_NEGATIVE);
  assert_int_equal(results.runs[0].state, IL_RUN_DIVERGED);
  assert_true(results.runs[0].stopped_at > 0 && results.runs[0].stopped_at <= 300);
  assert_int_equal(results.runs[1].state, IL_RUN_DONE);
  close_fixture(&f);
}

/* Training is finite, adaptation with a step size of 1e6 is not: a negative answer that says how many, and no
 * "-nan". */
static void test_an_evaluation_that_is_not_finite_is_a_negative_answer(void **state) {
  (void)state;
  static const char exploding[] = "experiment: exploding\n"
                                  "suite: {name: sinusoid}\n"
                                  "model: {name: mlp}\n"
                                  "training: {iterations: 3, meta_batch: 4}\n"
                                  "evaluation: {episodes: 5, steps: 20}\n"
                                  "seeds: [0]\n"
                                  "algorithms:\n"
                                  "  - {name: maml, adapt: {learning_rate: 1000}}\n"
                                  "  - {name: scratch}\n";
  fixture f;
  il_results results;
  il_error error = {0};
  char *told = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&told, &size);
  assert_non_null(file);
  open_fixture(&f, exploding, 1);
  assert_int_equal(il_runner_prepare(&results, f.session, &il_builtin_registry, "test", f.arena, &error), IL_OK);
  il_progress_options options = {.mode = IL_PROGRESS_PLAIN, .runs = results.n_runs};
  il_progress *progress = il_progress_new(file, &options);
  assert_int_equal(il_runner_run(&results, f.session, NULL, progress, NULL, &error), IL_NEGATIVE);
  il_progress_free(progress);
  fclose(file);
  assert_string_equal(error.message, "the test figures of 1 of 2 runs are not finite");
  assert_int_equal(results.runs[0].state, IL_RUN_DONE);
  assert_int_equal(il_run_nonfinite(&results, &results.runs[0], 0, 0), 0);
  assert_int_equal(il_run_nonfinite(&results, &results.runs[0], 0, 20), 5);
  assert_true(!il_run_is_finite(&results, &results.runs[0]) && il_run_is_finite(&results, &results.runs[1]));
  assert_non_null(strstr(told, "maml seed 0: evaluated: not finite"));
  assert_null(strstr(told, "nan"));
  assert_null(strstr(told, "inf"));
  free(told);
  close_fixture(&f);
}

static void test_interruption_keeps_what_is_finished(void **state) {
  (void)state;
  static const volatile sig_atomic_t now = SIGINT;
  fixture f;
  il_results results;
  open_fixture(&f, text, 2);
  run_all(&f, &results, &now, IL_INTERRUPTED);
  assert_int_equal(results.interrupted, 1);
  for (int r = 0; r < results.n_runs; r++) assert_int_not_equal(results.runs[r].state, IL_RUN_DONE);
  close_fixture(&f);
}

/* Step 0 of every algorithm is its own theta; scratch's theta is the initialisation every algorithm starts from. */
static void test_step_zero_is_the_initialisation(void **state) {
  (void)state;
  fixture f;
  il_trainer *trainer;
  il_evaluator *evaluator;
  il_score scores[20 * 4], again[20];
  open_fixture(&f, text, 2);
  assert_int_equal(il_trainer_new(&trainer, f.session, 4, 1, NULL), IL_OK);
  const il_learner *learner = il_trainer_learner(trainer);
  const il_inner_options *adapt = &f.experiment->algorithms[4].adapt;
  il_inner_options none = *adapt;
  none.steps = 0;
  il_evaluation_request judged = {.theta = il_trainer_parameters(trainer), .split = IL_SPLIT_TEST, .seed = 1};
  il_evaluation_setting judging = il_session_evaluation_setting(f.session, 4, 0);
  assert_int_equal(il_evaluator_new(&evaluator, f.session, learner, adapt, &judging, NULL), IL_OK);
  il_evaluator_run(evaluator, &judged, 20, scores);
  il_evaluator_free(evaluator);
  assert_int_equal(il_evaluator_new(&evaluator, f.session, learner, &none, &judging, NULL), IL_OK);
  il_evaluator_run(evaluator, &judged, 20, again);
  il_evaluator_free(evaluator);
  for (int e = 0; e < 20; e++) {
    assert_memory_equal(&scores[4 * e], &again[e], sizeof again[e]);
    assert_true(scores[4 * e].total != scores[4 * e + 3].total);
  }
  il_trainer_free(trainer);
  close_fixture(&f);
}

/* Runs are numbered, and each evaluation is told of: on a terminal its first episode draws a bar. */
static void test_progress_tells_of_runs_and_evaluations(void **state) {
  (void)state;
  fixture f;
  il_results results;
  il_error error = {0};
  char *told = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&told, &size);
  assert_non_null(file);
  open_fixture(&f, text, 1);
  assert_int_equal(il_runner_prepare(&results, f.session, &il_builtin_registry, "test", f.arena, &error), IL_OK);
  il_progress_options options = {.mode = IL_PROGRESS_TERMINAL, .runs = results.n_runs, .width = 100};
  il_progress *progress = il_progress_new(file, &options);
  assert_int_equal(il_runner_run(&results, f.session, NULL, progress, NULL, &error), IL_OK);
  il_progress_free(progress);
  fclose(file);
  assert_non_null(strstr(told, "[10/10] scratch seed 1: evaluated ("));
  assert_non_null(strstr(told, "[4/10] reptile seed 1 evaluation 2/2   5% ["));
  assert_non_null(strstr(told, "[5/10] finetune seed 0 evaluation 1/2   2% [")); /* of 2 rates on 10 and 20 episodes */
  free(told);
  close_fixture(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads_change_nothing),
                                     cmocka_unit_test(test_kernel_rows_change_nothing),
                                     cmocka_unit_test(test_divergence_is_a_row_and_others_go_on),
                                     cmocka_unit_test(test_an_evaluation_that_is_not_finite_is_a_negative_answer),
                                     cmocka_unit_test(test_interruption_keeps_what_is_finished),
                                     cmocka_unit_test(test_step_zero_is_the_initialisation),
                                     cmocka_unit_test(test_progress_tells_of_runs_and_evaluations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
