/* Multi-layer perceptron: h_0 = x, h_i = f(norm(h_i-1 W_i + b_i)), y = h_L W + b; norm is the identity unless asked
 * for.
 *
 * The defaults are the sinusoid network of Finn et al., "Model-agnostic meta-learning" (ICML 2017): 1-40-40-1, ReLU,
 * weights truncated normal with standard deviation 0.01, biases 0. Schulman's Reptile demo is hidden [64, 64], tanh,
 * PyTorch's default start: initialiser fan_in_uniform, scale 1, bias_initialiser fan_in_uniform. Finn et al.'s Omniglot
 * network without convolutions is hidden [256, 128, 64, 64], norm batch. */
#include <stdbool.h>
#include <stdio.h>

#include "models/norm.h"

typedef struct mlp_options {
  il_int_list hidden;
  int activation;
  int initialiser;
  double scale;
  int bias_initialiser;
  il_norm_options norm;
} mlp_options;

static il_value identity(il_graph *graph, il_value a) {
  (void)graph;
  return a;
}

typedef il_value (*activation)(il_graph *graph, il_value a);

/* name, function */
#define ACTIVATION_MAP(X)                                                                                              \
  X(relu, il_relu) X(tanh, il_tanh) X(sigmoid, il_sigmoid) X(softplus, il_softplus) X(identity, identity)

static const char *const activation_names[] = {
#define ACTIVATION_NAME(name, function) #name,
    ACTIVATION_MAP(ACTIVATION_NAME)
#undef ACTIVATION_NAME
        NULL,
};

static const activation activations[] = {
#define ACTIVATION_FUNCTION(name, function) function,
    ACTIVATION_MAP(ACTIVATION_FUNCTION)
#undef ACTIVATION_FUNCTION
};

enum { HIDDEN_MAX = 32, WIDTH_MAX = 65536 };

static const il_option mlp_rows[] = {
    {.name = "hidden",
     .type = IL_OPTION_INT_LIST,
     .offset = offsetof(mlp_options, hidden),
     .fallback = "[40, 40]",
     .low = 1,
     .high = WIDTH_MAX,
     .min_count = 0,
     .max_count = HIDDEN_MAX,
     .unit = "units",
     .help = "width of each hidden layer",
     .source = "Finn et al. 2017, section 5.1"},
    {.name = "activation",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(mlp_options, activation),
     .fallback = "relu",
     .choices = activation_names,
     .help = "what follows each hidden layer",
     .source = "Finn et al. 2017, section 5.1"},
    {.name = "initialiser",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(mlp_options, initialiser),
     .fallback = "truncated_normal",
     .choices = il_initialiser_names,
     .help = "how the weights start",
     .source = "github.com/cbfinn/maml, maml.py"},
    {.name = "scale",
     .type = IL_OPTION_REAL,
     .offset = offsetof(mlp_options, scale),
     .fallback = "0.01",
     .low = 0,
     .high = 1e6,
     .help = "width of the initial weights, as the initialiser means it; 1 for xavier_uniform, kaiming_normal and "
             "fan_in_uniform as published",
     .source = "github.com/cbfinn/maml, maml.py"},
    {.name = "bias_initialiser",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(mlp_options, bias_initialiser),
     .fallback = "zero",
     .choices = il_bias_names,
     .help = "how the biases start; fan_in_uniform is uniform in +-1 / sqrt(fan_in)",
     .source = "github.com/cbfinn/maml, maml.py"},
    IL_NORM_ROWS(mlp_options, "none"),
};

static il_status mlp_parameters(il_parameters *parameters, const void *options, const il_interface *interface,
                                il_error *error) {
  const mlp_options *chosen = options;
  const il_bias_start *bias = &il_bias_starts[chosen->bias_initialiser];
  il_dense_start start = {(il_initialiser)chosen->initialiser, chosen->scale, bias->initialiser, bias->scale};
  int inputs = il_interface_features(interface);
  for (int i = 0; i < chosen->hidden.count; i++) {
    char name[IL_PARAMETER_NAME_SIZE];
    int outputs = chosen->hidden.at[i];
    (void)snprintf(name, sizeof name, "layer%d", i + 1);
    il_status status = il_dense_parameters(parameters, name, inputs, outputs, true, &start, error);
    if (status != IL_OK) return status;
    status = il_norm_parameters(parameters, name, outputs, &chosen->norm, error);
    if (status != IL_OK) return status;
    inputs = outputs;
  }
  return il_head_parameters(parameters, inputs, interface->outputs, true, &start, error);
}

/* Features of x; *at moves to the head. */
static il_value body(il_graph *graph, const mlp_options *options, const il_value **at, il_normalisation *normalisation,
                     il_value x) {
  il_value h = il_flatten(graph, x);
  activation activate = activations[options->activation];
  bool relu = activate == il_relu;
  for (int i = 0; i < options->hidden.count; i++) {
    h = il_dense(graph, h, (*at)[0], il_norm_bias(&options->norm, (*at)[1], normalisation));
    *at += 2;
    h = il_norm_layer(graph, h, &options->norm, at, relu, normalisation);
    if (!relu) h = activate(graph, h);
  }
  return h;
}

static il_value mlp_features(il_graph *graph, const void *options, const il_interface *interface,
                             const il_values *parameters, il_normalisation *normalisation, il_value x) {
  const il_value *at = parameters->at;
  (void)interface;
  return body(graph, options, &at, normalisation, x);
}

static il_value mlp_build(il_graph *graph, const void *options, const il_interface *interface,
                          const il_values *parameters, il_value x) {
  const il_value *at = parameters->at;
  (void)interface;
  x = body(graph, options, &at, NULL, x);
  return il_dense(graph, x, at[0], at[1]);
}

const il_model il_model_mlp = {
    .name = "mlp",
    .summary = "dense layers with an activation between them",
    .citation = "Finn, Abbeel, Levine: Model-agnostic meta-learning for fast adaptation of deep networks, ICML 2017",
    .options = {mlp_rows, sizeof mlp_rows / sizeof mlp_rows[0], sizeof(mlp_options)},
    .parameters = mlp_parameters,
    .build = mlp_build,
    .features = mlp_features,
};
