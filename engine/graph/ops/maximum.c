/* The maximum along an axis. The gradient goes to the first element that holds it; which one that is does not change
 * under small changes of x, so gather and scatter by the largest x are each other's derivative, and x itself gets none.
 * Nothing is computed but comparisons: one loop gives every row of the kernel table its bits. */
#include <string.h>

#include "graph/node.h"

static il_value gather(il_graph *graph, il_value a, il_value x, int axis) {
  il_shape shape = il_shape_of(graph, x);
  shape.dims[axis] = 1;
  il_node node = il_node_of(IL_OP_maximum_gather, shape, a, x);
  node.flag = axis;
  return il_graph_add(graph, &node);
}

static il_value scatter(il_graph *graph, il_value a, il_value x, int axis) {
  il_node node = il_node_of(IL_OP_maximum_scatter, il_shape_of(graph, x), a, x);
  node.flag = axis;
  return il_graph_add(graph, &node);
}

il_value il_maximum(il_graph *graph, il_value a, int axis) {
  il_shape shape = il_shape_of(graph, a);
  if (a < 0 || axis < 0 || axis >= shape.rank)
    return il_graph_fail(graph, IL_INVALID, "graph: maximum along axis %d of a tensor of rank %d", axis, shape.rank);
  return shape.dims[axis] == 1 ? a : gather(graph, a, a, axis);
}

static void gather_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = scatter(graph, gradient, node->inputs[1], node->flag);
}

static void scatter_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = gather(graph, gradient, node->inputs[1], node->flag);
}

/* Index of the first largest of `count` elements, `stride` reals apart; NaN counts as larger than numbers. */
static size_t first_largest(const real *x, size_t count, size_t stride) {
  size_t best = 0;
  for (size_t k = 1; k < count; k++) {
    real found = x[k * stride], most = x[best * stride];
    if (found > most || (found != found && most == most)) best = k;
  }
  return best;
}

/* x is m blocks of k elements of n reals; the other side has one element a block. */
static void run_gather(const il_step *step, real *const *bases) {
  real *out = bases[step->out.base] + step->out.offset;
  const real *a = bases[step->in[0].base] + step->in[0].offset;
  const real *x = bases[step->in[1].base] + step->in[1].offset;
  const size_t count = (size_t)step->k, run = (size_t)step->n;
  for (size_t block = 0; block < (size_t)step->m; block++, a += count * run, x += count * run, out += run)
    for (size_t i = 0; i < run; i++) out[i] = a[first_largest(x + i, count, run) * run + i];
}

static void run_scatter(const il_step *step, real *const *bases) {
  real *out = bases[step->out.base] + step->out.offset;
  const real *a = bases[step->in[0].base] + step->in[0].offset;
  const real *x = bases[step->in[1].base] + step->in[1].offset;
  const size_t count = (size_t)step->k, run = (size_t)step->n;
  memset(out, 0, (size_t)step->m * count * run * sizeof *out);
  for (size_t block = 0; block < (size_t)step->m; block++, out += count * run, x += count * run, a += run)
    for (size_t i = 0; i < run; i++) out[first_largest(x + i, count, run) * run + i] = a[i];
}

static void lower(il_step *step, const il_shape *x, int axis) {
  step->m = step->n = 1;
  for (int i = 0; i < axis; i++) step->m *= x->dims[i];
  for (int i = axis + 1; i < x->rank; i++) step->n *= x->dims[i];
  step->k = x->dims[axis];
  step->flops = (double)il_shape_size(x);
}

static void gather_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  lower(step, &inputs[1], node->flag);
  step->run = run_gather;
}

static void scatter_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  lower(step, &inputs[1], node->flag);
  step->run = run_scatter;
}

const il_op il_op_maximum_gather = {.name = "maximum_gather",
                                    .inputs = 2,
                                    .pointwise = IL_NOT_POINTWISE,
                                    .zero = 1 << 0,
                                    .gradient = gather_gradient,
                                    .lower = gather_lower};
const il_op il_op_maximum_scatter = {.name = "maximum_scatter",
                                     .inputs = 2,
                                     .pointwise = IL_NOT_POINTWISE,
                                     .zero = 1 << 0,
                                     .factor = 1 << 0,
                                     .gradient = scatter_gradient,
                                     .lower = scatter_lower};
