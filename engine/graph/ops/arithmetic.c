/* Pointwise arithmetic. Constants are folded, and scales float outwards through linear operations, so that they end in
 * the alpha of a product or a sum instead of a pass over memory. */
#include "graph/node.h"

/* Brings the operands to one shape; returns 0 on failure. */
static int match_shapes(il_graph *graph, const char *op, il_value *a, il_value *b) {
  if (*a < 0 || *b < 0) {
    il_graph_fail(graph, IL_INVALID, "graph: an operand of %s has no value", op);
    return 0;
  }
  il_shape sa = il_shape_of(graph, *a), sb = il_shape_of(graph, *b);
  if (il_shape_equal(&sa, &sb)) return 1;
  int a_is_larger =
      il_shape_size(&sa) != il_shape_size(&sb) ? il_shape_size(&sa) > il_shape_size(&sb) : sa.rank >= sb.rank;
  if (a_is_larger)
    *b = il_broadcast(graph, *b, sa);
  else
    *a = il_broadcast(graph, *a, sb);
  return *a >= 0 && *b >= 0;
}

static il_value binary(il_graph *graph, il_op_code op, il_value a, il_value b) {
  il_node node = il_node_of(op, il_shape_of(graph, a), a, b);
  return il_graph_add(graph, &node);
}

/* The number of a constant operand; returns 0 when `value` is none. */
static int constant_of(const il_graph *graph, il_value value, double *number) {
  if (il_graph_node(graph, value)->op != IL_OP_constant) return 0;
  *number = il_graph_node(graph, value)->number;
  return 1;
}

static void order(il_value *a, il_value *b) {
  if (*a <= *b) return;
  il_value swap = *a;
  *a = *b;
  *b = swap;
}

il_value il_add(il_graph *graph, il_value a, il_value b) {
  double number;
  if (!match_shapes(graph, "add", &a, &b)) return IL_NO_VALUE;
  if (constant_of(graph, a, &number)) return il_shift(graph, b, number);
  if (constant_of(graph, b, &number)) return il_shift(graph, a, number);
  if (a == b) return il_scale(graph, a, 2);
  order(&a, &b);
  return binary(graph, IL_OP_add, a, b);
}

il_value il_subtract(il_graph *graph, il_value a, il_value b) {
  double number;
  if (!match_shapes(graph, "subtract", &a, &b)) return IL_NO_VALUE;
  if (a == b) return il_constant(graph, il_shape_of(graph, a), 0);
  if (constant_of(graph, b, &number)) return il_shift(graph, a, -number);
  if (constant_of(graph, a, &number)) return il_shift(graph, il_scale(graph, b, -1), number);
  return binary(graph, IL_OP_subtract, a, b);
}

il_value il_multiply(il_graph *graph, il_value a, il_value b) {
  double number;
  if (!match_shapes(graph, "multiply", &a, &b)) return IL_NO_VALUE;
  if (constant_of(graph, a, &number)) return il_scale(graph, b, number);
  if (constant_of(graph, b, &number)) return il_scale(graph, a, number);
  return binary(graph, IL_OP_multiply, a, b);
}

static il_value multiply_simplify(il_graph *graph, il_node *node) {
  if (node->inputs[0] == node->inputs[1]) return il_square(graph, node->inputs[0]);
  order(&node->inputs[0], &node->inputs[1]);
  return IL_NO_VALUE;
}

il_value il_divide(il_graph *graph, il_value a, il_value b) {
  double number;
  if (!match_shapes(graph, "divide", &a, &b)) return IL_NO_VALUE;
  if (constant_of(graph, b, &number)) return il_scale(graph, a, 1 / number);
  return binary(graph, IL_OP_divide, a, b);
}

il_value il_scale(il_graph *graph, il_value a, double factor) {
  if (a < 0) return il_graph_fail(graph, IL_INVALID, "graph: the operand of scale has no value");
  il_node node = *il_graph_node(graph, a);
  if (factor == 1) return a;
  if (factor == 0) return il_constant(graph, node.shape, 0);
  if (node.op == IL_OP_constant) return il_constant(graph, node.shape, node.number * factor);
  if (node.op == IL_OP_scale) return il_scale(graph, node.inputs[0], node.number * factor);
  il_node made = il_node_of(IL_OP_scale, node.shape, a, IL_NO_VALUE);
  made.number = factor;
  return il_graph_add(graph, &made);
}

il_value il_shift(il_graph *graph, il_value a, double term) {
  if (a < 0) return il_graph_fail(graph, IL_INVALID, "graph: the operand of shift has no value");
  il_node node = *il_graph_node(graph, a);
  if (term == 0) return a;
  if (node.op == IL_OP_constant) return il_constant(graph, node.shape, node.number + term);
  il_node made = il_node_of(IL_OP_shift, node.shape, a, IL_NO_VALUE);
  made.number = term;
  return il_graph_add(graph, &made);
}

il_value il_square(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_square, a);
}

static void add_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)graph, (void)node, (void)self;
  inputs[0] = inputs[1] = gradient;
}

static void subtract_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                              il_value *inputs) {
  (void)node, (void)self;
  inputs[0] = gradient;
  inputs[1] = il_scale(graph, gradient, -1);
}

static void multiply_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                              il_value *inputs) {
  (void)self;
  inputs[0] = il_multiply(graph, gradient, node->inputs[1]);
  inputs[1] = il_multiply(graph, gradient, node->inputs[0]);
}

/* y = a / b: da = g / b, db = -g y / b. */
static void divide_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  inputs[0] = il_divide(graph, gradient, node->inputs[1]);
  inputs[1] = il_scale(graph, il_multiply(graph, inputs[0], self), -1);
}

static void scale_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = il_scale(graph, gradient, node->number);
}

static void shift_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)graph, (void)node, (void)self;
  inputs[0] = gradient;
}

static void square_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = il_scale(graph, il_multiply(graph, gradient, node->inputs[0]), 2);
}

const il_op il_op_add = {.name = "add", .inputs = 2, .pointwise = IL_POINTWISE_ADD, .gradient = add_gradient};
const il_op il_op_subtract = {
    .name = "subtract", .inputs = 2, .pointwise = IL_POINTWISE_SUBTRACT, .gradient = subtract_gradient};
const il_op il_op_multiply = {.name = "multiply",
                              .inputs = 2,
                              .pointwise = IL_POINTWISE_MULTIPLY,
                              .factor = 1 << 0 | 1 << 1,
                              .simplify = multiply_simplify,
                              .gradient = multiply_gradient};
const il_op il_op_divide = {
    .name = "divide", .inputs = 2, .pointwise = IL_POINTWISE_DIVIDE, .zero = 1 << 0, .gradient = divide_gradient};
const il_op il_op_scale = {.name = "scale", .inputs = 1, .pointwise = IL_POINTWISE_SCALE, .gradient = scale_gradient};
const il_op il_op_shift = {.name = "shift", .inputs = 1, .pointwise = IL_POINTWISE_SHIFT, .gradient = shift_gradient};
const il_op il_op_square = {
    .name = "square", .inputs = 1, .pointwise = IL_POINTWISE_SQUARE, .gradient = square_gradient};
