/* covers: base */
/* Errors: the first wins, one line only, exit statuses of the contract. */
#include "cmocka_all.h"

#include <string.h>

#include "innerloop/status.h"

static void test_first_error_wins(void **state) {
  (void)state;
  il_error error = {0};
  assert_int_equal(il_fail(&error, IL_IO, "read %d of %s", 3, "x"), IL_IO);
  assert_string_equal(error.message, "read 3 of x");
  assert_int_equal(il_fail(&error, IL_DATA, "later"), IL_DATA);
  assert_int_equal(error.status, IL_IO);
  assert_string_equal(error.message, "read 3 of x");
  il_error_clear(&error);
  assert_int_equal(error.status, IL_OK);
  assert_string_equal(error.message, "");
  assert_int_equal(il_fail_memory(&error, "a graph", 64), IL_MEMORY);
  assert_string_equal(error.message, "out of memory (64 bytes for a graph)");
}

static void test_option(void **state) {
  (void)state;
  il_error cause = {0}, section = {0}, whole = {0};
  assert_int_equal(il_fail_about(&cause, "ways", IL_DATA, "%d ways", 5), IL_DATA);
  assert_string_equal(cause.about, "ways");
  assert_int_equal(il_fail_of(&section, "suite", "suite", "glyphs", &cause), IL_DATA);
  assert_string_equal(section.message, "suite `glyphs`: 5 ways");
  assert_string_equal(section.about, "suite.ways");
  il_fail_of(&whole, "option", "algorithm", "maml", &section); /* a path stays what it is */
  assert_string_equal(whole.about, "suite.ways");
  il_error_clear(&cause);
  il_error_clear(&whole);
  assert_string_equal(cause.about, "");
  il_fail(&cause, IL_INVALID, "x");
  il_fail_of(&whole, "model", "model", "mlp", &cause);
  assert_string_equal(whole.about, "model.");
}

static void test_one_line(void **state) {
  (void)state;
  il_error error = {0};
  il_fail(&error, IL_INVALID, "%s", "a\nb\x1b[31m\tc\x7f \xc3\xa4");
  assert_string_equal(error.message, "a?b?[31m?c? \xc3\xa4");
}

static void test_long_message_is_cut(void **state) {
  (void)state;
  char text[3 * IL_MESSAGE_SIZE];
  il_error error = {0};
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  il_fail(&error, IL_INVALID, "%s", text);
  assert_int_equal(strlen(error.message), IL_MESSAGE_SIZE - 1);
}

static void test_null_error(void **state) {
  (void)state;
  assert_int_equal(il_fail(NULL, IL_IO, "x"), IL_IO);
  il_error_clear(NULL);
}

static void test_exit_statuses(void **state) {
  (void)state;
  static const struct {
    il_status status;
    int exit_status;
    const char *name;
  } rows[] = {{IL_OK, 0, "OK"},     {IL_NEGATIVE, 1, "NEGATIVE"}, {IL_INVALID, 2, "INVALID"},          {IL_IO, 3, "IO"},
              {IL_DATA, 3, "DATA"}, {IL_MEMORY, 3, "MEMORY"},     {IL_INTERRUPTED, 130, "INTERRUPTED"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_int_equal(il_status_exit(rows[i].status), rows[i].exit_status);
    assert_string_equal(il_status_name(rows[i].status), rows[i].name);
  }
  assert_int_equal(il_status_exit((il_status)99), 3);
  assert_string_equal(il_status_name((il_status)-1), "UNKNOWN");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_first_error_wins), cmocka_unit_test(test_option),
      cmocka_unit_test(test_one_line),         cmocka_unit_test(test_long_message_is_cut),
      cmocka_unit_test(test_null_error),       cmocka_unit_test(test_exit_statuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
