/* Durations of meta-iterations in constant memory: every stride-th one is kept. */
#ifndef INNERLOOP_HARNESS_CLOCKWORK_H
#define INNERLOOP_HARNESS_CLOCKWORK_H

#include "harness/results.h"
#include "innerloop/parallel.h"

enum { IL_SAMPLES = 4096 };

typedef struct il_clockwork {
  int stride, count;
  double seconds[IL_SAMPLES];
} il_clockwork;

/* Plans for `iterations` durations. */
void il_clockwork_plan(il_clockwork *clockwork, int iterations);
void il_clockwork_add(il_clockwork *clockwork, int iteration, double seconds);
/* Median, p10 and p90 into `timing`; NaN when nothing was kept. Sorts the samples. */
void il_clockwork_summarise(il_clockwork *clockwork, il_timing *timing);

/* Single-precision GEMM rate, flop/s, of the pool's threads, but at most IL_HOST_CALLERS, at once (OpenBLAS, n = 768, one
 * library thread each), measured best of three: the peak that timings are shares of. 0: out of memory. Takes about 30 ms. */
double il_gemm_rate(il_pool *pool);

#endif
