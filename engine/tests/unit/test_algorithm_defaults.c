/* covers: experiment */
/* Defaults belong to an algorithm and the kind of its tasks; an algorithm that is none for a kind, or learns nothing
 * with these steps, is refused with its place when the experiment is read. */
#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"

#include "algorithms/optimiser.h"
#include "cli/builtin.h"
#include "experiment/config.h"
#include "optimiser_rule.h"

static il_status parse(il_experiment **experiment, const char *suite, const char *entry, il_arena *arena,
                       il_error *error) {
  char text[1024];
  int size = snprintf(text, sizeof text,
                      "experiment: kinds\n"
                      "suite: {name: %s}\n"
                      "model: {name: linear}\n"
                      "training: {iterations: 1}\n"
                      "evaluation: {episodes: 2, steps: 2}\n"
                      "algorithms:\n"
                      "  - %s\n",
                      suite, entry);
  return il_experiment_parse(experiment, "e.yaml", text, (size_t)size, NULL, &il_builtin_registry, arena, error);
}

static il_algorithm_config read(const char *suite, const char *entry, il_arena *arena) {
  il_experiment *experiment;
  il_error error = {0};
  if (parse(&experiment, suite, entry, arena, &error) != IL_OK) fail_msg("%s", error.message);
  return experiment->algorithms[0];
}

static void expect_refusal(const char *suite, const char *entry, const char *text, il_arena *arena) {
  il_experiment *experiment;
  il_error error = {0};
  assert_int_equal(parse(&experiment, suite, entry, arena, &error), IL_INVALID);
  if (!strstr(error.message, text)) fail_msg("%s", error.message);
}

static int is_adam(const il_optimiser_options *rule) {
  return strcmp(il_optimiser_names[rule->optimiser], "adam") == 0;
}

static void test_by_kind(void **state) {
  il_algorithm_config maml = read("glyphs", "maml", *state), wave = read("sinusoid", "maml", *state);
  assert_true(maml.inner.rule.learning_rate == 0.4 && maml.inner.loss_scale == IL_LOSS_PER_CLASS_SUM);
  assert_true(maml.adapt.rule.learning_rate == 0.4 && maml.adapt.loss_scale == IL_LOSS_PER_CLASS_SUM);
  assert_int_equal(maml.training.meta_batch, 32);
  assert_true(wave.inner.rule.learning_rate == 0.01 && wave.inner.loss_scale == IL_LOSS_MEAN);
  assert_int_equal(wave.training.meta_batch, 25);
  il_algorithm_config reptile = read("omniglot", "reptile", *state), points = read("linear", "reptile", *state);
  assert_true(is_adam(&reptile.inner.rule) && rule_value(&reptile.inner.rule, "beta1") == 0);
  assert_true(reptile.inner.rule.learning_rate == 0.001 && reptile.inner.loss_scale == IL_LOSS_SUM);
  assert_true(reptile.inner.state == IL_STATE_CARRY && reptile.inner.batch == 10 && reptile.inner.steps == 5);
  assert_true(reptile.adapt.steps == 50 && reptile.adapt.batch == 5 && is_adam(&reptile.adapt.rule));
  assert_true(!is_adam(&points.inner.rule) && points.inner.rule.learning_rate == 0.02 && points.adapt.steps == 2);
}

/* What an experiment says wins over a default of its kind. */
static void test_the_entry_wins(void **state) {
  il_algorithm_config maml =
      read("glyphs", "{name: maml, inner: {learning_rate: 2, loss_scale: mean}, training: {meta_batch: 3}}", *state);
  assert_true(maml.inner.rule.learning_rate == 2 && maml.inner.loss_scale == IL_LOSS_MEAN);
  assert_int_equal(maml.training.meta_batch, 3);
}

static void test_refusals(void **state) {
  expect_refusal("glyphs", "finetune", "e.yaml:7:5: algorithm `finetune` on suite `glyphs`, classification: ", *state);
  expect_refusal("omniglot", "{name: finetune}", "expected `transfer`", *state);
  expect_refusal("sinusoid", "{name: nearest}",
                 "e.yaml:7:12: algorithm `nearest` on suite `sinusoid`, regression: ", *state);
  expect_refusal("linear", "{name: reptile, inner: {steps: 0}}",
                 "e.yaml:7:36: `steps` is 0, with which algorithm `reptile` learns nothing; expected at least 1",
                 *state);
  (void)read("sinusoid", "finetune", *state);
  (void)read("linear", "{name: maml, inner: {steps: 0}}", *state);
}

static int open_arena(void **state) {
  *state = il_arena_new();
  return *state ? 0 : -1;
}

static int close_arena(void **state) {
  il_arena_free(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_by_kind, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(test_the_entry_wins, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(test_refusals, open_arena, close_arena),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
