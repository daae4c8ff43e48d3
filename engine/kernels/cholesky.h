/* Cholesky's factorisation. One version for all rows of the kernel table: scalar, sums in double and in a fixed order,
 * so that the bits are the same everywhere. Matrices are dense and row-major. */
#ifndef INNERLOOP_KERNELS_CHOLESKY_H
#define INNERLOOP_KERNELS_CHOLESKY_H

#include "innerloop/real.h"

/* l[N,N] = lower triangular, l l' = (a + a') / 2, zeros above the diagonal; all NaN where that is not positive
 * definite. l may be a. N^3 / 3 operations. */
void il_cholesky(real *l, const real *a, int n);

/* x[N,M] = (l l')^-1 b[N,M]; x may be b. 2 N^2 M operations. */
void il_cholesky_solve(real *x, const real *l, const real *b, int n, int columns);

/* log det (l l') = 2 sum of log l_ii. */
real il_cholesky_logdet(const real *l, int n);

#endif
