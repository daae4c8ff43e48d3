/* Tiles whose last columns are half a vector, such as the 40 hidden units of the sinusoid network: the halves of two
 * rows share a vector, so that no lane is idle (10 rows of 40 columns: 25 fmas a k instead of 30). AVX-512 only. */
#ifndef INNERLOOP_KERNELS_ROW_GEMM_PAIRED_H
#define INNERLOOP_KERNELS_ROW_GEMM_PAIRED_H

#include "kernels/row_tile.h"

enum { HALF = LANES / 2, PAIRS = TILE_ROWS / 2 };

/* rows by `whole` vectors of columns, then rows by half a vector, two rows in each. The second row of the last pair is
 * the first again when the number of rows is odd. */
typedef struct paired_sums {
  vec whole[TILE_ROWS][TILE_VECTORS];
  vec pair[PAIRS];
} paired_sums;

ROW_INLINE vec pair_load(const real *low, const real *high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(low)), _mm256_loadu_ps(high), 1);
}

ROW_INLINE void pair_store(real *low, real *high, vec value) {
  _mm256_storeu_ps(low, _mm512_castps512_ps256(value));
  _mm256_storeu_ps(high, _mm512_extractf32x8_ps(value, 1));
}

ROW_INLINE int pair_second(int pair, const int rows) {
  return 2 * pair + 1 < rows ? 2 * pair + 1 : 2 * pair;
}

/* Row r of init under the tile, whole vectors; and the half vectors of pair p. init NULL: 0. */
ROW_INLINE vec whole_init(const tiles *t, const real *init, int r, int v) {
  return init ? v_load(init + (size_t)r * t->init_step + v * LANES) : (vec){0};
}

ROW_INLINE vec pair_init(const tiles *t, const real *init, int p, const int rows, const int whole) {
  if (!init) return (vec){0};
  const real *low = init + (size_t)(2 * p) * t->init_step, *high = init + (size_t)pair_second(p, rows) * t->init_step;
  return pair_load(low + whole * LANES, high + whole * LANES);
}

ROW_INLINE void paired_start(paired_sums *sum, const tiles *t, const int rows, const int whole) {
  const real *init = t->alpha == 1 ? t->init : NULL;
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < whole; ++v) sum->whole[r][v] = whole_init(t, init, r, v);
  }
#pragma GCC unroll 16
  for (int p = 0; p < (rows + 1) / 2; ++p) sum->pair[p] = pair_init(t, init, p, rows, whole);
}

ROW_INLINE void paired_accumulate(paired_sums *sum, const tiles *t, const int rows, const int whole) {
  const real *a = t->a, *b = t->b;
  for (int k = t->k; k > 0; --k, a += t->k_step, b += t->n) {
    vec right[TILE_VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < whole; ++v) right[v] = v_load(b + v * LANES);
    const vec both = pair_load(b + whole * LANES, b + whole * LANES);
#pragma GCC unroll 16
    for (int p = 0; p < (rows + 1) / 2; ++p) {
      const int r = 2 * p, s = pair_second(p, rows);
      const vec left = v_set(a[(size_t)r * t->row_step]), other = v_set(a[(size_t)s * t->row_step]);
#pragma GCC unroll 16
      for (int v = 0; v < whole; ++v) {
        sum->whole[r][v] = v_fma(left, right[v], sum->whole[r][v]);
        if (s > r) sum->whole[s][v] = v_fma(other, right[v], sum->whole[s][v]);
      }
      sum->pair[p] = v_fma(_mm512_mask_blend_ps(0xff00, left, other), both, sum->pair[p]);
    }
  }
}

/* sum = alpha sum + init, for alpha != 1. */
ROW_INLINE void paired_scale(paired_sums *sum, const tiles *t, const real *init, const int rows, const int whole) {
  const vec alpha = v_set(t->alpha);
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < whole; ++v) sum->whole[r][v] = v_fma(alpha, sum->whole[r][v], whole_init(t, init, r, v));
  }
#pragma GCC unroll 16
  for (int p = 0; p < (rows + 1) / 2; ++p) {
    sum->pair[p] = v_fma(alpha, sum->pair[p], pair_init(t, init, p, rows, whole));
  }
}

ROW_INLINE void paired_finish(const paired_sums *sum, const tiles *t, const int rows, const int whole) {
#pragma GCC unroll 16
  for (int p = 0; p < (rows + 1) / 2; ++p) {
    const int r = 2 * p, s = pair_second(p, rows);
    real *low = t->c + (size_t)r * t->n, *high = t->c + (size_t)s * t->n;
#pragma GCC unroll 16
    for (int v = 0; v < whole; ++v) {
      v_store(low + v * LANES, sum->whole[r][v]);
      if (s > r) v_store(high + v * LANES, sum->whole[s][v]);
    }
    pair_store(low + whole * LANES, high + whole * LANES, sum->pair[p]);
  }
}

ROW_INLINE void tiles_paired(const tiles *stack, const int rows, const int vectors) {
  tiles t = *stack;
  for (int index = 0; index < t.count; ++index) {
    paired_sums sum;
    paired_start(&sum, &t, rows, vectors - 1);
    paired_accumulate(&sum, &t, rows, vectors - 1);
    if (t.alpha != 1 && t.init)
      paired_scale(&sum, &t, t.init, rows, vectors - 1);
    else if (t.alpha != 1)
      paired_scale(&sum, &t, NULL, rows, vectors - 1);
    paired_finish(&sum, &t, rows, vectors - 1);
    tiles_next(&t, rows, 1);
  }
}

#endif
