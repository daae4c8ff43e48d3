/* covers: harness; precision: double */
/* The plug-in of the examples, compiled with the double engine: its direction is the exact meta-gradient (finite
 * differences of the loss), first-order where it says so, and adaptation leaves the body where it is. */
#include "cmocka_all.h"

#include <string.h>

#include "examples/plugin/anil.c"
#include "experiment/config.h"
#include "harness/prove.h"

extern const il_suite il_suite_sinusoid;
extern const il_model il_model_mlp;

static const char yaml[] =
    "experiment: example\n"
    "suite: sinusoid\n"
    "model: {name: mlp, hidden: [8, 8], activation: tanh, scale: 0.5}\n"
    "training: {iterations: 1, meta_batch: 1, shots: 6, queries: 6}\n"
    "evaluation: {episodes: 1}\n"
    "seeds: [3]\n"
    "algorithms:\n"
    "  - {name: anil, inner: {steps: 3, learning_rate: 0.05}}\n"
    "  - {name: anil, label: first, first_order: true, inner: {steps: 3, learning_rate: 0.05}}\n";

typedef struct fixture {
  il_arena *arena;
  il_session *session;
} fixture;

static int setup(void **state) {
  static const il_suite *const suites[] = {&il_suite_sinusoid, NULL};
  static const il_model *const models[] = {&il_model_mlp, NULL};
  static const il_algorithm *const table[] = {&anil, NULL};
  static const il_registry registry = {.algorithms = table, .suites = suites, .models = models, .published = NULL};
  static fixture f;
  il_experiment *experiment;
  il_error error = {0};
  f.arena = il_arena_new();
  il_status status = il_experiment_parse(&experiment, "e", yaml, strlen(yaml), NULL, &registry, f.arena, &error);
  if (status == IL_OK) status = il_session_open(&f.session, experiment, 1, NULL, NULL, &error);
  *state = &f;
  if (status != IL_OK) print_error("%s\n", error.message);
  return status == IL_OK ? 0 : -1;
}

static int teardown(void **state) {
  fixture *f = *state;
  il_session_close(f->session);
  il_arena_free(f->arena);
  return 0;
}

static void the_direction_is_what_it_claims(void **state) {
  static const il_finding expected[] = {IL_FINDING_SECOND_ORDER, IL_FINDING_FIRST_ORDER};
  fixture *f = *state;
  for (int a = 0; a < 2; a++) {
    il_proof proof;
    il_error error = {0};
    if (il_prove(&proof, NULL, f->session, a, f->arena, &error) != IL_OK) fail_msg("%s", error.message);
    assert_int_equal(proof.finding, expected[a]);
    assert_int_equal(proof.verdict, IL_PROOF_HOLDS);
    assert_true(proof.with[a == 0 ? IL_REFERENCE_THROUGH : IL_REFERENCE_ADAPTED].error < 1e-6);
    assert_int_equal(proof.inner_steps, 3);
  }
}

/* 1-8-8-1: the head is the last 9 of 97 parameters. */
static void the_body_stays(void **state) {
  fixture *f = *state;
  il_proof proof;
  il_proof_arrays arrays = {0};
  assert_int_equal(il_prove(&proof, &arrays, f->session, 0, f->arena, NULL), IL_OK);
  assert_int_equal(arrays.parameters, 97);
  assert_memory_equal(arrays.theta, arrays.adapted, 88 * sizeof *arrays.theta);
  for (int i = 88; i < 97; i++) assert_true(arrays.theta[i] != arrays.adapted[i]);
}

static void the_entry_is_of_this_layout(void **state) {
  (void)state;
  assert_int_equal(il_plugin_entry.abi, IL_PLUGIN_ABI);
  assert_int_equal(il_plugin_entry.layout[0], sizeof(double));
  assert_int_equal(il_plugin_entry.layout[1], sizeof(il_algorithm));
  assert_int_equal(il_plugin_entry.algorithms.count, 1);
  assert_ptr_equal(il_plugin_entry.algorithms.at[0], &anil);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_direction_is_what_it_claims),
      cmocka_unit_test(the_body_stays),
      cmocka_unit_test(the_entry_is_of_this_layout),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
