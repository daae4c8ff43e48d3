/* covers: tasks */
/* Sampling of classes and examples, parts of a stream, rows of an episode, turned images. */
#include "cmocka_all.h"

#include <math.h>
#include <string.h>

#include "tasks/class_split.h"
#include "tasks/sampling.h"

static il_stream stream_of(uint64_t index) {
  return il_stream_open(7, IL_PURPOSE_EVAL_EPISODES, index);
}

static void test_distinct(void **state) {
  (void)state;
  int few[5], many[40];
  for (uint64_t index = 0; index < 200; index++) {
    il_stream a = stream_of(index), b = stream_of(index);
    il_sample_distinct(&a, few, 5, 40);
    il_sample_distinct(&b, many, 40, 40);
    assert_memory_equal(few, many, sizeof few);
    uint64_t seen = 0;
    for (int i = 0; i < 40; i++) seen |= UINT64_C(1) << many[i];
    assert_true(seen == (UINT64_C(1) << 40) - 1);
  }
}

/* Ordered pairs of 4: 12 of them, each expected 1000 times; chi-square with 11 degrees of freedom, 0.999 quantile
 * 31.3. */
static void test_distinct_is_uniform(void **state) {
  (void)state;
  enum { DRAWS = 12000 };
  int counts[4][4] = {{0}}, pair[2];
  double chi = 0;
  for (uint64_t index = 0; index < DRAWS; index++) {
    il_stream stream = stream_of(index);
    il_sample_distinct(&stream, pair, 2, 4);
    counts[pair[0]][pair[1]]++;
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      if (i != j) chi += (counts[i][j] - 1000.0) * (counts[i][j] - 1000.0) / 1000.0;
  assert_true(chi < 31.3);
}

/* Parts share no block with each other or the beginning of the stream, and do not depend on how much was drawn. */
static void test_parts(void **state) {
  (void)state;
  il_stream whole = stream_of(1), drawn = whole;
  for (int i = 0; i < 1000; i++) il_random_word(&drawn);
  for (int part = 0; part < IL_WAYS_MAX; part++) {
    il_stream a = il_stream_part(&whole, part), b = il_stream_part(&drawn, part);
    assert_true(a.counter[0] == ((uint32_t)part + 1) << 20);
    assert_true(il_random_word(&a) == il_random_word(&b));
    assert_true(a.counter[2] == whole.counter[2] && a.key[0] == whole.key[0]);
  }
  assert_true((((uint64_t)IL_WAYS_MAX + 1) << 20) <= UINT32_MAX);
}

static void test_rows(void **state) {
  (void)state;
  enum { WAYS = 3, SHOTS = 2, QUERIES = 4, SIZE = 5 };
  real sx[WAYS * SHOTS * SIZE] = {0}, sy[WAYS * SHOTS * WAYS], qx[WAYS * QUERIES * SIZE] = {0},
                         qy[WAYS * QUERIES * WAYS];
  for (int i = 0; i < WAYS * SHOTS * WAYS; i++) sy[i] = 9;
  for (int i = 0; i < WAYS * QUERIES * WAYS; i++) qy[i] = 9;
  il_episode episode = {SHOTS, QUERIES, sx, sy, qx, qy, NULL};
  for (int label = 0; label < WAYS; label++)
    for (int example = 0; example < SHOTS + QUERIES; example++)
      il_example_row(&episode, WAYS, label, example, SIZE)[0] = (real)(100 * label + example);
  for (int row = 0; row < WAYS * SHOTS; row++) {
    assert_true(sx[row * SIZE] == 100 * (row % WAYS) + QUERIES + row / WAYS);
    for (int i = 0; i < WAYS; i++) assert_true(sy[row * WAYS + i] == (i == row % WAYS));
  }
  for (int row = 0; row < WAYS * QUERIES; row++) {
    assert_true(qx[row * SIZE] == 100 * (row % WAYS) + row / WAYS);
    for (int i = 0; i < WAYS; i++) assert_true(qy[row * WAYS + i] == (i == row % WAYS));
  }
}

/* One clockwise quarter turn, pixel by pixel. */
static void turn_once(int *to, const int *from, int side, int channels) {
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      for (int c = 0; c < channels; c++)
        to[(x * side + side - 1 - y) * channels + c] = from[(y * side + x) * channels + c];
}

static void test_turns(void **state) {
  (void)state;
  enum { SIDE = 5, MOST = SIDE * SIDE * 3 };
  for (int channels = 1; channels <= 3; channels += 2) {
    int image[MOST], expected[MOST], next[MOST];
    for (int i = 0; i < MOST; i++) image[i] = expected[i] = i;
    for (int quarters = 0; quarters < 4; quarters++) {
      il_turn turn = il_turn_of(SIDE, channels, quarters);
      for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
          for (int c = 0; c < channels; c++)
            assert_int_equal(image[turn.first + y * turn.down + x * turn.right + c],
                             expected[(y * SIDE + x) * channels + c]);
      turn_once(next, expected, SIDE, channels);
      memcpy(expected, next, sizeof next);
    }
  }
}

static void test_class_split(void **state) {
  (void)state;
  static const int splits[] = {2, 0, IL_SPLIT_UNUSED, 0, 2}, order[] = {4, 1, 0, 2, 3}, copies[] = {1, 1, 1};
  static const char *const names[] = {"a", "b", "c", "d", "e"};
  static const char lines[] = "train b\ntrain c\ntest e\ntest d\n";
  char digest[IL_DIGEST_TEXT];
  il_class_split split;
  il_error error = {0};
  il_arena *arena = il_arena_new();
  assert_non_null(arena);
  assert_int_equal(il_class_split_fill(&split, splits, order, 5, names, arena, &error), IL_OK);
  assert_int_equal(split.count[IL_SPLIT_TRAIN], 2);
  assert_int_equal(split.count[IL_SPLIT_VALIDATION], 0);
  assert_int_equal(split.classes[IL_SPLIT_TEST][0], 4);
  assert_int_equal(il_hash_bytes(digest, lines, strlen(lines), NULL), IL_OK);
  assert_string_equal(split.digest, digest);
  assert_int_equal(il_class_split_used(&split, IL_SPLIT_VALIDATION), IL_SPLIT_TRAIN);
  assert_int_equal(il_class_split_used(&split, IL_SPLIT_TEST), IL_SPLIT_TEST);
  assert_int_equal(il_class_split_check(&split, 2, copies, &error), IL_OK);
  assert_int_equal(il_class_split_check(&split, 3, copies, &error), IL_DATA);
  il_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_distinct), cmocka_unit_test(test_distinct_is_uniform),
      cmocka_unit_test(test_parts),    cmocka_unit_test(test_rows),
      cmocka_unit_test(test_turns),    cmocka_unit_test(test_class_split),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
