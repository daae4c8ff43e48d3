/* softmax and log-softmax of rows: whatever the number of columns, exp sees whole vectors of up to 32 terms at a time. */
#ifndef INNERLOOP_KERNELS_ROW_SOFTMAX_H
#define INNERLOOP_KERNELS_ROW_SOFTMAX_H

#include "kernels/row_pointwise.h"
#include "kernels/row_reduce.h"

/* The largest of n >= 1 terms; which of them does not depend on the order. NaN may be overlooked: exp finds it. */
static real largest(const real *a, int n) {
  real most = a[0];
  for (int j = 1; j < n; ++j) most = a[j] > most ? a[j] : most;
  return most;
}

/* out = a - largest(a); returns the sum of exp(out), which `powers` receives, too, when it is not NULL. May be in place. */
static real softmax_sum(real *out, real *powers, const real *a, int n) {
  const real most = largest(a, n);
  real total = 0, block[IL_SUM_BLOCK];
  for (int begin = 0; begin < n; begin += IL_SUM_BLOCK) {
    const int length = n - begin < IL_SUM_BLOCK ? n - begin : IL_SUM_BLOCK;
    real *to = powers ? powers + begin : block;
    row_shift(out + begin, a + begin, NULL, -most, (size_t)length);
    row_exp(to, out + begin, NULL, 0, (size_t)length);
    total += sum_block(to, length);
  }
  return total;
}

static void row_softmax(real *out, const real *a, int m, int n) {
  if (n < 1) return;
  for (int i = 0; i < m; ++i, out += n, a += n) {
    const vec total = v_set(softmax_sum(out, out, a, n));
    int j = 0;
    for (; j + LANES <= n; j += LANES) v_store(out + j, v_load(out + j) / total);
    if (j == n) continue;
    const part rest = v_part(n - j);
    v_store_part(out + j, v_load_part(out + j, rest) / total, rest);
  }
}

static void row_log_softmax(real *out, const real *a, int m, int n) {
  if (n < 1) return;
  for (int i = 0; i < m; ++i, out += n, a += n) {
    const real total = softmax_sum(out, NULL, a, n);
    row_shift(out, out, NULL, -v_log(v_set(total))[0], (size_t)n);
  }
}

#endif
