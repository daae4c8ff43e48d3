/* Time keeping for timings.csv. */
#include "harness/durations.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/session.h"
#include "kernels/host.h"
#include "statistics/statistics.h"

void il_durations_expect(il_durations *durations, int iterations) {
  durations->stride = iterations / IL_SAMPLES + 1;
  durations->count = 0;
}

void il_durations_add(il_durations *durations, int iteration, double seconds) {
  if (iteration % durations->stride == 0 && durations->count < IL_SAMPLES)
    durations->seconds[durations->count++] = seconds;
}

void il_durations_summarise(il_durations *durations, il_timing *timing) {
  size_t count = (size_t)durations->count;
  timing->meta_iteration_median = il_quantile_of(durations->seconds, count, 0.5);
  timing->meta_iteration_p10 = il_quantile_of(durations->seconds, count, 0.1);
  timing->meta_iteration_p90 = il_quantile_of(durations->seconds, count, 0.9);
}

enum { PRODUCT = 768, ROUNDS = 3 };
static const size_t elements = (size_t)PRODUCT * PRODUCT;

typedef struct multiplication {
  const il_blas *blas;
  float *a; /* [threads][3][n, n] */
} multiplication;

static void multiply(void *context, int item, int worker) {
  const multiplication *m = context;
  float *a = m->a + (size_t)item * 3 * elements;
  (void)worker;
  il_blas_multiply(m->blas, a + 2 * elements, a, a + elements, PRODUCT, PRODUCT, PRODUCT);
}

static il_status measure_peak(il_peak *peak, il_workers *workers, il_error *error) {
  int threads = il_workers_count(workers) < IL_HOST_CALLERS ? il_workers_count(workers) : IL_HOST_CALLERS;
  il_blas blas;
  il_status status = il_blas_load(&blas, threads, error);
  if (status != IL_OK) return status;
  size_t size = (size_t)threads * 3 * elements;
  multiplication all = {&blas, malloc(size * sizeof *all.a)};
  if (!all.a) return il_fail_memory(error, "a matrix product", size * sizeof *all.a);
  for (size_t i = 0; i < size; i++) all.a[i] = (float)(i % 7) - 3;
  for (int round = 0; round < ROUNDS; round++) {
    double begin = il_seconds();
    il_workers_run(workers, threads, multiply, &all);
    double rate = 2.0 * PRODUCT * PRODUCT * PRODUCT * threads / (il_seconds() - begin);
    if (rate > peak->rate) peak->rate = rate;
  }
  free(all.a);
  snprintf(peak->note, sizeof peak->note, "%s", blas.core);
  return IL_OK;
}

il_peak il_gemm_peak(il_workers *workers) {
  il_peak peak = {.rate = 0};
  il_error error = {0};
  if (measure_peak(&peak, workers, &error) != IL_OK) {
    peak.rate = 0;
    snprintf(peak.note, sizeof peak.note, "%.*s", IL_PEAK_NOTE - 1, error.message);
  }
  return peak;
}
