/* Text as a row of numbers without a dictionary: the feature hashing of Weinberger et al., ICML 2009, of runs of 1 to 3
 * characters, as in Cavnar and Trenkle 1994. A run's bucket is the 32-bit FNV-1a hash h of its UTF-8 bytes, as (h xor
 * h >> 15) mod 1024. */
#ifndef INNERLOOP_TASKS_NGRAMS_H
#define INNERLOOP_TASKS_NGRAMS_H

#include <stddef.h>

#include "innerloop/real.h"

enum { IL_NGRAM_BUCKETS = 1024, IL_NGRAM_LONGEST = 3, IL_NGRAM_TABLE = 256 };

/* What a bucket with c runs is worth. Log unit: log(1 + c), and the row is divided by its length (steps 1 and 3 of
 * Rennie et al., ICML 2003); count: c. */
typedef enum il_ngram_weighting { IL_NGRAM_LOG_UNIT, IL_NGRAM_COUNT } il_ngram_weighting;
/* For an option; NULL behind the last. */
extern const char *const il_ngram_weighting_names[];

typedef struct il_ngrams {
  il_ngram_weighting weighting;
  float log_one_plus[IL_NGRAM_TABLE]; /* log(1 + c) of small counts */
} il_ngrams;

void il_ngrams_start(il_ngrams *ngrams, il_ngram_weighting weighting);

/* x [IL_NGRAM_BUCKETS] from text[size], which is UTF-8 (a character ends where a byte that is not 10xxxxxx begins). The
 * same floats in every build. Thread-safe; allocates nothing. */
void il_ngrams_write(real *x, const il_ngrams *ngrams, const char *text, size_t size);

#endif
