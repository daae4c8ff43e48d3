/* Adam (Kingma and Ba, ICLR 2015, Algorithm 1): theta' = theta - rate m_hat / (sqrt(v_hat) + epsilon), with
 * bias-corrected moments m_hat = m / (1 - beta1^t), v_hat = v / (1 - beta2^t). The powers of beta are part of the
 * state, so that a state carried from task to task goes on where it stopped. */
#include <math.h>

#include "algorithms/optimiser.h"

typedef struct adam_options {
  double beta1, beta2, epsilon;
} adam_options;

static const il_option rows[] = {{.name = "beta1",
                                  .type = IL_OPTION_REAL,
                                  .offset = IL_OPTIMISER_FIELD(adam, adam_options, beta1),
                                  .fallback = "0.9",
                                  .low = 0,
                                  .high = 0.999999,
                                  .help = "decay of adam's mean",
                                  .source = "Kingma, Ba 2015"},
                                 {.name = "beta2",
                                  .type = IL_OPTION_REAL,
                                  .offset = IL_OPTIMISER_FIELD(adam, adam_options, beta2),
                                  .fallback = "0.999",
                                  .low = 0,
                                  .high = 0.999999,
                                  .help = "decay of adam's mean square",
                                  .source = "Kingma, Ba 2015"},
                                 {.name = "epsilon",
                                  .type = IL_OPTION_REAL,
                                  .offset = IL_OPTIMISER_FIELD(adam, adam_options, epsilon),
                                  .fallback = "1e-8",
                                  .low = 0,
                                  .low_open = true,
                                  .high = 1,
                                  .help = "added to the root of adam's mean square",
                                  .source = "Kingma, Ba 2015"}};

static int moments(const il_optimiser_options *options) {
  (void)options;
  return 2;
}

static int powers(const il_optimiser_options *options) {
  (void)options;
  return 2;
}

/* decay * average + (1 - decay) * value */
static il_value average(il_graph *graph, double decay, il_value old, il_value value) {
  return il_add(graph, il_scale(graph, old, decay), il_scale(graph, value, 1 - decay));
}

/* 1 - power */
static il_value correction(il_graph *graph, il_value power) {
  return il_shift(graph, il_scale(graph, power, -1), 1);
}

static void update(il_graph *graph, const il_optimiser_options *options, il_value rate, il_values *theta,
                   const il_values *slopes, il_values *state) {
  const adam_options *own = il_optimiser_own(options);
  int n = theta->count;
  il_value *first = state->at, *second = state->at + n, *power = state->at + 2 * n;
  power[0] = il_scale(graph, power[0], own->beta1);
  power[1] = il_scale(graph, power[1], own->beta2);
  il_value correct1 = correction(graph, power[0]), correct2 = correction(graph, power[1]);
  for (int i = 0; i < n; i++) {
    il_value g = slopes->at[i];
    first[i] = average(graph, own->beta1, first[i], g);
    second[i] = average(graph, own->beta2, second[i], il_square(graph, g));
    il_value m_hat = il_divide(graph, first[i], correct1);
    il_value v_hat = il_divide(graph, second[i], correct2);
    il_value step = il_divide(graph, m_hat, il_shift(graph, il_sqrt(graph, v_hat), own->epsilon));
    theta->at[i] = il_subtract(graph, theta->at[i], il_multiply(graph, rate, step));
  }
}

static void plain(const il_optimiser_options *options, size_t size, double *theta, const double *gradient,
                  double *state) {
  const adam_options *own = il_optimiser_own(options);
  double *first = state, *second = state + size, *power = state + 2 * size;
  power[0] *= own->beta1;
  power[1] *= own->beta2;
  for (size_t i = 0; i < size; i++) {
    first[i] += (1 - own->beta1) * (gradient[i] - first[i]);
    second[i] += (1 - own->beta2) * (gradient[i] * gradient[i] - second[i]);
    double root = sqrt(second[i] / (1 - power[1]));
    theta[i] -= options->learning_rate * first[i] / (1 - power[0]) / (root + own->epsilon);
  }
}

const il_optimiser il_optimiser_adam = {.name = "adam",
                                        .summary = "adaptive moments with bias correction",
                                        .citation = "Kingma and Ba, ICLR 2015",
                                        .options = {.rows = rows, .count = 3},
                                        .moments = moments,
                                        .powers = powers,
                                        .update = update,
                                        .plain = plain};
