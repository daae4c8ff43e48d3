/* softmax and log-softmax of rows. Rows of few columns are the rule, so exp runs over many rows at once. */
#ifndef INNERLOOP_KERNELS_ROW_SOFTMAX_H
#define INNERLOOP_KERNELS_ROW_SOFTMAX_H

#include "kernels/row_pointwise.h"
#include "kernels/row_reduce.h"

enum { SOFTMAX_CHUNK = 512 }; /* reals of scratch on the stack */

/* The largest of n >= 1 terms; its value does not depend on the order. NaN may be overlooked: exp finds it. */
ROW_INLINE real largest(const real *a, int n) {
  real most = a[0];
  for (int j = 1; j < n; ++j) most = a[j] > most ? a[j] : most;
  return most;
}

/* Every row minus its largest element. */
static void softmax_shift(real *out, const real *a, int m, int n) {
  for (int i = 0; i < m; ++i, out += n, a += n) {
    pointwise_loop(out, a, a, -largest(a, n), (size_t)n, lane_shift);
  }
}

static void row_softmax(real *out, const real *a, int m, int n) {
  if (m < 1 || n < 1) return;
  softmax_shift(out, a, m, n);
  row_exp(out, out, NULL, 0, (size_t)m * (size_t)n);
  for (int i = 0; i < m; ++i, out += n) {
    const real total = sum_row(out, n);
    int j = 0;
    for (; j + LANES <= n; j += LANES) v_store(out + j, v_load(out + j) / v_set(total));
    if (j == n) continue;
    const part rest = v_part(n - j);
    v_store_part(out + j, v_load_part(out + j, rest) / v_set(total), rest);
  }
}

/* Sum of exp over a row of any length, block by block. */
static real sum_of_powers(const real *a, int n) {
  real total = 0, block[IL_SUM_BLOCK];
  for (int begin = 0; begin < n; begin += IL_SUM_BLOCK) {
    const int length = n - begin < IL_SUM_BLOCK ? n - begin : IL_SUM_BLOCK;
    row_exp(block, a + begin, NULL, 0, (size_t)length);
    total += sum_block(block, length);
  }
  return total;
}

/* log sum exp of m rows, m n <= SOFTMAX_CHUNK or m = 1. */
static void log_of_sums(real *out, const real *a, int m, int n) {
  real powers[SOFTMAX_CHUNK];
  if (n > SOFTMAX_CHUNK) {
    out[0] = sum_of_powers(a, n);
  } else {
    row_exp(powers, a, NULL, 0, (size_t)m * (size_t)n);
    for (int i = 0; i < m; ++i) out[i] = sum_row(powers + i * n, n);
  }
  row_log(out, out, NULL, 0, (size_t)m);
}

static void row_log_softmax(real *out, const real *a, int m, int n) {
  if (m < 1 || n < 1) return;
  softmax_shift(out, a, m, n);
  const int most = n < SOFTMAX_CHUNK ? SOFTMAX_CHUNK / n : 1;
  for (int begin = 0; begin < m; begin += most) {
    const int rows = m - begin < most ? m - begin : most;
    real logs[SOFTMAX_CHUNK];
    log_of_sums(logs, out, rows, n);
    for (int i = 0; i < rows; ++i, out += n) pointwise_loop(out, out, out, -logs[i], (size_t)n, lane_shift);
  }
}

#endif
