/* The reference row: the definitions of kernels.h as plain loops, sums in naive order and functions from libm in double.
 * Nothing here is fast; every other row is tested against it. */
#include <math.h>
#include <stddef.h>

#include "kernels/rows.h"

static real reference_fma(real a, real b, real c) {
#ifdef IL_REAL_IS_DOUBLE
  return fma(a, b, c);
#else
  return fmaf(a, b, c);
#endif
}

static real il_real_sqrt(real x) {
  return (real)sqrt((double)x);
}
static real il_real_exp(real x) {
  return (real)exp((double)x);
}
static real il_real_log(real x) {
  return (real)log((double)x);
}
static real il_real_tanh(real x) {
  return (real)tanh((double)x);
}

static real il_real_sigmoid(real x) {
  const double e = exp(-fabs((double)x));
  return (real)((x >= 0 ? 1 : e) / (1 + e));
}

static real il_real_softplus(real x) {
  return (real)((x > 0 ? (double)x : 0) + log1p(exp(-fabs((double)x))));
}

static void reference_gemm(const il_gemm *gemm) {
  const size_t m = (size_t)gemm->m, n = (size_t)gemm->n, length = (size_t)gemm->k;
  for (size_t i = 0; i < m; ++i) {
    for (size_t j = 0; j < n; ++j) {
      const real init = gemm->init ? gemm->init[i * (size_t)gemm->init_stride + j] : 0;
      real sum = gemm->alpha == 1 ? init : 0;
      for (size_t k = 0; k < length; ++k) {
        const real a = gemm->a_transposed ? gemm->a[k * m + i] : gemm->a[i * length + k];
        sum = reference_fma(a, gemm->b[k * n + j], sum);
      }
      gemm->c[i * n + j] = gemm->alpha == 1 ? sum : reference_fma(gemm->alpha, sum, init);
    }
  }
}

#define REFERENCE_POINTWISE(code, name, operands, value)                                                               \
  static void reference_##name(real *out, const real *first, const real *second, real s, size_t count) {               \
    for (size_t i = 0; i < count; ++i) {                                                                               \
      const real a = first[i], b = (operands) == 2 ? second[i] : 0;                                                    \
      (void)a, (void)b, (void)s;                                                                                       \
      out[i] = (value);                                                                                                \
    }                                                                                                                  \
  }
IL_POINTWISE_MAP(REFERENCE_POINTWISE)

static void reference_transpose(real *out, const real *a, int m, int n) {
  for (size_t i = 0; i < (size_t)m; ++i) {
    for (size_t j = 0; j < (size_t)n; ++j) out[j * (size_t)m + i] = a[i * (size_t)n + j];
  }
}

static void reference_sum_rows(real *out, const real *a, int m, int n, const real *init, real alpha) {
  for (size_t j = 0; j < (size_t)n; ++j) {
    real sum = 0;
    for (size_t i = 0; i < (size_t)m; ++i) sum += a[i * (size_t)n + j];
    out[j] = reference_fma(alpha, sum, init ? init[j] : 0);
  }
}

static void reference_sum_columns(real *out, const real *a, int m, int n, const real *init, real alpha) {
  for (size_t i = 0; i < (size_t)m; ++i) {
    real sum = 0;
    for (size_t j = 0; j < (size_t)n; ++j) sum += a[i * (size_t)n + j];
    out[i] = reference_fma(alpha, sum, init ? init[i] : 0);
  }
}

/* a - max(a) in `out`; returns the sum of the powers. n >= 1. */
static real reference_powers(real *out, const real *a, size_t n) {
  real most = a[0], sum = 0;
  for (size_t j = 1; j < n; ++j) most = a[j] > most ? a[j] : most;
  for (size_t j = 0; j < n; ++j) {
    out[j] = a[j] - most;
    sum += il_real_exp(out[j]);
  }
  return sum;
}

static void reference_softmax(real *out, const real *a, int m, int n) {
  for (int i = 0; n > 0 && i < m; ++i, out += n, a += n) {
    const real sum = reference_powers(out, a, (size_t)n);
    for (int j = 0; j < n; ++j) out[j] = il_real_exp(out[j]) / sum;
  }
}

static void reference_log_softmax(real *out, const real *a, int m, int n) {
  for (int i = 0; n > 0 && i < m; ++i, out += n, a += n) {
    const real sum = reference_powers(out, a, (size_t)n);
    for (int j = 0; j < n; ++j) out[j] -= il_real_log(sum);
  }
}

static void reference_sum_slots(real *out, const real *slots, int count, size_t stride, size_t begin, size_t end,
                                real scale) {
  for (size_t i = begin; i < end; ++i) {
    real sum = count > 0 ? slots[i] : 0;
    for (int t = 1; t < count; ++t) sum += slots[(size_t)t * stride + i];
    out[i] = scale * sum;
  }
}

const il_kernels il_kernels_reference = {
    .name = "reference",
    .gemm = reference_gemm,
#define REFERENCE_ENTRY(code, name, operands, value) .pointwise[IL_POINTWISE_##code] = reference_##name,
    IL_POINTWISE_MAP(REFERENCE_ENTRY)
#undef REFERENCE_ENTRY
        .transpose = reference_transpose,
    .sum_rows = reference_sum_rows,
    .sum_columns = reference_sum_columns,
    .softmax = reference_softmax,
    .log_softmax = reference_log_softmax,
    .sum_slots = reference_sum_slots,
};
