/* covers: base */
/* The reader of golden vectors refuses what generate.py would never write. */
#include "cmocka_all.h"

#include "golden.h"

static void test_reader_is_strict(void **state) {
  (void)state;
  static const char *const good[] = {"", "# only a comment\n", "x 0\n1\n", "a 2 1 2\n1\n# between\n-2e3\n",
                                     "x 0\n1 y 0\n2\n"};
  static const char *const bad[] = {"x\n1\n",
                                    "x 1\n1\n",
                                    "x 1 2\n1\n",
                                    "x 0\nnan\n",
                                    "x 0\n1e999\n",
                                    "x 0\n1x\n",
                                    "x 0\n1 2\n",
                                    "x 5 1 1 1 1 1\n1\n",
                                    "x 1 0\n",
                                    "x 1 -1\n1\n",
                                    "x 1 1.5\n1\n",
                                    "x 0\n1\nx 0\n2\n",
                                    "x 2 1000000 1000000\n1\n",
                                    "1 0\n1\n",
                                    "x 1 2 3\n1 2\n"};
  golden file = {0};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_null(golden_parse(&file, good[i]));
    golden_free(&file);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_non_null(golden_parse(&file, bad[i]));
    assert_int_equal(file.count, 0);
  }
  const double a[2] = {3, 4}, nan_vector[2] = {NAN, 4};
  assert_true(golden_distance(nan_vector, a, 2) > 1e300);
  assert_true(golden_distance(a, nan_vector, 2) > 1e300);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_reader_is_strict)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
