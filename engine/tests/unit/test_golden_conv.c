/* covers: algorithms; precision: float double */
/* Normalised and convolutional networks against PyTorch's float64 (golden/generate_conv.py): meta-gradients to second
 * order, first order, adapted parameters and predictions. Every case runs on every kernel row of this processor, fused
 * and plain. The seeds keep every pre-activation away from relu's kink. */
#include "algorithms/learner.h"
#include "algorithms/optimiser.h"
#include "golden_bench.h"
#include "option_struct.h"

extern const il_model il_model_mlp, il_model_conv4;
extern const il_algorithm il_algorithm_maml, il_algorithm_fomaml;

enum { PAIRS = 24 };

/* A network of generate_conv.py: its options, and the inner loss scale. */
typedef struct conv_case {
  const char *name;
  const il_model *model;
  const char *pairs[PAIRS];
  il_loss_scale loss_scale;
} conv_case;

static const conv_case conv_cases[] = {
    {"conv-maml", &il_model_conv4, {"filters", "4", "blocks", "2"}, IL_LOSS_PER_CLASS_SUM},
    {"conv-reptile",
     &il_model_conv4,
     {"filters", "3", "blocks", "2", "downsample", "max_pool", "pool_padding", "same", "order", "conv_norm_pool_relu",
      "head", "flatten", "affine", "gamma_beta", "adapt_norm", "true"},
     IL_LOSS_SUM},
    {"conv-pool",
     &il_model_conv4,
     {"filters", "5", "blocks", "2", "downsample", "max_pool", "padding", "symmetric", "head", "flatten", "affine",
      "gamma_beta", "epsilon", "1e-5"},
     IL_LOSS_MEAN},
    {"conv-plain",
     &il_model_conv4,
     {"filters", "3", "blocks", "2", "padding", "symmetric", "norm", "none"},
     IL_LOSS_MEAN},
    {"mlp-norm", &il_model_mlp, {"hidden", "[7, 7]", "norm", "batch"}, IL_LOSS_PER_CLASS_SUM},
};

enum { CONV_CASES = sizeof conv_cases / sizeof *conv_cases };

static void open_bench(bench *b, const conv_case *which) {
  il_error error = {0};
  new_bench(b, which->name);
  void *model = option_struct(&which->model->options, b->arena);
  for (const char *const *pair = which->pairs; *pair; pair += 2)
    option_set(model, &which->model->options, pair[0], pair[1], b->arena);
  const golden_array *x = get(b, "support_x"), *y = get(b, "support_y");
  b->learner = (il_learner){.algorithm = &il_algorithm_maml,
                            .options = option_struct(&il_algorithm_maml.options, b->arena),
                            .model = which->model,
                            .model_options = model,
                            .interface = {{3, {x->dims[1], x->dims[2], x->dims[3]}}, y->dims[1]},
                            .kind = &il_classification,
                            .ways = y->dims[1]};
  assert_int_equal(il_kernels_select(&b->learner.kernels, NULL, &error), IL_OK);
  if (il_learner_prepare(&b->learner, &error) != IL_OK) fail_msg("%s", error.message);
  assert_int_equal(b->learner.parameters.size, get(b, "parameters")->size);
  b->inner = (il_inner_options){.rule.learning_rate = get(b, "inner.learning_rate")->values[0],
                                .loss_scale = which->loss_scale};
  for (int i = 0; il_optimiser_names[i]; i++)
    if (strcmp(il_optimiser_names[i], "sgd") == 0) b->inner.rule.optimiser = i;
  put(b, IL_SLOT_PARAMETERS, "parameters");
  put(b, IL_SLOT_SUPPORT_X, "support_x"), put(b, IL_SLOT_SUPPORT_Y, "support_y");
  put(b, IL_SLOT_QUERY_X, "query_x"), put(b, IL_SLOT_QUERY_Y, "query_y");
}

/* `body` on every kernel row and compile mode of every case. */
static void on_everything(void (*body)(bench *b)) {
  for (int i = 0; i < CONV_CASES; i++) {
    bench b;
    open_bench(&b, &conv_cases[i]);
    for (const char *const *name = il_kernels_names(); *name; name++) {
      b.learner.kernels = il_kernels_find(*name);
      for (int plain = 0; plain < 2 && b.learner.kernels; plain++) {
        b.learner.mode = plain ? IL_COMPILE_PLAIN : IL_COMPILE_FUSED;
        body(&b);
      }
    }
    close_bench(&b);
  }
}

static void meta_body(bench *b) {
  static const il_algorithm *const algorithms[] = {&il_algorithm_maml, &il_algorithm_fomaml};
  static const char *const gradients[] = {"meta_gradient", "first_order_gradient"};
  const int shots = get(b, "support_x")->dims[0] / b->learner.ways,
            queries = get(b, "query_x")->dims[0] / b->learner.ways;
  for (int i = 0; i < 4; i++) {
    il_training_program training;
    il_error error = {0};
    char name[GOLDEN_NAME];
    b->inner.steps = 1 + i / 2;
    b->learner.algorithm = algorithms[i % 2];
    if (il_learner_training(&training, &b->learner, &b->inner, shots, queries, true, &error) != IL_OK)
      fail_msg("%s", error.message);
    run(b, training.program);
    snprintf(name, sizeof name, "maml.steps%d.%s", b->inner.steps, gradients[i % 2]);
    expect(b, b->slots[IL_SLOT_OUT_DIRECTION], name);
    snprintf(name, sizeof name, "maml.steps%d.adapted", b->inner.steps);
    expect(b, b->slots[IL_SLOT_OUT_PARAMETERS], name);
    snprintf(name, sizeof name, "maml.steps%d.loss", b->inner.steps);
    expect(b, b->slots[IL_SLOT_OUT_LOSS], name);
  }
}

static void test_meta_gradients(void **state) {
  (void)state;
  on_everything(meta_body);
}

/* Adaptation at test is the inner loop: only adapted parameters move, by the scaled loss. */
static void adaptation_body(bench *b) {
  il_error error = {0};
  const int shots = get(b, "support_x")->dims[0] / b->learner.ways;
  b->learner.algorithm = &il_algorithm_maml;
  for (int step = 1; step <= 2; step++) {
    il_program *program;
    char name[GOLDEN_NAME];
    assert_int_equal(il_learner_adaptation(&program, &b->learner, &b->inner, shots, &error), IL_OK);
    run(b, program);
    memcpy(b->slots[IL_SLOT_PARAMETERS], b->slots[IL_SLOT_OUT_PARAMETERS], b->learner.parameters.size * sizeof(real));
    snprintf(name, sizeof name, "maml.steps%d.adapted", step);
    expect(b, b->slots[IL_SLOT_PARAMETERS], name);
  }
  put(b, IL_SLOT_PARAMETERS, "parameters");
}

static void test_adaptation(void **state) {
  (void)state;
  on_everything(adaptation_body);
}

/* The query set as one batch, and each query beside the support set. */
static void judgement_body(bench *b) {
  il_error error = {0};
  il_program *program;
  const size_t support = get(b, "support_x")->size, width = il_shape_size(&b->learner.interface.input);
  const int rows = get(b, "support_x")->dims[0], queries = get(b, "query_x")->dims[0], ways = b->learner.ways;
  real alone[REALS];
  assert_int_equal(il_learner_evaluation(&program, &b->learner, 1, queries, &error), IL_OK);
  run(b, program);
  expect(b, b->slots[IL_SLOT_OUT_PREDICTION], "query.prediction");
  expect(b, b->slots[IL_SLOT_OUT_LOSS], "query.loss");
  for (int query = 0; query < queries; query++) {
    const double *row = get(b, "query_x")->values + (size_t)query * width;
    put(b, IL_SLOT_QUERY_X, "support_x");
    for (size_t i = 0; i < width; i++) b->slots[IL_SLOT_QUERY_X][support + i] = (real)row[i];
    assert_int_equal(il_learner_prediction(&program, &b->learner, 1, rows + 1, &error), IL_OK);
    run(b, program);
    memcpy(alone + query * ways, b->slots[IL_SLOT_OUT_PREDICTION] + rows * ways, (size_t)ways * sizeof(real));
  }
  expect(b, alone, "query.prediction_alone");
  put(b, IL_SLOT_QUERY_X, "query.prediction");
  assert_int_equal(il_learner_loss(&program, &b->learner, queries, &error), IL_OK);
  run(b, program);
  expect(b, b->slots[IL_SLOT_OUT_LOSS], "query.loss");
  put(b, IL_SLOT_QUERY_X, "query_x");
}

static void test_judgement(void **state) {
  (void)state;
  on_everything(judgement_body);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_meta_gradients),
      cmocka_unit_test(test_adaptation),
      cmocka_unit_test(test_judgement),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
