/* "Did you mean": Damerau-Levenshtein distance with adjacent transpositions (optimal string alignment), counted in half
 * steps so that a letter in the wrong case costs one of them. O(length^2) a candidate. */
#include "base/nearest_name.h"

#include <limits.h>
#include <string.h>

enum { LENGTH_MAX = 128, STEP = 2, HALF_STEP = 1 };

static int lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
}

static int smaller(int a, int b) {
  return a < b ? a : b;
}

/* Half steps from one letter to the other. */
static int letter_distance(char a, char b) {
  if (a == b) return 0;
  return lower(a) == lower(b) ? HALF_STEP : STEP;
}

/* Half steps when the letters a[0] a[1] become b[0] b[1] by swapping; a whole word away when they do not. */
static int swap_distance(const char *a, const char *b) {
  int first = letter_distance(a[0], b[1]), second = letter_distance(a[1], b[0]);
  return first == STEP || second == STEP ? 2 * STEP : STEP + first + second;
}

/* Half steps from a to b, both at most LENGTH_MAX long. rows[i % 3][j]: from the first i letters of a to the first j of
 * b. */
static int distance(const char *a, int a_length, const char *b, int b_length) {
  int rows[3][LENGTH_MAX + 1];
  for (int j = 0; j <= b_length; j++) rows[0][j] = STEP * j;
  for (int i = 1; i <= a_length; i++) {
    int *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
    row[0] = STEP * i;
    for (int j = 1; j <= b_length; j++) {
      int best = above[j - 1] + letter_distance(a[i - 1], b[j - 1]);
      best = smaller(best, smaller(above[j], row[j - 1]) + STEP);
      if (i > 1 && j > 1) best = smaller(best, two_above[j - 2] + swap_distance(a + i - 2, b + j - 2));
      row[j] = best;
    }
  }
  return rows[a_length % 3][b_length];
}

/* Whether `half_steps` is at most a third of `length`, or one step. */
static int near_enough(int half_steps, int length) {
  return half_steps <= STEP || 3 * half_steps <= STEP * length;
}

int il_nearest(const char *name, const char *(*candidate)(const void *context, int index), const void *context,
               int count) {
  size_t name_length = strlen(name);
  int nearest = -1, least = INT_MAX;
  if (name_length > LENGTH_MAX) return -1;
  for (int i = 0; i < count; i++) {
    const char *other = candidate(context, i);
    size_t other_length = strlen(other);
    if (other_length > LENGTH_MAX) continue;
    int steps = distance(name, (int)name_length, other, (int)other_length);
    int longer = (int)(name_length > other_length ? name_length : other_length);
    if (steps >= least || !near_enough(steps, longer)) continue;
    least = steps;
    nearest = i;
  }
  return nearest;
}
