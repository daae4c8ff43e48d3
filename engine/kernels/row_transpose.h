/* Transposition in square blocks that fit the registers. */
#ifndef INNERLOOP_KERNELS_ROW_TRANSPOSE_H
#define INNERLOOP_KERNELS_ROW_TRANSPOSE_H

#include "kernels/row_vector.h"

enum { TRANSPOSE_BLOCK = 8 };

/* Element by element: edges, and every block where there is no better. */
static void transpose_plain(real *out, const real *a, size_t m, size_t n, size_t rows, size_t columns) {
  for (size_t j = 0; j < columns; ++j) {
    for (size_t i = 0; i < rows; ++i) out[j * m + i] = a[i * n + j];
  }
}

#if defined(__AVX2__) && !defined(IL_REAL_IS_DOUBLE)
#define ROW_HAS_QUADS

/* Columns k .. k + 4 of eight rows: rows r and r + 4 side by side, then two rounds of interleaving within 128 bits. */
ROW_INLINE void transpose_quad(__m256 column[4], const real *const row[8], size_t k) {
  __m256 side[4];
#pragma GCC unroll 4
  for (size_t r = 0; r < 4; ++r) {
    const __m256 low = _mm256_castps128_ps256(_mm_loadu_ps(row[r] + k));
    side[r] = _mm256_insertf128_ps(low, _mm_loadu_ps(row[r + 4] + k), 1);
  }
  const __m256 low_01 = _mm256_unpacklo_ps(side[0], side[1]), high_01 = _mm256_unpackhi_ps(side[0], side[1]);
  const __m256 low_23 = _mm256_unpacklo_ps(side[2], side[3]), high_23 = _mm256_unpackhi_ps(side[2], side[3]);
  column[0] = _mm256_shuffle_ps(low_01, low_23, 0x44);
  column[1] = _mm256_shuffle_ps(low_01, low_23, 0xee);
  column[2] = _mm256_shuffle_ps(high_01, high_23, 0x44);
  column[3] = _mm256_shuffle_ps(high_01, high_23, 0xee);
}

static void transpose_block(real *out, const real *a, size_t m, size_t n) {
  const real *row[TRANSPOSE_BLOCK];
#pragma GCC unroll 8
  for (size_t r = 0; r < TRANSPOSE_BLOCK; ++r) row[r] = a + r * n;
#pragma GCC unroll 2
  for (size_t k = 0; k < TRANSPOSE_BLOCK; k += 4) {
    __m256 column[4];
    transpose_quad(column, row, k);
#pragma GCC unroll 4
    for (size_t q = 0; q < 4; ++q) _mm256_storeu_ps(out + (k + q) * m, column[q]);
  }
}
#else
static void transpose_block(real *out, const real *a, size_t m, size_t n) {
  transpose_plain(out, a, m, n, TRANSPOSE_BLOCK, TRANSPOSE_BLOCK);
}
#endif

static void row_transpose(real *out, const real *a, int m, int n) {
  const size_t rows = (size_t)m, columns = (size_t)n;
  const size_t whole_rows = rows - rows % TRANSPOSE_BLOCK, whole_columns = columns - columns % TRANSPOSE_BLOCK;
  if (m == 1 || n == 1) {
    memcpy(out, a, rows * columns * sizeof *out);
    return;
  }
  for (size_t i = 0; i < whole_rows; i += TRANSPOSE_BLOCK) {
    for (size_t j = 0; j < whole_columns; j += TRANSPOSE_BLOCK) {
      transpose_block(out + j * rows + i, a + i * columns + j, rows, columns);
    }
  }
  transpose_plain(out + whole_columns * rows, a + whole_columns, rows, columns, whole_rows, columns - whole_columns);
  transpose_plain(out + whole_rows, a + whole_rows * columns, rows, columns, rows - whole_rows, columns);
}

#endif
