/* exp, log, tanh, sigmoid, softplus, sin and cos of a vector. In float: our own, branch-free, every step exact
 * IEEE or an explicit fma, so that all rows agree. Polynomials: Moshier's Cephes 2.2 single precision (expf.c, logf.c,
 * tanhf.c), netlib.org/cephes. Largest errors over every 349th float, in ulp: exp 1.7, log 0.8, tanh 1.3, sigmoid 2.2,
 * softplus 1.9, sin and cos (trigonometry.h) 0.5. In double: libm. */
#ifndef INNERLOOP_KERNELS_ROW_MATH_H
#define INNERLOOP_KERNELS_ROW_MATH_H

#include "kernels/row_vector.h"
#include "kernels/trigonometry.h"

/* Lane by lane: no model's inner loop waits for these. */
ROW_INLINE vec v_sine(vec a, int quarter) {
  for (int i = 0; i < LANES; ++i) a[i] = il_sine_of(a[i], quarter);
  return a;
}
ROW_INLINE vec v_sin(vec a) {
  return v_sine(a, 0);
}
ROW_INLINE vec v_cos(vec a) {
  return v_sine(a, 1);
}

#ifdef IL_REAL_IS_DOUBLE

ROW_INLINE vec v_each(vec a, double (*function)(double)) {
  for (int i = 0; i < LANES; ++i) a[i] = function(a[i]);
  return a;
}

static double sigmoid_of(double x) {
  const double e = exp(-fabs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

static double softplus_of(double x) {
  return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

ROW_INLINE vec v_exp(vec a) {
  return v_each(a, exp);
}
ROW_INLINE vec v_log(vec a) {
  return v_each(a, log);
}
ROW_INLINE vec v_tanh(vec a) {
  return v_each(a, tanh);
}
ROW_INLINE vec v_sigmoid(vec a) {
  return v_each(a, sigmoid_of);
}
ROW_INLINE vec v_softplus(vec a) {
  return v_each(a, softplus_of);
}

#else

enum { SIGN_BIT = -0x7fffffff - 1, MANTISSA = 0x007fffff, EXPONENT_BIAS = 127 };

ROW_INLINE vec v_abs(vec a) {
  return (vec)((mask)a & ~SIGN_BIT);
}

/* 2^n, -126 <= n <= 127. */
ROW_INLINE vec v_power_of_two(mask n) {
  return (vec)((n + EXPONENT_BIAS) << 23);
}

/* exp(x) = 2^n exp(r), |r| <= ln 2 / 2. 2^n is applied in two factors, so that the result may be subnormal (rounded
 * once) or infinite. Beyond the cuts the result is 0 or infinity anyway; NaN passes every comparison unchanged. */
ROW_INLINE vec v_exp(vec x) {
  const vec high = v_set(89.0f), low = v_set(-104.0f), rounder = v_set(0x1.8p23f);
  x = v_select(x > high, high, x);
  x = v_select(x < low, low, x);
  const vec shifted = v_fma(x, v_set(0x1.715476p0f), rounder); /* 1 / ln 2 */
  const vec whole = shifted - rounder;
  const mask n = (mask)shifted - (mask)rounder;
  vec r = v_fma(whole, v_set(-0.693359375f), x); /* ln 2 in two parts */
  r = v_fma(whole, v_set(2.12194440e-4f), r);
  vec p = v_set(1.9875691500e-4f);
  p = v_fma(p, r, v_set(1.3981999507e-3f));
  p = v_fma(p, r, v_set(8.3334519073e-3f));
  p = v_fma(p, r, v_set(4.1665795894e-2f));
  p = v_fma(p, r, v_set(1.6666665459e-1f));
  p = v_fma(p, r, v_set(5.0000001201e-1f));
  p = v_fma(p, r * r, r) + 1.0f;
  const mask first = n >> 1;
  return p * v_power_of_two(first) * v_power_of_two(n - first);
}

/* log(x) = log(m) + e ln 2, sqrt(1/2) <= m < sqrt(2). */
ROW_INLINE vec v_log(vec x) {
  const mask tiny = x < v_set(0x1p-126f);
  const vec normal = v_select(tiny, x * 0x1p23f, x);
  /* Adding the distance from sqrt(1/2) to 1 carries into the exponent exactly where m would reach sqrt(2). */
  const mask bits = (mask)normal + (0x3f800000 - 0x3f3504f3);
  const mask exponent = (bits >> 23) - EXPONENT_BIAS - (tiny & 23);
  const vec m = (vec)((bits & MANTISSA) + 0x3f3504f3) - 1.0f;
  const vec e = __builtin_convertvector(exponent, vec);
  const vec square = m * m;
  vec p = v_set(7.0376836292e-2f);
  p = v_fma(p, m, v_set(-1.1514610310e-1f));
  p = v_fma(p, m, v_set(1.1676998740e-1f));
  p = v_fma(p, m, v_set(-1.2420140846e-1f));
  p = v_fma(p, m, v_set(1.4249322787e-1f));
  p = v_fma(p, m, v_set(-1.6668057665e-1f));
  p = v_fma(p, m, v_set(2.0000714765e-1f));
  p = v_fma(p, m, v_set(-2.4999993993e-1f));
  p = v_fma(p, m, v_set(3.3333331174e-1f));
  p = v_fma(e, v_set(-2.12194440e-4f), p * m * square);
  p = v_fma(v_set(-0.5f), square, p);
  vec y = v_fma(e, v_set(0.693359375f), m + p);
  const vec infinity = v_set(INFINITY);
  y = v_select(x == infinity, infinity, y);
  y = v_select(x == 0, -infinity, y);
  y = v_select(x < 0, v_set(NAN), y);
  return v_select(x != x, x, y);
}

/* Near 0 an odd polynomial, else 1 - 2 / (exp(2 |x|) + 1) with the sign of x. */
ROW_INLINE vec v_tanh(vec x) {
  const vec size = v_abs(x), square = x * x;
  vec p = v_set(-5.70498872745e-3f);
  p = v_fma(p, square, v_set(2.06390887954e-2f));
  p = v_fma(p, square, v_set(-5.37397155531e-2f));
  p = v_fma(p, square, v_set(1.33314422036e-1f));
  p = v_fma(p, square, v_set(-3.33332819422e-1f));
  const vec near = v_fma(p * square, size, size);
  const vec far = 1.0f - 2.0f / (v_exp(size + size) + 1.0f);
  return (vec)((mask)v_select(size < v_set(0.625f), near, far) | ((mask)x & SIGN_BIT));
}

/* 1 / (1 + exp(-x)), written so that exp never overflows. */
ROW_INLINE vec v_sigmoid(vec x) {
  const vec e = v_exp(-v_abs(x));
  return v_select(x < 0, e, v_set(1)) / (e + 1.0f);
}

/* max(x, 0) + log(1 + e), e = exp(-|x|); (e - (u - 1)) / u restores what the rounding of u = 1 + e lost. */
ROW_INLINE vec v_softplus(vec x) {
  const vec e = v_exp(-v_abs(x));
  const vec u = e + 1.0f;
  const vec tail = v_log(u) + (e - (u - 1.0f)) / u;
  return v_select(x > 0, x, (vec){0}) + tail;
}

#endif
#endif
