/* What the kernels of batch normalisation and pooling take. Letters: R rows (examples x pixels), C channels, N
 * images. */
#ifndef INNERLOOP_KERNELS_BATCH_NORM_H
#define INNERLOOP_KERNELS_BATCH_NORM_H

#include "innerloop/real.h"

/* One pass of batch normalisation over x [R,C]. With d = x - mean, s = 1 / sigma, xhat = d s per channel, and
 * h = g where y > 0 (`relu`), else 0; without `relu`, h = g. Each kernel reads what its formula names. */
typedef struct il_norm_pass {
  int rows, columns; /* R, C */
  int relu;          /* the normalised value went through relu; y: its result [R,C] */
  int outer;         /* backward: not g but the result is gated by y */
  const real *x, *y, *g, *u;
  const real *statistics; /* [2,C]: mean, s */
  const real *gamma, *beta;
  const real *sums; /* [2,C]: sum h, sum h xhat */
  const real *dots; /* [3,C]: sum u, sum u xhat, sum u h */
  real *out;
  const real *init; /* [R,C] or NULL; may be out */
  real alpha;
} il_norm_pass;

/* The kernels of a row of the table. Products are fma chains; sums over rows run in blocks of 32, then in order.
 *   statistics  out[2,C] = mean x; 1 / sqrt(mean d^2 + epsilon)
 *   forward     out = d (gamma s) + beta, then relu
 *   sums        out[2,C] = sum h; (sum h d) s
 *   dots        out[3,C] = sum u; (sum u d) s; sum u h
 *   backward    out = init + alpha gamma s (h - sums0 / R - xhat sums1 / R); with `outer`, g itself stands for h
 *   second      out = init - alpha gamma s^2 / R (sums1 u + dots1 h - (dots0 sums1 + sums0 dots1) / R
 *                                                 + xhat (dots2 - dots0 sums0 / R - 3 dots1 sums1 / R)) */
typedef struct il_batch_norm_kernels {
  void (*statistics)(real *out, const real *x, int rows, int columns, real epsilon);
  void (*forward)(const il_norm_pass *norm);
  void (*sums)(const il_norm_pass *norm);
  void (*dots)(const il_norm_pass *norm);
  void (*backward)(const il_norm_pass *norm);
  void (*second)(const il_norm_pass *norm);
} il_batch_norm_kernels;

/* Non-overlapping 2 x 2 windows over images [N,H,W,C], their results [N,OH,OW,C]. A window at the lower or right edge
 * may be cut to 2 x 1, 1 x 2 or 1 x 1 (2 OH = H + 1); or the last row or column of pixels is in no window (2 OH = H -
 * 1). */
typedef struct il_pool_geometry {
  int images, height, width, channels;
  int out_height, out_width;
} il_pool_geometry;

/* The chosen pixel of a window is the first one, row by row, that holds the largest x; NaN counts as larger than
 * numbers.
 *   gather   out[window] = a[chosen pixel]    a [N,H,W,C]; a = x gives the maximum itself
 *   scatter  out[chosen pixel] = a[window], 0 everywhere else */
typedef struct il_pool_kernels {
  void (*gather)(real *out, const real *a, const real *x, const il_pool_geometry *geometry);
  void (*scatter)(real *out, const real *a, const real *x, const il_pool_geometry *geometry);
} il_pool_kernels;

#endif
