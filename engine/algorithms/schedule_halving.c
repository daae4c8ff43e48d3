/* Half the rate after every halve_every iterations, as the code of prototypical networks does every 20 epochs of 100
 * episodes (Snell et al. 2017). Halving is exact, down to the smallest double, and 0 behind it. */
#include <math.h>

#include "algorithms/schedule.h"

static double rate(const il_outer_options *outer, int iteration, int iterations) {
  (void)iterations;
  return ldexp(outer->rule.learning_rate, -(iteration / outer->halve_every));
}

static const char *const options[] = {"halve_every", NULL};

const il_schedule il_schedule_halving = {.name = "halving",
                                         .summary = "half the rate after every halve_every meta-iterations",
                                         .citation = "Snell et al. 2017, the authors' code",
                                         .options = options,
                                         .rate = rate};
