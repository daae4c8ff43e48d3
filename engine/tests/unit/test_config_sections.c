/* covers: experiment */
/* Sections of algorithms, evaluators, and what a checkpoint must agree with. */
#include "config_fixture.h"

/* An algorithm's own sections change what it trains on, evaluators what everybody is judged_text on; only what is
 * presentation follows the algorithm into the evaluators' tasks. */
static void sections_of_algorithms_and_evaluators(void **state) {
  static const struct {
    int algorithm, evaluator;
    const char *path, *value;
  } cases[] = {
      {0, 0, "suite.amplitude", "[1, 2]"},
      {1, 0, "suite.amplitude", "[5, 6]"},
      {1, 0, "judged.amplitude", "[1, 2]"},
      {1, 2, "judged.amplitude", "[3, 4]"},
      {0, 2, "judged.upside_down", "false"},
      {1, 2, "judged.upside_down", "true"},
      {1, 0, "judged.upside_down", "true"},
      {0, 0, "model.hidden", "[4]"},
      {1, 0, "model.hidden", "[8]"},
      {1, 0, "model.scale", "0.01"},
      {2, 0, "model.hidden", "[4]"},
      {2, 0, "model.scale", "0.5"},
      {0, 0, "evaluation.transductive", "true"},
      {0, 1, "evaluation.transductive", "false"},
      {0, 1, "evaluation.queries", "2"},
      {0, 2, "evaluation.queries", "training"},
      {0, 1, "evaluation.steps", "4"},
  };
  char text[128];
  const il_experiment *experiment = parse(state, judged_text);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(
        il_experiment_value(experiment, cases[i].algorithm, cases[i].evaluator, cases[i].path, text, sizeof text), 0);
    assert_string_equal(text, cases[i].value);
  }
  assert_int_equal(il_experiment_value(experiment, 0, 3, "inner.steps", text, sizeof text), -1);
  static const il_setting settings[] = {{0, 1, 2}, {0, 5, 2}, {1, 9, 2}, {2, 1, 3}, {2, 5, 3}};
  assert_int_equal(il_experiment_settings(experiment), 5);
  for (int i = 0; i < 5; i++) {
    il_setting setting = il_experiment_setting(experiment, i);
    assert_memory_equal(&setting, &settings[i], sizeof setting);
  }
}

static const char *training_digest(void **state, const il_experiment *experiment, int algorithm) {
  char *digest = il_arena_get(*state, 1, IL_DIGEST_TEXT);
  assert_non_null(digest);
  assert_int_equal(il_experiment_training_digest(digest, experiment, algorithm, NULL), IL_OK);
  return digest;
}

/* A checkpoint stays good while its own training stays what it is. */
static void training_digests(void **state) {
  static const struct {
    const char *set;
    bool same;
  } cases[] = {{"evaluation.episodes=7", true},
               {"evaluation.steps=4", true},
               {"algorithms.learner.inner.steps=5", true},
               {"evaluators.wide.queries=4", true},
               {"seeds=[5]", true},
               {"description=other", true},
               {"algorithms.mover.adapt.report_step=0", true},
               {"evaluation.compare_steps=[0]", true},
               {"evaluation.parameters=best", true},
               {"training.patience=3", false},
               {"algorithms.mover.label=renamed", true},
               {"algorithms.mover.outer.schedule=linear", true}, /* the default of an option that came later */
               {"algorithms.mover.outer.clip=none", true},
               {"algorithms.mover.outer.schedule=cosine", false},
               {"algorithms.mover.outer.clip=10", false},
               {"algorithms.mover.inner.steps=5", false},
               {"algorithms.mover.suite.amplitude=[5, 5.5]", false},
               {"algorithms.mover.model.hidden=[9]", false},
               {"evaluation.queries=3", false},
               {"evaluation.seed=3", false},
               {"suite.amplitude=[1, 1.5]", false},
               {"training.iterations=50", false},
               {"kernels=host", false}};
  const char *before = training_digest(state, parse(state, judged_text), 1);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const il_overrides overrides = {.n_set = 1, .set = &cases[i].set};
    il_error error;
    const il_experiment *experiment = parse_with(state, judged_text, &overrides, &error);
    if (!experiment) fail_msg("%s", error.message);
    bool same = strcmp(before, training_digest(state, experiment, 1)) == 0;
    if (same != cases[i].same) fail_msg("%s: the digest is %s", cases[i].set, same ? "the same" : "another");
  }
}

/* Defaults are written down with the rest: one that changes makes another training, and what differs has a name. */
static void training_texts_hold_every_value(void **state) {
  static const char *const lines[] = {"algorithm:\n  name: learner\n  first_order: false\n",
                                      "\n  iterations: ",
                                      "\nouter:\n  optimiser: ",
                                      "\n  final_learning_rate: ",
                                      "\nvalidation:\n",
                                      "\nvalidated_on:\n  amplitude: [1, 2]\n  upside_down: false\n",
                                      "\n  kernels: pinned\n"};
  const char *text;
  char words[200];
  assert_int_equal(il_experiment_training_text(&text, parse(state, judged_text), 0, *state, NULL), IL_OK);
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
    if (!strstr(text, lines[i])) fail_msg("%s is not in %s", lines[i], text);
  assert_null(strstr(text, "schedule:")); /* came later, has its default */
  il_experiment_training_difference(words, sizeof words, "a:\n  x: 1\nb:\n  x: 1\n", "a:\n  x: 1\nb:\n  x: 2\n");
  assert_string_equal(words, "`b.x` is 1 here and 2 in the checkpoint");
  il_experiment_training_difference(words, sizeof words, "a:\n  x: 1\n  y: 2\n", "a:\n  x: 1\n");
  assert_string_equal(words, "`a.y` is 2 here and does not exist in the checkpoint");
  il_experiment_training_difference(words, sizeof words, "a:\n  x: 1\n", "a:\n  x: 1\n  y: 2\n");
  assert_string_equal(words, "`a.y` is 2 in the checkpoint and does not exist here");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sections_of_algorithms_and_evaluators),
      cmocka_unit_test(training_digests),
      cmocka_unit_test(training_texts_hold_every_value),
  };
  return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
