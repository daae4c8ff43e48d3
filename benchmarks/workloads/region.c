/* The measured region, in a file of its own so that no compiler can merge it into its caller. The gate's self-test
 * builds it three ways: BENCH_REPEAT_EVERY n runs every n-th repetition twice (a slowdown of 100/n %), BENCH_EMPTY runs
 * nothing (what a benchmark that was optimised away looks like). */
#include "benchmarks/workloads/bench.h"

#if defined(BENCH_EMPTY)

__attribute__((noinline)) void bench_region(const bench_family *family, void *state, int repetitions) {
  (void)family;
  (void)state;
  (void)repetitions;
}

#else

__attribute__((noinline)) void bench_region(const bench_family *family, void *state, int repetitions) {
  for (int i = 0; i < repetitions; i++) {
    family->run(state);
#if defined(BENCH_REPEAT_EVERY)
    if (i % BENCH_REPEAT_EVERY == BENCH_REPEAT_EVERY - 1) family->run(state);
#endif
  }
}

#endif
