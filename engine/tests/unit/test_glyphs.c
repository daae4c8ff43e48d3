/* covers: tasks; precision: float double */
/* The glyphs suite: float and double draw the same bits. */
#include "suite_images.h"

extern const il_suite il_suite_glyphs;

static const char *const twenty[] = {"ways", "20", NULL};
static const char *const bounded[] = {"classes", "[7, 5, 6]", "size", "20", NULL};
static const char *const still[] = {"variation", "0", "strokes", "[1, 8]", NULL};

static void test_contract(void **state) {
  (void)state;
  static const char *const *const variants[] = {NULL, twenty, bounded};
  static const int ways[] = {5, 20, 5}, sizes[] = {28, 28, 20};
  for (int i = 0; i < 3; i++) {
    opened_suite opened = suite_open(&il_suite_glyphs, variants[i]);
    assert_ptr_equal(opened.info.kind, &il_classification);
    assert_int_equal(opened.info.ways, ways[i]);
    assert_int_equal(opened.info.interface.outputs, ways[i]);
    assert_int_equal(opened.info.interface.input.rank, 3);
    assert_int_equal(opened.info.interface.input.dims[0], sizes[i]);
    assert_int_equal(opened.info.interface.input.dims[2], 1);
    assert_int_equal(opened.info.default_shots, 1);
    check_draw_is_pure(&opened);
    check_support_is_a_prefix(&opened);
    check_threads_draw_the_same(&opened);
    il_episode episode = suite_episode(&opened, 3, 2);
    suite_draw(&opened, IL_SPLIT_TRAIN, 1, 1, &episode);
    check_targets_are_one_hot(&opened, &episode);
    suite_close(&opened);
  }
}

/* Ink is in [0, 1], every drawing has some, and paper is most of it, as in Omniglot (ink 5 to 20 %). */
static void test_ink(void **state) {
  (void)state;
  opened_suite opened = suite_open(&il_suite_glyphs, NULL);
  il_episode episode = suite_episode(&opened, 2, 2);
  double all = 0;
  for (uint64_t index = 0; index < 200; index++) {
    suite_draw(&opened, IL_SPLIT_TEST, 2, index, &episode);
    for (size_t image = 0; image < 10; image++) {
      double sum = 0;
      for (size_t i = 0; i < opened.inputs; i++) {
        real ink = episode.support_x[image * opened.inputs + i];
        assert_true(ink >= 0 && ink <= 1);
        sum += ink;
      }
      assert_true(sum > 8);
      all += sum / (200 * 10 * (double)opened.inputs);
    }
  }
  assert_true(all > 0.06 && all < 0.18);
  suite_close(&opened);
}

/* Without variation the drawings of a class are equal, and classes differ. */
static void test_variation(void **state) {
  (void)state;
  opened_suite opened = suite_open(&il_suite_glyphs, still);
  il_episode episode = suite_episode(&opened, 2, 2);
  suite_draw(&opened, IL_SPLIT_TEST, 2, 0, &episode);
  for (int label = 0; label < 5; label++) {
    const real *first = episode.support_x + (size_t)label * opened.inputs;
    assert_memory_equal(first, episode.support_x + (size_t)(5 + label) * opened.inputs, opened.inputs * sizeof(real));
    assert_memory_equal(first, episode.query_x + (size_t)label * opened.inputs, opened.inputs * sizeof(real));
    if (label > 0) assert_memory_not_equal(first, episode.support_x, opened.inputs * sizeof(real));
  }
  suite_close(&opened);
}

/* Number of different drawings; without variation a class has one drawing only. */
static int count_classes(opened_suite *opened, il_split split, real *known) {
  il_episode episode = suite_episode(opened, 1, 1);
  int count = 0;
  for (uint64_t index = 0; index < 60; index++) {
    suite_draw(opened, split, 3, index, &episode);
    for (size_t label = 0; label < 5; label++) {
      const real *image = episode.support_x + label * opened->inputs;
      int i = 0;
      while (i < count && memcmp(known + (size_t)i * opened->inputs, image, opened->inputs * sizeof(real)) != 0) i++;
      if (i == count) memcpy(known + (size_t)count++ * opened->inputs, image, opened->inputs * sizeof(real));
    }
  }
  return count;
}

/* `classes` bounds them, splits share none, and another class_seed has others. */
static void test_classes(void **state) {
  (void)state;
  static const char *const few[] = {"classes", "[7, 5, 6]", "variation", "0", NULL};
  static const char *const others[] = {"classes", "[7, 5, 6]", "variation", "0", "class_seed", "2", NULL};
  static real known[4][300 * 784];
  opened_suite a = suite_open(&il_suite_glyphs, few), b = suite_open(&il_suite_glyphs, others);
  static const int expected[4] = {7, 5, 6, 7};
  for (int i = 0; i < 4; i++)
    assert_int_equal(count_classes(i < 3 ? &a : &b, i < 3 ? (il_split)i : IL_SPLIT_TRAIN, known[i]), expected[i]);
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < i; j++)
      for (int c = 0; c < expected[i]; c++)
        for (int d = 0; d < expected[j]; d++)
          assert_memory_not_equal(known[i] + c * 784, known[j] + d * 784, 784 * sizeof(real));
  suite_close(&a);
  suite_close(&b);
}

/* Harder than clean shapes, easier than noise: Omniglot's figure by the same measure is 0.39 (20 ways: 0.2). */
static void test_difficulty(void **state) {
  (void)state;
  opened_suite opened = suite_open(&il_suite_glyphs, NULL);
  double accuracy = nearest_neighbour_accuracy(&opened, 1000);
  assert_true(accuracy > 0.42 && accuracy < 0.58);
  suite_close(&opened);
}

/* Drawn on another machine, in another build: the bits are the contract. */
static void test_known_bits(void **state) {
  (void)state;
  char digest[IL_DIGEST_TEXT];
  opened_suite opened = suite_open(&il_suite_glyphs, NULL);
  episodes_digest(digest, &opened, 20);
  assert_string_equal(digest, "2a3d767c87de4aaec5963462e6e86adf4deda545d209a2cb8a106859fcbd5802");
  suite_close(&opened);
}

/* Without variation a class is one drawing: rows of one label are equal, rows of two are not. */
static void test_pool(void **state) {
  (void)state;
  enum { ROWS = 200 };
  static const char *const pairs[] = {"classes", "[20, 0, 10]", "variation", "0", NULL};
  static const char *const lively[] = {"classes", "[20, 5, 10]", NULL};
  opened_suite opened = suite_open(&il_suite_glyphs, pairs), moving = suite_open(&il_suite_glyphs, lively);
  il_labelled_examples labelled = suite_examples(&opened, IL_SPLIT_TRAIN, 1, 3, ROWS);
  int first[20], labels[ROWS], seen = 0;
  for (int i = 0; i < 20; i++) first[i] = -1;
  for (int row = 0; row < ROWS; row++) {
    int label = labels[row] = example_label(&opened, &labelled, IL_SPLIT_TRAIN, row);
    if (first[label] < 0) first[label] = row, seen++;
    for (int i = 0; i < row; i++) {
      int same = memcmp(labelled.x + i * 784, labelled.x + row * 784, 784 * sizeof(real)) == 0;
      assert_int_equal(same, labels[i] == label);
    }
  }
  assert_int_equal(seen, 20);
  check_pool_is_pure(&moving);
  il_labelled_examples two = suite_examples(&moving, IL_SPLIT_TRAIN, 1, 3, ROWS);
  assert_memory_not_equal(labelled.x, two.x, 784 * sizeof(real));
  suite_close(&opened);
  suite_close(&moving);
}

static void test_refused_options(void **state) {
  (void)state;
  static const char *const too_few[] = {"classes", "[0, 4, 0]", NULL};
  static const char *const swapped[] = {"strokes", "[5, 2]", NULL};
  static const char *const *const wrong[] = {too_few, swapped};
  for (int i = 0; i < 2; i++) {
    opened_suite opened;
    il_error error = {0};
    assert_int_equal(suite_try(&opened, &il_suite_glyphs, wrong[i], &error), IL_INVALID);
    assert_true(error.message[0]);
    suite_close(&opened);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_contract),        cmocka_unit_test(test_ink),        cmocka_unit_test(test_variation),
      cmocka_unit_test(test_classes),         cmocka_unit_test(test_difficulty), cmocka_unit_test(test_known_bits),
      cmocka_unit_test(test_refused_options), cmocka_unit_test(test_pool),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
