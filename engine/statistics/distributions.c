/* Student's t, the normal and the beta distribution from + - * / sqrt and exact scalings alone (no libm log, exp or
 * lgamma, whose last bits depend on the processor): probabilities by continued fractions and series, quantiles by
 * bisection of them down to neighbouring doubles.
 *
 * P(|T| > t) = I_x(n/2, 1/2), x = n / (n + t^2)  (Abramowitz and Stegun 26.7.1, 26.5.27); the incomplete beta function
 * by Lentz's continued fraction (Numerical Recipes 6.4; A&S 26.5.8). */
#include <math.h>

#include "base/portable_math.h"
#include "statistics/statistics.h"

enum { FRACTION_MAX = 20000, BISECTIONS_MAX = 2200, SERIES_MAX = 400 };

static const double pi = 0x1.921fb54442d18p+1;
/* Above this many degrees of freedom t is taken as normal with Fisher's expansion to first order (relative error <
 * 1e-10). */
static const double normal_from = 1e6;

/* Gamma(a + 1/2) / Gamma(a), a > 0: the asymptotic series in 1/a from a >= 64 on, below by the recurrence. Tricomi and
 * Erdelyi 1951. */
static double gamma_ratio(double a) {
  double factor = 1;
  for (; a < 64; a += 1) factor *= a / (a + 0.5);
  double u = 1 / a;
  double series = 869.0 / 4194304;
  series = series * u - 399.0 / 262144;
  series = series * u - 21.0 / 32768;
  series = series * u + 5.0 / 1024;
  series = series * u + 1.0 / 128;
  series = series * u - 1.0 / 8;
  series = series * u + 1;
  return factor * sqrt(a) * series;
}

static double not_zero(double value) {
  return fabs(value) < 1e-300 ? 1e-300 : value;
}

/* The continued fraction of I_x(a, b) without its factor; converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x) {
  double c = 1;
  double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
  double value = d;
  for (int m = 1; m <= FRACTION_MAX; m++) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / not_zero(1 + even * d);
    c = not_zero(1 + even / c);
    value *= d * c;
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / not_zero(1 + odd * d);
    c = not_zero(1 + odd / c);
    double change = d * c;
    value *= change;
    if (fabs(change - 1) < 0x1p-52) break;
  }
  return value;
}

/* log Gamma(a), a > 0: Stirling's series from a >= 16 on, below by the recurrence (A&S 6.1.41, 6.1.15). */
static double log_gamma(double a) {
  double product = 1;
  for (; a < 16; a += 1) product *= a;
  double u = 1 / (a * a);
  double series = ((((1.0 / 1188) * u - 1.0 / 1680) * u + 1.0 / 1260) * u - 1.0 / 360) * u + 1.0 / 12;
  double half_log_of_two_pi = il_logarithm(2 * pi) / 2;
  return (a - 0.5) * il_logarithm(a) - a + half_log_of_two_pi + series / a - il_logarithm(product);
}

/* log B(a, b). */
static double log_beta(double a, double b) {
  return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
}

static double beta_below(double x, double a, double b, double logarithm) {
  double factor = il_exponential(a * il_logarithm(x) + b * il_log_one_plus(-x) - logarithm);
  if (x < (a + 1) / (a + b + 2)) return factor * beta_fraction(a, b, x) / a;
  return 1 - factor * beta_fraction(b, a, 1 - x) / b;
}

double il_beta_probability(double x, double a, double b) {
  if (!(a > 0 && b > 0) || isnan(x)) return NAN;
  if (x <= 0 || x >= 1) return x > 0;
  return beta_below(x, a, b, log_beta(a, b));
}

double il_beta_quantile(double p, double a, double b) {
  if (!(a > 0 && b > 0) || !(p >= 0 && p <= 1)) return NAN;
  double low = 0, high = 1, logarithm = log_beta(a, b);
  while (high - low > 0x1p-50 * high) {
    double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (beta_below(middle, a, b, logarithm) < p)
      low = middle;
    else
      high = middle;
  }
  return high;
}

/* P(|T| > t) for t >= 0. */
static double student_two_tails(double t, double freedom) {
  if (isinf(t)) return 0;
  double a = freedom / 2;
  double ratio = t / freedom * t; /* t^2 / n; x = 1 / (1 + ratio), y = 1 - x */
  if (isinf(ratio)) return 0;
  double x = 1 / (1 + ratio), y = ratio / (1 + ratio);
  /* x^a y^(1/2) / B(a, 1/2), B = Gamma(a) sqrt(pi) / Gamma(a + 1/2) */
  double factor = il_exponential(-a * il_log_one_plus(ratio)) * sqrt(y) * gamma_ratio(a) / sqrt(pi);
  if (x < (a + 1) / (a + 2.5)) return factor * beta_fraction(a, 0.5, x) / a;
  return 1 - factor * beta_fraction(0.5, a, y) / 0.5;
}

/* P(Z > z) for z >= 0: the series of Phi for small z, its continued fraction beyond (A&S 26.2.11, 26.2.14). */
static double normal_tail(double z) {
  double density = il_exponential(-z * z / 2) / sqrt(2 * pi);
  if (z < 3) {
    double term = z, sum = z;
    for (int k = 1; k <= SERIES_MAX && term > sum * 0x1p-54; k++) {
      term *= z * z / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  double fraction = z;
  for (int k = 200; k >= 1; k--) fraction = z + k / fraction;
  return density / fraction;
}

/* t of a freedom so large that the quantile is Fisher's expansion of z, and back: z (1 + (z^2 + 1) / 4n) = t. */
static double normal_from_student(double t, double freedom) {
  double z = t;
  for (int i = 0; i < 8; i++) z = t / (1 + (z * z + 1) / (4 * freedom));
  return z;
}

static double student_tail(double t, double freedom) {
  if (freedom > normal_from) return normal_tail(normal_from_student(t, freedom));
  return student_two_tails(t, freedom) / 2;
}

double il_student_probability(double t, double freedom) {
  if (isnan(t) || !(freedom > 0)) return NAN;
  double tail = student_tail(fabs(t), freedom);
  return t < 0 ? tail : 1 - tail;
}

/* The t >= 0 whose upper tail is `tail` (0 < tail < 1/2); freedom infinite: normal. Bisection ends at neighbours, so
 * the result is one double and not a tolerance. */
static double tail_quantile(double tail, double freedom) {
  double low = 0, high = 1;
  while (high < 1e300 && (isinf(freedom) ? normal_tail(high) : student_tail(high, freedom)) > tail) high *= 2;
  for (int i = 0; i < BISECTIONS_MAX; i++) {
    double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    double reached = isinf(freedom) ? normal_tail(middle) : student_tail(middle, freedom);
    if (reached > tail)
      low = middle;
    else
      high = middle;
  }
  return high;
}

static double quantile(double p, double freedom) {
  if (!(p > 0 && p < 1)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
  if (p == 0.5) return 0;
  return p < 0.5 ? -tail_quantile(p, freedom) : tail_quantile(1 - p, freedom);
}

double il_student_quantile(double p, double freedom) {
  return freedom > 0 ? quantile(p, freedom) : NAN;
}

double il_normal_quantile(double p) {
  return quantile(p, INFINITY);
}
