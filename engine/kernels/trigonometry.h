/* sin and cos with the same bits everywhere: IEEE double operations, rounded to float once. The reference row and the
 * vector rows call the same function; that it is right is tested against libm. In double: libm, in all rows. */
#ifndef INNERLOOP_KERNELS_TRIGONOMETRY_H
#define INNERLOOP_KERNELS_TRIGONOMETRY_H

#include <math.h>

#include "innerloop/real.h"

/* sin(x + quarter pi / 2), quarter 0 or 1.
 * In float: x = n pi / 2 + r, |r| <= pi / 4. Pi / 2 is taken in parts of 33 bits, whose products with n are exact up to
 * n = 2^20; beyond |x| = 2^20 the result is NaN. The series of sin and cos end where double's error is below 1e-11. */
static inline real il_sine_of(real x, int quarter) {
#ifdef IL_REAL_IS_DOUBLE
  return quarter ? cos(x) : sin(x);
#else
  const double rounder = 0x1.8p52, y = fabsf(x) <= 0x1p20f ? (double)x : 0;
  const double whole = y * 0x1.45f306dc9c883p-1 + rounder - rounder; /* 2 / pi */
  const double r = y - whole * 0x1.921fb544p+0 - whole * 0x1.0b4611a6p-34 - whole * 0x1.3198a2e037073p-69;
  const double s = r * r;
  const double sine =
      r * (1 + s * (-1.0 / 6 + s * (1.0 / 120 + s * (-1.0 / 5040 + s * (1.0 / 362880 - s / 39916800)))));
  const double cosine =
      1 + s * (-0.5 + s * (1.0 / 24 + s * (-1.0 / 720 + s * (1.0 / 40320 + s * (-1.0 / 3628800 + s / 479001600)))));
  const int n = (int)whole + quarter;
  const double size = n & 1 ? cosine : sine;
  return fabsf(x) <= 0x1p20f ? (float)(n & 2 ? -size : size) : NAN;
#endif
}

#endif
