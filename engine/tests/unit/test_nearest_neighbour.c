/* covers: harness */
/* The baselines that look at examples as they are (`nearest`, `prototypes`, `naive_bayes`) against plain loops in
 * double over the same episodes, and ties of `nearest`. */
#include "cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/builtin.h"
#include "harness/evaluator.h"

enum { EPISODES = 12, WAYS = 5, QUERIES = 3, INPUTS_MAX = 1024 };

static const char text[] = "experiment: nearest\n"
                           "suite: {name: %s}\n"
                           "model: {name: linear}\n"
                           "training: {iterations: 0}\n"
                           "evaluation: {episodes: 12, queries: 3, shots: [1, 2, 5, 7], transductive: %s}\n"
                           "algorithms: [{name: %s}]\n";

typedef struct fixture {
  il_arena *arena;
  il_experiment *experiment;
  il_session *session;
  il_learner learner;
} fixture;

static void open_fixture(fixture *f, const char *algorithm, const char *suite, const char *transductive) {
  char yaml[1024];
  il_error error = {0};
  int size = snprintf(yaml, sizeof yaml, text, suite, transductive, algorithm);
  f->arena = il_arena_new();
  il_status status =
      il_experiment_parse(&f->experiment, "e", yaml, (size_t)size, NULL, &il_builtin_registry, f->arena, &error);
  if (status == IL_OK) status = il_session_open(&f->session, f->experiment, 2, NULL, NULL, &error);
  if (status == IL_OK) status = il_session_learner(&f->learner, f->session, 0, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
}

static void close_fixture(fixture *f) {
  il_session_close(f->session);
  il_arena_free(f->arena);
}

static int label_of(const real *row) {
  int label = 0;
  for (int i = 1; i < WAYS; i++)
    if (row[i] > row[label]) label = i;
  return label;
}

static double distance(const real *a, const real *b, size_t size) {
  double sum = 0;
  for (size_t i = 0; i < size; i++) sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
  return sum;
}

/* Scores of the classes for one query. */
typedef void (*plain_scores)(double *scores, const il_episode_buffers *buffers, const real *query);

static void nearest_scores(double *scores, const il_episode_buffers *buffers, const real *query) {
  for (int c = 0; c < WAYS; c++) scores[c] = -1e300;
  for (size_t s = 0; s < (size_t)buffers->support; s++) {
    int label = label_of(buffers->episode.support_y + s * WAYS);
    scores[label] = fmax(scores[label], -distance(query, buffers->support_x + s * buffers->input, buffers->input));
  }
}

/* Sums of the support examples of a class. */
static void class_sum(double *sum, const il_episode_buffers *buffers, int class) {
  memset(sum, 0, buffers->input * sizeof *sum);
  for (size_t s = 0; s < (size_t)buffers->support; s++)
    for (size_t i = 0; label_of(buffers->episode.support_y + s * WAYS) == class && i < buffers->input; i++)
      sum[i] += (double)buffers->support_x[s * buffers->input + i];
}

static void prototype_scores(double *scores, const il_episode_buffers *buffers, const real *query) {
  double sum[INPUTS_MAX];
  int shots = buffers->support / WAYS;
  for (int c = 0; c < WAYS; c++) {
    class_sum(sum, buffers, c);
    scores[c] = 0;
    for (size_t i = 0; i < buffers->input; i++) {
      double apart = (double)query[i] - sum[i] / shots;
      scores[c] -= apart * apart;
    }
  }
}

static void naive_bayes_scores(double *scores, const il_episode_buffers *buffers, const real *query) {
  double sum[INPUTS_MAX], alpha = 0.1;
  for (int c = 0; c < WAYS; c++) {
    double whole = 0;
    class_sum(sum, buffers, c);
    for (size_t i = 0; i < buffers->input; i++) whole += sum[i] + alpha;
    scores[c] = 0;
    for (size_t i = 0; i < buffers->input; i++) scores[c] += (double)query[i] * log((sum[i] + alpha) / whole);
  }
}

/* Queries of one episode whose best class is theirs; the first of equal ones. *doubtful: some two scores differ by
 * rounding only. */
static int count_correct(const il_episode_buffers *buffers, plain_scores plain, int *doubtful) {
  int correct = 0;
  for (size_t q = 0; q < (size_t)buffers->query; q++) {
    double scores[WAYS];
    int best = 0;
    plain(scores, buffers, buffers->query_x + q * buffers->input);
    for (int c = 1; c < WAYS; c++) best = scores[c] > scores[best] ? c : best;
    for (int c = 0; c < WAYS; c++) *doubtful |= scores[best] > scores[c] && scores[best] - scores[c] < 1e-4;
    correct += best == label_of(buffers->episode.query_y + q * WAYS);
  }
  return correct;
}

static void compare(const char *algorithm, plain_scores plain, const char *suite, const char *transductive) {
  fixture f;
  open_fixture(&f, algorithm, suite, transductive);
  for (int setting = 0; setting < il_experiment_settings(f.experiment); setting++) {
    const il_inner_options *adapt = &f.experiment->algorithms[0].adapt;
    il_evaluation_setting judging = il_session_evaluation_setting(f.session, 0, setting);
    il_score scores[EPISODES];
    il_evaluator *evaluator;
    il_episode_buffers buffers;
    assert_int_equal(adapt->steps, 0);
    assert_int_equal(il_evaluator_new(&evaluator, f.session, &f.learner, adapt, &judging, NULL), IL_OK);
    assert_int_equal(il_episode_buffers_new(&buffers, judging.source, &f.learner, adapt, judging.size,
                                            IL_BUFFERS_EVALUATION, f.arena, NULL),
                     IL_OK);
    real *theta = il_arena_get(f.arena, f.learner.parameters.size, sizeof(real));
    il_evaluator_run(evaluator, &(il_evaluation_request){.theta = theta, .split = IL_SPLIT_TEST, .seed = 1}, EPISODES,
                     scores);
    int sum = 0, doubts = 0;
    for (int e = 0; e < EPISODES; e++) {
      int doubtful = 0;
      il_episode_buffers_draw(&buffers, IL_SPLIT_TEST, 1, (uint64_t)e);
      int correct = count_correct(&buffers, plain, &doubtful);
      if (!doubtful) assert_int_equal((int)scores[e].total, correct);
      doubts += doubtful;
      assert_int_equal(scores[e].queries, WAYS * QUERIES);
      sum += (int)scores[e].total;
    }
    assert_in_range(doubts, 0, 2);
    assert_in_range(sum, EPISODES * WAYS * QUERIES / 3, EPISODES * WAYS * QUERIES - 1); /* chance is 1 in 5 */
    il_evaluator_free(evaluator);
  }
  close_fixture(&f);
}

static void test_plain_loops_agree(void **state) {
  (void)state;
  static const char *const suites[] = {"glyphs, size: 16", "languages", "languages, weighting: count"};
  for (int i = 0; i < 3; i++) {
    compare("nearest", nearest_scores, suites[i], i ? "true" : "false");
    compare("prototypes", prototype_scores, suites[i], i ? "false" : "true");
    compare("naive_bayes", naive_bayes_scores, suites[i], "true");
  }
  compare("nearest", nearest_scores, suites[0], "true");
}

/* Two classes, three shots of two features: scores are minus squared distances, exact in small whole numbers. */
static void test_ties_go_to_the_lower_label(void **state) {
  (void)state;
  static real x[] = {0, 0, 5, 5, 4, 0, 0, 3, 9, 9, 2, 0}, y[] = {1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1};
  static real query[] = {1, 0, 3, 0, 0, 2}, target[6] = {0}, scores[6], loss;
  static const real expected[] = {-1, -1, -1, -1, -4, -1};
  fixture f;
  il_program *program;
  il_error error = {0};
  open_fixture(&f, "nearest", "glyphs, size: 16", "true");
  f.learner.interface = (il_interface){{1, {2}}, 2};
  f.learner.ways = f.learner.targets = 2;
  assert_int_equal(il_learner_prepare(&f.learner, &error), IL_OK);
  assert_int_equal(il_learner_evaluation(&program, &f.learner, 3, 3, &error), IL_OK);
  real *workspace = il_arena_get(f.arena, il_program_cost(program).workspace_reals, sizeof(real));
  real *slots[IL_SLOTS_MAX] = {
      [IL_SLOT_SUPPORT_X] = x,       [IL_SLOT_SUPPORT_Y] = y,    [IL_SLOT_QUERY_X] = query,
      [IL_SLOT_QUERY_Y] = target,    [IL_SLOT_OUT_LOSS] = &loss, [IL_SLOT_OUT_PREDICTION] = scores,
      [IL_SLOT_PARAMETERS] = target,
  };
  il_program_run(program, workspace, slots);
  assert_memory_equal(scores, expected, sizeof expected); /* the evaluator takes the first of equal scores */
  il_program_free(program);
  close_fixture(&f);
}

/* Regression has no classes: one line says so. */
static void test_regression_is_refused(void **state) {
  (void)state;
  fixture f;
  il_evaluator *evaluator;
  il_error error = {0};
  open_fixture(&f, "nearest", "glyphs, size: 16", "true");
  il_evaluation_setting judging = il_session_evaluation_setting(f.session, 0, 0);
  f.learner.kind = &il_regression;
  assert_int_equal(
      il_evaluator_new(&evaluator, f.session, &f.learner, &f.experiment->algorithms[0].adapt, &judging, &error),
      IL_INVALID);
  assert_non_null(strstr(error.message, "nearest classifies"));
  close_fixture(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_plain_loops_agree),
                                     cmocka_unit_test(test_ties_go_to_the_lower_label),
                                     cmocka_unit_test(test_regression_is_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
