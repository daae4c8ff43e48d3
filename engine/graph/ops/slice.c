/* Concatenation, slices and their adjoint, padding with zeros, along any axis. To all three a tensor is `outer` blocks,
 * each a run of reals per element of the axis: a [2,3,4] cut along axis 1 is 2 blocks of 3 runs of 4. */
#include <string.h>

#include "graph/node.h"

/* Reals in one element of `axis`. */
static int run_length(const il_shape *shape, int axis) {
  int length = 1;
  for (int i = axis + 1; i < shape->rank; i++) length *= shape->dims[i];
  return length;
}

static int block_count(const il_shape *shape, int axis) {
  int blocks = 1;
  for (int i = 0; i < axis; i++) blocks *= shape->dims[i];
  return blocks;
}

static int has_axis(il_graph *graph, const char *op, il_value a, int axis) {
  int rank = il_shape_of(graph, a).rank;
  if (a >= 0 && axis >= 0 && axis < rank) return 1;
  il_graph_fail(graph, IL_INVALID, "graph: %s along axis %d of a tensor of rank %d", op, axis, rank);
  return 0;
}

il_value il_slice(il_graph *graph, il_value a, int axis, int begin, int count) {
  if (!has_axis(graph, "slice", a, axis)) return IL_NO_VALUE;
  il_shape shape = il_shape_of(graph, a);
  if (begin < 0 || count < 1 || count > shape.dims[axis] - begin)
    return il_graph_fail(graph, IL_INVALID, "graph: slice of %d elements from %d of an axis of %d", count, begin,
                         shape.dims[axis]);
  if (count == shape.dims[axis]) return a;
  il_node from = *il_graph_node(graph, a);
  shape.dims[axis] = count;
  if (from.op == IL_OP_constant) return il_constant(graph, shape, from.number);
  il_node node = il_node_of(IL_OP_slice, shape, a, IL_NO_VALUE);
  node.flag = axis;
  node.offset = (size_t)begin;
  return il_graph_add(graph, &node);
}

il_value il_pad(il_graph *graph, il_value a, int axis, int begin, int size) {
  if (!has_axis(graph, "pad", a, axis)) return IL_NO_VALUE;
  il_shape shape = il_shape_of(graph, a);
  if (begin < 0 || begin > size - shape.dims[axis])
    return il_graph_fail(graph, IL_INVALID, "graph: pad of %d elements at %d of an axis of %d", shape.dims[axis], begin,
                         size);
  if (size == shape.dims[axis]) return a;
  shape.dims[axis] = size;
  il_node node = il_node_of(IL_OP_pad, shape, a, IL_NO_VALUE);
  node.flag = axis;
  node.offset = (size_t)begin;
  return il_graph_add(graph, &node);
}

static il_value concatenate_pair(il_graph *graph, il_value a, il_value b, int axis) {
  il_shape shape = il_shape_of(graph, a), other = il_shape_of(graph, b), rest = other;
  if (!has_axis(graph, "concatenate", a, axis) || !has_axis(graph, "concatenate", b, axis)) return IL_NO_VALUE;
  rest.dims[axis] = shape.dims[axis];
  if (!il_shape_equal(&shape, &rest))
    return il_graph_fail(graph, IL_INVALID, "graph: parts of different shapes joined along axis %d", axis);
  shape.dims[axis] += other.dims[axis];
  il_node node = il_node_of(IL_OP_concatenate, shape, a, b);
  node.flag = axis;
  return il_graph_add(graph, &node);
}

/* By halves, so that an element is copied log2(parts) times. */
static il_value concatenate_range(il_graph *graph, const il_value *parts, int count, int axis) {
  if (count == 1) return has_axis(graph, "concatenate", parts[0], axis) ? parts[0] : IL_NO_VALUE;
  il_value first = concatenate_range(graph, parts, count / 2, axis);
  il_value second = concatenate_range(graph, parts + count / 2, count - count / 2, axis);
  return first < 0 || second < 0 ? IL_NO_VALUE : concatenate_pair(graph, first, second, axis);
}

il_value il_concatenate(il_graph *graph, const il_values *parts, int axis) {
  if (parts->count < 1) return il_graph_fail(graph, IL_INVALID, "graph: concatenate of no parts");
  return concatenate_range(graph, parts->at, parts->count, axis);
}

static void slice_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  int size = il_shape_of(graph, node->inputs[0]).dims[node->flag];
  inputs[0] = il_pad(graph, gradient, node->flag, (int)node->offset, size);
}

static void pad_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  int count = il_shape_of(graph, node->inputs[0]).dims[node->flag];
  inputs[0] = il_slice(graph, gradient, node->flag, (int)node->offset, count);
}

static void concatenate_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                                 il_value *inputs) {
  (void)self;
  int first = il_shape_of(graph, node->inputs[0]).dims[node->flag];
  int second = il_shape_of(graph, node->inputs[1]).dims[node->flag];
  inputs[0] = il_slice(graph, gradient, node->flag, 0, first);
  inputs[1] = il_slice(graph, gradient, node->flag, first, second);
}

/* m blocks; a block of the result has n reals, of the operand k, of the second operand n - k. flag: reals before the
 * slice, or before what is padded, in a block of the larger side. */
static void run_slice(const il_step *step, real *const *bases) {
  real *out = bases[step->out.base] + step->out.offset;
  const real *a = bases[step->in[0].base] + step->in[0].offset + step->flag;
  const size_t to = (size_t)step->n, from = (size_t)step->k;
  for (size_t i = 0; i < (size_t)step->m; i++) memcpy(out + i * to, a + i * from, to * sizeof *out);
}

static void run_pad(const il_step *step, real *const *bases) {
  real *out = bases[step->out.base] + step->out.offset;
  const real *a = bases[step->in[0].base] + step->in[0].offset;
  const size_t to = (size_t)step->n, from = (size_t)step->k, begin = (size_t)step->flag;
  for (size_t i = 0; i < (size_t)step->m; i++, out += to, a += from) {
    memset(out, 0, begin * sizeof *out);
    memcpy(out + begin, a, from * sizeof *out);
    memset(out + begin + from, 0, (to - begin - from) * sizeof *out);
  }
}

static void run_concatenate(const il_step *step, real *const *bases) {
  real *out = bases[step->out.base] + step->out.offset;
  const real *a = bases[step->in[0].base] + step->in[0].offset;
  const real *b = bases[step->in[1].base] + step->in[1].offset;
  const size_t first = (size_t)step->k, second = (size_t)step->n - first;
  for (size_t i = 0; i < (size_t)step->m; i++, out += first + second, a += first, b += second) {
    memcpy(out, a, first * sizeof *out);
    memcpy(out + first, b, second * sizeof *out);
  }
}

static void lower(il_step *step, const il_node *node, const il_shape *inputs) {
  int run = run_length(&node->shape, node->flag);
  step->m = block_count(&node->shape, node->flag);
  step->n = node->shape.dims[node->flag] * run;
  step->k = inputs[0].dims[node->flag] * run;
  step->flag = (int)node->offset * run;
}

static void slice_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  lower(step, node, inputs);
  step->run = run_slice;
}

static void pad_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  lower(step, node, inputs);
  step->run = run_pad;
}

static void concatenate_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  lower(step, node, inputs);
  step->run = run_concatenate;
}

const il_op il_op_slice = {.name = "slice",
                           .inputs = 1,
                           .pointwise = IL_NOT_POINTWISE,
                           .zero = 1 << 0,
                           .factor = 1 << 0,
                           .gradient = slice_gradient,
                           .lower = slice_lower};
const il_op il_op_pad = {.name = "pad",
                         .inputs = 1,
                         .pointwise = IL_NOT_POINTWISE,
                         .zero = 1 << 0,
                         .factor = 1 << 0,
                         .gradient = pad_gradient,
                         .lower = pad_lower};
const il_op il_op_concatenate = {.name = "concatenate",
                                 .inputs = 2,
                                 .pointwise = IL_NOT_POINTWISE,
                                 .gradient = concatenate_gradient,
                                 .lower = concatenate_lower};
