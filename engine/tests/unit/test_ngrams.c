/* covers: tasks; precision: float double */
/* Hashed n-grams against a slow way to the same: every run of characters cut out and hashed on its own, in double. */
#include "cmocka_all.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tasks/ngrams.h"

/* FNV-1a as its authors publish it. */
static uint32_t fnv(const char *text, size_t size) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < size; i++) {
    hash ^= (uint8_t)text[i];
    hash *= 16777619u;
  }
  return hash;
}

static void slow_counts(double *x, const char *text) {
  size_t starts[4096], count = 0, size = strlen(text), length;
  for (size_t at = 0; at < size; at += length) {
    assert_true(il_utf8_character(text + at, size - at, &length) >= 0);
    starts[count++] = at;
  }
  starts[count] = size;
  for (int i = 0; i < 1024; i++) x[i] = 0;
  for (size_t run = 1; run <= 3; run++)
    for (size_t i = 0; i + run <= count; i++) {
      uint32_t hash = fnv(text + starts[i], starts[i + run] - starts[i]);
      x[(hash ^ (hash >> 15)) & 1023] += 1;
    }
}

static const char *const texts[] = {" ",
                                    "a",
                                    " de ",
                                    " la déclaration des droits de l'homme ",
                                    " ŋɔŋə ụ́ ǟ ",
                                    " 世界人権宣言 ",
                                    " \xf0\x9f\x98\x80 \xf0\x9f\x98\x80 ",
                                    ""};
enum { TEXTS = sizeof texts / sizeof *texts };

static void test_published_hashes(void **state) {
  (void)state;
  assert_int_equal(fnv("", 0), 0x811c9dc5u);
  assert_int_equal(fnv("a", 1), 0xe40c292cu);
  assert_int_equal(fnv("foobar", 6), 0xbf9cf968u);
}

static void test_slow_way_agrees(void **state) {
  (void)state;
  il_ngrams count, unit;
  il_ngrams_start(&count, IL_NGRAM_COUNT);
  il_ngrams_start(&unit, IL_NGRAM_LOG_UNIT);
  for (int t = 0; t < TEXTS; t++) {
    double slow[1024], squares = 0;
    real fast[1024];
    slow_counts(slow, texts[t]);
    memset(fast, 0x5a, sizeof fast);
    il_ngrams_write(fast, &count, texts[t], strlen(texts[t]));
    for (int i = 0; i < 1024; i++) {
      assert_true((double)fast[i] == slow[i]);
      squares += log1p(slow[i]) * log1p(slow[i]);
    }
    il_ngrams_write(fast, &unit, texts[t], strlen(texts[t]));
    for (int i = 0; i < 1024; i++) {
      double expected = squares > 0 ? log1p(slow[i]) / sqrt(squares) : 0;
      assert_true(fabs((double)fast[i] - expected) < 1e-6);
    }
  }
}

/* More of one run than the table of logarithms has. */
static void test_many(void **state) {
  (void)state;
  char text[2000];
  double slow[1024];
  real fast[1024];
  il_ngrams unit;
  il_ngrams_start(&unit, IL_NGRAM_LOG_UNIT);
  memset(text, 'a', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  slow_counts(slow, text);
  il_ngrams_write(fast, &unit, text, sizeof text - 1);
  double squares = 0;
  for (int i = 0; i < 1024; i++) squares += log1p(slow[i]) * log1p(slow[i]);
  for (int i = 0; i < 1024; i++) assert_true(fabs((double)fast[i] - log1p(slow[i]) / sqrt(squares)) < 1e-6);
}

/* What is no UTF-8 is read to its end and no further. */
static void test_no_text(void **state) {
  (void)state;
  static const char bytes[] = {(char)0xff, (char)0x80, (char)0xe4, (char)0xc3};
  real x[1024];
  il_ngrams count;
  il_ngrams_start(&count, IL_NGRAM_COUNT);
  for (size_t size = 0; size <= sizeof bytes; size++) {
    char *exact = malloc(size ? size : 1); /* the sanitizer sees its end */
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    il_ngrams_write(x, &count, exact, size);
    double sum = 0;
    for (int i = 0; i < 1024; i++) sum += (double)x[i];
    assert_true(sum <= 3 * (double)size && (sum > 0) == (size > 0));
    free(exact);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_published_hashes), cmocka_unit_test(test_slow_way_agrees),
                                     cmocka_unit_test(test_many), cmocka_unit_test(test_no_text)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
