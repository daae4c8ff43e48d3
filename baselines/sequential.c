/* Plain gradient steps, task after task, on one model: what small "meta-learning" listings often really do when the
 * inner loop changes the model itself instead of a copy. One task per iteration; the model simply keeps what it was
 * left with (displacement with an outer learning rate of 1). */
#include "innerloop/algorithm.h"

static const il_default defaults[] = {
    {"training.meta_batch", "1"}, {"outer.optimiser", "sgd"}, {"outer.learning_rate", "1"}, {NULL, NULL}};

const il_algorithm il_algorithm_sequential = {
    .name = "sequential",
    .summary = "plain gradient steps task after task on one model",
    .defaults = defaults,
    .least_steps = 1,
    .build = il_build_displacement,
};
