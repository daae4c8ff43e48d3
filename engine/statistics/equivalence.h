/* Are two estimates equal, for practical purposes? Two one-sided tests (Schuirmann 1987; "TOST"): a margin is stated
 * first, and the interval of the difference decides.
 *
 *   equivalent: the interval lies inside (-margin, margin)
 *   above:      it lies beyond margin            below: beyond -margin
 *   undecided:  it crosses one of the two, or both: the data do not tell
 *
 * At a 95 % interval the chance of `equivalent` when the truth is off by the margin or more is at most 2.5 %, and so
 * is that of `above` or `below` when it is off by no more than the margin, provided the two intervals cover what they
 * say; test_equivalence measures both. Overlap of two intervals, the other habit, has it the wrong way round: the
 * fewer the data, the more is "reproduced". */
#ifndef INNERLOOP_STATISTICS_EQUIVALENCE_H
#define INNERLOOP_STATISTICS_EQUIVALENCE_H

#include "statistics/statistics.h"

typedef enum il_equivalence_kind { IL_EQUIVALENT, IL_ABOVE, IL_BELOW, IL_UNDECIDED } il_equivalence_kind;

typedef struct il_equivalence {
  il_equivalence_kind kind;
  il_interval difference; /* ours - theirs */
  double margin;
  /* Chance that a study of this precision says `equivalent` when the truth is equal; 0 where the interval is wider
   * than the margin whatever comes out. Reckoned with the normal distribution: too low where an interval owes its
   * width to few seeds. */
  double power;
  /* What an undecided comparison needs if the difference found is the true one: so many times our data. INFINITY: no
   * amount would do, their interval alone is too wide. 1 when decided. */
  double more;
} il_equivalence;

/* `ours` and `theirs` are independent, at one `level` in (0, 1); theirs may have no width (an exact figure). The
 * interval of the difference is il_interval_add's, so that intervals which are not centred on their mean, as those of
 * accuracies near 1, keep their shape. Bounds that are not finite: undecided, power 0, more NaN. */
void il_equivalence_test(il_equivalence *result, const il_interval *ours, const il_interval *theirs, double margin,
                         double level);

#endif
