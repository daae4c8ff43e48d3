/* covers: base */
/* Nearest names: known pairs, the limit of a third, and the distance against its recursive definition. */
#include "cmocka_all.h"

#include <string.h>

#include "base/nearest_name.h"
#include "innerloop/random.h"

static const char *at(const void *context, int index) {
  return ((const char *const *)context)[index];
}

static void test_known_pairs(void **state) {
  (void)state;
  static const char *const names[] = {"maml", "reptile", "fine_tune", "learning_rate", "Adam", "adam", "k"};
  static const struct {
    const char *name;
    int nearest;
  } cases[] = {{"mmal", 0},          {"MAML", -1},       {"Maml", 0}, {"reptil", 1}, {"retpile", 1}, {"fine-tune", 2},
               {"learningrate", 3},  {"lerning_rte", 3}, {"adam", 5}, {"Adam", 4},   {"ADam", 4},    {"sgd", -1},
               {"momentum_sgd", -1}, {"learn", -1},      {"q", 6},    {"", 6},       {"finetune", 2}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int found = il_nearest(cases[i].name, at, names, 7);
    if (found != cases[i].nearest) fail_msg("%s: %d, expected %d", cases[i].name, found, cases[i].nearest);
  }
  assert_int_equal(il_nearest("maml", at, names, 0), -1);
}

static void test_long_names(void **state) {
  (void)state;
  char longest[129], longer[500];
  memset(longest, 'a', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  memset(longer, 'a', sizeof longer - 1);
  longer[sizeof longer - 1] = '\0';
  const char *names[] = {longer, longest};
  assert_int_equal(il_nearest(longest, at, names, 2), 1);
  assert_int_equal(il_nearest(longer, at, names, 2), -1);
}

static int lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
}

static int letters(char a, char b) {
  return a == b ? 0 : lower(a) == lower(b) ? 1 : 2;
}

/* Half steps by the definition; a has m letters left, b has n. */
static int slow_distance(const char *a, size_t m, const char *b, size_t n) {
  if (m == 0 || n == 0) return 2 * (int)(m + n);
  int best = slow_distance(a + 1, m - 1, b + 1, n - 1) + letters(a[0], b[0]);
  int deleted = slow_distance(a + 1, m - 1, b, n) + 2, inserted = slow_distance(a, m, b + 1, n - 1) + 2;
  if (deleted < best) best = deleted;
  if (inserted < best) best = inserted;
  if (m > 1 && n > 1 && letters(a[0], b[1]) < 2 && letters(a[1], b[0]) < 2) {
    int swapped = slow_distance(a + 2, m - 2, b + 2, n - 2) + 2 + letters(a[0], b[1]) + letters(a[1], b[0]);
    if (swapped < best) best = swapped;
  }
  return best;
}

static void random_word(char word[8], il_stream *stream) {
  size_t length = il_random_below(stream, 7);
  for (size_t i = 0; i < length; i++) word[i] = "abAB"[il_random_below(stream, 4)];
  word[length] = '\0';
}

static void test_against_the_definition(void **state) {
  (void)state;
  il_stream stream = il_stream_open(1, IL_PURPOSE_BOOTSTRAP, 0);
  for (int round = 0; round < 2000; round++) {
    char name[8], words[4][8];
    const char *list[4] = {words[0], words[1], words[2], words[3]};
    int expected = -1, least = 1000;
    random_word(name, &stream);
    for (int i = 0; i < 4; i++) {
      random_word(words[i], &stream);
      size_t m = strlen(name), n = strlen(words[i]), longer = m > n ? m : n;
      int half_steps = slow_distance(name, m, words[i], n);
      double limit = longer < 3 ? 1 : (double)longer / 3;
      if (half_steps / 2.0 > limit + 1e-9 || half_steps >= least) continue;
      least = half_steps;
      expected = i;
    }
    int found = il_nearest(name, at, list, 4);
    if (found != expected) fail_msg("%s: %d, expected %d", name, found, expected);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_pairs),
      cmocka_unit_test(test_long_names),
      cmocka_unit_test(test_against_the_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
