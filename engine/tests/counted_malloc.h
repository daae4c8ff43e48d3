/* The C library's malloc with a counter in front: allocations can be counted and made to fail one by one ("brutal
 * allocation"). Include it once per test program, after <cmocka.h>. It cannot stand beside a sanitizer's own malloc:
 * such a test is empty there (IL_COUNTED_MALLOC is 0). */
#ifndef INNERLOOP_TESTS_COUNTED_MALLOC_H
#define INNERLOOP_TESTS_COUNTED_MALLOC_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "innerloop/status.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define IL_COUNTED_MALLOC 0
#else
#define IL_COUNTED_MALLOC 1

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *piece);

/* Tests only: calls until one fails (negative: none does), calls seen, pieces not yet released. */
static atomic_int fail_after = -1, calls, live;
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

#endif

#endif
