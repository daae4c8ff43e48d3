/* Reverse-mode differentiation as a graph transformation: adjoints are ordinary nodes, so gradients of gradients are
 * exact.
 * Cost: O(nodes below the loss). */
#include <stdlib.h>

#include "graph/node.h"
#include "innerloop/graph.h"

/* depends[v] = 1 when v is one of `wrt` or computed from one along a path that gradients flow on. */
static void mark_dependence(const il_graph *graph, char *depends, il_value loss, const il_values *wrt) {
  for (int i = 0; i < wrt->count; i++)
    if (wrt->at[i] >= 0 && wrt->at[i] <= loss) depends[wrt->at[i]] = 1;
  for (il_value v = 0; v <= loss; v++) {
    const il_node *node = il_graph_node(graph, v);
    const il_op *op = il_op_of(node->op);
    if (!op->gradient) continue;
    for (int i = 0; i < op->inputs; i++)
      if (depends[node->inputs[i]]) depends[v] = 1;
  }
}

/* Hands the adjoint of v on to its inputs. Nodes are in topological order: when v's turn comes its adjoint is
 * complete. */
static void propagate(il_graph *graph, il_value v, il_value *adjoint, const char *depends) {
  il_node node = *il_graph_node(graph, v); /* a copy: the graph grows below */
  const il_op *op = il_op_of(node.op);
  if (!op->gradient) return;
  il_value inputs[IL_NODE_INPUTS];
  for (int i = 0; i < IL_NODE_INPUTS; i++) inputs[i] = IL_NO_VALUE;
  op->gradient(graph, &node, v, adjoint[v], inputs);
  for (int i = 0; i < op->inputs; i++) {
    il_value to = node.inputs[i];
    if (inputs[i] == IL_NO_VALUE || !depends[to]) continue;
    adjoint[to] = adjoint[to] == IL_NO_VALUE ? inputs[i] : il_add(graph, adjoint[to], inputs[i]);
  }
}

il_values il_gradient(il_graph *graph, il_value loss, const il_values *wrt) {
  il_values gradients = {.count = wrt->count};
  for (int i = 0; i < wrt->count; i++) gradients.at[i] = IL_NO_VALUE;
  if (il_graph_status(graph, NULL) != IL_OK) return gradients;
  il_shape shape = il_shape_of(graph, loss);
  if (loss < 0 || loss >= il_graph_size(graph) || il_shape_size(&shape) != 1) {
    il_graph_fail(graph, IL_INVALID, "graph: the gradient is taken of a scalar loss");
    return gradients;
  }
  size_t count = (size_t)loss + 1;
  il_value *adjoint = malloc(count * sizeof *adjoint);
  char *depends = calloc(count, 1);
  if (!adjoint || !depends) {
    il_graph_fail(graph, IL_MEMORY, "out of memory for the gradient");
    goto done;
  }
  for (size_t v = 0; v < count; v++) adjoint[v] = IL_NO_VALUE;
  mark_dependence(graph, depends, loss, wrt);
  adjoint[loss] = il_constant(graph, shape, 1);
  for (il_value v = loss; v >= 0; v--)
    if (depends[v] && adjoint[v] != IL_NO_VALUE) propagate(graph, v, adjoint, depends);
  for (int i = 0; i < wrt->count; i++) {
    il_value v = wrt->at[i];
    if (v >= 0 && v <= loss) gradients.at[i] = adjoint[v];
    if (gradients.at[i] == IL_NO_VALUE) gradients.at[i] = il_constant(graph, il_shape_of(graph, v), 0);
  }
done:
  free(adjoint);
  free(depends);
  return gradients;
}

il_values il_stop_gradients(il_graph *graph, const il_values *values) {
  il_values stopped = {.count = values->count};
  for (int i = 0; i < values->count; i++)
    stopped.at[i] = values->at[i] == IL_NO_VALUE ? IL_NO_VALUE : il_stop_gradient(graph, values->at[i]);
  return stopped;
}

/* Records an error where the lists have no pairs. */
static int are_pairs(il_graph *graph, const char *op, const il_values *a, const il_values *b) {
  if (a->count == b->count) return 1;
  il_graph_fail(graph, IL_INVALID, "graph: %s of lists of %d and %d values", op, a->count, b->count);
  return 0;
}

il_value il_dot(il_graph *graph, const il_values *a, const il_values *b) {
  il_value sum = il_constant(graph, il_shape_scalar(), 0);
  if (!are_pairs(graph, "dot", a, b)) return IL_NO_VALUE;
  for (int i = 0; i < a->count; i++) sum = il_add(graph, sum, il_sum(graph, il_multiply(graph, a->at[i], b->at[i])));
  return sum;
}

il_values il_axpy(il_graph *graph, il_value alpha, const il_values *x, const il_values *y) {
  il_values moved = {.count = y->count};
  for (int i = 0; i < moved.count; i++) moved.at[i] = IL_NO_VALUE;
  if (!are_pairs(graph, "axpy", x, y)) return moved;
  for (int i = 0; i < moved.count; i++) moved.at[i] = il_add(graph, y->at[i], il_multiply(graph, alpha, x->at[i]));
  return moved;
}

il_values il_differences(il_graph *graph, const il_values *a, const il_values *b) {
  il_values differences = {.count = a->count};
  for (int i = 0; i < a->count; i++) differences.at[i] = il_subtract(graph, a->at[i], b->at[i]);
  return differences;
}
