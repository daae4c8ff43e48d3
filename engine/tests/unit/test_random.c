/* covers: base */
/* Random numbers: Random123's known answers, the layout of a stream, purity, bounds and distributions. Seeds are fixed,
 * so that the statistical tests pass or fail for ever; their limits are 5 standard deviations. */
#include "cmocka_all.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "innerloop/random.h"

/* philox4x32 10 in tests/kat_vectors of github.com/DEShawResearch/random123. */
static const struct {
  uint32_t counter[4], key[2], answer[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static void test_known_answers(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    uint64_t seed = (uint64_t)known[i].key[1] << 32 | known[i].key[0];
    uint64_t index = (uint64_t)known[i].counter[3] << 32 | known[i].counter[2];
    il_stream stream = il_stream_open(seed, (il_purpose)known[i].counter[1], index);
    assert_int_equal(stream.counter[0], 0);
    stream.counter[0] = known[i].counter[0];
    for (int j = 0; j < 4; j++) assert_int_equal(il_random_word(&stream), known[i].answer[j]);
  }
}

static void test_blocks_follow_each_other(void **state) {
  (void)state;
  il_stream whole = il_stream_open(7, IL_PURPOSE_INIT, 3);
  for (uint32_t block = 0; block < 100; block++) {
    il_stream part = il_stream_open(7, IL_PURPOSE_INIT, 3);
    part.counter[0] = block;
    for (int j = 0; j < 4; j++) assert_int_equal(il_random_word(&whole), il_random_word(&part));
  }
}

static void test_streams_are_pure(void **state) {
  (void)state;
  enum { STREAMS = 16, WORDS = 50 };
  uint32_t alone[STREAMS][WORDS];
  il_stream streams[STREAMS];
  for (int s = 0; s < STREAMS; s++) {
    il_stream stream = il_stream_open(5, IL_PURPOSE_EVAL_EPISODES, (uint64_t)s);
    for (int w = 0; w < WORDS; w++) alone[s][w] = il_random_word(&stream);
  }
  for (int s = STREAMS; s-- > 0;) streams[s] = il_stream_open(5, IL_PURPOSE_EVAL_EPISODES, (uint64_t)s);
  for (int w = 0; w < WORDS; w++) {
    for (int s = STREAMS; s-- > 0;) assert_int_equal(il_random_word(&streams[s]), alone[s][w]);
  }
}

/* Many normals at once are those of as many calls, from any word of a block, and the stream goes on as after them. */
static void test_normals_at_once(void **state) {
  (void)state;
  enum { MOST = 100 };
  for (int count = 0; count <= MOST; count++)
    for (int skipped = 0; skipped < 4; skipped++) {
      float values[MOST];
      il_stream one = il_stream_open(9, IL_PURPOSE_SUITE, (uint64_t)count);
      for (int i = 0; i < skipped; i++) (void)il_random_word(&one);
      il_stream many = one;
      il_random_normals(&many, values, count);
      for (int i = 0; i < count; i++) {
        float expected = il_random_normal(&one);
        assert_memory_equal(&values[i], &expected, sizeof expected);
      }
      assert_int_equal(il_random_word(&many), il_random_word(&one));
    }
}

static int compare_words(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return left < right ? -1 : left > right;
}

static void test_streams_do_not_overlap(void **state) {
  (void)state;
  enum { SEEDS = 3, PURPOSES = 7, INDICES = 64, PAIRS = 40, COUNT = SEEDS * PURPOSES * INDICES * PAIRS };
  static uint64_t seen[COUNT];
  size_t count = 0;
  for (int s = 0; s < SEEDS; s++) {
    for (int i = 0; i < PURPOSES * INDICES; i++) {
      uint64_t index = (uint64_t)(i % INDICES) << (i % 2 ? 32 : 0);
      if (i % INDICES == 0) index = 1000;
      il_stream stream = il_stream_open((uint64_t)s << (16 * s), (il_purpose)(1 + i / INDICES), index);
      for (int p = 0; p < PAIRS; p++) {
        uint64_t high = il_random_word(&stream);
        seen[count++] = high << 32 | il_random_word(&stream);
      }
    }
  }
  qsort(seen, count, sizeof seen[0], compare_words);
  for (size_t i = 1; i < count; i++) assert_true(seen[i] != seen[i - 1]);
}

/* Chi-square of `counts` against equal cells; within 5 standard deviations of its mean. */
static void assert_equal_cells(const int *counts, int cells) {
  double total = 0, chi = 0;
  for (int i = 0; i < cells; i++) total += counts[i];
  for (int i = 0; i < cells; i++) chi += (counts[i] - total / cells) * (counts[i] - total / cells) / (total / cells);
  double freedom = cells - 1;
  if (fabs(chi - freedom) > 5 * sqrt(2 * freedom)) fail_msg("chi-square %g with %g degrees of freedom", chi, freedom);
}

static void test_uniform_cells(void **state) {
  (void)state;
  enum { CELLS = 256, DRAWS = 200000 };
  static int singles[CELLS], pairs[CELLS], neighbours[CELLS];
  il_stream stream = il_stream_open(11, IL_PURPOSE_NOISE, 0);
  int before = 0;
  for (int i = 0; i < DRAWS; i++) {
    int cell = (int)(il_random_uniform(&stream, 0, 1) * CELLS);
    singles[cell]++;
    pairs[before / 16 * 16 + cell / 16]++;
    before = cell;
    il_stream next = il_stream_open(11, IL_PURPOSE_TRAIN_EPISODES, (uint64_t)i); /* first words of many streams */
    neighbours[il_random_word(&next) >> 24]++;
  }
  assert_equal_cells(singles, CELLS);
  assert_equal_cells(pairs, CELLS);
  assert_equal_cells(neighbours, CELLS);
}

static void test_uniform_formula_and_bounds(void **state) {
  (void)state;
  float above_one = nextafterf(1, 2);
  const float ranges[][2] = {{0, 1}, {-5, 5}, {0.1f, 5}, {1, above_one}, {-1e-30f, 1e30f}, {16777215, 16777216}};
  for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
    float low = ranges[r][0], high = ranges[r][1];
    il_stream stream = il_stream_open(3, IL_PURPOSE_INIT, r), replay = stream;
    for (int i = 0; i < 20000; i++) {
      float value = il_random_uniform(&stream, low, high);
      float k = (float)(il_random_word(&replay) >> 8), width = high - low, step = k / 16777216.0f * width;
      float expected = low + step;
      if (expected >= high) expected = nextafterf(high, low);
      assert_true(value >= low && value < high);
      assert_memory_equal(&value, &expected, sizeof value);
    }
  }
}

/* A stream whose next two words are given. */
static il_stream stream_of(uint32_t first, uint32_t second) {
  return (il_stream){.block = {0, 0, first, second}, .left = 2};
}

static void test_uniform_extremes(void **state) {
  (void)state;
  il_stream lowest = stream_of(0, 0xffffffff);
  assert_true(il_random_uniform(&lowest, -5, 5) == -5.0f);
  assert_true(il_random_uniform(&lowest, -5, 5) == 0x1.3ffffcp+2f); /* 10 (1 - 2^-24) rounded to float, less 5 */
}

static void test_normal_formula(void **state) {
  (void)state;
  il_stream stream = il_stream_open(9, IL_PURPOSE_NOISE, 4), replay = stream;
  for (int i = 0; i < 50000; i++) {
    float value = il_random_normal(&stream);
    double u = (il_random_word(&replay) + 1.0) / 4294967296.0, v = (il_random_word(&replay) >> 8) / 16777216.0;
    double expected = sqrt(-2 * log(u)) * cos(2 * acos(-1) * v);
    /* (float)word rounds to 24 bits, which matters most where u is near 1 and the value near 0 */
    assert_true(fabs(value - expected) < 2e-6 || fabs(value * value - expected * expected) < 4e-7);
  }
  assert_int_equal(stream.counter[0], replay.counter[0]); /* two words each */
  assert_int_equal(stream.left, replay.left);
  il_stream longest = stream_of(0, 0), shortest = stream_of(0xffffffff, 0);
  float value = il_random_normal(&longest);
  assert_true(fabs(value - sqrt(64 * log(2))) < 1e-6 && value < 6.7);
  assert_true(il_random_normal(&shortest) == 0);
}

static int compare_floats(const void *a, const void *b) {
  float left = *(const float *)a, right = *(const float *)b;
  return left < right ? -1 : left > right;
}

static double normal_distribution(double x) {
  return 0.5 * erfc(-x / sqrt(2));
}

/* Distance of the empirical distribution from Phi restricted to |x| <= cut; the limit has probability ~1e-10. */
static void assert_normal(float *values, int count, double cut) {
  qsort(values, (size_t)count, sizeof values[0], compare_floats);
  double below = normal_distribution(-cut), mass = 1 - 2 * below, worst = 0;
  for (int i = 0; i < count; i++) {
    double expected = (normal_distribution(values[i]) - below) / mass;
    worst = fmax(worst, fmax(fabs(expected - (double)i / count), fabs(expected - (i + 1.0) / count)));
  }
  if (worst > 3.4 / sqrt(count)) fail_msg("Kolmogorov-Smirnov distance %g", worst);
}

static void test_normal_distributions(void **state) {
  (void)state;
  enum { DRAWS = 200000 };
  static float normal[DRAWS], truncated[DRAWS];
  il_stream stream = il_stream_open(21, IL_PURPOSE_INIT, 0);
  double square = 0, product = 0;
  for (int i = 0; i < DRAWS; i++) {
    normal[i] = il_random_normal(&stream);
    truncated[i] = il_random_truncated_normal(&stream);
    assert_true(fabsf(truncated[i]) <= 2);
    square += (double)truncated[i] * truncated[i];
    if (i > 0) product += (double)normal[i] * normal[i - 1];
  }
  /* 1 - 4 phi(2) / (2 Phi(2) - 1) */
  double variance = 1 - 4 * exp(-2) / sqrt(2 * acos(-1)) / (1 - 2 * normal_distribution(-2));
  assert_true(fabs(square / DRAWS - variance) < 5 / sqrt(DRAWS));
  assert_true(fabs(product / DRAWS) < 5 / sqrt(DRAWS));
  assert_normal(normal, DRAWS, 40);
  assert_normal(truncated, DRAWS, 2);
}

static void test_below(void **state) {
  (void)state;
  enum { DRAWS = 60000 };
  const uint32_t bounds[] = {1, 2, 3, 7, 50, 1623};
  static int counts[1623];
  il_stream stream = il_stream_open(2, IL_PURPOSE_MINIBATCH, 0);
  for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++) {
    memset(counts, 0, sizeof counts);
    for (int i = 0; i < DRAWS; i++) {
      uint32_t value = il_random_below(&stream, bounds[b]);
      assert_true(value < bounds[b]);
      counts[value]++;
    }
    if (bounds[b] > 1) assert_equal_cells(counts, (int)bounds[b]);
  }
  /* Without rejection, 3 2^30 would return multiples of 3 twice as often as the rest. */
  int thirds[3] = {0};
  for (int i = 0; i < DRAWS; i++) thirds[il_random_below(&stream, 0xc0000000u) % 3]++;
  assert_equal_cells(thirds, 3);
  for (int i = 0; i < DRAWS; i++) assert_true(il_random_below(&stream, 0xffffffffu) != 0xffffffffu);
  /* 2^32 mod 3 = 1: only the word whose product has low half 0 is refused. */
  il_stream refused = stream_of(0, 0x80000000u);
  assert_int_equal(il_random_below(&refused, 3), 1);
  assert_int_equal(refused.left, 0);
}

static void test_permutations(void **state) {
  (void)state;
  enum { DRAWS = 48000, LENGTH = 100 };
  int small[4], large[LENGTH], counts[256] = {0}, cells[24], cell = 0;
  il_stream stream = il_stream_open(4, IL_PURPOSE_MINIBATCH, 1);
  for (int i = 0; i < DRAWS; i++) {
    il_random_permutation(&stream, small, 4);
    counts[small[0] * 64 + small[1] * 16 + small[2] * 4 + small[3]]++;
  }
  for (int code = 0; code < 256; code++) {
    int digits = 1 << (code & 3) | 1 << (code >> 2 & 3) | 1 << (code >> 4 & 3) | 1 << (code >> 6);
    if (digits == 15)
      cells[cell++] = counts[code];
    else
      assert_int_equal(counts[code], 0);
  }
  assert_int_equal(cell, 24);
  assert_equal_cells(cells, 24);
  bool seen[LENGTH] = {false};
  il_random_permutation(&stream, large, LENGTH);
  for (int i = 0; i < LENGTH; i++) {
    assert_in_range(large[i], 0, LENGTH - 1);
    assert_false(seen[large[i]]);
    seen[large[i]] = true;
  }
  il_random_permutation(&stream, small, 1);
  assert_int_equal(small[0], 0);
  small[0] = 77;
  il_random_permutation(&stream, small, 0);
  assert_int_equal(small[0], 77);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_answers),
      cmocka_unit_test(test_blocks_follow_each_other),
      cmocka_unit_test(test_streams_are_pure),
      cmocka_unit_test(test_normals_at_once),
      cmocka_unit_test(test_streams_do_not_overlap),
      cmocka_unit_test(test_uniform_cells),
      cmocka_unit_test(test_uniform_formula_and_bounds),
      cmocka_unit_test(test_uniform_extremes),
      cmocka_unit_test(test_normal_formula),
      cmocka_unit_test(test_normal_distributions),
      cmocka_unit_test(test_below),
      cmocka_unit_test(test_permutations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
