/* covers: base */
/* Names: every rule against the regular expression of its words, for all short texts and at the longest length. */
#include "cmocka_all.h"

#include <regex.h>
#include <string.h>

#include "base/name_rule.h"

static const struct {
  il_name_rule rule;
  const char *pattern, *words;
  size_t most;
} rows[IL_NAME_RULES] = {
    {IL_NAME_EXPERIMENT, "^[a-z0-9][a-z0-9-]*$", "lower-case letters, digits and `-`, at most 64", 64},
    {IL_NAME_LABEL, "^[A-Za-z][A-Za-z0-9_-]*$", "a letter, then letters, digits, `-` and `_`, at most 48", 48},
    {IL_NAME_ROW, "^[a-z][a-z0-9_-]*$", "a lower-case letter, then such letters, digits, `-` and `_`, at most 48", 48},
    {IL_NAME_SET, "^[A-Za-z0-9_][A-Za-z0-9_.-]*$", "letters, digits, _ . -, at most 63", 63},
    {IL_NAME_ARRAY, "^[A-Za-z_][A-Za-z0-9_.-]*$", "a letter or _, then letters, digits, _ . -, at most 63", 63},
};

static void as_the_patterns_have_it(void **state) {
  (void)state;
  for (int i = 0; i < IL_NAME_RULES; i++) {
    regex_t pattern;
    assert_int_equal(regcomp(&pattern, rows[i].pattern, REG_EXTENDED | REG_NOSUB), 0);
    for (int code = 0; code < 256 * 256; code++) { /* also the empty text, and those of one character */
      const char name[] = {(char)(code & 255), (char)(code >> 8), '\0'};
      bool expected = regexec(&pattern, name, 0, NULL, 0) == 0;
      if (il_name_allowed(rows[i].rule, name) != expected) fail_msg("rule %d: %02x %02x", i, code & 255, code >> 8);
    }
    regfree(&pattern);
  }
}

static void lengths_and_words(void **state) {
  (void)state;
  char text[IL_NAME_EXPECTED], name[128];
  for (int i = 0; i < IL_NAME_RULES; i++) {
    memset(name, 'a', sizeof name); /* no end: a name in a field that it fills */
    assert_false(il_name_allowed(rows[i].rule, name));
    name[rows[i].most] = '\0';
    assert_true(il_name_allowed(rows[i].rule, name));
    assert_false(il_name_allowed(rows[i].rule, NULL));
    assert_string_equal(il_name_expected(text, rows[i].rule), rows[i].words);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_the_patterns_have_it), cmocka_unit_test(lengths_and_words)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
