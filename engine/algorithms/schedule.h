/* Schedules of the outer learning rate: functions of how far the training is. One file and one line each. */
#ifndef INNERLOOP_ALGORITHMS_SCHEDULE_H
#define INNERLOOP_ALGORITHMS_SCHEDULE_H

#include "innerloop/algorithm.h"

typedef struct il_schedule {
  const char *name;
  const char *summary;
  const char *citation;       /* NULL: none */
  const char *const *options; /* keys of the section `outer` it goes by, beside learning_rate; NULL-terminated. Another
                               * schedule that does not list them refuses them. NULL: none */
  bool needs_end;             /* without a final_learning_rate of its own it would change nothing unnoticed */
  /* The rate of meta-iteration `iteration` (0-based) of `iterations` > 0. In double, without libm: the same bits
   * everywhere. */
  double (*rate)(const il_outer_options *outer, int iteration, int iterations);
} il_schedule;

/* NULL-terminated names: the choices of the option `schedule`. */
extern const char *const il_schedule_names[];

/* The schedule of these options. */
const il_schedule *il_schedule_of(const il_outer_options *outer);

/* Whether the schedule with this number goes by the key `option` of `outer`. */
bool il_schedule_uses(int schedule, const char *option);

#endif
