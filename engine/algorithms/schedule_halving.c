/* Half the rate after every halve_every iterations, as the code of prototypical networks does every 20 epochs of 100
 * episodes (Snell et al. 2017). Halving is exact, down to the smallest double, and 0 behind it. */
#include <math.h>

#include "algorithms/schedule.h"

typedef struct halving_options {
  int halve_every; /* meta-iterations */
} halving_options;

static const il_option rows[] = {{.name = "halve_every",
                                  .type = IL_OPTION_INT,
                                  .offset = IL_SCHEDULE_FIELD(halving, halving_options, halve_every),
                                  .fallback = "2000",
                                  .low = 1,
                                  .high = 100000000,
                                  .unit = "meta-iterations",
                                  .help = "iterations after which halving makes the rate half of what it was",
                                  .source = "Snell et al. 2017, the authors' code: 20 epochs of 100 episodes",
                                  .added_later = true}};

static double rate(const il_outer_options *outer, int iteration, int iterations) {
  (void)iterations;
  const halving_options *own = il_schedule_own(outer);
  return ldexp(outer->rule.learning_rate, -(iteration / own->halve_every));
}

const il_schedule il_schedule_halving = {.name = "halving",
                                         .summary = "half the rate after every halve_every meta-iterations",
                                         .citation = "Snell et al. 2017, the authors' code",
                                         .options = {.rows = rows, .count = 1},
                                         .rate = rate};
