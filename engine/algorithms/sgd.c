/* Gradient descent, with momentum in the form PyTorch and TensorFlow use: v = mu v + g, theta' = theta - rate v. With
 * dampening d, as in PyTorch, v = mu v + (1 - d) g from the second step on; the state then holds a scalar that is 1
 * before the first step and 0 after it. */
#include "algorithms/optimiser.h"

static int moments(const il_optimiser_options *options) {
  return options->momentum != 0;
}

static int powers(const il_optimiser_options *options) {
  return options->momentum != 0 && options->dampening != 0;
}

/* 1 in the first step, 1 - dampening later, times the gradient. */
static il_value damped(il_graph *graph, const il_optimiser_options *options, il_value first, il_value gradient) {
  il_value share = il_shift(graph, il_scale(graph, first, options->dampening), 1 - options->dampening);
  return il_multiply(graph, share, gradient);
}

static void update(il_graph *graph, const il_optimiser_options *options, il_value rate, il_values *theta,
                   const il_values *slopes, il_values *state) {
  il_value *first = powers(options) ? &state->at[theta->count] : NULL;
  for (int i = 0; i < theta->count; i++) {
    il_value slope = slopes->at[i], velocity = slope;
    if (moments(options)) {
      if (first) slope = damped(graph, options, *first, slope);
      velocity = il_add(graph, il_scale(graph, state->at[i], options->momentum), slope);
      state->at[i] = velocity;
    }
    il_value step = il_multiply(graph, rate, velocity);
    theta->at[i] = il_subtract(graph, theta->at[i], step);
  }
  if (first) *first = il_constant(graph, il_shape_scalar(), 0);
}

static void plain(const il_optimiser_options *options, size_t size, double *theta, const double *gradient,
                  double *state) {
  bool later = powers(options) && state[size] == 0;
  for (size_t i = 0; i < size; i++) {
    double velocity = gradient[i];
    if (moments(options)) {
      velocity = options->momentum * state[i] + (later ? 1 - options->dampening : 1) * gradient[i];
      state[i] = velocity;
    }
    theta[i] -= options->learning_rate * velocity;
  }
  if (powers(options)) state[size] = 0;
}

const il_optimiser il_optimiser_sgd = {.name = "sgd",
                                       .summary = "gradient descent, optionally with momentum",
                                       .citation = "Polyak 1964",
                                       .moments = moments,
                                       .powers = powers,
                                       .update = update,
                                       .plain = plain};
