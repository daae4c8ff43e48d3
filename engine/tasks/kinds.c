/* What holds for every kind of task. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "innerloop/kind.h"

#define IL_TASK_KIND(name) extern const il_task_kind il_##name;
#include "tasks/kinds.def"
#undef IL_TASK_KIND

const il_task_kind *const il_task_kinds[] = {
#define IL_TASK_KIND(name) &il_##name,
#include "tasks/kinds.def"
#undef IL_TASK_KIND
    NULL};

const il_task_kind *il_task_kind_of_metric(const char *metric) {
  const il_task_kind *const *kind = il_task_kinds;
  while (*kind && strcmp((*kind)->metric, metric) != 0) kind++;
  return *kind;
}

double il_task_kind_metric(const il_task_kind *kind, double score, int64_t rows, int outputs) {
  if (rows <= 0) return NAN;
  return score / ((double)rows * (kind->over_outputs ? outputs : 1));
}

bool il_task_kind_better(const il_task_kind *kind, double a, double b) {
  if (isnan(a)) return false;
  if (isnan(b)) return true;
  return kind->higher_better ? a > b : a < b;
}
