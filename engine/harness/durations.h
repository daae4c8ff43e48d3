/* Durations of meta-iterations in constant memory: every stride-th one is kept. */
#ifndef INNERLOOP_HARNESS_DURATIONS_H
#define INNERLOOP_HARNESS_DURATIONS_H

#include "experiment/record.h"
#include "innerloop/parallel.h"

enum { IL_SAMPLES = 4096 };

typedef struct il_durations {
  int stride, count;
  double seconds[IL_SAMPLES];
} il_durations;

/* Plans for `iterations` durations. */
void il_durations_expect(il_durations *durations, int iterations);
void il_durations_add(il_durations *durations, int iteration, double seconds);
/* Median, p10 and p90 into `timing`; NaN when nothing was kept. Sorts the samples. */
void il_durations_summarise(il_durations *durations, il_timing *timing);

/* The peak that timings are shares of. */
typedef struct il_peak {
  double rate;             /* flop/s; 0: not measured */
  char note[IL_PEAK_NOTE]; /* the kernel family OpenBLAS picked; where rate is 0, why it was not measured */
} il_peak;

/* Single-precision GEMM rate of the threads, but at most IL_HOST_CALLERS, at once (OpenBLAS, n = 768), best of
 * three. Loads OpenBLAS, under the condition of il_blas_load. Takes about 30 ms. */
il_peak il_gemm_peak(il_workers *workers);

#endif
