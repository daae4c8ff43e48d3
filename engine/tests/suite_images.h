/* What tests of suites of images share. */
#ifndef INNERLOOP_TESTS_SUITE_IMAGES_H
#define INNERLOOP_TESTS_SUITE_IMAGES_H

#include "suite_episode.h"

#include "base/hash.h"

/* Every target row is one-hot, row r belongs to class r mod ways. */
static inline void check_targets_are_one_hot(const opened_suite *opened, const il_episode *episode) {
  int ways = opened->info.ways;
  for (int row = 0; row < ways * (episode->shots + episode->queries); row++) {
    int support = row < ways * episode->shots;
    const real *target =
        support ? episode->support_y + row * ways : episode->query_y + (row - ways * episode->shots) * ways;
    for (int i = 0; i < ways; i++) assert_true(target[i] == (i == row % ways));
  }
}

/* A pooled draw with buffers of its own; they live as long as the opened suite's arena. */
static inline il_pooled suite_pool(opened_suite *opened, il_split split, uint64_t seed, uint64_t index, int rows) {
  size_t classes = (size_t)opened->info.pooled_classes[split];
  assert_true(classes > 0 && opened->suite->pool);
  il_pooled pooled = {.rows = rows,
                      .x = il_arena_get(opened->arena, (size_t)rows * opened->inputs, sizeof(real)),
                      .y = il_arena_get(opened->arena, (size_t)rows * classes, sizeof(real))};
  assert_true(pooled.x && pooled.y);
  opened->suite->pool(opened->state, split, seed, index, &pooled);
  return pooled;
}

/* The label of a row of a pooled draw, which must be one-hot. */
static inline int pooled_label(const opened_suite *opened, const il_pooled *pooled, il_split split, int row) {
  int classes = opened->info.pooled_classes[split], label = -1;
  for (int i = 0; i < classes; i++) {
    real y = pooled->y[row * classes + i];
    assert_true(y == 0 || (y == 1 && label < 0));
    if (y == 1) label = i;
  }
  assert_true(label >= 0);
  return label;
}

/* Drawing again gives the same bits, the beginning of a longer draw too; another seed, split or index does not. */
static inline void check_pool_is_pure(opened_suite *opened) {
  size_t size = 6 * opened->inputs * sizeof(real);
  il_pooled first = suite_pool(opened, IL_SPLIT_TRAIN, 5, 7, 6), longer = suite_pool(opened, IL_SPLIT_TRAIN, 5, 7, 9);
  assert_memory_equal(first.x, longer.x, size);
  assert_memory_not_equal(first.x, suite_pool(opened, IL_SPLIT_TRAIN, 5, 8, 6).x, size);
  assert_memory_not_equal(first.x, suite_pool(opened, IL_SPLIT_TRAIN, 6, 7, 6).x, size);
  assert_memory_not_equal(first.x, suite_pool(opened, IL_SPLIT_TEST, 5, 7, 6).x, size);
}

static inline void hash_floats(il_hash *hash, const real *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float value = (float)values[i];
    il_hash_add(hash, &value, sizeof value);
  }
}

/* SHA-256 of the first episodes of the test split as floats. */
static inline void episodes_digest(char digest[IL_DIGEST_TEXT], opened_suite *opened, int episodes) {
  il_episode episode = suite_episode(opened, 2, 3);
  size_t ways = (size_t)opened->info.ways;
  il_hash *hash = il_hash_new();
  for (int e = 0; e < episodes; e++) {
    suite_draw(opened, IL_SPLIT_TEST, 11, (uint64_t)e, &episode);
    hash_floats(hash, episode.support_x, 2 * ways * opened->inputs);
    hash_floats(hash, episode.query_x, 3 * ways * opened->inputs);
  }
  assert_int_equal(il_hash_finish(hash, digest, NULL), IL_OK);
}

static inline double squared_distance(const real *a, const real *b, size_t size) {
  double sum = 0;
  for (size_t i = 0; i < size; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
  return sum;
}

/* Share of query images of 1-shot test tasks whose nearest support image, by pixels, is of their class. */
static inline double nearest_neighbour_accuracy(opened_suite *opened, int episodes) {
  il_episode episode = suite_episode(opened, 1, 1);
  int ways = opened->info.ways, correct = 0;
  for (int e = 0; e < episodes; e++) {
    suite_draw(opened, IL_SPLIT_TEST, 1, (uint64_t)e, &episode);
    for (int q = 0; q < ways; q++) {
      int nearest = 0;
      double least = 1e300;
      for (int s = 0; s < ways; s++) {
        double distance = squared_distance(episode.query_x + (size_t)q * opened->inputs,
                                           episode.support_x + (size_t)s * opened->inputs, opened->inputs);
        if (distance < least) nearest = s;
        least = distance < least ? distance : least;
      }
      correct += nearest == q;
    }
  }
  return (double)correct / (episodes * ways);
}

#endif
