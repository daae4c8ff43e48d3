/* From learning_rate straight towards final_learning_rate, as Reptile's code anneals: iteration i of n has
 * first + i / n (final - first), so the final rate itself would be that of iteration n, behind the last. */
#include "algorithms/schedule.h"

static double rate(const il_outer_options *outer, int iteration, int iterations) {
  double first = outer->rule.learning_rate, change = outer->final_learning_rate - first;
  return first + (double)iteration / iterations * change;
}

const il_schedule il_schedule_linear = {
    .name = "linear",
    .summary = "straight from learning_rate to final_learning_rate, which the iteration behind the last would have",
    .citation = "Nichol, Achiam and Schulman 2018, the authors' code",
    .ends = true,
    .rate = rate};
