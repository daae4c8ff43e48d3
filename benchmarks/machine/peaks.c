#include "benchmarks/machine/peaks.h"

#include <stdlib.h>

#include "benchmarks/machine/calibration.h"
#include "kernels/host.h"

enum { ROUNDS = 5, LOOPS = 100000, CHAINS = 12, PRODUCT = 768 };
static const double triad_bytes = 2e8; /* moved in a round, at least */

#if defined(__x86_64__)
#include <immintrin.h>

/* CHAINS independent chains hide the latency of 4 cycles at 2 multiply-adds a cycle. The result is returned so that the
 * work is not optimised away. */
#define FMA_LOOP(vector, set, fma, sum)                                                                                \
  vector chains[CHAINS];                                                                                               \
  const vector factor = set(0.999F), term = set(start);                                                                \
  for (int i = 0; i < CHAINS; i++) chains[i] = set(start * (float)i);                                                  \
  for (int loop = 0; loop < LOOPS; loop++) {                                                                           \
    _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) chains[i] = fma(chains[i], factor, term);                \
  }                                                                                                                    \
  float total = 0;                                                                                                     \
  for (int i = 0; i < CHAINS; i++) total += sum(chains[i]);                                                            \
  return total;

__attribute__((target("avx2,fma"))) static float fma_avx2(float start) {
  FMA_LOOP(__m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_cvtss_f32)
}

__attribute__((target("avx512f"))) static float fma_avx512(float start) {
  FMA_LOOP(__m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_cvtss_f32)
}

static double rate_of(float (*loop)(float start), int lanes) {
  volatile float start = 0.001F, kept;
  double best = 0;
  for (int round = 0; round < ROUNDS; round++) {
    double begin = bench_cpu_seconds();
    kept = loop(start);
    double rate = 2.0 * LOOPS * CHAINS * lanes / (bench_cpu_seconds() - begin);
    if (rate > best) best = rate;
  }
  (void)kept;
  return best;
}

double bench_peak_fma_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? rate_of(fma_avx2, 8) : 0;
}

double bench_peak_fma(void) {
  double best = bench_peak_fma_avx2();
  if (__builtin_cpu_supports("avx512f")) {
    double wide = rate_of(fma_avx512, 16);
    if (wide > best) best = wide;
  }
  return best;
}
#else
double bench_peak_fma(void) {
  return 0;
}
double bench_peak_fma_avx2(void) {
  return 0;
}
#endif

double bench_peak_gemm(void) {
  const size_t size = (size_t)PRODUCT * PRODUCT;
  double best = 0;
  il_blas blas;
  if (il_blas_load(&blas, 1, NULL) != IL_OK) return 0;
  float *a = malloc(3 * size * sizeof *a);
  if (!a) return 0;
  for (size_t i = 0; i < 3 * size; i++) a[i] = (float)(i % 7) - 3;
  for (int round = 0; round < ROUNDS; round++) {
    double begin = bench_cpu_seconds();
    il_blas_multiply(&blas, a + 2 * size, a, a + size, PRODUCT, PRODUCT, PRODUCT);
    double rate = 2.0 * PRODUCT * PRODUCT * PRODUCT / (bench_cpu_seconds() - begin);
    if (rate > best) best = rate;
  }
  free(a);
  return best;
}

/* The compiler may not merge the rounds: each reads what the one before may have written. */
__attribute__((noinline)) static void triad(float *restrict a, const float *restrict b, const float *restrict c,
                                            size_t count) {
  for (size_t i = 0; i < count; i++) a[i] = b[i] + 0.5F * c[i];
  __asm__ volatile("" ::: "memory");
}

double bench_peak_triad(size_t bytes) {
  size_t count = bytes / (3 * sizeof(float));
  int repeats = (int)(triad_bytes / (double)bytes) + 1;
  float *a = aligned_alloc(64, (3 * count * sizeof *a + 63) / 64 * 64);
  double best = 0;
  if (!a) return 0;
  for (size_t i = 0; i < 3 * count; i++) a[i] = (float)(i % 5);
  for (int round = 0; round < ROUNDS; round++) {
    double begin = bench_cpu_seconds();
    for (int i = 0; i < repeats; i++) triad(a, a + count, a + 2 * count, count);
    double rate = (double)repeats * 3.0 * (double)count * sizeof *a / (bench_cpu_seconds() - begin);
    if (rate > best) best = rate;
  }
  free(a);
  return best;
}
