/* covers: kernels; precision: float */
/* The transcendental functions of every kernel row against libm in double over a fixed stride of all floats; their
 * limits; NaN; long sums. */
#include "kernel_checks.h"

/* Error of `got` in units in the last place of the float nearest to `exact`. */
static double ulps(float got, double exact) {
  const float nearest = (float)exact;
  if (isnan(nearest) || isnan(got)) return isnan(nearest) && isnan(got) ? 0 : INFINITY;
  if (isinf(nearest) || isinf(got)) return nearest == got ? 0 : INFINITY;
  const float size = fmaxf(fabsf(nearest), 0x1p-126f);
  const double unit = (double)nextafterf(size, INFINITY) - (double)size;
  return fabs((double)got - exact) / (size > 0x1p126f ? ldexp(1, 127 - 24) : unit);
}

static double exact_sigmoid(double x) {
  return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}
static double exact_softplus(double x) {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static double exact_sin(double x) {
  return fabs(x) <= 0x1p20 ? sin(x) : NAN;
}
static double exact_cos(double x) {
  return fabs(x) <= 0x1p20 ? cos(x) : NAN;
}

static const struct {
  il_pointwise code;
  double (*exact)(double x);
  double most; /* ulp */
} functions[] = {
    {IL_POINTWISE_EXP, exp, 2},
    {IL_POINTWISE_LOG, log, 1},
    {IL_POINTWISE_TANH, tanh, 1.5},
    {IL_POINTWISE_SIGMOID, exact_sigmoid, 2.5},
    {IL_POINTWISE_SOFTPLUS, exact_softplus, 2},
    {IL_POINTWISE_SIN, exact_sin, 0.51},
    {IL_POINTWISE_COS, exact_cos, 0.51},
};

enum { FUNCTION_COUNT = sizeof functions / sizeof *functions, BLOCK = 4096, BLOCKS = 300 };

/* Floats begin + i * stride, as bit patterns: all signs, exponents, NaNs and infinities come up. */
static void fill_patterns(float x[BLOCK], uint32_t begin, uint32_t stride) {
  for (uint32_t i = 0; i < BLOCK; ++i) {
    const uint32_t bits = begin + i * stride;
    memcpy(x + i, &bits, sizeof bits);
  }
}

static void functions_are_accurate(void **state) {
  (void)state;
  static float x[BLOCK], first[BLOCK], got[BLOCK];
  const il_kernels *rows[8];
  const int row_count = vector_rows(rows);
  const uint32_t stride = 3494; /* about 2^32 / (BLOCK BLOCKS) */
  for (int f = 0; f < FUNCTION_COUNT; ++f) {
    double worst = 0;
    float where = 0;
    for (uint32_t block = 0; block < BLOCKS; ++block) {
      fill_patterns(x, block * BLOCK * stride, stride);
      rows[0]->pointwise[functions[f].code](first, x, NULL, 0, BLOCK);
      for (int r = 1; r < row_count; ++r) {
        rows[r]->pointwise[functions[f].code](got, x, NULL, 0, BLOCK);
        assert_true(same_bits(got, first, BLOCK));
      }
      for (int i = 0; i < BLOCK; ++i) {
        const double error = ulps(first[i], functions[f].exact((double)x[i]));
        if (error > worst) where = x[i];
        worst = fmax(worst, error);
      }
    }
    if (worst > functions[f].most) {
      fail_msg("%s(%.9g): %g ulp", il_pointwise_name(functions[f].code), (double)where, worst);
    }
  }
}

/* The same where the values of a network lie: |x| < 20, four million points. */
static void functions_are_accurate_near_zero(void **state) {
  (void)state;
  static float x[BLOCK], got[BLOCK];
  const il_kernels *rows[8];
  uint64_t random = 8;
  (void)vector_rows(rows);
  for (int f = 0; f < FUNCTION_COUNT; ++f) {
    for (int block = 0; block < 200; ++block) {
      for (int i = 0; i < BLOCK; ++i) x[i] = random_real(&random) * (block % 2 ? 10 : 1);
      rows[0]->pointwise[functions[f].code](got, x, NULL, 0, BLOCK);
      for (int i = 0; i < BLOCK; ++i) {
        const double error = ulps(got[i], functions[f].exact((double)x[i]));
        if (error > functions[f].most) {
          fail_msg("%s(%.9g): %g ulp", il_pointwise_name(functions[f].code), (double)x[i], error);
        }
      }
    }
  }
}

static void limits_are_exact(void **state) {
  (void)state;
  static const struct {
    il_pointwise code;
    float x, value;
  } cases[] = {
      {IL_POINTWISE_EXP, 0, 1},
      {IL_POINTWISE_EXP, -0.0f, 1},
      {IL_POINTWISE_EXP, -INFINITY, 0},
      {IL_POINTWISE_EXP, -1000, 0},
      {IL_POINTWISE_EXP, 89, INFINITY},
      {IL_POINTWISE_EXP, INFINITY, INFINITY},
      {IL_POINTWISE_EXP, NAN, NAN},
      {IL_POINTWISE_LOG, 1, 0},
      {IL_POINTWISE_LOG, 0, -INFINITY},
      {IL_POINTWISE_LOG, -0.0f, -INFINITY},
      {IL_POINTWISE_LOG, -1, NAN},
      {IL_POINTWISE_LOG, -1e-42f, NAN},
      {IL_POINTWISE_LOG, -INFINITY, NAN},
      {IL_POINTWISE_LOG, INFINITY, INFINITY},
      {IL_POINTWISE_LOG, NAN, NAN},
      {IL_POINTWISE_TANH, 0, 0},
      {IL_POINTWISE_TANH, -0.0f, -0.0f},
      {IL_POINTWISE_TANH, 50, 1},
      {IL_POINTWISE_TANH, -INFINITY, -1},
      {IL_POINTWISE_TANH, NAN, NAN},
      {IL_POINTWISE_SIGMOID, 0, 0.5f},
      {IL_POINTWISE_SIGMOID, -INFINITY, 0},
      {IL_POINTWISE_SIGMOID, INFINITY, 1},
      {IL_POINTWISE_SIGMOID, NAN, NAN},
      {IL_POINTWISE_SOFTPLUS, 100, 100},
      {IL_POINTWISE_SOFTPLUS, -INFINITY, 0},
      {IL_POINTWISE_SOFTPLUS, INFINITY, INFINITY},
      {IL_POINTWISE_SOFTPLUS, NAN, NAN},
      {IL_POINTWISE_RELU, NAN, NAN},
      {IL_POINTWISE_RELU, -0.0f, 0},
      {IL_POINTWISE_RELU, -3, 0},
      {IL_POINTWISE_RELU, 3, 3},
  };
  for (const char *const *name = il_kernels_names(); *name; ++name) {
    const il_kernels *row = il_kernels_find(*name);
    for (size_t i = 0; row && i < sizeof cases / sizeof *cases; ++i) {
      float got = 0;
      row->pointwise[cases[i].code](&got, &cases[i].x, NULL, 0, 1);
      if (!same_bits(&got, &cases[i].value, 1)) {
        fail_msg("%s: %s(%g) is %g", *name, il_pointwise_name(cases[i].code), (double)cases[i].x, (double)got);
      }
    }
  }
}

static void gate_passes_what_is_not_closed(void **state) {
  (void)state;
  const float a[] = {1, 2, 3, 4, NAN}, b[] = {1, 0, -1, NAN, -1}, expected[] = {1, 0, 0, 4, 0};
  for (const char *const *name = il_kernels_names(); *name; ++name) {
    const il_kernels *row = il_kernels_find(*name);
    float got[5] = {0};
    if (!row) continue;
    row->pointwise[IL_POINTWISE_GATE](got, a, b, 0, 5);
    assert_true(same_bits(got, expected, 5));
  }
}

static void softmax_of_nan_is_nan(void **state) {
  (void)state;
  const float a[] = {0, 1, NAN, 2, 1, 2, 3, INFINITY, 1, 2, 3, 4};
  for (const char *const *name = il_kernels_names(); *name; ++name) {
    const il_kernels *row = il_kernels_find(*name);
    float got[12];
    if (!row) continue;
    row->softmax(got, a, 3, 4);
    for (int i = 0; i < 8; ++i) assert_true(isnan(got[i]));
    for (int i = 8; i < 12; ++i) assert_true(got[i] > 0 && got[i] < 1);
  }
}

/* A plain float sum of 980 pixels of 0.1 is off by 1e-5; blocks keep the promise the batch statistics need. */
static void long_sums_stay_accurate(void **state) {
  (void)state;
  enum { ROWS = 3920, COLUMNS = 3 };
  static float a[ROWS * COLUMNS];
  float out[COLUMNS], single;
  const il_kernels *rows[8];
  const int row_count = vector_rows(rows);
  for (int i = 0; i < ROWS * COLUMNS; ++i) a[i] = 0.1f;
  for (int r = 0; r < row_count; ++r) {
    rows[r]->sum_rows(out, a, ROWS, COLUMNS, NULL, 1);
    rows[r]->sum_columns(&single, a, 1, ROWS, NULL, 1);
    for (int j = 0; j < COLUMNS; ++j) assert_true(fabs(out[j] / (ROWS * (double)0.1f) - 1) < 2e-6);
    assert_true(single == out[0]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(functions_are_accurate), cmocka_unit_test(functions_are_accurate_near_zero),
      cmocka_unit_test(limits_are_exact),       cmocka_unit_test(gate_passes_what_is_not_closed),
      cmocka_unit_test(softmax_of_nan_is_nan),  cmocka_unit_test(long_sums_stay_accurate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
