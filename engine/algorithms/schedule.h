/* Schedules of the outer learning rate: functions of how far the training is. One file and one line each. */
#ifndef INNERLOOP_ALGORITHMS_SCHEDULE_H
#define INNERLOOP_ALGORITHMS_SCHEDULE_H

#include "innerloop/algorithm.h"

typedef struct il_schedule {
  const char *name;
  const char *summary;
  const char *citation; /* NULL: none */
  il_options options;   /* its own, beside learning_rate; offsets by IL_SCHEDULE_FIELD; all `added_later` */
  bool ends;            /* at final_learning_rate, which a schedule without an end refuses */
  bool needs_end;       /* without a final_learning_rate of its own it would change nothing unnoticed */
  /* The rate of meta-iteration `iteration` (0-based) of `iterations` > 0. In double, without libm: the same bits
   * everywhere. */
  double (*rate)(const il_outer_options *outer, int iteration, int iterations);
} il_schedule;

/* Numbers of the schedules: IL_SCHEDULE_constant, ... */
typedef enum il_schedule_number {
#define IL_SCHEDULE(name) IL_SCHEDULE_##name,
#include "algorithms/schedules.def"
#undef IL_SCHEDULE
} il_schedule_number;

/* Offset of `field` of schedule NAME's own struct, of at most IL_SCHEDULE_BYTES bytes, in il_outer_options. */
#define IL_SCHEDULE_FIELD(name, type, field)                                                                           \
  (offsetof(il_outer_options, schedule_own[IL_SCHEDULE_##name]) + offsetof(type, field))

/* NULL-terminated names: the choices of the option `schedule`. */
extern const char *const il_schedule_names[];

/* The schedule of these options. */
const il_schedule *il_schedule_of(const il_outer_options *outer);

/* The struct of its own options. */
const void *il_schedule_own(const il_outer_options *outer);

/* Those of schedule number `number`, for tables of options. */
const il_options *il_schedule_rows(int number);

#endif
