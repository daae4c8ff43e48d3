/* covers: results */
/* Published figures: strict reading with positions, the verdict's rules, and every file of baselines/published. */
#include "results_fixture.h"

#include <math.h>

#include "cli/builtin.h"

extern const il_embedded il_embedded_published[];

#define HEAD "title: t\npaper: P\nsuite: toy\nmetric: mse\n"
#define STATED HEAD "evidence: read\ninterval: none\n"

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
  expect_error("title: t\npaper: P\nsuite: toy\nmetric: mes\n", "f:4:9: ");
  expect_error(HEAD, "no list `entries`");
  expect_error(HEAD "entries: {}\n", "f:5:10: no list `entries`");
  expect_error(HEAD "entries: []\n", "no list `entries`");
  expect_error(STATED "entries:\n  - {setting: 5-shot, steps: [1], values: [1]}\n", "f:8:5: ");
  expect_error(STATED "entries:\n  - {algorithm: a, setting: s, steps: [1, 2], values: [1]}\n",
               "f:8:5: 2 steps for 1 values; expected one for each");
  expect_error(STATED "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1], margins: [1, 2]}\n",
               "2 margins for 1 values");
  expect_error(STATED "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [.nan]}\n", "f:8:");
  expect_error(STATED "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1], margins: [-1]}\n", "f:8:");
  expect_error(STATED "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1], protocol: 3}\n",
               "`protocol` is no map");
  expect_error(STATED "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1], when: {a.b: {c: 1}}}\n",
               "`a.b` is a map; expected a value or a list of values");
}

/* What a figure must say of itself, and where it is told that it does not. */
static void figures_without_evidence_interval_or_family_are_refused(void **state) {
  (void)state;
#define ENTRY(more) "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1]" more "}\n"
  expect_error(HEAD "interval: none\n" ENTRY(""),
               "f:7:5: figures without `evidence`; expected read, second-hand, memory or derived, here or in the file");
  expect_error(HEAD "evidence: read\n" ENTRY(""), "f:7:5: figures without `interval`; expected what the +- is");
  expect_error(HEAD "evidence: heard\n" ENTRY(""), "f:5:11: ");
  expect_error(STATED ENTRY(", interval: ci95"), "f:8:");
  expect_error(STATED ENTRY(", margins: [1]"),
               "f:8:5: `interval` is none beside margins; expected `none` exactly where");
  expect_error(STATED ENTRY(", interval: sd-runs"), "f:8:5: `interval` is sd-runs without margins");
  expect_error(STATED ENTRY(", equivalence: 0.2"), "f:8:5: `equivalence` without a reason");
  expect_error(STATED ENTRY(", suite: sinusoid"),
               "f:8:5: figures of `sinusoid` without `family`; expected one of finn, li, noisy, wide");
  expect_error(STATED ENTRY(", suite: sinusoid, family: fin"), "f:8:5: no family `fin` of `sinusoid`; expected one of");
  expect_error(STATED ENTRY(", family: finn"), "f:8:5: no family `finn` of `toy`; expected none");
#undef ENTRY
}

static void percent_become_fractions_and_sources_are_named(void **state) {
  (void)state;
  static const char text[] =
      "title: t\npaper: Author 2020\nlink: arXiv:1\nsuite: toy\nmetric: accuracy\nunit: percent\nevidence: "
      "second-hand\ninterval: unknown\nruns: 3\n"
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
  assert_true(first->evidence == IL_EVIDENCE_SECOND_HAND && last->evidence == IL_EVIDENCE_READ);
  assert_true(first->printed == IL_PRINTED_UNKNOWN && first->runs == 3 && first->episodes == 0);
  assert_int_equal(last->protocol.count, 2);
  il_arena_free(arena);
}

/* The verdict on alpha's 5-shot error `mean` in [low, high] after `step` steps. */
static il_verdict judge(const toy *t, const char *entries, int algorithm, int step, double mean, double low,
                        double high) {
  il_published published = {0};
  il_error error = {0};
  char *text = il_arena_format(t->arena, STATED "entries:\n%s", entries);
  if (il_published_parse(&published, "f", text, strlen(text), t->arena, &error) != IL_OK) fail_msg("%s", error.message);
  il_result result = {.algorithm = algorithm,
                      .setting = "5-shot",
                      .metric = "mse",
                      .step = step,
                      .interval = {mean, low, high, 3},
                      .level = 0.95,
                      .n_seeds = 1,
                      .n_episodes = 600,
                      .missing = "3 of 9 episodes not finite: no mean"};
  il_verdict verdict;
  il_published_judge(&verdict, &published, t->results.experiment, &result);
  return verdict;
}

static void expect_verdict(const toy *t, const char *entry, double low, double high, const char *text) {
  assert_string_equal(judge(t, entry, 0, 1, (low + high) / 2, low, high).text, text);
}

/* The margin of a published 1 is 0.1; a printed +- adds to our interval by squares: 0.03 and 0.04 are 0.05. */
static void verdicts_by_equivalence(void **state) {
  (void)state;
  toy *t = toy_new(toy_yaml, NULL, &il_regression);
#define FIGURE(more) "  - {algorithm: alpha, setting: 5-shot, steps: [1], values: [1]" more "}\n"
  static const char exact[] = FIGURE(""), printed[] = FIGURE(", margins: [0.04], interval: ci95-episodes");
  expect_verdict(t, exact, 0.95, 1.05, "reproduced");
  expect_verdict(t, exact, 1.01, 1.09, "reproduced");
  expect_verdict(t, exact, 1.11, 1.2, "above (worse)");
  expect_verdict(t, exact, 0.5, 0.89, "below (better)");
  /* mean 1.06 +- 0.06: 0.04 away from the margin, so that (0.06 / 0.04)^2 = 2.25 times the episodes would do */
  expect_verdict(t, exact, 1.0, 1.12, "inconclusive: reproduced or above; about 1400 episodes would tell");
  expect_verdict(t, exact, 0.88, 1.0, "inconclusive: reproduced or below; about 1400 episodes would tell");
  expect_verdict(t, exact, 0.8, 1.2, "inconclusive: reproduced, above or below; about 2400 episodes would tell");
  /* 1.04 +- 0.03 would be within the margin of an exact figure; with +- 0.04 it is 1.04 +- 0.05 */
  expect_verdict(t, printed, 1.01, 1.07, "reproduced");
  expect_verdict(t, exact, 1.035, 1.095, "reproduced");
  expect_verdict(t, printed, 1.035, 1.095,
                 "inconclusive: reproduced or above; the published ± alone is too wide to tell");
  expect_verdict(t, printed, 1.17, 1.23, "above (worse)");
  /* a share of the figure where the file states one */
  expect_verdict(t, FIGURE(", equivalence: 0.3, equivalence_reason: r"), 0.8, 1.2, "reproduced");
  /* one episode has no interval: nothing is known; no mean: nothing to compare */
  il_verdict one = judge(t, exact, 0, 1, 1, NAN, NAN);
  assert_string_equal(one.text, "inconclusive: no interval");
  assert_true(one.equivalence.power == 0);
  il_verdict none = judge(t, exact, 0, 1, NAN, NAN, NAN);
  assert_string_equal(none.text, "not comparable: 3 of 9 episodes not finite: no mean");
  assert_true(isnan(none.equivalence.power) && isnan(none.equivalence.margin));
  /* power: +- 0.05 is 1.96 standard errors, the difference may be 0.05 and so again 1.96 of them: 0.95 */
  assert_true(fabs(judge(t, exact, 0, 1, 1, 0.95, 1.05).equivalence.power - 0.95) < 1e-6);
  assert_true(judge(t, exact, 0, 1, 1, 0.89, 1.11).equivalence.power == 0);
#undef FIGURE
  toy_free(t);
}

static il_figure figure_with(int printed, int runs, double margin) {
  return (il_figure){.value = 0.9, .margin = margin, .printed = printed, .runs = runs};
}

/* Half-widths by what a +- of 0.02 is; Student's t 0.975 for 2 and 4 degrees of freedom: 4.302653, 2.776445. */
static void a_printed_margin_is_read_as_what_it_is(void **state) {
  (void)state;
  static const struct {
    int printed, runs;
    double level, half;
  } cases[] = {
      {IL_PRINTED_CI95_EPISODES, 0, 0.95, 0.02},
      {IL_PRINTED_CI95_RUNS, 7, 0.95, 0.02},
      {IL_PRINTED_UNKNOWN, 0, 0.95, 0.02},
      {IL_PRINTED_CI95_EPISODES, 0, 0.9, 0.02 * 1.6448536269514722 / 1.959963984540054},
      {IL_PRINTED_SD_RUNS, 5, 0.95, 0.02 * 2.7764451051977987 / 2.23606797749979},
      {IL_PRINTED_SD_RUNS, 3, 0.95, 0.02 * 4.302652729911275 / 1.7320508075688772},
      {IL_PRINTED_SD_RUNS, 0, 0.95, 0.02 * 4.302652729911275 / 1.7320508075688772},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    il_figure figure = figure_with(cases[i].printed, cases[i].runs, 0.02);
    il_interval interval = il_figure_interval(&figure, cases[i].level);
    assert_true(fabs(interval.high - 0.9 - cases[i].half) < 1e-9 && fabs(0.9 - interval.low - cases[i].half) < 1e-9);
  }
  il_figure exact = figure_with(IL_PRINTED_NONE, 0, NAN);
  il_interval point = il_figure_interval(&exact, 0.95);
  assert_true(point.low == 0.9 && point.high == 0.9);
}

static void margins_of_equivalence(void **state) {
  (void)state;
  assert_true(fabs(il_figure_equivalence(IL_METRIC_ACCURACY, 0.487, 0) - 0.01) < 1e-12);
  assert_true(fabs(il_figure_equivalence(IL_METRIC_ACCURACY, 0.987, 0) - 0.0065) < 1e-12);
  assert_true(fabs(il_figure_equivalence(IL_METRIC_ACCURACY, 0.999, 0) - 0.005) < 1e-12);
  assert_true(fabs(il_figure_equivalence(IL_METRIC_ACCURACY, 0.487, 0.03) - 0.03) < 1e-12);
  assert_true(fabs(il_figure_equivalence(IL_METRIC_MSE, 0.67, 0) - 0.067) < 1e-12);
  assert_true(fabs(il_figure_equivalence(IL_METRIC_MSE, 0.5, 0.3) - 0.15) < 1e-12);
  assert_true(fabs(il_figure_equivalence(IL_METRIC_RETURN, -40, 0) - 4) < 1e-12);
}

static void protocols_are_compared_by_value(void **state) {
  (void)state;
  toy *t = toy_new(toy_yaml, NULL, &il_regression);
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

/* Meta-SGD's waves have a frequency: nothing in its file but the family says so. */
static void sine_waves_of_another_family_are_no_comparison(void **state) {
  (void)state;
  static const char text[] =
      "title: t\npaper: P\nsuite: sinusoid\nmetric: mse\nevidence: read\ninterval: none\nfamily: li\n"
      "protocol: {suite.noise: 0.5}\n"
      "entries:\n  - {algorithm: a, setting: s, steps: [1], values: [1]}\n"
      "  - {algorithm: a, setting: s, steps: [1], values: [1], family: finn}\n";
  il_arena *arena = il_arena_new();
  il_published published = {0};
  il_error error = {0};
  if (il_published_parse(&published, "f", text, sizeof text - 1, arena, &error) != IL_OK) fail_msg("%s", error.message);
  const il_conditions *li = &published.at[0].protocol, *finn = &published.at[1].protocol;
  assert_true(li->count == 2 && finn->count == 2);
  assert_string_equal(li->at[0].path, "suite.frequency");
  assert_string_equal(li->at[0].value, "[0.8, 1.2]");
  assert_string_equal(li->at[1].value, "0.5"); /* the file's own wins */
  assert_string_equal(finn->at[0].value, "[1, 1]");
  il_arena_free(arena);
}

static void entries_match_on_name_suite_setting_and_step(void **state) {
  (void)state;
  toy *t = toy_new(toy_yaml, NULL, &il_regression);
#define MATCHES(entry, algorithm, step) (judge(t, entry, algorithm, step, 1, 1, 1).figure != NULL)
  static const char beta[] = "  - {algorithm: beta, setting: 5-shot, steps: [1], values: [1]}\n";
  assert_true(MATCHES(beta, 1, 1)); /* by name, not by its label `other` */
  assert_false(MATCHES(beta, 0, 1));
  assert_false(MATCHES(beta, 1, 2));
  assert_false(MATCHES("  - {algorithm: beta, setting: 10-shot, steps: [1], values: [1]}\n", 1, 1));
  assert_true(MATCHES("  - {algorithm: beta, setting: any, steps: [1], values: [1]}\n", 1, 1));
  assert_false(
      MATCHES("  - {algorithm: beta, setting: any, suite: sinusoid, family: finn, steps: [1], values: [1]}\n", 1, 1));
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

/* The built-in experiment of this path, by the built-in tables. */
static il_experiment *built_in(const char *path, il_arena *arena) {
  il_experiment *experiment = NULL;
  il_error error = {0};
  const il_embedded *file = il_builtin_registry.experiments;
  while (file->path && strcmp(file->path, path) != 0) file++;
  assert_non_null(file->path);
  if (il_experiment_parse(&experiment, path, file->text, file->size, NULL, &il_builtin_registry, arena, &error) !=
      IL_OK)
    fail_msg("%s", error.message);
  return experiment;
}

/* Figure 3's MAML at 20 shots once stood "below (better)" Meta-SGD's, whose waves have a frequency. */
static void finn_s_waves_are_not_compared_with_meta_sgd_s(void **state) {
  (void)state;
  il_arena *arena = il_arena_new();
  il_error error = {0};
  const il_experiment *experiment = built_in("experiments/sinusoid/maml2017-figure3.yaml", arena);
  const il_published *published;
  assert_int_equal(il_published_read(&published, &il_builtin_registry, &experiment->published, arena, &error), IL_OK);
  il_result result = {.setting = "20-shot",
                      .metric = "mse",
                      .step = 1,
                      .interval = {0.24, 0.23, 0.25, 5},
                      .level = 0.95,
                      .n_seeds = 5,
                      .n_episodes = 600};
  assert_string_equal(experiment->algorithms[0].algorithm->name, "maml");
  il_verdict verdict;
  il_published_judge(&verdict, published, experiment, &result);
  assert_string_equal(verdict.figure->file, "metasgd2017-sinusoid");
  assert_non_null(strstr(verdict.text, "not comparable: suite.frequency is [1, 1], published [0.8, 1.2]"));
  il_arena_free(arena);
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

static int starts_with(const char *text, const char *start) {
  return strncmp(text, start, strlen(start)) == 0;
}

/* What was typed in wrongly once, against the sources: evidence, family and every margin of a row. */
static void check_known_faults(const il_published *all) {
  static const double margins[] = {.26, 1.34, 1.57, 1.71, 1.76, 1.80, 1.83, 1.83, 1.82, 1.82, 1.83};
  for (int step = 0; step <= 10; step++)
    assert_true(fabs(figure_of(all, "independent-runs", "maml", "5-way 1-shot", step)->margin - margins[step] / 100) <
                1e-12);
  for (int i = 0; i < all->count; i++) {
    const il_figure *figure = &all->at[i];
    if (strcmp(figure->file, "chen2019-omniglot") == 0) assert_int_equal(figure->evidence, IL_EVIDENCE_MEMORY);
    if (starts_with(figure->file, "reptile2018")) assert_int_equal(figure->evidence, IL_EVIDENCE_SECOND_HAND);
    if (strcmp(figure->file, "closed-forms") == 0) assert_int_equal(figure->evidence, IL_EVIDENCE_DERIVED);
    int li = strcmp(figure->file, "metasgd2017-sinusoid") == 0;
    if (strcmp(figure->suite, "sinusoid") == 0) assert_string_equal(figure->family, li ? "li" : "finn");
    if (li) assert_true(figure->evidence != IL_EVIDENCE_READ && figure->episodes == 100);
  }
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
    assert_true(isfinite(figure->value) && figure->equivalence > 0);
    assert_true((figure->printed == IL_PRINTED_NONE) == isnan(figure->margin));
    assert_true((strcmp(figure->suite, "sinusoid") == 0) == (figure->family[0] != '\0'));
    assert_true((figure->evidence == IL_EVIDENCE_READ) == !strchr(figure->source, '['));
    if (strcmp(figure->metric, "accuracy") == 0) assert_true(figure->value > 0.2 && figure->value < 1);
    assert_non_null(figure->source);
  }
  assert_true(all.count >= 153);
  check_known_faults(&all);
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
      {"independent-runs", "maml", "5-way 1-shot", 9, 0.464, 0.0182},
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
      cmocka_unit_test(figures_without_evidence_interval_or_family_are_refused),
      cmocka_unit_test(verdicts_by_equivalence),
      cmocka_unit_test(a_printed_margin_is_read_as_what_it_is),
      cmocka_unit_test(margins_of_equivalence),
      cmocka_unit_test(sine_waves_of_another_family_are_no_comparison),
      cmocka_unit_test(protocols_are_compared_by_value),
      cmocka_unit_test(entries_match_on_name_suite_setting_and_step),
      cmocka_unit_test(finn_s_waves_are_not_compared_with_meta_sgd_s),
      cmocka_unit_test(unknown_names_are_errors_with_a_suggestion),
      cmocka_unit_test(every_file_of_the_project),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
