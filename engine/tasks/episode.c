/* The streams an episode is drawn from. */
#include "innerloop/random.h"
#include "innerloop/suite.h"

enum { SPLIT_SHIFT = 48 };

/* Split and number of an episode in one word; number < 2^48. */
static uint64_t episode_index(il_split split, uint64_t index) {
  return (uint64_t)split << SPLIT_SHIFT | (index & ((UINT64_C(1) << SPLIT_SHIFT) - 1));
}

il_stream il_episode_stream(il_split split, uint64_t seed, uint64_t index) {
  il_purpose purpose = split == IL_SPLIT_TRAIN ? IL_PURPOSE_TRAIN_EPISODES : IL_PURPOSE_EVAL_EPISODES;
  return il_stream_open(seed, purpose, episode_index(split, index));
}

il_stream il_example_stream(il_split split, uint64_t seed, uint64_t index) {
  return il_stream_open(seed, IL_PURPOSE_POOL, episode_index(split, index));
}

il_stream il_episode_noise_stream(il_split split, uint64_t seed, uint64_t index) {
  return il_stream_open(seed, IL_PURPOSE_NOISE, episode_index(split, index));
}
