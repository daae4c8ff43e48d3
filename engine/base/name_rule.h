/* What names may look like: ASCII only, a rule for every sort of name. */
#ifndef INNERLOOP_BASE_NAME_RULE_H
#define INNERLOOP_BASE_NAME_RULE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum il_name_rule {
  IL_NAME_EXPERIMENT, /* names a folder of results; so does that of a table of experiments */
  IL_NAME_LABEL,      /* an entry of `algorithms` or `evaluators` */
  IL_NAME_ROW,        /* algorithms, suites, models and their options */
  IL_NAME_SET,        /* data sets, which name files */
  IL_NAME_ARRAY,      /* arrays in an .npz file */
  IL_NAME_RULES
} il_name_rule;

enum { IL_NAME_EXPECTED = 96 };

/* Whether `name` (NULL: no) obeys the rule. It need not end where it is too long. */
bool il_name_allowed(il_name_rule rule, const char *name);

/* The rule in words, for messages, in `text`: "lower-case letters, digits and `-`, at most 64". Returns `text`. */
const char *il_name_expected(char text[IL_NAME_EXPECTED], il_name_rule rule);

#endif
