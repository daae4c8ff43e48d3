/* Broadcast and its adjoint, the sum over broadcast axes; mean. */
#include "graph/node.h"

/* How a tensor repeats to fill another: 1 when `from` can be broadcast to `to`. */
static int can_broadcast(const il_shape *from, const il_shape *to) {
  if (il_shape_size(from) == 1) return 1;
  int columns = il_shape_columns(to);
  if (il_shape_columns(from) == columns && il_shape_rows(from) == 1) return 1; /* [C] or [1,C] to [..,C] */
  return from->rank == to->rank && il_shape_columns(from) == 1 && il_shape_rows(from) == il_shape_rows(to);
}

il_value il_broadcast(il_graph *graph, il_value a, il_shape shape) {
  il_shape from = il_shape_of(graph, a);
  if (il_shape_equal(&from, &shape)) return a;
  if (il_shape_size(&from) == il_shape_size(&shape)) return il_reshape(graph, a, shape);
  if (a < 0 || !can_broadcast(&from, &shape))
    return il_graph_fail(graph, IL_INVALID, "graph: a tensor of %d x %d cannot be broadcast to %d x %d",
                         il_shape_rows(&from), il_shape_columns(&from), il_shape_rows(&shape),
                         il_shape_columns(&shape));
  const il_node *node = il_graph_node(graph, a);
  if (node->op == IL_OP_constant) return il_constant(graph, shape, node->number);
  if (node->op == IL_OP_reshape && il_shape_size(&from) == 1) return il_broadcast(graph, node->inputs[0], shape);
  il_node made = il_node_of(IL_OP_broadcast, shape, a, IL_NO_VALUE);
  return il_graph_add(graph, &made);
}

il_value il_sum_to(il_graph *graph, il_value a, il_shape shape) {
  il_shape from = il_shape_of(graph, a);
  if (il_shape_size(&from) == il_shape_size(&shape)) return il_reshape(graph, a, shape);
  if (a < 0 || !can_broadcast(&shape, &from))
    return il_graph_fail(graph, IL_INVALID, "graph: a tensor of %d x %d cannot be summed to %d x %d",
                         il_shape_rows(&from), il_shape_columns(&from), il_shape_rows(&shape),
                         il_shape_columns(&shape));
  il_node node = *il_graph_node(graph, a);
  double repeats = (double)il_shape_size(&from) / (double)il_shape_size(&shape);
  if (node.op == IL_OP_constant) return il_constant(graph, shape, node.number * repeats);
  il_node made = il_node_of(IL_OP_sum_to, shape, a, IL_NO_VALUE);
  return il_graph_add(graph, &made);
}

il_value il_sum(il_graph *graph, il_value a) {
  return il_sum_to(graph, a, il_shape_scalar());
}

il_value il_mean(il_graph *graph, il_value a) {
  il_shape shape = il_shape_of(graph, a);
  return il_scale(graph, il_sum(graph, a), 1.0 / (double)il_shape_size(&shape));
}

static void broadcast_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                               il_value *inputs) {
  (void)self;
  inputs[0] = il_sum_to(graph, gradient, il_shape_of(graph, node->inputs[0]));
}

static void sum_to_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = il_broadcast(graph, gradient, il_shape_of(graph, node->inputs[0]));
}

static void run_sum_rows(const il_step *step, real *const *bases) {
  const real *init = step->has_init ? bases[step->init.base] + step->init.offset : NULL;
  step->kernels->sum_rows(bases[step->out.base] + step->out.offset, bases[step->in[0].base] + step->in[0].offset,
                          step->m, step->n, init, step->alpha);
}

static void run_sum_columns(const il_step *step, real *const *bases) {
  const real *init = step->has_init ? bases[step->init.base] + step->init.offset : NULL;
  step->kernels->sum_columns(bases[step->out.base] + step->out.offset, bases[step->in[0].base] + step->in[0].offset,
                             step->m, step->n, init, step->alpha);
}

static void sum_to_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  int columns = il_shape_columns(&inputs[0]);
  int rows = il_shape_rows(&inputs[0]);
  step->flops = (double)il_shape_size(&inputs[0]);
  if (il_shape_size(&node->shape) == 1) { /* everything: one row of all elements */
    step->m = 1;
    step->n = rows * columns;
    step->run = run_sum_columns;
    return;
  }
  step->m = rows;
  step->n = columns;
  step->run = il_shape_columns(&node->shape) == columns ? run_sum_rows : run_sum_columns;
}

const il_op il_op_broadcast = {
    .name = "broadcast", .inputs = 1, .pointwise = IL_POINTWISE_COPY, .gradient = broadcast_gradient};
const il_op il_op_sum_to = {.name = "sum_to",
                            .inputs = 1,
                            .traits = IL_OP_ACCUMULATES,
                            .pointwise = IL_NOT_POINTWISE,
                            .factor = 1 << 0,
                            .gradient = sum_to_gradient,
                            .lower = sum_to_lower};
