/* The measured region, in a file of its own so that no compiler can merge it into its caller. The gate's self-test builds it
 * three ways: BENCH_REPEAT_EVERY n runs every n-th repetition twice (a slowdown of 100/n %), BENCH_EMPTY runs nothing (what
 * a benchmark that was optimised away looks like). */
#include "benchmarks/bench.h"

#if defined(BENCH_REPEAT_EVERY)
static int extra(int repetition) {
  return (repetition + 1) % BENCH_REPEAT_EVERY == 0;
}
#else
static int extra(int repetition) {
  (void)repetition;
  return 0;
}
#endif

__attribute__((noinline)) void bench_region(const bench_family *family, void *state, int repetitions) {
#if defined(BENCH_EMPTY)
  (void)family;
  (void)state;
  (void)repetitions;
#else
  for (int i = 0; i < repetitions; i++) {
    family->run(state);
    if (extra(i)) family->run(state);
  }
#endif
}
