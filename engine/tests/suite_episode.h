/* An opened suite and one episode's buffers, for tests of suites. */
#ifndef INNERLOOP_TESTS_SUITE_EPISODE_H
#define INNERLOOP_TESTS_SUITE_EPISODE_H

#include "option_struct.h"

#include <string.h>

#include "innerloop/parallel.h"
#include "innerloop/suite.h"

typedef struct opened_suite {
  il_arena *arena;
  const il_suite *suite;
  void *state;
  il_suite_info info;
  size_t inputs, outputs; /* numbers in one input and one target */
} opened_suite;

/* Opens `suite` with name, value pairs over its defaults (NULL: none); returns the status of open. */
static inline il_status suite_try(opened_suite *opened, const il_suite *suite, const char *const *pairs,
                                  il_error *error) {
  *opened = (opened_suite){.arena = il_arena_new(), .suite = suite};
  void *options = option_struct(&suite->options, opened->arena);
  for (; pairs != NULL && *pairs != NULL; pairs += 2)
    option_set(options, &suite->options, pairs[0], pairs[1], opened->arena);
  il_status status = suite->open(&opened->state, options, NULL, opened->arena, error);
  if (status != IL_OK) return status;
  memset(options, 0xff, suite->options.size); /* the suite must have kept a copy */
  suite->info(opened->state, &opened->info);
  opened->inputs = il_shape_size(&opened->info.interface.input);
  opened->outputs = (size_t)opened->info.interface.outputs;
  return IL_OK;
}

static inline opened_suite suite_open(const il_suite *suite, const char *const *pairs) {
  opened_suite opened;
  il_error error = {0};
  if (suite_try(&opened, suite, pairs, &error) != IL_OK) fail_msg("%s", error.message);
  return opened;
}

static inline void suite_close(opened_suite *opened) {
  if (opened->suite->close != NULL && opened->state != NULL) opened->suite->close(opened->state);
  il_arena_free(opened->arena);
}

/* Buffers for one episode, in the suite's arena; filled with 99. */
static inline il_episode suite_episode(opened_suite *opened, int shots, int queries) {
  size_t k = (size_t)(shots * opened->info.ways), q = (size_t)(queries * opened->info.ways);
  size_t sizes[] = {k * opened->inputs, k * opened->outputs, q * opened->inputs, q * opened->outputs,
                    (size_t)opened->info.task_parameters};
  real *at[5];
  for (int i = 0; i < 5; i++) {
    at[i] = il_arena_get(opened->arena, sizes[i], sizeof(real));
    assert_non_null(at[i]);
    for (size_t j = 0; j < sizes[i]; j++) at[i][j] = 99;
  }
  return (il_episode){shots, queries, at[0], at[1], at[2], at[3], at[4]};
}

static inline void suite_draw(const opened_suite *opened, il_split split, uint64_t seed, uint64_t index,
                              il_episode *episode) {
  opened->suite->draw(opened->state, split, seed, index, episode);
}

/* Every number of two episodes of one size has the same bits. */
static inline int episodes_equal(const opened_suite *opened, const il_episode *a, const il_episode *b) {
  size_t k = (size_t)(a->shots * opened->info.ways), q = (size_t)(a->queries * opened->info.ways);
  size_t real_size = sizeof(real);
  return memcmp(a->support_x, b->support_x, k * opened->inputs * real_size) == 0 &&
         memcmp(a->support_y, b->support_y, k * opened->outputs * real_size) == 0 &&
         memcmp(a->query_x, b->query_x, q * opened->inputs * real_size) == 0 &&
         memcmp(a->query_y, b->query_y, q * opened->outputs * real_size) == 0 &&
         memcmp(a->task_parameters, b->task_parameters, (size_t)opened->info.task_parameters * real_size) == 0;
}

/* Drawing again, in another order, gives the same bits; another seed, split or index does not. */
static inline void check_draw_is_pure(opened_suite *opened) {
  il_episode first = suite_episode(opened, 4, 6), second = suite_episode(opened, 4, 6);
  for (int split = IL_SPLIT_TRAIN; split <= IL_SPLIT_TEST; split++) {
    for (uint64_t index = 0; index < 20; index++) {
      suite_draw(opened, (il_split)split, 5, index, &first);
      suite_draw(opened, (il_split)split, 5, index + 1, &second);
      assert_false(episodes_equal(opened, &first, &second));
      suite_draw(opened, (il_split)split, 6, index, &second);
      assert_false(episodes_equal(opened, &first, &second));
      suite_draw(opened, (il_split)((split + 1) % 3), 5, index, &second);
      assert_false(episodes_equal(opened, &first, &second));
      suite_draw(opened, (il_split)split, 5, index, &second);
      assert_true(episodes_equal(opened, &first, &second));
    }
  }
}

/* Two K: same task, same query, and the smaller support set is the beginning of the larger one. */
static inline void check_support_is_a_prefix(opened_suite *opened) {
  il_episode few = suite_episode(opened, 3, 7), many = suite_episode(opened, 11, 7);
  for (uint64_t index = 0; index < 20; index++) {
    suite_draw(opened, IL_SPLIT_TEST, 1, index, &few);
    suite_draw(opened, IL_SPLIT_TEST, 1, index, &many);
    many.shots = few.shots;
    assert_true(episodes_equal(opened, &few, &many));
    many.shots = 11;
  }
}

enum { SUITE_EPISODES = 64 };

typedef struct suite_crowd {
  const opened_suite *opened;
  il_episode at[SUITE_EPISODES];
} suite_crowd;

static inline void suite_draw_item(void *context, int item, int worker) {
  suite_crowd *crowd = context;
  (void)worker;
  suite_draw(crowd->opened, IL_SPLIT_TRAIN, 3, (uint64_t)item, &crowd->at[item]);
}

/* Any number of threads draws the same episodes. */
static inline void check_threads_draw_the_same(opened_suite *opened) {
  static suite_crowd alone, together;
  il_pool *pool;
  alone.opened = together.opened = opened;
  for (int i = 0; i < SUITE_EPISODES; i++) {
    alone.at[i] = suite_episode(opened, 5, 5);
    together.at[i] = suite_episode(opened, 5, 5);
  }
  il_pool_run_serial(NULL, SUITE_EPISODES, suite_draw_item, &alone);
  assert_int_equal(il_pool_new(&pool, 3, NULL), IL_OK);
  il_pool_run(pool, SUITE_EPISODES, suite_draw_item, &together);
  il_pool_free(pool);
  for (int i = 0; i < SUITE_EPISODES; i++) assert_true(episodes_equal(opened, &alone.at[i], &together.at[i]));
}

#endif
