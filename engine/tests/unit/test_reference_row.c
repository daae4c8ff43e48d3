/* covers: harness */
/* Whole trainings and evaluations give the same bits on every row of the kernel table, the reference row included:
 * convolutions with batch normalisation and pooling, and every activation. */
#include <string.h>

#include "cli/builtin.h"
#include "cmocka_all.h"
#include "harness/runner.h"

#define SMALL                                                                                                          \
  "training: {iterations: 3, meta_batch: 2, validate_every: 2, validation_episodes: 2}\n"                              \
  "evaluation: {episodes: 3, shots: [1], queries: 2, steps: 2}\n"                                                      \
  "seeds: [0]\n"

static const char *const texts[] = {
    "experiment: convolutions\n"
    "suite: {name: glyphs, size: 14, classes: [40, 6, 8]}\n"
    "model: {name: conv4, filters: 5, blocks: 2, downsample: max_pool, affine: gamma_beta, head: flatten}\n" SMALL
    "algorithms:\n"
    "  - {name: maml, inner: {steps: 2, learning_rate: 0.4}}\n"
    "  - {name: reptile, inner: {steps: 2, batch: 3}, model: {name: conv4, filters: 4, blocks: 3, bias: false}}\n"
    "  - {name: transfer, backbone: adapted, batch: 5, adapt: {steps: 2}}\n"
    "  - {name: nearest}\n",
    "experiment: activations\n"
    "suite: {name: sinusoid}\n"
    "model: {name: mlp, hidden: [40, 35], norm: batch}\n" SMALL "algorithms:\n"
    "  - {name: maml, inner: {steps: 2, optimiser: adam, learning_rate: 0.01}}\n"
    "  - {name: maml, label: a, model: {name: mlp, hidden: [40], activation: tanh}}\n"
    "  - {name: maml, label: b, model: {name: mlp, hidden: [40], activation: sigmoid, norm: batch}}\n"
    "  - {name: fomaml, label: c, model: {name: mlp, hidden: [40], activation: softplus}}\n"};

typedef struct fixture {
  il_arena *arena;
  il_session *session;
  il_results results;
} fixture;

static void run_on(fixture *f, const char *yaml, const char *kernels) {
  il_error error = {0};
  il_overrides none = {0};
  il_experiment *experiment;
  f->arena = il_arena_new();
  il_status status =
      il_experiment_parse(&experiment, "test.yaml", yaml, strlen(yaml), &none, &il_builtin_registry, f->arena, &error);
  if (status == IL_OK) status = il_session_open(&f->session, experiment, 2, kernels, NULL, &error);
  if (status == IL_OK)
    status = il_runner_prepare(&f->results, f->session, &il_builtin_registry, "test", f->arena, &error);
  if (status == IL_OK) status = il_runner_run(&f->results, f->session, NULL, NULL, NULL, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
  assert_string_equal(f->session->kernels->contract, IL_KERNELS_PINNED);
}

static void close_fixture(fixture *f) {
  il_session_close(f->session);
  il_arena_free(f->arena);
}

static void assert_same(const il_results *a, const il_results *b, const char *row) {
  for (int r = 0; r < a->n_runs; r++) {
    const il_run *one = &a->runs[r], *other = &b->runs[r];
    const il_algorithm_config *config = &a->experiment->algorithms[one->algorithm];
    if (strcmp(one->parameters_digest, other->parameters_digest) != 0)
      fail_msg("%s, %s: other parameters on row %s", a->experiment->name, config->label, row);
    assert_int_equal(one->n_curve, other->n_curve);
    assert_memory_equal(one->curve, other->curve, (size_t)one->n_curve * sizeof *one->curve);
    for (int i = 0; i < 3 * (config->adapt.steps + 1); i++) {
      assert_memory_equal(&one->scores[i].loss, &other->scores[i].loss, sizeof(double));
      assert_true(one->scores[i].total == other->scores[i].total);
    }
  }
}

static void trainings_give_the_same_bits_on_every_row(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    fixture reference;
    run_on(&reference, texts[i], "reference");
    for (const char *const *name = il_kernels_names(); *name; name++) {
      fixture other;
      if (strcmp(*name, "reference") == 0 || !il_kernels_find(*name)) continue;
      run_on(&other, texts[i], *name);
      assert_same(&reference.results, &other.results, *name);
      close_fixture(&other);
    }
    close_fixture(&reference);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(trainings_give_the_same_bits_on_every_row)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
