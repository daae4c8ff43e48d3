/* covers: harness */
/* Which parameters of a training are judged: held against a slow reference that looks at the trainer from outside,
 * keeps every vector and averages in double; the order of the best against a plain sort; the end of patience against
 * the curve of a training without. */
#include "harness/selection.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/builtin.h"
#include "cmocka_all.h"
#include "harness/evaluator.h"
#include "harness/runner.h"

enum { ITERATIONS = 60, EVERY = 5, POINTS = ITERATIONS / EVERY, EPISODES = 6, VALIDATIONS = 5, STEPS = 2 };

static const char head[] =
    "experiment: selection-test\n"
    "suite: {name: sinusoid}\n"
    "model: {name: mlp, hidden: [6]}\n"
    "training: {iterations: 60, meta_batch: 3, shots: 5, queries: 5, validate_every: 5, validation_episodes: 5}\n"
    "seeds: [3]\n"
    "algorithms:\n"
    "  - {name: maml, outer: {learning_rate: 0.05}}\n"
    "  - {name: reptile, inner: {steps: 3, batch: 4, optimiser: adam, learning_rate: 0.01, beta1: 0, state: carry}}\n"
    "  - {name: scratch}\n"
    "evaluation: {episodes: 6, shots: [5], steps: 2, ";

typedef struct fixture {
  il_arena *arena;
  il_experiment *experiment;
  il_session *session;
  il_results results;
} fixture;

/* set: more keys of the section `evaluation`; training: of every training, NULL: none. */
static void open_fixture(fixture *f, const char *evaluation, const char *set, int threads) {
  char yaml[2048];
  il_error error = {0};
  il_overrides overrides = {.n_set = set != NULL, .set = &set};
  snprintf(yaml, sizeof yaml, "%s%s}\n", head, evaluation);
  *f = (fixture){.arena = il_arena_new()};
  il_status status = il_experiment_parse(&f->experiment, "test.yaml", yaml, strlen(yaml), &overrides,
                                         &il_builtin_registry, f->arena, &error);
  if (status == IL_OK) status = il_session_open(&f->session, f->experiment, threads, NULL, NULL, &error);
  if (status == IL_OK)
    status = il_runner_prepare(&f->results, f->session, &il_builtin_registry, "test", f->arena, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
}

static void run(fixture *f) {
  il_error error = {0};
  if (il_runner_run(&f->results, f->session, NULL, NULL, NULL, &error) != IL_OK) fail_msg("%s", error.message);
}

static void close_fixture(fixture *f) {
  il_session_close(f->session);
  il_arena_free(f->arena);
}

/* ---- the slow reference ---- */

typedef struct record {
  int iteration;
  double validation;
  real *theta, *state;
} record;

static real *copy_of(const real *from, size_t size) {
  real *copy = malloc((size + 1) * sizeof *copy);
  assert_non_null(copy);
  if (size) memcpy(copy, from, size * sizeof *copy);
  return copy;
}

static double mean_metric(fixture *f, const il_score *scores) {
  double sum = 0;
  for (int e = 0; e < VALIDATIONS; e++) sum += il_results_metric(&f->results, &scores[e * (STEPS + 1) + STEPS]);
  return sum / VALIDATIONS;
}

/* Squared error: smaller is better; of equal ones the earlier. */
static int by_validation(const void *a, const void *b) {
  const record *one = a, *other = b;
  if (one->validation != other->validation) return one->validation < other->validation ? -1 : 1;
  return one->iteration - other->iteration;
}

static int by_iteration(const void *a, const void *b) {
  return ((const record *)a)->iteration - ((const record *)b)->iteration;
}

static real *mean_of(const record *records, int count, size_t size, size_t offset) {
  real *mean = malloc((size + 1) * sizeof *mean);
  assert_non_null(mean);
  for (size_t k = 0; k < size; k++) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += (double)(offset ? records[i].state : records[i].theta)[k];
    mean[k] = (real)(sum / count);
  }
  return mean;
}

/* Trains algorithm `algorithm` step by step, with a record at every validation; then judges the mean of the best. */
static void expect_mean_of(fixture *f, int algorithm, int count) {
  il_trainer *trainer;
  il_evaluator *evaluator;
  record records[POINTS];
  il_score scores[EPISODES * (STEPS + 1)];
  const il_run *judged = &f->results.runs[algorithm];
  assert_int_equal(il_trainer_new(&trainer, f->session, algorithm, 3, NULL), IL_OK);
  size_t size = il_trainer_learner(trainer)->parameters.size, carried = il_trainer_expose(trainer).inner_size;
  il_evaluation_setting judging = il_session_evaluation_setting(f->session, algorithm, 0);
  assert_int_equal(il_evaluator_new(&evaluator, f->session, il_trainer_learner(trainer),
                                    &f->experiment->algorithms[algorithm].adapt, &judging, NULL),
                   IL_OK);
  for (int point = 0; point < POINTS; point++) {
    for (int i = 0; i < EVERY; i++) il_trainer_iterate(trainer);
    il_evaluation_request now = {.theta = il_trainer_parameters(trainer),
                                 .state = il_trainer_state(trainer),
                                 .split = IL_SPLIT_VALIDATION,
                                 .seed = 1};
    il_evaluator_run(evaluator, &now, VALIDATIONS, scores);
    records[point] = (record){(point + 1) * EVERY, mean_metric(f, scores), copy_of(now.theta, size),
                              copy_of(il_trainer_state(trainer), carried)};
  }
  qsort(records, POINTS, sizeof records[0], by_validation);
  qsort(records, (size_t)count, sizeof records[0], by_iteration);
  assert_int_equal(judged->n_judged, count);
  for (int i = 0; i < count; i++) assert_int_equal(judged->judged[i], records[i].iteration);
  real *theta = mean_of(records, count, size, 0), *state = mean_of(records, count, carried, 1);
  il_evaluation_request mean = {.theta = theta, .state = carried ? state : NULL, .split = IL_SPLIT_TEST, .seed = 1};
  char digest[IL_DIGEST_TEXT];
  assert_int_equal(il_hash_bytes(digest, theta, size * sizeof *theta, NULL), IL_OK);
  assert_string_equal(digest, judged->parameters_digest);
  il_evaluator_run(evaluator, &mean, EPISODES, scores);
  for (int e = 0; e < EPISODES; e++)
    for (int step = 0; step <= STEPS; step++)
      assert_memory_equal(&scores[e * (STEPS + 1) + step], il_results_score(&f->results, judged, 0, e, step),
                          sizeof scores[0]);
  for (int point = 0; point < POINTS; point++) {
    free(records[point].theta);
    free(records[point].state);
  }
  free(theta);
  free(state);
  il_evaluator_free(evaluator);
  il_trainer_free(trainer);
}

static void the_judged_are_those_of_a_slow_reference(void **state) {
  (void)state;
  static const struct {
    const char *evaluation;
    int count;
  } cases[] = {{"parameters: best", 1}, {"parameters: mean, best_of: 3", 3}, {"parameters: mean, best_of: 12", 12}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fixture f;
    open_fixture(&f, cases[i].evaluation, NULL, 2);
    run(&f);
    for (int algorithm = 0; algorithm < 2; algorithm++) expect_mean_of(&f, algorithm, cases[i].count);
    assert_int_equal(f.results.runs[2].n_judged, 0); /* scratch does not train */
    close_fixture(&f);
  }
}

/* ---- an ensemble ---- */

static const il_score *score_of(const fixture *f, int run, int episode, int step) {
  return il_results_score(&f->results, &f->results.runs[run], 0, episode, step);
}

/* Prediction and gradient steps of a linear model on a squared error are affine in the parameters, so that the mean of
 * predictions is the prediction of the mean; of another network it is not. */
static void an_ensemble_of_linear_models_is_their_mean(void **state) {
  (void)state;
  static const char *const models[] = {"model={name: linear}", NULL};
  for (int m = 0; m < 2; m++) {
    fixture mean, ensemble;
    double apart = 0;
    open_fixture(&mean, "parameters: mean, best_of: 4", models[m], 2);
    open_fixture(&ensemble, "parameters: ensemble, best_of: 4", models[m], 2);
    run(&mean);
    run(&ensemble);
    assert_memory_equal(mean.results.runs[0].judged, ensemble.results.runs[0].judged, 4 * sizeof(int));
    for (int e = 0; e < EPISODES; e++)
      for (int step = 0; step <= STEPS; step++) {
        double a = score_of(&mean, 0, e, step)->loss, b = score_of(&ensemble, 0, e, step)->loss;
        apart = fmax(apart, fabs(a - b) / (1 + fabs(a)));
        assert_int_equal(score_of(&ensemble, 0, e, step)->queries, score_of(&mean, 0, e, step)->queries);
      }
    assert_true(models[m] ? apart < 1e-5 : apart > 1e-5);
    close_fixture(&mean);
    close_fixture(&ensemble);
  }
}

/* Three members that are the same are as one; of different ones the squared error of the mean prediction is at most the
 * mean of the squared errors, in every episode. */
static void an_ensemble_holds_what_jensen_says(void **state) {
  (void)state;
  enum { MEMBERS = 3, SCORES = EPISODES * (STEPS + 1) };
  fixture f;
  il_trainer *trainer;
  il_evaluator *single, *several;
  il_score one[MEMBERS][SCORES], same[SCORES], mixed[SCORES];
  real *theta[MEMBERS];
  open_fixture(&f, "parameters: last", NULL, 3);
  assert_int_equal(il_trainer_new(&trainer, f.session, 0, 3, NULL), IL_OK);
  const il_learner *learner = il_trainer_learner(trainer);
  const il_inner_options *adapt = &f.experiment->algorithms[0].adapt;
  il_evaluation_setting judging = il_session_evaluation_setting(f.session, 0, 0);
  assert_int_equal(il_evaluator_new(&single, f.session, learner, adapt, &judging, NULL), IL_OK);
  judging.members = MEMBERS;
  assert_int_equal(il_evaluator_new(&several, f.session, learner, adapt, &judging, NULL), IL_OK);
  il_member different[MEMBERS], equal[MEMBERS];
  for (int i = 0; i < MEMBERS; i++) {
    for (int k = 0; k < 10; k++) il_trainer_iterate(trainer);
    theta[i] = copy_of(il_trainer_parameters(trainer), learner->parameters.size);
    il_evaluation_request judged = {.theta = theta[i], .split = IL_SPLIT_TEST, .seed = 1};
    il_evaluator_run(single, &judged, EPISODES, one[i]);
    different[i] = (il_member){theta[i], NULL};
    equal[i] = (il_member){theta[0], NULL};
  }
  il_evaluation_request judged = {.split = IL_SPLIT_TEST, .seed = 1, .n_members = MEMBERS, .members = equal};
  il_evaluator_run(several, &judged, EPISODES, same);
  judged.members = different;
  il_evaluator_run(several, &judged, EPISODES, mixed);
  for (int i = 0; i < SCORES; i++) {
    assert_true(same[i].loss == one[0][i].loss && same[i].total == one[0][i].total);
    double mean = (one[0][i].loss + one[1][i].loss + one[2][i].loss) / MEMBERS;
    assert_true(mixed[i].loss < mean * (1 + 1e-5));
  }
  for (int i = 0; i < MEMBERS; i++) free(theta[i]);
  il_evaluator_free(single);
  il_evaluator_free(several);
  il_trainer_free(trainer);
  close_fixture(&f);
}

/* ---- threads, and what does not depend on the choice ---- */

static void threads_and_the_choice_change_no_training(void **state) {
  (void)state;
  fixture last, one, three, alone, together;
  open_fixture(&last, "parameters: last", NULL, 2);
  open_fixture(&one, "parameters: mean", NULL, 1);
  open_fixture(&three, "parameters: mean", NULL, 3);
  open_fixture(&alone, "parameters: ensemble, best_of: 3", NULL, 1);
  open_fixture(&together, "parameters: ensemble, best_of: 3", NULL, 3);
  run(&last);
  run(&one);
  run(&three);
  run(&alone);
  run(&together);
  for (int r = 0; r < last.results.n_runs; r++) {
    const il_run *a = &one.results.runs[r], *b = &three.results.runs[r], *c = &last.results.runs[r];
    assert_string_equal(a->parameters_digest, b->parameters_digest);
    assert_memory_equal(a->judged, b->judged, sizeof a->judged);
    assert_memory_equal(a->scores, b->scores, EPISODES * (STEPS + 1) * sizeof *a->scores);
    assert_int_equal(a->n_curve, c->n_curve);
    if (a->n_curve) assert_memory_equal(a->curve, c->curve, (size_t)a->n_curve * sizeof *a->curve);
    assert_int_equal(c->n_judged, 0);
    const il_run *d = &alone.results.runs[r], *e = &together.results.runs[r];
    assert_string_equal(d->parameters_digest, e->parameters_digest);
    assert_memory_equal(d->scores, e->scores, EPISODES * (STEPS + 1) * sizeof *d->scores);
  }
  assert_string_not_equal(one.results.runs[0].parameters_digest, last.results.runs[0].parameters_digest);
  close_fixture(&last);
  close_fixture(&one);
  close_fixture(&three);
  close_fixture(&alone);
  close_fixture(&together);
}

/* ---- the order of the best ---- */

/* A point is among the best of a curve when fewer than `most` points are better, or equal and earlier. */
static bool belongs(const il_curve_point *curve, int points, int point, int most) {
  int before = 0;
  for (int i = 0; i < points; i++) {
    double other = curve[i].validation, own = curve[point].validation;
    bool better = isnan(own) ? !isnan(other) : other > own;
    bool equal = isnan(own) ? isnan(other) : other == own;
    before += better || (equal && i < point);
  }
  return before < most;
}

static void equal_points_and_nan_have_an_order(void **state) {
  (void)state;
  enum { LENGTH = 12, TRIALS = 400 };
  static const double values[] = {0.25, 0.5, 0.75, NAN};
  uint64_t random = 11;
  for (int trial = 0; trial < TRIALS; trial++) {
    il_curve_point curve[LENGTH];
    il_selection selection = {.kind = &il_classification, .most = 1 + trial % 5};
    for (int i = 0; i < LENGTH; i++) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      curve[i] = (il_curve_point){.iteration = 10 * (i + 1), .validation = values[(random >> 40) % 4]};
    }
    int length = 1 + trial % LENGTH, wanted = 0;
    il_selection_follow(&selection, curve, length);
    for (int i = 0; i < length; i++) {
      bool found = false;
      for (int k = 0; k < selection.count; k++) found |= selection.at[k].iteration == curve[i].iteration;
      assert_int_equal(found, belongs(curve, length, i, selection.most));
      wanted += found;
    }
    assert_int_equal(selection.count, wanted);
  }
}

/* ---- patience ---- */

/* The training with patience is the beginning of the one without, cut where the rule says. */
static void patience_ends_where_the_curve_says(void **state) {
  (void)state;
  fixture whole, cut;
  open_fixture(&whole, "parameters: last", NULL, 2);
  open_fixture(&cut, "parameters: best", "training.patience=2", 2);
  run(&whole);
  run(&cut);
  int ended = 0;
  for (int r = 0; r < 2; r++) {
    const il_run *all = &whole.results.runs[r], *some = &cut.results.runs[r];
    int best = 0, end = 0;
    while (end + 1 < all->n_curve && end - best < 2) {
      end++;
      if (all->curve[end].validation < all->curve[best].validation) best = end;
    }
    assert_int_equal(some->n_curve, end + 1);
    assert_memory_equal(some->curve, all->curve, (size_t)some->n_curve * sizeof *some->curve);
    assert_int_equal(some->state, IL_RUN_DONE);
    assert_int_equal(some->judged[0], all->curve[best].iteration);
    ended += some->n_curve < all->n_curve;
  }
  assert_true(ended > 0); /* the test tests something */
  close_fixture(&whole);
  close_fixture(&cut);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_judged_are_those_of_a_slow_reference),
                                     cmocka_unit_test(an_ensemble_of_linear_models_is_their_mean),
                                     cmocka_unit_test(an_ensemble_holds_what_jensen_says),
                                     cmocka_unit_test(threads_and_the_choice_change_no_training),
                                     cmocka_unit_test(equal_points_and_nan_have_an_order),
                                     cmocka_unit_test(patience_ends_where_the_curve_says)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
