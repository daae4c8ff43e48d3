/* The C library's malloc with a counter in front: what a workload allocates is an exact integer. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "benchmarks/workloads/bench.h"

static atomic_ullong calls; /* of a measuring program, not of the library */

unsigned long long bench_allocations(void) {
  return atomic_load_explicit(&calls, memory_order_relaxed);
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static void count(void) {
  atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}
void *calloc(size_t number, size_t size) {
  count();
  return __libc_calloc(number, size);
}
void *realloc(void *old, size_t size) {
  count();
  return __libc_realloc(old, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void **out, size_t alignment, size_t size) {
  count();
  void *piece = __libc_memalign(alignment, size);
  if (!piece) return ENOMEM;
  *out = piece;
  return 0;
}

#endif
