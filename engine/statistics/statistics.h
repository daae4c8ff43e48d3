/* Statistics of results: one place for the tables, the comparison and the performance gate. All in double; NaN and
 * infinite inputs give NaN or infinite outputs, never a trap. Only + - * / sqrt in a fixed order are used (elementary.h
 * has log and exp made of them), so every result has the same bits on every IEEE 754 processor. */
#ifndef INNERLOOP_STATISTICS_STATISTICS_H
#define INNERLOOP_STATISTICS_STATISTICS_H

#include <stddef.h>

/* Arithmetic mean (Neumaier-compensated sum); NaN for count 0. */
double il_mean_of(const double *values, size_t count);
/* Unbiased standard deviation (n - 1); NaN for count < 2. */
double il_deviation_of(const double *values, size_t count);
/* Quantile 0 <= q <= 1 with linear interpolation (R type 7). Sorts `values` in place, NaN last. NaN for count 0. */
double il_quantile_of(double *values, size_t count, double q);

/* Quantile function of Student's t with `freedom` degrees of freedom (> 0), 0 < p < 1; absolute error below 1e-9 where
 * |t| < 1e4. */
double il_student_quantile(double p, double freedom);
/* P(T <= t). */
double il_student_probability(double t, double freedom);
/* Quantile of the standard normal. */
double il_normal_quantile(double p);
/* P(B <= x) of the beta distribution, a and b in (0, 1e9]; relative error of the smaller tail about 1e-13 times the
 * logarithms of the gamma functions involved. NaN for what is no parameter. */
double il_beta_probability(double x, double a, double b);
/* Its quantile, 0 <= p <= 1; the error in x is that of the probability over the density. */
double il_beta_quantile(double p, double a, double b);

typedef struct il_interval {
  double mean, low, high;
  size_t count;
} il_interval;

/* mean +- t(level, n-1) sd / sqrt(n): over seeds. low = high = NaN for count < 2. */
il_interval il_interval_student(const double *values, size_t count, double level);
/* mean +- z(level) sd / sqrt(n): over episodes, the papers' convention (1.96 sd / sqrt(600)). */
il_interval il_interval_normal(const double *values, size_t count, double level);

/* A number made of `count` values, which it may sort. */
typedef double (*il_statistic)(double *values, size_t count);

/* Percentile bootstrap: `mean` is the statistic of the values themselves, low and high the quantiles (1 -+ level) / 2
 * of the statistic of 10,000 resamples drawn with replacement from (seed, IL_PURPOSE_BOOTSTRAP). Too narrow for few
 * values (n = 10: some 90 % where 95 % were asked for); a statistic of few values has few different resamples. low =
 * high = NaN for count < 2, when out of memory, or when a resample's statistic is not finite. Source: Efron and
 * Tibshirani 1993, chapter 13. */
il_interval il_interval_bootstrap(const double *values, size_t count, il_statistic statistic, double level,
                                  unsigned long long seed);

/* How many values are flipped exactly, and how many random patterns are drawn for more. */
enum { IL_EXACT_FLIPS_MAX = 20, IL_RANDOM_FLIPS = 100000 };

/* Two-sided sign-flip permutation test of mean difference 0; it assumes that under that hypothesis a difference is as
 * likely as its negative (symmetry about 0). All 2^count patterns for count <= IL_EXACT_FLIPS_MAX, else IL_RANDOM_FLIPS
 * random ones drawn from (seed, IL_PURPOSE_BOOTSTRAP). *reachable: the smallest p this count can give. NaN when
 * out of memory (count > 20) or a difference is not finite. */
double il_sign_flip_test(const double *differences, size_t count, unsigned long long seed, double *reachable);

/* Holm's step-down adjustment of p[count], written to adjusted[count] (may be p itself). */
void il_holm(double *adjusted, const double *p, size_t count);

#endif
