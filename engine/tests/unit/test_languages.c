/* covers: tasks; precision: float double */
/* Procedural languages: float and double draw the same bits. */
#include "suite_images.h"

#include "base/utf8.h"
#include "tasks/phonology.h"

extern const il_suite il_suite_languages;

static void test_contract(void **state) {
  (void)state;
  static const char *const twenty[] = {"ways", "20", NULL};
  static const char *const bounded[] = {"classes", "[7, 5, 6]", "words", "1", "weighting", "count", NULL};
  static const char *const *const variants[] = {NULL, twenty, bounded};
  static const int ways[] = {5, 20, 5};
  for (int i = 0; i < 3; i++) {
    opened_suite opened = suite_open(&il_suite_languages, variants[i]);
    assert_ptr_equal(opened.info.kind, &il_classification);
    assert_int_equal(opened.info.ways, ways[i]);
    assert_int_equal(opened.info.interface.outputs, ways[i]);
    assert_int_equal(opened.info.interface.input.rank, 1);
    assert_int_equal(opened.info.interface.input.dims[0], 1024);
    check_draw_is_pure(&opened);
    check_support_is_a_prefix(&opened);
    check_threads_draw_the_same(&opened);
    il_episode episode = suite_episode(&opened, 3, 2);
    suite_draw(&opened, IL_SPLIT_TRAIN, 1, 1, &episode);
    check_targets_are_one_hot(&opened, &episode);
    suite_close(&opened);
  }
}

/* Rows have length 1; as counts they are whole numbers: for every character of the fragment up to three runs. */
static void test_rows(void **state) {
  (void)state;
  static const char *const counts[] = {"weighting", "count", NULL};
  opened_suite unit = suite_open(&il_suite_languages, NULL), whole = suite_open(&il_suite_languages, counts);
  il_episode a = suite_episode(&unit, 2, 2), b = suite_episode(&whole, 2, 2);
  for (uint64_t index = 0; index < 50; index++) {
    suite_draw(&unit, IL_SPLIT_TEST, 2, index, &a);
    suite_draw(&whole, IL_SPLIT_TEST, 2, index, &b);
    for (size_t row = 0; row < 10; row++) {
      double squares = 0, sum = 0;
      for (size_t i = row * 1024; i < (row + 1) * 1024; i++) {
        squares += (double)a.query_x[i] * (double)a.query_x[i];
        sum += (double)b.query_x[i];
        assert_true((a.query_x[i] > 0) == (b.query_x[i] > 0));
        assert_true(b.query_x[i] == (real)(int)b.query_x[i]);
      }
      assert_true(squares > 1 - 1e-5 && squares < 1 + 1e-5);
      assert_true((int)sum % 3 == 0 && sum >= 3 * 7 - 3); /* n characters: n + (n - 1) + (n - 2) runs */
    }
  }
  suite_close(&unit);
  suite_close(&whole);
}

static const uint64_t test_split = UINT64_C(3) << 48;

/* A fragment is UTF-8, has as many words as asked for, and is the same whatever was drawn from the language before. */
static void test_fragments(void **state) {
  (void)state;
  static il_language_world world;
  static il_language language, again;
  char text[IL_FRAGMENT_BYTES + 1], other[IL_FRAGMENT_BYTES];
  il_language_world_start(&world, 1);
  for (int number = 0; number < 300; number++) {
    il_language_draw(&language, &world, test_split | (uint64_t)number << 16);
    il_language_draw(&again, &world, test_split | (uint64_t)number << 16);
    for (int words = 1; words <= IL_FRAGMENT_WORDS; words += 7) {
      il_stream stream = il_stream_open(4, IL_PURPOSE_NOISE, (uint64_t)words), copy = stream;
      size_t size = il_language_fragment(text, &language, &stream, words);
      text[size] = '\0';
      assert_true(size < IL_FRAGMENT_BYTES && il_utf8_is_text(text));
      int spaces = 0;
      for (size_t i = 0; i < size; i++) spaces += text[i] == ' ';
      assert_int_equal(spaces, words + 1);
      assert_null(strstr(text, "  "));
      if (words == 1) il_language_draw(&again, &world, test_split | (uint64_t)number << 16);
      assert_int_equal(il_language_fragment(other, &again, &copy, words), size);
      assert_memory_equal(text, other, size);
    }
  }
}

/* The word of rank r is as frequent as Zipf's law says, by counting whole words of one language without affixes. */
static void test_lexicon_law(void **state) {
  (void)state;
  enum { DRAWS = 40000, RANKS = 3 };
  static il_language_world world;
  static il_language language;
  char text[IL_FRAGMENT_BYTES];
  il_spelled word[RANKS];
  int found[RANKS] = {0};
  double whole = 0;
  for (int r = 0; r < IL_LEXICON; r++) whole += 1 / (r + 2.7);
  il_language_world_start(&world, 1);
  il_language_draw(&language, &world, test_split);
  language.prefixed = language.suffixed = 0;
  for (int r = 0; r < RANKS; r++) il_language_word(&word[r], &language, r);
  il_stream stream = il_stream_open(6, IL_PURPOSE_NOISE, 1);
  for (int i = 0; i < DRAWS; i++) {
    size_t size = il_language_fragment(text, &language, &stream, 1);
    for (int r = 0; r < RANKS; r++)
      found[r] += size == word[r].size + 2u && memcmp(text + 1, word[r].text, size - 2) == 0;
  }
  for (int r = 0; r < RANKS; r++) { /* another word may be spelled alike: at most a little more */
    double share = found[r] / (double)DRAWS, law_says = 1 / (r + 2.7) / whole;
    assert_true(share > 0.93 * law_says && share < 1.3 * law_says);
  }
}

/* `classes` bounds the languages, splits share none: by their most frequent words, of which many are compared. */
static void test_languages_differ(void **state) {
  (void)state;
  enum { LANGUAGES = 60, WORDS = 12, BYTES = WORDS * IL_SPELLED_BYTES };
  static char texts[LANGUAGES][BYTES + 1];
  static il_language_world world;
  static il_language language;
  il_language_world_start(&world, 1);
  for (int i = 0; i < LANGUAGES; i++) {
    size_t size = 0;
    il_spelled word;
    il_language_draw(&language, &world, (uint64_t)(1 + i % 3) << 48 | (uint64_t)(i / 3) << 16);
    for (int r = 0; r < WORDS; r++, size += word.size) {
      il_language_word(&word, &language, r);
      memcpy(texts[i] + size, word.text, word.size);
    }
    for (int j = 0; j < i; j++) assert_string_not_equal(texts[i], texts[j]);
  }
}

/* As hard as real languages: 351 Latin-script ones of the Universal Declaration give .59 by the same measure. */
static void test_difficulty(void **state) {
  (void)state;
  static const char *const one[] = {"words", "1", NULL}, *const eight[] = {"words", "8", NULL};
  static const char *const *const variants[] = {one, NULL, eight};
  static const double expected[] = {0.34, 0.62, 0.89};
  for (int i = 0; i < 3; i++) {
    opened_suite opened = suite_open(&il_suite_languages, variants[i]);
    double accuracy = nearest_neighbour_accuracy(&opened, 1000);
    assert_true(accuracy > expected[i] - 0.04 && accuracy < expected[i] + 0.04);
    suite_close(&opened);
  }
}

/* Drawn on another machine, in another build: the bits are the contract. */
static void test_known_bits(void **state) {
  (void)state;
  char digest[IL_DIGEST_TEXT];
  opened_suite opened = suite_open(&il_suite_languages, NULL);
  episodes_digest(digest, &opened, 20);
  assert_string_equal(digest, "e4a2c40b8a9a6dc079d492bfc587f221954f216e8bfc4830aebe4c90134bedff");
  suite_close(&opened);
}

static void test_pool(void **state) {
  (void)state;
  enum { ROWS = 200 };
  static const char *const bounded[] = {"classes", "[20, 5, 10]", NULL};
  opened_suite opened = suite_open(&il_suite_languages, bounded);
  int seen[20] = {0}, count = 0;
  il_labelled_examples labelled = suite_examples(&opened, IL_SPLIT_TRAIN, 1, 3, ROWS);
  for (int row = 0; row < ROWS; row++) {
    int label = example_label(&opened, &labelled, IL_SPLIT_TRAIN, row);
    count += !seen[label];
    seen[label] = 1;
  }
  assert_int_equal(count, 20);
  check_pool_is_pure(&opened);
  suite_close(&opened);
}

static void test_refused_options(void **state) {
  (void)state;
  static const char *const too_few[] = {"classes", "[0, 4, 0]", NULL};
  opened_suite opened;
  il_error error = {0};
  assert_int_equal(suite_try(&opened, &il_suite_languages, too_few, &error), IL_INVALID);
  assert_string_equal(error.about, "classes");
  suite_close(&opened);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_contract),         cmocka_unit_test(test_rows),
      cmocka_unit_test(test_fragments),        cmocka_unit_test(test_lexicon_law),
      cmocka_unit_test(test_languages_differ), cmocka_unit_test(test_difficulty),
      cmocka_unit_test(test_known_bits),       cmocka_unit_test(test_pool),
      cmocka_unit_test(test_refused_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
