/* covers: models */
/* Parameters: published counts, layout of the flat vector, and how each initialiser is distributed. */
#include "cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "innerloop/model.h"
#include "innerloop/random.h"
#include "option_struct.h"

extern const il_model il_model_linear, il_model_mlp;

static const il_interface scalar_interface = {.input = {.rank = 1, .dims = {1}}, .outputs = 1};

/* Parameters of `model` under up to three options given as name, value pairs (NULL: none). */
static void list_parameters(il_parameters *parameters, const il_model *model, const il_interface *interface,
                            const char *const *pairs) {
  il_arena *arena = il_arena_new();
  il_error error = {0};
  void *options = option_struct(&model->options, arena);
  for (; pairs != NULL && *pairs != NULL; pairs += 2) option_set(options, &model->options, pairs[0], pairs[1], arena);
  *parameters = (il_parameters){0};
  il_status status = model->parameters(parameters, options, interface, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
  il_arena_free(arena);
}

static size_t mlp_size(const char *hidden, const il_interface *interface) {
  il_parameters parameters;
  const char *const pairs[] = {"hidden", hidden, NULL};
  list_parameters(&parameters, &il_model_mlp, interface, pairs);
  return parameters.size;
}

static void test_published_counts(void **state) {
  (void)state;
  const il_interface omniglot = {.input = {.rank = 3, .dims = {28, 28, 1}}, .outputs = 5};
  il_parameters parameters;
  list_parameters(&parameters, &il_model_mlp, &scalar_interface, NULL);
  assert_int_equal(parameters.size, 1761);                             /* MAML: 1-40-40-1 */
  assert_int_equal(mlp_size("[64, 64]", &scalar_interface), 4353);     /* Reptile: 1-64-64-1 */
  assert_int_equal(mlp_size("[256, 128, 64, 64]", &omniglot), 246597); /* MAML's Omniglot MLP without its norms */
  assert_int_equal(mlp_size("[]", &omniglot), 784 * 5 + 5);
  list_parameters(&parameters, &il_model_linear, &omniglot, NULL);
  assert_int_equal(parameters.size, 784 * 5 + 5);
  const char *const no_bias[] = {"bias", "false", NULL};
  list_parameters(&parameters, &il_model_linear, &omniglot, no_bias);
  assert_int_equal(parameters.size, 784 * 5);
}

static void test_layout(void **state) {
  (void)state;
  static const char *const names[] = {"layer1.weight", "layer1.bias", "layer2.weight",
                                      "layer2.bias",   "head.weight", "head.bias"};
  static const il_shape shapes[] = {{2, {1, 40}}, {1, {40}}, {2, {40, 40}}, {1, {40}}, {2, {40, 1}}, {1, {1}}};
  il_parameters parameters;
  list_parameters(&parameters, &il_model_mlp, &scalar_interface, NULL);
  assert_int_equal(parameters.count, 6);
  size_t offset = 0;
  for (int i = 0; i < 6; i++) {
    const il_parameter *row = &parameters.at[i];
    assert_string_equal(row->name, names[i]);
    assert_true(il_shape_equal(&row->shape, &shapes[i]));
    assert_int_equal(row->offset, offset);
    assert_int_equal(row->fan_in, i < 2 ? 1 : 40);
    offset += il_shape_size(&row->shape);
  }
}

static void test_refusals(void **state) {
  (void)state;
  static il_parameters parameters;
  il_error error = {0};
  char longest[IL_PARAMETER_NAME_SIZE + 1];
  memset(longest, 'w', sizeof longest);
  longest[IL_PARAMETER_NAME_SIZE] = '\0';
  const il_shape bad[] = {{2, {0, 3}}, {2, {3, -1}},        {5, {1}},
                          {-1, {1}},   {2, {65536, 65536}}, {4, {65536, 65536, 65536, 65536}}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal(il_parameters_add(&parameters, "w", bad[i], IL_INITIALISER_NORMAL, 1, 1, 1, NULL), IL_INVALID);
  il_shape one = {1, {1}};
  assert_int_equal(il_parameters_add(&parameters, longest, one, IL_INITIALISER_NORMAL, 1, 1, 1, NULL), IL_INVALID);
  assert_int_equal(il_parameters_add(&parameters, "w", one, IL_INITIALISER_NORMAL, NAN, 1, 1, NULL), IL_INVALID);
  assert_int_equal(il_parameters_add(&parameters, "w", one, IL_INITIALISER_NORMAL, 1, 0, 1, NULL), IL_INVALID);
  assert_int_equal(il_parameters_add(&parameters, "w", one, (il_initialiser)99, 1, 1, 1, NULL), IL_INVALID);
  assert_int_equal(parameters.count, 0);
  const char *const no_text[] = {"", "a\nb", "m\xe4h", "\xed\xa0\x80", "\xc0\xaf", "x\x7f"};
  for (size_t i = 0; i < sizeof no_text / sizeof *no_text; i++)
    assert_int_equal(il_parameters_add(&parameters, no_text[i], one, IL_INITIALISER_NORMAL, 1, 1, 1, NULL), IL_INVALID);
  assert_int_equal(parameters.count, 0);
  for (int i = 0; i < IL_PARAMETERS_MAX; i++) {
    char name[IL_PARAMETER_NAME_SIZE];
    (void)snprintf(name, sizeof name, "w\xc3\xa4%d", i);
    assert_int_equal(il_parameters_add(&parameters, name, one, IL_INITIALISER_NORMAL, 1, 1, 1, &error), IL_OK);
    if (i == 0)
      assert_int_equal(il_parameters_add(&parameters, name, one, IL_INITIALISER_NORMAL, 1, 1, 1, NULL), IL_INVALID);
  }
  assert_int_equal(il_parameters_add(&parameters, "w", one, IL_INITIALISER_NORMAL, 1, 1, 1, &error), IL_INVALID);
  assert_int_equal(parameters.size, IL_PARAMETERS_MAX);
}

enum { FAN_IN = 100, FAN_OUT = 200, ELEMENTS = FAN_IN * FAN_OUT };

typedef struct moments {
  double mean, deviation, largest;
} moments;

/* Of one [FAN_IN, FAN_OUT] matrix under `initialiser`; a small parameter stands before it. */
static moments moments_of(il_initialiser initialiser, double scale) {
  static real theta[ELEMENTS + 3];
  static il_parameters parameters;
  moments found = {0};
  parameters = (il_parameters){0};
  il_parameters_add(&parameters, "a", (il_shape){1, {3}}, IL_INITIALISER_CONSTANT, 7, 1, 1, NULL);
  il_parameters_add(&parameters, "w", (il_shape){2, {FAN_IN, FAN_OUT}}, initialiser, scale, FAN_IN, FAN_OUT, NULL);
  il_parameters_initialise(theta, &parameters, 17);
  for (int i = 0; i < 3; i++) assert_true(theta[i] == 7);
  for (int i = 3; i < ELEMENTS + 3; i++) {
    found.mean += theta[i] / (double)ELEMENTS;
    found.deviation += (double)theta[i] * theta[i] / ELEMENTS;
    found.largest = fmax(found.largest, fabs((double)theta[i]));
  }
  found.deviation = sqrt(found.deviation);
  return found;
}

static void test_distributions(void **state) {
  (void)state;
  const double uniform = 1 / sqrt(3), truncated = 0.8796256610342398; /* deviation of N(0, 1) given |z| <= 2 */
  const double xavier = sqrt(6.0 / (FAN_IN + FAN_OUT)), kaiming = sqrt(2.0 / FAN_IN), fan_in = 1 / sqrt(FAN_IN);
  const double fan_out = sqrt(2.0 / FAN_OUT);
  const struct {
    il_initialiser initialiser;
    double scale, deviation, least, most; /* of the largest element, as multiples of the scale */
  } rows[] = {
      {IL_INITIALISER_NORMAL, 0.5, 1, 3, 6.7},
      {IL_INITIALISER_TRUNCATED_NORMAL, 0.01, truncated, 1.99, 2},
      {IL_INITIALISER_UNIFORM, 3, uniform, 0.999, 1},
      {IL_INITIALISER_XAVIER_UNIFORM, 1, xavier * uniform, 0.999 * xavier, xavier},
      {IL_INITIALISER_XAVIER_UNIFORM, 2, xavier * uniform, 0.999 * xavier, xavier},
      {IL_INITIALISER_KAIMING_NORMAL, 1, kaiming, 3 * kaiming, 6.7 * kaiming},
      {IL_INITIALISER_FAN_IN_UNIFORM, 1, fan_in * uniform, 0.999 * fan_in, fan_in},
      {IL_INITIALISER_KAIMING_NORMAL_FAN_OUT, 1, fan_out, 3 * fan_out, 6.7 * fan_out},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    moments found = moments_of(rows[i].initialiser, rows[i].scale);
    double deviation = rows[i].scale * rows[i].deviation;
    assert_true(fabs(found.mean) < 5 * deviation / sqrt(ELEMENTS));
    assert_true(fabs(found.deviation / deviation - 1) < 5 / sqrt(2.0 * ELEMENTS));
    assert_true(found.largest > rows[i].scale * rows[i].least);
    assert_true(found.largest <= rows[i].scale * rows[i].most * (1 + 1e-6));
  }
  moments constant = moments_of(IL_INITIALISER_CONSTANT, 0.25), none = moments_of(IL_INITIALISER_UNIFORM, 0);
  assert_true(fabs(constant.mean - 0.25) < 1e-12 && constant.largest == 0.25);
  assert_true(none.largest == 0);
}

static void test_uniform_between_two_bounds(void **state) {
  (void)state;
  static real theta[ELEMENTS];
  static il_parameters parameters;
  const il_shape shape = {2, {FAN_IN, FAN_OUT}};
  const double low = 0.005, high = 0.1, middle = (low + high) / 2, deviation = (high - low) / sqrt(12);
  double mean = 0, square = 0, least = 1, most = 0;
  parameters = (il_parameters){0};
  assert_int_equal(il_parameters_add_between(&parameters, "rate", shape, low, high, NULL), IL_OK);
  il_parameters_initialise(theta, &parameters, 17);
  for (int i = 0; i < ELEMENTS; i++) {
    mean += theta[i] / (double)ELEMENTS;
    square += (theta[i] - middle) * (theta[i] - middle) / ELEMENTS;
    least = fmin(least, theta[i]);
    most = fmax(most, theta[i]);
  }
  assert_true(fabs(mean - middle) < 5 * deviation / sqrt(ELEMENTS));
  assert_true(fabs(sqrt(square) / deviation - 1) < 5 / sqrt(2.0 * ELEMENTS));
  assert_true(least >= (real)low && least < low + 1e-3 * high && most < high && most > high * (1 - 1e-3));
  const double bad[][2] = {{0.1, 0.1}, {0.2, 0.1}, {NAN, 1}, {0, INFINITY}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal(il_parameters_add_between(&parameters, "other", shape, bad[i][0], bad[i][1], NULL), IL_INVALID);
  assert_int_equal(parameters.count, 1);
  assert_int_equal(il_parameters_add(&parameters, "w", shape, IL_INITIALISER_BETWEEN, 1, 1, 1, NULL), IL_INVALID);
}

static void test_initialising_is_pure(void **state) {
  (void)state;
  enum { SIZE = 1761 };
  static real first[SIZE], again[SIZE], other[SIZE];
  il_parameters parameters, fewer;
  list_parameters(&parameters, &il_model_mlp, &scalar_interface, NULL);
  il_parameters_initialise(first, &parameters, 1);
  il_parameters_initialise(again, &parameters, 1);
  assert_memory_equal(first, again, sizeof first);
  il_parameters_initialise(other, &parameters, 2);
  assert_memory_not_equal(first, other, 40 * sizeof *first);
  /* Two parameters that only their number tells apart start differently. */
  fewer = parameters;
  fewer.count = 2;
  fewer.at[1] = fewer.at[0];
  fewer.at[1].offset = 40;
  il_parameters_initialise(again, &fewer, 1);
  assert_memory_equal(first, again, 40 * sizeof *first);
  assert_memory_not_equal(again, again + 40, 40 * sizeof *again);
  /* A parameter depends on its own row and number only. */
  fewer = parameters;
  fewer.at[0] = (il_parameter){.shape = {1, {2}}, .initialiser = IL_INITIALISER_NORMAL, .scale = 1, .fan_in = 1};
  memset(again, 0, sizeof again);
  il_parameters_initialise(again, &fewer, 1);
  assert_memory_equal(first + 40, again + 40, sizeof first - 40 * sizeof *first);
}

static void test_mlp_biases(void **state) {
  (void)state;
  static real theta[4353];
  il_parameters parameters;
  const char *const reptile[] = {"hidden",           "[64, 64]",       "initialiser", "fan_in_uniform", "scale", "1",
                                 "bias_initialiser", "fan_in_uniform", NULL};
  list_parameters(&parameters, &il_model_mlp, &scalar_interface, reptile);
  il_parameters_initialise(theta, &parameters, 3);
  const double bounds[] = {1, 1, 0.125, 0.125, 0.125, 0.125}; /* 1 / sqrt(fan_in) */
  for (int i = 0; i < parameters.count; i++) {
    const il_parameter *row = &parameters.at[i];
    size_t size = il_shape_size(&row->shape);
    double largest = 0;
    for (size_t j = 0; j < size; j++) largest = fmax(largest, fabs((double)theta[row->offset + j]));
    assert_true(largest > 0 && largest <= bounds[i] && (size < 64 || largest > 0.9 * bounds[i]));
  }
  list_parameters(&parameters, &il_model_mlp, &scalar_interface, NULL);
  il_parameters_initialise(theta, &parameters, 3);
  for (int i = 1; i < parameters.count; i += 2) {
    const il_parameter *row = &parameters.at[i];
    for (int j = 0; j < row->shape.dims[0]; j++) assert_true(theta[row->offset + (size_t)j] == 0);
  }
}

static void test_names(void **state) {
  (void)state;
  assert_string_equal(il_initialiser_names[IL_INITIALISER_CONSTANT], "constant");
  assert_string_equal(il_initialiser_names[IL_INITIALISER_FAN_IN_UNIFORM], "fan_in_uniform");
  assert_string_equal(il_initialiser_names[IL_INITIALISER_KAIMING_NORMAL_FAN_OUT], "kaiming_normal_fan_out");
  assert_null(il_initialiser_names[IL_INITIALISER_KAIMING_NORMAL_FAN_OUT + 1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_published_counts),
      cmocka_unit_test(test_layout),
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_distributions),
      cmocka_unit_test(test_uniform_between_two_bounds),
      cmocka_unit_test(test_initialising_is_pure),
      cmocka_unit_test(test_mlp_biases),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
