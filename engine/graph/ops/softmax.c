/* Softmax over rows, its logarithm, and the losses built on them. */
#include "graph/node.h"

static il_value rowwise(il_graph *graph, il_op_code op, il_value a) {
  il_shape shape = il_shape_of(graph, a);
  if (a < 0 || shape.rank != 2)
    return il_graph_fail(graph, IL_INVALID, "graph: softmax takes a matrix, not rank %d", shape.rank);
  return il_unary(graph, op, a);
}

il_value il_softmax(il_graph *graph, il_value a) {
  return rowwise(graph, IL_OP_softmax, a);
}

il_value il_log_softmax(il_graph *graph, il_value a) {
  return rowwise(graph, IL_OP_log_softmax, a);
}

il_value il_mean_squared_error(il_graph *graph, il_value prediction, il_value target) {
  return il_mean(graph, il_square(graph, il_subtract(graph, prediction, target)));
}

il_value il_cross_entropy(il_graph *graph, il_value logits, il_value target) {
  il_shape shape = il_shape_of(graph, logits);
  il_value total = il_sum(graph, il_multiply(graph, target, il_log_softmax(graph, logits)));
  return il_scale(graph, total, -1.0 / il_shape_rows(&shape));
}

static il_value row_sums(il_graph *graph, il_value a) {
  il_shape shape = il_shape_of(graph, a);
  return il_broadcast(graph, il_sum_to(graph, a, il_shape_matrix(shape.dims[0], 1)), shape);
}

/* s = softmax a: da = s (g - sum_c g s). */
static void softmax_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)node;
  il_value weighted = il_multiply(graph, gradient, self);
  inputs[0] = il_multiply(graph, self, il_subtract(graph, gradient, row_sums(graph, weighted)));
}

/* l = log softmax a: da = g - softmax(a) sum_c g. */
static void log_softmax_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                                 il_value *inputs) {
  (void)self;
  il_value probabilities = il_softmax(graph, node->inputs[0]);
  inputs[0] = il_subtract(graph, gradient, il_multiply(graph, probabilities, row_sums(graph, gradient)));
}

static void run_softmax(const il_step *step, real *const *bases) {
  step->kernels->softmax(bases[step->out.base] + step->out.offset, bases[step->in[0].base] + step->in[0].offset,
                         step->m, step->n);
}

static void run_log_softmax(const il_step *step, real *const *bases) {
  step->kernels->log_softmax(bases[step->out.base] + step->out.offset, bases[step->in[0].base] + step->in[0].offset,
                             step->m, step->n);
}

static void size_rows(il_step *step, const il_shape *shape) {
  step->m = il_shape_rows(shape);
  step->n = il_shape_columns(shape);
  step->flops = 5.0 * step->m * step->n; /* subtract, exp, add, divide, maximum */
}

static void softmax_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  (void)node;
  size_rows(step, &inputs[0]);
  step->run = run_softmax;
}

static void log_softmax_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  (void)node;
  size_rows(step, &inputs[0]);
  step->run = run_log_softmax;
}

const il_op il_op_softmax = {.name = "softmax",
                             .inputs = 1,
                             .pointwise = IL_NOT_POINTWISE,
                             .gradient = softmax_gradient,
                             .lower = softmax_lower};
const il_op il_op_log_softmax = {.name = "log_softmax",
                                 .inputs = 1,
                                 .pointwise = IL_NOT_POINTWISE,
                                 .gradient = log_softmax_gradient,
                                 .lower = log_softmax_lower};
