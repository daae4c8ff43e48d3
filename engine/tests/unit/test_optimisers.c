/* covers: algorithms; precision: double */
/* Steps of the optimisers, with options of their own: the graph, the plain twin that `prove` uses and the formulas of
 * the papers written down once more here, over several steps. */
#include "cmocka_all.h"

#include <math.h>
#include <string.h>

#include "graph/program.h"
#include "innerloop/arena.h"
#include "optimiser_rule.h"

enum { SIZE = 3, STEPS = 5, STATE = 2 * SIZE + 2 };

static double gradient_at(int step, int i) {
  return sin(1 + 3.7 * step + 1.3 * i) * (i == 1 ? 100 : 1);
}

/* theta after each step by one formula: v = mu v + (1 - d) g, but g in the first step and without momentum; along v, or
 * g + mu v. */
static void by_hand_sgd(double theta[][SIZE], double rate, double momentum, double dampening, bool nesterov) {
  double v[SIZE] = {0};
  for (int step = 0; step < STEPS; step++)
    for (int i = 0; i < SIZE; i++) {
      double g = gradient_at(step, i);
      v[i] = momentum * v[i] + (step == 0 || momentum == 0 ? 1 : 1 - dampening) * g;
      theta[step + 1][i] = theta[step][i] - rate * (nesterov ? g + momentum * v[i] : v[i]);
    }
}

/* As in the paper's Algorithm 1: with powers of beta, not a product that is carried. */
static void by_hand_adam(double theta[][SIZE], double rate, double beta1, double beta2, double epsilon) {
  double m[SIZE] = {0}, v[SIZE] = {0};
  for (int step = 0; step < STEPS; step++)
    for (int i = 0; i < SIZE; i++) {
      double g = gradient_at(step, i), t = step + 1;
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      double m_hat = m[i] / (1 - pow(beta1, t)), v_hat = v[i] / (1 - pow(beta2, t));
      theta[step + 1][i] = theta[step][i] - rate * m_hat / (sqrt(v_hat) + epsilon);
    }
}

/* One step as the outer loop takes it: slots theta, gradient, state, theta', state'. */
static il_program *compiled(const il_optimiser_options *rule) {
  enum { THETA, GRADIENT, BEFORE, NEXT, AFTER };
  il_program *program;
  il_error error = {0};
  const il_kernels *kernels;
  const size_t offset = 0;
  il_graph *graph = il_graph_new();
  il_values theta = {1, {il_input(graph, THETA, 0, il_shape_vector(SIZE))}};
  il_values slope = {1, {il_input(graph, GRADIENT, 0, il_shape_vector(SIZE))}};
  il_values state = il_optimiser_inputs(graph, rule, &theta, &offset, SIZE, BEFORE, 0);
  il_optimiser_of(rule)->update(graph, rule, il_constant(graph, il_shape_scalar(), rule->learning_rate), &theta, &slope,
                                &state);
  il_output outputs[1 + STATE] = {{theta.at[0], NEXT, 0}};
  size_t at = 0;
  for (int i = 0; i < state.count; i++) {
    il_shape shape = il_shape_of(graph, state.at[i]);
    outputs[1 + i] = (il_output){state.at[i], AFTER, at};
    at += il_shape_size(&shape);
  }
  assert_int_equal(at, il_optimiser_state_size(rule, SIZE));
  assert_int_equal(il_kernels_select(&kernels, NULL, &error), IL_OK);
  if (il_compile(&program, graph, outputs, 1 + state.count, kernels, IL_COMPILE_FUSED, &error) != IL_OK)
    fail_msg("%s", error.message);
  il_graph_free(graph);
  return program;
}

static void compare(const il_optimiser_options *rule, double expected[][SIZE]) {
  real theta[SIZE], gradient[SIZE], next[SIZE], workspace[512], state[STATE], after[STATE];
  double plain[SIZE], slope[SIZE], plain_state[STATE];
  il_program *program = compiled(rule);
  assert_true(il_program_cost(program).workspace_reals <= 512);
  il_optimiser_reset(state, rule, SIZE);
  for (int i = 0; i < STATE; i++) plain_state[i] = (double)state[i];
  for (int i = 0; i < SIZE; i++) plain[i] = expected[0][i], theta[i] = (real)expected[0][i];
  for (int step = 0; step < STEPS; step++) {
    for (int i = 0; i < SIZE; i++) slope[i] = gradient_at(step, i), gradient[i] = (real)slope[i];
    real *slots[IL_SLOTS_MAX] = {theta, gradient, state, next, after};
    il_program_run(program, workspace, slots);
    il_optimiser_of(rule)->plain(rule, SIZE, plain, slope, plain_state);
    memcpy(theta, next, sizeof theta);
    memcpy(state, after, il_optimiser_state_size(rule, SIZE) * sizeof *state);
    for (int i = 0; i < SIZE; i++) {
      double wanted = expected[step + 1][i], scale = 1e-13 * (1 + fabs(wanted));
      if (!(fabs((double)theta[i] - wanted) <= scale && fabs(plain[i] - wanted) <= scale))
        fail_msg("step %d, number %d: graph %.17g, plain %.17g, by hand %.17g", step, i, (double)theta[i], plain[i],
                 wanted);
    }
  }
  il_program_free(program);
}

static void steps_of_sgd(void **state) {
  static const double momenta[] = {0, 0.9, 0.5}, dampenings[] = {0, 0.3, 0.9};
  (void)state;
  for (int m = 0; m < 3; m++)
    for (int d = 0; d < 3; d++)
      for (int nesterov = 0; nesterov < 2; nesterov++) {
        double theta[STEPS + 1][SIZE] = {{0.5, -1.25, 3}};
        il_optimiser_options rule = (nesterov ? nesterov_rule : sgd_rule)(0.03, momenta[m], dampenings[d]);
        by_hand_sgd(theta, 0.03, momenta[m], dampenings[d], nesterov);
        compare(&rule, theta);
      }
}

static void steps_of_adam(void **state) {
  static const double options[][3] = {{0.9, 0.999, 1e-8}, {0, 0.999, 1e-8}, {0.5, 0.9, 1e-3}, {0.9, 0, 0.1}};
  (void)state;
  for (int o = 0; o < 4; o++) {
    double theta[STEPS + 1][SIZE] = {{0.5, -1.25, 3}};
    il_optimiser_options rule = adam_rule(0.03, options[o][0], options[o][1], options[o][2]);
    by_hand_adam(theta, 0.03, options[o][0], options[o][1], options[o][2]);
    compare(&rule, theta);
  }
}

/* Options of an optimiser that is not chosen change nothing. */
static void other_options_are_apart(void **state) {
  (void)state;
  il_optimiser_options rule = sgd_rule(0.1, 0.9, 0), other = adam_rule(0.1, 0.5, 0.6, 0.7);
  int adam = other.optimiser;
  other.optimiser = rule.optimiser;
  memcpy(other.own[rule.optimiser], rule.own[rule.optimiser], sizeof rule.own[0]);
  double theta[STEPS + 1][SIZE] = {{1, 2, 3}};
  by_hand_sgd(theta, 0.1, 0.9, 0, false);
  compare(&other, theta);
  other.optimiser = adam;
  assert_true(rule_value(&other, "beta1") == 0.5 && rule_value(&other, "epsilon") == 0.7);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(steps_of_sgd), cmocka_unit_test(steps_of_adam),
                                     cmocka_unit_test(other_options_are_apart)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
