/* OpenBLAS, which this machine may have: the yardstick that timings are shares of, and the opt-out of the bit-for-bit
 * promise (`kernels: host`). It is loaded when one of them is asked for and not before: as it is loaded it starts
 * threads and maps 128 MB for each, and where address space is limited it tries that for ever. */
#ifndef INNERLOOP_KERNELS_HOST_H
#define INNERLOOP_KERNELS_HOST_H

#include "innerloop/status.h"
#include "kernels/kernels.h"

/* So many threads may call OpenBLAS at once: it has buffers for 128 in Debian, its own threads among them, and with
 * many more it crashes. */
enum { IL_HOST_CALLERS = 64 };

/* The interface of cblas_sgemm and cblas_dgemm; the first three are enumerations there. */
typedef void il_blas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                           const float *a, int a_stride, const float *b, int b_stride, float beta, float *c,
                           int c_stride);
typedef void il_blas_dgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, double alpha,
                           const double *a, int a_stride, const double *b, int b_stride, double beta, double *c,
                           int c_stride);

/* The library; it stays until the process ends. */
typedef struct il_blas {
  il_blas_sgemm *sgemm;
  il_blas_dgemm *dgemm;
  const char *core;    /* the kernel family it picked for this processor */
  const char *version; /* "OpenBLAS 0.3.21 ...": version and how it was built */
} il_blas;

/* Loads OpenBLAS with no thread of its own, for `callers` threads (1..IL_HOST_CALLERS) at once. The environment
 * variable OPENBLAS_NUM_THREADS is changed for that moment, so no other thread may read or write the environment
 * meanwhile; OPENBLAS_CORETYPE too, unless it is set, where the processor is younger than the library, which takes it
 * for the oldest it knows (0.3.21: "Prescott", a tenth of the rate). Errors:
 * IL_IO (not installed, or not one that is known), IL_MEMORY (less address space left than it takes, ulimit -v or
 * -d). */
il_status il_blas_load(il_blas *blas, int callers, il_error *error);

/* C [m, n] = A [m, k] B [k, n], row-major, single precision. */
void il_blas_multiply(const il_blas *blas, float *c, const float *a, const float *b, int m, int n, int k);

/* `base` with its products handed to `blas`, which must live as long. The name becomes "host". Results then depend on
 * the processor and on the library. */
il_kernels il_kernels_host(const il_kernels *base, const il_blas *blas);

#endif
