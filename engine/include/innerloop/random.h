/* Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011; Random123). A number is a pure function of
 * (root seed, purpose, index, position in the stream), so streams can be opened in any order on any thread. */
#ifndef INNERLOOP_RANDOM_H
#define INNERLOOP_RANDOM_H

#include <stdint.h>

/* What a stream is for. The numbers are part of the determinism contract: never renumber. */
typedef enum il_purpose {
  IL_PURPOSE_INIT = 1,           /* index: parameter number */
  IL_PURPOSE_TRAIN_EPISODES = 2, /* index: iteration * meta-batch + task */
  IL_PURPOSE_EVAL_EPISODES = 3,  /* index: split << 48 | episode */
  IL_PURPOSE_NOISE = 4,          /* index: as the episode it belongs to */
  IL_PURPOSE_BOOTSTRAP = 5,      /* index: replicate */
  IL_PURPOSE_MINIBATCH = 6,      /* index: as the episode it belongs to */
  IL_PURPOSE_SUITE = 7,          /* what a suite fixes once for all its tasks; index: the suite's own */
  IL_PURPOSE_POOL = 8,           /* single examples of all classes; index: split << 48 | draw */
  IL_PURPOSE_PROOF = 9           /* of a direction; index: 0 where it is looked at, 1 which coordinates */
} il_purpose;

/* A stream of random numbers; a value type, copy it to replay. */
typedef struct il_stream {
  uint32_t key[2];     /* root seed, low and high word */
  uint32_t counter[4]; /* block number, purpose, index low, index high */
  uint32_t block[4];   /* words of the current block */
  int left;            /* words of `block` not yet used */
} il_stream;

/* The stream of (root seed, purpose, index), at its beginning. 2^34 words long. */
il_stream il_stream_open(uint64_t seed, il_purpose purpose, uint64_t index);

/* 32 uniform bits. */
uint32_t il_random_word(il_stream *stream);

/* Uniform float in [low, high): low + (high - low) * k 2^-24, computed in float; never returns `high` (clamped to the
 * float below it). The same float in every build, also where `real` is double. */
float il_random_uniform(il_stream *stream, float low, float high);

/* Standard normal float (Box-Muller in float; |value| < 6.7). Uses two words. */
float il_random_normal(il_stream *stream);

/* values[0..count): what as many calls of il_random_normal return, in less time. */
void il_random_normals(il_stream *stream, float *values, int count);

/* Standard normal conditioned on |value| <= 2, by rejection, as TensorFlow's truncated_normal. */
float il_random_truncated_normal(il_stream *stream);

/* Uniform integer in [0, bound), without bias (Lemire's rejection). bound >= 1. */
uint32_t il_random_below(il_stream *stream, uint32_t bound);

/* Fills permutation[0..count) with a uniform permutation of 0..count-1 (Fisher-Yates). */
void il_random_permutation(il_stream *stream, int *permutation, int count);

#endif
