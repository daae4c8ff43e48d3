/* Convolution, its input's and its weights' map. Each is linear in both operands, and the gradient of each is the
 * other two (F: y = F(x, w); B(y, w'): the transposed map by x; W(x, y): that by w; w' = w transposed tap by tap, a
 * node of its own, so that every convolution by the same weights shares it). Scales float outwards as in a product. */
#include "kernels/convolution.h"

#include <limits.h>
#include <math.h>

#include "graph/node.h"

enum { PADDING_MOST = 1 << 16, PIXELS_MOST = 1 << 30 };

static il_value convolve(il_graph *graph, il_value x, il_value w, const il_window *window, il_shape shape);
static il_value convolve_input(il_graph *graph, il_value y, il_value w, const il_window *window, il_shape shape);
static il_value convolve_weights(il_graph *graph, il_value x, il_value y, const il_window *window, il_shape shape);

/* Zeros before and outputs of one axis; returns 0 where no window fits. */
static int slide(int *before, int *out, int size, int kernel, int stride, int padding) {
  *before = padding;
  if (padding == IL_SAME) {
    *out = (size - 1) / stride + 1;
    int needed = (*out - 1) * stride + kernel - size;
    *before = needed > 0 ? needed / 2 : 0;
    return 1;
  }
  *out = (size + 2 * padding - kernel) / stride + 1;
  return size + 2 * padding >= kernel;
}

int il_window_of(il_graph *graph, il_window *window, int out[2], const il_shape *images, int height, int width,
                 int stride, int padding) {
  *window = (il_window){.height = height, .width = width, .stride = stride};
  if (images->rank != IL_MAX_RANK || height < 1 || width < 1 || stride < 1 || padding < IL_SAME ||
      padding > PADDING_MOST || !slide(&window->top, &out[0], images->dims[1], height, stride, padding) ||
      !slide(&window->left, &out[1], images->dims[2], width, stride, padding)) {
    il_graph_fail(graph, IL_INVALID,
                  "graph: a window of %d x %d, stride %d, padding %d does not fit images of rank %d, %d x %d", height,
                  width, stride, padding, images->rank, images->dims[1], images->dims[2]);
    return 0;
  }
  return 1;
}

il_value il_convolution(il_graph *graph, il_value x, il_value w, int stride, int padding) {
  il_shape sx = il_shape_of(graph, x), sw = il_shape_of(graph, w);
  il_window window;
  int out[2];
  if (x < 0 || w < 0 || sx.rank != IL_MAX_RANK || sw.rank != IL_MAX_RANK || sx.dims[3] != sw.dims[2])
    return il_graph_fail(graph, IL_INVALID,
                         "graph: convolution of rank %d with %d channels by weights of rank %d for %d", sx.rank,
                         sx.dims[3], sw.rank, sw.dims[2]);
  if (!il_window_of(graph, &window, out, &sx, sw.dims[0], sw.dims[1], stride, padding)) return IL_NO_VALUE;
  il_shape shape = {.rank = IL_MAX_RANK, .dims = {sx.dims[0], out[0], out[1], sw.dims[3]}};
  if (il_shape_size(&shape) / (size_t)sw.dims[3] > PIXELS_MOST || il_shape_size(&sx) / (size_t)sx.dims[3] > PIXELS_MOST)
    return il_graph_fail(graph, IL_INVALID, "graph: convolution of more than %d pixels", PIXELS_MOST);
  return convolve(graph, x, w, &window, shape);
}

/* ---- the three linear maps ---- */

static il_value map_node(il_graph *graph, il_op_code op, il_value a, il_value b, const il_window *window,
                         il_shape shape) {
  if (a < 0 || b < 0) return il_graph_fail(graph, IL_INVALID, "graph: an operand of convolution has no value");
  il_node node = il_node_of(op, shape, a, b);
  node.window = *window;
  return il_graph_add(graph, &node);
}

static il_value convolve(il_graph *graph, il_value x, il_value w, const il_window *window, il_shape shape) {
  return map_node(graph, IL_OP_convolution, x, w, window, shape);
}

static il_value convolve_input(il_graph *graph, il_value y, il_value w, const il_window *window, il_shape shape) {
  return map_node(graph, IL_OP_convolution_input, y, w, window, shape);
}

static il_value convolve_weights(il_graph *graph, il_value x, il_value y, const il_window *window, il_shape shape) {
  return map_node(graph, IL_OP_convolution_weights, x, y, window, shape);
}

/* y = F(x, w): dx = B(g, w'), dw = W(x, g). */
static void convolution_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                                 il_value *inputs) {
  (void)self;
  il_value x = node->inputs[0], w = node->inputs[1];
  inputs[0] = convolve_input(graph, gradient, il_transpose(graph, w), &node->window, il_shape_of(graph, x));
  inputs[1] = convolve_weights(graph, x, gradient, &node->window, il_shape_of(graph, w));
}

/* x = B(y, w'): dy = F(g, w), dw = W(g, y). */
static void convolution_input_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                                       il_value *inputs) {
  (void)self;
  il_value y = node->inputs[0], w = il_transpose(graph, node->inputs[1]);
  inputs[0] = convolve(graph, gradient, w, &node->window, il_shape_of(graph, y));
  inputs[1] = il_transpose(graph, convolve_weights(graph, gradient, y, &node->window, il_shape_of(graph, w)));
}

/* w = W(x, y): dx = B(y, g'), dy = F(x, g). */
static void convolution_weights_gradient(il_graph *graph, const il_node *node, il_value self, il_value gradient,
                                         il_value *inputs) {
  (void)self;
  il_value x = node->inputs[0], y = node->inputs[1];
  inputs[0] = convolve_input(graph, y, il_transpose(graph, gradient), &node->window, il_shape_of(graph, x));
  inputs[1] = convolve(graph, x, gradient, &node->window, il_shape_of(graph, y));
}

/* ---- lowering ---- */

/* Handing a part to another thread costs some 2 us; a core does 50-200 flop/ns of these. Measured on the four layers of
 * conv4 under five images: 4 Mflop gain, 1 Mflop lose. */
static const double least_part_flops = 1e6;

/* A tile of the weights' map holds so many taps times input channels: taps of fewer channels are best left together. */
enum { LEAST_TAP_CHANNELS = 8 };

static il_convolve call_of(const il_step *step, real *const *bases) {
  return (il_convolve){.geometry = step->plan,
                       .a = bases[step->in[0].base] + step->in[0].offset,
                       .b = bases[step->in[1].base] + step->in[1].offset,
                       .out = bases[step->out.base] + step->out.offset,
                       .init = step->has_init ? bases[step->init.base] + step->init.offset : NULL,
                       .init_stride = step->init_stride,
                       .alpha = step->alpha};
}

/* One direction of the map between images: what it reads and what it makes, an image at a time. */
typedef struct image_map {
  void (*kernel)(const il_convolve *call);
  int backward;
  size_t from; /* reals of an image read */
  size_t row;  /* reals of a row made */
  int rows;    /* of an image made */
} image_map;

static image_map map_of(const il_step *step, int backward) {
  const il_geometry *g = step->plan;
  const size_t x_row = (size_t)g->width * (size_t)g->channels, y_row = (size_t)g->out_width * (size_t)g->out_channels;
  const size_t x = (size_t)g->height * x_row, y = (size_t)g->out_height * y_row;
  return backward ? (image_map){step->kernels->convolve_input, 1, y, x_row, g->height}
                  : (image_map){step->kernels->convolve, 0, x, y_row, g->out_height};
}

/* The first `rows` rows that `call` makes of each of `images` images, `call` pointing at row `skip` of the first. */
static void run_rows(const il_convolve *call, const image_map *map, int images, int skip, int rows) {
  il_convolve part = *call;
  il_geometry g = *call->geometry;
  if (images <= 0 || rows <= 0) return;
  g.images = images;
  if (map->backward) {
    g.height = rows;
    g.top += skip;
  } else {
    g.out_height = rows;
    g.top -= skip * g.stride;
  }
  part.geometry = &g;
  map->kernel(&part);
}

/* Moves a call on by whole images and by rows of the next. */
static void advance(il_convolve *call, const image_map *map, int images, int rows) {
  const size_t made = ((size_t)images * (size_t)map->rows + (size_t)rows) * map->row;
  call->a += (size_t)images * map->from;
  call->out += made;
  if (call->init && call->init_stride) call->init += made;
}

/* The rows of one part, counted over all images: five images are not three and two but two and a half each. */
static void run_map_part(const il_step *step, real *const *bases, int part, int parts, int backward) {
  const image_map map = map_of(step, backward);
  il_convolve call = call_of(step, bases);
  const long long total = (long long)call.geometry->images * map.rows;
  const int begin = (int)(total * part / parts), end = (int)(total * (part + 1) / parts);
  const int first = begin / map.rows, last = end / map.rows; /* images */
  const int skip = begin % map.rows, rest = end % map.rows;
  advance(&call, &map, first, skip);
  if (first == last) {
    run_rows(&call, &map, 1, skip, rest - skip);
    return;
  }
  const int head = skip ? 1 : 0; /* a part of an image, whole ones, a part of an image */
  if (head) {
    run_rows(&call, &map, 1, skip, map.rows - skip);
    advance(&call, &map, 1, -skip);
  }
  run_rows(&call, &map, last - first - head, 0, map.rows);
  advance(&call, &map, last - first - head, 0);
  run_rows(&call, &map, 1, 0, rest);
}

static void run_convolution_part(const il_step *step, real *const *bases, int part, int parts) {
  run_map_part(step, bases, part, parts, 0);
}

static void run_input_part(const il_step *step, real *const *bases, int part, int parts) {
  run_map_part(step, bases, part, parts, 1);
}

/* The taps of one part: each is the weights' map of a 1 x 1 window in its place. */
static void run_weights_part(const il_step *step, real *const *bases, int part, int parts) {
  const il_convolve whole = call_of(step, bases);
  const il_geometry *w = whole.geometry;
  size_t taps = (size_t)w->kernel_height * (size_t)w->kernel_width;
  size_t size = (size_t)w->channels * (size_t)w->out_channels;
  size_t end = taps * ((size_t)part + 1) / (size_t)parts;
  for (size_t tap = taps * (size_t)part / (size_t)parts; tap < end; tap++) {
    il_geometry g = *w;
    il_convolve call = whole;
    g.top -= (int)tap / w->kernel_width;
    g.left -= (int)tap % w->kernel_width;
    g.kernel_height = g.kernel_width = 1;
    call.geometry = &g;
    call.out += tap * size;
    if (call.init) call.init += tap * size;
    step->kernels->convolve_weights(&call);
  }
}

static void run_convolution(const il_step *step, real *const *bases) {
  const il_convolve call = call_of(step, bases);
  step->kernels->convolve(&call);
}

static void run_input(const il_step *step, real *const *bases) {
  const il_convolve call = call_of(step, bases);
  step->kernels->convolve_input(&call);
}

static void run_weights(const il_step *step, real *const *bases) {
  const il_convolve call = call_of(step, bases);
  step->kernels->convolve_weights(&call);
}

/* (output pixel, tap) pairs inside the image, along one axis. */
static double count_pairs(const il_axis *axis) {
  double pairs = 0;
  for (int tap = 0; tap < axis->kernel; tap++) {
    il_range range = il_axis_range(axis, tap);
    pairs += range.end - range.begin;
  }
  return pairs;
}

/* Plans the map between images x and y; padded taps are neither computed nor counted. */
static int plan_geometry(il_step *step, const il_node *node, const il_shape *x, const il_shape *y, il_arena *arena) {
  il_geometry *g = il_arena_get(arena, 1, sizeof *g);
  if (!g) return 0;
  *g = (il_geometry){.images = x->dims[0],
                     .height = x->dims[1],
                     .width = x->dims[2],
                     .channels = x->dims[3],
                     .out_height = y->dims[1],
                     .out_width = y->dims[2],
                     .out_channels = y->dims[3],
                     .kernel_height = node->window.height,
                     .kernel_width = node->window.width,
                     .stride = node->window.stride,
                     .top = node->window.top,
                     .left = node->window.left};
  const il_axis rows = il_axis_rows(g, 0), columns = il_axis_columns(g, 0);
  step->plan = g;
  step->m = il_shape_rows(&node->shape);
  step->n = il_shape_columns(&node->shape);
  step->flops = 2.0 * g->images * count_pairs(&rows) * count_pairs(&columns) * g->channels * g->out_channels;
  step->gemm_flops = step->flops;
  step->k = (int)(step->flops / 2 / step->m / step->n); /* on average */
  step->parts = (int)fmin(step->flops / least_part_flops, INT_MAX);
  return 1;
}

static void convolution_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  if (!plan_geometry(step, node, &inputs[0], &node->shape, arena)) return;
  step->run = run_convolution;
  step->run_part = run_convolution_part;
}

static void convolution_input_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  if (!plan_geometry(step, node, &node->shape, &inputs[0], arena)) return;
  step->run = run_input;
  step->run_part = run_input_part;
}

static void convolution_weights_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  if (!plan_geometry(step, node, &inputs[0], &inputs[1], arena)) return;
  step->run = run_weights;
  step->run_part = run_weights_part;
  if (inputs[0].dims[3] < LEAST_TAP_CHANNELS) step->parts = 0;
}

const il_op il_op_convolution = {.name = "convolution",
                                 .inputs = 2,
                                 .traits = IL_OP_ACCUMULATES | IL_OP_ROW_INIT,
                                 .pointwise = IL_NOT_POINTWISE,
                                 .zero = 1 << 0 | 1 << 1,
                                 .factor = 1 << 0 | 1 << 1,
                                 .gradient = convolution_gradient,
                                 .lower = convolution_lower};
const il_op il_op_convolution_input = {.name = "convolution_input",
                                       .inputs = 2,
                                       .traits = IL_OP_ACCUMULATES | IL_OP_ROW_INIT,
                                       .pointwise = IL_NOT_POINTWISE,
                                       .zero = 1 << 0 | 1 << 1,
                                       .factor = 1 << 0 | 1 << 1,
                                       .gradient = convolution_input_gradient,
                                       .lower = convolution_input_lower};
const il_op il_op_convolution_weights = {.name = "convolution_weights",
                                         .inputs = 2,
                                         .traits = IL_OP_ACCUMULATES,
                                         .pointwise = IL_NOT_POINTWISE,
                                         .zero = 1 << 0 | 1 << 1,
                                         .factor = 1 << 0 | 1 << 1,
                                         .gradient = convolution_weights_gradient,
                                         .lower = convolution_weights_lower};
