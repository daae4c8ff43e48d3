/* Matrix product and transposition. A product is stored as op(a) b: a transposed b is a node of its own, so that every
 * product with the same weights shares one transpose. */
#include "graph/node.h"

/* Transposing [1,n] or [n,1] moves nothing. */
il_value il_transpose(il_graph *graph, il_value a) {
  il_shape from = il_shape_of(graph, a), to = from;
  if (a < 0 || from.rank < 2)
    return il_graph_fail(graph, IL_INVALID, "graph: transpose takes a matrix, not rank %d", from.rank);
  to.dims[to.rank - 2] = from.dims[from.rank - 1];
  to.dims[to.rank - 1] = from.dims[from.rank - 2];
  if (to.dims[to.rank - 2] == 1 || to.dims[to.rank - 1] == 1) return il_reshape(graph, a, to);
  il_node made = il_node_of(IL_OP_transpose, to, a, IL_NO_VALUE);
  return il_graph_add(graph, &made);
}

static il_value transpose_simplify(il_graph *graph, il_node *node) {
  il_node from = *il_graph_node(graph, node->inputs[0]);
  if (from.op == IL_OP_transpose) return from.inputs[0];
  if (from.op == IL_OP_constant) return il_constant(graph, node->shape, from.number);
  if (from.op == IL_OP_matmul && from.flag) /* (a' b)' = b' a */
    return il_matmul(graph, from.inputs[1], 1, from.inputs[0], 0);
  return IL_NO_VALUE;
}

il_value il_matmul(il_graph *graph, il_value a, int transpose_a, il_value b, int transpose_b) {
  if (transpose_b) b = il_transpose(graph, b);
  il_shape sa = il_shape_of(graph, a), sb = il_shape_of(graph, b);
  if (a < 0 || b < 0 || sa.rank != 2 || sb.rank != 2 || sa.dims[transpose_a ? 0 : 1] != sb.dims[0])
    return il_graph_fail(graph, IL_INVALID, "graph: product of %d x %d%s and %d x %d", sa.dims[0], sa.dims[1],
                         transpose_a ? " (transposed)" : "", sb.dims[0], sb.dims[1]);
  il_shape shape = il_shape_matrix(sa.dims[transpose_a ? 1 : 0], sb.dims[1]);
  il_node node = il_node_of(IL_OP_matmul, shape, a, b);
  node.flag = transpose_a != 0;
  return il_graph_add(graph, &node);
}

/* A transposed `a` is read as it is, and one that is a vector is not transposed. */
static il_value matmul_simplify(il_graph *graph, il_node *node) {
  il_value b = node->inputs[1];
  il_node a = *il_graph_node(graph, node->inputs[0]);
  if (a.op == IL_OP_transpose) return il_matmul(graph, a.inputs[0], !node->flag, b, 0);
  if (node->flag && (a.shape.dims[0] == 1 || a.shape.dims[1] == 1))
    return il_matmul(graph, il_transpose(graph, node->inputs[0]), 0, b, 0);
  return IL_NO_VALUE;
}

static void transpose_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                               il_value *inputs) {
  (void)node, (void)self;
  inputs[0] = il_transpose(graph, gradient);
}

/* c = a b: da = g b', db = a' g. c = a' b: da = b g', db = a g. */
static void matmul_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  il_value a = node->inputs[0], b = node->inputs[1];
  if (node->flag) {
    inputs[0] = il_matmul(graph, b, 0, gradient, 1);
    inputs[1] = il_matmul(graph, a, 0, gradient, 0);
  } else {
    inputs[0] = il_matmul(graph, gradient, 0, b, 1);
    inputs[1] = il_matmul(graph, a, 1, gradient, 0);
  }
}

static void run_matmul(const il_step *step, real *const *bases) {
  il_gemm gemm = {.m = step->m,
                  .n = step->n,
                  .k = step->k,
                  .a = bases[step->in[0].base] + step->in[0].offset,
                  .a_transposed = step->flag,
                  .b = bases[step->in[1].base] + step->in[1].offset,
                  .c = bases[step->out.base] + step->out.offset,
                  .init = step->has_init ? bases[step->init.base] + step->init.offset : NULL,
                  .init_stride = step->init_stride,
                  .alpha = step->alpha,
                  .blas = step->kernels->blas};
  step->kernels->gemm(&gemm);
}

static void matmul_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  step->m = node->shape.dims[0];
  step->n = node->shape.dims[1];
  step->k = inputs[1].dims[0];
  step->flag = node->flag;
  step->gemm_flops = step->flops = 2.0 * step->m * step->n * step->k;
  step->run = run_matmul;
}

static void run_transpose(const il_step *step, real *const *bases) {
  real *out = bases[step->out.base] + step->out.offset;
  const real *a = bases[step->in[0].base] + step->in[0].offset;
  size_t size = (size_t)step->m * (size_t)step->n;
  for (int i = 0; i < step->k; i++, out += size, a += size) step->kernels->transpose(out, a, step->m, step->n);
}

static void transpose_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  (void)node;
  step->m = inputs[0].dims[inputs[0].rank - 2];
  step->n = inputs[0].dims[inputs[0].rank - 1];
  step->k = il_shape_rows(&inputs[0]) / step->m;
  step->run = run_transpose;
}

const il_op il_op_matmul = {.name = "matmul",
                            .inputs = 2,
                            .traits = IL_OP_ACCUMULATES | IL_OP_ROW_INIT,
                            .pointwise = IL_NOT_POINTWISE,
                            .zero = 1 << 0 | 1 << 1,
                            .factor = 1 << 0 | 1 << 1,
                            .simplify = matmul_simplify,
                            .gradient = matmul_gradient,
                            .lower = matmul_lower};
const il_op il_op_transpose = {.name = "transpose",
                               .inputs = 1,
                               .pointwise = IL_NOT_POINTWISE,
                               .factor = 1 << 0,
                               .simplify = transpose_simplify,
                               .gradient = transpose_gradient,
                               .lower = transpose_lower};
