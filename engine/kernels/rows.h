/* The rows of the kernel table, private to this folder. row_NAME.c, each the same row_table.h for another
 * instruction set; reference.c is the twin. */
#ifndef INNERLOOP_KERNELS_ROWS_H
#define INNERLOOP_KERNELS_ROWS_H

#include <math.h>

#include "kernels/kernels.h"

/* Rows, or columns, added up before the sums of such blocks are added (kernels.h: sum_rows). */
enum { IL_SUM_BLOCK = 32 };

/* a b + c rounded once, as the vector rows compute it. */
static inline real il_reference_fma(real a, real b, real c) {
#ifdef IL_REAL_IS_DOUBLE
  return fma(a, b, c);
#else
  return fmaf(a, b, c);
#endif
}

/* The reference row's batch normalisation and pooling (reference_norm.c). */
extern const il_batch_norm_kernels il_reference_batch_norm;
extern const il_pool_kernels il_reference_pool;

/* The rows, best first; the double library and sanitizer builds have no AVX-512 row. */
#if defined(__x86_64__) && !defined(IL_REAL_IS_DOUBLE) && !defined(IL_KERNELS_WITHOUT_AVX512)
#define IL_KERNELS_AVX512_MAP(X) X(avx512)
#else
#define IL_KERNELS_AVX512_MAP(X)
#endif
#if defined(__x86_64__)
#define IL_KERNELS_AVX2_MAP(X) X(avx2)
#else
#define IL_KERNELS_AVX2_MAP(X)
#endif
#define IL_KERNELS_MAP(X) IL_KERNELS_AVX512_MAP(X) IL_KERNELS_AVX2_MAP(X) X(portable) X(reference)

#define IL_KERNELS_DECLARE(row) extern const il_kernels il_kernels_##row;
IL_KERNELS_MAP(IL_KERNELS_DECLARE)
#undef IL_KERNELS_DECLARE

#endif
