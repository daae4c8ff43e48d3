/* Batch normalisation over all axes but the last, statistics of the batch itself, optionally followed by relu (Ioffe
 * and Szegedy, ICML 2015). R rows, C channels; xhat = (x - mean) s, s = 1 / sigma; y = relu(gamma xhat + beta).
 *
 * Everything below is a derivative of one trilinear form. With h = g where y > 0 and
 *   P(h) = h - mean h - xhat mean(h xhat)                 (symmetric: sum u P(h) = sum h P(u))
 *   T(u, h, gamma) = sum u gamma s P(h)
 *      = sum over channels of gamma s (Q - U0 H0 / R - U1 H1 / R),
 *   H0, H1 = sum h, sum h xhat;  U0, U1, Q = sum u, sum u xhat, sum u h
 * the gradient of y along g is dbeta = H0, dgamma = H1, dx = gamma s P(h) (`backward`), and the gradient of dx along u
 * is
 *   du-to-g = gamma s P(u) where y > 0 (`outer`),  to gamma = s (Q - U0 H0 / R - U1 H1 / R) (`slope`),
 *   to x = dT/dx (`second`, batch_norm.h), which is differentiated once more through primitives.
 *
 * The statistics and sums are nodes of their own, computed once. They are functions of x, g and u, and every operation
 * that reads them counts the derivative through them to x, g and u: no gradient flows into them as such. */
#include "graph/ops/batch_norm.h"

/* All nodes of one batch normalisation carry its flag and epsilon. */
static il_value norm_node(il_graph *graph, il_op_code op, il_shape shape, const il_norm *norm, const il_value *inputs,
                          int count) {
  il_node node = il_node_of(op, shape, IL_NO_VALUE, IL_NO_VALUE);
  for (int i = 0; i < count; i++) node.inputs[i] = inputs[i];
  node.flag = norm->relu;
  node.number = norm->epsilon;
  return il_graph_add(graph, &node);
}

static il_shape rows_of(int count, const il_shape *shape) {
  return il_shape_matrix(count, il_shape_columns(shape));
}

static il_value statistics(il_graph *graph, il_value x, const il_norm *norm) {
  il_shape shape = il_shape_of(graph, x);
  return norm_node(graph, IL_OP_batch_norm_statistics, rows_of(2, &shape), norm, (il_value[]){x}, 1);
}

/* [2,C]: H0, H1. */
static il_value sums_of(il_graph *graph, const il_norm *norm, il_value g) {
  il_shape shape = il_shape_of(graph, norm->x), small = rows_of(2, &shape);
  const il_value inputs[] = {g, norm->y, norm->x, norm->statistics};
  return norm_node(graph, IL_OP_batch_norm_sums, small, norm, inputs, 4);
}

/* [3,C]: U0, U1, Q. u and g without factors. */
static il_value dots_of(il_graph *graph, const il_norm *norm, il_value u, il_value g) {
  il_shape shape = il_shape_of(graph, norm->x);
  const il_value inputs[] = {u, g, norm->y, norm->x, norm->statistics};
  return norm_node(graph, IL_OP_batch_norm_dots, rows_of(3, &shape), norm, inputs, 5);
}

/* gamma s P(h); g without factor. */
static il_value backward_of(il_graph *graph, const il_norm *norm, il_value gamma, il_value g) {
  const il_value inputs[] = {g, norm->y, norm->x, norm->statistics, gamma, sums_of(graph, norm, g)};
  return norm_node(graph, IL_OP_batch_norm_backward, il_shape_of(graph, norm->x), norm, inputs, 6);
}

static il_value scaled_backward(il_graph *graph, const il_norm *norm, il_value gamma, il_value g) {
  if (il_is_constant(graph, g, 0)) return g;
  double factor = il_take_factor(graph, &g);
  return il_scale(graph, backward_of(graph, norm, gamma, g), factor);
}

/* Row `index` of a [k,C] tensor as [C]. */
static il_value row_of(il_graph *graph, il_value tensor, int index) {
  if (tensor < 0) return IL_NO_VALUE;
  il_shape shape = il_shape_vector(il_shape_of(graph, tensor).dims[1]);
  il_node made = il_node_of(IL_OP_take_row, shape, tensor, IL_NO_VALUE);
  made.flag = index;
  return il_graph_add(graph, &made);
}

static il_value take_simplify(il_graph *graph, il_node *node) {
  il_node from = *il_graph_node(graph, node->inputs[0]);
  int index = node->flag;
  if (from.op == IL_OP_constant) return il_constant(graph, node->shape, from.number);
  if (from.op == IL_OP_add)
    return il_add(graph, row_of(graph, from.inputs[0], index), row_of(graph, from.inputs[1], index));
  if (from.op == IL_OP_place_row) return from.flag == index ? from.inputs[0] : il_constant(graph, node->shape, 0);
  return IL_NO_VALUE;
}

/* A [rows,C] tensor of zeros with `vector` [C] as row `index`. */
static il_value placed(il_graph *graph, il_value vector, int index, int rows) {
  il_shape shape = il_shape_of(graph, vector);
  il_node node = il_node_of(IL_OP_place_row, rows_of(rows, &shape), vector, IL_NO_VALUE);
  node.flag = index;
  return il_graph_add(graph, &node);
}

static il_value broadcast_channels(il_graph *graph, il_value channels, il_value like) {
  return il_broadcast(graph, channels, il_shape_of(graph, like));
}

/* gamma xhat + beta, then relu. */
static il_value forward_of(il_graph *graph, const il_norm *norm, il_value gamma, il_value beta) {
  const il_value inputs[] = {norm->x, norm->statistics, gamma, beta};
  if (il_is_constant(graph, gamma, 0) && !norm->relu) return broadcast_channels(graph, beta, norm->x);
  return norm_node(graph, IL_OP_batch_norm, il_shape_of(graph, norm->x), norm, inputs, 4);
}

il_value il_batch_norm(il_graph *graph, il_value x, il_value gamma, il_value beta, double epsilon, int relu) {
  il_norm norm = {.relu = relu != 0, .epsilon = epsilon, .x = x, .y = x};
  if (!il_batch_norm_complete(graph, x, &gamma, &beta)) return IL_NO_VALUE;
  norm.statistics = statistics(graph, x, &norm);
  return forward_of(graph, &norm, gamma, beta);
}

static void forward_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  il_norm norm = {node->flag, node->number, node->inputs[0], node->flag ? self : node->inputs[0], node->inputs[1]};
  il_value sums = sums_of(graph, &norm, gradient);
  inputs[0] = scaled_backward(graph, &norm, node->inputs[2], gradient);
  inputs[2] = row_of(graph, sums, 1);
  inputs[3] = row_of(graph, sums, 0);
}

/* Along b = d H0, c = d H1: to g, b + c xhat where y > 0; to x, sum c H1 is T without its first argument: c s P(h). */
static void sums_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  il_norm norm = {node->flag, node->number, node->inputs[2], node->inputs[1], node->inputs[3]};
  il_norm open = norm;
  il_value b = row_of(graph, gradient, 0), c = row_of(graph, gradient, 1);
  (void)self;
  open.relu = 0;
  il_value passed = forward_of(graph, &open, c, b);
  inputs[0] = norm.relu ? il_gate(graph, passed, norm.y) : passed;
  if (!il_is_constant(graph, c, 0)) inputs[2] = backward_of(graph, &norm, c, node->inputs[0]);
}

/* The three derivatives of T(u, h, gamma) by g, gamma and x. */
static il_value outer_of(il_graph *graph, const il_norm *norm, il_value gamma, il_value u, il_value dots) {
  const il_value inputs[] = {u, norm->y, norm->x, norm->statistics, gamma, dots};
  return norm_node(graph, IL_OP_batch_norm_outer, il_shape_of(graph, norm->x), norm, inputs, 6);
}

static il_value slope_of(il_graph *graph, const il_norm *norm, il_value u, il_value g, il_value sums, il_value dots) {
  const il_value inputs[] = {u, g, norm->y, norm->x, norm->statistics, sums, dots};
  return norm_node(graph, IL_OP_batch_norm_slope, il_shape_vector(il_shape_of(graph, dots).dims[1]), norm, inputs, 7);
}

static il_value second_of(il_graph *graph, const il_norm *norm, il_value gamma, il_value u, il_value g, il_value sums,
                          il_value dots) {
  const il_value inputs[] = {u, g, norm->y, norm->x, norm->statistics, gamma, sums, dots};
  return norm_node(graph, IL_OP_batch_norm_second, il_shape_of(graph, norm->x), norm, inputs, 8);
}

static void backward_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                              il_value *inputs) {
  il_norm norm = {node->flag, node->number, node->inputs[2], node->inputs[1], node->inputs[3]};
  il_value g = node->inputs[0], gamma = node->inputs[4], sums = node->inputs[5], u = gradient;
  (void)self;
  if (il_is_constant(graph, u, 0)) return;
  double factor = il_take_factor(graph, &u);
  il_value dots = dots_of(graph, &norm, u, g);
  inputs[0] = il_scale(graph, outer_of(graph, &norm, gamma, u, dots), factor);
  inputs[2] = il_scale(graph, second_of(graph, &norm, gamma, u, g, sums, dots), factor);
  inputs[4] = il_scale(graph, slope_of(graph, &norm, u, g, sums, dots), factor);
}

/* outer = dT/dh where y > 0, so along w it is T(u, w where y > 0, gamma). */
static void outer_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  il_norm norm = {node->flag, node->number, node->inputs[2], node->inputs[1], node->inputs[3]};
  il_value u = node->inputs[0], gamma = node->inputs[4], w = gradient;
  (void)self;
  if (il_is_constant(graph, w, 0)) return;
  double factor = il_take_factor(graph, &w);
  il_value sums = sums_of(graph, &norm, w), dots = dots_of(graph, &norm, u, w);
  inputs[0] = il_scale(graph, backward_of(graph, &norm, gamma, w), factor);
  inputs[2] = il_scale(graph, second_of(graph, &norm, gamma, u, w, sums, dots), factor);
  inputs[4] = il_scale(graph, slope_of(graph, &norm, u, w, sums, dots), factor);
}

/* slope = dT/dgamma, so along w [C] it is T(u, h, w). */
static void slope_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  il_norm norm = {node->flag, node->number, node->inputs[3], node->inputs[2], node->inputs[4]};
  il_value u = node->inputs[0], g = node->inputs[1], sums = node->inputs[5], dots = node->inputs[6];
  (void)self;
  inputs[0] = backward_of(graph, &norm, gradient, g);
  inputs[1] = outer_of(graph, &norm, gradient, u, dots);
  inputs[3] = second_of(graph, &norm, gradient, u, g, sums, dots);
}

/* T in primitives, of fresh names for its arguments, is differentiated by x and then, along w, by everything. */
static void second_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  il_norm norm = {node->flag, node->number, IL_NO_VALUE, node->inputs[2], IL_NO_VALUE};
  static const int at[] = {0, 1, 3, 5}; /* u, g, x, gamma */
  il_values names = {.count = 4};
  (void)self;
  for (int i = 0; i < 4; i++) names.at[i] = il_rename(graph, node->inputs[at[i]]);
  norm.x = names.at[2];
  il_value form = il_batch_norm_form(graph, &norm, names.at[0], names.at[1], names.at[3]);
  il_values by_x = il_gradient(graph, form, &(il_values){1, {names.at[2]}});
  il_values all = il_gradient(graph, il_sum(graph, il_multiply(graph, by_x.at[0], gradient)), &names);
  for (int i = 0; i < 4; i++) inputs[at[i]] = all.at[i];
}

static void take_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = placed(graph, gradient, node->flag, il_shape_of(graph, node->inputs[0]).dims[0]);
}

static void place_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = row_of(graph, gradient, node->flag);
}

const il_op il_op_batch_norm_statistics = {.name = "batch_norm_statistics",
                                           .inputs = 1,
                                           .pointwise = IL_NOT_POINTWISE,
                                           .lower = il_batch_norm_statistics_lower};
const il_op il_op_batch_norm = {.name = "batch_norm",
                                .inputs = 4,
                                .pointwise = IL_NOT_POINTWISE,
                                .gradient = forward_gradient,
                                .lower = il_batch_norm_forward_lower};
const il_op il_op_batch_norm_sums = {.name = "batch_norm_sums",
                                     .inputs = 4,
                                     .pointwise = IL_NOT_POINTWISE,
                                     .zero = 1 << 0,
                                     .factor = 1 << 0,
                                     .gradient = sums_gradient,
                                     .lower = il_batch_norm_sums_lower};
const il_op il_op_batch_norm_dots = {
    .name = "batch_norm_dots", .inputs = 5, .pointwise = IL_NOT_POINTWISE, .lower = il_batch_norm_dots_lower};
const il_op il_op_batch_norm_backward = {.name = "batch_norm_backward",
                                         .inputs = 6,
                                         .traits = IL_OP_ACCUMULATES,
                                         .pointwise = IL_NOT_POINTWISE,
                                         .gradient = backward_gradient,
                                         .lower = il_batch_norm_backward_lower};
const il_op il_op_batch_norm_outer = {.name = "batch_norm_outer",
                                      .inputs = 6,
                                      .traits = IL_OP_ACCUMULATES,
                                      .pointwise = IL_NOT_POINTWISE,
                                      .gradient = outer_gradient,
                                      .lower = il_batch_norm_outer_lower};
const il_op il_op_batch_norm_slope = {.name = "batch_norm_slope",
                                      .inputs = 7,
                                      .pointwise = IL_NOT_POINTWISE,
                                      .gradient = slope_gradient,
                                      .lower = il_batch_norm_slope_lower};
const il_op il_op_batch_norm_second = {.name = "batch_norm_second",
                                       .inputs = 8,
                                       .traits = IL_OP_ACCUMULATES,
                                       .pointwise = IL_NOT_POINTWISE,
                                       .gradient = second_gradient,
                                       .lower = il_batch_norm_second_lower};
const il_op il_op_take_row = {.name = "take_row",
                              .inputs = 1,
                              .pointwise = IL_NOT_POINTWISE,
                              .factor = 1 << 0,
                              .simplify = take_simplify,
                              .gradient = take_gradient,
                              .lower = il_take_row_lower};
const il_op il_op_place_row = {.name = "place_row",
                               .inputs = 1,
                               .pointwise = IL_NOT_POINTWISE,
                               .gradient = place_gradient,
                               .lower = il_place_row_lower};
