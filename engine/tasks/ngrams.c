/* Hashed n-grams. */
#include "tasks/ngrams.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/portable_math.h"

enum { OFFSET = 0x811c9dc5u, PRIME = 0x01000193u }; /* FNV-1a, 32 bits */

const char *const il_ngram_weighting_names[] = {"log_unit", "count", NULL};

void il_ngrams_start(il_ngrams *ngrams, il_ngram_weighting weighting) {
  ngrams->weighting = weighting;
  for (int c = 0; c < IL_NGRAM_TABLE; c++) ngrams->log_one_plus[c] = (float)il_log_one_plus(c);
}

/* A byte that goes on with a character of more than one. */
static bool goes_on(char byte) {
  return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The runs counted so far: x, and its buckets that are not 0, in the order in which they came. */
typedef struct run_tally {
  real *x;
  int *touched; /* [IL_NGRAM_BUCKETS + 1] */
  int buckets;
} run_tally;

static inline void add(run_tally *tally, uint32_t hash) {
  int bucket = (int)((hash ^ hash >> 15) % IL_NGRAM_BUCKETS);
  tally->touched[tally->buckets] = bucket;
  tally->buckets += tally->x[bucket] == 0;
  tally->x[bucket] += 1;
}

/* one, two, three: hashes of the last so many characters; a byte is hashed once for each length. */
static void count(run_tally *tally, const char *text, size_t size) {
  uint32_t one = OFFSET, two = OFFSET, three = OFFSET;
  int characters = 0;
  for (size_t at = 0; at < size; characters++) {
    three = two, two = one, one = OFFSET;
    do {
      unsigned char byte = (unsigned char)text[at++];
      one = (one ^ byte) * PRIME;
      two = (two ^ byte) * PRIME;
      three = (three ^ byte) * PRIME;
    } while (at < size && goes_on(text[at]));
    add(tally, one);
    if (characters > 0) add(tally, two);
    if (characters > 1) add(tally, three);
  }
}

void il_ngrams_write(real *x, const il_ngrams *ngrams, const char *text, size_t size) {
  int touched[IL_NGRAM_BUCKETS + 1];
  double sum = 0;
  memset(x, 0, IL_NGRAM_BUCKETS * sizeof *x);
  run_tally tally = {.x = x, .touched = touched};
  count(&tally, text, size);
  if (ngrams->weighting == IL_NGRAM_COUNT) return;
  for (int i = 0; i < tally.buckets; i++) {
    int c = (int)x[touched[i]];
    float weight = c < IL_NGRAM_TABLE ? ngrams->log_one_plus[c] : (float)il_log_one_plus(c);
    x[touched[i]] = weight;
    sum += (double)weight * (double)weight;
  }
  float scale = sum > 0 ? (float)(1 / sqrt(sum)) : 0;
  for (int i = 0; i < tally.buckets; i++) x[touched[i]] = (float)x[touched[i]] * scale;
}
