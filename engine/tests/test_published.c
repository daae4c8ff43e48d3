/* Published figures: strict reading with positions, the verdict's rules, and every file of baselines/published. */
#include "results_fixture.h"

#include <math.h>

extern const il_embedded il_embedded_published[];

#define HEAD "title: t\npaper: P\nsuite: toy\nmetric: mse\nevidence: read\n"
#define TOLERANT HEAD "tolerance: 0.1\ntolerance_reason: none printed\n"

static const char toy_yaml[] =
    "experiment: toy\n"
    "suite: toy\n"
    "model: toy\n"
    "training: {iterations: 10, shots: 5, queries: 4}\n"
    "evaluation: {episodes: 2, shots: [5], steps: 3}\n"
    "algorithms: [{name: alpha, inner: {learning_rate: 0.01}}, {name: beta, label: other}]\n";

static void expect_error(const char *text, const char *message) {
  il_arena *arena = il_arena_new();
  il_published published = {0};
  il_error error = {0};
  il_status status = il_published_parse(&published, "f", text, strlen(text), arena, &error);
  if (status != IL_INVALID || !strstr(error.message, message)) fail_msg("%s\nis not: %s", error.message, message);
  il_arena_free(arena);
}

static void errors_name_the_place(void **state) {
  (void)state;
  expect_error("titel: t\n", "f:1:1: ");
  expect_error("title: t\npaper: P\nsuite: toy\nmetric: mes\nevidence: read\n", "f:4:9: ");
  expect_error(HEAD, "no list `entries`");
  expect_error(HEAD "entries: {}\n", "f:6:10: no list `entries`");
  expect_error(HEAD "entries: []\n", "no list `entries`");
  expect_error(TOLERANT "entries:\n  - {setting: 5-shot, steps: [1], values: [1]}\n", "f:9:5: ");
  expect_error(TOLERANT "entries:\n  - {algorithm: a, setting: s, steps: [1, 2], values: [1]}\n",
               "f:9:5: 2 steps for 1 values; expected one for each");
  expect_error(TOLERANT "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1], margins: [1, 2]}\n",
               "2 margins for 1 values");
  expect_error(TOLERANT "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [.nan]}\n", "f:9:");
  expect_error(TOLERANT "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1], margins: [-1]}\n", "f:9:");
  expect_error(TOLERANT "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1], protocol: 3}\n",
               "`protocol` is no map");
  expect_error(TOLERANT "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1], when: {a.b: {c: 1}}}\n",
               "`a.b` is a map; expected a value or a list of values");
  expect_error(HEAD "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1]}\n",
               "neither margins nor a tolerance");
  expect_error(HEAD "tolerance: 0.1\nentries:\n  - {algorithm: a, setting: s, steps: [1], values: [1]}\n",
               "a tolerance without a reason");
}

static void percent_become_fractions_and_sources_are_named(void **state) {
  (void)state;
  static const char text[] =
      "title: t\npaper: Author 2020\nlink: arXiv:1\nsuite: toy\nmetric: accuracy\nunit: percent\nevidence: "
      "second-hand\n"
      "protocol: {training.iterations: 5, model.hidden: [40, 40]}\n"
      "entries:\n"
      "  - {algorithm: a, name: A, setting: s, table: Table 3, steps: [1, 5], values: [98.7, 99], margins: [0.4, "
      "0.1],\n"
      "     protocol: {training.iterations: 6, inner.steps: 2}}\n"
      "  - {algorithm: b, setting: s, steps: [-1], values: [50], margins: [1], evidence: read, suite: other}\n";
  il_arena *arena = il_arena_new();
  il_published published = {0};
  il_error error = {0};
  if (il_published_parse(&published, "f", text, sizeof text - 1, arena, &error) != IL_OK) fail_msg("%s", error.message);
  assert_int_equal(published.count, 3);
  const il_figure *first = &published.at[0], *last = &published.at[2];
  assert_true(first->value == 98.7 / 100 && first->margin == 0.4 / 100 && first->step == 1);
  assert_true(published.at[1].value == 0.99 && published.at[1].step == 5);
  assert_string_equal(first->source, "Author 2020 (arXiv:1), Table 3 [second-hand]");
  assert_string_equal(first->name, "A");
  assert_int_equal(first->protocol.count, 3);
  assert_string_equal(first->protocol.at[0].value, "6"); /* the entry's own wins */
  assert_string_equal(first->protocol.at[1].value, "[40, 40]");
  assert_string_equal(last->source, "Author 2020 (arXiv:1)");
  assert_string_equal(last->name, "b");
  assert_string_equal(last->suite, "other");
  assert_int_equal(last->protocol.count, 2);
  il_arena_free(arena);
}

/* The verdict on alpha's 5-shot error `mean` in [low, high] after `step` steps. */
static il_verdict judge(const toy *t, const char *entries, int algorithm, int step, double mean, double low,
                        double high) {
  il_published published = {0};
  il_error error = {0};
  char *text = il_arena_format(t->arena, TOLERANT "entries:\n%s", entries);
  if (il_published_parse(&published, "f", text, strlen(text), t->arena, &error) != IL_OK) fail_msg("%s", error.message);
  il_result result = {.algorithm = algorithm,
                      .setting = "5-shot",
                      .metric = "mse",
                      .step = step,
                      .interval = {mean, low, high, 3},
                      .missing = "3 of 9 episodes not finite: no mean"};
  il_verdict verdict;
  il_published_judge(&verdict, &published, t->results.experiment, &result);
  return verdict;
}

static void expect_verdict(const toy *t, const char *entry, double low, double high, const char *text) {
  assert_string_equal(judge(t, entry, 0, 1, (low + high) / 2, low, high).text, text);
}

static void verdicts_by_rule(void **state) {
  (void)state;
  toy *t = toy_new(toy_yaml, NULL, IL_REGRESSION);
  static const char margin[] = "  - {algorithm: alpha, setting: 5-shot, steps: [1], values: [1], margins: [0.1]}\n";
  static const char tolerance[] = "  - {algorithm: alpha, setting: 5-shot, steps: [1], values: [2]}\n";
  expect_verdict(t, margin, 1.05, 1.2, "reproduced");
  expect_verdict(t, margin, 1.11, 1.2, "above (worse)");
  expect_verdict(t, margin, 0.5, 0.89, "below (better)");
  expect_verdict(t, margin, 0.6, 1.5, "reproduced");
  expect_verdict(t, margin, 0.5, 2, "inconclusive: interval too wide");
  expect_verdict(t, tolerance, 2.15, 2.5, "reproduced");
  expect_verdict(t, tolerance, 2.21, 2.5, "above (worse)");
  /* no interval: the mean stands for itself; no mean: nothing to compare */
  assert_string_equal(judge(t, margin, 0, 1, 1.05, NAN, NAN).text, "reproduced");
  assert_string_equal(judge(t, margin, 0, 1, 1.2, NAN, NAN).text, "above (worse)");
  assert_string_equal(judge(t, margin, 0, 1, NAN, NAN, NAN).text,
                      "not comparable: 3 of 9 episodes not finite: no mean");
  toy_free(t);
}

static void protocols_are_compared_by_value(void **state) {
  (void)state;
  toy *t = toy_new(toy_yaml, NULL, IL_REGRESSION);
#define ENTRY(protocol) "  - {algorithm: alpha, setting: 5-shot, steps: [1], values: [1], protocol: {" protocol "}}\n"
  expect_verdict(t, ENTRY("training.iterations: 10"), 1, 1, "reproduced");
  expect_verdict(t, ENTRY("training.iterations: 70000"), 1, 1,
                 "not comparable: training.iterations is 10, published 70000");
  expect_verdict(t, ENTRY("inner.learning_rate: 1e-2, evaluation.shots: [ 5 ]"), 1, 1, "reproduced");
  expect_verdict(t, ENTRY("evaluation.shots: [5, 10]"), 1, 1,
                 "not comparable: evaluation.shots is [5], published [5, 10]");
  expect_verdict(t, ENTRY("training.shots: 6, inner.steps: 9, inner.learning_rate: 0.01"), 1, 1,
                 "not comparable: training.shots is 5, published 6 (and 1 more)");
  expect_verdict(t, ENTRY("model.hidden: [40, 40]"), 1, 1,
                 "not comparable: model.hidden is not set, published [40, 40]");
  expect_verdict(t, ENTRY("inner.optimiser: sgd, suite.name: toy"), 1, 1, "reproduced");
#undef ENTRY
  toy_free(t);
}

static void entries_match_on_name_suite_setting_and_step(void **state) {
  (void)state;
  toy *t = toy_new(toy_yaml, NULL, IL_REGRESSION);
#define MATCHES(entry, algorithm, step) (judge(t, entry, algorithm, step, 1, 1, 1).figure != NULL)
  static const char beta[] = "  - {algorithm: beta, setting: 5-shot, steps: [1], values: [1]}\n";
  assert_true(MATCHES(beta, 1, 1)); /* by name, not by its label `other` */
  assert_false(MATCHES(beta, 0, 1));
  assert_false(MATCHES(beta, 1, 2));
  assert_false(MATCHES("  - {algorithm: beta, setting: 10-shot, steps: [1], values: [1]}\n", 1, 1));
  assert_true(MATCHES("  - {algorithm: beta, setting: any, steps: [1], values: [1]}\n", 1, 1));
  assert_false(MATCHES("  - {algorithm: beta, setting: any, suite: sinusoid, steps: [1], values: [1]}\n", 1, 1));
  assert_true(MATCHES("  - {algorithm: beta, setting: any, steps: [-1], values: [1]}\n", 1, 3)); /* the last */
  assert_false(MATCHES("  - {algorithm: beta, setting: any, steps: [-1], values: [1]}\n", 1, 1));
  assert_false(
      MATCHES("  - {algorithm: beta, setting: any, steps: [1], values: [1], when: {training.shots: 1}}\n", 1, 1));
#undef MATCHES
  /* the first that matches stands, also where a later one would be nearer */
  il_verdict verdict = judge(t,
                             "  - {algorithm: beta, setting: any, steps: [1], values: [7], when: {training.shots: 1}}\n"
                             "  - {algorithm: beta, setting: any, steps: [1], values: [8], table: own}\n"
                             "  - {algorithm: beta, setting: any, steps: [1], values: [1], table: later}\n",
                             1, 1, 1, 1, 1);
  assert_string_equal(verdict.figure->source, "P, own");
  assert_string_equal(verdict.text, "below (better)");
  toy_free(t);
}

static void unknown_names_are_errors_with_a_suggestion(void **state) {
  (void)state;
  il_arena *arena = il_arena_new();
  il_error error = {0};
  const il_registry registry = {.published = il_embedded_published};
  const il_published *published;
  il_text_list names = {1, {"maml2017-sinusoids"}};
  assert_int_equal(il_published_read(&published, &registry, &names, arena, &error), IL_INVALID);
  assert_non_null(strstr(error.message, "did you mean `maml2017-sinusoid`?"));
  il_arena_free(arena);
}

/* The one figure of (file, algorithm, setting, step). */
static const il_figure *figure_of(const il_published *published, const char *file, const char *algorithm,
                                  const char *setting, int step) {
  for (int i = 0; i < published->count; i++) {
    const il_figure *figure = &published->at[i];
    if (strcmp(figure->file, file) == 0 && strcmp(figure->algorithm, algorithm) == 0 &&
        strcmp(figure->setting, setting) == 0 && figure->step == step)
      return figure;
  }
  fail_msg("no figure of %s, %s, %s, step %d", file, algorithm, setting, step);
  return NULL;
}

/* All files parse, hold what the papers print (spot checks), and no accuracy lies outside [0, 1]. */
static void every_file_of_the_project(void **state) {
  (void)state;
  il_arena *arena = il_arena_new();
  il_published all = {0};
  il_error error = {0};
  for (const il_embedded *file = il_embedded_published; file->path; file++) {
    const char *base = strrchr(file->path, '/') + 1;
    char *name = il_arena_text(arena, base);
    name[strlen(name) - strlen(".yaml")] = '\0';
    if (il_published_parse(&all, name, file->text, file->size, arena, &error) != IL_OK) fail_msg("%s", error.message);
  }
  for (int i = 0; i < all.count; i++) {
    const il_figure *figure = &all.at[i];
    assert_true(isfinite(figure->value) && (figure->tolerance > 0 || figure->margin >= 0));
    if (strcmp(figure->metric, "accuracy") == 0) assert_true(figure->value > 0.2 && figure->value < 1);
    assert_non_null(figure->source);
  }
  static const struct {
    const char *file, *algorithm, *setting;
    int step;
    double value, margin; /* margin -1: none */
  } expected[] = {
      {"maml2017-sinusoid", "maml", "5-shot", 1, 0.67, -1},
      {"maml2017-sinusoid", "maml", "5-shot", 10, 0.35, -1},
      {"maml2017-sinusoid", "finetune", "5-shot", 5, 2.23, -1},
      {"maml2017-omniglot", "maml", "20-way 1-shot", 5, 0.958, 0.003},
      {"maml2017-omniglot", "fomaml", "5-way 5-shot", 3, 0.992, 0.002},
      {"maml2017-miniimagenet", "maml", "5-way 1-shot", 10, 0.487, 0.0184},
      {"maml2017-navigation", "maml", "any", 3, -3.23, -1},
      {"reptile2018-omniglot", "reptile", "5-way 1-shot", 50, 0.9539, 0.0009},
      {"reptile2018-miniimagenet", "reptile", "5-way 5-shot", 50, 0.6274, 0.0037},
      {"ravi2017-miniimagenet", "nearest_neighbour", "5-way 1-shot", -1, 0.4108, 0.007},
      {"independent-runs", "maml", "5-way 1-shot", 9, 0.464, 0.0183},
      {"independent-sinusoid", "fomaml", "5-shot", 5, 0.44, -1},
      {"closed-forms", "finetune", "any", 0, 3.01, -1},
  };
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    const il_figure *figure =
        figure_of(&all, expected[i].file, expected[i].algorithm, expected[i].setting, expected[i].step);
    assert_true(fabs(figure->value - expected[i].value) < 1e-12);
    if (expected[i].margin < 0)
      assert_true(isnan(figure->margin));
    else
      assert_true(fabs(figure->margin - expected[i].margin) < 1e-12);
  }
  il_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_name_the_place),
      cmocka_unit_test(percent_become_fractions_and_sources_are_named),
      cmocka_unit_test(verdicts_by_rule),
      cmocka_unit_test(protocols_are_compared_by_value),
      cmocka_unit_test(entries_match_on_name_suite_setting_and_step),
      cmocka_unit_test(unknown_names_are_errors_with_a_suggestion),
      cmocka_unit_test(every_file_of_the_project),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
