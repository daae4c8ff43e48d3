/* The same rate throughout. */
#include "algorithms/schedule.h"

static double rate(const il_outer_options *outer, int iteration, int iterations) {
  (void)iteration;
  (void)iterations;
  return outer->rule.learning_rate;
}

const il_schedule il_schedule_constant = {
    .name = "constant", .summary = "the learning rate stays what it is", .rate = rate};
