#include "benchmarks/machine/calibration.h"

#include <stdlib.h>
#include <time.h>

enum { CHAIN_LENGTH = 2000000, TRIAD_LENGTH = 1 << 21, TRIAD_ROUNDS = 4 };

double bench_cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_calibrate_chain(void) {
  double begin = bench_cpu_seconds();
  volatile float start = 1;
  float value = start;
  for (int i = 0; i < CHAIN_LENGTH; i++) value = value * 0.999F + 0.001F;
  start = value;
  return bench_cpu_seconds() - begin;
}

double bench_calibrate_triad(void) {
  float *a = calloc(3, TRIAD_LENGTH * sizeof *a);
  if (!a) return -1;
  float *b = a + TRIAD_LENGTH, *c = b + TRIAD_LENGTH;
  for (int i = 0; i < TRIAD_LENGTH; i++) a[i] = b[i] = c[i] = (float)i;
  double begin = bench_cpu_seconds();
  for (int round = 0; round < TRIAD_ROUNDS; round++)
    for (int i = 0; i < TRIAD_LENGTH; i++) a[i] = b[i] + 0.5F * c[i];
  volatile float kept = a[TRIAD_LENGTH / 2];
  (void)kept;
  double seconds = bench_cpu_seconds() - begin;
  free(a);
  return seconds;
}
