/* Leaves of the graph, and the two operations that are nothing but another view of their operand. */
#include <math.h>

#include "graph/node.h"

il_value il_input(il_graph *graph, int slot, size_t offset, il_shape shape) {
  if (slot < 0 || slot >= IL_SLOTS_MAX)
    return il_graph_fail(graph, IL_INVALID, "graph: input slot %d; expected 0..31", slot);
  il_node node = il_node_of(IL_OP_input, shape, IL_NO_VALUE, IL_NO_VALUE);
  node.slot = slot;
  node.offset = offset;
  return il_graph_add(graph, &node);
}

il_value il_constant(il_graph *graph, il_shape shape, double value) {
  il_node node = il_node_of(IL_OP_constant, shape, IL_NO_VALUE, IL_NO_VALUE);
  node.number = value;
  return il_graph_add(graph, &node);
}

il_value il_stop_gradient(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_stop_gradient, a);
}

il_value il_reshape(il_graph *graph, il_value a, il_shape shape) {
  il_shape from = il_shape_of(graph, a);
  if (il_shape_equal(&from, &shape)) return a;
  if (il_shape_size(&from) != il_shape_size(&shape))
    return il_graph_fail(graph, IL_INVALID, "graph: reshape of %zu elements to %zu", il_shape_size(&from),
                         il_shape_size(&shape));
  if (a >= 0 && il_graph_node(graph, a)->op == IL_OP_reshape)
    return il_reshape(graph, il_graph_node(graph, a)->inputs[0], shape);
  if (a >= 0 && il_graph_node(graph, a)->op == IL_OP_constant)
    return il_constant(graph, shape, il_graph_node(graph, a)->number);
  il_node node = il_node_of(IL_OP_reshape, shape, a, IL_NO_VALUE);
  return il_graph_add(graph, &node);
}

static void reshape_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = il_reshape(graph, gradient, il_shape_of(graph, node->inputs[0]));
}

const il_op il_op_input = {.name = "input", .traits = IL_OP_LEAF, .pointwise = IL_NOT_POINTWISE};
const il_op il_op_constant = {.name = "constant", .traits = IL_OP_LEAF, .pointwise = IL_POINTWISE_COPY};
const il_op il_op_stop_gradient = {
    .name = "stop_gradient", .inputs = 1, .traits = IL_OP_ALIAS, .pointwise = IL_NOT_POINTWISE};
const il_op il_op_reshape = {
    .name = "reshape", .inputs = 1, .traits = IL_OP_ALIAS, .pointwise = IL_NOT_POINTWISE, .gradient = reshape_gradient};
