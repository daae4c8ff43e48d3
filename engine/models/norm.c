/* Normalised layers. */
#include "models/norm.h"

#include <stdio.h>

enum { NORM_NONE, NORM_BATCH };
enum { AFFINE_NONE, AFFINE_BETA, AFFINE_GAMMA_BETA };

const char *const il_norm_names[] = {"none", "batch", NULL};
const char *const il_affine_names[] = {"none", "beta", "gamma_beta", NULL};

static il_status add(il_parameters *parameters, const char *name, const char *what, int channels, double start,
                     bool adapted, il_error *error) {
  char full[IL_PARAMETER_NAME_SIZE];
  (void)snprintf(full, sizeof full, "%s.%s", name, what);
  il_status status = il_parameters_add(parameters, full, il_shape_vector(channels), IL_INITIALISER_CONSTANT, start,
                                       channels, channels, error);
  if (status == IL_OK) parameters->at[parameters->count - 1].adapted = adapted;
  return status;
}

il_status il_norm_parameters(il_parameters *parameters, const char *name, int channels, const il_norm_options *options,
                             il_error *error) {
  il_status status = IL_OK;
  if (options->norm == NORM_NONE || options->affine == AFFINE_NONE) return IL_OK;
  if (options->affine == AFFINE_GAMMA_BETA)
    status = add(parameters, name, "gamma", channels, 1, options->adapt_norm, error);
  return status == IL_OK ? add(parameters, name, "beta", channels, 0, options->adapt_norm, error) : status;
}

il_value il_norm_layer(il_graph *graph, il_value x, const il_norm_options *options, const il_value **at, bool relu) {
  il_value gamma = IL_NO_VALUE, beta = IL_NO_VALUE;
  if (options->norm == NORM_NONE) return relu ? il_relu(graph, x) : x;
  if (options->affine == AFFINE_GAMMA_BETA) gamma = *(*at)++;
  if (options->affine != AFFINE_NONE) beta = *(*at)++;
  return il_batch_norm(graph, x, gamma, beta, options->epsilon, relu);
}

il_value il_norm_bias(const il_norm_options *options, il_value bias) {
  return options->norm == NORM_NONE ? bias : IL_NO_VALUE;
}
