/* Reptile (Nichol, Achiam and Schulman 2018, arXiv 1803.02999), batched version:
 *
 *   phi = k steps of the inner optimiser from theta on mini-batches of the task
 *   theta <- theta + epsilon mean_tasks (phi - theta)
 *
 * The displacement theta - phi stands where others have a gradient, so epsilon is the learning rate of an outer SGD,
 * annealed linearly to outer.final_learning_rate. No query set is used. The inner optimiser is SGD or Adam; with
 * inner.state: carry its moments run on from task to task, as in the authors' code. */
#include "algorithms/optimiser.h"
#include "innerloop/algorithm.h"

static void build(il_build *build, const il_task *task, const void *options) {
  (void)options;
  il_graph *graph = task->graph;
  il_values phi = task->theta;
  build->state = task->state.count ? task->state : il_optimiser_initial(graph, &task->inner->rule, &task->theta);
  for (int step = 0; step < task->inner->steps; step++) {
    il_value x, y;
    il_task_batch(task, step, &x, &y);
    build->loss = il_task_loss(task, &phi, x, y); /* reported: the last mini-batch, before the step on it */
    il_values gradient = il_gradient(graph, build->loss, &phi);
    phi = il_inner_step(task, &phi, &gradient, &build->state);
  }
  build->adapted = phi;
  build->direction.count = phi.count;
  for (int i = 0; i < phi.count; i++) build->direction.at[i] = il_subtract(graph, task->theta.at[i], phi.at[i]);
}

static il_direction_kind direction(const void *options) {
  (void)options;
  return IL_DIRECTION_DISPLACEMENT;
}

static const il_default defaults[] = {{"inner.steps", "5"},
                                      {"inner.learning_rate", "0.02"},
                                      {"outer.optimiser", "sgd"},
                                      {"outer.learning_rate", "1"},
                                      {"outer.final_learning_rate", "0"},
                                      {"training.meta_batch", "5"},
                                      {NULL, NULL}};

const il_algorithm il_algorithm_reptile = {
    .name = "reptile",
    .summary = "move the initialisation towards each task's adapted parameters",
    .citation = "Nichol, Achiam and Schulman 2018 (arXiv 1803.02999)",
    .defaults = defaults,
    .direction = direction,
    .build = build,
};
