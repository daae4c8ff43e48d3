/* covers: experiment */
/* The binder: strict types, ranges, lists, choices, defaults, and text that reads back to the same bits. */
#include "arena_fixture.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number_text.h"
#include "experiment/schema.h"
#include "innerloop/random.h"

typedef struct sample {
  int count, size;
  uint64_t seed;
  double rate, final_rate, free;
  bool fast;
  const char *title;
  int colour;
  il_int_list widths;
  il_real_list rates;
  il_text_list names;
} sample;

static const char *const colours[] = {"red", "green", "blue", NULL};
static const char *const auto_word[] = {"auto", "never", NULL};

static const il_option rows[] = {
    {.name = "count", .type = IL_OPTION_INT, .offset = offsetof(sample, count), .low = -5, .high = 100},
    {.name = "size",
     .type = IL_OPTION_INT,
     .offset = offsetof(sample, size),
     .fallback = "auto",
     .low = 1,
     .high = 9,
     .choices = auto_word},
    {.name = "seed", .type = IL_OPTION_SEED, .offset = offsetof(sample, seed), .fallback = "18446744073709551615"},
    {.name = "rate",
     .type = IL_OPTION_REAL,
     .offset = offsetof(sample, rate),
     .fallback = "0.1",
     .low = 0,
     .high = 1,
     .low_open = true},
    {.name = "final_rate",
     .type = IL_OPTION_REAL,
     .offset = offsetof(sample, final_rate),
     .fallback = "never",
     .low = 0,
     .high = 1,
     .choices = auto_word},
    {.name = "free",
     .type = IL_OPTION_REAL,
     .offset = offsetof(sample, free),
     .fallback = "-1e300",
     .low = -INFINITY,
     .high = INFINITY},
    {.name = "fast", .type = IL_OPTION_BOOL, .offset = offsetof(sample, fast), .fallback = "true"},
    {.name = "title", .type = IL_OPTION_TEXT, .offset = offsetof(sample, title), .fallback = "a: [b"},
    {.name = "colour",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(sample, colour),
     .fallback = "green",
     .choices = colours},
    {.name = "widths",
     .type = IL_OPTION_INT_LIST,
     .offset = offsetof(sample, widths),
     .fallback = "[40, 40]",
     .low = 1,
     .high = 64,
     .min_count = 1,
     .max_count = 3},
    {.name = "rates",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(sample, rates),
     .fallback = "[]",
     .low = 0,
     .high = 1},
    {.name = "names", .type = IL_OPTION_TEXT_LIST, .offset = offsetof(sample, names), .fallback = "[x, \"1\"]"},
};
static const il_options options = {rows, sizeof rows / sizeof rows[0], sizeof(sample)};
static const char *const others[] = {"children", NULL};
static const il_schema schema = {.options = &options, .others = others, .what = "the sample"};

static il_status read_sample(sample *target, const char *text, il_arena *arena, il_error *error) {
  il_yaml *root;
  il_error_clear(error);
  il_status status = il_yaml_parse(&root, "s.yaml", text, strlen(text), arena, error);
  return status == IL_OK ? il_schema_read(target, &schema, root, root, arena, error) : status;
}

static void defaults_are_read_like_values(void **state) {
  sample target;
  il_error error;
  assert_int_equal(read_sample(&target, "count: -5\nchildren: {any: [thing]}\n", *state, &error), IL_OK);
  assert_int_equal(target.count, -5);
  assert_int_equal(target.size, -1);
  assert_true(target.seed == UINT64_MAX);
  assert_true(target.rate == 0.1);
  assert_true(target.final_rate == -2);
  assert_true(target.free == -1e300);
  assert_true(target.fast);
  assert_string_equal(target.title, "a: [b");
  assert_int_equal(target.colour, 1);
  assert_int_equal(target.widths.count, 2);
  assert_int_equal(target.widths.at[1], 40);
  assert_int_equal(target.rates.count, 0);
  assert_string_equal(target.names.at[1], "1");
}

static void values_of_every_type(void **state) {
  sample target;
  il_error error;
  const char *text =
      "count: 100\nsize: 9\nseed: 0\nrate: 1\nfinal_rate: auto\nfree: -.5e-3\nfast: false\n"
      "title: 'true'\ncolour: \"blue\"\nwidths: [1, 2, 64]\nrates: [0, 1e-3, 0.25]\nnames: [a b, \"\"]\n";
  assert_int_equal(read_sample(&target, text, *state, &error), IL_OK);
  assert_int_equal(target.size, 9);
  assert_true(target.rate == 1);
  assert_true(target.final_rate == -1);
  assert_true(target.free == -0.0005);
  assert_false(target.fast);
  assert_string_equal(target.title, "true");
  assert_int_equal(target.colour, 2);
  assert_int_equal(target.widths.at[2], 64);
  assert_true(target.rates.at[1] == 0.001);
  assert_string_equal(target.names.at[0], "a b");
  assert_string_equal(target.names.at[1], "");
}

static void refusals(void **state) {
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"seed: 1", "s.yaml:1:1: `count` is missing in the sample; expected a whole number from -5 to 100"},
      {"count: 101", "s.yaml:1:8: `count` is `101`, which is out of range; expected a whole number from -5 to 100"},
      {"count: -6", "s.yaml:1:8: `count` is `-6`, which is out of range; expected a whole number from -5 to 100"},
      {"count: auto",
       "s.yaml:1:8: `count` is `auto`, which is not a whole number; expected a whole number from -5 to 100"},
      {"count: -0x1", "s.yaml:1:8: `count` is `-0x1`, which is hexadecimal; expected a whole number from -5 to 100"},
      {"size: 0",
       "s.yaml:1:7: `size` is `0`, which is out of range; expected a whole number from 1 to 9, or auto, never"},
      {"rate: 0", "s.yaml:1:7: `rate` is `0`, which is out of range; expected a number above 0, at most 1"},
      {"rate: 0e5", "s.yaml:1:7: `rate` is `0e5`, which is out of range; expected a number above 0, at most 1"},
      {"rate: 1.0000001",
       "s.yaml:1:7: `rate` is `1.0000001`, which is out of range; expected a number above 0, at most 1"},
      {"free: 1e999", "s.yaml:1:7: `free` is `1e999`, which is too large; expected a number"},
      {"free: .inf", "s.yaml:1:7: `free` is `.inf`, which is not a number; expected a number"},
      {"widths: []",
       "s.yaml:1:9: `widths` is a list, which is too short; expected a list of 1 to 3 whole numbers from 1 to 64"},
      {"widths: [1, 2, 3, 4]",
       "s.yaml:1:9: `widths` is a list, which is too long; expected a list of 1 to 3 whole numbers from 1 to 64"},
      {"widths: [1, 65]",
       "s.yaml:1:13: `widths` is `65`, which is out of range; expected a list of 1 to 3 whole numbers from 1 to 64"},
      {"colour: gren", "s.yaml:1:9: `colour` is `gren`; expected one of red, green, blue; did you mean `green`?"},
      {"fast: yes", "s.yaml:1:7: `fast` is `yes`; expected true or false"},
      {"colr: red", "s.yaml:1:1: unknown key `colr` in the sample; did you mean `colour`?"},
      {"childrn: red", "s.yaml:1:1: unknown key `childrn` in the sample; did you mean `children`?"},
      {"- a", "s.yaml:1:1: the sample is a list; expected a map of `key: value` lines"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sample target;
    il_error error;
    assert_int_equal(read_sample(&target, cases[i].text, *state, &error), IL_INVALID);
    assert_string_equal(error.message, cases[i].message);
  }
}

/* Long and foreign values are cut in messages, which stay one line. */
static void long_values_are_clipped(void **state) {
  sample target;
  il_error error;
  char text[8000] = "count: \"";
  for (int i = 0; i < 1000; i++) strcat(text, "\xe2\x82\xac\\n");
  strcat(text, "\"");
  assert_int_equal(read_sample(&target, text, *state, &error), IL_INVALID);
  assert_true(strlen(error.message) < 250);
  assert_null(strchr(error.message, '\n'));
}

static void numbers_accept_exactly_the_grammar(void **state) {
  (void)state;
  static const char *const integers[] = {"0", "-0", "7", "-12", "2147483648", "9223372036854775807"};
  static const char *const not_integers[] = {"",    "-",   "+1",  "01",  "-01", "1.",
                                             "1.0", "1e3", "0x1", "1_0", "1 ",  " 1",
                                             "1,0", "١",   "--1", "1-",  "0b1", "9223372036854775808"};
  static const char *const reals[] = {
      "0",    "-0",   "1",    "0.5",    ".5",  "5.",    "1e3",    "1E3",
      "1e+3", "1e-3", "1e03", "-1.5e2", "0.0", "0e999", "4e-320", "1.7976931348623157e308"};
  static const char *const not_reals[] = {"",      "-",     ".",    "e5",   "1e",   "1e+", "+1",       "01",     "00.5",
                                          "1.2.3", "0x1p3", "nan",  "inf",  "-inf", "1,5", "1e400",    "1e-400", "1f",
                                          "1 ",    " 1",    "0.1x", "1e5e", "١",    "NaN", "infinity", "1e1.5"};
  long long integer;
  double number;
  const char *wrong;
  for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
    assert_int_equal(il_schema_integer(&integer, integers[i], &wrong), 0);
    assert_true(integer == strtoll(integers[i], NULL, 10));
  }
  for (size_t i = 0; i < sizeof not_integers / sizeof not_integers[0]; i++)
    if (il_schema_integer(&integer, not_integers[i], &wrong) == 0) fail_msg("integer %s", not_integers[i]);
  for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
    if (il_schema_real(&number, reals[i], &wrong) != 0) fail_msg("real %s %s", reals[i], wrong);
    assert_true(number == strtod(reals[i], NULL));
  }
  for (size_t i = 0; i < sizeof not_reals / sizeof not_reals[0]; i++)
    if (il_schema_real(&number, not_reals[i], &wrong) == 0) fail_msg("real %s", not_reals[i]);
}

/* Doubles of all magnitudes read back to the same bits, and short ones stay short. */
static void doubles_round_trip(void **state) {
  (void)state;
  il_stream stream = il_stream_open(1, IL_PURPOSE_NOISE, 0);
  char text[40];
  for (int i = 0; i < 200000; i++) {
    uint64_t bits = (uint64_t)il_random_word(&stream) << 32 | il_random_word(&stream);
    double value, back;
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) continue;
    il_format_real(text, sizeof text, value);
    const char *wrong;
    assert_int_equal(il_schema_real(&back, text, &wrong), 0);
    assert_memory_equal(&back, &value, sizeof value);
  }
  il_format_real(text, sizeof text, 0.1);
  assert_string_equal(text, "0.1");
  il_format_real(text, sizeof text, 0.1 + 0.2);
  assert_string_equal(text, "0.30000000000000004");
}

static char *printed(const sample *target) {
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream(&text, &size);
  assert_non_null(file);
  il_schema_print(file, &options, target, "");
  assert_int_equal(fclose(file), 0);
  return text;
}

/* struct -> YAML -> struct -> YAML gives the same text, for texts of every kind. */
static void printing_is_a_fixed_point(void **state) {
  static const char *const titles[] = {"",
                                       "plain",
                                       "true",
                                       "1",
                                       "1.5",
                                       "a: b",
                                       "- x",
                                       "#",
                                       "'",
                                       "\"",
                                       "\\",
                                       "a\nb\n",
                                       "\ttab",
                                       " lead",
                                       "end ",
                                       "null",
                                       "~",
                                       "@",
                                       "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\x89",
                                       "\xe2\x80\xa8",
                                       "\xc2\x85",
                                       "\357\273\277bom",
                                       "\x01\x7f",
                                       "yes",
                                       "a,b",
                                       "[x]",
                                       "{y}",
                                       "*a",
                                       "&b",
                                       "!c",
                                       "%d",
                                       "a #b",
                                       "x:",
                                       "-",
                                       "?",
                                       "|",
                                       ">",
                                       "<<",
                                       "1e3",
                                       "0x1"};
  for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
    sample target, back;
    il_error error;
    assert_int_equal(
        read_sample(&target, "count: 3\nrates: [0.1, 1e-12, 1]\nsize: auto\nfinal_rate: 0.3\n", *state, &error), IL_OK);
    target.title = titles[i];
    target.names.at[0] = titles[i];
    char *once = printed(&target);
    if (read_sample(&back, once, *state, &error) != IL_OK) fail_msg("%s in\n%s", error.message, once);
    assert_string_equal(back.title, titles[i]);
    assert_string_equal(back.names.at[0], titles[i]);
    char *twice = printed(&back);
    assert_string_equal(once, twice);
    free(once);
    free(twice);
  }
}

static void single_values(void **state) {
  sample target;
  il_error error;
  char text[64];
  assert_int_equal(read_sample(&target, "count: 3\n", *state, &error), IL_OK);
  static const char *const cases[][2] = {{"count", "3"},         {"size", "auto"},
                                         {"rate", "0.1"},        {"final_rate", "never"},
                                         {"fast", "true"},       {"colour", "green"},
                                         {"widths", "[40, 40]"}, {"rates", "[]"},
                                         {"title", "\"a: [b\""}, {"seed", "18446744073709551615"},
                                         {"free", "-1e+300"},    {"names", "[x, \"1\"]"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(il_schema_value(text, sizeof text, &options, &target, cases[i][0]), 0);
    assert_string_equal(text, cases[i][1]);
  }
  assert_int_equal(il_schema_value(text, sizeof text, &options, &target, "nothing"), -1);
  assert_int_equal(il_schema_value(text, 4, &options, &target, "widths"), 0);
  assert_string_equal(text, "[40");
}

static void broken_defaults_are_reported(void **state) {
  il_option row = {.name = "count", .type = IL_OPTION_INT, .fallback = "11", .low = 0, .high = 10};
  il_options broken = {&row, 1, sizeof(int)};
  il_schema table = {.options = &broken, .what = "the table"};
  int target;
  il_error error = {0};
  assert_int_equal(il_schema_defaults(&target, &table, *state, &error), IL_INVALID);
  assert_string_equal(error.message, "default of the table: `count` is `11`, which is out of range; expected a whole "
                                     "number from 0 to 10");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_are_read_like_values),
      cmocka_unit_test(values_of_every_type),
      cmocka_unit_test(refusals),
      cmocka_unit_test(long_values_are_clipped),
      cmocka_unit_test(numbers_accept_exactly_the_grammar),
      cmocka_unit_test(doubles_round_trip),
      cmocka_unit_test(printing_is_a_fixed_point),
      cmocka_unit_test(single_values),
      cmocka_unit_test(broken_defaults_are_reported),
  };
  return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
