/* covers: harness */
/* Transfer learning from end to end on glyphs: threads, kernel rows and resuming change no bit; it learns; what does
 * not fit is refused in one line. Its numbers are checked in test_golden_transfer. */
#include "cmocka_all.h"

#include <string.h>

#include "cli/builtin.h"
#include "harness/runner.h"
#include "harness/trainer.h"

static const char text[] =
    "experiment: transfer-test\n"
    "suite: {name: glyphs, size: 14, classes: [80, 6, 8]}\n"
    "model: {name: conv4, filters: 8, blocks: 2, downsample: max_pool, affine: gamma_beta, head: flatten,\n"
    "  head_initialiser: fan_in_uniform}\n"
    "training: {iterations: 250, validate_every: 125, validation_episodes: 8}\n"
    "evaluation: {episodes: 20, shots: [1, 3], queries: 3, steps: 2}\n"
    "seeds: [0]\n"
    "algorithms:\n"
    "  - {name: transfer, adapt: {steps: 30, learning_rate: 0.1}}\n"
    "  - {name: transfer, label: whole, backbone: adapted, batch: 5, training: {iterations: 20}, adapt: {steps: 3}}\n"
    "  - {name: transfer, label: tasks, training: {iterations: 10, meta_batch: 3}, adapt: {steps: 2}}\n"
    "  - {name: nearest}\n";

typedef struct fixture {
  il_arena *arena;
  il_experiment *experiment;
  il_session *session;
  il_results results;
} fixture;

static void open_fixture(fixture *f, const char *yaml, int threads, const char *kernels) {
  il_error error = {0};
  il_overrides none = {0};
  f->arena = il_arena_new();
  il_status status = il_experiment_parse(&f->experiment, "test.yaml", yaml, strlen(yaml), &none, &il_builtin_registry,
                                         f->arena, &error);
  if (status == IL_OK) status = il_session_open(&f->session, f->experiment, threads, kernels, NULL, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
}

static void run_fixture(fixture *f) {
  il_error error = {0};
  assert_int_equal(il_runner_prepare(&f->results, f->session, &il_builtin_registry, "test", f->arena, &error), IL_OK);
  if (il_runner_run(&f->results, f->session, NULL, NULL, NULL, &error) != IL_OK) fail_msg("%s", error.message);
}

static void close_fixture(fixture *f) {
  il_session_close(f->session);
  il_arena_free(f->arena);
}

static void assert_same(const fixture *a, const fixture *b) {
  for (int r = 0; r < a->results.n_runs; r++) {
    const il_run *one = &a->results.runs[r], *other = &b->results.runs[r];
    assert_string_equal(one->parameters_digest, other->parameters_digest);
    for (int setting = 0; setting < 2; setting++)
      for (int e = 0; e < 20; e++)
        for (int step = 0; step <= a->experiment->algorithms[r].adapt.steps; step++)
          assert_memory_equal(il_results_score(&a->results, one, setting, e, step),
                              il_results_score(&b->results, other, setting, e, step), sizeof(il_score));
  }
}

static double accuracy(const fixture *f, int run, int setting, int step) {
  double sum = 0;
  for (int e = 0; e < 20; e++)
    sum += il_results_metric(&f->results, il_results_score(&f->results, &f->results.runs[run], setting, e, step));
  return sum / 20;
}

static void test_threads_and_kernel_rows_change_nothing(void **state) {
  (void)state;
  fixture first;
  open_fixture(&first, text, 1, NULL);
  run_fixture(&first);
  for (const char *const *name = il_kernels_names(); *name; name++) {
    fixture other;
    if (strcmp(*name, "reference") == 0 || !il_kernels_find(*name)) continue;
    open_fixture(&other, text, 3, *name);
    run_fixture(&other);
    assert_same(&first, &other);
    close_fixture(&other);
  }
  assert_true(accuracy(&first, 0, 0, 0) < 0.4); /* the new head knows nothing: chance is 0.2 */
  assert_true(accuracy(&first, 0, 0, 30) > 0.45);
  assert_true(accuracy(&first, 0, 1, 30) > 0.6);
  close_fixture(&first);
}

/* Whatever evaluation is asked for, a row's prediction is its own: the two ways to judge agree to the bit. */
static void test_judging_alone_is_judging_together(void **state) {
  (void)state;
  fixture together, alone;
  char yaml[sizeof text + 64];
  const char *at = strstr(text, "queries: 3");
  snprintf(yaml, sizeof yaml, "%.*stransductive: false, %s", (int)(at - text), text, at);
  open_fixture(&together, text, 2, NULL);
  open_fixture(&alone, yaml, 2, NULL);
  run_fixture(&together);
  run_fixture(&alone);
  assert_same(&together, &alone);
  close_fixture(&together);
  close_fixture(&alone);
}

/* A trainer that goes on from copied vectors, running statistics among them, ends where an uninterrupted one does. */
static void test_resuming_changes_nothing(void **state) {
  (void)state;
  fixture f;
  il_trainer *whole, *part;
  open_fixture(&f, text, 2, NULL);
  assert_int_equal(il_trainer_new(&whole, f.session, 0, 1, NULL), IL_OK);
  assert_int_equal(il_trainer_new(&part, f.session, 0, 1, NULL), IL_OK);
  for (int i = 0; i < 5; i++) il_trainer_iterate(whole);
  il_trainer_vectors from = il_trainer_expose(whole), to = il_trainer_expose(part);
  const size_t size = il_trainer_learner(whole)->parameters.size, carried = il_trainer_learner(whole)->carried.size;
  assert_int_equal(carried, 4 * 8);
  assert_int_equal(from.inner_size, carried);
  memcpy(to.parameters, from.parameters, size * sizeof(real));
  memcpy(to.outer, from.outer, from.outer_size * sizeof(real));
  memcpy(to.inner, from.inner, from.inner_size * sizeof(real));
  il_trainer_continue(part, 5);
  for (int i = 0; i < 5; i++) il_trainer_iterate(whole), il_trainer_iterate(part);
  assert_memory_equal(il_trainer_parameters(whole), il_trainer_parameters(part), size * sizeof(real));
  assert_memory_equal(il_trainer_state(whole), il_trainer_state(part), carried * sizeof(real));
  for (size_t i = 0; i < carried; i++) assert_true(il_trainer_state(whole)[i] != (i / 8 % 2 ? 1 : 0));
  il_trainer_free(whole);
  il_trainer_free(part);
  close_fixture(&f);
}

static void expect_refusal(const char *yaml, const char *message) {
  fixture f;
  il_error error = {0};
  open_fixture(&f, yaml, 1, NULL);
  assert_int_equal(il_runner_prepare(&f.results, f.session, &il_builtin_registry, "test", f.arena, &error), IL_INVALID);
  if (!strstr(error.message, message)) fail_msg("%s", error.message);
  close_fixture(&f);
}

static void test_what_does_not_fit_is_refused(void **state) {
  (void)state;
  expect_refusal("experiment: e\nsuite: {name: glyphs}\nmodel: {name: conv4}\ntraining: {iterations: 1}\n"
                 "evaluation: {episodes: 1}\nalgorithms: [{name: transfer}]\n",
                 "fixed number");
  expect_refusal("experiment: e\nsuite: {name: sinusoid}\nmodel: {name: mlp}\ntraining: {iterations: 1}\n"
                 "evaluation: {episodes: 1}\nalgorithms: [{name: transfer}]\n",
                 "classification");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads_and_kernel_rows_change_nothing),
                                     cmocka_unit_test(test_judging_alone_is_judging_together),
                                     cmocka_unit_test(test_resuming_changes_nothing),
                                     cmocka_unit_test(test_what_does_not_fit_is_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
