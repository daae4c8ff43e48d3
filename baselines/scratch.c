/* No meta-learning at all: the random initialisation, fine-tuned on each task. What a learned initialisation must
 * beat. */
#include "innerloop/algorithm.h"

const il_algorithm il_algorithm_scratch = {
    .name = "scratch",
    .summary = "random initialisation, fine-tuned on each task",
    .untrained = true,
};
