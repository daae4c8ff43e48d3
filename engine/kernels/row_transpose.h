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
/* 8 x 8: halves of rows i and i + 4 side by side, then two rounds of interleaving within 128 bits. */
static void transpose_block(real *out, const real *a, size_t m, size_t n) {
  for (size_t half = 0; half < 8; half += 4) {
    __m256 row[4], pair[4];
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) {
      const __m128 low = _mm_loadu_ps(a + i * n + half);
      row[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(low), _mm_loadu_ps(a + (i + 4) * n + half), 1);
    }
    pair[0] = _mm256_unpacklo_ps(row[0], row[1]);
    pair[1] = _mm256_unpackhi_ps(row[0], row[1]);
    pair[2] = _mm256_unpacklo_ps(row[2], row[3]);
    pair[3] = _mm256_unpackhi_ps(row[2], row[3]);
    real *to = out + half * m;
    _mm256_storeu_ps(to, _mm256_shuffle_ps(pair[0], pair[2], 0x44));
    _mm256_storeu_ps(to + m, _mm256_shuffle_ps(pair[0], pair[2], 0xee));
    _mm256_storeu_ps(to + 2 * m, _mm256_shuffle_ps(pair[1], pair[3], 0x44));
    _mm256_storeu_ps(to + 3 * m, _mm256_shuffle_ps(pair[1], pair[3], 0xee));
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
