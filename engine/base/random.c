/* Counter-based random numbers: Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"
 * (SC 2011), through the authors' Random123. Arithmetic and mathematical functions are float throughout: the double
 * functions of the C library may differ in the last bit from one processor to the next. */
#include "innerloop/random.h"

#include <Random123/philox.h>
#include <math.h>

enum { BLOCK_WORDS = 4 };

il_stream il_stream_open(uint64_t seed, il_purpose purpose, uint64_t index) {
  return (il_stream){
      .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
      .counter = {0, (uint32_t)purpose, (uint32_t)index, (uint32_t)(index >> 32)},
  };
}

static void next_block(il_stream *stream) {
  philox4x32_ctr_t counter = {{stream->counter[0], stream->counter[1], stream->counter[2], stream->counter[3]}};
  philox4x32_key_t key = {{stream->key[0], stream->key[1]}};
  philox4x32_ctr_t block = philox4x32_R(10, counter, key);
  for (int i = 0; i < BLOCK_WORDS; i++) stream->block[i] = block.v[i];
  stream->counter[0]++;
  stream->left = BLOCK_WORDS;
}

uint32_t il_random_word(il_stream *stream) {
  if (stream->left == 0) next_block(stream);
  return stream->block[BLOCK_WORDS - stream->left--];
}

/* k 2^-24 in [0, 1): every value is a float, none is rounded. */
static float unit_float(il_stream *stream) {
  return (float)(il_random_word(stream) >> 8) * 0x1p-24f;
}

float il_random_uniform(il_stream *stream, float low, float high) {
  float value = low + (high - low) * unit_float(stream);
  return value < high ? value : nextafterf(high, low);
}

/* (w + 1) 2^-32 in (0, 1]: 32 bits, because the smallest value sets the longest tail, sqrt(64 ln 2) = 6.66. */
static float normal_radius_uniform(il_stream *stream) {
  return ((float)il_random_word(stream) + 1.0f) * 0x1p-32f;
}

static float normal_angle(il_stream *stream) {
  return 6.28318530717958648f * unit_float(stream);
}

float il_random_normal(il_stream *stream) {
  float radius_uniform = normal_radius_uniform(stream), angle = normal_angle(stream);
  return sqrtf(-2.0f * logf(radius_uniform)) * cosf(angle);
}

/* Words, then logarithms, roots, cosines: values that do not wait for each other overlap in the processor. */
void il_random_normals(il_stream *stream, float *values, int count) {
  enum { BATCH = 32 };
  float radius[BATCH], angle[BATCH];
  for (int done = 0; done < count; done += BATCH) {
    int size = count - done < BATCH ? count - done : BATCH;
    for (int i = 0; i < size; i++) {
      radius[i] = normal_radius_uniform(stream);
      angle[i] = normal_angle(stream);
    }
    for (int i = 0; i < size; i++) radius[i] = -2.0f * logf(radius[i]);
    for (int i = 0; i < size; i++) radius[i] = sqrtf(radius[i]);
    for (int i = 0; i < size; i++) values[done + i] = radius[i] * cosf(angle[i]);
  }
}

float il_random_truncated_normal(il_stream *stream) {
  float value;
  do {
    value = il_random_normal(stream);
  } while (fabsf(value) > 2.0f);
  return value;
}

uint32_t il_random_below(il_stream *stream, uint32_t bound) {
  /* Lemire, "Fast random integer generation in an interval" (2019): the high word of a 64-bit product; a low word below
   * 2^32 mod bound belongs to the over-represented values and is drawn again. */
  uint64_t product = (uint64_t)il_random_word(stream) * bound;
  if ((uint32_t)product >= bound) return (uint32_t)(product >> 32);
  uint32_t surplus = (uint32_t)-bound % bound;
  while ((uint32_t)product < surplus) product = (uint64_t)il_random_word(stream) * bound;
  return (uint32_t)(product >> 32);
}

void il_random_permutation(il_stream *stream, int *permutation, int count) {
  for (int i = 0; i < count; i++) permutation[i] = i;
  for (int i = count - 1; i > 0; i--) {
    int other = (int)il_random_below(stream, (uint32_t)i + 1);
    int kept = permutation[i];
    permutation[i] = permutation[other];
    permutation[other] = kept;
  }
}
