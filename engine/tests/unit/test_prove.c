/* covers: harness; precision: double */
/* Proofs with planted faults: each is found, and called what it is; right directions are found right; what an
 * episode cannot decide is said to be undecided, with the reason. */
#include "cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "harness/prove.h"

extern const il_suite il_suite_sinusoid;
extern const il_model il_model_mlp;
extern const il_algorithm il_algorithm_maml, il_algorithm_fomaml, il_algorithm_reptile;

/* A number for those that need one. */
typedef struct amount {
  double amount;
} amount;

static const il_option rows[] = {{.name = "amount",
                                  .type = IL_OPTION_REAL,
                                  .offset = offsetof(amount, amount),
                                  .fallback = "1",
                                  .low = -1e12,
                                  .high = 1e12,
                                  .help = "what the fault takes"}};

static double amount_of(const void *options) {
  return ((const amount *)options)->amount;
}

static void meta_gradient(il_build *build, const il_task *task, bool first_order) {
  il_values phi = il_inner_loop(build, task, first_order);
  build->kind = IL_DIRECTION_GRADIENT;
  build->loss = il_task_loss(task, &phi, task->query_x, task->query_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

/* The right direction times `amount`: -1 is a wrong sign. */
static void build_factor(il_build *build, const il_task *task) {
  meta_gradient(build, task, false);
  for (int i = 0; i < build->direction.count; i++)
    build->direction.at[i] = il_scale(task->graph, build->direction.at[i], amount_of(task->options));
}

/* No second-order term, though it claims the exact gradient. */
static void build_missing(il_build *build, const il_task *task) {
  meta_gradient(build, task, true);
}

/* A second-order gradient that claims to be first-order. */
static void build_modest(il_build *build, const il_task *task) {
  meta_gradient(build, task, false);
  build->kind = IL_DIRECTION_FIRST_ORDER;
}

/* Two parameters of one shape have each other's gradient: the first two biases of the network. */
static void build_swapped(il_build *build, const il_task *task) {
  meta_gradient(build, task, false);
  il_value first = build->direction.at[1];
  build->direction.at[1] = build->direction.at[3];
  build->direction.at[3] = first;
}

/* The gradient of the last bias, one number of 97, is forgotten. */
static void build_forgotten(il_build *build, const il_task *task) {
  meta_gradient(build, task, false);
  int last = build->direction.count - 1;
  build->direction.at[last] = il_scale(task->graph, build->direction.at[last], 0);
}

/* An inner loop whose end the loss does not look at. */
static void build_outside(il_build *build, const il_task *task) {
  il_inner_loop(build, task, false);
  build->kind = IL_DIRECTION_GRADIENT;
  build->loss = il_task_loss(task, &task->theta, task->query_x, task->query_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

/* The loss does look at it, the direction is taken as if it did not. */
static void build_ignorant(il_build *build, const il_task *task) {
  il_value loss = il_task_loss(task, &task->theta, task->query_x, task->query_y);
  meta_gradient(build, task, false);
  build->direction = il_gradient(task->graph, loss, &task->theta);
}

/* Right, but for one number that is none. */
static void build_broken(il_build *build, const il_task *task) {
  meta_gradient(build, task, false);
  int last = build->direction.count - 1;
  il_value zero = il_scale(task->graph, build->direction.at[last], 0);
  build->direction.at[last] = il_divide(task->graph, zero, il_multiply(task->graph, zero, zero));
}

/* A loss that is not finite. */
static void build_infinite(il_build *build, const il_task *task) {
  meta_gradient(build, task, false);
  build->loss = il_log(task->graph, il_scale(task->graph, il_square(task->graph, build->loss), -1));
}

/* The loss of each inner step, in a sum: without steps there is none. */
static void build_steps(il_build *build, const il_task *task) {
  il_values phi = task->theta, state = il_optimiser_initial(task->graph, &task->inner->rule, &phi);
  build->kind = IL_DIRECTION_GRADIENT;
  for (int step = 0; step < task->inner->steps; step++) {
    il_values gradient = il_inner_gradient(task, &phi, task->support_x, task->support_y, NULL);
    phi = il_inner_step(task, &phi, &gradient, &state);
    il_value loss = il_task_loss(task, &phi, task->query_x, task->query_y);
    build->loss = step ? il_add(task->graph, build->loss, loss) : loss;
  }
  build->adapted = phi;
  if (task->inner->steps > 0) build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

/* So much more loss, and nothing else: what is left of the differences is rounding. */
static void build_raised(il_build *build, const il_task *task) {
  meta_gradient(build, task, false);
  build->loss = il_shift(task->graph, build->loss, amount_of(task->options));
}

/* A kink at the parameters themselves: relu(sum of theta - amount). */
static void build_kinked(il_build *build, const il_task *task) {
  il_values phi = il_inner_loop(build, task, false);
  il_value sum = il_constant(task->graph, il_shape_scalar(), -amount_of(task->options));
  for (int i = 0; i < task->theta.count; i++) sum = il_add(task->graph, sum, il_sum(task->graph, task->theta.at[i]));
  build->kind = IL_DIRECTION_GRADIENT;
  build->loss = il_task_loss(task, &phi, task->query_x, task->query_y);
  build->loss = il_add(task->graph, build->loss, il_relu(task->graph, sum));
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

/* Away from theta instead of towards phi. */
static void build_away(il_build *build, const il_task *task) {
  il_values phi = il_inner_loop(build, task, true);
  build->kind = IL_DIRECTION_DISPLACEMENT;
  build->direction = il_differences(task->graph, &phi, &task->theta);
}

/* Reptile, but the moments of the optimiser start afresh in every step. */
static void build_forgetful(il_build *build, const il_task *task) {
  il_values phi = task->theta;
  for (int step = 0; step < task->inner->steps; step++) {
    il_values state = il_optimiser_initial(task->graph, &task->inner->rule, &phi);
    il_value x, y;
    il_task_batch(task, step, &x, &y);
    il_values gradient = il_inner_gradient(task, &phi, x, y, &build->loss);
    phi = il_inner_step(task, &phi, &gradient, &state);
  }
  build->adapted = phi;
  build->kind = IL_DIRECTION_DISPLACEMENT;
  build->direction = il_differences(task->graph, &task->theta, &phi);
}

#define PLANTED_MAP(X)                                                                                                 \
  X(factor)                                                                                                            \
  X(missing)                                                                                                           \
  X(modest)                                                                                                            \
  X(swapped) X(forgotten) X(outside) X(ignorant) X(broken) X(infinite) X(steps) X(raised) X(kinked) X(away) X(forgetful)

#define PLANTED_ROW(fault)                                                                                             \
  static const il_algorithm fault##_row = {.name = #fault,                                                             \
                                           .summary = "planted",                                                       \
                                           .options = {.rows = rows, .count = 1, .size = sizeof(amount)},              \
                                           .build = build_##fault};
PLANTED_MAP(PLANTED_ROW)
#define PLANTED_POINTER(fault) &fault##_row,
static const il_algorithm *const algorithms[] = {PLANTED_MAP(PLANTED_POINTER) & il_algorithm_maml, &il_algorithm_fomaml,
                                                 &il_algorithm_reptile, NULL};

typedef struct outcome {
  il_proof proof;
  char text[2048]; /* what is printed */
  double sum;      /* of the parameters it was looked at with */
} outcome;

/* Proves `entry`, an item of the list of algorithms, on a network 1-width-width-1 without kinks. */
static outcome prove_with(const char *entry, int width) {
  static const il_suite *const suites[] = {&il_suite_sinusoid, NULL};
  static const il_model *const models[] = {&il_model_mlp, NULL};
  static const il_registry registry = {.algorithms = algorithms, .suites = suites, .models = models, .published = NULL};
  outcome found = {0};
  char yaml[1024];
  il_experiment *experiment;
  il_session *session = NULL;
  il_proof_arrays arrays = {0};
  il_error error = {0};
  il_arena *arena = il_arena_new();
  (void)snprintf(yaml, sizeof yaml,
                 "experiment: planted\nsuite: sinusoid\n"
                 "model: {name: mlp, hidden: [%d, %d], activation: tanh, scale: 0.5}\n"
                 "training: {iterations: 1, meta_batch: 1, shots: 6, queries: 6}\n"
                 "evaluation: {episodes: 1}\nseeds: [3]\nalgorithms:\n  - {%s}\n",
                 width, width, entry);
  il_status status = il_experiment_parse(&experiment, "e", yaml, strlen(yaml), NULL, &registry, arena, &error);
  if (status == IL_OK) status = il_session_open(&session, experiment, 1, NULL, NULL, &error);
  if (status == IL_OK) status = il_prove(&found.proof, &arrays, session, 0, arena, &error);
  if (status != IL_OK) fail_msg("%s: %s", entry, error.message);
  for (size_t i = 0; i < arrays.parameters; i++) found.sum += (double)arrays.theta[i];
  FILE *page = fmemopen(found.text, sizeof found.text, "w");
  il_proof_print(&found.proof, "x", page);
  assert_int_equal(fclose(page), 0);
  il_session_close(session);
  il_arena_free(arena);
  return found;
}

static outcome prove(const char *entry) {
  return prove_with(entry, 8);
}

static void expect(const char *entry, il_proof_verdict verdict, il_finding finding, const char *text) {
  outcome found = prove(entry);
  if (found.proof.verdict != verdict || found.proof.finding != finding || !strstr(found.text, text))
    fail_msg("%s: expected verdict %d, finding %d and: %s\n%s", entry, verdict, finding, text, found.text);
  assert_null(strstr(found.text, "nan"));
  if (strstr(entry, "broken")) assert_non_null(strstr(found.text, "the direction is not finite"));
}

#define INNER "inner: {steps: 3, learning_rate: 0.05}"

static void a_planted_fault_is_wrong_and_named(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"name: factor, amount: -1, " INNER, "x: wrong: it is -1 times the second-order gradient"},
      {"name: factor, amount: 0.5, " INNER, "x: wrong: it is 0.5 times the second-order gradient"},
      {"name: factor, amount: 1.00001, " INNER, "x: wrong: it is 1.00001 times the second-order gradient"},
      {"name: swapped, " INNER, "x: wrong: it is not the exact gradient; "},
      {"name: forgotten, " INNER, "100 % of the squared error lies in parameter head.bias"},
      {"name: ignorant, " INNER, "x: wrong: it is the gradient without an inner loop, but claims to be the exact"},
      {"name: broken, " INNER, "x: wrong: 1 of 97 numbers of the direction are not finite, though the loss is"},
      {"name: away, " INNER, "x: wrong: it is -1 times the displacement"},
      {"name: forgetful, inner: {steps: 3, learning_rate: 0.05, momentum: 0.9}", "x: wrong: it is not a displacement"},
      {"name: forgetful, inner: {steps: 3, learning_rate: 0.05, optimiser: adam}",
       "x: wrong: it is not a displacement"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    expect(cases[i][0], IL_PROOF_WRONG, IL_FINDING_UNKNOWN, cases[i][1]);
}

static void a_claim_of_another_order_is_wrong(void **state) {
  (void)state;
  expect("name: missing, " INNER, IL_PROOF_WRONG, IL_FINDING_FIRST_ORDER,
         "x: wrong: it is the first-order gradient, but claims to be the exact gradient");
  expect("name: modest, " INNER, IL_PROOF_WRONG, IL_FINDING_SECOND_ORDER,
         "x: wrong: it is the second-order gradient, but claims to be a first-order gradient");
}

static void a_right_direction_is_right_with_every_optimiser(void **state) {
  (void)state;
  static const char *const inner[] = {
      "steps: 1, learning_rate: 0.05",
      "steps: 5, learning_rate: 0.02, momentum: 0.9",
      "steps: 5, learning_rate: 0.02, momentum: 0.9, dampening: 0.5, weight_decay: 0.1",
      "steps: 3, learning_rate: 0.05, batch: 4",
      "steps: 3, learning_rate: 0.05, optimiser: adam",
      "steps: 3, learning_rate: 0.02, momentum: 0.9, state: carry",
      "steps: 3, learning_rate: 0.02, momentum: 0.9, dampening: 0.5, state: carry",
      "steps: 3, learning_rate: 0.02, optimiser: adam, state: carry",
  };
  static const struct {
    const char *name;
    il_finding finding;
  } algorithms_of[] = {
      {"maml", IL_FINDING_SECOND_ORDER}, {"fomaml", IL_FINDING_FIRST_ORDER}, {"reptile", IL_FINDING_DISPLACEMENT}};
  for (int a = 0; a < 3; a++)
    for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++) {
      char entry[256];
      (void)snprintf(entry, sizeof entry, "name: %s, inner: {%s}", algorithms_of[a].name, inner[i]);
      expect(entry, IL_PROOF_HOLDS, algorithms_of[a].finding, "");
    }
}

static void what_is_not_second_order_is_not_called_so(void **state) {
  (void)state;
  expect("name: outside, " INNER, IL_PROOF_HOLDS, IL_FINDING_OUTSIDE, "does not depend on the inner loop");
  expect("name: maml, inner: {steps: 0}", IL_PROOF_HOLDS, IL_FINDING_EXACT, "exact gradient, no inner loop");
  expect("name: steps, " INNER, IL_PROOF_HOLDS, IL_FINDING_ITS_LOSS, "exact gradient of its loss");
}

static void what_the_episode_does_not_decide_is_said(void **state) {
  (void)state;
  static const char *const same = "x: cannot tell: first-order and second-order agree here";
  expect("name: maml, inner: {steps: 3, learning_rate: 1.0e-9}", IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN, same);
  expect("name: fomaml, inner: {steps: 3, learning_rate: 1.0e-9}", IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN, same);
  expect("name: missing, inner: {steps: 3, learning_rate: 1.0e-9}", IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN, same);
  expect("name: raised, amount: 1.0e+9, " INNER, IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN, "x: cannot tell: ill-condi");
  expect("name: infinite, " INNER, IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN, "x: cannot tell: the loss is not finite");
}

static void kinks_are_left_out_and_too_many_decide_nothing(void **state) {
  (void)state;
  char entry[256];
  double sum = prove("name: maml, " INNER).sum;
  (void)snprintf(entry, sizeof entry, "name: kinked, amount: %.17g, " INNER, sum);
  expect(entry, IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN, "x: cannot tell: of 97 coordinates 97 are left out at kinks");
  (void)snprintf(entry, sizeof entry, "name: kinked, amount: %.17g, " INNER, sum + 3e-6); /* seen over 4 h alone */
  expect(entry, IL_PROOF_HOLDS, IL_FINDING_SECOND_ORDER, "x: second-order");
  (void)snprintf(entry, sizeof entry, "name: kinked, amount: %.17g, " INNER, sum - 1);
  expect(entry, IL_PROOF_HOLDS, IL_FINDING_SECOND_ORDER, "x: second-order");
}

/* 1-48-48-1 has 2,497 parameters: 2,048 of them and a few more, the one number of the last bias among them; every
 * residue by 4 is met. */
static void many_coordinates_are_a_random_sample(void **state) {
  (void)state;
  outcome found = prove_with("name: forgotten, " INNER, 48);
  assert_int_equal(found.proof.parameters, 2497);
  assert_in_range(found.proof.coordinates, 2048, 2100);
  assert_int_equal(found.proof.verdict, IL_PROOF_WRONG);
  if (!strstr(found.text, "lies in parameter head.bias")) fail_msg("%s", found.text);
  found = prove_with("name: maml, " INNER, 48);
  assert_int_equal(found.proof.finding, IL_FINDING_SECOND_ORDER);
  found = prove_with("name: reptile, inner: {steps: 3, learning_rate: 0.02, momentum: 0.9, batch: 4}", 48);
  assert_int_equal(found.proof.finding, IL_FINDING_DISPLACEMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_planted_fault_is_wrong_and_named),
      cmocka_unit_test(a_claim_of_another_order_is_wrong),
      cmocka_unit_test(a_right_direction_is_right_with_every_optimiser),
      cmocka_unit_test(what_is_not_second_order_is_not_called_so),
      cmocka_unit_test(what_the_episode_does_not_decide_is_said),
      cmocka_unit_test(kinks_are_left_out_and_too_many_decide_nothing),
      cmocka_unit_test(many_coordinates_are_a_random_sample),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
