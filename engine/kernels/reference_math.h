/* exp, log, tanh, sigmoid, softplus, sin and cos of the reference row: the same steps as row_math.h, one number at a
 * time, because every row gives the same bits. That the steps are right is tested against long double. In double: libm,
 * in all rows. */
#ifndef INNERLOOP_KERNELS_REFERENCE_MATH_H
#define INNERLOOP_KERNELS_REFERENCE_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernels/rows.h"
#include "kernels/trigonometry.h"

static inline real il_real_sqrt(real x) {
  return (real)sqrt((double)x); /* double then float rounds a float root correctly */
}

static inline real il_real_sin(real x) {
  return il_sine_of(x, 0);
}
static inline real il_real_cos(real x) {
  return il_sine_of(x, 1);
}

#ifdef IL_REAL_IS_DOUBLE

static inline real il_real_exp(real x) {
  return exp(x);
}
static inline real il_real_log(real x) {
  return log(x);
}
static inline real il_real_tanh(real x) {
  return tanh(x);
}

static inline real il_real_sigmoid(real x) {
  const double e = exp(-fabs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

static inline real il_real_softplus(real x) {
  return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

#else

static inline uint32_t il_reference_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline float il_reference_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* c[0] x^(count - 1) + ... + c[count - 1] by Horner's rule. */
static inline float il_reference_horner(const float *c, int count, float x) {
  float p = c[0];
  for (int i = 1; i < count; ++i) p = il_reference_fma(p, x, c[i]);
  return p;
}

/* 2^n. */
static inline float il_reference_power(int32_t n) {
  return il_reference_float(((uint32_t)n + 127u) << 23);
}

/* exp(x) = 2^n exp(r), |r| <= ln 2 / 2; 2^n in two factors. */
static inline float il_real_exp(float x) {
  static const float c[] = {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                            4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f};
  const float rounder = 0x1.8p23f;
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  const float shifted = il_reference_fma(x, 0x1.715476p0f, rounder), whole = shifted - rounder;
  const int32_t n = (int32_t)(il_reference_bits(shifted) - il_reference_bits(rounder)), first = n >> 1;
  float r = il_reference_fma(whole, -0.693359375f, x);
  r = il_reference_fma(whole, 2.12194440e-4f, r);
  const float p = il_reference_fma(il_reference_horner(c, 6, r), r * r, r) + 1.0f;
  return p * il_reference_power(first) * il_reference_power((int32_t)((uint32_t)n - (uint32_t)first));
}

/* log(x) = log(m) + e ln 2, sqrt(1/2) <= m < sqrt(2). */
static inline float il_real_log(float x) {
  static const float c[] = {7.0376836292e-2f,  -1.1514610310e-1f, 1.1676998740e-1f,
                            -1.2420140846e-1f, 1.4249322787e-1f,  -1.6668057665e-1f,
                            2.0000714765e-1f,  -2.4999993993e-1f, 3.3333331174e-1f};
  if (x != x) return x;
  if (x < 0) return NAN;
  if (x == 0) return -INFINITY;
  if (x == INFINITY) return x;
  const int tiny = x < 0x1p-126f;
  const uint32_t bits = il_reference_bits(tiny ? x * 0x1p23f : x) + (0x3f800000u - 0x3f3504f3u);
  const float e = (float)((int32_t)(bits >> 23) - 127 - (tiny ? 23 : 0));
  const float m = il_reference_float((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0f, square = m * m;
  float p = il_reference_horner(c, 9, m);
  p = il_reference_fma(e, -2.12194440e-4f, p * m * square);
  p = il_reference_fma(-0.5f, square, p);
  return il_reference_fma(e, 0.693359375f, m + p);
}

/* Near 0 an odd polynomial, else 1 - 2 / (exp(2 |x|) + 1) with the sign of x. */
static inline float il_real_tanh(float x) {
  static const float c[] = {-5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f,
                            -3.33332819422e-1f};
  const float size = fabsf(x), square = x * x;
  const float near = il_reference_fma(il_reference_horner(c, 5, square) * square, size, size);
  const float far = 1.0f - 2.0f / (il_real_exp(size + size) + 1.0f);
  return copysignf(size < 0.625f ? near : far, x);
}

static inline float il_real_sigmoid(float x) {
  const float e = il_real_exp(-fabsf(x));
  return (x < 0 ? e : 1.0f) / (e + 1.0f);
}

/* max(x, 0) + log(1 + e), e = exp(-|x|); (e - (u - 1)) / u restores what the rounding of u = 1 + e lost. */
static inline float il_real_softplus(float x) {
  const float e = il_real_exp(-fabsf(x)), u = e + 1.0f;
  return (x > 0 ? x : 0) + (il_real_log(u) + (e - (u - 1.0f)) / u);
}

#endif
#endif
