/* Set-up and tear-down of test groups that work in one arena: *state. */
#ifndef INNERLOOP_TESTS_ARENA_FIXTURE_H
#define INNERLOOP_TESTS_ARENA_FIXTURE_H

#include "cmocka_all.h"

#include "innerloop/arena.h"

static inline int arena_setup(void **state) {
  return (*state = il_arena_new()) ? 0 : -1;
}

static inline int arena_teardown(void **state) {
  il_arena_free(*state);
  return 0;
}

#endif
