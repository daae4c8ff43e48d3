/* covers: experiment */
/* Experiments: precedence of defaults, overrides, filters, the printed form as a fixed point, on stub tables. */
#include "config_fixture.h"

#include "algorithms/schedule.h"
#include "optimiser_rule.h"

static void built_in_values(void **state) {
  const il_experiment *experiment = parse(state, base_text);
  assert_string_equal(experiment->name, "test-1");
  assert_string_equal(experiment->description, "");
  assert_string_equal(experiment->kernels, "");
  assert_ptr_equal(experiment->suite, &wave);
  assert_true(((const net_options *)experiment->model_options)->scale == 0.01);
  assert_int_equal(experiment->n_seeds, 1);
  assert_int_equal(experiment->seeds[0], 0);
  const il_evaluation *evaluation = &experiment->evaluation;
  assert_int_equal(evaluation->episodes, 600);
  assert_int_equal(evaluation->seed, 1);
  assert_int_equal(evaluation->shots.count, 0);
  assert_int_equal(evaluation->queries, -1);
  assert_true(evaluation->level == 0.95);
  const il_algorithm_config *config = &experiment->algorithms[0];
  assert_string_equal(config->label, "learner");
  assert_int_equal(config->training.iterations, 100);
  assert_int_equal(config->training.meta_batch, 25);
  assert_int_equal(config->training.queries, -1);
  assert_int_equal(config->training.validate_every, -1);
  assert_int_equal(il_training_interval(&config->training), 5); /* a twentieth of 100 */
  assert_int_equal(config->training.validation_episodes, 100);
  assert_int_equal(config->training.validation_steps, -1);
  assert_string_equal(il_optimiser_names[config->inner.rule.optimiser], "sgd");
  assert_true(config->inner.rule.learning_rate == 0.01);
  assert_int_equal(config->inner.steps, 1);
  assert_int_equal(config->inner.batch, 0);
  assert_int_equal(config->inner.state, IL_STATE_RESET);
  assert_string_equal(il_optimiser_names[config->outer.rule.optimiser], "adam");
  assert_true(config->outer.rule.learning_rate == 0.001);
  assert_true(config->outer.final_learning_rate == 0.001);
  assert_true(rule_value(&config->outer.rule, "beta1") == 0.9 && rule_value(&config->outer.rule, "beta2") == 0.999);
  assert_true(rule_value(&config->outer.rule, "epsilon") == 1e-8);
}

/* tables < algorithm < the experiment's training < the entry's own sections; adapt starts as inner. */
static void precedence(void **state) {
  const il_experiment *experiment = parse(state, base_text);
  const il_algorithm_config *slow = &experiment->algorithms[1];
  assert_string_equal(slow->label, "slow");
  assert_int_equal(slow->training.meta_batch, 2);
  assert_int_equal(slow->training.shots, 9);
  assert_int_equal(slow->training.validation_episodes, 100);
  assert_string_equal(il_optimiser_names[slow->outer.rule.optimiser], "sgd");
  assert_true(slow->outer.rule.learning_rate == 0.5);
  assert_true(slow->outer.final_learning_rate == 0);
  assert_int_equal(slow->inner.steps, 3);
  assert_true(slow->inner.rule.learning_rate == 0.3);
  assert_true(rule_value(&slow->inner.rule, "momentum") == 0);
  assert_int_equal(slow->adapt.steps, 4);
  assert_true(slow->adapt.rule.learning_rate == 0.3);
  assert_true(rule_value(&slow->adapt.rule, "momentum") == 0.5);
  assert_int_equal(slow->adapt.batch, 6);
  assert_int_equal(experiment->algorithms[0].training.shots, 9);
  assert_int_equal(experiment->algorithms[2].training.iterations, 0);
  const il_overrides overrides = {
      .n_set = 1, .set = (const char *const[]){"algorithms.slow.adapt={steps: 2, batch: 1, momentum: 0, tune: [0.1]}"}};
  il_error error;
  experiment = parse_with(state, base_text, &overrides, &error);
  assert_non_null(experiment);
  slow = &experiment->algorithms[1];
  assert_int_equal(slow->adapt.steps, 2);
  assert_int_equal(slow->adapt.batch, 1);
  assert_int_equal(slow->inner.batch, 6);
  assert_true(rule_value(&slow->adapt.rule, "momentum") == 0);
  assert_int_equal(slow->adapt.tune.count, 1);
}

/* A schedule takes what it goes by, from the algorithm's defaults too, and leaves the rest as if it were not there. */
static void schedules(void **state) {
  static const struct {
    const char *set, *schedule;
    double final;
  } cases[] = {{"algorithms.slow.outer.schedule=linear", "linear", 0},
               {"algorithms.slow.outer.schedule=cosine", "cosine", 0},
               {"algorithms.slow.outer.schedule=constant", "constant", 0.5},
               {"algorithms.slow.outer={schedule: halving, halve_every: 3}", "halving", 0.5},
               {"algorithms.slow.outer={schedule: constant, final_learning_rate: 0.5}", "constant", 0.5}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const il_overrides overrides = {.n_set = 1, .set = &cases[i].set};
    il_error error;
    const il_experiment *experiment = parse_with(state, base_text, &overrides, &error);
    if (!experiment) fail_msg("%s", error.message);
    const il_outer_options *outer = &experiment->algorithms[1].outer;
    assert_string_equal(il_schedule_names[outer->schedule], cases[i].schedule);
    assert_true(outer->final_learning_rate == cases[i].final);
    size_t size;
    char *text = il_experiment_text(experiment, &size);
    const il_experiment *again = parse(state, text);
    assert_string_equal(again->digest, experiment->digest);
    free(text);
  }
}

/* The step an algorithm is compared at: its last, or the one it names, resolved and printed. */
static void report_steps(void **state) {
  assert_int_equal(parse(state, base_text)->algorithms[1].adapt.report_step, 4);
  assert_int_equal(parse(state, base_text)->evaluation.compare_steps.count, 0);
  static const struct {
    const char *set;
    int expected;
  } cases[] = {{"algorithms.slow.adapt.steps=2", 2},
               {"algorithms.slow.adapt.report_step=last", 4},
               {"algorithms.slow.adapt.report_step=0", 0},
               {"algorithms.slow.adapt.report_step=3", 3}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const il_overrides overrides = {.n_set = 1, .set = &cases[i].set};
    il_error error;
    const il_experiment *experiment = parse_with(state, base_text, &overrides, &error);
    if (!experiment) fail_msg("%s", error.message);
    assert_int_equal(experiment->algorithms[1].adapt.report_step, cases[i].expected);
    char text[64], number[16];
    assert_int_equal(il_experiment_value(experiment, 1, 0, "adapt.report_step", text, sizeof text), 0);
    snprintf(number, sizeof number, "%d", cases[i].expected);
    assert_string_equal(text, number);
  }
}

static char *printed(const il_experiment *experiment) {
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream(&text, &size);
  assert_non_null(file);
  il_experiment_print(experiment, file);
  assert_int_equal(fclose(file), 0);
  return text;
}

static void printing_is_a_fixed_point(void **state) {
  static const char *const texts[] = {
      base_text,
      judged_text,
      "experiment: a\nsuite: bare\nmodel: {name: net, scale: 0.1}\nalgorithms: [idle]\n",
      "experiment: b\ndescription: |\n  two: lines\n  # \"quoted\"\nkernels: host\npublished: [finn2017]\n"
      "suite: {name: wave, amplitude: [0.3, 1e-7]}\nmodel: {name: net, scale: 0.1, hidden: []}\nseeds: 3-5\n"
      "evaluation: {shots: [1, 5], queries: 15, seed: 18446744073709551615, level: 0.9}\n"
      "algorithms:\n  - {name: learner, label: x1, first_order: true, training: {iterations: 5, queries: 2}}\n"
      "  - {name: learner, label: x-2, training: {iterations: 6}, outer: {learning_rate: 0.3}, adapt: {tune: [1, "
      "0.1]}}\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    const il_experiment *experiment = parse(state, texts[i]);
    char *once = printed(experiment);
    const il_experiment *again = parse(state, once);
    char *twice = printed(again);
    assert_string_equal(once, twice);
    assert_string_equal(experiment->digest, again->digest);
    char digest[IL_DIGEST_TEXT];
    assert_int_equal(il_hash_bytes(digest, once, strlen(once), NULL), IL_OK);
    assert_string_equal(experiment->digest, digest);
    free(once);
    free(twice);
  }
  assert_string_not_equal(parse(state, texts[0])->digest, parse(state, texts[1])->digest);
}

static void overrides_reach_everything(void **state) {
  static const struct {
    const char *set, *path, *value;
    int algorithm;
  } cases[] = {
      {"training.iterations=7", "training.iterations", "7", 0},
      {"training.iterations=7", "training.iterations", "0", 2},
      {"evaluation.shots=[1, 2]", "evaluation.shots", "[1, 2]", 0},
      {"algorithms.0.inner.steps=5", "inner.steps", "5", 0},
      {"algorithms.slow.inner.steps=6", "inner.steps", "6", 1},
      {"algorithms.mover.inner.steps=6", "inner.steps", "6", 1},
      {"algorithms.learner.first_order=true", "option.first_order", "true", 0},
      {"algorithms.slow.training.meta_batch=9", "training.meta_batch", "9", 1},
      {"algorithms.idle.label=nothing", "label", "nothing", 2},
      {"suite.amplitude=[1, 2]", "suite.amplitude", "[1, 2]", 0},
      {"suite=bare", "suite.name", "bare", 0},
      {"model.hidden=[8, 8]", "model.hidden", "[8, 8]", 0},
      {"description=one two", "description", "\"one two\"", 0},
      {"kernels=host", "kernels", "host", 0},
      {"algorithms=[mover]", "algorithm", "mover", 0},
      {"algorithms.slow.outer={learning_rate: 0.25}", "outer.learning_rate", "0.25", 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const il_overrides overrides = {.n_set = 1, .set = &cases[i].set};
    il_error error;
    char text[128];
    const il_experiment *experiment = parse_with(state, base_text, &overrides, &error);
    if (!experiment) fail_msg("%s", error.message);
    assert_int_equal(il_experiment_value(experiment, cases[i].algorithm, 0, cases[i].path, text, sizeof text), 0);
    assert_string_equal(text, cases[i].value);
  }
}

static void refused(void **state, const il_overrides *overrides, const char *message) {
  il_error error;
  assert_null(parse_with(state, base_text, overrides, &error));
  assert_int_equal(error.status, IL_INVALID);
  assert_string_equal(error.message, message);
}

static void refused_overrides(void **state) {
  static const char *const cases[][2] = {
      {"training.iterations", "--set training.iterations: no path or no value; expected --set KEY.PATH=VALUE"},
      {"=5", "--set =5: no path or no value; expected --set KEY.PATH=VALUE"},
      {"training.iterations=", "--set training.iterations=: no path or no value; expected --set KEY.PATH=VALUE"},
      {"training.iterations=1e3",
       "--set training.iterations=1e3: `iterations` is `1e3`, which has an exponent; expected a "
       "whole number from 0 to 100000000"},
      {"trainig.shots=3", "--set trainig.shots=3: unknown key `trainig` in the experiment; did you mean `training`?"},
      {"training.shot=3", "--set training.shot=3: unknown key `shot` in section `training`; did you mean `shots`?"},
      {"training..shots=3", "--set training..shots=3: an empty name in the path; expected KEY.PATH=VALUE"},
      {"experiment.name=3",
       "--set experiment.name=3: the path goes through a single value; expected a path to a value"},
      {"algorithms.3.label=x",
       "--set algorithms.3.label=x: no entry `3` in the list; expected an index from 0 to 2 or a label"},
      {"algorithms.slwo.label=x",
       "--set algorithms.slwo.label=x: no entry `slwo` in the list; expected a label; did you mean `slow`?"},
      {"suite.name=wve", "--set suite.name=wve: unknown suite `wve`; did you mean `wave`?"},
      {"seeds=[1, 1]",
       "--set seeds=[1, 1]: seed `1` stands there twice; expected a list such as [0, 1, 2] or a range such as "
       "0-4, of at most 256 different seeds"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const il_overrides overrides = {.n_set = 1, .set = &cases[i][0]};
    refused(state, &overrides, cases[i][1]);
  }
  static const char twins[] = "algorithms: [{name: idle, label: a}, {name: idle, label: b}]";
  const il_overrides ambiguous = {.n_set = 1, .set = (const char *const[]){"algorithms.idle.label=c"}};
  il_error error;
  assert_null(parse_with(state, twins, &ambiguous, &error));
  assert_non_null(strstr(error.message, "no entry `idle` in the list; expected an index from 0 to 1 or a label"));
  const il_overrides unclosed = {.n_set = 1, .set = (const char *const[]){"seeds=[1"}};
  assert_null(parse_with(state, base_text, &unclosed, &error));
}

static void filters(void **state) {
  il_error error;
  il_overrides overrides = {.algorithms = "idle,learner", .seeds = "7,2-4"};
  const il_experiment *experiment = parse_with(state, base_text, &overrides, &error);
  assert_non_null(experiment);
  assert_int_equal(experiment->n_algorithms, 2);
  assert_string_equal(experiment->algorithms[0].label, "learner");
  assert_string_equal(experiment->algorithms[1].label, "idle");
  assert_int_equal(experiment->n_seeds, 4);
  assert_int_equal(experiment->seeds[0], 7);
  assert_int_equal(experiment->seeds[3], 4);
  overrides = (il_overrides){.algorithms = "slwo"};
  refused(state, &overrides, "--algorithms: `slwo` is no label of this experiment; did you mean `slow`?");
  overrides = (il_overrides){.algorithms = "qqqqqq"};
  refused(state, &overrides,
          "--algorithms: `qqqqqq` is no label of this experiment; expected labels among learner, slow, idle");
  overrides = (il_overrides){.algorithms = "idle,idle"};
  refused(state, &overrides, "--algorithms: `idle` stands there twice; expected it once");
  overrides = (il_overrides){.algorithms = ""};
  assert_null(parse_with(state, base_text, &overrides, &error));
  overrides = (il_overrides){.seeds = "1,,2"};
  assert_null(parse_with(state, base_text, &overrides, &error));
  overrides = (il_overrides){.seeds = ""};
  assert_null(parse_with(state, base_text, &overrides, &error));
}

static void values_by_path(void **state) {
  const il_experiment *experiment = parse(state, base_text);
  static const char *const cases[][2] = {
      {"suite", "wave"},
      {"suite.amplitude", "[0.1, 5]"},
      {"model.name", "net"},
      {"algorithm", "mover"},
      {"label", "slow"},
      {"experiment", "test-1"},
      {"kernels", "pinned"},
      {"training.shots", "9"},
      {"training.queries", "suite"},
      {"evaluation.queries", "training"},
      {"adapt.batch", "6"},
      {"outer.optimiser", "sgd"},
  };
  char text[64];
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(il_experiment_value(experiment, 1, 0, cases[i][0], text, sizeof text), 0);
    assert_string_equal(text, cases[i][1]);
  }
  static const char *const none[] = {"",
                                     ".",
                                     "suite.",
                                     "x",
                                     "x.y",
                                     "inner.tune",
                                     "option.first_order",
                                     "inner.steps.x",
                                     "trainin.shots",
                                     "evaluation.name"};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    assert_int_equal(il_experiment_value(experiment, 1, 0, none[i], text, sizeof text), -1);
  assert_int_equal(il_experiment_value(experiment, 3, 0, "suite", text, sizeof text), -1);
  assert_int_equal(il_experiment_value(experiment, -1, 0, "suite", text, sizeof text), -1);
}

static void experiments_by_name(void **state) {
  static const char *const names[] = {"some/inside", "some/inside.yaml", "experiments/some/inside.yaml"};
  il_error error = {0};
  il_experiment *experiment;
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(il_experiment_read(&experiment, names[i], NULL, &stubs, *state, &error), IL_OK);
    assert_string_equal(experiment->name, "inside");
    assert_string_equal(experiment->file, "experiments/some/inside.yaml");
  }
  assert_int_equal(il_experiment_read(&experiment, "some/insid", NULL, &stubs, *state, &error), IL_IO);
  assert_string_equal(error.message, "some/insid: no such file, no built-in experiment; did you mean `some/inside`?");
}

static void broken_algorithm_defaults(void **state) {
  static const il_default wrong[] = {{"outer.optimizer", "sgd"}, {NULL, NULL}};
  static const il_algorithm broken = {.name = "broken", .defaults = wrong, .build = build};
  static const il_algorithm *const list[] = {&broken, NULL};
  il_registry registry = stubs;
  registry.algorithms = list;
  const char *text = "experiment: x\nsuite: bare\nmodel: {name: net, scale: 0}\ntraining: {iterations: 1}\n"
                     "algorithms: [broken]\n";
  il_experiment *experiment;
  il_error error = {0};
  assert_int_equal(il_experiment_parse(&experiment, "e", text, strlen(text), NULL, &registry, *state, &error),
                   IL_INVALID);
  assert_non_null(strstr(error.message, "`outer.optimizer` names no option"));
}

/* What a checkpoint must agree with keeps its bytes while no option and no default changes: where one does, trainings
 * that were made before cannot be continued, and these digests are renewed. */
static void training_digests_are_fixed(void **state) {
  static const char *const digests[] = {"8e8783544c6263ea718a4ce6511826367768985e06226969e74182e4695dc584",
                                        "553eb6d16a20c29efde06776ddd360c4ea9b3f03486fbda35e167f5b16e4f1b6",
                                        "6f327a68b310fe782cf1278f3afcaf748ec267e36fcbd045c7fc123cc3ab692a"};
  const il_experiment *experiment = parse(state, judged_text);
  assert_int_equal(experiment->n_algorithms, sizeof digests / sizeof digests[0]);
  for (int i = 0; i < experiment->n_algorithms; i++) {
    char digest[IL_DIGEST_TEXT];
    const char *text;
    assert_int_equal(il_experiment_training_text(&text, experiment, i, *state, NULL), IL_OK);
    assert_int_equal(il_experiment_training_digest(digest, experiment, i, NULL), IL_OK);
    if (strcmp(digest, digests[i]) != 0) fail_msg("%s is the digest of algorithm %d:\n%s", digest, i, text);
  }
}

/* Every cut and every changed byte of a good file gives an answer and never a crash. */
static void damaged_files_never_crash(void **state) {
  (void)state;
  static const char bytes[] = {'\0', '\t', '\n', ' ', '"', '[', '}', ':', '-', '0', 'x', '\xc3'};
  for (size_t at = 0; at < sizeof base_text; at++) {
    for (size_t change = 0; change <= sizeof bytes; change++) {
      char text[sizeof base_text];
      memcpy(text, base_text, sizeof base_text);
      if (change > 0) text[at] = bytes[change - 1];
      il_arena *arena = il_arena_new();
      il_experiment *experiment;
      il_error error = {0};
      il_status status = il_experiment_parse(&experiment, "e.yaml", text, change > 0 ? sizeof base_text - 1 : at, NULL,
                                             &stubs, arena, &error);
      assert_true(status == IL_OK || (status == IL_INVALID && strncmp(error.message, "e.yaml:", 7) == 0));
      il_arena_free(arena);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(built_in_values),
      cmocka_unit_test(precedence),
      cmocka_unit_test(schedules),
      cmocka_unit_test(report_steps),
      cmocka_unit_test(printing_is_a_fixed_point),
      cmocka_unit_test(overrides_reach_everything),
      cmocka_unit_test(refused_overrides),
      cmocka_unit_test(filters),
      cmocka_unit_test(values_by_path),
      cmocka_unit_test(experiments_by_name),
      cmocka_unit_test(broken_algorithm_defaults),
      cmocka_unit_test(training_digests_are_fixed),
      cmocka_unit_test(damaged_files_never_crash),
  };
  return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
