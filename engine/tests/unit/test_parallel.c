/* covers: base */
/* Worker threads: every item once, all of it visible to the caller, real concurrency, and any number of threads. Run
 * under ThreadSanitizer too. */
#define _GNU_SOURCE
#include "cmocka_all.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "innerloop/parallel.h"
#include "innerloop/random.h"

enum { ITEMS_MAX = 1000 };

static const int thread_counts[] = {1, 2, 3, 4, 9};
enum { THREAD_COUNTS = sizeof thread_counts / sizeof thread_counts[0] };

static il_workers *pool_of(int threads) {
  il_workers *workers;
  il_error error = {0};
  assert_int_equal(il_workers_new(&workers, threads, &error), IL_OK);
  return workers;
}

static void wait_milliseconds(int milliseconds) {
  nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000L}, NULL);
}

/* Plain memory on purpose: a missing happens-before shows under ThreadSanitizer. */
typedef struct record {
  int runs[ITEMS_MAX];
  int workers[ITEMS_MAX];
  int input;
  int output[ITEMS_MAX];
  int milliseconds;
} record;

static void record_item(void *context, int item, int worker) {
  record *kept = context;
  kept->runs[item]++;
  kept->workers[item] = worker;
  kept->output[item] = kept->input * item;
  if (kept->milliseconds > 0) wait_milliseconds(kept->milliseconds);
}

static void check_record(record *kept, const il_workers *workers, int items, int times) {
  for (int i = 0; i < ITEMS_MAX; i++) {
    assert_int_equal(kept->runs[i], i < items ? times : 0);
    if (i >= items) continue;
    assert_int_equal(kept->output[i], kept->input * i);
    assert_in_range(kept->workers[i], 0, il_workers_count(workers) - 1);
  }
}

static void test_every_item_once(void **state) {
  (void)state;
  const int counts[] = {0, 1, 2, 3, 8, 25, ITEMS_MAX};
  for (int t = 0; t < THREAD_COUNTS; t++) {
    il_workers *workers = pool_of(thread_counts[t]);
    assert_int_equal(il_workers_count(workers), thread_counts[t]);
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
      record kept = {.input = 3};
      il_workers_run(workers, counts[c], record_item, &kept);
      check_record(&kept, workers, counts[c], 1);
      il_workers_run_serial(workers, counts[c], record_item, &kept);
      check_record(&kept, workers, counts[c], 2);
      for (int i = 0; i < counts[c]; i++) assert_int_equal(kept.workers[i], 0);
    }
    il_workers_free(workers);
  }
}

static void test_many_short_calls(void **state) {
  (void)state;
  enum { CALLS = 3000 };
  for (int t = 0; t < THREAD_COUNTS; t++) {
    il_workers *workers = pool_of(thread_counts[t]);
    static record kept;
    for (int call = 0; call < CALLS; call++) {
      int items = 1 + call % 7;
      kept = (record){.input = call};
      il_workers_run(workers, items, record_item, &kept);
      check_record(&kept, workers, items, 1);
    }
    il_workers_free(workers);
  }
}

/* Workers asleep at the beginning of a call, and a caller asleep at its end. */
static void test_sleepers(void **state) {
  (void)state;
  for (int t = 0; t < THREAD_COUNTS; t++) {
    il_workers *workers = pool_of(thread_counts[t]);
    for (int call = 0; call < 10; call++) {
      record kept = {.input = call, .milliseconds = call % 3};
      wait_milliseconds(1 + call % 2);
      il_workers_run(workers, 4, record_item, &kept);
      check_record(&kept, workers, 4, 1);
    }
    il_workers_free(workers);
  }
}

/* Each item waits until all have begun: only workers that run at the same time can end it. */
static void meet(void *context, int item, int worker) {
  atomic_int *begun = context;
  (void)item, (void)worker;
  atomic_fetch_add(begun, 1);
  for (int i = 0; i < 10000 && atomic_load(begun) < 3; i++) wait_milliseconds(1);
}

static void test_workers_run_at_the_same_time(void **state) {
  (void)state;
  il_workers *workers = pool_of(3);
  for (int call = 0; call < 20; call++) {
    atomic_int begun = 0;
    time_t before = time(NULL);
    il_workers_run(workers, 3, meet, &begun);
    assert_int_equal(atomic_load(&begun), 3);
    assert_true(time(NULL) - before < 10);
  }
  il_workers_free(workers);
}

/* Signals must reach the caller's thread: workers block them. */
static void check_signals(void *context, int item, int worker) {
  bool *wrong = context;
  sigset_t blocked;
  (void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
  wrong[item] = (sigismember(&blocked, SIGINT) == 1) != (worker != 0);
  wait_milliseconds(1);
}

static void test_signals_stay_with_the_caller(void **state) {
  (void)state;
  bool wrong[32] = {false};
  il_workers *workers = pool_of(2);
  il_workers_run(workers, 32, check_signals, wrong);
  for (int i = 0; i < 32; i++) assert_false(wrong[i]);
  il_workers_free(workers);
}

static void draw_item(void *context, int item, int worker) {
  float *sums = context;
  (void)worker;
  il_stream stream = il_stream_open(1, IL_PURPOSE_TRAIN_EPISODES, (uint64_t)item);
  for (int i = 0; i < 100; i++) sums[item] += il_random_normal(&stream);
}

static void test_threads_change_no_bit(void **state) {
  (void)state;
  float alone[ITEMS_MAX] = {0};
  il_workers_run_serial(NULL, ITEMS_MAX, draw_item, alone);
  for (int t = 0; t < THREAD_COUNTS; t++) {
    float together[ITEMS_MAX] = {0};
    il_workers *workers = pool_of(thread_counts[t]);
    il_workers_run(workers, ITEMS_MAX, draw_item, together);
    il_workers_free(workers);
    assert_memory_equal(alone, together, sizeof alone);
  }
}

static void test_thread_counts(void **state) {
  (void)state;
  cpu_set_t allowed, one;
  il_error error = {0};
  il_workers *workers = (il_workers *)&error;
  assert_int_equal(il_workers_new(&workers, -1, &error), IL_INVALID);
  assert_null(workers);
  assert_int_equal(il_workers_new(&workers, 1025, NULL), IL_INVALID);
  il_workers_free(NULL);

  assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  workers = pool_of(0);
  assert_int_equal(il_workers_count(workers), CPU_COUNT(&allowed));
  il_workers_free(workers);
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++) {
    if (CPU_ISSET(cpu, &allowed)) CPU_SET(cpu, &one);
  }
  assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
  workers = pool_of(0);
  assert_int_equal(il_workers_count(workers), 1);
  il_workers_free(workers);
  /* More workers than processors still finish. */
  workers = pool_of(4);
  for (int call = 0; call < 50; call++) {
    record kept = {.input = call};
    il_workers_run(workers, 16, record_item, &kept);
    check_record(&kept, workers, 16, 1);
  }
  il_workers_free(workers);
  assert_int_equal(sched_setaffinity(0, sizeof allowed, &allowed), 0);
}

static void test_pools_come_and_go(void **state) {
  (void)state;
  for (int round = 0; round < 100; round++) {
    record kept = {.input = round};
    il_workers *first = pool_of(2), *second = pool_of(3);
    il_workers_run(second, 5, record_item, &kept);
    if (round % 3) il_workers_run(first, 5, record_item, &kept);
    check_record(&kept, second, 5, 1 + (round % 3 != 0));
    il_workers_free(first);
    il_workers_free(second);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_item_once),
      cmocka_unit_test(test_many_short_calls),
      cmocka_unit_test(test_sleepers),
      cmocka_unit_test(test_workers_run_at_the_same_time),
      cmocka_unit_test(test_signals_stay_with_the_caller),
      cmocka_unit_test(test_threads_change_no_bit),
      cmocka_unit_test(test_thread_counts),
      cmocka_unit_test(test_pools_come_and_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
