/* Batch normalisation and pooling passes over the activations of convolutional models, against the reference row. */
#include <stdio.h>
#include <string.h>

#include "benchmarks/workloads/bench.h"

static const struct {
  int images, side, channels;
} activations[] = {{5, 28, 64}, {5, 14, 64}, {25, 14, 32}, {100, 28, 32}};
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

typedef struct norm_state norm_state;
struct norm_state {
  il_arena *arena;
  const il_kernels *kernels;
  il_norm_pass pass;
  il_pool_geometry geometry;
  real *out;
  size_t count; /* elements of the result */
  void (*run)(const norm_state *state, const il_kernels *kernels, real *out);
};

static void statistics_pass(const norm_state *state, const il_kernels *kernels, real *out) {
  kernels->batch_norm->statistics(out, state->pass.x, state->pass.rows, state->pass.columns, (real)1e-3);
}
/* One runner for each kernel that takes a pass. */
#define NORM_PASS_MAP(X) X(forward, 1) X(sums, 0) X(dots, 0) X(backward, 1) X(second, 1)
#define NORM_PASS(name, whole)                                                                                         \
  static void name##_pass(const norm_state *state, const il_kernels *kernels, real *out) {                             \
    il_norm_pass pass = state->pass;                                                                                   \
    pass.out = out;                                                                                                    \
    kernels->batch_norm->name(&pass);                                                                                  \
  }
NORM_PASS_MAP(NORM_PASS)
#undef NORM_PASS

/* vectors: results of [vectors, C]; 0: of [R, C]. flops: operations an element. */
static const struct {
  const char *name;
  void (*run)(const norm_state *state, const il_kernels *kernels, real *out);
  int vectors, flops;
} passes[] = {{"statistics", statistics_pass, 2, 3},
              {"forward", forward_pass, 0, 2},
              {"sums", sums_pass, 2, 3},
              {"dots", dots_pass, 3, 5},
              {"backward", backward_pass, 0, 5},
              {"second", second_pass, 0, 8}};
enum { PASSES = sizeof passes / sizeof *passes };

static void shape_text(char *name, size_t size, const char *what, int row) {
  (void)snprintf(name, size, "%s/%dx%dx%dx%d", what, activations[row].images, activations[row].side,
                 activations[row].side, activations[row].channels);
}

static void batch_norm_name(char *name, size_t size, int shape) {
  shape_text(name, size, passes[shape / ACTIVATIONS].name, shape % ACTIVATIONS);
}

static void norm_close(void *opened) {
  il_arena_free(((norm_state *)opened)->arena);
}

static il_status norm_new(norm_state **out, const bench_conditions *conditions, il_error *error) {
  il_arena *arena = il_arena_new();
  norm_state *state = arena ? il_arena_get(arena, 1, sizeof *state) : NULL;
  if (!state) {
    il_arena_free(arena);
    return il_fail_memory(error, "a benchmark", 0);
  }
  state->arena = arena;
  *out = state;
  return il_kernels_select(&state->kernels, conditions->kernels, error);
}

/* Statistics near those of x, so that nothing grows large; all vectors of a pass are of order 1. */
static il_status batch_norm_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                                 il_error *error) {
  norm_state *state = NULL;
  il_status status = norm_new(&state, conditions, error);
  work->state = state;
  if (status != IL_OK) return status;
  int row = what->shape % ACTIVATIONS, columns = activations[row].channels;
  int rows = activations[row].images * activations[row].side * activations[row].side;
  size_t count = (size_t)rows * (size_t)columns, vector = (size_t)columns;
  real *x[4], *vectors = bench_numbers(state->arena, 9 * vector, 11);
  for (int i = 0; i < 4; i++) x[i] = bench_numbers(state->arena, count, 7 + i);
  int kept = passes[what->shape / ACTIVATIONS].vectors;
  state->count = kept ? (size_t)kept * vector : count;
  state->run = passes[what->shape / ACTIVATIONS].run;
  state->out = il_arena_get(state->arena, state->count, sizeof(real));
  if (!vectors || !x[0] || !x[1] || !x[2] || !x[3] || !state->out) return il_fail_memory(error, "a benchmark", 0);
  state->pass = (il_norm_pass){.rows = rows,
                               .columns = columns,
                               .relu = 1,
                               .x = x[0],
                               .y = x[1],
                               .g = x[2],
                               .u = x[3],
                               .statistics = vectors,
                               .gamma = vectors + 2 * vector,
                               .beta = vectors + 3 * vector,
                               .sums = vectors + 4 * vector,
                               .dots = vectors + 6 * vector,
                               .alpha = 1};
  work->flops = (double)passes[what->shape / ACTIVATIONS].flops * (double)count;
  return IL_OK;
}

static void norm_run(void *opened) {
  const norm_state *state = opened;
  state->run(state, state->kernels, state->out);
}

static il_status norm_check(void *opened, il_error *error) {
  norm_state *state = opened;
  real *twin = il_arena_get(state->arena, state->count, sizeof *twin);
  if (!twin) return il_fail_memory(error, "a benchmark", 0);
  norm_run(state);
  state->run(state, il_kernels_find("reference"), twin);
  return bench_compare("pass", state->out, twin, state->count, 1e-4, error);
}

const bench_family bench_family_batch_norm = {.name = "batch_norm",
                                              .repetitions = 5,
                                              .shapes = PASSES * ACTIVATIONS,
                                              .shape_name = batch_norm_name,
                                              .open = batch_norm_open,
                                              .run = norm_run,
                                              .check = norm_check,
                                              .close = norm_close};

/* ---- 2 x 2 pooling ---- */

static void gather_pass(const norm_state *state, const il_kernels *kernels, real *out) {
  kernels->pool->gather(out, state->pass.x, state->pass.x, &state->geometry);
}
static void scatter_pass(const norm_state *state, const il_kernels *kernels, real *out) {
  kernels->pool->scatter(out, state->pass.g, state->pass.x, &state->geometry);
}

static void pool_name(char *name, size_t size, int shape) {
  shape_text(name, size, shape < ACTIVATIONS ? "gather" : "scatter", shape % ACTIVATIONS);
}

static il_status pool_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                           il_error *error) {
  norm_state *state = NULL;
  il_status status = norm_new(&state, conditions, error);
  work->state = state;
  if (status != IL_OK) return status;
  int row = what->shape % ACTIVATIONS, side = activations[row].side;
  size_t windows =
      (size_t)activations[row].images * (size_t)(side / 2) * (size_t)(side / 2) * (size_t)activations[row].channels;
  state->geometry = (il_pool_geometry){.images = activations[row].images,
                                       .height = side,
                                       .width = side,
                                       .channels = activations[row].channels,
                                       .out_height = side / 2,
                                       .out_width = side / 2};
  state->count = what->shape < ACTIVATIONS ? windows : 4 * windows;
  state->run = what->shape < ACTIVATIONS ? gather_pass : scatter_pass;
  state->pass.x = bench_numbers(state->arena, 4 * windows, 12);
  state->pass.g = bench_numbers(state->arena, windows, 13);
  state->out = il_arena_get(state->arena, state->count, sizeof(real));
  if (!state->pass.x || !state->pass.g || !state->out) return il_fail_memory(error, "a benchmark", 0);
  work->flops = 3.0 * (double)windows; /* comparisons */
  return IL_OK;
}

const bench_family bench_family_pool = {.name = "pool",
                                        .repetitions = 5,
                                        .shapes = 2 * ACTIVATIONS,
                                        .shape_name = pool_name,
                                        .open = pool_open,
                                        .run = norm_run,
                                        .check = norm_check,
                                        .close = norm_close};
