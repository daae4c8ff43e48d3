/* Pointwise functions with their derivatives, each written through operations that have a derivative themselves. */
#include "graph/node.h"

il_value il_relu(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_relu, a);
}

il_value il_gate(il_graph *graph, il_value gradient, il_value gate) {
  if (gradient < 0 || gate < 0) return il_graph_fail(graph, IL_INVALID, "graph: an operand of gate has no value");
  il_shape from = il_shape_of(graph, gradient), shape = il_shape_of(graph, gate);
  if (!il_shape_equal(&from, &shape)) return il_graph_fail(graph, IL_INVALID, "graph: gate of another shape");
  il_node made = il_node_of(IL_OP_gate, shape, gradient, gate);
  return il_graph_add(graph, &made);
}

il_value il_tanh(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_tanh, a);
}

il_value il_sigmoid(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_sigmoid, a);
}

il_value il_softplus(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_softplus, a);
}

il_value il_exp(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_exp, a);
}

il_value il_sin(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_sin, a);
}

il_value il_cos(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_cos, a);
}

il_value il_log(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_log, a);
}

il_value il_sqrt(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_sqrt, a);
}

/* relu(a) > 0 exactly where a > 0: gating by the result keeps the pre-activation from living on. */
static void relu_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)node;
  inputs[0] = il_gate(graph, gradient, self);
}

/* Linear in the gradient; piecewise constant in the gate. */
static void gate_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = il_gate(graph, gradient, node->inputs[1]);
}

static void sin_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = il_multiply(graph, gradient, il_cos(graph, node->inputs[0]));
}

static void cos_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = il_scale(graph, il_multiply(graph, gradient, il_sin(graph, node->inputs[0])), -1);
}

/* y = tanh a: y' = 1 - y^2. */
static void tanh_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)node;
  il_value slope = il_shift(graph, il_scale(graph, il_square(graph, self), -1), 1);
  inputs[0] = il_multiply(graph, gradient, slope);
}

/* y = 1 / (1 + exp(-a)): y' = y - y^2. */
static void sigmoid_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)node;
  il_value slope = il_subtract(graph, self, il_square(graph, self));
  inputs[0] = il_multiply(graph, gradient, slope);
}

/* y = log(1 + exp a): y' = sigmoid a. */
static void softplus_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                              il_value *inputs) {
  (void)self;
  inputs[0] = il_multiply(graph, gradient, il_sigmoid(graph, node->inputs[0]));
}

static void exp_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)node;
  inputs[0] = il_multiply(graph, gradient, self);
}

static void log_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = il_divide(graph, gradient, node->inputs[0]);
}

/* y = sqrt a: y' = 1 / (2 y), and 0 where y is 0. There the slope is infinite, but what matters is the root of a sum of
 * squares, sqrt(v) with v = c g^2: its one-sided slopes by g are +- sqrt(c), 0 is their mean, and where it is
 * multiplied by what vanishes with g (Adam: g / (sqrt(v) + epsilon)) the limit is exact, while infinity times 0 is no
 * number. The divisor is y itself where y > 0, to the bit, and 1 elsewhere, so that derivatives of any order are
 * finite. */
static void sqrt_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  il_value positive = il_gate(graph, il_constant(graph, node->shape, 1), self);
  il_value divisor = il_add(graph, self, il_shift(graph, il_scale(graph, positive, -1), 1));
  inputs[0] = il_scale(graph, il_divide(graph, il_gate(graph, gradient, self), divisor), 0.5);
}

const il_op il_op_relu = {.name = "relu", .inputs = 1, .pointwise = IL_POINTWISE_RELU, .gradient = relu_gradient};
const il_op il_op_gate = {.name = "gate",
                          .inputs = 2,
                          .pointwise = IL_POINTWISE_GATE,
                          .zero = 1 << 0,
                          .factor = 1 << 0,
                          .gradient = gate_gradient};
const il_op il_op_tanh = {.name = "tanh", .inputs = 1, .pointwise = IL_POINTWISE_TANH, .gradient = tanh_gradient};
const il_op il_op_sigmoid = {
    .name = "sigmoid", .inputs = 1, .pointwise = IL_POINTWISE_SIGMOID, .gradient = sigmoid_gradient};
const il_op il_op_softplus = {
    .name = "softplus", .inputs = 1, .pointwise = IL_POINTWISE_SOFTPLUS, .gradient = softplus_gradient};
const il_op il_op_exp = {.name = "exp", .inputs = 1, .pointwise = IL_POINTWISE_EXP, .gradient = exp_gradient};
const il_op il_op_log = {.name = "log", .inputs = 1, .pointwise = IL_POINTWISE_LOG, .gradient = log_gradient};
const il_op il_op_sqrt = {.name = "sqrt", .inputs = 1, .pointwise = IL_POINTWISE_SQRT, .gradient = sqrt_gradient};
const il_op il_op_sin = {.name = "sin", .inputs = 1, .pointwise = IL_POINTWISE_SIN, .gradient = sin_gradient};
const il_op il_op_cos = {.name = "cos", .inputs = 1, .pointwise = IL_POINTWISE_COS, .gradient = cos_gradient};
