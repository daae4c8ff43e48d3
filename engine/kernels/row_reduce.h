/* Sums in blocks of 32 terms, and the sum of task slots. */
#ifndef INNERLOOP_KERNELS_ROW_REDUCE_H
#define INNERLOOP_KERNELS_ROW_REDUCE_H

#include "kernels/row_vector.h"
#include "kernels/rows.h"

enum { SUM_VECTORS = 4, SUM_CHAINS = 8, SLOT_CHUNK = 1024 };

/* Columns j.. of sum_rows, `vectors` vectors wide; the last one has `last` lanes. */
ROW_INLINE void sum_rows_panel(real *out, const real *a, int m, size_t n, const real *init, real alpha, part last,
                               const int vectors) {
  vec total[SUM_VECTORS] = {0};
  for (int begin = 0; begin < m; begin += IL_SUM_BLOCK) {
    const int end = m - begin < IL_SUM_BLOCK ? m : begin + IL_SUM_BLOCK;
    vec block[SUM_VECTORS] = {0};
    for (int i = begin; i < end; ++i, a += n) {
#pragma GCC unroll 8
      for (int v = 0; v < vectors - 1; ++v) block[v] += v_load(a + v * LANES);
      block[vectors - 1] += v_load_part(a + (vectors - 1) * LANES, last);
    }
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) total[v] += block[v];
  }
#pragma GCC unroll 8
  for (int v = 0; v < vectors; ++v) {
    const int at = v * LANES;
    const int whole = v < vectors - 1;
    const vec from = !init ? (vec){0} : whole ? v_load(init + at) : v_load_part(init + at, last);
    const vec sum = v_fma(v_set(alpha), total[v], from);
    if (whole)
      v_store(out + at, sum);
    else
      v_store_part(out + at, sum, last);
  }
}

static void sum_rows_1(real *out, const real *a, int m, size_t n, const real *init, real alpha, part last) {
  sum_rows_panel(out, a, m, n, init, alpha, last, 1);
}
static void sum_rows_2(real *out, const real *a, int m, size_t n, const real *init, real alpha, part last) {
  sum_rows_panel(out, a, m, n, init, alpha, last, 2);
}
static void sum_rows_3(real *out, const real *a, int m, size_t n, const real *init, real alpha, part last) {
  sum_rows_panel(out, a, m, n, init, alpha, last, 3);
}
static void sum_rows_4(real *out, const real *a, int m, size_t n, const real *init, real alpha, part last) {
  sum_rows_panel(out, a, m, n, init, alpha, last, 4);
}

/* sum[c] = the sum of a[c * step + 0 .. length), for SUM_CHAINS chains side by side; length <= IL_SUM_BLOCK. */
ROW_INLINE void sum_chains(real sum[SUM_CHAINS], const real *a, size_t step, int length) {
#pragma GCC unroll 8
  for (int c = 0; c < SUM_CHAINS; ++c) sum[c] = 0;
  for (int j = 0; j < length; ++j) {
#pragma GCC unroll 8
    for (int c = 0; c < SUM_CHAINS; ++c) sum[c] += a[(size_t)c * step + (size_t)j];
  }
}

/* The sum of one block of at most 32 terms. */
ROW_INLINE real sum_block(const real *a, int length) {
  real sum = 0;
  for (int j = 0; j < length; ++j) sum += a[j];
  return sum;
}

/* The sum of one row of n terms. */
static real sum_row(const real *a, int n) {
  real total = 0;
  int begin = 0;
  for (; n - begin >= SUM_CHAINS * IL_SUM_BLOCK; begin += SUM_CHAINS * IL_SUM_BLOCK) {
    real block[SUM_CHAINS];
    sum_chains(block, a + begin, IL_SUM_BLOCK, IL_SUM_BLOCK);
    for (int c = 0; c < SUM_CHAINS; ++c) total += block[c];
  }
  for (; begin < n; begin += IL_SUM_BLOCK) {
    total += sum_block(a + begin, n - begin < IL_SUM_BLOCK ? n - begin : IL_SUM_BLOCK);
  }
  return total;
}

/* SUM_CHAINS rows of sum_columns. */
static void sum_columns_chains(real *out, const real *a, int n, const real *init, real alpha) {
  real total[SUM_CHAINS] = {0};
  for (int begin = 0; begin < n; begin += IL_SUM_BLOCK) {
    real block[SUM_CHAINS];
    sum_chains(block, a + begin, (size_t)n, n - begin < IL_SUM_BLOCK ? n - begin : IL_SUM_BLOCK);
    for (int c = 0; c < SUM_CHAINS; ++c) total[c] += block[c];
  }
  for (int c = 0; c < SUM_CHAINS; ++c) out[c] = v_fma1(alpha, total[c], init ? init[c] : 0);
}

static void row_sum_columns(real *out, const real *a, int m, int n, const real *init, real alpha) {
  int i = 0;
  for (; i + SUM_CHAINS <= m; i += SUM_CHAINS) {
    sum_columns_chains(out + i, a + (size_t)i * (size_t)n, n, init ? init + i : NULL, alpha);
  }
  for (; i < m; ++i) out[i] = v_fma1(alpha, sum_row(a + (size_t)i * (size_t)n, n), init ? init[i] : 0);
}

static void row_sum_rows(real *out, const real *a, int m, int n, const real *init, real alpha) {
  static void (*const panels[SUM_VECTORS])(real *, const real *, int, size_t, const real *, real,
                                           part) = {sum_rows_1, sum_rows_2, sum_rows_3, sum_rows_4};
  if (n == 1) { /* a column is a row, too: its blocks run side by side */
    row_sum_columns(out, a, 1, m, init, alpha);
    return;
  }
  for (int j = 0; j < n; j += SUM_VECTORS * LANES) {
    const int columns = n - j < SUM_VECTORS * LANES ? n - j : SUM_VECTORS * LANES;
    const int vectors = (columns + LANES - 1) / LANES;
    const part last = v_part(columns - (vectors - 1) * LANES);
    panels[vectors - 1](out + j, a + j, m, (size_t)n, init ? init + j : NULL, alpha, last);
  }
}

/* Slot by slot through a chunk that stays in the first-level cache: memory is read once, in long runs. */
static void row_sum_slots(real *out, const real *slots, int count, size_t stride, size_t begin, size_t end,
                          real scale) {
  real sum[SLOT_CHUNK];
  for (size_t at = begin; at < end; at += SLOT_CHUNK) {
    const size_t length = end - at < SLOT_CHUNK ? end - at : SLOT_CHUNK;
    for (size_t i = 0; i < length; ++i) sum[i] = count > 0 ? slots[at + i] : 0;
    for (int t = 1; t < count; ++t) {
      const real *slot = slots + (size_t)t * stride + at;
      for (size_t i = 0; i < length; ++i) sum[i] += slot[i];
    }
    for (size_t i = 0; i < length; ++i) out[at + i] = scale * sum[i];
  }
}

#endif
