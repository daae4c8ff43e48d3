/* Worker threads: items are taken from one atomic counter, and a call ends when as many items are finished as there
 * were.
 *
 * A worker that wakes late finds nothing left and holds nobody up: the caller waits for items, never for each.
 * Taking an item keeps the call open until that item is counted as finished, so a worker reads what the call is about
 * (function, context, number of items) only while it cannot change. A call costs about a microsecond while the each
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
  SPIN_CROWDED_NANOSECONDS = 2000, /* more each than processors: the one waited for may need this processor */
  PAUSES_PER_CLOCK = 32,
  PROCESSOR_BITS = 8192
};

typedef struct worker {
  il_workers *workers;
  int number;
  pthread_t thread;
} worker;

struct il_workers {
  /* What waiting each look at. left: items not yet taken; below 0 when each came too late. */
  alignas(CACHE_LINE) atomic_int left;
  atomic_bool stop;
  /* What a call is about; written by the caller while no item is open. */
  alignas(CACHE_LINE) il_item item;
  void *context;
  int items;
  alignas(CACHE_LINE) atomic_int finished; /* items done in this call */
  atomic_int sleepers;                     /* each asleep, or about to */
  atomic_bool caller_sleeps;
  alignas(CACHE_LINE) pthread_mutex_t mutex;
  pthread_cond_t work;
  pthread_cond_t done;
  int64_t spin; /* nanoseconds */
  int threads;
  int started; /* threads running, the caller not counted */
  worker *each;
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

static bool work_waits(il_workers *workers) {
  return atomic_load_explicit(&workers->left, memory_order_relaxed) > 0 ||
         atomic_load_explicit(&workers->stop, memory_order_relaxed);
}

/* Reading `finished` to the end makes everything the items wrote visible. */
static bool all_finished(il_workers *workers) {
  return atomic_load_explicit(&workers->finished, memory_order_acquire) == workers->items;
}

/* Spins until `ready`, for the spin time at most. */
static bool spin_until(il_workers *workers, bool (*ready)(il_workers *workers)) {
  int64_t deadline = 0;
  do {
    for (int i = 0; i < PAUSES_PER_CLOCK; i++) {
      if (ready(workers)) return true;
      pause_processor();
    }
    if (deadline == 0) deadline = now() + workers->spin;
  } while (now() < deadline);
  return false;
}

/* Takes and runs items until none is left, then counts them as finished. */
static void take_items(il_workers *workers, int number) {
  int ran = 0, items = 0;
  while (atomic_load_explicit(&workers->left, memory_order_relaxed) > 0) {
    int left = atomic_fetch_sub_explicit(&workers->left, 1, memory_order_acquire);
    if (left <= 0) break;
    items = workers->items;
    workers->item(workers->context, items - left, number);
    ran++;
  }
  if (ran == 0) return;
  /* Sequentially consistent against caller_sleeps: either the caller sees the count or we see it asleep. */
  if (atomic_fetch_add(&workers->finished, ran) + ran < items || !atomic_load(&workers->caller_sleeps)) return;
  pthread_mutex_lock(&workers->mutex);
  pthread_cond_signal(&workers->done);
  pthread_mutex_unlock(&workers->mutex);
}

static void sleep_until_work(il_workers *workers) {
  pthread_mutex_lock(&workers->mutex);
  atomic_fetch_add(&workers->sleepers, 1);
  /* Sequentially consistent against `sleepers`: either we see the items or the caller sees us asleep. */
  while (atomic_load(&workers->left) <= 0 && !atomic_load(&workers->stop))
    pthread_cond_wait(&workers->work, &workers->mutex);
  atomic_fetch_sub(&workers->sleepers, 1);
  pthread_mutex_unlock(&workers->mutex);
}

static void *worker_main(void *argument) {
  const worker *self = argument;
  il_workers *workers = self->workers;
  while (!atomic_load_explicit(&workers->stop, memory_order_relaxed)) {
    if (!spin_until(workers, work_waits)) sleep_until_work(workers);
    take_items(workers, self->number);
  }
  return NULL;
}

static void wake_workers(il_workers *workers) {
  pthread_mutex_lock(&workers->mutex);
  pthread_cond_broadcast(&workers->work);
  pthread_mutex_unlock(&workers->mutex);
}

static void wait_for_items(il_workers *workers) {
  if (spin_until(workers, all_finished)) return;
  pthread_mutex_lock(&workers->mutex);
  atomic_store(&workers->caller_sleeps, true);
  while (atomic_load(&workers->finished) < workers->items) pthread_cond_wait(&workers->done, &workers->mutex);
  atomic_store(&workers->caller_sleeps, false);
  pthread_mutex_unlock(&workers->mutex);
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

/* Starts each 1..threads-1. They block all signals, so that an interrupt reaches the caller's thread. */
static il_status start_workers(il_workers *workers, il_error *error) {
  sigset_t all, before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return il_fail(error, IL_INVALID, "cannot mask signals");
  int failed = 0;
  for (int i = 1; i < workers->threads && failed == 0; i++) {
    workers->each[i] = (worker){.workers = workers, .number = i};
    failed = pthread_create(&workers->each[i].thread, NULL, worker_main, &workers->each[i]);
    if (failed == 0) workers->started++;
  }
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed == 0) return IL_OK;
  return il_fail(error, IL_MEMORY, "cannot start thread %d of %d; fewer threads may do", workers->started + 2,
                 workers->threads);
}

il_status il_workers_new(il_workers **workers, int threads, il_error *error) {
  *workers = NULL;
  if (threads < 0 || threads > THREADS_MAX)
    return il_fail(error, IL_INVALID, "threads is %d; expected 0 (all processors) to %d", threads, THREADS_MAX);
  int available = processors();
  if (threads == 0) threads = available;
  il_workers *made = aligned_alloc(CACHE_LINE, sizeof *made);
  worker *each = calloc((size_t)threads, sizeof *each);
  if (made == NULL || each == NULL) {
    free(made);
    free(each);
    return il_fail_memory(error, "worker threads", sizeof *made + (size_t)threads * sizeof *each);
  }
  *made = (il_workers){.threads = threads, .each = each};
  made->spin = threads > available ? SPIN_CROWDED_NANOSECONDS : SPIN_NANOSECONDS;
  pthread_mutex_init(&made->mutex, NULL);
  pthread_cond_init(&made->work, NULL);
  pthread_cond_init(&made->done, NULL);
  il_status status = start_workers(made, error);
  if (status == IL_OK)
    *workers = made;
  else
    il_workers_free(made);
  return status;
}

void il_workers_free(il_workers *workers) {
  if (workers == NULL) return;
  atomic_store(&workers->stop, true);
  wake_workers(workers);
  for (int i = 1; i <= workers->started; i++) pthread_join(workers->each[i].thread, NULL);
  pthread_cond_destroy(&workers->done);
  pthread_cond_destroy(&workers->work);
  pthread_mutex_destroy(&workers->mutex);
  free(workers->each);
  free(workers);
}

int il_workers_count(const il_workers *workers) {
  return workers->threads;
}

void il_workers_run(il_workers *workers, int items, il_item item, void *context) {
  if (items <= 1 || workers->threads == 1) {
    il_workers_run_serial(workers, items, item, context);
    return;
  }
  workers->item = item;
  workers->context = context;
  workers->items = items;
  atomic_store_explicit(&workers->finished, 0, memory_order_relaxed);
  atomic_store(&workers->left, items);
  if (atomic_load(&workers->sleepers) > 0) wake_workers(workers);
  take_items(workers, 0);
  wait_for_items(workers);
}

void il_workers_run_serial(il_workers *workers, int items, il_item item, void *context) {
  (void)workers;
  for (int i = 0; i < items; i++) item(context, i, 0);
}
