/* The table of schedules. */
#include "algorithms/schedule.h"

#include <string.h>

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

const il_schedule *il_schedule_of(const il_outer_options *outer) {
  return table[outer->schedule];
}

bool il_schedule_uses(int schedule, const char *option) {
  const char *const *options = table[schedule]->options;
  for (int i = 0; options && options[i]; i++)
    if (strcmp(options[i], option) == 0) return true;
  return false;
}
