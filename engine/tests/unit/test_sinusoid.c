/* covers: tasks */
/* Sinusoid suite: the contract of a suite, both published parametrisations, and their closed-form moments. */
#include "suite_episode.h"

#include <math.h>

#include "innerloop/random.h"

extern const il_suite il_suite_sinusoid;

static const char *const reptile[] = {"parametrisation", "reptile", NULL};
static const char *const reptile_grid[] = {"parametrisation", "reptile", "inputs", "grid", NULL};
static const char *const noisy[] = {"noise", "0.5", NULL};
static const char *const noisy_grid[] = {"noise", "0.5", "inputs", "grid", "grid_points", "7", NULL};
static const char *const frequent[] = {"frequency", "[0.8, 1.2]", NULL};
static const char *const faster[] = {"frequency", "[2, 2]", NULL};
static const char *const *const variants[] = {NULL, reptile, reptile_grid, noisy, noisy_grid, frequent, faster};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

static void test_contract(void **state) {
  (void)state;
  for (int i = 0; i < VARIANTS; i++) {
    opened_suite opened = suite_open(&il_suite_sinusoid, variants[i]);
    assert_int_equal(opened.info.task_parameters, variants[i] == frequent ? 3 : 2);
    assert_ptr_equal(opened.info.kind, &il_regression);
    assert_int_equal(opened.info.default_shots, 10);
    assert_int_equal(opened.info.default_queries, 10);
    check_draw_is_pure(&opened);
    if (variants[i] != noisy_grid) check_support_is_a_prefix(&opened); /* 7 queries are the whole grid there */
    check_threads_draw_the_same(&opened);
    suite_close(&opened);
  }
}

/* y = A sin(x + sign phase) to float accuracy, everything in its range. */
static void check_targets(opened_suite *opened, double sign, double phase_end) {
  il_episode episode = suite_episode(opened, 10, 10);
  for (uint64_t index = 0; index < 500; index++) {
    suite_draw(opened, IL_SPLIT_VALIDATION, 2, index, &episode);
    double amplitude = episode.task_parameters[0], phase = episode.task_parameters[1];
    assert_true(amplitude >= 0.1f && amplitude < 5 && phase >= 0 && phase <= (double)(float)phase_end);
    for (int i = 0; i < 20; i++) {
      double x = i < 10 ? episode.support_x[i] : episode.query_x[i - 10];
      double y = i < 10 ? episode.support_y[i] : episode.query_y[i - 10];
      assert_true(x >= -5 && x <= 5);
      assert_true(fabs(y - amplitude * sin(x + sign * phase)) < 5e-6);
    }
  }
}

static void test_targets(void **state) {
  (void)state;
  const double pi = acos(-1);
  opened_suite maml = suite_open(&il_suite_sinusoid, NULL), other = suite_open(&il_suite_sinusoid, reptile);
  opened_suite grid = suite_open(&il_suite_sinusoid, reptile_grid);
  check_targets(&maml, -1, pi);
  check_targets(&other, 1, 2 * pi);
  check_targets(&grid, 1, 2 * pi);
  suite_close(&maml);
  suite_close(&other);
  suite_close(&grid);
}

/* Means over many episodes of y^2 and of (y - scale cos x)^2, and of A, A^2 and the phase. */
typedef struct means {
  double square, cosine, amplitude, amplitude_square, phase, x;
} means;

static means means_of(opened_suite *opened, double scale, int episodes) {
  il_episode episode = suite_episode(opened, 0, 10);
  means sum = {0};
  for (int index = 0; index < episodes; index++) {
    suite_draw(opened, IL_SPLIT_TEST, 1, (uint64_t)index, &episode);
    double amplitude = episode.task_parameters[0];
    sum.amplitude += amplitude / episodes;
    sum.amplitude_square += amplitude * amplitude / episodes;
    sum.phase += (double)episode.task_parameters[1] / episodes;
    for (int i = 0; i < 10; i++) {
      double x = episode.query_x[i], y = episode.query_y[i], error = y - scale * cos(x);
      sum.square += y * y / (10 * episodes);
      sum.cosine += error * error / (10 * episodes);
      sum.x += x / (10 * episodes);
    }
  }
  return sum;
}

/* E[A] = 2.55, E[A^2] = (5^3 - 0.1^3) / (3 * 4.9) = 8.503; the prediction 0 has error E[A^2] E[sin^2] = 4.25.
 * MAML's best prediction without adaptation, -1.623 cos x, has 3.01. The limits are about 5 standard errors of 20,000
 * tasks. */
static void test_closed_forms(void **state) {
  (void)state;
  const double pi = acos(-1), square = (125 - 0.001) / (3 * 4.9);
  opened_suite maml = suite_open(&il_suite_sinusoid, NULL), other = suite_open(&il_suite_sinusoid, reptile);
  means found = means_of(&maml, -2 * 2.55 / pi, 20000), turned = means_of(&other, 0, 20000);
  assert_true(fabs(found.amplitude - 2.55) < 0.05);
  assert_true(fabs(found.amplitude_square - square) < 0.27);
  assert_true(fabs(found.phase - pi / 2) < 0.035);
  assert_true(fabs(found.x) < 0.035);
  assert_true(fabs(found.square - square / 2) < 0.15);
  assert_true(fabs(found.cosine - 3.01) < 0.12);
  assert_true(fabs(turned.phase - pi) < 0.07);
  assert_true(fabs(turned.square - square / 2) < 0.15);
  suite_close(&maml);
  suite_close(&other);
}

static void test_grid(void **state) {
  (void)state;
  opened_suite opened = suite_open(&il_suite_sinusoid, reptile_grid);
  il_episode whole = suite_episode(&opened, 50, 50), part = suite_episode(&opened, 10, 50);
  int repeated = 0;
  for (uint64_t index = 0; index < 200; index++) {
    suite_draw(&opened, IL_SPLIT_TRAIN, 1, index, &whole);
    suite_draw(&opened, IL_SPLIT_TRAIN, 1, index, &part);
    for (int i = 0; i < 50; i++) {
      float expected = (float)(-5 + 10 * (double)i / 49);
      assert_true(whole.support_x[i] == expected && whole.query_x[i] == expected && part.query_x[i] == expected);
    }
    for (int i = 0; i < 10; i++) {
      double point = ((double)part.support_x[i] + 5) / 10 * 49;
      assert_true(fabs(point - round(point)) < 1e-5);
      for (int j = 0; j < i; j++) repeated += part.support_x[i] == part.support_x[j];
    }
  }
  /* 45 pairs, each equal with probability 1/50: 0.9 an episode */
  assert_in_range(repeated, 120, 240);
  suite_close(&opened);
}

static void test_noise(void **state) {
  (void)state;
  enum { EPISODES = 2000 };
  opened_suite clean = suite_open(&il_suite_sinusoid, NULL), loud = suite_open(&il_suite_sinusoid, noisy);
  il_episode a = suite_episode(&clean, 5, 5), b = suite_episode(&loud, 5, 5);
  double mean = 0, square = 0, product = 0;
  for (uint64_t index = 0; index < EPISODES; index++) {
    suite_draw(&clean, IL_SPLIT_TRAIN, 1, index, &a);
    suite_draw(&loud, IL_SPLIT_TRAIN, 1, index, &b);
    assert_memory_equal(a.support_x, b.support_x, 5 * sizeof(real));
    assert_memory_equal(a.task_parameters, b.task_parameters, 2 * sizeof(real));
    for (int i = 0; i < 5; i++) {
      double support = (double)b.support_y[i] - a.support_y[i], query = (double)b.query_y[i] - a.query_y[i];
      mean += (support + query) / (10 * EPISODES);
      square += (support * support + query * query) / (10 * EPISODES);
      product += support * query / (5 * EPISODES);
    }
  }
  assert_true(fabs(mean) < 5 * 0.5 / sqrt(10 * EPISODES));
  assert_true(fabs(square - 0.25) < 5 * 0.25 * sqrt(2) / sqrt(10 * EPISODES));
  assert_true(fabs(product) < 5 * 0.25 / sqrt(5 * EPISODES));
  suite_close(&clean);
  suite_close(&loud);
}

/* Li et al. 2017: y = A sin(w x - phi), w uniform in [0.8, 1.2]; amplitude and phase are drawn as without it, and a
 * frequency that is the same for all draws nothing more. */
static void test_frequency(void **state) {
  (void)state;
  enum { EPISODES = 4000 };
  opened_suite plain = suite_open(&il_suite_sinusoid, NULL), drawn = suite_open(&il_suite_sinusoid, frequent);
  opened_suite fixed = suite_open(&il_suite_sinusoid, faster);
  il_episode a = suite_episode(&plain, 5, 5), b = suite_episode(&drawn, 5, 5), c = suite_episode(&fixed, 5, 5);
  double mean = 0, square = 0;
  for (uint64_t index = 0; index < EPISODES; index++) {
    suite_draw(&plain, IL_SPLIT_TEST, 1, index, &a);
    suite_draw(&drawn, IL_SPLIT_TEST, 1, index, &b);
    suite_draw(&fixed, IL_SPLIT_TEST, 1, index, &c);
    double amplitude = b.task_parameters[0], phase = b.task_parameters[1], frequency = b.task_parameters[2];
    assert_memory_equal(a.task_parameters, b.task_parameters, 2 * sizeof(real));
    assert_memory_equal(a.support_x, c.support_x, 5 * sizeof(real));
    assert_memory_equal(a.task_parameters, c.task_parameters, 2 * sizeof(real));
    assert_true(frequency >= 0.8f && frequency <= 1.2f);
    for (int i = 0; i < 5; i++) {
      double slow = b.support_x[i], fast = c.query_x[i];
      assert_true(fabs(b.support_y[i] - amplitude * sin(frequency * slow - phase)) < 5e-6);
      assert_true(fabs(c.query_y[i] - amplitude * sin(2 * fast - phase)) < 1e-5);
    }
    mean += frequency / EPISODES;
    square += frequency * frequency / EPISODES;
  }
  const double variance = 0.4 * 0.4 / 12; /* 5 standard errors of each */
  assert_true(fabs(mean - 1) < 5 * sqrt(variance / EPISODES));
  assert_true(fabs(square - mean * mean - variance) < 5 * variance * sqrt(0.8 / EPISODES));
  suite_close(&plain);
  suite_close(&drawn);
  suite_close(&fixed);
}

static void test_refusals(void **state) {
  (void)state;
  static const char *const turned[] = {"amplitude", "[5, 0.1]", NULL}, *const empty[] = {"input_range", "[2, 2]", NULL};
  static const char *const falling[] = {"frequency", "[1.2, 0.8]", NULL};
  static const char *const *const wrong[] = {turned, empty, falling};
  for (int i = 0; i < 3; i++) {
    opened_suite opened;
    il_error error = {0};
    assert_int_equal(suite_try(&opened, &il_suite_sinusoid, wrong[i], &error), IL_INVALID);
    assert_non_null(strstr(error.message, wrong[i][0]));
    suite_close(&opened);
  }
}

static void test_streams(void **state) {
  (void)state;
  /* The layout that the determinism contract fixes. */
  il_stream train = il_episode_stream(IL_SPLIT_TRAIN, 9, 5), test = il_episode_stream(IL_SPLIT_TEST, 9, 5);
  assert_int_equal(train.counter[1], IL_PURPOSE_TRAIN_EPISODES);
  assert_int_equal(train.counter[2], 5);
  assert_int_equal(train.counter[3], 0);
  assert_int_equal(test.counter[1], IL_PURPOSE_EVAL_EPISODES);
  assert_int_equal(test.counter[2], 5);
  assert_int_equal(test.counter[3], 2 << 16);
  il_stream noise = il_episode_noise_stream(IL_SPLIT_VALIDATION, 9, 5);
  assert_int_equal(noise.counter[1], IL_PURPOSE_NOISE);
  assert_int_equal(noise.counter[3], 1 << 16);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_contract), cmocka_unit_test(test_targets),   cmocka_unit_test(test_closed_forms),
      cmocka_unit_test(test_grid),     cmocka_unit_test(test_noise),     cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_streams),  cmocka_unit_test(test_frequency),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
