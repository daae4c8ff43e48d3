/* covers: harness; precision: double */
/* What every method says about its direction, found true on sine waves and on procedural characters. */
#include "cmocka_all.h"

#include <string.h>

#include "harness/prove.h"

extern const il_suite il_suite_sinusoid, il_suite_glyphs;
extern const il_model il_model_mlp, il_model_conv4;
extern const il_algorithm il_algorithm_meta_sgd, il_algorithm_meta_curvature;

static const char waves[] = "suite: sinusoid\nmodel: {name: mlp, hidden: [6, 6], activation: tanh, scale: 0.5}\n"
                            "training: {iterations: 1, meta_batch: 1, shots: 6, queries: 6}\n";
static const char characters[] = "suite: {name: glyphs, size: 8, ways: 3}\n"
                                 "model: {name: conv4, filters: 2, blocks: 2}\n"
                                 "training: {iterations: 1, meta_batch: 1, shots: 2, queries: 2}\n";

static void expect(const char *setting, const char *entry, il_finding finding) {
  static const il_algorithm *const algorithms[] = {&il_algorithm_meta_sgd, &il_algorithm_meta_curvature, NULL};
  static const il_suite *const suites[] = {&il_suite_sinusoid, &il_suite_glyphs, NULL};
  static const il_model *const models[] = {&il_model_mlp, &il_model_conv4, NULL};
  static const il_registry registry = {.algorithms = algorithms, .suites = suites, .models = models};
  char yaml[1024], text[2048];
  il_experiment *experiment;
  il_session *session = NULL;
  il_proof proof = {0};
  il_error error = {0};
  il_arena *arena = il_arena_new();
  (void)snprintf(yaml, sizeof yaml,
                 "experiment: proofs\n%sevaluation: {episodes: 1}\nseeds: [3]\nalgorithms:\n  - {%s}\n", setting,
                 entry);
  il_status status = il_experiment_parse(&experiment, "e", yaml, strlen(yaml), NULL, &registry, arena, &error);
  if (status == IL_OK) status = il_session_open(&session, experiment, 1, NULL, NULL, &error);
  if (status == IL_OK) status = il_prove(&proof, NULL, session, 0, arena, &error);
  if (status != IL_OK) fail_msg("%s: %s", entry, error.message);
  FILE *page = fmemopen(text, sizeof text, "w");
  il_proof_print(&proof, entry, page);
  assert_int_equal(fclose(page), 0);
  if (proof.verdict != IL_PROOF_HOLDS || proof.finding != finding) fail_msg("expected finding %d\n%s", finding, text);
  il_session_close(session);
  il_arena_free(arena);
}

static void claims_hold(void **state) {
  (void)state;
  static const struct {
    const char *setting, *entry;
    il_finding finding;
  } cases[] = {
      {waves, "name: meta_sgd, inner: {steps: 2, learning_rate: 0.05}", IL_FINDING_SECOND_ORDER},
      {characters, "name: meta_sgd, inner: {learning_rate: 0.1}", IL_FINDING_SECOND_ORDER},
      {waves, "name: meta_curvature, inner: {steps: 2, learning_rate: 0.05}", IL_FINDING_SECOND_ORDER},
      {waves, "name: meta_curvature, inner: {steps: 2, learning_rate: 0.02, optimiser: adam}", IL_FINDING_SECOND_ORDER},
      {characters, "name: meta_curvature", IL_FINDING_SECOND_ORDER},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    expect(cases[i].setting, cases[i].entry, cases[i].finding);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(claims_hold)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
