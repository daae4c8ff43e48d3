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
