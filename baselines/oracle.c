/* The upper bound of Finn et al. 2017, section 5.1: a network trained on all tasks that is told which task it sees: the task's
 * true parameters are appended to every input. It need not adapt, so it is judged after 0 steps. */
#include "innerloop/algorithm.h"

static void build(il_build *build, const il_task *task, const void *options) {
  (void)options;
  build->adapted = task->theta;
  build->loss = il_task_loss(task, &task->theta, task->support_x, task->support_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

static il_direction_kind direction(const void *options) {
  (void)options;
  return IL_DIRECTION_GRADIENT;
}

static const il_default defaults[] = {{"adapt.steps", "0"}, {NULL, NULL}};

const il_algorithm il_algorithm_oracle = {
    .name = "oracle",
    .summary = "told the task's true parameters: the upper bound",
    .citation = "Finn, Abbeel and Levine, ICML 2017, section 5.1",
    .defaults = defaults,
    .task_parameters = true,
    .direction = direction,
    .build = build,
};
