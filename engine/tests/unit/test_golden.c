/* covers: algorithms; precision: float double */
/* The engine against PyTorch's float64 (engine/tests/golden). Every case runs on every kernel row of this processor,
 * fused and plain. */
#include "cmocka_all.h"

#include "algorithms/learner.h"
#include "algorithms/optimiser.h"
#include "golden.h"
#include "innerloop/arena.h"
#include "optimiser_rule.h"
#include "option_struct.h"

extern const il_model il_model_mlp;
extern const il_algorithm il_algorithm_maml, il_algorithm_fomaml, il_algorithm_reptile;

enum { SLOTS = 32, REALS = 1 << 14 };

/* A network of generate.py and the files it stands in. */
typedef struct golden_case {
  const char *name, *hidden, *activation;
  int inputs, outputs;
  const il_task_kind *kind;
} golden_case;

static const golden_case golden_relu8 = {"relu8", "[8, 8]", "relu", 1, 1, &il_regression};
static const golden_case golden_tanh8 = {"tanh8", "[8, 8]", "tanh", 1, 1, &il_regression};
static const golden_case golden_softmax6 = {"softmax6", "[6]", "relu", 3, 4, &il_classification};
static const golden_case golden_relu40 = {"relu40", "[40, 40]", "relu", 1, 1, &il_regression};

/* Everything one test works with. */
typedef struct bench {
  il_arena *arena;
  golden file;
  il_learner learner;
  il_direction_kind kind; /* what the program must say its direction is */
  real *slots[SLOTS];     /* [REALS] each */
} bench;

/* ---- set up ---- */

static const golden_array *get(const bench *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const golden_array *get(const bench *b, const char *format, ...) {
  char name[GOLDEN_NAME];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(name, sizeof name, format, arguments);
  va_end(arguments);
  const golden_array *array = golden_find(&b->file, name);
  if (!array) fail_msg("no golden array %s", name);
  return array;
}

static void prepare(bench *b, const golden_case *which, const il_algorithm *algorithm) {
  il_error error = {0};
  memset(b, 0, sizeof *b);
  b->arena = il_arena_new();
  assert_non_null(b->arena);
  for (int s = 0; s < SLOTS; s++) {
    b->slots[s] = il_arena_get(b->arena, REALS, sizeof(real));
    assert_non_null(b->slots[s]);
  }
  void *model = option_struct(&il_model_mlp.options, b->arena);
  option_set(model, &il_model_mlp.options, "hidden", which->hidden, b->arena);
  option_set(model, &il_model_mlp.options, "activation", which->activation, b->arena);
  b->learner = (il_learner){.algorithm = algorithm,
                            .options = option_struct(&algorithm->options, b->arena),
                            .model = &il_model_mlp,
                            .model_options = model,
                            .interface = {il_shape_vector(which->inputs), which->outputs},
                            .kind = which->kind,
                            .ways = which->kind == &il_classification ? which->outputs : 1};
  assert_int_equal(il_kernels_select(&b->learner.kernels, NULL, &error), IL_OK);
  assert_int_equal(il_learner_prepare(&b->learner, &error), IL_OK);
}

static void release(bench *b) {
  golden_free(&b->file);
  il_arena_free(b->arena);
}

static void put(bench *b, int slot, const golden_array *array) {
  assert_true(array->size <= REALS);
  for (size_t i = 0; i < array->size; i++) b->slots[slot][i] = (real)array->values[i];
}

/* Rows of `from` picked by the row numbers in `rows`. */
static void put_rows(bench *b, int slot, const golden_array *from, const golden_array *rows) {
  size_t width = from->size / (size_t)from->dims[0];
  assert_true(rows->size * width <= REALS);
  for (size_t r = 0; r < rows->size; r++) {
    const double *row = from->values + (size_t)rows->values[r] * width;
    for (size_t c = 0; c < width; c++) b->slots[slot][r * width + c] = (real)row[c];
  }
}

/* adam: prefix of the settings in the file, NULL: SGD with this momentum. */
static il_optimiser_options rule_of(const bench *b, const char *adam, const char *rate, double momentum) {
  double learning_rate = get(b, "%s", rate)->values[0];
  if (!adam) return sgd_rule(learning_rate, momentum, 0);
  return adam_rule(learning_rate, get(b, "%s.beta1", adam)->values[0], get(b, "%s.beta2", adam)->values[0],
                   get(b, "%s.epsilon", adam)->values[0]);
}

/* ---- run and compare ---- */

static void run(bench *b, const il_program *program) {
  size_t reals = il_program_cost(program).workspace_reals;
  real *workspace = il_arena_get(b->arena, reals, sizeof(real));
  assert_non_null(workspace);
  il_program_run(program, workspace, b->slots);
}

static void expect_values(const real *values, const double *expected, size_t size, const char *what) {
  double *wide = malloc(size * sizeof *wide);
  assert_non_null(wide);
  for (size_t i = 0; i < size; i++) wide[i] = (double)values[i];
  double distance = golden_distance(wide, expected, size);
  free(wide);
  if (getenv("IL_TEST_VERBOSE")) print_message("%-44s %.2g\n", what, distance);
  if (!(distance <= golden_tolerance()))
    fail_msg("%s: relative distance %.3g, expected at most %g", what, distance, golden_tolerance());
}

static void expect(const bench *b, int slot, const golden_array *expected) {
  expect_values(b->slots[slot], expected->values, expected->size, expected->name);
}

static int shots_of(const bench *b, const char *name) {
  return get(b, "%s", name)->dims[0] / b->learner.ways;
}

/* Compiles the training program of one task; the caller frees it. */
static il_training_program compile_training(bench *b, const il_inner_options *inner) {
  il_error error = {0};
  il_training_program training = {0};
  il_status status = il_learner_training(&training, &b->learner, inner, shots_of(b, "support_x"),
                                         shots_of(b, "query_x"), true, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
  return training;
}

/* `body` on every kernel row and compile mode. */
static void on_all_rows(bench *b, void (*body)(bench *b, const char *what), const char *what) {
  const il_kernels *best = b->learner.kernels;
  for (const char *const *name = il_kernels_names(); *name; name++) {
    b->learner.kernels = il_kernels_find(*name);
    if (!b->learner.kernels) continue;
    for (int plain = 0; plain < 2; plain++) {
      b->learner.mode = plain ? IL_COMPILE_PLAIN : IL_COMPILE_FUSED;
      body(b, what);
    }
  }
  b->learner.kernels = best;
  b->learner.mode = IL_COMPILE_FUSED;
}

/* ---- MAML ---- */

static void put_episode(bench *b) {
  put(b, IL_SLOT_SUPPORT_X, get(b, "support_x"));
  put(b, IL_SLOT_SUPPORT_Y, get(b, "support_y"));
  put(b, IL_SLOT_QUERY_X, get(b, "query_x"));
  put(b, IL_SLOT_QUERY_Y, get(b, "query_y"));
}

/* One meta-gradient; `prefix` of its results in the file. */
static void expect_meta(bench *b, const il_inner_options *inner, const char *prefix) {
  il_training_program training = compile_training(b, inner);
  assert_int_equal(training.kind, b->kind);
  run(b, training.program);
  expect(b, IL_SLOT_OUT_LOSS, get(b, "%s.loss", prefix));
  expect(b, IL_SLOT_OUT_PARAMETERS, get(b, "%s.adapted", prefix));
  const char *order = b->kind == IL_DIRECTION_GRADIENT ? "meta" : "first_order";
  expect(b, IL_SLOT_OUT_DIRECTION, get(b, "%s.%s_gradient", prefix, order));
  il_program_free(training.program);
}

static void maml_body(bench *b, const char *what) {
  (void)what;
  il_inner_options inner = {.rule = rule_of(b, NULL, "inner.learning_rate", 0)};
  for (inner.steps = 1; inner.steps <= 5; inner.steps += 2) {
    char prefix[32];
    snprintf(prefix, sizeof prefix, "maml.steps%d", inner.steps);
    expect_meta(b, &inner, prefix);
  }
}

/* Without inner steps the meta-gradient is the gradient. */
static void no_steps_body(bench *b, const char *what) {
  (void)what;
  il_inner_options inner = {.rule = rule_of(b, NULL, "inner.learning_rate", 0)};
  il_training_program training = compile_training(b, &inner);
  run(b, training.program);
  expect(b, IL_SLOT_OUT_LOSS, get(b, "query.loss"));
  expect(b, IL_SLOT_OUT_DIRECTION, get(b, "query.gradient"));
  expect(b, IL_SLOT_OUT_PARAMETERS, get(b, "parameters"));
  il_program_free(training.program);
}

static void maml_adam_body(bench *b, const char *prefix) {
  char rate[GOLDEN_NAME];
  snprintf(rate, sizeof rate, "%s.learning_rate", prefix);
  il_inner_options inner = {.rule = rule_of(b, prefix, rate, 0), .steps = 2};
  expect_meta(b, &inner, prefix);
}

static void open_case(bench *b, const golden_case *which, const il_algorithm *algorithm) {
  static const char *const large[] = {"-steps1", "-steps3", "-steps5"};
  prepare(b, which, algorithm);
  golden_load(&b->file, which->name);
  for (int i = 0; i < 3 && which == &golden_relu40; i++) {
    char name[64];
    snprintf(name, sizeof name, "%s%s", which->name, large[i]);
    golden_load(&b->file, name);
  }
  b->kind = algorithm == &il_algorithm_maml ? IL_DIRECTION_GRADIENT : IL_DIRECTION_FIRST_ORDER;
  assert_int_equal(b->learner.parameters.size, get(b, "parameters")->size);
  put(b, IL_SLOT_PARAMETERS, get(b, "parameters"));
  put_episode(b);
}

static void expect_maml(const golden_case *which, const il_algorithm *algorithm, bool adam) {
  bench b;
  open_case(&b, which, algorithm);
  on_all_rows(&b, maml_body, NULL);
  on_all_rows(&b, no_steps_body, NULL);
  if (adam) on_all_rows(&b, maml_adam_body, "maml.adam");
  if (adam) on_all_rows(&b, maml_adam_body, "maml.adam_wide");
  release(&b);
}

static void test_maml_relu(void **state) {
  (void)state;
  expect_maml(&golden_relu8, &il_algorithm_maml, false);
}

static void test_maml_tanh(void **state) {
  (void)state;
  expect_maml(&golden_tanh8, &il_algorithm_maml, true);
}

static void test_maml_softmax(void **state) {
  (void)state;
  expect_maml(&golden_softmax6, &il_algorithm_maml, true);
}

static void test_maml_paper_network(void **state) {
  (void)state;
  expect_maml(&golden_relu40, &il_algorithm_maml, false);
}

static void test_first_order(void **state) {
  (void)state;
  expect_maml(&golden_relu8, &il_algorithm_fomaml, true);
  expect_maml(&golden_tanh8, &il_algorithm_fomaml, true);
  expect_maml(&golden_softmax6, &il_algorithm_fomaml, true);
  expect_maml(&golden_relu40, &il_algorithm_fomaml, false);
}

/* Judging at theta is the loss without inner steps. */
static void test_judgement(void **state) {
  (void)state;
  static const golden_case *const all[] = {&golden_relu8, &golden_softmax6};
  for (int i = 0; i < 2; i++) {
    bench b;
    il_error error = {0};
    il_program *program;
    open_case(&b, all[i], &il_algorithm_maml);
    assert_int_equal(il_learner_evaluation(&program, &b.learner, 1, get(&b, "query_x")->dims[0], &error), IL_OK);
    run(&b, program);
    expect(&b, IL_SLOT_OUT_LOSS, get(&b, "query.loss"));
    il_program_free(program);
    release(&b);
  }
}

/* ---- adaptation at test ---- */

/* `steps` runs of the one-step program, each from what the last one left. */
static void adapt(bench *b, const il_inner_options *inner, int steps) {
  il_error error = {0};
  il_program *program;
  assert_int_equal(il_learner_adaptation(&program, &b->learner, inner, shots_of(b, "support_x"), &error), IL_OK);
  size_t parameters = b->learner.parameters.size;
  size_t state = il_optimiser_state_size(&inner->rule, parameters);
  il_optimiser_reset(b->slots[IL_SLOT_STATE], &inner->rule, parameters);
  put(b, IL_SLOT_PARAMETERS, get(b, "parameters"));
  for (int step = 0; step < steps; step++) {
    run(b, program);
    memcpy(b->slots[IL_SLOT_PARAMETERS], b->slots[IL_SLOT_OUT_PARAMETERS], parameters * sizeof(real));
    memcpy(b->slots[IL_SLOT_STATE], b->slots[IL_SLOT_OUT_STATE], state * sizeof(real));
  }
  il_program_free(program);
}

static void adaptation_body(bench *b, const char *what) {
  (void)what;
  il_inner_options inner = {.rule = rule_of(b, NULL, "inner.learning_rate", 0), .steps = 5};
  adapt(b, &inner, 5);
  expect(b, IL_SLOT_PARAMETERS, get(b, "maml.steps5.adapted"));
  inner.rule = rule_of(b, "maml.adam", "maml.adam.learning_rate", 0);
  adapt(b, &inner, 2);
  expect(b, IL_SLOT_PARAMETERS, get(b, "maml.adam.adapted"));
}

static void test_adaptation_is_the_inner_loop_step_by_step(void **state) {
  (void)state;
  static const golden_case *const all[] = {&golden_relu8, &golden_tanh8, &golden_softmax6};
  for (int i = 0; i < 3; i++) {
    bench b;
    open_case(&b, all[i], &il_algorithm_maml);
    on_all_rows(&b, adaptation_body, NULL);
    release(&b);
  }
}

/* ---- Reptile ---- */

static void put_batches(bench *b, int task) {
  const golden_array *rows = get(b, "reptile.task%d.batches", task);
  put_rows(b, IL_SLOT_BATCH_X, get(b, "reptile.task%d.support_x", task), rows);
  put_rows(b, IL_SLOT_BATCH_Y, get(b, "reptile.task%d.support_y", task), rows);
}

static void expect_displacement(bench *b, const il_inner_options *inner, int task, const char *name) {
  const golden_array *displacement = get(b, "%s", name), *theta = get(b, "parameters");
  il_training_program training = compile_training(b, inner);
  assert_int_equal(training.kind, IL_DIRECTION_DISPLACEMENT);
  put_batches(b, task);
  run(b, training.program);
  expect(b, IL_SLOT_OUT_DIRECTION, displacement);
  double phi[REALS];
  for (size_t i = 0; i < theta->size; i++) phi[i] = theta->values[i] - displacement->values[i];
  expect_values(b->slots[IL_SLOT_OUT_PARAMETERS], phi, theta->size, "phi");
  il_program_free(training.program);
}

static il_inner_options reptile_inner(const bench *b, bool adam, double momentum) {
  const golden_array *batches = get(b, "reptile.task1.batches");
  const char *rate = adam ? "reptile.adam.learning_rate" : "inner.learning_rate";
  return (il_inner_options){.rule = rule_of(b, adam ? "reptile.adam" : NULL, rate, momentum),
                            .steps = batches->dims[0],
                            .batch = batches->dims[1]};
}

static void reptile_body(bench *b, const char *what) {
  (void)what;
  il_inner_options inner = reptile_inner(b, false, 0);
  expect_displacement(b, &inner, 1, "reptile.sgd.displacement");
  inner = reptile_inner(b, false, 0.9);
  expect_displacement(b, &inner, 1, "reptile.momentum.displacement");
  inner = reptile_inner(b, true, 0); /* from zero state the first carried task is an ordinary one */
  expect_displacement(b, &inner, 1, "reptile.adam_carried.task1.displacement");
  expect_displacement(b, &inner, 2, "reptile.adam_reset.task2.displacement");
}

/* Two tasks from the same theta; moments and powers run on from the first to the second. */
static void reptile_carry_body(bench *b, const char *what) {
  (void)what;
  il_inner_options inner = reptile_inner(b, true, 0);
  inner.state = IL_STATE_CARRY;
  size_t parameters = b->learner.parameters.size;
  il_optimiser_reset(b->slots[IL_SLOT_STATE], &inner.rule, parameters);
  for (int task = 1; task <= 2; task++) {
    char name[GOLDEN_NAME];
    snprintf(name, sizeof name, "reptile.adam_carried.task%d.displacement", task);
    expect_displacement(b, &inner, task, name);
    const real *left = b->slots[IL_SLOT_OUT_STATE];
    const golden_array *first = get(b, "reptile.adam_carried.task%d.first_moment", task);
    const golden_array *second = get(b, "reptile.adam_carried.task%d.second_moment", task);
    const golden_array *power = get(b, "reptile.adam_carried.task%d.beta2_power", task);
    expect_values(left, first->values, parameters, first->name);
    expect_values(left + parameters, second->values, parameters, second->name);
    expect_values(left + 2 * parameters + 1, power->values, 1, power->name);
    memcpy(b->slots[IL_SLOT_STATE], left, il_optimiser_state_size(&inner.rule, parameters) * sizeof(real));
  }
}

static void test_reptile(void **state) {
  (void)state;
  static const golden_case *const all[] = {&golden_relu8, &golden_tanh8, &golden_softmax6};
  for (int i = 0; i < 3; i++) {
    bench b;
    open_case(&b, all[i], &il_algorithm_reptile);
    on_all_rows(&b, reptile_body, NULL);
    on_all_rows(&b, reptile_carry_body, NULL);
    release(&b);
  }
}

/* ---- outer optimisers ---- */

static void outer_body(bench *b, const char *name) {
  il_error error = {0};
  char rate[GOLDEN_NAME];
  snprintf(rate, sizeof rate, "%s.learning_rate", name);
  bool adam = strncmp(name, "adam", 4) == 0;
  il_outer_options outer = {.rule = rule_of(b, adam ? name : NULL, rate, get(b, "%s.momentum", name)->values[0])};
  il_program *program;
  assert_int_equal(il_learner_outer(&program, &b->learner, &outer, &error), IL_OK);
  const golden_array *gradients = get(b, "gradients"), *path = get(b, "%s.path", name);
  size_t parameters = (size_t)gradients->dims[1], state = il_optimiser_state_size(&outer.rule, parameters);
  put(b, IL_SLOT_PARAMETERS, get(b, "parameters"));
  il_optimiser_reset(b->slots[IL_SLOT_STATE], &outer.rule, parameters);
  b->slots[IL_SLOT_RATE][0] = (real)outer.rule.learning_rate;
  for (int step = 0; step < gradients->dims[0]; step++) {
    const size_t row = (size_t)step * parameters;
    for (size_t i = 0; i < parameters; i++) b->slots[IL_SLOT_DIRECTION][i] = (real)gradients->values[row + i];
    run(b, program);
    expect_values(b->slots[IL_SLOT_OUT_PARAMETERS], path->values + row, parameters, path->name);
    memcpy(b->slots[IL_SLOT_PARAMETERS], b->slots[IL_SLOT_OUT_PARAMETERS], parameters * sizeof(real));
    memcpy(b->slots[IL_SLOT_STATE], b->slots[IL_SLOT_OUT_STATE], state * sizeof(real));
  }
  il_program_free(program);
}

static void test_outer_optimisers(void **state) {
  (void)state;
  static const golden_case twelve = {"outer", "[]", "relu", 11, 1, &il_regression}; /* 11 weights and a bias */
  static const char *const names[] = {"adam", "adam_wide", "sgd", "momentum"};
  bench b;
  prepare(&b, &twelve, &il_algorithm_maml);
  golden_load(&b.file, "outer");
  assert_int_equal(b.learner.parameters.size, get(&b, "parameters")->size);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) on_all_rows(&b, outer_body, names[i]);
  release(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_maml_relu),
      cmocka_unit_test(test_maml_tanh),
      cmocka_unit_test(test_maml_softmax),
      cmocka_unit_test(test_maml_paper_network),
      cmocka_unit_test(test_first_order),
      cmocka_unit_test(test_judgement),
      cmocka_unit_test(test_adaptation_is_the_inner_loop_step_by_step),
      cmocka_unit_test(test_reptile),
      cmocka_unit_test(test_outer_optimisers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
