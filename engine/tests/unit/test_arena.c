/* covers: base */
/* Arena: alignment, zeroing, disjoint pieces, overflow, and poisoned tails under AddressSanitizer. */
#include "cmocka_all.h"

#include <stdint.h>
#include <string.h>

#include "innerloop/arena.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

/* Sizes around alignment, block and huge-page borders. */
static const size_t sizes[] = {1,     63,    64,      65,      4096,    16319,   16320,         16384,
                               16385, 65536, 2097087, 2097088, 2097152, 2097153, (6 << 20) + 1, 3};
enum { SIZES = sizeof sizes / sizeof sizes[0], ROUNDS = 3, PIECES = SIZES * ROUNDS };

static void check_pieces(void) {
  il_arena *arena = il_arena_new();
  unsigned char *pieces[PIECES];
  size_t used = 0;
  assert_non_null(arena);
  for (int i = 0; i < PIECES; i++) {
    size_t size = sizes[i % SIZES];
    pieces[i] = il_arena_get(arena, size, 1);
    assert_non_null(pieces[i]);
    assert_int_equal((uintptr_t)pieces[i] % 64, 0);
    for (size_t j = 0; j < size; j++) assert_int_equal(pieces[i][j], 0);
    memset(pieces[i], i + 1, size);
    used += (size + 63) / 64 * 64;
    assert_int_equal(il_arena_used(arena), used);
  }
  for (int i = 0; i < PIECES; i++) {
    for (size_t j = 0; j < sizes[i % SIZES]; j++) assert_int_equal(pieces[i][j], i + 1);
  }
  il_arena_free(arena);
}

static void test_pieces_are_aligned_zero_and_disjoint(void **state) {
  (void)state;
  check_pieces();
  check_pieces(); /* memory that was used before */
}

static void test_overflow_and_nothing(void **state) {
  (void)state;
  il_arena *arena = il_arena_new();
  assert_null(il_arena_get(arena, SIZE_MAX, 2));
  assert_null(il_arena_get(arena, SIZE_MAX / 2 + 1, 2));
  for (size_t less = 0; less < 300; less++) assert_null(il_arena_get(arena, SIZE_MAX - less, 1));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they stop the program instead */
  assert_null(il_arena_get(arena, SIZE_MAX / 4, 1));
#endif
  assert_int_equal(il_arena_used(arena), 0);
  char *first = il_arena_get(arena, 0, 8), *second = il_arena_get(arena, 8, 0);
  assert_non_null(first);
  assert_non_null(second);
  assert_ptr_not_equal(first, second);
  il_arena_free(arena);
  il_arena_free(NULL);
}

static void test_text(void **state) {
  (void)state;
  il_arena *arena = il_arena_new();
  char source[] = "theta";
  char *copy = il_arena_text(arena, source);
  source[0] = 'X';
  assert_string_equal(copy, "theta");
  assert_string_equal(il_arena_text(arena, ""), "");
  assert_string_equal(il_arena_format(arena, "%s-%03d", "run", 7), "run-007");
  char *wide = il_arena_format(arena, "%100000d", 1);
  assert_int_equal(strlen(wide), 100000);
  il_arena_free(arena);
}

static void test_tails_are_poisoned(void **state) {
  (void)state;
#ifdef __SANITIZE_ADDRESS__
  il_arena *arena = il_arena_new();
  for (int i = 0; i < SIZES; i++) {
    char *piece = il_arena_get(arena, sizes[i], 1);
    assert_null(__asan_region_is_poisoned(piece, sizes[i]));
    for (int beyond = 0; beyond < 64; beyond++) assert_true(__asan_address_is_poisoned(piece + sizes[i] + beyond));
  }
  assert_true(__asan_address_is_poisoned(il_arena_get(arena, 0, 1)));
  il_arena_free(arena);
#else
  skip();
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pieces_are_aligned_zero_and_disjoint),
      cmocka_unit_test(test_overflow_and_nothing),
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_tails_are_poisoned),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
