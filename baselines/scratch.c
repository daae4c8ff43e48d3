/* No meta-learning at all: the random initialisation, fine-tuned on each task. What a learned initialisation must beat. */
#include "innerloop/algorithm.h"

static il_direction_kind direction(const void *options) {
  (void)options;
  return IL_DIRECTION_NONE;
}

const il_algorithm il_algorithm_scratch = {
    .name = "scratch",
    .summary = "random initialisation, fine-tuned on each task",
    .direction = direction,
};
