/* The table of schedules. */
#include "algorithms/schedule.h"

#define IL_SCHEDULE(name) extern const il_schedule il_schedule_##name;
#include "algorithms/schedules.def"
#undef IL_SCHEDULE

static const il_schedule *const table[] = {
#define IL_SCHEDULE(name) &il_schedule_##name,
#include "algorithms/schedules.def"
#undef IL_SCHEDULE
};

const char *const il_schedule_names[] = {
#define IL_SCHEDULE(name) #name,
#include "algorithms/schedules.def"
#undef IL_SCHEDULE
    NULL};

_Static_assert(sizeof il_schedule_names / sizeof(char *) <= IL_SCHEDULES_MAX + 1,
               "there is no room for so many schedules");

const il_schedule *il_schedule_of(const il_outer_options *outer) {
  return table[outer->schedule];
}

const void *il_schedule_own(const il_outer_options *outer) {
  return outer->schedule_own[outer->schedule];
}

const il_options *il_schedule_rows(int number) {
  return &table[number]->options;
}
