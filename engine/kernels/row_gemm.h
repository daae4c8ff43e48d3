/* Matrix products by register tiles: R rows of A times V vectors of B columns, held in registers over all of K, so that
 * every element is one chain of fused multiply-adds over k. B is read in place: at the sizes of meta-learning packing costs
 * more than it saves (speed.md sections 3 and 6). */
#ifndef INNERLOOP_KERNELS_ROW_GEMM_H
#define INNERLOOP_KERNELS_ROW_GEMM_H

#include "kernels/row_dot.h"
#include "kernels/row_vector.h"
#include "kernels/rows.h"

/* Largest tile: vectors of a tile, and rows by vectors: what the registers of the instruction set hold (32 or 16, less
 * the vectors of B and one element of A). */
#if defined(__AVX512F__)
enum { TILE_VECTORS = 4, TILE_ROWS = 12, ROWS_1 = 12, ROWS_2 = 12, ROWS_3 = 8, ROWS_4 = 6 };
#elif defined(__AVX2__)
enum { TILE_VECTORS = 2, TILE_ROWS = 12, ROWS_1 = 12, ROWS_2 = 6, ROWS_3 = 0, ROWS_4 = 0 };
#else
enum { TILE_VECTORS = 1, TILE_ROWS = 4, ROWS_1 = 4, ROWS_2 = 0, ROWS_3 = 0, ROWS_4 = 0 };
#endif

/* A stack of equal tiles: `count` of them from row i down, at columns j.. of C; `last` masks the last of their vectors
 * where they are the right edge of C. The distances, in reals: from row to row and from k to k of A, row to row of init. */
typedef struct tiles {
  const real *a, *b, *init; /* init NULL: 0 */
  real *c;
  size_t n, row_step, k_step, init_step;
  int k, count;
  real alpha;
  part last;
} tiles;

typedef void (*tile_kernel)(const tiles *stack);

/* In the functions below rows, vectors and edge are constants wherever they are inlined: sums live in registers. */

ROW_INLINE vec tile_load(const real *from, int v, const int vectors, const int edge, part last) {
  return edge && v == vectors - 1 ? v_load_part(from + v * LANES, last) : v_load(from + v * LANES);
}

/* sum = init, or 0 where the chain does not start from it. */
ROW_INLINE void tile_start(vec sum[TILE_ROWS][TILE_VECTORS], const tiles *t, const int rows, const int vectors,
                           const int edge) {
  if (!t->init || t->alpha != 1) {
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v) sum[r][v] = (vec){0};
    }
    return;
  }
  const real *init = t->init;
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r, init += t->init_step) {
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) sum[r][v] = tile_load(init, v, vectors, edge, t->last);
  }
}

ROW_INLINE void tile_accumulate(vec sum[TILE_ROWS][TILE_VECTORS], const tiles *t, const int rows, const int vectors,
                                const int edge) {
  const real *a = t->a, *b = t->b;
  for (int k = t->k; k > 0; --k, a += t->k_step, b += t->n) {
    vec right[TILE_VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) right[v] = tile_load(b, v, vectors, edge, t->last);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
      const vec left = v_set(a[(size_t)r * t->row_step]);
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v) sum[r][v] = v_fma(left, right[v], sum[r][v]);
    }
  }
}

/* sum = alpha sum + init, for alpha != 1. */
ROW_INLINE void tile_scale(vec sum[TILE_ROWS][TILE_VECTORS], const tiles *t, const int rows, const int vectors,
                           const int edge) {
  const vec alpha = v_set(t->alpha);
  const real *init = t->init;
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) {
      const vec from = init ? tile_load(init, v, vectors, edge, t->last) : (vec){0};
      sum[r][v] = v_fma(alpha, sum[r][v], from);
    }
    if (init) init += t->init_step;
  }
}

ROW_INLINE void tile_finish(vec sum[TILE_ROWS][TILE_VECTORS], const tiles *t, const int rows, const int vectors,
                            const int edge) {
  real *c = t->c;
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r, c += t->n) {
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) {
      if (edge && v == vectors - 1)
        v_store_part(c + v * LANES, sum[r][v], t->last);
      else
        v_store(c + v * LANES, sum[r][v]);
    }
  }
}

ROW_INLINE void tiles_any(const tiles *stack, const int rows, const int vectors, const int edge) {
  tiles t = *stack; /* its own copy, which no store can alias */
  for (int index = 0; index < t.count; ++index) {
    vec sum[TILE_ROWS][TILE_VECTORS];
    tile_start(sum, &t, rows, vectors, edge);
    tile_accumulate(sum, &t, rows, vectors, edge);
    if (t.alpha != 1) tile_scale(sum, &t, rows, vectors, edge);
    tile_finish(sum, &t, rows, vectors, edge);
    t.a += (size_t)rows * t.row_step;
    t.c += (size_t)rows * t.n;
    if (t.init) t.init += (size_t)rows * t.init_step;
  }
}

/* Every height and width of tile, generated: tile_VECTORS_ROWS_EDGE, and their table [edge][vectors - 1][rows - 1]. */
#define TILES_4(X, v) X(v, 1) X(v, 2) X(v, 3) X(v, 4)
#define TILES_6(X, v) TILES_4(X, v) X(v, 5) X(v, 6)
#define TILES_8(X, v) TILES_6(X, v) X(v, 7) X(v, 8)
#define TILES_12(X, v) TILES_8(X, v) X(v, 9) X(v, 10) X(v, 11) X(v, 12)
#if defined(__AVX512F__)
#define TILES(X) TILES_12(X, 1) TILES_12(X, 2) TILES_8(X, 3) TILES_6(X, 4)
#elif defined(__AVX2__)
#define TILES(X) TILES_12(X, 1) TILES_6(X, 2)
#else
#define TILES(X) TILES_4(X, 1)
#endif

#define TILE_FUNCTIONS(v, r)                                                                                           \
  static void tile_##v##_##r##_0(const tiles *t) {                                                                     \
    tiles_any(t, r, v, 0);                                                                                             \
  }                                                                                                                    \
  static void tile_##v##_##r##_1(const tiles *t) {                                                                     \
    tiles_any(t, r, v, 1);                                                                                             \
  }
TILES(TILE_FUNCTIONS)

static const tile_kernel tile_table[2][TILE_VECTORS][TILE_ROWS] = {
#define TILE_ENTRY_0(v, r) [0][v - 1][r - 1] = tile_##v##_##r##_0,
#define TILE_ENTRY_1(v, r) [1][v - 1][r - 1] = tile_##v##_##r##_1,
    TILES(TILE_ENTRY_0) TILES(TILE_ENTRY_1)};

static const int tile_rows[] = {ROWS_1, ROWS_2, ROWS_3, ROWS_4};

/* All rows of C under `vectors` vectors of columns from j on, in tiles of nearly equal height. */
static void gemm_panel(const il_gemm *gemm, size_t j, int vectors) {
  const int columns = gemm->n - (int)j, edge = columns < vectors * LANES;
  const int most = tile_rows[vectors - 1], count = (gemm->m + most - 1) / most;
  if (count == 0) return;
  const int height = gemm->m / count, taller = gemm->m % count;
  tiles t = {.a = gemm->a,
             .b = gemm->b + j,
             .init = gemm->init ? gemm->init + j : NULL,
             .c = gemm->c + j,
             .n = (size_t)gemm->n,
             .row_step = gemm->a_transposed ? 1 : (size_t)gemm->k,
             .k_step = gemm->a_transposed ? (size_t)gemm->m : 1,
             .init_step = (size_t)gemm->init_stride,
             .k = gemm->k,
             .count = taller,
             .alpha = gemm->alpha,
             .last = v_part(edge ? columns - (vectors - 1) * LANES : LANES)};
  if (taller) {
    const size_t rows = (size_t)taller * (size_t)(height + 1);
    tile_table[edge][vectors - 1][height](&t);
    t.a += rows * t.row_step;
    t.c += rows * t.n;
    if (t.init) t.init += rows * t.init_step;
  }
  t.count = count - taller;
  tile_table[edge][vectors - 1][height - 1](&t);
}

/* A transposed times one column is one row times a matrix: the lanes run along C. */
static il_gemm gemm_turned(const il_gemm *gemm) {
  il_gemm turned = *gemm;
  turned.m = 1;
  turned.n = gemm->m;
  turned.a = gemm->b;
  turned.b = gemm->a;
  turned.a_transposed = 0;
  return turned;
}

static void row_gemm(const il_gemm *gemm) {
  il_gemm turned;
  if (gemm->n == 1 && gemm->m > 1) {
    if (!gemm->a_transposed) {
      gemm_dots(gemm);
      return;
    }
    if (!gemm->init || gemm->init_stride == 1) {
      turned = gemm_turned(gemm);
      gemm = &turned;
    }
  }
  const int vectors = (gemm->n + LANES - 1) / LANES;
  const int panels = (vectors + TILE_VECTORS - 1) / TILE_VECTORS;
  size_t j = 0;
  for (int panel = 0; panel < panels; ++panel) {
    const int width = vectors / panels + (panel < vectors % panels);
    gemm_panel(gemm, j, width);
    j += (size_t)width * LANES;
  }
}

#endif
