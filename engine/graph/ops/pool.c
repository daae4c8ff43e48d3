/* Pooling of images [N,H,W,C]: the maximum of 2 x 2 windows, and the sum over a whole image. The gradient of a maximum
 * goes to the first pixel that holds it; which one that is does not change under small changes of x, so gather and
 * scatter by the largest x are each other's derivative, and x itself gets none. */
#include <string.h>

#include "graph/node.h"

static int is_image(il_graph *graph, il_value x, const il_shape *shape) {
  if (x >= 0 && shape->rank == 4) return 1;
  il_graph_fail(graph, IL_INVALID, "graph: pooling takes images [N,H,W,C], not rank %d", shape->rank);
  return 0;
}

static il_value gather(il_graph *graph, il_value a, il_value x, il_shape shape) {
  il_node node = il_node_of(IL_OP_pool_gather, shape, a, x);
  return il_graph_add(graph, &node);
}

il_value il_max_pool(il_graph *graph, il_value x, int padding) {
  il_shape shape = il_shape_of(graph, x);
  if (!is_image(graph, x, &shape)) return IL_NO_VALUE;
  for (int i = 1; i < 3; i++) shape.dims[i] = (shape.dims[i] + (padding == IL_SAME)) / 2;
  if (shape.dims[1] < 1 || shape.dims[2] < 1)
    return il_graph_fail(graph, IL_INVALID, "graph: an image of one pixel a side has no 2 x 2 window");
  return gather(graph, x, x, shape);
}

/* d max / d x: along g, g to the chosen pixels. Linear in a where x only chooses. */
static void gather_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  il_node scatter = il_node_of(IL_OP_pool_scatter, il_shape_of(graph, node->inputs[0]), gradient, node->inputs[1]);
  inputs[0] = il_graph_add(graph, &scatter);
}

static void scatter_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs) {
  (void)self;
  inputs[0] = gather(graph, gradient, node->inputs[1], il_shape_of(graph, node->inputs[0]));
}

/* Sum over height and width: [N,C]. */
static il_value spatial_sum(il_graph *graph, il_value x) {
  il_shape shape = il_shape_of(graph, x), small = il_shape_matrix(shape.dims[0], shape.dims[3]);
  if (il_shape_size(&shape) == il_shape_size(&small)) return il_reshape(graph, x, small);
  il_node made = il_node_of(IL_OP_spatial_sum, small, x, IL_NO_VALUE);
  return il_graph_add(graph, &made);
}

/* Its adjoint: every pixel of an image gets the image's vector. */
static il_value spatial_repeat(il_graph *graph, il_value a, il_shape shape) {
  if (a < 0) return IL_NO_VALUE;
  il_node node = *il_graph_node(graph, a);
  if (node.op == IL_OP_constant) return il_constant(graph, shape, node.number);
  il_node made = il_node_of(IL_OP_spatial_repeat, shape, a, IL_NO_VALUE);
  return il_graph_add(graph, &made);
}

il_value il_spatial_mean(il_graph *graph, il_value x) {
  il_shape shape = il_shape_of(graph, x);
  if (!is_image(graph, x, &shape)) return IL_NO_VALUE;
  return il_scale(graph, spatial_sum(graph, x), 1.0 / (shape.dims[1] * shape.dims[2]));
}

static void spatial_sum_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                                 il_value *inputs) {
  (void)self;
  inputs[0] = spatial_repeat(graph, gradient, il_shape_of(graph, node->inputs[0]));
}

static void spatial_repeat_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                                    il_value *inputs) {
  (void)node, (void)self;
  inputs[0] = spatial_sum(graph, gradient);
}

static real *operand(const il_step *step, real *const *bases, int index) {
  return bases[step->in[index].base] + step->in[index].offset;
}

static void run_gather(const il_step *step, real *const *bases) {
  step->kernels->pool->gather(bases[step->out.base] + step->out.offset, operand(step, bases, 0),
                              operand(step, bases, 1), step->plan);
}

static void run_scatter(const il_step *step, real *const *bases) {
  step->kernels->pool->scatter(bases[step->out.base] + step->out.offset, operand(step, bases, 0),
                               operand(step, bases, 1), step->plan);
}

/* m images of k pixels of n channels. */
static void run_spatial_sum(const il_step *step, real *const *bases) {
  real *out = bases[step->out.base] + step->out.offset;
  const real *x = operand(step, bases, 0);
  const size_t columns = (size_t)step->n, image = (size_t)step->k * columns;
  for (size_t i = 0; i < (size_t)step->m; i++)
    step->kernels->sum_rows(out + i * columns, x + i * image, step->k, step->n, NULL, 1);
}

static void run_spatial_repeat(const il_step *step, real *const *bases) {
  real *out = bases[step->out.base] + step->out.offset;
  const real *a = operand(step, bases, 0);
  const size_t columns = (size_t)step->n;
  for (size_t pixel = 0; pixel < (size_t)step->m * (size_t)step->k; pixel++)
    memcpy(out + pixel * columns, a + pixel / (size_t)step->k * columns, columns * sizeof *out);
}

static void plan_pool(il_step *step, const il_shape *image, const il_shape *small, il_arena *arena) {
  il_pool_geometry *geometry = il_arena_get(arena, 1, sizeof *geometry);
  if (!geometry) return;
  *geometry = (il_pool_geometry){.images = image->dims[0],
                                 .height = image->dims[1],
                                 .width = image->dims[2],
                                 .channels = image->dims[3],
                                 .out_height = small->dims[1],
                                 .out_width = small->dims[2]};
  step->plan = geometry;
  step->flops = (double)il_shape_size(image);
}

static void gather_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  plan_pool(step, &inputs[1], &node->shape, arena);
  if (step->plan) step->run = run_gather;
}

static void scatter_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)node;
  plan_pool(step, &inputs[1], &inputs[0], arena);
  if (step->plan) step->run = run_scatter;
}

static void size_image(il_step *step, const il_shape *image) {
  step->m = image->dims[0];
  step->k = image->dims[1] * image->dims[2];
  step->n = image->dims[3];
}

static void spatial_sum_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)node, (void)arena;
  size_image(step, &inputs[0]);
  step->flops = (double)il_shape_size(&inputs[0]);
  step->run = run_spatial_sum;
}

static void spatial_repeat_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)inputs, (void)arena;
  size_image(step, &node->shape);
  step->run = run_spatial_repeat;
}

const il_op il_op_pool_gather = {.name = "pool_gather",
                                 .inputs = 2,
                                 .pointwise = IL_NOT_POINTWISE,
                                 .zero = 1 << 0,
                                 .gradient = gather_gradient,
                                 .lower = gather_lower};
const il_op il_op_pool_scatter = {.name = "pool_scatter",
                                  .inputs = 2,
                                  .pointwise = IL_NOT_POINTWISE,
                                  .zero = 1 << 0,
                                  .gradient = scatter_gradient,
                                  .lower = scatter_lower};
const il_op il_op_spatial_sum = {.name = "spatial_sum",
                                 .inputs = 1,
                                 .pointwise = IL_NOT_POINTWISE,
                                 .zero = 1 << 0,
                                 .factor = 1 << 0,
                                 .gradient = spatial_sum_gradient,
                                 .lower = spatial_sum_lower};
const il_op il_op_spatial_repeat = {.name = "spatial_repeat",
                                    .inputs = 1,
                                    .pointwise = IL_NOT_POINTWISE,
                                    .factor = 1 << 0,
                                    .gradient = spatial_repeat_gradient,
                                    .lower = spatial_repeat_lower};
