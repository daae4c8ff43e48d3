/* Plain gradient steps, task after task, on one model: what small "meta-learning" listings often really do when the inner
 * loop changes the model itself instead of a copy. One task per iteration; the model simply keeps what it was left with
 * (displacement with an outer learning rate of 1). */
#include "innerloop/algorithm.h"

static void build(il_build *build, const il_task *task, const void *options) {
  (void)options;
  build->adapted = il_inner_loop(task, true, &build->state);
  build->loss = il_task_loss(task, &build->adapted, task->query_x, task->query_y);
  build->direction.count = task->theta.count;
  for (int i = 0; i < task->theta.count; i++)
    build->direction.at[i] = il_subtract(task->graph, task->theta.at[i], build->adapted.at[i]);
}

static il_direction_kind direction(const void *options) {
  (void)options;
  return IL_DIRECTION_DISPLACEMENT;
}

static const il_default defaults[] = {{"training.meta_batch", "1"},
                                      {"outer.optimiser", "sgd"},
                                      {"outer.learning_rate", "1"},
                                      {NULL, NULL}};

const il_algorithm il_algorithm_sequential = {
    .name = "sequential",
    .summary = "plain gradient steps task after task on one model",
    .defaults = defaults,
    .direction = direction,
    .build = build,
};
