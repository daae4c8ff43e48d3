/* covers: algorithms; precision: double */
/* Meta-SGD against plain arithmetic: rates of their own in every step, the exact gradient by them and by the
 * initialisation; before the rates have moved it is MAML; what its step has no use for is refused. */
#include "optimiser_rule.h"
#include "option_struct.h"
#include "plain_reference.h"

extern const il_algorithm il_algorithm_meta_sgd, il_algorithm_maml;
extern const il_model il_model_linear;

enum { STEPS = 2, IN = 3, OUT = 2, MODEL = IN * OUT + OUT };

static double plain(const plain_task *task, const double *theta, double *adapted) {
  double gradient[PLAIN_REALS];
  memcpy(adapted, theta, task->size * sizeof *adapted);
  for (int step = 0; step < STEPS; step++) {
    plain_squared_error(task, adapted, task->support_x, task->support_y, task->S, gradient);
    for (int i = 0; i < MODEL; i++) adapted[i] -= theta[MODEL + i] * gradient[i];
  }
  return plain_squared_error(task, adapted, task->query_x, task->query_y, task->Q, NULL);
}

static il_learner learner_of(const il_algorithm *algorithm, il_arena *arena) {
  const il_inner_options inner = {.steps = STEPS, .rule = {.learning_rate = 0.2}};
  return (il_learner){.algorithm = algorithm,
                      .model = &il_model_linear,
                      .model_options = option_struct(&il_model_linear.options, arena),
                      .interface = {il_shape_vector(IN), OUT},
                      .kind = &il_regression,
                      .ways = 1,
                      .sections = {.inner = inner, .adapt = inner}};
}

static void the_direction_is_that_of_plain_arithmetic(void **state) {
  static plain_task task;
  double phi[PLAIN_REALS];
  il_arena *arena = il_arena_new();
  il_learner learner = learner_of(&il_algorithm_meta_sgd, arena);
  (void)state;
  plain_open(&task, &learner, 5, 4, 0.15);
  assert_int_equal(task.size, 2 * MODEL);
  plain_check(&task, plain);
  plain_adapt(&task, STEPS, phi);
  for (size_t i = 0; i < task.size; i++) plain_near("adaptation at test", i, phi[i], task.adapted[i], 1e-12);
  assert_memory_equal(phi + MODEL, task.theta + MODEL, MODEL * sizeof *phi);
  il_arena_free(arena);
}

/* Rates at their start: the same loss and the same gradient by the initialisation. */
static void rates_that_have_not_moved_make_maml(void **state) {
  static plain_task task, maml;
  il_arena *arena = il_arena_new();
  il_learner learner = learner_of(&il_algorithm_meta_sgd, arena), other = learner_of(&il_algorithm_maml, arena);
  (void)state;
  other.sections.inner.rule.learning_rate = (double)(float)learner.sections.inner.rule.learning_rate;
  plain_open(&task, &learner, 5, 4, 0);
  plain_open(&maml, &other, 5, 4, 0);
  plain_train(&task);
  plain_train(&maml);
  plain_near("loss", 0, task.loss, maml.loss, 1e-14);
  for (size_t i = 0; i < MODEL; i++) plain_near("direction", i, task.direction[i], maml.direction[i], 1e-14);
  il_arena_free(arena);
}

static void without_steps_it_is_the_initialisation(void **state) {
  static plain_task task;
  il_arena *arena = il_arena_new();
  il_learner learner = learner_of(&il_algorithm_meta_sgd, arena);
  (void)state;
  learner.sections.inner.steps = 0;
  plain_open(&task, &learner, 5, 4, 0.15);
  plain_train(&task);
  plain_near("loss", 0, task.loss, plain_squared_error(&task, task.theta, task.query_x, task.query_y, task.Q, NULL),
             1e-14);
  assert_memory_equal(task.adapted, task.theta, sizeof task.theta);
  for (size_t i = MODEL; i < task.size; i++) assert_true(task.direction[i] == 0);
  il_arena_free(arena);
}

static void refused(il_learner learner, const char *about) {
  il_error error = {0};
  assert_int_equal(il_kernels_select(&learner.kernels, NULL, &error), IL_OK);
  assert_int_equal(il_learner_prepare(&learner, &error), IL_INVALID);
  assert_string_equal(error.about, about);
}

static void what_its_step_has_no_use_for_is_refused(void **state) {
  il_arena *arena = il_arena_new();
  const il_learner right = learner_of(&il_algorithm_meta_sgd, arena);
  il_learner wrong = right;
  (void)state;
  wrong.sections.inner.rule.optimiser = 1;
  refused(wrong, "inner.optimiser");
  wrong = right, rule_set(&wrong.sections.adapt.rule, "momentum", 0.9);
  refused(wrong, "adapt.momentum");
  wrong = right, wrong.sections.adapt.rule.learning_rate = 0.1;
  refused(wrong, "adapt.learning_rate");
  wrong = right, wrong.sections.adapt.tune.count = 1;
  refused(wrong, "adapt.tune");
  il_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_direction_is_that_of_plain_arithmetic),
      cmocka_unit_test(rates_that_have_not_moved_make_maml),
      cmocka_unit_test(without_steps_it_is_the_initialisation),
      cmocka_unit_test(what_its_step_has_no_use_for_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
