/* covers: base */
/* Brutal allocation: the n-th allocation fails for n = 0, 1, 2, ... until all succeed; nothing may leak or crash, and
 * the error must say so. The program's own malloc stands in front of the C library's, so it is left out under
 * sanitizers, which do the same. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "cmocka_all.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <pthread.h>

#include "base/hash.h"
#include "counted_malloc.h"
#include "innerloop/arena.h"
#include "innerloop/parallel.h"

#if !IL_COUNTED_MALLOC

int main(void) {
  return 77;
}

#else

typedef int (*create_thread)(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                             void *argument);
static create_thread real_create;
static atomic_int threads_fail_after = -1; /* creations until one fails; negative: none does */

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
  if (atomic_load(&threads_fail_after) >= 0 && atomic_fetch_sub(&threads_fail_after, 1) == 0) return EAGAIN;
  return real_create(thread, attributes, start, argument);
}

static il_status fill_arena(il_error *error) {
  static const size_t sizes[] = {10, 100000, 64, 3 << 20, 5 << 20, 1000, 17000};
  il_arena *arena = il_arena_new();
  if (arena == NULL) return il_fail_memory(error, "an arena", 1);
  il_status status = IL_OK;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && status == IL_OK; i++) {
    char *piece = il_arena_get(arena, sizes[i], 1);
    if (piece == NULL)
      status = il_fail_memory(error, "a piece", sizes[i]);
    else
      piece[sizes[i] - 1] = 1;
  }
  if (status == IL_OK && il_arena_format(arena, "%99999d", 5) == NULL) status = il_fail_memory(error, "text", 99999);
  il_arena_free(arena);
  return status;
}

static void test_arena(void **state) {
  (void)state;
  fail_everywhere(fill_arena, false);
}

static il_status digest(il_error *error) {
  char text[IL_DIGEST_TEXT];
  il_status status = il_hash_bytes(text, "abc", 3, error);
  ERR_clear_error();
  if (status != IL_OK || strncmp(text, "ba7816bf8f01cfea", 16) == 0) return status;
  return il_fail(error, IL_DATA, "a wrong digest: %s", text);
}

static void test_hash(void **state) {
  (void)state;
  fail_everywhere(digest, true);
}

static void add_item(void *context, int item, int worker) {
  (void)worker;
  ((int *)context)[item]++;
}

/* One thread: the C library's own memory for threads is cached, not released. */
static il_status lonely_pool(il_error *error) {
  int runs[4] = {0};
  il_workers *workers;
  il_status status = il_workers_new(&workers, 1, error);
  if (status != IL_OK) return status;
  il_workers_run(workers, 4, add_item, runs);
  il_workers_free(workers);
  return IL_OK;
}

static void test_pool(void **state) {
  (void)state;
  fail_everywhere(lonely_pool, false);
}

static void test_threads_that_do_not_start(void **state) {
  (void)state;
  for (int n = 0; n < 4; n++) {
    il_error error = {0};
    il_workers *workers;
    atomic_store(&threads_fail_after, n);
    il_status status = il_workers_new(&workers, 4, &error);
    atomic_store(&threads_fail_after, -1);
    assert_int_equal(status, n < 3 ? IL_MEMORY : IL_OK);
    if (n < 3) assert_null(workers);
    il_workers_free(workers);
  }
}

static void test_running_allocates_nothing(void **state) {
  (void)state;
  il_workers *workers;
  int runs[25] = {0};
  assert_int_equal(il_workers_new(&workers, 3, NULL), IL_OK);
  il_workers_run(workers, 25, add_item, runs);
  atomic_store(&calls, 0);
  atomic_store(&watching, true);
  for (int i = 0; i < 1000; i++) il_workers_run(workers, 25, add_item, runs);
  atomic_store(&watching, false);
  assert_int_equal(atomic_load(&calls), 0);
  assert_int_equal(runs[24], 1001);
  il_workers_free(workers);
}

int main(void) {
  *(void **)&real_create = dlsym(RTLD_NEXT, "pthread_create");
  if (real_create == NULL) return 77;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_arena),
      cmocka_unit_test(test_hash),
      cmocka_unit_test(test_pool),
      cmocka_unit_test(test_threads_that_do_not_start),
      cmocka_unit_test(test_running_allocates_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
