/* The upper bound of Finn et al. 2017, section 5.1: a network trained on all tasks that is given which task it sees:
 * the task's true parameters are appended to every input. It need not adapt, so it is judged after 0 steps. */
#include "innerloop/algorithm.h"

static void shape(il_task_form *form, const void *options) {
  (void)options;
  form->context = true;
}

static const il_default defaults[] = {{"adapt.steps", "0"}, {NULL, NULL}};

const il_algorithm il_algorithm_oracle = {
    .name = "oracle",
    .summary = "told the task's true parameters: the upper bound",
    .citation = "Finn, Abbeel and Levine, ICML 2017, section 5.1",
    .defaults = defaults,
    .shape = shape,
    .build = il_build_joint,
};
