/* Half a cosine from learning_rate to final_learning_rate (Loshchilov and Hutter, ICLR 2017, without restarts):
 * iteration i of n has final + (first - final) (1 + cos(pi i / n)) / 2. MAML++ (Antoniou et al. 2019) anneals so, its
 * code by epochs of 500 iterations, which all have the rate of their first. */
#include "algorithms/schedule.h"
#include "base/portable_math.h"

static double rate(const il_outer_options *outer, int iteration, int iterations) {
  double first = outer->rule.learning_rate, final = outer->final_learning_rate;
  return final + (first - final) * ((1 + il_cosine_of_half_turns((double)iteration / iterations)) / 2);
}

const il_schedule il_schedule_cosine = {
    .name = "cosine",
    .summary = "half a cosine from learning_rate to final_learning_rate, steepest in the middle",
    .citation = "Loshchilov and Hutter, ICLR 2017; Antoniou et al. 2019 step it once an epoch of 500 iterations",
    .ends = true,
    .needs_end = true,
    .rate = rate};
