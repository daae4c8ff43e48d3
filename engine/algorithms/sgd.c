/* Gradient descent, with momentum in the form PyTorch and TensorFlow use: v = mu v + g, theta' = theta - rate v. With
 * dampening d, as in PyTorch, v = mu v + (1 - d) g from the second step on; the state then holds a scalar that is 1
 * before the first step and 0 after it. With nesterov the step is along g + mu v, as in PyTorch: what v would be once
 * more (Nesterov 1983; Sutskever et al. 2013). */
#include "algorithms/optimiser.h"

typedef struct sgd_options {
  double momentum, dampening;
  bool nesterov;
} sgd_options;

static const il_option rows[] = {
    {.name = "momentum",
     .type = IL_OPTION_REAL,
     .offset = IL_OPTIMISER_FIELD(sgd, sgd_options, momentum),
     .fallback = "0",
     .low = 0,
     .high = 0.999999,
     .help = "momentum of sgd"},
    {.name = "dampening",
     .type = IL_OPTION_REAL,
     .offset = IL_OPTIMISER_FIELD(sgd, sgd_options, dampening),
     .fallback = "0",
     .low = 0,
     .high = 0.999999,
     .help = "what sgd's momentum leaves out of each gradient but the first, as a share",
     .source = "as in PyTorch"},
    {.name = "nesterov",
     .type = IL_OPTION_BOOL,
     .offset = IL_OPTIMISER_FIELD(sgd, sgd_options, nesterov),
     .fallback = "false",
     .help =
         "whether sgd with momentum steps along its gradient and momentum times its velocity, instead of the velocity",
     .source = "Sutskever et al. 2013; as in PyTorch",
     .added_later = true}};

static int moments(const il_optimiser_options *options) {
  const sgd_options *own = il_optimiser_own(options);
  return own->momentum != 0;
}

static int powers(const il_optimiser_options *options) {
  const sgd_options *own = il_optimiser_own(options);
  return own->momentum != 0 && own->dampening != 0;
}

/* 1 in the first step, 1 - dampening later, times the gradient. */
static il_value damped(il_graph *graph, const sgd_options *own, il_value first, il_value gradient) {
  il_value share = il_shift(graph, il_scale(graph, first, own->dampening), 1 - own->dampening);
  return il_multiply(graph, share, gradient);
}

static void update(il_graph *graph, const il_optimiser_options *options, il_value rate, il_values *theta,
                   const il_values *slopes, il_values *state) {
  const sgd_options *own = il_optimiser_own(options);
  il_value *first = powers(options) ? &state->at[theta->count] : NULL;
  for (int i = 0; i < theta->count; i++) {
    il_value slope = slopes->at[i], velocity = slope;
    if (moments(options)) {
      if (first) slope = damped(graph, own, *first, slope);
      velocity = il_add(graph, il_scale(graph, state->at[i], own->momentum), slope);
      state->at[i] = velocity;
      if (own->nesterov) velocity = il_add(graph, slopes->at[i], il_scale(graph, velocity, own->momentum));
    }
    il_value step = il_multiply(graph, rate, velocity);
    theta->at[i] = il_subtract(graph, theta->at[i], step);
  }
  if (first) *first = il_constant(graph, il_shape_scalar(), 0);
}

static void plain(const il_optimiser_options *options, size_t size, double *theta, const double *gradient,
                  double *state) {
  const sgd_options *own = il_optimiser_own(options);
  bool later = powers(options) && state[size] == 0;
  for (size_t i = 0; i < size; i++) {
    double velocity = gradient[i];
    if (moments(options)) {
      velocity = own->momentum * state[i] + (later ? 1 - own->dampening : 1) * gradient[i];
      state[i] = velocity;
      if (own->nesterov) velocity = gradient[i] + own->momentum * velocity;
    }
    theta[i] -= options->learning_rate * velocity;
  }
  if (powers(options)) state[size] = 0;
}

const il_optimiser il_optimiser_sgd = {.name = "sgd",
                                       .summary = "gradient descent, optionally with momentum",
                                       .citation = "Polyak 1964",
                                       .options = {.rows = rows, .count = 3},
                                       .moments = moments,
                                       .powers = powers,
                                       .update = update,
                                       .plain = plain};
