/* What this processor can do at most: the ceilings of a roofline, measured beside the workloads. */
#ifndef INNERLOOP_BENCHMARKS_PEAKS_H
#define INNERLOOP_BENCHMARKS_PEAKS_H

#include <stddef.h>

/* Single-precision multiply-adds in registers, flop/s of one core by CPU time, with the widest vectors it has, or with
 * those of
 * AVX2: the best of several rounds. 0: not known for this processor. Takes about 20 ms. */
double bench_peak_fma(void);
double bench_peak_fma_avx2(void);

/* The same of a single-precision matrix product by OpenBLAS, n = 768, on one thread, by CPU time. 0: no OpenBLAS, or no
 * room for it. Takes about 50 ms. */
double bench_peak_gemm(void);

/* Bytes a second that one core moves in a triad a = b + s c whose three arrays take `bytes` together (12 bytes an
 * element; what a store reads first is not counted): the best of several rounds. 0: out of memory. Takes about 50
 * ms. */
double bench_peak_triad(size_t bytes);

#endif
