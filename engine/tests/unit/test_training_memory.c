/* covers: harness */
/* No allocation in the training and evaluation loops; every allocation on the way to them failing once. */
#include "counted_malloc.h"

#if !IL_COUNTED_MALLOC

int main(void) {
  return 77;
}

#else

#include <openssl/err.h>

#include "cli/builtin.h"
#include "harness/evaluator.h"
#include "harness/runner.h"
#include "harness/trainer.h"

static const char images[] = "experiment: memory-test\n"
                             "suite: {name: glyphs, size: 10, classes: [6, 0, 0]}\n"
                             "model: {name: conv4, filters: 4, blocks: 2}\n"
                             "training: {iterations: 40}\n"
                             "evaluation: {episodes: 8, steps: 3}\n"
                             "seeds: [0]\n"
                             "algorithms: [{name: transfer, adapt: {steps: 10}}]\n";

static const char text[] =
    "experiment: memory-test\n"
    "suite: {name: sinusoid}\n"
    "model: {name: mlp, hidden: [40, 40]}\n"
    "training: {iterations: 40, meta_batch: 25, shots: 10, queries: 10}\n"
    "evaluation: {episodes: 8, steps: 3}\n"
    "seeds: [0]\n"
    "algorithms:\n"
    "  - {name: maml, inner: {steps: 2}}\n"
    "  - {name: reptile, inner: {steps: 3, batch: 4, optimiser: adam, learning_rate: 0.001, state: carry}}\n"
    "  - {name: oracle}\n";

static il_status parse(il_experiment **experiment, const char *yaml, il_arena *arena, il_error *error) {
  il_overrides none = {0};
  return il_experiment_parse(experiment, "test.yaml", yaml, strlen(yaml), &none, &il_builtin_registry, arena, error);
}

/* Trains and evaluates a little; with `count`, writes the allocations made inside the loops. */
static il_status life(const char *yaml, int algorithm, int *count, il_error *error) {
  il_status status = IL_OK;
  il_session *session = NULL;
  il_trainer *trainer = NULL;
  il_evaluator *evaluator = NULL;
  il_score scores[8 * 11];
  il_experiment *experiment;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "an arena", 0);
  IL_TRY(parse(&experiment, yaml, arena, error));
  IL_TRY(il_session_open(&session, experiment, 2, NULL, NULL, error));
  IL_TRY(il_trainer_new(&trainer, session, algorithm, 0, error));
  const il_evaluation_setting judging = il_session_evaluation_setting(session, algorithm, 0);
  IL_TRY(il_evaluator_new(&evaluator, session, il_trainer_learner(trainer), &experiment->algorithms[algorithm].adapt,
                          &judging, error));
  il_evaluation_request judged = {
      .theta = il_trainer_parameters(trainer), .state = il_trainer_state(trainer), .split = IL_SPLIT_TEST, .seed = 1};
  il_trainer_iterate(trainer);
  int before = atomic_load(&calls);
  for (int i = 0; i < 30; i++) il_trainer_iterate(trainer);
  judged.theta = il_trainer_parameters(trainer);
  il_evaluator_run(evaluator, &judged, 8, scores);
  if (count) *count = atomic_load(&calls) - before;
done:
  il_evaluator_free(evaluator);
  il_trainer_free(trainer);
  il_session_close(session);
  il_arena_free(arena);
  ERR_clear_error();
  return status;
}

static void test_no_allocation_in_the_loops(void **state) {
  (void)state;
  for (int algorithm = 0; algorithm < 4; algorithm++) {
    int count = -1;
    atomic_store(&calls, 0);
    atomic_store(&watching, true);
    il_status status = algorithm < 3 ? life(text, algorithm, &count, NULL) : life(images, 0, &count, NULL);
    atomic_store(&watching, false);
    assert_int_equal(status, IL_OK);
    assert_true(atomic_load(&calls) > 0);
    assert_int_equal(count, 0);
  }
}

static il_status maml(il_error *error) {
  return life(text, 0, NULL, error);
}

static il_status oracle(il_error *error) {
  return life(text, 2, NULL, error);
}

static il_status transfer(il_error *error) {
  return life(images, 0, NULL, error);
}

static void test_every_allocation_failing_once(void **state) {
  (void)state;
  fail_everywhere(maml, true);
  fail_everywhere(oracle, true);
  fail_everywhere(transfer, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_allocation_in_the_loops),
                                     cmocka_unit_test(test_every_allocation_failing_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
