/* The .npy header, written and read. The reader takes the keys in any order, each exactly once, and nothing else. */
#include "formats/npy.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const struct {
  const char *text;
  size_t bytes;
} types[IL_NPZ_TYPES] = {
#define IL_NPZ_TYPE_ROW(name, descr, bytes) [IL_NPZ_##name] = {descr, bytes},
    IL_NPZ_TYPE_MAP(IL_NPZ_TYPE_ROW)
#undef IL_NPZ_TYPE_ROW
};

size_t il_npz_type_bytes(il_npz_type type) {
  return types[type].bytes;
}

const char *il_npz_type_text(il_npz_type type) {
  return types[type].text;
}

size_t il_npz_size(const il_npz_array *array) {
  size_t size = 1;
  for (int d = 0; d < array->rank; d++) size *= array->dims[d];
  return size;
}

int il_npy_bytes(const il_npz_array *array, size_t *bytes) {
  if (array->rank < 0 || array->rank > IL_NPZ_RANK) return -1;
  /* the product without the axes of length 0 must not overflow either: NumPy refuses such shapes */
  size_t product = types[array->type].bytes;
  int empty = 0;
  for (int d = 0; d < array->rank; d++) {
    if (array->dims[d] == 0) {
      empty = 1;
    } else if (__builtin_mul_overflow(product, array->dims[d], &product) || product > INT64_MAX) {
      return -1;
    }
  }
  *bytes = empty ? 0 : product;
  return 0;
}

/* "(3, 4)", "(3,)", "()" */
static int shape_text(char *text, size_t size, const il_npz_array *array) {
  int used = snprintf(text, size, "(");
  for (int d = 0; d < array->rank && (size_t)used < size; d++) {
    used += snprintf(text + used, size - (size_t)used, d ? ", %zu" : "%zu", array->dims[d]);
  }
  if ((size_t)used < size) used += snprintf(text + used, size - (size_t)used, array->rank == 1 ? ",)" : ")");
  return (size_t)used < size;
}

size_t il_npy_header(char *text, size_t size, const il_npz_array *array) {
  char shape[32 * IL_NPZ_RANK];
  enum { FIXED = 10, ALIGNMENT = 64 };
  if (size < FIXED || !shape_text(shape, sizeof shape, array)) return 0;
  int written = snprintf(text + FIXED, size - FIXED, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
                         types[array->type].text, shape);
  size_t used = FIXED + (size_t)written;
  size_t total = (used + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (written < 0 || total > size) return 0;
  memset(text + used, ' ', total - used);
  text[total - 1] = '\n';
  memcpy(text, "\x93NUMPY\x01\x00", 8);
  text[8] = (char)((total - FIXED) & 255);
  text[9] = (char)((total - FIXED) >> 8);
  return total;
}

const char *il_npy_prefix(const unsigned char *prefix, size_t read, size_t *skip, size_t *length) {
  if (read < 10 || memcmp(prefix, "\x93NUMPY", 6) != 0) return "not in .npy form";
  if (prefix[6] < 1 || prefix[6] > 3) return "an unknown version of the .npy form";
  *skip = prefix[6] == 1 ? 10 : 12;
  if (read < *skip) return "the .npy header is cut off";
  *length = (size_t)prefix[8] | (size_t)prefix[9] << 8;
  if (prefix[6] > 1) *length |= (size_t)prefix[10] << 16 | (size_t)prefix[11] << 24;
  return *length <= IL_NPY_HEADER_MAX ? NULL : "the .npy header is too long";
}

static void skip_blanks(const char **text) {
  *text += strspn(*text, " \n");
}

static int take(const char **text, const char *word) {
  skip_blanks(text);
  size_t length = strlen(word);
  if (strncmp(*text, word, length) != 0) return 0;
  *text += length;
  return 1;
}

static const char *parse_descr(il_npz_array *array, const char **text) {
  skip_blanks(text);
  for (int i = 0; i < IL_NPZ_TYPES; i++) {
    char quoted[8];
    snprintf(quoted, sizeof quoted, "'%s'", types[i].text);
    if (take(text, quoted)) {
      array->type = (il_npz_type)i;
      return NULL;
    }
  }
  return "elements are of a type that is not read; expected float64, float32, int64, int32, uint8 or bool, "
         "little-endian";
}

static const char *parse_order(il_npz_array *array, const char **text) {
  (void)array;
  if (take(text, "False")) return NULL;
  return take(text, "True") ? "the array is in Fortran order; expected C order" : "a damaged .npy header";
}

/* A dimension, at most 18 digits: below 2^63. Returns 0, or -1. */
static int parse_dimension(const char **text, size_t *value) {
  skip_blanks(text);
  int digits = 0;
  *value = 0;
  for (; isdigit((unsigned char)**text) && digits < 19; (*text)++, digits++)
    *value = *value * 10 + (size_t)(**text - '0');
  return digits >= 1 && digits <= 18 ? 0 : -1;
}

static const char *parse_shape(il_npz_array *array, const char **text) {
  if (!take(text, "(")) return "a damaged .npy header";
  array->rank = 0;
  while (!take(text, ")")) {
    if (array->rank == IL_NPZ_RANK) return "the array has too many dimensions";
    if (parse_dimension(text, &array->dims[array->rank]) != 0) return "a damaged shape in the .npy header";
    array->rank++;
    skip_blanks(text);
    if (!take(text, ",") && **text != ')') return "a damaged shape in the .npy header";
  }
  return NULL;
}

static const struct {
  const char *key;
  const char *(*parse)(il_npz_array *array, const char **text);
} keys[] = {
    {"'descr'", parse_descr},
    {"'fortran_order'", parse_order},
    {"'shape'", parse_shape},
};
enum { KEYS = sizeof keys / sizeof *keys };

/* One "key: value"; `seen` has a bit for each key. */
static const char *parse_item(il_npz_array *array, const char **text, unsigned *seen) {
  for (int i = 0; i < KEYS; i++) {
    if (!take(text, keys[i].key)) continue;
    if (*seen & 1u << i || !take(text, ":")) return "a damaged .npy header";
    *seen |= 1u << i;
    return keys[i].parse(array, text);
  }
  return "a damaged .npy header";
}

const char *il_npy_parse(il_npz_array *array, const char *dictionary) {
  const char *text = dictionary;
  unsigned seen = 0;
  if (!take(&text, "{")) return "a damaged .npy header";
  while (!take(&text, "}")) {
    const char *wrong = parse_item(array, &text, &seen);
    if (wrong) return wrong;
    skip_blanks(&text);
    if (!take(&text, ",") && *text != '}') return "a damaged .npy header";
  }
  skip_blanks(&text);
  size_t bytes;
  if (seen != (1u << KEYS) - 1 || *text != '\0') return "a damaged .npy header";
  return il_npy_bytes(array, &bytes) == 0 ? NULL : "a shape too large for memory";
}
