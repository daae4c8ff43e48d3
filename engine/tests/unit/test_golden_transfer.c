/* covers: algorithms; precision: float double */
/* Transfer learning for classification against PyTorch's float64 (golden/generate_transfer.py): pretraining by batch
 * statistics, running statistics, features by them, a new head with a frozen backbone or with one that moves along.
 * Every kernel row of this processor, fused and plain. */
#include "algorithms/learner.h"
#include "algorithms/optimiser.h"
#include "golden_bench.h"
#include "optimiser_rule.h"
#include "option_struct.h"

extern const il_model il_model_conv4;
extern const il_algorithm il_algorithm_transfer;

enum { ROWS = 5, CLASSES = 6, WAYS = 3, SHOTS = 2, QUERIES = 6 };

static void open_bench(bench *b, const char *backbone) {
  static const char *const pairs[] = {"filters", "3",         "blocks",     "2",       "downsample", "max_pool",
                                      "padding", "symmetric", "head",       "flatten", "affine",     "gamma_beta",
                                      "epsilon", "1e-5",      "adapt_norm", "true",    NULL};
  il_error error = {0};
  new_bench(b, "transfer");
  void *model = option_struct(&il_model_conv4.options, b->arena);
  for (const char *const *pair = pairs; *pair; pair += 2)
    option_set(model, &il_model_conv4.options, pair[0], pair[1], b->arena);
  void *options = option_struct(&il_algorithm_transfer.options, b->arena);
  option_set(options, &il_algorithm_transfer.options, "batch", "5", b->arena);
  option_set(options, &il_algorithm_transfer.options, "backbone", backbone, b->arena);
  b->learner = (il_learner){.algorithm = &il_algorithm_transfer,
                            .options = options,
                            .model = &il_model_conv4,
                            .model_options = model,
                            .interface = {{3, {8, 8, 1}}, CLASSES},
                            .kind = &il_classification,
                            .ways = WAYS,
                            .targets = WAYS};
  if (il_learner_prepare(&b->learner, &error) != IL_OK) fail_msg("%s", error.message);
  assert_int_equal(b->learner.parameters.size, get(b, "parameters")->size);
  assert_int_equal(b->learner.carried.size, get(b, "batch1.running")->size);
}

static void on_everything(const char *backbone, void (*body)(bench *b)) {
  bench b;
  open_bench(&b, backbone);
  for (const char *const *name = il_kernels_names(); *name; name++) {
    b.learner.kernels = il_kernels_find(*name);
    for (int plain = 0; plain < 2 && b.learner.kernels; plain++) {
      b.learner.mode = plain ? IL_COMPILE_PLAIN : IL_COMPILE_FUSED;
      put(&b, IL_SLOT_PARAMETERS, "parameters");
      body(&b);
    }
  }
  close_bench(&b);
}

/* Two batches; the statistics run on from the first to the second. */
static void pretraining_body(bench *b) {
  static const il_inner_options none = {0};
  il_learner_state_reset(b->slots[IL_SLOT_STATE], &b->learner, NULL);
  for (int batch = 1; batch <= 2; batch++) {
    il_training_program training;
    il_error error = {0};
    char name[GOLDEN_NAME];
    snprintf(name, sizeof name, "batch%d.x", batch);
    put(b, IL_SLOT_SUPPORT_X, name);
    snprintf(name, sizeof name, "batch%d.y", batch);
    put(b, IL_SLOT_SUPPORT_Y, name);
    if (il_learner_training(&training, &b->learner, &none, 1, 1, true, &error) != IL_OK) fail_msg("%s", error.message);
    assert_int_equal(training.kind, IL_DIRECTION_GRADIENT);
    assert_int_equal(training.state, b->learner.carried.size);
    run(b, training.program);
    snprintf(name, sizeof name, "batch%d.gradient", batch);
    expect(b, b->slots[IL_SLOT_OUT_DIRECTION], name);
    snprintf(name, sizeof name, "batch%d.loss", batch);
    expect(b, b->slots[IL_SLOT_OUT_LOSS], name);
    snprintf(name, sizeof name, "batch%d.running", batch);
    expect(b, b->slots[IL_SLOT_OUT_STATE], name);
    memcpy(b->slots[IL_SLOT_STATE], b->slots[IL_SLOT_OUT_STATE], training.state * sizeof(real));
    expect(b, b->slots[IL_SLOT_OUT_PARAMETERS], "parameters");
  }
}

static void test_pretraining(void **state) {
  (void)state;
  on_everything("frozen", pretraining_body);
}

/* Codes of the examples in `slot`, where the learner encodes. */
static void encode(bench *b, int slot, const char *name, int rows) {
  il_program *program;
  il_error error = {0};
  put(b, slot, name);
  if (!b->learner.encodes) return;
  put(b, IL_SLOT_QUERY_X, name);
  assert_int_equal(il_learner_encoding(&program, &b->learner, rows, &error), IL_OK);
  run(b, program);
  size_t size = (size_t)rows * il_shape_size(&b->learner.code);
  memcpy(b->slots[slot], b->slots[IL_SLOT_OUT_PREDICTION], size * sizeof(real));
}

static void adaptation_body(bench *b, const char *prefix) {
  il_inner_options sgd = {.rule = sgd_rule(0.05, 0.9, 0.9)};
  sgd.rule.weight_decay = 0.01;
  const size_t size = b->learner.parameters.size;
  il_program *program;
  il_error error = {0};
  char name[GOLDEN_NAME];
  assert_string_equal(il_optimiser_names[sgd.rule.optimiser], "sgd");
  il_learner_state_reset(b->slots[IL_SLOT_STATE], &b->learner, &sgd.rule);
  put(b, IL_SLOT_STATE, "batch2.running");
  put(b, IL_SLOT_SUPPORT_Y, "support_y");
  put(b, IL_SLOT_QUERY_Y, "query_y");
  encode(b, IL_SLOT_SUPPORT_X, "support_x", WAYS * SHOTS);
  for (int step = 1; step <= 3; step++) {
    assert_int_equal(il_learner_adaptation(&program, &b->learner, &sgd, SHOTS, &error), IL_OK);
    run(b, program);
    snprintf(name, sizeof name, "%s.steps%d.adapted", prefix, step);
    expect(b, b->slots[IL_SLOT_OUT_PARAMETERS], name);
    for (int p = 0; p < b->learner.parameters.count; p++) { /* what does not move keeps its bits */
      const il_parameter *row = &b->learner.parameters.at[p];
      int same = memcmp(b->slots[IL_SLOT_PARAMETERS] + row->offset, b->slots[IL_SLOT_OUT_PARAMETERS] + row->offset,
                        il_shape_size(&row->shape) * sizeof(real)) == 0;
      assert_int_equal(same, !row->adapted);
    }
    memcpy(b->slots[IL_SLOT_PARAMETERS], b->slots[IL_SLOT_OUT_PARAMETERS], size * sizeof(real));
    memcpy(b->slots[IL_SLOT_STATE], b->slots[IL_SLOT_OUT_STATE],
           il_learner_state_size(&b->learner, &sgd.rule) * sizeof(real));
    expect(b, b->slots[IL_SLOT_STATE], "batch2.running"); /* frozen as well */
  }
  encode(b, IL_SLOT_QUERY_X, "query_x", QUERIES);
  if (b->learner.encodes) expect(b, b->slots[IL_SLOT_QUERY_X], "codes");
  assert_int_equal(il_learner_evaluation(&program, &b->learner, SHOTS, QUERIES, &error), IL_OK);
  run(b, program);
  snprintf(name, sizeof name, "%s.prediction", prefix);
  expect(b, b->slots[IL_SLOT_OUT_PREDICTION], name);
  snprintf(name, sizeof name, "%s.loss", prefix);
  expect(b, b->slots[IL_SLOT_OUT_LOSS], name);
}

static void frozen_body(bench *b) {
  assert_true(b->learner.encodes);
  adaptation_body(b, "frozen");
}

static void full_body(bench *b) {
  assert_false(b->learner.encodes);
  adaptation_body(b, "full");
}

static void test_frozen_backbone(void **state) {
  (void)state;
  on_everything("frozen", frozen_body);
}

static void test_adapted_backbone(void **state) {
  (void)state;
  on_everything("adapted", full_body);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pretraining),
      cmocka_unit_test(test_frozen_backbone),
      cmocka_unit_test(test_adapted_backbone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
