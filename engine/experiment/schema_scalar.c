/* Strict scalars of the schema: whole numbers, numbers, and the names rows go by. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest_name.h"
#include "base/number_text.h"
#include "experiment/schema.h"

static size_t digits(const char *text) {
  return strspn(text, "0123456789");
}

/* Why `text` is not a plain run of digits; NULL where it is. */
static const char *not_whole(const char *text) {
  if (!*text) return "is empty";
  if (strncmp(text, "0x", 2) == 0 || strncmp(text, "0X", 2) == 0) return "is hexadecimal";
  size_t count = digits(text);
  if (text[count] == '.' && count > 0) return "is not a whole number";
  if ((text[count] == 'e' || text[count] == 'E') && count > 0) return "has an exponent";
  if (text[count] != '\0') return "is not a whole number";
  if (text[0] == '0' && count > 1) return "has a leading zero";
  return NULL;
}

int il_schema_natural(uint64_t *value, const char *text, const char **wrong) {
  *wrong = text[0] == '-' && !not_whole(text + 1) ? "is negative" : not_whole(text);
  if (*wrong) return -1;
  errno = 0;
  unsigned long long number = strtoull(text, NULL, 10);
  if (errno == ERANGE) *wrong = "does not fit into 64 bits";
  *value = number;
  return *wrong ? -1 : 0;
}

int il_schema_integer(long long *value, const char *text, const char **wrong) {
  *wrong = not_whole(text[0] == '-' ? text + 1 : text);
  if (*wrong) return -1;
  errno = 0;
  *value = strtoll(text, NULL, 10);
  if (errno == ERANGE) *wrong = "is out of range";
  return *wrong ? -1 : 0;
}

/* Why `text` (after its sign) is no decimal number; NULL where it is one. */
static const char *not_decimal(const char *text) {
  size_t whole = digits(text);
  if (strncmp(text, "0x", 2) == 0 || strncmp(text, "0X", 2) == 0) return "is hexadecimal";
  if (whole > 1 && text[0] == '0') return "has a leading zero";
  const char *rest = text + whole;
  size_t fraction = 0;
  if (*rest == '.') {
    fraction = digits(rest + 1);
    rest += 1 + fraction;
  }
  if (whole + fraction == 0) return "is not a number";
  if (*rest == ',') return "has a decimal comma";
  if (*rest == 'e' || *rest == 'E') {
    rest++;
    if (*rest == '+' || *rest == '-') rest++;
    size_t exponent = digits(rest);
    if (exponent == 0) return "has an exponent without digits";
    rest += exponent;
  }
  return *rest ? "is not a number" : NULL;
}

int il_schema_real(double *value, const char *text, const char **wrong) {
  *wrong = not_decimal(text[0] == '-' ? text + 1 : text);
  if (*wrong) return -1;
  char *end;
  double number = strtod(text, &end);
  if (*end)
    *wrong = "is not a number"; /* a locale with a decimal comma */
  else if (!isfinite(number))
    *wrong = "is too large";
  else if (number == 0 && strcspn(text, "123456789") < strcspn(text, "eE"))
    *wrong = "is too small";
  *value = number;
  return *wrong ? -1 : 0;
}

static const char *name_at(const void *context, int index) {
  return ((const char *const *)context)[index];
}

const char *il_schema_nearest(const char *name, const char *const *names) {
  int count = 0;
  while (names[count]) count++;
  for (int i = 0; i < count; i++)
    if (strcasecmp(names[i], name) == 0) return names[i];
  int index = il_nearest(name, name_at, names, count);
  return index < 0 ? NULL : names[index];
}

static const struct {
  const char *name, *one, *many;
  size_t size;
} types[] = {
    [IL_OPTION_INT] = {"integer", "a whole number", NULL, sizeof(int)},
    [IL_OPTION_SEED] = {"seed", "a whole number from 0 to 18446744073709551615", NULL, sizeof(uint64_t)},
    [IL_OPTION_REAL] = {"number", "a number", NULL, sizeof(double)},
    [IL_OPTION_BOOL] = {"boolean", "true or false", NULL, sizeof(bool)},
    [IL_OPTION_TEXT] = {"text", "text", NULL, sizeof(const char *)},
    [IL_OPTION_CHOICE] = {"choice", "one of", NULL, sizeof(int)},
    [IL_OPTION_INT_LIST] = {"list of integers", NULL, "whole numbers", sizeof(il_int_list)},
    [IL_OPTION_REAL_LIST] = {"list of numbers", NULL, "numbers", sizeof(il_real_list)},
    [IL_OPTION_TEXT_LIST] = {"list of texts", NULL, "texts", sizeof(il_text_list)},
};

size_t il_schema_size(il_option_type type) {
  return types[type].size;
}

const char *il_schema_type_name(il_option_type type) {
  return types[type].name;
}

static void append(char *text, size_t size, const char *more) {
  size_t used = strlen(text);
  snprintf(text + used, size - used, "%s", more);
}

static void append_names(char *text, size_t size, const char *const *names, const char *before) {
  for (int i = 0; names && names[i]; i++) {
    append(text, size, i ? ", " : before);
    append(text, size, names[i]);
  }
}

/* " from LOW to HIGH", " above LOW, at most HIGH", ... */
static void append_range(char *text, size_t size, const il_option *row) {
  char low[32], high[32], range[96];
  il_format_real(low, sizeof low, row->low);
  il_format_real(high, sizeof high, row->high);
  bool no_low = isinf(row->low), no_high = isinf(row->high);
  if (no_low && no_high) return;
  if (no_low)
    snprintf(range, sizeof range, " of at most %s", high);
  else if (no_high)
    snprintf(range, sizeof range, row->low_open ? " above %s" : " of at least %s", low);
  else if (row->low_open)
    snprintf(range, sizeof range, " above %s, at most %s", low, high);
  else
    snprintf(range, sizeof range, " from %s to %s", low, high);
  append(text, size, range);
}

static void list_expected(char *text, size_t size, const il_option *row) {
  int most = row->max_count > 0 && row->max_count < IL_LIST_MAX ? row->max_count : IL_LIST_MAX;
  if (row->min_count == most)
    snprintf(text, size, "a list of %d %s", most, types[row->type].many);
  else
    snprintf(text, size, "a list of %d to %d %s", row->min_count, most, types[row->type].many);
  if (row->type != IL_OPTION_TEXT_LIST) append_range(text, size, row);
}

void il_schema_expected(char *text, size_t size, const il_option *row) {
  if (types[row->type].many) {
    list_expected(text, size, row);
    return;
  }
  snprintf(text, size, "%s", types[row->type].one);
  if (row->type == IL_OPTION_INT || row->type == IL_OPTION_REAL) append_range(text, size, row);
  append_names(text, size, row->choices, row->type == IL_OPTION_CHOICE ? " " : ", or ");
}
