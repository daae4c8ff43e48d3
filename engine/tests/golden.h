/* Reads the golden vectors of engine/tests/golden (generate.py writes them): named arrays in plain text. Strict:
 * anything but '#' comments, `name rank d0 d1 ...` lines and the right number of finite values is an error. */
#ifndef INNERLOOP_TESTS_GOLDEN_H
#define INNERLOOP_TESTS_GOLDEN_H

#include "cmocka_all.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GOLDEN_ARRAYS = 256, GOLDEN_NAME = 64, GOLDEN_RANK = 4, GOLDEN_SIZE = 1 << 20, GOLDEN_BYTES = 1 << 20 };

typedef struct golden_array {
  char name[GOLDEN_NAME];
  int rank, dims[GOLDEN_RANK];
  size_t size;    /* product of dims, 1 for a scalar */
  double *values; /* [size], row-major, owned */
} golden_array;

typedef struct golden {
  int count;
  golden_array at[GOLDEN_ARRAYS];
} golden;

static inline void golden_free(golden *file) {
  for (int i = 0; i < file->count; i++) free(file->at[i].values);
  file->count = 0;
}

static inline const golden_array *golden_find(const golden *file, const char *name) {
  for (int i = 0; i < file->count; i++) {
    if (strcmp(file->at[i].name, name) == 0) return &file->at[i];
  }
  return NULL;
}

/* The next word of *text on any line, comments skipped; *length 0 at the end. A comment begins a line. */
static inline const char *golden_word(const char **text, size_t *length) {
  const char *at = *text;
  for (;;) {
    at += strspn(at, " \n");
    if (*at != '#') break;
    at += strcspn(at, "\n");
  }
  *length = strcspn(at, " \n");
  *text = at + *length;
  return at;
}

/* A number that fills its word. Returns 0, or -1. */
static inline int golden_number(const char **text, double *value) {
  size_t length;
  const char *word = golden_word(text, &length);
  char *end;
  if (length == 0) return -1;
  *value = strtod(word, &end);
  return end == word + length && isfinite(*value) ? 0 : -1;
}

/* A whole number in [0, limit] on the same line. Returns it, or -1. */
static inline int golden_integer(const char **text, int limit) {
  if (**text != ' ' || !isdigit((unsigned char)(*text)[1])) return -1;
  double value;
  if (golden_number(text, &value) != 0 || value < 0 || value > limit || value != floor(value)) return -1;
  return (int)value;
}

/* Name, rank and dimensions. Returns NULL, or what is wrong. */
static inline const char *golden_header(const char **text, golden_array *array, const char *word, size_t length) {
  if (length >= GOLDEN_NAME || !isalpha((unsigned char)*word)) return "a name was expected";
  memcpy(array->name, word, length);
  array->name[length] = '\0';
  array->rank = golden_integer(text, GOLDEN_RANK);
  if (array->rank < 0) return "a rank was expected";
  array->size = 1;
  for (int d = 0; d < array->rank; d++) {
    array->dims[d] = golden_integer(text, GOLDEN_SIZE);
    if (array->dims[d] < 1) return "a dimension was expected";
    array->size *= (size_t)array->dims[d];
    if (array->size > GOLDEN_SIZE) return "too many values";
  }
  return **text == '\n' ? NULL : "a line end was expected after the dimensions";
}

/* One array. Returns NULL, or what is wrong; *done at the end of the text. */
static inline const char *golden_next(const char **text, golden *file, int *done) {
  size_t length;
  const char *word = golden_word(text, &length);
  *done = length == 0;
  if (*done) return NULL;
  if (file->count == GOLDEN_ARRAYS) return "too many arrays";
  golden_array array = {.size = 0};
  const char *wrong = golden_header(text, &array, word, length);
  if (wrong) return wrong;
  if (golden_find(file, array.name)) return "a name stands twice";
  array.values = calloc(array.size, sizeof *array.values);
  if (!array.values) return "out of memory";
  file->at[file->count++] = array;
  for (size_t i = 0; i < array.size; i++) {
    if (golden_number(text, &array.values[i]) != 0) return "a finite number was expected";
  }
  return NULL;
}

/* Adds the arrays of a text to *file (all zero at first). Returns NULL, or what is wrong (then *file is empty). */
static inline const char *golden_parse(golden *file, const char *text) {
  const char *wrong = NULL;
  int done = 0;
  while (!wrong && !done) wrong = golden_next(&text, file, &done);
  if (wrong) golden_free(file);
  return wrong;
}

/* The same from a file; release with golden_free. */
static inline const char *golden_read(golden *file, const char *path) {
  FILE *stream = fopen(path, "rb");
  if (!stream) return "cannot open the file";
  char *text = malloc(GOLDEN_BYTES + 1);
  const char *wrong = text ? NULL : "out of memory";
  size_t length = text ? fread(text, 1, GOLDEN_BYTES, stream) : 0;
  if (!wrong && ferror(stream)) wrong = "cannot read the file";
  if (!wrong && (length == 0 || length == GOLDEN_BYTES)) wrong = "the file is empty or too long";
  if (!wrong && text[length - 1] != '\n') wrong = "the last line is cut off";
  fclose(stream);
  if (!wrong) {
    text[length] = '\0';
    wrong = strlen(text) == length ? golden_parse(file, text) : "the file holds a 0 byte";
  }
  free(text);
  return wrong;
}

/* golden/`name`.txt of the source tree, or a failed test. */
static inline void golden_load(golden *file, const char *name) {
  const char *source = getenv("IL_SOURCE_DIR");
  char path[4096];
  snprintf(path, sizeof path, "%s/engine/tests/golden/%s.txt", source ? source : ".", name);
  const char *wrong = golden_read(file, path);
  if (wrong) fail_msg("%s: %s", path, wrong);
}

/* || a - b || / || b ||, Euclidean, or the absolute norm where b is 0; NaN anywhere gives infinity. */
static inline double golden_distance(const double *a, const double *b, size_t size) {
  double difference = 0, norm = 0;
  for (size_t i = 0; i < size; i++) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    norm += b[i] * b[i];
  }
  double distance = norm > 0 ? sqrt(difference / norm) : sqrt(difference);
  return isfinite(distance) ? distance : INFINITY;
}

#endif
