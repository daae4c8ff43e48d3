/* Logarithm, exponential and cosine from + - * / and exact scalings only. glibc's double log, exp and pow return other
 * last bits where the processor has no fma; these return the same bits everywhere, so that what goes through them may
 * enter files that are compared byte for byte. Relative error below 1e-15. */
#ifndef INNERLOOP_BASE_PORTABLE_MATH_H
#define INNERLOOP_BASE_PORTABLE_MATH_H

/* log(1 + x), x > -1; accurate for small |x|. */
double il_log_one_plus(double x);
/* log(x), x > 0. */
double il_logarithm(double x);
/* exp(x); 0 below -745, infinity above 709.7. */
double il_exponential(double x);
/* cos(pi x), 0 <= x <= 1; absolute error below 1e-15, exact at 0 and 1. */
double il_cosine_of_half_turns(double x);

#endif
