/* Batch normalisation in primitives: the tested reference of the fused operations, the source of their third
 * derivatives, and normalisation with given statistics. */
#include "graph/ops/batch_norm.h"

int il_batch_norm_complete(il_graph *graph, il_value x, il_value *gamma, il_value *beta) {
  il_shape shape = il_shape_of(graph, x), channels = il_shape_vector(il_shape_columns(&shape));
  if (x < 0 || shape.rank < 2) {
    il_graph_fail(graph, IL_INVALID, "graph: batch norm takes a batch of examples, not rank %d", shape.rank);
    return 0;
  }
  if (*gamma == IL_NO_VALUE) *gamma = il_constant(graph, channels, 1);
  if (*beta == IL_NO_VALUE) *beta = il_constant(graph, channels, 0);
  il_shape of_gamma = il_shape_of(graph, *gamma), of_beta = il_shape_of(graph, *beta);
  if (il_shape_equal(&of_gamma, &channels) && il_shape_equal(&of_beta, &channels)) return 1;
  il_graph_fail(graph, IL_INVALID, "graph: batch norm of %d channels takes gamma and beta of as many",
                channels.dims[0]);
  return 0;
}

void il_batch_moments(il_graph *graph, il_value x, il_value *mean, il_value *variance) {
  il_shape shape = il_shape_of(graph, x), channels = il_shape_vector(il_shape_columns(&shape));
  double share = 1.0 / il_shape_rows(&shape);
  *mean = il_scale(graph, il_sum_to(graph, x, channels), share);
  il_value square = il_square(graph, il_subtract(graph, x, il_broadcast(graph, *mean, shape)));
  *variance = il_scale(graph, il_sum_to(graph, square, channels), share);
}

/* 1 / sqrt(variance + epsilon) */
static il_value reciprocal_root(il_graph *graph, il_value variance, double epsilon) {
  il_value one = il_constant(graph, il_shape_of(graph, variance), 1);
  return il_divide(graph, one, il_sqrt(graph, il_shift(graph, variance, epsilon)));
}

il_value il_normalise(il_graph *graph, il_value x, il_value mean, il_value variance, il_value gamma, il_value beta,
                      double epsilon) {
  il_shape shape = il_shape_of(graph, x);
  if (!il_batch_norm_complete(graph, x, &gamma, &beta)) return IL_NO_VALUE;
  il_value slope = il_multiply(graph, gamma, reciprocal_root(graph, variance, epsilon));
  il_value centred = il_subtract(graph, x, il_broadcast(graph, mean, shape));
  return il_add(graph, il_multiply(graph, centred, il_broadcast(graph, slope, shape)),
                il_broadcast(graph, beta, shape));
}

il_value il_batch_norm_unfused(il_graph *graph, il_value x, il_value gamma, il_value beta, double epsilon, int relu) {
  il_value mean, variance;
  if (!il_batch_norm_complete(graph, x, &gamma, &beta)) return IL_NO_VALUE;
  il_batch_moments(graph, x, &mean, &variance);
  il_value y = il_normalise(graph, x, mean, variance, gamma, beta, epsilon);
  return relu ? il_relu(graph, y) : y;
}

/* a minus what its channel means say: a - mean a. */
static il_value without_mean(il_graph *graph, il_value a) {
  il_shape shape = il_shape_of(graph, a), channels = il_shape_vector(il_shape_columns(&shape));
  il_value mean = il_scale(graph, il_sum_to(graph, a, channels), 1.0 / il_shape_rows(&shape));
  return il_subtract(graph, a, il_broadcast(graph, mean, shape));
}

il_value il_batch_norm_form(il_graph *graph, const il_norm *norm, il_value u, il_value g, il_value gamma) {
  il_shape shape = il_shape_of(graph, norm->x), channels = il_shape_vector(il_shape_columns(&shape));
  il_value mean, variance;
  il_batch_moments(graph, norm->x, &mean, &variance);
  il_value s = reciprocal_root(graph, variance, norm->epsilon);
  il_value centred = il_subtract(graph, norm->x, il_broadcast(graph, mean, shape));
  il_value xhat = il_multiply(graph, centred, il_broadcast(graph, s, shape));
  il_value h = norm->relu ? il_gate(graph, g, norm->y) : g;
  il_value tilt = il_scale(graph, il_sum_to(graph, il_multiply(graph, h, xhat), channels), 1.0 / il_shape_rows(&shape));
  il_value projected =
      il_subtract(graph, without_mean(graph, h), il_multiply(graph, xhat, il_broadcast(graph, tilt, shape)));
  il_value dots = il_sum_to(graph, il_multiply(graph, u, projected), channels);
  return il_sum(graph, il_multiply(graph, il_multiply(graph, gamma, s), dots));
}

il_value il_rename(il_graph *graph, il_value a) {
  il_node node = il_node_of(IL_OP_rename, il_shape_of(graph, a), a, IL_NO_VALUE);
  node.slot = il_graph_size(graph); /* no two names are equal */
  return il_graph_add(graph, &node);
}

static void rename_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)graph, (void)node, (void)self;
  inputs[0] = gradient;
}

const il_op il_op_rename = {
    .name = "rename", .inputs = 1, .traits = IL_OP_ALIAS, .pointwise = IL_NOT_POINTWISE, .gradient = rename_gradient};
