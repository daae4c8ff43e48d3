/* Brutal allocation: the n-th allocation fails for n = 0, 1, 2, ... until all succeed; nothing may leak or crash, and
 * the error must say so. The program's own malloc stands in front of the C library's, so it is left out under
 * sanitizers, which do the same. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "cmocka_all.h"

#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "innerloop/arena.h"
#include "innerloop/parallel.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)

int main(void) {
  return 77;
}

#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *piece);

/* Tests only: calls until one fails (negative: none does), calls seen, pieces not yet released. */
static atomic_int fail_after = -1, calls, live, threads_fail_after = -1;
static atomic_bool watching;

static bool refused(void) {
  if (!atomic_load(&watching)) return false;
  atomic_fetch_add(&calls, 1);
  if (atomic_load(&fail_after) < 0 || atomic_fetch_sub(&fail_after, 1) > 0) return false;
  atomic_store(&fail_after, -1);
  errno = ENOMEM;
  return true;
}

static void *count(void *piece) {
  if (piece != NULL && atomic_load(&watching)) atomic_fetch_add(&live, 1);
  return piece;
}

void *malloc(size_t size) {
  return refused() ? NULL : count(__libc_malloc(size));
}
void *calloc(size_t number, size_t size) {
  return refused() ? NULL : count(__libc_calloc(number, size));
}
void *aligned_alloc(size_t alignment, size_t size) {
  return refused() ? NULL : count(__libc_memalign(alignment, size));
}
void *realloc(void *old, size_t size) {
  if (old == NULL) return malloc(size);
  return refused() ? NULL : __libc_realloc(old, size);
}
void free(void *piece) {
  if (piece != NULL && atomic_load(&watching)) atomic_fetch_sub(&live, 1);
  __libc_free(piece);
}

typedef int (*create_thread)(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                             void *argument);
static create_thread real_create;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
  if (atomic_load(&threads_fail_after) >= 0 && atomic_fetch_sub(&threads_fail_after, 1) == 0) return EAGAIN;
  return real_create(thread, attributes, start, argument);
}

/* One run of `work` whose n-th allocation fails. Returns whether there was an n-th. */
static bool fail_at(int n, il_status (*work)(il_error *error), il_error *error) {
  il_error_clear(error);
  atomic_store(&calls, 0);
  atomic_store(&live, 0);
  atomic_store(&fail_after, n);
  atomic_store(&watching, true);
  il_status status = work(error);
  atomic_store(&watching, false);
  assert_int_equal(status, error->status);
  return atomic_exchange(&fail_after, -1) < 0;
}

/* Runs `work` with every allocation failing in turn. forgiving: it calls a library that may do without an allocation,
 * and that keeps what it allocated to record its first failure. */
static void fail_everywhere(il_status (*work)(il_error *error), bool forgiving) {
  static il_error error;               /* off the stack of a test that a failed assertion leaves */
  assert_int_equal(work(NULL), IL_OK); /* whatever libraries allocate once */
  if (forgiving) fail_at(0, work, &error);
  for (int n = 0; n < 1000; n++) {
    bool reached = fail_at(n, work, &error);
    assert_int_equal(atomic_load(&live), 0);
    if (!reached) {
      assert_int_equal(error.status, IL_OK);
      assert_true(n > 0);
      return;
    }
    if (forgiving && error.status == IL_OK) continue;
    assert_int_equal(error.status, IL_MEMORY);
    assert_non_null(strstr(error.message, "out of memory"));
  }
  fail_msg("no end after 1000 failures");
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
  il_pool *pool;
  il_status status = il_pool_new(&pool, 1, error);
  if (status != IL_OK) return status;
  il_pool_run(pool, 4, add_item, runs);
  il_pool_free(pool);
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
    il_pool *pool;
    atomic_store(&threads_fail_after, n);
    il_status status = il_pool_new(&pool, 4, &error);
    atomic_store(&threads_fail_after, -1);
    assert_int_equal(status, n < 3 ? IL_MEMORY : IL_OK);
    if (n < 3) assert_null(pool);
    il_pool_free(pool);
  }
}

static void test_running_allocates_nothing(void **state) {
  (void)state;
  il_pool *pool;
  int runs[25] = {0};
  assert_int_equal(il_pool_new(&pool, 3, NULL), IL_OK);
  il_pool_run(pool, 25, add_item, runs);
  atomic_store(&calls, 0);
  atomic_store(&watching, true);
  for (int i = 0; i < 1000; i++) il_pool_run(pool, 25, add_item, runs);
  atomic_store(&watching, false);
  assert_int_equal(atomic_load(&calls), 0);
  assert_int_equal(runs[24], 1001);
  il_pool_free(pool);
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
