#include "base/name_rule.h"

#include <stdio.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define LETTERS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static const struct {
  const char *first, *rest; /* characters at the start, and behind it */
  size_t most;              /* of them */
  const char *words;
} rules[IL_NAME_RULES] = {
    [IL_NAME_EXPERIMENT] = {LOWER DIGITS, LOWER DIGITS "-", 64, "lower-case letters, digits and `-`"},
    [IL_NAME_LABEL] = {LETTERS, LETTERS DIGITS "_-", 48, "a letter, then letters, digits, `-` and `_`"},
    [IL_NAME_ROW] = {LOWER, LOWER DIGITS "_-", 48, "a lower-case letter, then such letters, digits, `-` and `_`"},
    [IL_NAME_SET] = {LETTERS DIGITS "_", LETTERS DIGITS "_.-", 63, "letters, digits, _ . -"},
    [IL_NAME_ARRAY] = {LETTERS "_", LETTERS DIGITS "_.-", 63, "a letter or _, then letters, digits, _ . -"},
};

bool il_name_allowed(il_name_rule rule, const char *name) {
  size_t length = name ? strnlen(name, rules[rule].most + 1) : 0;
  return length > 0 && length <= rules[rule].most && strchr(rules[rule].first, name[0]) &&
         strspn(name, rules[rule].rest) == length;
}

const char *il_name_expected(char text[IL_NAME_EXPECTED], il_name_rule rule) {
  (void)snprintf(text, IL_NAME_EXPECTED, "%s, at most %zu", rules[rule].words, rules[rule].most);
  return text;
}
