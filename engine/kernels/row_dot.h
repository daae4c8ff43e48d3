/* Products with one column, C [M,1] = A [M,K] B [K,1]: the lanes are rows of A, so that every element stays one chain
 * over k. Where it pays, four columns of A at a time are transposed in registers. */
#ifndef INNERLOOP_KERNELS_ROW_DOT_H
#define INNERLOOP_KERNELS_ROW_DOT_H

#include "kernels/row_transpose.h"
#include "kernels/row_vector.h"
#include "kernels/rows.h"

#ifdef ROW_HAS_QUADS
enum { DOT_ROWS = 8 };
typedef __m256 dot_vec;
ROW_INLINE dot_vec dot_set(real value) {
  return _mm256_set1_ps(value);
}
ROW_INLINE dot_vec dot_fma(dot_vec a, dot_vec b, dot_vec c) {
  return _mm256_fmadd_ps(a, b, c);
}
#else
enum { DOT_ROWS = LANES };
typedef vec dot_vec;
ROW_INLINE dot_vec dot_set(real value) {
  return v_set(value);
}
ROW_INLINE dot_vec dot_fma(dot_vec a, dot_vec b, dot_vec c) {
  return v_fma(a, b, c);
}
#endif

/* Element k of every row. */
ROW_INLINE dot_vec dot_gather(const real *const row[DOT_ROWS], size_t k) {
  real values[DOT_ROWS];
  dot_vec column;
#pragma GCC unroll 8
  for (int r = 0; r < DOT_ROWS; ++r) values[r] = row[r][k];
  memcpy(&column, values, sizeof column);
  return column;
}

/* Elements i .. i + rows of C; lanes beyond repeat the last row. */
static void dot_block(const il_gemm *gemm, size_t i, int rows) {
  const size_t length = (size_t)gemm->k;
  const real *row[DOT_ROWS], *from[DOT_ROWS], *b = gemm->b;
  static const real zero = 0;
  for (int r = 0; r < DOT_ROWS; ++r) {
    const size_t at = i + (size_t)(r < rows ? r : rows - 1);
    row[r] = gemm->a + at * length;
    from[r] = gemm->init ? gemm->init + at * (size_t)gemm->init_stride : &zero;
  }
  const dot_vec init = dot_gather(from, 0);
  dot_vec sum = gemm->alpha == 1 ? init : dot_set(0);
  size_t k = 0;
#ifdef ROW_HAS_QUADS
  for (; k + 4 <= length; k += 4) {
    dot_vec column[4];
    transpose_quad(column, row, k);
#pragma GCC unroll 4
    for (size_t q = 0; q < 4; ++q) sum = dot_fma(column[q], dot_set(b[k + q]), sum);
  }
#endif
  for (; k < length; ++k) sum = dot_fma(dot_gather(row, k), dot_set(b[k]), sum);
  if (gemm->alpha != 1) sum = dot_fma(dot_set(gemm->alpha), sum, init);
  memcpy(gemm->c + i, &sum, (size_t)rows * sizeof(real));
}

static void gemm_dots(const il_gemm *gemm) {
  for (int i = 0; i < gemm->m; i += DOT_ROWS) {
    dot_block(gemm, (size_t)i, gemm->m - i < DOT_ROWS ? gemm->m - i : DOT_ROWS);
  }
}

#endif
