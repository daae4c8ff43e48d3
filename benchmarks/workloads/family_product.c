/* Matrix products and convolutions at the shapes the models use, against the naive loops of the reference row. */
#include <stdio.h>
#include <string.h>

#include "benchmarks/workloads/bench.h"

typedef struct product_state {
  il_arena *arena;
  const il_kernels *kernels;
  il_gemm gemm;
  il_geometry geometry;
  il_convolve convolve;
  void (*map)(const il_convolve *call);
  void (*twin)(const il_convolve *call);
  size_t count; /* elements of the result */
} product_state;

static void close_product(void *opened) {
  il_arena_free(((product_state *)opened)->arena);
}

static il_status new_product(product_state **out, const bench_conditions *conditions, il_error *error) {
  il_arena *arena = il_arena_new();
  product_state *state = arena ? il_arena_get(arena, 1, sizeof *state) : NULL;
  if (!state) {
    il_arena_free(arena);
    return il_fail_memory(error, "a benchmark", 0);
  }
  state->arena = arena;
  *out = state;
  return il_kernels_select(&state->kernels, conditions->kernels, error);
}

/* ---- products ---- */

static const struct {
  int m, n, k, a_transposed;
} gemm_shapes[] = {
    {10, 40, 1, 0},                                        /* sinusoid: 10 points, 1-40-40-1, forward */
    {10, 40, 40, 0},   {10, 1, 40, 0},    {40, 40, 10, 1}, /* its weight gradients */
    {1, 40, 10, 1},    {5, 256, 784, 0}, /* images of 28 x 28 through a dense layer: 5-way 1-shot, 5-way 5-shot */
    {25, 256, 784, 0}, {784, 256, 25, 1}, {25, 128, 256, 0}, {100, 64, 64, 0}, {100, 20, 64, 0}, /* 20-way head */
    {256, 256, 256, 0}};

static void gemm_name(char *name, size_t size, int shape) {
  (void)snprintf(name, size, "%dx%dx%d%s", gemm_shapes[shape].m, gemm_shapes[shape].n, gemm_shapes[shape].k,
                 gemm_shapes[shape].a_transposed ? "/transposed" : "");
}

static il_status gemm_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                           il_error *error) {
  int m = gemm_shapes[what->shape].m, n = gemm_shapes[what->shape].n, k = gemm_shapes[what->shape].k;
  product_state *state = NULL;
  il_status status = new_product(&state, conditions, error);
  work->state = state;
  if (status != IL_OK) return status;
  state->count = (size_t)m * (size_t)n;
  state->gemm = (il_gemm){.m = m,
                          .n = n,
                          .k = k,
                          .a = bench_numbers(state->arena, (size_t)m * (size_t)k, 1),
                          .a_transposed = gemm_shapes[what->shape].a_transposed,
                          .b = bench_numbers(state->arena, (size_t)k * (size_t)n, 2),
                          .c = il_arena_get(state->arena, state->count, sizeof(real)),
                          .alpha = 1,
                          .blas = state->kernels->blas};
  if (!state->gemm.a || !state->gemm.b || !state->gemm.c) return il_fail_memory(error, "a product", 0);
  work->flops = work->gemm_flops = 2.0 * m * n * k;
  return IL_OK;
}

static void gemm_run(void *opened) {
  const product_state *state = opened;
  state->kernels->gemm(&state->gemm);
}

/* Every row of the table promises the bits of the reference row. */
static il_status gemm_check(void *opened, il_error *error) {
  product_state *state = opened;
  il_gemm twin = state->gemm;
  twin.c = il_arena_get(state->arena, state->count, sizeof(real));
  if (!twin.c) return il_fail_memory(error, "a product", 0);
  gemm_run(state);
  il_kernels_find("reference")->gemm(&twin);
  return bench_compare("product", state->gemm.c, twin.c, state->count, 0, error);
}

const bench_family bench_family_gemm = {.name = "gemm",
                                        .repetitions = 20,
                                        .shapes = sizeof gemm_shapes / sizeof *gemm_shapes,
                                        .shape_name = gemm_name,
                                        .open = gemm_open,
                                        .run = gemm_run,
                                        .check = gemm_check,
                                        .close = close_product};

/* ---- convolutions: 3 x 3, padding 1 ---- */

typedef enum map_kind { MAP_FORWARD, MAP_INPUT, MAP_WEIGHTS, MAP_KINDS } map_kind;
static const char *const map_names[MAP_KINDS] = {"forward", "input", "weights"};

static const struct {
  int images, side, channels, out_channels, stride;
} convolution_shapes[] = {
    {5, 28, 1, 64, 2},                                           /* Omniglot, 5-way 1-shot: strided layers of 64 */
    {5, 14, 64, 64, 2},  {5, 28, 1, 32, 1}, {25, 14, 32, 32, 1}, /* pooled layers of 32, 5-way 5-shot */
    {25, 42, 32, 32, 1},                                         /* mini-ImageNet, second layer */
};
enum { CONVOLUTION_SHAPES = sizeof convolution_shapes / sizeof *convolution_shapes };

static void convolution_name(char *name, size_t size, int shape) {
  int row = shape / MAP_KINDS;
  (void)snprintf(name, size, "%s/%dx%dx%dx%d-%d/stride%d", map_names[shape % MAP_KINDS], convolution_shapes[row].images,
                 convolution_shapes[row].side, convolution_shapes[row].side, convolution_shapes[row].channels,
                 convolution_shapes[row].out_channels, convolution_shapes[row].stride);
}

static void (*map_of(const il_kernels *kernels, map_kind kind))(const il_convolve *) {
  void (*const maps[MAP_KINDS])(const il_convolve *) = {kernels->convolve, kernels->convolve_input,
                                                        kernels->convolve_weights};
  return maps[kind];
}

static il_geometry geometry_of(int row) {
  int side = convolution_shapes[row].side, stride = convolution_shapes[row].stride;
  int out = (side - 1) / stride + 1;
  return (il_geometry){.images = convolution_shapes[row].images,
                       .height = side,
                       .width = side,
                       .channels = convolution_shapes[row].channels,
                       .out_height = out,
                       .out_width = out,
                       .out_channels = convolution_shapes[row].out_channels,
                       .kernel_height = 3,
                       .kernel_width = 3,
                       .stride = stride,
                       .top = 1,
                       .left = 1};
}

static il_status convolution_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                                  il_error *error) {
  product_state *state = NULL;
  il_status status = new_product(&state, conditions, error);
  work->state = state;
  if (status != IL_OK) return status;
  map_kind kind = (map_kind)(what->shape % MAP_KINDS);
  state->geometry = geometry_of(what->shape / MAP_KINDS);
  const il_geometry *g = &state->geometry;
  size_t x = (size_t)g->images * (size_t)g->height * (size_t)g->width * (size_t)g->channels;
  size_t y = (size_t)g->images * (size_t)g->out_height * (size_t)g->out_width * (size_t)g->out_channels;
  size_t w = 9 * (size_t)g->channels * (size_t)g->out_channels;
  const size_t a_of[MAP_KINDS] = {x, y, x}, b_of[MAP_KINDS] = {w, w, y}, out_of[MAP_KINDS] = {y, x, w};
  state->count = out_of[kind];
  state->map = map_of(state->kernels, kind);
  state->twin = map_of(il_kernels_find("reference"), kind);
  state->convolve = (il_convolve){.geometry = g,
                                  .a = bench_numbers(state->arena, a_of[kind], 3),
                                  .b = bench_numbers(state->arena, b_of[kind], 4),
                                  .out = il_arena_get(state->arena, state->count, sizeof(real)),
                                  .alpha = 1};
  if (!state->convolve.a || !state->convolve.b || !state->convolve.out)
    return il_fail_memory(error, "a convolution", 0);
  /* taps in the padding are skipped: of 3 side positions a row of taps loses 2, or 1 with stride 2 and an even side */
  double taps = 3.0 * g->out_height - (g->stride == 1 ? 2 : 1);
  work->flops = work->gemm_flops = 2.0 * g->images * taps * taps * g->channels * g->out_channels;
  return IL_OK;
}

static void convolution_run(void *opened) {
  const product_state *state = opened;
  state->map(&state->convolve);
}

static il_status convolution_check(void *opened, il_error *error) {
  product_state *state = opened;
  il_convolve twin = state->convolve;
  twin.out = il_arena_get(state->arena, state->count, sizeof(real));
  if (!twin.out) return il_fail_memory(error, "a convolution", 0);
  convolution_run(state);
  state->twin(&twin);
  return bench_compare("convolution", state->convolve.out, twin.out, state->count, 0, error);
}

const bench_family bench_family_convolution = {.name = "convolution",
                                               .repetitions = 2,
                                               .shapes = CONVOLUTION_SHAPES * MAP_KINDS,
                                               .shape_name = convolution_name,
                                               .open = convolution_open,
                                               .run = convolution_run,
                                               .check = convolution_check,
                                               .close = close_product};
