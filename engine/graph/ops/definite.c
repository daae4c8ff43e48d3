/* Symmetric positive definite matrices: a^-1 b, log det a, and a^-1, which the gradient of log det needs. Each reads
 * the Cholesky factor of a, a node of its own, so that one factorisation serves them all; the gradient goes past it, to
 * `a`.
 *
 * Example: loss = log det a + sum of a^-1 b. Its gradient by a is a^-1 - sym((a^-1 1) (a^-1 b)'), 1 the matrix of ones:
 * one spd_factor, read by logdet, solve_spd twice and inverse_spd. */
#include <string.h>

#include "graph/node.h"
#include "kernels/cholesky.h"

static int is_square(il_graph *graph, const char *op, il_value a) {
  il_shape shape = il_shape_of(graph, a);
  if (a >= 0 && shape.rank == 2 && shape.dims[0] == shape.dims[1]) return 1;
  il_graph_fail(graph, IL_INVALID, "graph: %s takes a square matrix, not rank %d, %d x %d", op, shape.rank,
                il_shape_rows(&shape), il_shape_columns(&shape));
  return 0;
}

static il_value factor_of(il_graph *graph, il_value a) {
  return il_unary(graph, IL_OP_spd_factor, a);
}

il_value il_solve_spd(il_graph *graph, il_value a, il_value b) {
  il_shape shape = il_shape_of(graph, b);
  if (!is_square(graph, "solve_spd", a)) return IL_NO_VALUE;
  if (b < 0 || shape.rank != 2 || shape.dims[0] != il_shape_of(graph, a).dims[0])
    return il_graph_fail(graph, IL_INVALID, "graph: solve_spd of %d rows and a right side of %d x %d",
                         il_shape_of(graph, a).dims[0], il_shape_rows(&shape), il_shape_columns(&shape));
  il_node node = il_node_of(IL_OP_solve_spd, shape, a, b);
  node.inputs[2] = factor_of(graph, a);
  return il_graph_add(graph, &node);
}

il_value il_logdet(il_graph *graph, il_value a) {
  if (!is_square(graph, "logdet", a)) return IL_NO_VALUE;
  il_node node = il_node_of(IL_OP_logdet, il_shape_scalar(), a, factor_of(graph, a));
  return il_graph_add(graph, &node);
}

static il_value inverse_of(il_graph *graph, il_value a) {
  il_node node = il_node_of(IL_OP_inverse_spd, il_shape_of(graph, a), a, factor_of(graph, a));
  return il_graph_add(graph, &node);
}

static il_value symmetric(il_graph *graph, il_value a) {
  return il_scale(graph, il_add(graph, a, il_transpose(graph, a)), 0.5);
}

/* Nothing arrives here: the readers of a factor send the gradient to the matrix itself. */
static void factor_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)graph, (void)node, (void)self, (void)gradient;
  inputs[0] = IL_NO_VALUE;
}

/* x = a^-1 b: db = a^-1 g, da = -sym(db x'). */
static void solve_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  inputs[1] = il_solve_spd(graph, node->inputs[0], gradient);
  inputs[0] = il_scale(graph, symmetric(graph, il_matmul(graph, inputs[1], 0, self, 1)), -1);
}

/* d log det a = a^-1. */
static void logdet_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = il_multiply(graph, gradient, inverse_of(graph, node->inputs[0]));
}

/* x = a^-1, symmetric: da = -x sym(g) x. */
static void inverse_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)node;
  il_value right = il_matmul(graph, symmetric(graph, gradient), 0, self, 0);
  inputs[0] = il_scale(graph, symmetric(graph, il_matmul(graph, self, 0, right, 0)), -1);
}

static real *operand(const il_step *step, real *const *bases, int index) {
  return bases[step->in[index].base] + step->in[index].offset;
}

static void run_factor(const il_step *step, real *const *bases) {
  il_cholesky(bases[step->out.base] + step->out.offset, operand(step, bases, 0), step->m);
}

static void run_solve(const il_step *step, real *const *bases) {
  il_cholesky_solve(bases[step->out.base] + step->out.offset, operand(step, bases, 2), operand(step, bases, 1), step->m,
                    step->n);
}

static void run_logdet(const il_step *step, real *const *bases) {
  *(bases[step->out.base] + step->out.offset) = il_cholesky_logdet(operand(step, bases, 1), step->m);
}

static void run_inverse(const il_step *step, real *const *bases) {
  real *out = bases[step->out.base] + step->out.offset;
  const size_t size = (size_t)step->m;
  memset(out, 0, size * size * sizeof *out);
  for (size_t i = 0; i < size; i++) out[i * (size + 1)] = 1;
  il_cholesky_solve(out, operand(step, bases, 1), out, step->m, step->m);
}

static void factor_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)node, (void)arena;
  step->m = inputs[0].dims[0];
  step->flops = (double)step->m * step->m * step->m / 3;
  step->run = run_factor;
}

static void solve_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  step->m = inputs[0].dims[0];
  step->n = node->shape.dims[1];
  step->flops = 2.0 * step->m * step->m * step->n;
  step->in_place = 1 << 1;
  step->run = run_solve;
}

static void logdet_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)node, (void)arena;
  step->m = inputs[0].dims[0];
  step->flops = step->m;
  step->run = run_logdet;
}

static void inverse_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)node, (void)arena;
  step->m = inputs[0].dims[0];
  step->flops = 2.0 * step->m * step->m * step->m;
  step->run = run_inverse;
}

const il_op il_op_spd_factor = {.name = "spd_factor",
                                .inputs = 1,
                                .pointwise = IL_NOT_POINTWISE,
                                .gradient = factor_gradient,
                                .lower = factor_lower};
const il_op il_op_solve_spd = {.name = "solve_spd",
                               .inputs = 3,
                               .pointwise = IL_NOT_POINTWISE,
                               .factor = 1 << 1,
                               .gradient = solve_gradient,
                               .lower = solve_lower};
const il_op il_op_logdet = {
    .name = "logdet", .inputs = 2, .pointwise = IL_NOT_POINTWISE, .gradient = logdet_gradient, .lower = logdet_lower};
const il_op il_op_inverse_spd = {.name = "inverse_spd",
                                 .inputs = 2,
                                 .pointwise = IL_NOT_POINTWISE,
                                 .gradient = inverse_gradient,
                                 .lower = inverse_lower};
