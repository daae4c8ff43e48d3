/* Gradient descent, with momentum in the form PyTorch and TensorFlow use: v = mu v + g, theta' = theta - rate v. */
#include "algorithms/optimiser.h"

static int moments(const il_optimiser_options *options) {
  return options->momentum != 0;
}

static void update(il_graph *graph, const il_optimiser_options *options, il_value rate, il_values *theta,
                   const il_values *gradient, il_values *state) {
  for (int i = 0; i < theta->count; i++) {
    il_value velocity = gradient->at[i];
    if (moments(options)) {
      velocity = il_add(graph, il_scale(graph, state->at[i], options->momentum), gradient->at[i]);
      state->at[i] = velocity;
    }
    il_value step = il_multiply(graph, rate, velocity);
    theta->at[i] = il_subtract(graph, theta->at[i], step);
  }
}

const il_optimiser il_optimiser_sgd = {.name = "sgd",
                                       .summary = "gradient descent, optionally with momentum",
                                       .citation = "Polyak 1964",
                                       .moments = moments,
                                       .update = update};
