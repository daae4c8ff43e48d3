/* Worker pool: items are taken from one atomic counter, and a call ends when as many items are finished as there were.
 *
 * A worker that wakes late finds nothing left and holds nobody up: the caller waits for items, never for workers.
 * Taking an item keeps the call open until that item is counted as finished, so a worker reads what the call is about
 * (function, context, number of items) only while it cannot change. A call costs about a microsecond while the workers
 * still spin; sleepers are woken through a condition variable. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "innerloop/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
  THREADS_MAX = 1024,
  CACHE_LINE = 64,
  SPIN_NANOSECONDS = 50000,
  SPIN_CROWDED_NANOSECONDS = 2000, /* more workers than processors: the one waited for may need this processor */
  PAUSES_PER_CLOCK = 32,
  PROCESSOR_BITS = 8192
};

typedef struct worker {
  il_pool *pool;
  int number;
  pthread_t thread;
} worker;

struct il_pool {
  /* What waiting workers look at. left: items not yet taken; below 0 when workers came too late. */
  alignas(CACHE_LINE) atomic_int left;
  atomic_bool stop;
  /* What a call is about; written by the caller while no item is open. */
  alignas(CACHE_LINE) il_item item;
  void *context;
  int items;
  alignas(CACHE_LINE) atomic_int finished; /* items done in this call */
  atomic_int sleepers;                     /* workers asleep, or about to */
  atomic_bool caller_sleeps;
  alignas(CACHE_LINE) pthread_mutex_t mutex;
  pthread_cond_t work;
  pthread_cond_t done;
  int64_t spin; /* nanoseconds */
  int threads;
  int started; /* threads running, the caller not counted */
  worker *workers;
};

static void pause_processor(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#else
  atomic_signal_fence(memory_order_seq_cst);
#endif
}

static int64_t now(void) {
  struct timespec time;
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static bool work_waits(il_pool *pool) {
  return atomic_load_explicit(&pool->left, memory_order_relaxed) > 0 ||
         atomic_load_explicit(&pool->stop, memory_order_relaxed);
}

/* Reading `finished` to the end makes everything the items wrote visible. */
static bool all_finished(il_pool *pool) {
  return atomic_load_explicit(&pool->finished, memory_order_acquire) == pool->items;
}

/* Spins until `ready`, for the pool's spin time at most. */
static bool spin_until(il_pool *pool, bool (*ready)(il_pool *pool)) {
  int64_t deadline = 0;
  do {
    for (int i = 0; i < PAUSES_PER_CLOCK; i++) {
      if (ready(pool)) return true;
      pause_processor();
    }
    if (deadline == 0) deadline = now() + pool->spin;
  } while (now() < deadline);
  return false;
}

/* Takes and runs items until none is left, then counts them as finished. */
static void take_items(il_pool *pool, int number) {
  int ran = 0, items = 0;
  while (atomic_load_explicit(&pool->left, memory_order_relaxed) > 0) {
    int left = atomic_fetch_sub_explicit(&pool->left, 1, memory_order_acquire);
    if (left <= 0) break;
    items = pool->items;
    pool->item(pool->context, items - left, number);
    ran++;
  }
  if (ran == 0) return;
  /* Sequentially consistent against caller_sleeps: either the caller sees the count or we see it asleep. */
  if (atomic_fetch_add(&pool->finished, ran) + ran < items || !atomic_load(&pool->caller_sleeps)) return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_signal(&pool->done);
  pthread_mutex_unlock(&pool->mutex);
}

static void sleep_until_work(il_pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->sleepers, 1);
  /* Sequentially consistent against `sleepers`: either we see the items or the caller sees us asleep. */
  while (atomic_load(&pool->left) <= 0 && !atomic_load(&pool->stop)) pthread_cond_wait(&pool->work, &pool->mutex);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->mutex);
}

static void *worker_main(void *argument) {
  const worker *self = argument;
  il_pool *pool = self->pool;
  while (!atomic_load_explicit(&pool->stop, memory_order_relaxed)) {
    if (!spin_until(pool, work_waits)) sleep_until_work(pool);
    take_items(pool, self->number);
  }
  return NULL;
}

static void wake_workers(il_pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->mutex);
}

static void wait_for_items(il_pool *pool) {
  if (spin_until(pool, all_finished)) return;
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->caller_sleeps, true);
  while (atomic_load(&pool->finished) < pool->items) pthread_cond_wait(&pool->done, &pool->mutex);
  atomic_store(&pool->caller_sleeps, false);
  pthread_mutex_unlock(&pool->mutex);
}

/* Processors this process may run on; at least 1, at most THREADS_MAX. */
static int processors(void) {
  unsigned long mask[PROCESSOR_BITS / (8 * sizeof(unsigned long))] = {0};
  long count = 0;
  if (sched_getaffinity(0, sizeof mask, (cpu_set_t *)mask) == 0) {
    for (size_t i = 0; i < sizeof mask / sizeof mask[0]; i++) count += __builtin_popcountl(mask[i]);
  }
  if (count < 1) count = sysconf(_SC_NPROCESSORS_ONLN);
  if (count < 1) return 1;
  return count > THREADS_MAX ? THREADS_MAX : (int)count;
}

/* Starts workers 1..threads-1. They block all signals, so that an interrupt reaches the caller's thread. */
static il_status start_workers(il_pool *pool, il_error *error) {
  sigset_t all, before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return il_fail(error, IL_INVALID, "cannot mask signals");
  int failed = 0;
  for (int i = 1; i < pool->threads && failed == 0; i++) {
    pool->workers[i] = (worker){.pool = pool, .number = i};
    failed = pthread_create(&pool->workers[i].thread, NULL, worker_main, &pool->workers[i]);
    if (failed == 0) pool->started++;
  }
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed == 0) return IL_OK;
  return il_fail(error, IL_MEMORY, "cannot start thread %d of %d; fewer threads may do", pool->started + 2,
                 pool->threads);
}

il_status il_pool_new(il_pool **pool, int threads, il_error *error) {
  *pool = NULL;
  if (threads < 0 || threads > THREADS_MAX)
    return il_fail(error, IL_INVALID, "threads is %d; expected 0 (all processors) to %d", threads, THREADS_MAX);
  int available = processors();
  if (threads == 0) threads = available;
  il_pool *made = aligned_alloc(CACHE_LINE, sizeof *made);
  worker *workers = calloc((size_t)threads, sizeof *workers);
  if (made == NULL || workers == NULL) {
    free(made);
    free(workers);
    return il_fail_memory(error, "a thread pool", sizeof *made + (size_t)threads * sizeof *workers);
  }
  *made = (il_pool){.threads = threads, .workers = workers};
  made->spin = threads > available ? SPIN_CROWDED_NANOSECONDS : SPIN_NANOSECONDS;
  pthread_mutex_init(&made->mutex, NULL);
  pthread_cond_init(&made->work, NULL);
  pthread_cond_init(&made->done, NULL);
  il_status status = start_workers(made, error);
  if (status == IL_OK)
    *pool = made;
  else
    il_pool_free(made);
  return status;
}

void il_pool_free(il_pool *pool) {
  if (pool == NULL) return;
  atomic_store(&pool->stop, true);
  wake_workers(pool);
  for (int i = 1; i <= pool->started; i++) pthread_join(pool->workers[i].thread, NULL);
  pthread_cond_destroy(&pool->done);
  pthread_cond_destroy(&pool->work);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->workers);
  free(pool);
}

int il_pool_threads(const il_pool *pool) {
  return pool->threads;
}

void il_pool_run(il_pool *pool, int items, il_item item, void *context) {
  if (items <= 1 || pool->threads == 1) {
    il_pool_run_serial(pool, items, item, context);
    return;
  }
  pool->item = item;
  pool->context = context;
  pool->items = items;
  atomic_store_explicit(&pool->finished, 0, memory_order_relaxed);
  atomic_store(&pool->left, items);
  if (atomic_load(&pool->sleepers) > 0) wake_workers(pool);
  take_items(pool, 0);
  wait_for_items(pool);
}

void il_pool_run_serial(il_pool *pool, int items, il_item item, void *context) {
  (void)pool;
  for (int i = 0; i < items; i++) item(context, i, 0);
}
