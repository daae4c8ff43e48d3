/* covers: tasks */
/* Linear suite: the contract of a suite, targets from the task's parameters, the common map, and variances. */
#include "suite_episode.h"

#include <math.h>

extern const il_suite il_suite_linear;

static const char *const wide[] = {"inputs", "3", "outputs", "4", "bias", "true", NULL};
static const char *const silent[] = {"signal", "none", NULL};
static const char *const noisy[] = {"noise", "0.5", NULL};
static const char *const same[] = {"spread", "0", NULL};
static const char *const *const variants[] = {NULL, wide, silent, noisy, same};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

static void test_contract(void **state) {
  (void)state;
  static const int parameters[VARIANTS] = {10, 16, 0, 10, 10};
  for (int i = 0; i < VARIANTS; i++) {
    opened_suite opened = suite_open(&il_suite_linear, variants[i]);
    assert_int_equal(opened.info.task_parameters, parameters[i]);
    assert_int_equal(opened.info.default_shots, 5);
    assert_int_equal(opened.info.default_queries, 3);
    check_draw_is_pure(&opened);
    check_support_is_a_prefix(&opened);
    check_threads_draw_the_same(&opened);
    suite_close(&opened);
  }
}

/* y = x W + b, W [inputs, outputs] row-major in the task's parameters, then b. */
static void check_targets(opened_suite *opened, int bias) {
  il_episode episode = suite_episode(opened, 6, 6);
  size_t inputs = opened->inputs, outputs = opened->outputs;
  for (uint64_t index = 0; index < 200; index++) {
    suite_draw(opened, IL_SPLIT_TRAIN, 8, index, &episode);
    const real *map = episode.task_parameters;
    for (size_t row = 0; row < 12; row++) {
      const real *x = row < 6 ? episode.support_x + row * inputs : episode.query_x + (row - 6) * inputs;
      const real *y = row < 6 ? episode.support_y + row * outputs : episode.query_y + (row - 6) * outputs;
      for (size_t j = 0; j < outputs; j++) {
        double expected = bias ? map[inputs * outputs + j] : 0;
        for (size_t i = 0; i < inputs; i++) expected += (double)x[i] * map[i * outputs + j];
        assert_true(fabs(y[j] - expected) < 2e-6 * (1 + fabs(expected)));
      }
    }
  }
}

static void test_targets(void **state) {
  (void)state;
  opened_suite plain = suite_open(&il_suite_linear, NULL), several = suite_open(&il_suite_linear, wide);
  check_targets(&plain, 0);
  check_targets(&several, 1);
  suite_close(&plain);
  suite_close(&several);
}

/* The maps' mean over many tasks is the common map, in every split; they scatter with spread / sqrt(inputs). */
static void test_maps_scatter_around_a_common_one(void **state) {
  (void)state;
  enum { TASKS = 4000, INPUTS = 10 };
  opened_suite spread = suite_open(&il_suite_linear, NULL), fixed = suite_open(&il_suite_linear, same);
  il_episode task = suite_episode(&spread, 1, 1), common = suite_episode(&fixed, 1, 1), again = common;
  again = suite_episode(&fixed, 1, 1);
  suite_draw(&fixed, IL_SPLIT_TEST, 77, 3, &common);
  suite_draw(&fixed, IL_SPLIT_TRAIN, 1, 0, &again);
  assert_memory_equal(common.task_parameters, again.task_parameters, INPUTS * sizeof(real));
  double mean[INPUTS] = {0}, square = 0;
  for (int index = 0; index < TASKS; index++) {
    suite_draw(&spread, (il_split)(index % 3), 1, (uint64_t)index, &task);
    for (int i = 0; i < INPUTS; i++) {
      double own = (double)task.task_parameters[i] - common.task_parameters[i];
      mean[i] += own / TASKS;
      square += own * own / (TASKS * INPUTS);
    }
  }
  double deviation = 0.5 / sqrt(INPUTS);
  for (int i = 0; i < INPUTS; i++) assert_true(fabs(mean[i]) < 5 * deviation / sqrt(TASKS));
  assert_true(fabs(square / (deviation * deviation) - 1) < 5 * sqrt(2.0 / (TASKS * INPUTS)));
  suite_close(&spread);
  suite_close(&fixed);
}

static void test_map_seed(void **state) {
  (void)state;
  static const char *const other_map[] = {"spread", "0", "map_seed", "1", NULL};
  opened_suite first = suite_open(&il_suite_linear, same), second = suite_open(&il_suite_linear, other_map);
  il_episode a = suite_episode(&first, 1, 1), b = suite_episode(&second, 1, 1);
  suite_draw(&first, IL_SPLIT_TRAIN, 1, 0, &a);
  suite_draw(&second, IL_SPLIT_TRAIN, 1, 0, &b);
  assert_memory_equal(a.query_x, b.query_x, 10 * sizeof(real));
  assert_memory_not_equal(a.task_parameters, b.task_parameters, 10 * sizeof(real));
  suite_close(&first);
  suite_close(&second);
}

/* Means over many episodes of y, y^2 and y x_0. */
typedef struct means {
  double y, square, product;
} means;

static means means_of(opened_suite *opened, int episodes) {
  il_episode episode = suite_episode(opened, 5, 3);
  means sum = {0};
  for (int index = 0; index < episodes; index++) {
    suite_draw(opened, IL_SPLIT_TRAIN, 4, (uint64_t)index, &episode);
    for (size_t i = 0; i < 5; i++) {
      double y = episode.support_y[i], x = episode.support_x[i * opened->inputs];
      sum.y += y / (5 * episodes);
      sum.square += y * y / (5 * episodes);
      sum.product += y * x / (5 * episodes);
    }
  }
  return sum;
}

static void test_variances(void **state) {
  (void)state;
  enum { EPISODES = 20000 };
  /* Without a common map: targets N(0, 1) per component of x, so variance spread^2 + noise^2. */
  static const char *const alone[] = {"common", "0", "spread", "2", "noise", "1.5", NULL};
  opened_suite own = suite_open(&il_suite_linear, alone), none = suite_open(&il_suite_linear, silent);
  means found = means_of(&own, EPISODES), nothing = means_of(&none, EPISODES);
  assert_true(fabs(found.square - (4 + 2.25)) < 0.25);
  assert_true(fabs(nothing.y) < 5 / sqrt(5 * EPISODES));
  assert_true(fabs(nothing.square - 1) < 5 * sqrt(2) / sqrt(5 * EPISODES));
  assert_true(fabs(nothing.product) < 5 / sqrt(5 * EPISODES));
  suite_close(&own);
  suite_close(&none);
}

static void test_noise(void **state) {
  (void)state;
  enum { EPISODES = 4000 };
  opened_suite clean = suite_open(&il_suite_linear, NULL), loud = suite_open(&il_suite_linear, noisy);
  il_episode a = suite_episode(&clean, 5, 3), b = suite_episode(&loud, 5, 3);
  double square = 0;
  for (uint64_t index = 0; index < EPISODES; index++) {
    suite_draw(&clean, IL_SPLIT_TEST, 1, index, &a);
    suite_draw(&loud, IL_SPLIT_TEST, 1, index, &b);
    assert_memory_equal(a.support_x, b.support_x, 50 * sizeof(real));
    for (int i = 0; i < 5; i++) square += pow((double)b.support_y[i] - a.support_y[i], 2) / (5 * EPISODES);
  }
  assert_true(fabs(square / 0.25 - 1) < 5 * sqrt(2) / sqrt(5 * EPISODES));
  suite_close(&clean);
  suite_close(&loud);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_contract),
      cmocka_unit_test(test_targets),
      cmocka_unit_test(test_maps_scatter_around_a_common_one),
      cmocka_unit_test(test_map_seed),
      cmocka_unit_test(test_variances),
      cmocka_unit_test(test_noise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
