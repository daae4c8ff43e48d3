/* cos by Taylor's series, log(1 + x) by the series of the inverse hyperbolic tangent, exp(x) by argument reduction and
 * Taylor's series (Muller, Elementary Functions, ch. 3): fixed operation order, no libm call that rounds. */
#include "base/portable_math.h"

#include <math.h>

static const double ln2_high = 0x1.62e42fefa3800p-1; /* 42 bits of ln 2: products with small integers are exact */
static const double ln2_low = 0x1.ef35793c76730p-45;

/* 2 atanh(s) = log((1 + s) / (1 - s)) for |s| <= 0.18; 12 terms leave 1e-20. */
static double twice_inverse_tanh(double s) {
  double square = s * s;
  double sum = 0;
  for (int k = 12; k >= 1; k--) sum = (sum + 1.0 / (2 * k + 1)) * square;
  return 2 * s + 2 * s * sum;
}

double il_logarithm(double x) {
  if (!(x > 0)) return x == 0 ? -INFINITY : NAN;
  if (isinf(x)) return x;
  int exponent;
  double mantissa = frexp(x, &exponent); /* exact */
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    exponent--;
  }
  double tail = twice_inverse_tanh((mantissa - 1) / (mantissa + 1)) + exponent * ln2_low;
  return exponent * ln2_high + tail;
}

double il_log_one_plus(double x) {
  if (isnan(x) || x < -1) return NAN;
  if (x == -1) return -INFINITY;
  if (isinf(x)) return x;
  if (fabs(x) < 0.25) return twice_inverse_tanh(x / (2 + x));
  return il_logarithm(1 + x);
}

double il_exponential(double x) {
  if (isnan(x)) return x;
  if (x > 709.7) return INFINITY;
  if (x < -745) return 0;
  int power = (int)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
  double rest = (x - power * ln2_high) - power * ln2_low; /* |rest| < 0.35 */
  double sum = 1;
  for (int k = 18; k >= 1; k--) sum = 1 + sum * rest / k;
  return ldexp(sum, power);
}

double il_cosine_of_half_turns(double x) {
  double near = x > 0.5 ? 1 - x : x; /* cos(pi x) = -cos(pi (1 - x)) */
  double angle = 3.1415926535897931 * near, square = angle * angle, sum = 1;
  for (int k = 12; k >= 1; k--) sum = 1 - sum * square / (2 * k * (2 * k - 1));
  return x > 0.5 ? -sum : sum;
}
