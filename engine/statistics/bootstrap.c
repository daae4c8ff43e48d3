/* The percentile bootstrap. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "innerloop/random.h"
#include "statistics/statistics.h"

enum { RESAMPLES = 10000 };

/* results[RESAMPLES]; scratch[count]. Returns 0 when one is not finite. */
static int resample(double *results, double *scratch, const double *values, size_t count, il_statistic statistic,
                    unsigned long long seed) {
  il_stream stream = il_stream_open(seed, IL_PURPOSE_BOOTSTRAP, 0);
  for (int i = 0; i < RESAMPLES; i++) {
    for (size_t j = 0; j < count; j++) scratch[j] = values[il_random_below(&stream, (uint32_t)count)];
    results[i] = statistic(scratch, count);
    if (!isfinite(results[i])) return 0;
  }
  return 1;
}

il_interval il_interval_bootstrap(const double *values, size_t count, il_statistic statistic, double level,
                                  unsigned long long seed) {
  il_interval interval = {.mean = NAN, .low = NAN, .high = NAN, .count = count};
  if (count == 0 || count > UINT32_MAX) return interval;
  double *results = malloc(((size_t)RESAMPLES + count) * sizeof *results);
  if (!results) return interval;
  double *scratch = results + RESAMPLES;
  memcpy(scratch, values, count * sizeof *values);
  interval.mean = statistic(scratch, count);
  if (count >= 2 && level > 0 && level < 1 && resample(results, scratch, values, count, statistic, seed)) {
    interval.low = il_quantile_of(results, RESAMPLES, (1 - level) / 2);
    interval.high = il_quantile_of(results, RESAMPLES, (1 + level) / 2);
  }
  free(results);
  return interval;
}
