/* Linear model: y = x W + b. P = (inputs + 1) outputs with bias. */
#include <stdbool.h>

#include "innerloop/model.h"

typedef struct linear_options {
  bool bias;
  int initialiser;
  double scale;
} linear_options;

static const il_option linear_rows[] = {
    {.name = "bias",
     .type = IL_OPTION_BOOL,
     .offset = offsetof(linear_options, bias),
     .fallback = "true",
     .help = "whether a bias, starting at 0, is added"},
    {.name = "initialiser",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(linear_options, initialiser),
     .fallback = "xavier_uniform",
     .choices = il_initialiser_names,
     .help = "how the weights start"},
    {.name = "scale",
     .type = IL_OPTION_REAL,
     .offset = offsetof(linear_options, scale),
     .fallback = "1",
     .low = 0,
     .high = 1e6,
     .help = "width of the initial weights, as the initialiser means it"},
};

static il_status linear_parameters(il_parameters *parameters, const void *options, const il_interface *interface,
                                   il_error *error) {
  const linear_options *chosen = options;
  il_dense_start start = {.weight = (il_initialiser)chosen->initialiser, .weight_scale = chosen->scale};
  return il_head_parameters(parameters, il_interface_features(interface), interface->outputs, chosen->bias, &start,
                            error);
}

static il_value linear_features(il_graph *graph, const void *options, const il_interface *interface,
                                const il_values *parameters, il_normalisation *normalisation, il_value x) {
  (void)options, (void)interface, (void)parameters, (void)normalisation;
  return il_flatten(graph, x);
}

static il_value linear_build(il_graph *graph, const void *options, const il_interface *interface,
                             const il_values *parameters, il_value x) {
  (void)interface;
  const linear_options *chosen = options;
  return il_dense(graph, il_flatten(graph, x), parameters->at[0], chosen->bias ? parameters->at[1] : IL_NO_VALUE);
}

const il_model il_model_linear = {
    .name = "linear",
    .summary = "one dense layer, y = x W + b",
    .options = {linear_rows, sizeof linear_rows / sizeof linear_rows[0], sizeof(linear_options)},
    .parameters = linear_parameters,
    .build = linear_build,
    .features = linear_features,
};
