/* Dense layers: y = x W + b. */
#include "innerloop/model.h"

#include <limits.h>
#include <stdio.h>

const char *const il_bias_names[] = {"zero", "fan_in_uniform", NULL};
const il_bias_start il_bias_starts[] = {{IL_INITIALISER_CONSTANT, 0}, {IL_INITIALISER_FAN_IN_UNIFORM, 1}};

il_status il_dense_parameters(il_parameters *parameters, const char *name, int inputs, int outputs, bool bias,
                              const il_dense_start *start, il_error *error) {
  char full[IL_PARAMETER_NAME_SIZE];
  (void)snprintf(full, sizeof full, "%s.weight", name);
  il_status status = il_parameters_add(parameters, full, il_shape_matrix(inputs, outputs), start->weight,
                                       start->weight_scale, inputs, outputs, error);
  if (status != IL_OK || !bias) return status;
  (void)snprintf(full, sizeof full, "%s.bias", name);
  return il_parameters_add(parameters, full, il_shape_vector(outputs), start->bias, start->bias_scale, inputs, outputs,
                           error);
}

il_status il_head_parameters(il_parameters *parameters, int inputs, int outputs, bool bias, const il_dense_start *start,
                             il_error *error) {
  int first = parameters->count;
  il_status status = il_dense_parameters(parameters, "head", inputs, outputs, bias, start, error);
  for (int i = first; i < parameters->count; i++) parameters->at[i].role = IL_ROLE_HEAD;
  return status;
}

il_value il_dense(il_graph *graph, il_value x, il_value weight, il_value bias) {
  il_value product = il_matmul(graph, x, 0, weight, 0);
  return bias == IL_NO_VALUE ? product : il_add(graph, product, bias);
}

il_value il_flatten(il_graph *graph, il_value x) {
  il_shape shape = il_shape_of(graph, x);
  if (shape.rank == 2) return x;
  if (shape.rank == 0) return il_graph_fail(graph, IL_INVALID, "a model needs a batch of examples, not a scalar");
  size_t features = il_shape_size(&shape) / (size_t)shape.dims[0];
  return il_reshape(graph, x, il_shape_matrix(shape.dims[0], (int)features));
}

int il_interface_features(const il_interface *interface) {
  size_t size = il_shape_size(&interface->input);
  return size > INT_MAX ? 0 : (int)size;
}
