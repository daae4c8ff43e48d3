/* The other way round: struct -> YAML text that reads back to the same struct. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number_text.h"
#include "base/utf8.h"
#include "experiment/schema.h"
#include "formats/yaml_bytes.h"

/* Plain scalars YAML readers of any version take as text, and nothing else. */
static bool safe(const char *text) {
  static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", NULL};
  const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const char *rest = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-";
  if (!*text || !strchr(letters, *text) || text[strspn(text, rest)] != '\0') return false;
  for (int i = 0; words[i]; i++)
    if (strcasecmp(words[i], text) == 0) return false;
  return true;
}

static void print_character(FILE *file, long code, const char *bytes, size_t length) {
  bool escape = code < 0x20 || (code >= 0x7f && code <= 0xa0) || code == 0x2028 || code == 0x2029 || code == 0xfeff ||
                code == 0xfffe || code == 0xffff;
  if (code == '"' || code == '\\')
    fprintf(file, "\\%c", (int)code);
  else if (code == '\n')
    fputs("\\n", file);
  else if (code == '\t')
    fputs("\\t", file);
  else if (escape)
    fprintf(file, "\\u%04lX", code);
  else
    fwrite(bytes, 1, length, file);
}

void il_schema_print_text(FILE *file, const char *text) {
  if (safe(text)) {
    fputs(text, file);
    return;
  }
  fputc('"', file);
  for (size_t size = strlen(text), length; size > 0; text += length, size -= length) {
    long code = il_utf8_character(text, size, &length);
    if (code < 0) { /* cannot come from YAML */
      length = 1;
      fputc('?', file);
    } else {
      print_character(file, code, text, length);
    }
  }
  fputc('"', file);
}

static void print_word_or(FILE *file, const il_option *row, double value) {
  int words = 0, word = (int)(-1 - value);
  while (row->choices && row->choices[words]) words++;
  char text[40];
  il_format_real(text, sizeof text, value);
  fputs(value < 0 && value == -1 - word && word < words ? row->choices[word] : text, file);
}

static void print_int(FILE *file, const il_option *row, const void *field) {
  print_word_or(file, row, *(const int *)field);
}

static void print_seed(FILE *file, const il_option *row, const void *field) {
  (void)row;
  fprintf(file, "%llu", (unsigned long long)*(const uint64_t *)field);
}

static void print_real(FILE *file, const il_option *row, const void *field) {
  print_word_or(file, row, *(const double *)field);
}

static void print_bool(FILE *file, const il_option *row, const void *field) {
  (void)row;
  fputs(*(const bool *)field ? "true" : "false", file);
}

static void print_text(FILE *file, const il_option *row, const void *field) {
  (void)row;
  const char *text = *(const char *const *)field;
  il_schema_print_text(file, text ? text : "");
}

static void print_choice(FILE *file, const il_option *row, const void *field) {
  fputs(row->choices[*(const int *)field], file);
}

static void print_int_list(FILE *file, const il_option *row, const void *field) {
  (void)row;
  const il_int_list *list = field;
  for (int i = 0; i < list->count; i++) fprintf(file, "%s%d", i ? ", " : "", list->at[i]);
}

static void print_real_list(FILE *file, const il_option *row, const void *field) {
  (void)row;
  const il_real_list *list = field;
  char text[40];
  for (int i = 0; i < list->count; i++) {
    il_format_real(text, sizeof text, list->at[i]);
    fprintf(file, "%s%s", i ? ", " : "", text);
  }
}

static void print_text_list(FILE *file, const il_option *row, const void *field) {
  (void)row;
  const il_text_list *list = field;
  for (int i = 0; i < list->count; i++) {
    if (i) fputs(", ", file);
    il_schema_print_text(file, list->at[i]);
  }
}

typedef void (*print_function)(FILE *file, const il_option *row, const void *field);

static const struct {
  print_function print;
  bool list;
} printers[] = {
    [IL_OPTION_INT] = {print_int, false},
    [IL_OPTION_SEED] = {print_seed, false},
    [IL_OPTION_REAL] = {print_real, false},
    [IL_OPTION_BOOL] = {print_bool, false},
    [IL_OPTION_TEXT] = {print_text, false},
    [IL_OPTION_CHOICE] = {print_choice, false},
    [IL_OPTION_INT_LIST] = {print_int_list, true},
    [IL_OPTION_REAL_LIST] = {print_real_list, true},
    [IL_OPTION_TEXT_LIST] = {print_text_list, true},
};

void il_schema_print_value(FILE *file, const il_option *row, const void *target) {
  bool list = printers[row->type].list;
  if (list) fputc('[', file);
  printers[row->type].print(file, row, (const char *)target + row->offset);
  if (list) fputc(']', file);
}

void il_schema_print(FILE *file, const il_options *options, const void *target, const char *indent) {
  il_schema_item item;
  for (int i = 0; il_schema_at(&item, options, i); i++) {
    if (!il_schema_applies(&item, target)) continue;
    fprintf(file, "%s%s: ", indent, item.row->name);
    il_schema_print_value(file, item.row, target);
    fputc('\n', file);
  }
}

int il_schema_value(char *text, size_t size, const il_options *options, const void *target, const char *name) {
  const il_option *row = il_schema_find(options, target, name, NULL);
  return row ? il_schema_row_value(text, size, row, target) : -1;
}

int il_schema_row_value(char *text, size_t size, const il_option *row, const void *target) {
  if (size == 0) return -1;
  char *buffer = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&buffer, &length);
  if (!file) return -1;
  il_schema_print_value(file, row, target);
  int failed = fclose(file);
  if (!failed) snprintf(text, size, "%s", buffer);
  free(buffer);
  return failed ? -1 : 0;
}

/* All rows as text, to be freed; NULL: out of memory. */
static char *printed(const il_options *options, const void *target) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  if (!file) return NULL;
  il_schema_print(file, options, target, "");
  if (fclose(file) == 0) return text;
  free(text);
  return NULL;
}

bool il_schema_equal(const il_options *options, const void *a, const void *b) {
  char *text_a = printed(options, a), *text_b = printed(options, b);
  bool equal = text_a && text_b && strcmp(text_a, text_b) == 0;
  free(text_a);
  free(text_b);
  return equal;
}
