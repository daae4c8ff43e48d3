/* Reptile (Nichol, Achiam and Schulman 2018, arXiv 1803.02999), batched version:
 *
 *   phi = k steps of the inner optimiser from theta on mini-batches of the task
 *   theta <- theta + epsilon mean_tasks (phi - theta)
 *
 * The displacement theta - phi stands where others have a gradient, so epsilon is the learning rate of an outer SGD,
 * annealed linearly to outer.final_learning_rate (il_build_displacement). No query set is used: the loss reported is
 * that of the last inner step, before it. The inner optimiser is SGD or Adam; with
 * inner.state: carry its moments run on from task to task, as in the authors' code. */
#include "innerloop/algorithm.h"

static const il_default defaults[] = {{"inner.steps", "5"},
                                      {"inner.learning_rate", "0.02"},
                                      {"outer.optimiser", "sgd"},
                                      {"outer.learning_rate", "1"},
                                      {"outer.final_learning_rate", "0"},
                                      {"training.meta_batch", "5"},
                                      {NULL, NULL}};

/* 5-way 1-shot Omniglot. */
static const il_default image_defaults[] = {{"inner.optimiser", "adam"},
                                            {"inner.learning_rate", "0.001"},
                                            {"inner.beta1", "0"},
                                            {"inner.batch", "10"},
                                            {"inner.loss_scale", "sum"},
                                            {"inner.state", "carry"},
                                            {"adapt.steps", "50"},
                                            {"adapt.batch", "5"},
                                            {NULL, NULL}};

const il_algorithm il_algorithm_reptile = {
    .name = "reptile",
    .summary = "move the initialisation towards each task's adapted parameters",
    .citation = "Nichol, Achiam and Schulman 2018 (arXiv 1803.02999)",
    .defaults = defaults,
    .kind_defaults = {[IL_CLASSES] = image_defaults},
    .kind_sources = {[IL_CLASSES] = "github.com/openai/supervised-reptile, args.py, reptile.py: 5-way 1-shot Omniglot"},
    .least_steps = 1,
    .build = il_build_displacement,
};
