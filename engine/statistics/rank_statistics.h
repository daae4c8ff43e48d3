/* Statistics that make no assumption about the distribution of what was measured: what the performance gate decides by.
 * All in double; a value that is not finite gives NaN. */
#ifndef INNERLOOP_STATISTICS_RANK_STATISTICS_H
#define INNERLOOP_STATISTICS_RANK_STATISTICS_H

#include <stddef.h>

enum { IL_PAIRS_MAX = 64 };

/* Median of `count` values; they are sorted in place. NaN for count 0 or a value that is not finite. */
double il_median_of(double *values, size_t count);

/* Hodges-Lehmann estimate of the centre of symmetry: the median of all means (v[i] + v[j]) / 2, i <= j. 0 < count <=
 * IL_PAIRS_MAX, else NaN. Source: Hollander, Wolfe, Chicken, Nonparametric statistical methods, 3rd ed., 2014, 3.2. */
double il_hodges_lehmann(const double *values, size_t count);

/* Lower bound of the one-sided confidence interval [bound, infinity) that goes with it (exact signed-rank
 * distribution): covers the centre with probability at least `level`. -INFINITY where `count` is too small for the
 * level. NaN as above. Same source, 3.3; R: wilcox.test(v, conf.int = TRUE, alternative = "greater", exact = TRUE). */
double il_hodges_lehmann_bound(const double *values, size_t count, double level);

/* One-sided exact sign-flip test of centre 0 against a centre above 0: the share of the 2^count sign patterns whose sum
 * is at least the observed one. count <= 20, else NaN. The smallest value it can give is 2^-count. */
double il_sign_flip_above(const double *differences, size_t count);

/* Two-sided exact Wilcoxon signed-rank test of centre of symmetry 0. Zeros are left out; equal sizes share their mean
 * rank, and the distribution is the exact one of those ranks. count <= IL_PAIRS_MAX, else NaN; 1 when every difference
 * is 0. R: coin::wilcoxsign_test(distribution = "exact", zero.method = "Wilcoxon"), doubled smaller tail. */
double il_signed_rank_test(const double *differences, size_t count);

/* Two-sided exact rank-sum (Mann-Whitney) test that two independent samples come from one distribution: twice the
 * smaller tail, at most 1. Equal values share their mean rank, as above. Both counts 1..IL_PAIRS_MAX, else NaN; NaN
 * when out of memory. R: wilcox.test(a, b, exact = TRUE). */
double il_rank_sum_test(const double *a, size_t a_count, const double *b, size_t b_count);

#endif
