/* Register tiles of a product: R rows of A times V vectors of B columns, held in registers over all of K. */
#ifndef INNERLOOP_KERNELS_ROW_TILE_H
#define INNERLOOP_KERNELS_ROW_TILE_H

#include "kernels/row_vector.h"
#include "kernels/rows.h"

/* Largest tiles: vectors, and rows at 1, 2, ... vectors: what the registers of the instruction set hold (32 or 16, less
 * the vectors of B and one element of A). */
#if defined(__AVX512F__)
enum { TILE_VECTORS = 4, TILE_ROWS = 12 };
#define TILE_TALLEST                                                                                                   \
  { 12, 12, 8, 6 }
#define PAIRED_TALLEST                                                                                                 \
  { 12, 12, 10, 6 }
#elif defined(__AVX2__)
enum { TILE_VECTORS = 2, TILE_ROWS = 12 };
#define TILE_TALLEST                                                                                                   \
  { 12, 6 }
#else
enum { TILE_VECTORS = 1, TILE_ROWS = 4 };
#define TILE_TALLEST                                                                                                   \
  { 4 }
#endif

/* A stack of equal tiles: `count` of them from row i down, at columns j.. of C; `last` masks the last of their vectors
 * where they are the right edge of C. The distances, in reals: from row to row and from k to k of A, row to row of
 * init. */
typedef struct tiles {
  const real *a, *b, *init; /* init NULL: 0 */
  real *c;
  size_t n, row_step, k_step, init_step;
  int k, count;
  real alpha;
  part last;
} tiles;

typedef void (*tile_kernel)(const tiles *stack);

/* Moves on to the stack below `count` tiles of `rows` rows. */
ROW_INLINE void tiles_next(tiles *t, int rows, int count) {
  const size_t down = (size_t)rows * (size_t)count;
  t->a += down * t->row_step;
  t->c += down * t->n;
  if (t->init) t->init += down * t->init_step;
}

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
    tiles_next(&t, rows, 1);
  }
}

#endif
