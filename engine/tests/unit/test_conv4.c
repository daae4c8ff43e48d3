/* covers: harness */
/* The networks of the papers: parameter counts as published, what the inner loop may move, images that do not fit;
 * queries judged together and alone. */
#include <math.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "cli/builtin.h"
#include "harness/evaluator.h"
#include "optimiser_rule.h"
#include "option_struct.h"

extern const il_model il_model_mlp, il_model_conv4;

enum { PAIRS = 24 };

/* A network and what it must have: parameters outside, and inside, normalisation (gamma and beta). */
typedef struct network {
  const il_model *model;
  int size, channels, ways;
  size_t weights, norms;
  const char *pairs[PAIRS];
} network;

#define REPTILE "affine", "gamma_beta", "adapt_norm", "true", "head", "flatten", "head_initialiser", "xavier_uniform"

/* Counts from the code of Finn et al. 2017 and Nichol et al. 2018; Reptile's include gamma and beta. */
static const network networks[] = {
    {&il_model_conv4, 28, 1, 5, 111749, 256, {NULL}},
    {&il_model_conv4, 28, 1, 20, 112724, 256, {NULL}},
    {&il_model_conv4, 28, 1, 5, 113221 - 512, 512, {REPTILE}},
    {&il_model_conv4, 28, 1, 20, 117076 - 512, 512, {REPTILE}},
    {&il_model_conv4, 84, 3, 5, 32645, 128, {"filters", "32", "downsample", "max_pool", "head", "flatten"}},
    {&il_model_conv4,
     84,
     3,
     5,
     34661 - 256,
     256,
     {REPTILE, "filters", "32", "downsample", "max_pool", "pool_padding", "same", "order", "conv_norm_pool_relu"}},
    {&il_model_mlp, 28, 1, 5, 246597, 512, {"hidden", "[256, 128, 64, 64]", "norm", "batch"}},
    {&il_model_conv4, 28, 1, 5, 111749, 0, {"affine", "none"}},
    {&il_model_conv4, 28, 1, 5, 111749, 0, {"norm", "none"}},
    {&il_model_conv4, 28, 1, 5, 111749 - 256, 256, {"bias", "false"}},
    {&il_model_conv4,
     32,
     3,
     5,
     64 * 27 + 64 + 3 * (64 * 576 + 64) + 5 * 257,
     512,
     {"downsample", "max_pool", "padding", "symmetric", "affine", "gamma_beta", "head", "flatten"}},
};

enum { NETWORKS = sizeof networks / sizeof *networks };

static void *options_of(const network *n, il_arena *arena) {
  void *options = option_struct(&n->model->options, arena);
  for (const char *const *pair = n->pairs; *pair; pair += 2)
    option_set(options, &n->model->options, pair[0], pair[1], arena);
  return options;
}

static il_interface interface_of(const network *n) {
  return (il_interface){{3, {n->size, n->size, n->channels}}, n->ways};
}

static void test_published_parameter_counts(void **state) {
  for (int i = 0; i < NETWORKS; i++) {
    const network *n = &networks[i];
    il_parameters parameters = {0};
    il_error error = {0};
    il_interface interface = interface_of(n);
    if (n->model->parameters(&parameters, options_of(n, *state), &interface, &error) != IL_OK)
      fail_msg("%s", error.message);
    size_t norms = 0;
    int reptile = strcmp(n->pairs[0] ? n->pairs[0] : "", "affine") == 0;
    for (int p = 0; p < parameters.count; p++) {
      const il_parameter *row = &parameters.at[p];
      int is_norm = strstr(row->name, ".gamma") || strstr(row->name, ".beta");
      norms += is_norm ? il_shape_size(&row->shape) : 0;
      assert_int_equal(row->adapted, !is_norm || reptile);
    }
    assert_int_equal(norms, n->norms);
    assert_int_equal(parameters.size, n->weights + n->norms);
  }
}

/* Every network builds, and its prediction depends on every parameter but the biases that normalisation cancels. */
static void test_networks_build(void **state) {
  for (int i = 0; i < NETWORKS; i++) {
    const network *n = &networks[i];
    il_parameters parameters = {0};
    il_interface interface = interface_of(n);
    void *options = options_of(n, *state);
    il_graph *graph = il_graph_new();
    il_error error = {0};
    assert_int_equal(n->model->parameters(&parameters, options, &interface, &error), IL_OK);
    il_values theta = {.count = parameters.count};
    for (int p = 0; p < theta.count; p++)
      theta.at[p] = il_input(graph, 0, parameters.at[p].offset, parameters.at[p].shape);
    il_value x = il_input(graph, 1, 0, (il_shape){4, {2, n->size, n->size, n->channels}});
    il_value y = n->model->build(graph, options, &interface, &theta, x);
    il_shape shape = il_shape_of(graph, y), expected = il_shape_matrix(2, n->ways);
    il_values gradient = il_gradient(graph, il_sum(graph, il_square(graph, y)), &theta);
    if (il_graph_status(graph, &error) != IL_OK) fail_msg("%s", error.message);
    assert_true(il_shape_equal(&shape, &expected));
    int normalised = n->norms > 0 || (n->pairs[1] && strcmp(n->pairs[0], "affine") == 0);
    for (int p = 0; p < theta.count; p++) {
      int cancelled = normalised && strstr(parameters.at[p].name, ".bias") && !strstr(parameters.at[p].name, "head");
      il_value zero = il_constant(graph, parameters.at[p].shape, 0);
      assert_int_equal(gradient.at[p] == zero, cancelled);
    }
    il_graph_free(graph);
  }
}

static void expect_refusal(const network *n, il_interface interface, const char *what, il_arena *arena) {
  il_parameters parameters = {0};
  il_error error = {0};
  assert_int_equal(n->model->parameters(&parameters, options_of(n, arena), &interface, &error), IL_INVALID);
  if (!strstr(error.message, what)) fail_msg("%s", error.message);
}

static void test_what_does_not_fit_is_refused(void **state) {
  const network pooled = {.model = &il_model_conv4, .pairs = {"downsample", "max_pool"}};
  expect_refusal(&networks[0], (il_interface){{1, {784}}, 5}, "rank 1", *state);
  expect_refusal(&pooled, (il_interface){{3, {15, 15, 1}}, 5}, "leave nothing", *state);
}

/* Chen et al. 2019, backbone.py, init_layer: every convolution from N(0, 2 / (3 * 3 * output channels)). That differs
 * from the width by fan in in the first block alone, and eightfold there on one channel; later blocks keep their
 * bits. */
static void test_first_block_of_chen(void **state) {
  enum { TAPS = 9, FILTERS = 64, FIRST = TAPS * FILTERS };
  static real fan_out[120000], fan_in[120000];
  const network by_out = {&il_model_conv4, 28, 1, 5, 0, 0, {"initialiser", "kaiming_normal_fan_out"}};
  const network by_in = {&il_model_conv4, 28, 1, 5, 0, 0, {"initialiser", "kaiming_normal"}};
  il_parameters parameters = {0}, others = {0};
  il_interface interface = interface_of(&by_out);
  il_error error = {0};
  assert_int_equal(by_out.model->parameters(&parameters, options_of(&by_out, *state), &interface, &error), IL_OK);
  assert_int_equal(by_in.model->parameters(&others, options_of(&by_in, *state), &interface, &error), IL_OK);
  assert_true(parameters.size == others.size && parameters.size < sizeof fan_out / sizeof *fan_out);
  il_parameters_initialise(fan_out, &parameters, 5);
  il_parameters_initialise(fan_in, &others, 5);
  double square = 0;
  for (int i = 0; i < FIRST; i++) {
    square += (double)fan_out[i] * (double)fan_out[i];
    assert_true(fan_out[i] == fan_in[i] / 8);
  }
  assert_true(fabs(square / FIRST / (2.0 / (TAPS * FILTERS)) - 1) < 5 * sqrt(2.0 / FIRST));
  assert_memory_equal(fan_out + FIRST, fan_in + FIRST, (parameters.size - FIRST) * sizeof *fan_in);
}

/* ---- judging queries together or alone ---- */

static const char experiment_text[] = "experiment: alone\n"
                                      "suite: {name: glyphs, ways: 3, size: 16}\n"
                                      "model: {name: conv4, filters: 4, norm: %s}\n"
                                      "training: {iterations: 1, shots: 2, queries: 3}\n"
                                      "evaluation: {episodes: 6, steps: 2, transductive: %s}\n"
                                      "algorithms: [{name: maml, inner: {learning_rate: 0.05}}]\n";

enum { EPISODES = 6, STEPS = 2, SCORES = EPISODES * (STEPS + 1) };

static void scores_of(il_score scores[SCORES], const char *norm, const char *transductive, il_arena *arena) {
  char text[1024];
  il_experiment *experiment;
  il_session *session;
  il_evaluator *evaluator;
  il_learner learner;
  il_error error = {0};
  int size = snprintf(text, sizeof text, experiment_text, norm, transductive);
  il_status status =
      il_experiment_parse(&experiment, "e", text, (size_t)size, NULL, &il_builtin_registry, arena, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
  assert_int_equal(il_session_open(&session, experiment, 2, NULL, NULL, &error), IL_OK);
  assert_int_equal(il_session_learner(&learner, session, 0, &error), IL_OK);
  const il_inner_options *adapt = &experiment->algorithms[0].adapt;
  il_evaluation_setting judging = il_session_evaluation_setting(session, 0, 0);
  assert_int_equal(il_evaluator_new(&evaluator, session, &learner, adapt, &judging, &error), IL_OK);
  real *theta = il_arena_get(arena, learner.parameters.size, sizeof(real));
  assert_non_null(theta);
  il_parameters_initialise(theta, &learner.parameters, 3);
  il_evaluator_run(evaluator, &(il_evaluation_request){.theta = theta, .split = IL_SPLIT_TEST, .seed = 1}, EPISODES,
                   scores);
  il_evaluator_free(evaluator);
  il_session_close(session);
}

/* Without normalisation a query does not see the others, so it makes no difference; with it, it does. */
static void test_transductive_or_not(void **state) {
  il_score together[SCORES], alone[SCORES];
  scores_of(together, "none", "true", *state);
  scores_of(alone, "none", "false", *state);
  for (int i = 0; i < SCORES; i++) {
    assert_true(together[i].total == alone[i].total);
    assert_int_equal(together[i].queries, alone[i].queries);
    assert_true(fabs(together[i].loss - alone[i].loss) <= 1e-6 * (1 + together[i].loss));
  }
  scores_of(together, "batch", "true", *state);
  scores_of(alone, "batch", "false", *state);
  int differ = 0;
  for (int i = 0; i < SCORES; i++) differ += fabs(together[i].loss - alone[i].loss) > 1e-3;
  assert_true(differ > SCORES / 2);
}

/* ---- what the inner loop moves ---- */

/* One adaptation step by adam of a network with or without adapt_norm; returns the number of parameters P. out:
 * parameters [P], then state [2 P + 2]. */
static size_t adapted_by_adam(real *out, il_learner *learner, const char *adapt_norm, il_arena *arena) {
  static const network small = {
      .model = &il_model_conv4, .size = 8, .channels = 1, .ways = 3, .pairs = {"filters", "4"}};
  const il_inner_options adam = {.rule = adam_rule(0.01, 0.5, 0.9, 0.1)};
  enum { SUPPORT = 6, PIXELS = 64, WAYS = 3 };
  il_program *program;
  il_error error = {0};
  void *options = options_of(&small, arena);
  option_set(options, &small.model->options, "adapt_norm", adapt_norm, arena);
  *learner = (il_learner){.algorithm = il_builtin_registry.algorithms[0],
                          .model = small.model,
                          .model_options = options,
                          .interface = interface_of(&small),
                          .kind = &il_classification,
                          .ways = WAYS};
  assert_int_equal(il_kernels_select(&learner->kernels, NULL, &error), IL_OK);
  assert_int_equal(il_learner_prepare(learner, &error), IL_OK);
  assert_string_equal(il_optimiser_names[adam.rule.optimiser], "adam");
  const size_t size = learner->parameters.size, state_size = il_optimiser_state_size(&adam.rule, size);
  real *theta = il_arena_get(arena, size, sizeof(real)), *state = il_arena_get(arena, state_size, sizeof(real));
  real x[SUPPORT * PIXELS], y[SUPPORT * WAYS] = {0};
  for (int i = 0; i < SUPPORT * PIXELS; i++) x[i] = (real)sin(i * i);
  for (int i = 0; i < SUPPORT; i++) y[i * WAYS + i % WAYS] = 1;
  il_parameters_initialise(theta, &learner->parameters, 1);
  for (size_t i = 0; i < state_size; i++) state[i] = (real)0.25; /* as if carried from another task */
  assert_int_equal(il_learner_adaptation(&program, learner, &adam, SUPPORT / WAYS, &error), IL_OK);
  real *workspace = il_arena_get(arena, il_program_cost(program).workspace_reals, sizeof(real));
  real *slots[IL_SLOTS_MAX] = {
      [IL_SLOT_PARAMETERS] = theta, [IL_SLOT_STATE] = state,        [IL_SLOT_SUPPORT_X] = x,
      [IL_SLOT_SUPPORT_Y] = y,      [IL_SLOT_OUT_PARAMETERS] = out, [IL_SLOT_OUT_STATE] = out + size};
  il_program_run(program, workspace, slots);
  il_program_free(program);
  return size;
}

/* From the same start, one step moves the same parameters the same way; beta and its moments stay where they were. */
static void test_meta_trained_parameters_stay(void **state) {
  il_learner learner;
  static real all[4096], some[4096];
  size_t size = adapted_by_adam(all, &learner, "true", *state);
  assert_int_equal(adapted_by_adam(some, &learner, "false", *state), size);
  for (int p = 0; p < learner.parameters.count; p++) {
    const il_parameter *row = &learner.parameters.at[p];
    for (size_t i = row->offset; i < row->offset + il_shape_size(&row->shape); i++) {
      assert_true(row->adapted || (some[i] == 0 && all[i] != 0)); /* beta starts at 0 */
      for (size_t moment = 1; moment <= 2; moment++) {
        real kept = some[moment * size + i], moved = all[moment * size + i];
        assert_true(row->adapted ? kept == moved : kept == (real)0.25 && moved != kept);
      }
      if (row->adapted) assert_true(some[i] == all[i]);
    }
  }
  assert_true(some[3 * size] == (real)0.125 && some[3 * size + 1] == all[3 * size + 1]); /* powers of beta1, beta2 */
}

static int open_arena(void **state) {
  *state = il_arena_new();
  return *state ? 0 : -1;
}

static int close_arena(void **state) {
  il_arena_free(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_published_parameter_counts, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(test_networks_build, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(test_first_block_of_chen, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(test_what_does_not_fit_is_refused, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(test_transductive_or_not, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(test_meta_trained_parameters_stay, open_arena, close_arena),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
