/* covers: harness; precision: double */
/* What is done with the mean direction of a meta-batch: the schedules of the rate against their closed forms, and whole
 * outer updates, clamp and rate together, against plain arithmetic. */
#include "cmocka_all.h"

#include <math.h>
#include <string.h>

#include "algorithms/schedule.h"
#include "base/portable_math.h"
#include "harness/prove.h"
#include "harness/trainer.h"

extern const il_suite il_suite_sinusoid;
extern const il_model il_model_mlp;
extern const il_algorithm il_algorithm_maml;

static int schedule_named(const char *name) {
  int i = 0;
  while (il_schedule_names[i] && strcmp(il_schedule_names[i], name) != 0) i++;
  assert_non_null(il_schedule_names[i]);
  return i;
}

static double rate_of(const char *name, double first, double final, int halve_every, int iteration, int iterations) {
  il_outer_options outer = {
      .rule = {.learning_rate = first}, .schedule = schedule_named(name), .final_learning_rate = final};
  memcpy(outer.schedule_own[schedule_named("halving")], &halve_every, sizeof halve_every); /* its only option */
  return il_schedule_of(&outer)->rate(&outer, iteration, iterations);
}

static void closed_forms(void **state) {
  (void)state;
  const double first = 0.3, final = 0.02;
  for (int n = 1; n <= 1000; n = n * 3 + 1)
    for (int i = 0; i < n; i++) {
      double done = i / (double)n, cosine = final + (first - final) / 2 * (1 + cos(acos(-1) * done));
      assert_true(rate_of("constant", first, final, 7, i, n) == first);
      assert_true(rate_of("linear", first, final, 7, i, n) == first + done * (final - first)); /* the bits, too */
      assert_true(rate_of("linear", first, first, 7, i, n) == first);
      assert_true(fabs(rate_of("cosine", first, final, 7, i, n) - cosine) < 1e-15);
      assert_true(fabs(rate_of("halving", first, final, 7, i, n) / (first * pow(0.5, floor(i / 7.0))) - 1) < 1e-15);
    }
  assert_true(rate_of("cosine", first, final, 7, 0, 10) == first);
  assert_true(rate_of("cosine", 1, 0, 7, 5, 10) == 0.5);
  assert_true(fabs(rate_of("cosine", 1e-3, 1e-5, 1, 49999, 50000) - 1e-5) < 1e-12);
  assert_true(rate_of("halving", 0.001, 0, 2000, 1999, 30000) == 0.001);
  assert_true(rate_of("halving", 0.001, 0, 2000, 2000, 30000) == 0.0005);
  assert_true(rate_of("halving", 0.001, 0, 2000, 29999, 30000) == 0.001 / 16384);
  assert_true(rate_of("halving", 1, 0, 1, 100000000, 100000001) == 0);
}

static void cosine_of_half_turns(void **state) {
  (void)state;
  for (int i = 0; i <= 100000; i++) {
    double x = i / 100000.0;
    if (fabs(il_cosine_of_half_turns(x) - (double)cosl(acosl(-1) * (long double)x)) > 1e-15) fail_msg("%.17g", x);
  }
  assert_true(il_cosine_of_half_turns(0) == 1 && il_cosine_of_half_turns(1) == -1);
}

/* ---- whole updates ---- */

enum { ITERATIONS = 8 };

static const il_algorithm *const algorithms[] = {&il_algorithm_maml, NULL};
static const il_suite *const suites[] = {&il_suite_sinusoid, NULL};
static const il_model *const models[] = {&il_model_mlp, NULL};
static const il_embedded nothing[] = {{NULL, NULL, 0}};
static const il_registry registry = {algorithms, suites, models, nothing, nothing, NULL};

static const char text[] = "experiment: outer\n"
                           "suite: {name: sinusoid}\n"
                           "model: {name: mlp, hidden: [6]}\n"
                           "training: {iterations: 8, meta_batch: 3}\n"
                           "algorithms:\n"
                           "  - {name: maml, label: unit, outer: {optimiser: sgd, learning_rate: 1}}\n"
                           "  - {name: maml, label: cosine, outer: {optimiser: sgd, learning_rate: 0.5, schedule: "
                           "cosine, final_learning_rate: 0.1, clip: 0.2, weight_decay: 0.25}}\n"
                           "  - {name: maml, label: halving, outer: {optimiser: sgd, learning_rate: 0.5, schedule: "
                           "halving, halve_every: 3}}\n"
                           "  - {name: maml, label: linear, outer: {optimiser: sgd, learning_rate: 0.5, "
                           "final_learning_rate: 0.1}}\n";

enum { UNIT, COSINE, HALVING, LINEAR };

typedef struct fixture {
  il_arena *arena;
  il_experiment *experiment;
  il_session *session;
} fixture;

static void open_fixture(fixture *f) {
  il_error error = {0};
  f->arena = il_arena_new();
  if (il_experiment_parse(&f->experiment, "t.yaml", text, strlen(text), NULL, &registry, f->arena, &error) != IL_OK ||
      il_session_open(&f->session, f->experiment, 1, NULL, NULL, &error) != IL_OK)
    fail_msg("%s", error.message);
}

static void close_fixture(fixture *f) {
  il_session_close(f->session);
  il_arena_free(f->arena);
}

/* Iteration `iteration` of algorithm `algorithm` from `theta`, a trainer of its own. */
static void iterate(real *next, fixture *f, int algorithm, int iteration, const real *theta, size_t size) {
  il_trainer *trainer;
  il_error error = {0};
  if (il_trainer_new(&trainer, f->session, algorithm, 3, &error) != IL_OK) fail_msg("%s", error.message);
  if (theta) memcpy(il_trainer_expose(trainer).parameters, theta, size * sizeof *theta);
  il_trainer_continue(trainer, iteration);
  (void)il_trainer_iterate(trainer);
  memcpy(next, il_trainer_parameters(trainer), size * sizeof *next);
  il_trainer_free(trainer);
}

static double clamped(double value, double bound) {
  return fmax(-bound, fmin(bound, value));
}

static double expected_rate(int algorithm, int i) {
  const double rates[] = {[COSINE] = 0.1 + 0.4 * (1 + cos(acos(-1) * i / ITERATIONS)) / 2,
                          [HALVING] = 0.5 / (i < 3   ? 1
                                             : i < 6 ? 2
                                                     : 4),
                          [LINEAR] = 0.5 - 0.4 * i / ITERATIONS};
  return rates[algorithm];
}

/* sgd with rate 1 leaves theta - direction: what the others do with the same direction follows from it. */
static void updates(void **state) {
  fixture f;
  int beyond = 0, within = 0;
  (void)state;
  open_fixture(&f);
  enum { P = 6 + 6 + 6 + 1 };
  real theta[P], plain[P], next[P];
  for (int i = 0; i < P; i++) theta[i] = (real)(0.9 * sin(1 + 2.3 * i));
  for (int i = 0; i < ITERATIONS; i++) {
    iterate(plain, &f, UNIT, i, theta, P);
    for (int a = COSINE; a <= LINEAR; a++) {
      double rate = expected_rate(a, i);
      iterate(next, &f, a, i, theta, P);
      for (int p = 0; p < P; p++) {
        double direction = (double)theta[p] - (double)plain[p], step = direction;
        if (a == COSINE) step = clamped(direction, 0.2) + 0.25 * (double)theta[p];
        if (a == COSINE) *(fabs(direction) > 0.2 ? &beyond : &within) += 1;
        if (fabs((double)theta[p] - rate * step - (double)next[p]) > 1e-13)
          fail_msg("algorithm %d, iteration %d, coordinate %d: %.17g", a, i, p, (double)next[p]);
      }
    }
    memcpy(theta, plain, sizeof theta);
  }
  assert_true(beyond > 5 && within > 5);
  print_message("%d clamped, %d not\n", beyond, within);
  close_fixture(&f);
}

/* A direction that is not a number is not made one. */
static void divergence_shows(void **state) {
  fixture f;
  real theta[19], next[19];
  (void)state;
  open_fixture(&f);
  for (int i = 0; i < 19; i++) theta[i] = NAN;
  iterate(next, &f, COSINE, 0, theta, 19);
  for (int i = 0; i < 19; i++) assert_true(isnan(next[i]));
  close_fixture(&f);
}

/* A proof is of the direction before the clamp, and says how much of it lies beyond. */
static void proofs_know(void **state) {
  fixture f;
  il_proof proof;
  il_proof_arrays arrays;
  il_error error = {0};
  (void)state;
  open_fixture(&f);
  if (il_prove(&proof, &arrays, f.session, COSINE, f.arena, &error) != IL_OK) fail_msg("%s", error.message);
  size_t beyond = 0;
  for (size_t i = 0; i < arrays.parameters; i++) beyond += fabs((double)arrays.direction[i]) > 0.2;
  assert_int_equal(proof.verdict, IL_PROOF_HOLDS);
  assert_true(proof.clip == 0.2 && beyond > 0);
  assert_int_equal(proof.clipped, beyond);
  if (il_prove(&proof, &arrays, f.session, UNIT, f.arena, &error) != IL_OK) fail_msg("%s", error.message);
  assert_true(proof.clip <= 0 && proof.clipped == 0);
  close_fixture(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(closed_forms),     cmocka_unit_test(cosine_of_half_turns), cmocka_unit_test(updates),
      cmocka_unit_test(divergence_shows), cmocka_unit_test(proofs_know),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
