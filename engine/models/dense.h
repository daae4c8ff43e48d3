/* What the models made of dense layers share. */
#ifndef INNERLOOP_MODELS_DENSE_H
#define INNERLOOP_MODELS_DENSE_H

#include <stdbool.h>

#include "innerloop/model.h"

/* How the parameters of a dense layer start. */
typedef struct il_dense_start {
  il_initialiser weight;
  double weight_scale;
  il_initialiser bias;
  double bias_scale;
} il_dense_start;

/* Choices of how biases start. Scale 1 is what fan_in_uniform means; a constant 1 is never wanted, so biases have no scale
 * of their own. */
typedef struct il_bias_start {
  il_initialiser initialiser;
  double scale;
} il_bias_start;

extern const char *const il_bias_names[]; /* "zero", "fan_in_uniform", NULL */
extern const il_bias_start il_bias_starts[];

enum { IL_DENSE_MAX = 1 << 24 }; /* features a dense layer takes */

/* Lists NAME.weight [inputs, outputs] and, where `bias`, NAME.bias [outputs]. Errors: as il_parameters_add. */
il_status il_dense_parameters(il_parameters *parameters, const char *name, int inputs, int outputs, bool bias,
                              const il_dense_start *start, il_error *error);

/* The same with the name "head": the last layer, marked as such. */
il_status il_head_parameters(il_parameters *parameters, int inputs, int outputs, bool bias, const il_dense_start *start,
                             il_error *error);

/* x [N, inputs] weight [inputs, outputs] + bias [outputs]; bias IL_NO_VALUE: none. */
il_value il_dense(il_graph *graph, il_value x, il_value weight, il_value bias);

/* x [N, ...] as a matrix [N, features of one example]. */
il_value il_flatten(il_graph *graph, il_value x);

/* Numbers in one example; 0 when there are more than INT_MAX. */
int il_interface_features(const il_interface *interface);

#endif
