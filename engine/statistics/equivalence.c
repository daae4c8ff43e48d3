/* Two one-sided tests by the interval of a difference. */
#include "statistics/equivalence.h"

#include <math.h>

#include "statistics/intervals.h"

static il_interval difference_of(const il_interval *a, const il_interval *b) {
  const il_interval minus = {-b->mean, -b->high, -b->low, a->count}; /* only ours has a count */
  return il_interval_add(a, &minus, 0);
}

static il_equivalence_kind kind_of(const il_interval *difference, double margin) {
  if (difference->low > -margin && difference->high < margin) return IL_EQUIVALENT;
  if (difference->low > margin) return IL_ABOVE;
  if (difference->high < -margin) return IL_BELOW;
  return IL_UNDECIDED;
}

/* The estimate of a difference that is 0 is normal with the interval's half-width over the quantile as its standard
 * deviation, and `equivalent` is said where it is nearer to 0 than the margin less the half-width. */
static double power_of(const il_interval *difference, double margin, double level) {
  double half = fmax(difference->mean - difference->low, difference->high - difference->mean), room = margin - half;
  if (!(room > 0)) return 0;
  if (half <= 0) return 1;
  const double normal = 1e7; /* degrees of freedom that make Student's t the normal */
  return 2 * il_student_probability(room / half * il_normal_quantile((1 + level) / 2), normal) - 1;
}

/* Our half-width must shrink until the side that crosses the margin no longer does; data go with its square. */
static double more_of(const il_interval *difference, const il_interval *ours, const il_interval *theirs,
                      double margin) {
  double distance = fabs(margin - fabs(difference->mean));
  double own = fmax(ours->mean - ours->low, ours->high - ours->mean);
  double other = fmax(theirs->mean - theirs->low, theirs->high - theirs->mean);
  if (other >= distance) return INFINITY;
  return own * own / (distance * distance - other * other);
}

void il_equivalence_test(il_equivalence *result, const il_interval *ours, const il_interval *theirs, double margin,
                         double level) {
  *result = (il_equivalence){IL_UNDECIDED, difference_of(ours, theirs), margin, 0, NAN};
  if (!isfinite(result->difference.low) || !isfinite(result->difference.high)) return;
  result->kind = kind_of(&result->difference, margin);
  result->power = power_of(&result->difference, margin, level);
  result->more = result->kind == IL_UNDECIDED ? more_of(&result->difference, ours, theirs, margin) : 1;
}
