/* Cholesky's factorisation, row by row. */
#include "kernels/cholesky.h"

#include <stddef.h>

#include "kernels/reference_math.h"

/* value - sum of a_k b_k, k ascending; steps are reals from one k to the next. */
static double less_products(double value, const real *a, size_t step_a, const real *b, size_t step_b, int count) {
  for (int k = 0; k < count; k++) value -= (double)a[(size_t)k * step_a] * (double)b[(size_t)k * step_b];
  return value;
}

void il_cholesky(real *l, const real *a, int n) {
  const size_t size = (size_t)n;
  int definite = 1;
  for (size_t i = 0; i < size; i++) {
    for (size_t j = 0; j <= i; j++) {
      double mean = 0.5 * ((double)a[i * size + j] + (double)a[j * size + i]);
      double rest = less_products(mean, l + i * size, 1, l + j * size, 1, (int)j);
      if (i == j) definite &= rest > 0 && rest < INFINITY;
      l[i * size + j] = (real)(i == j ? sqrt(rest) : rest / (double)l[j * size + j]);
    }
  }
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < size; j++)
      if (!definite || j > i) l[i * size + j] = definite ? 0 : (real)NAN;
}

void il_cholesky_solve(real *x, const real *l, const real *b, int n, int columns) {
  const size_t size = (size_t)n, step = (size_t)columns;
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < step; j++)
      x[i * step + j] = (real)(less_products((double)b[i * step + j], l + i * size, 1, x + j, step, (int)i) /
                               (double)l[i * size + i]);
  for (size_t i = size; i-- > 0;)
    for (size_t j = 0; j < step; j++)
      x[i * step + j] = (real)(less_products((double)x[i * step + j], l + (i + 1) * size + i, size,
                                             x + (i + 1) * step + j, step, (int)(size - 1 - i)) /
                               (double)l[i * size + i]);
}

real il_cholesky_logdet(const real *l, int n) {
  double sum = 0;
  for (size_t i = 0; i < (size_t)n; i++) sum += (double)il_real_log(l[i * ((size_t)n + 1)]);
  return (real)(2 * sum);
}
