/* Time keeping for timings.csv. */
#include "harness/clockwork.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#include "harness/session.h"
#include "harness/statistics.h"
#include "kernels/host.h"

void il_clockwork_plan(il_clockwork *clockwork, int iterations) {
  clockwork->stride = iterations / IL_SAMPLES + 1;
  clockwork->count = 0;
}

void il_clockwork_add(il_clockwork *clockwork, int iteration, double seconds) {
  if (iteration % clockwork->stride == 0 && clockwork->count < IL_SAMPLES)
    clockwork->seconds[clockwork->count++] = seconds;
}

void il_clockwork_summarise(il_clockwork *clockwork, il_timing *timing) {
  size_t count = (size_t)clockwork->count;
  timing->meta_iteration_median = il_quantile_of(clockwork->seconds, count, 0.5);
  timing->meta_iteration_p10 = il_quantile_of(clockwork->seconds, count, 0.1);
  timing->meta_iteration_p90 = il_quantile_of(clockwork->seconds, count, 0.9);
}

enum { IL_PEAK_SIZE = 768, IL_PEAK_ROUNDS = 3 };

typedef struct il_peak {
  float *a; /* [threads][3][n, n] */
} il_peak;

static void multiply(void *context, int item, int worker) {
  const il_peak *peak = context;
  size_t size = (size_t)IL_PEAK_SIZE * IL_PEAK_SIZE;
  float *a = peak->a + (size_t)item * 3 * size;
  (void)worker;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, IL_PEAK_SIZE, IL_PEAK_SIZE, IL_PEAK_SIZE, 1, a, IL_PEAK_SIZE,
              a + size, IL_PEAK_SIZE, 0, a + 2 * size, IL_PEAK_SIZE);
}

double il_gemm_rate(il_pool *pool) {
  int threads = il_pool_threads(pool) < IL_HOST_CALLERS ? il_pool_threads(pool) : IL_HOST_CALLERS;
  size_t size = (size_t)threads * 3 * IL_PEAK_SIZE * IL_PEAK_SIZE;
  il_peak peak = {malloc(size * sizeof *peak.a)};
  if (!peak.a) return 0;
  for (size_t i = 0; i < size; i++) peak.a[i] = (float)(i % 7) - 3;
  openblas_set_num_threads(1);
  double best = 0;
  for (int round = 0; round < IL_PEAK_ROUNDS; round++) {
    double begin = il_seconds();
    il_pool_run(pool, threads, multiply, &peak);
    double seconds = il_seconds() - begin;
    double rate = 2.0 * IL_PEAK_SIZE * IL_PEAK_SIZE * IL_PEAK_SIZE * threads / seconds;
    if (rate > best) best = rate;
  }
  free(peak.a);
  return best;
}
