/* Normalised layers. */
#include "models/norm.h"

#include <stdio.h>

enum { NORM_NONE, NORM_BATCH };
enum { AFFINE_NONE, AFFINE_BETA, AFFINE_GAMMA_BETA };

const char *const il_norm_names[] = {"none", "batch", NULL};
const char *const il_affine_names[] = {"none", "beta", "gamma_beta", NULL};

static il_status add(il_parameters *parameters, const char *name, il_role role, int channels, bool adapted,
                     il_error *error) {
  bool scale = role == IL_ROLE_NORM_SCALE;
  char full[IL_PARAMETER_NAME_SIZE];
  (void)snprintf(full, sizeof full, "%s.%s", name, scale ? "gamma" : "beta");
  il_status status = il_parameters_add(parameters, full, il_shape_vector(channels), IL_INITIALISER_CONSTANT, scale,
                                       channels, channels, error);
  if (status != IL_OK) return status;
  parameters->at[parameters->count - 1].adapted = adapted;
  parameters->at[parameters->count - 1].role = role;
  return IL_OK;
}

il_status il_norm_parameters(il_parameters *parameters, const char *name, int channels, const il_norm_options *options,
                             il_error *error) {
  il_status status = IL_OK;
  if (options->norm == NORM_NONE || options->affine == AFFINE_NONE) return IL_OK;
  if (options->affine == AFFINE_GAMMA_BETA)
    status = add(parameters, name, IL_ROLE_NORM_SCALE, channels, options->adapt_norm, error);
  if (status != IL_OK) return status;
  return add(parameters, name, IL_ROLE_NORM_SHIFT, channels, options->adapt_norm, error);
}

/* By given statistics, or by the batch's, which are left in `normalisation`. */
static il_value normalise(il_graph *graph, il_value x, il_value gamma, il_value beta, double epsilon, bool relu,
                          il_normalisation *normalisation) {
  int layer = normalisation->layer++;
  il_value *mean = &normalisation->mean.at[layer], *variance = &normalisation->variance.at[layer];
  if (normalisation->given) {
    x = il_normalise(graph, x, *mean, *variance, gamma, beta, epsilon);
    return relu ? il_relu(graph, x) : x;
  }
  il_shape shape = il_shape_of(graph, x);
  double rows = (double)il_shape_size(&shape) / shape.dims[shape.rank - 1];
  il_batch_moments(graph, x, mean, variance);
  if (rows > 1) *variance = il_scale(graph, *variance, rows / (rows - 1));
  normalisation->mean.count = normalisation->variance.count = layer + 1;
  return il_batch_norm(graph, x, gamma, beta, epsilon, relu);
}

il_value il_norm_layer(il_graph *graph, il_value x, const il_norm_options *options, const il_value **at, bool relu,
                       il_normalisation *normalisation) {
  il_value gamma = IL_NO_VALUE, beta = IL_NO_VALUE;
  if (options->norm == NORM_NONE) return relu ? il_relu(graph, x) : x;
  if (options->affine == AFFINE_GAMMA_BETA) gamma = *(*at)++;
  if (options->affine != AFFINE_NONE) beta = *(*at)++;
  if (x < 0) return IL_NO_VALUE;
  if (normalisation) return normalise(graph, x, gamma, beta, options->epsilon, relu, normalisation);
  return il_batch_norm(graph, x, gamma, beta, options->epsilon, relu);
}

il_value il_norm_bias(const il_norm_options *options, il_value bias, const il_normalisation *normalisation) {
  return options->norm == NORM_NONE || normalisation ? bias : IL_NO_VALUE;
}
