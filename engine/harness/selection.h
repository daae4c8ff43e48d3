/* The parameters of a training that are judged at its end: the last, or those of the best points of its validation
 * curve. Which way is better says the kind of task; of equal points the earlier one is better, a value that is NaN is
 * worse than every other. Which points are kept follows from the curve alone, so that a checkpoint needs to hold only
 * the vectors. */
#ifndef INNERLOOP_HARNESS_SELECTION_H
#define INNERLOOP_HARNESS_SELECTION_H

#include "experiment/record.h"
#include "harness/evaluator.h"
#include "harness/trainer.h"

/* What training had at a point of the curve: parameters [P], and the carried state that evaluation continues from [S],
 * S 0 where there is none. */
typedef struct il_kept {
  int iteration;
  double validation;
  real *parameters, *state;
} il_kept;

typedef struct il_selection {
  const il_task_kind *kind;
  il_judged_parameters parameters; /* what is made of the kept */
  il_arena *arena;
  int most;  /* vectors kept; 0: none */
  int count; /* kept so far */
  size_t size, state_size;
  il_kept at[IL_KEPT_MAX];        /* the best first */
  real *mean, *mean_state;        /* filled by il_selection_judged */
  il_member members[IL_KEPT_MAX]; /* the same, in the order of the iterations */
} il_selection;

/* Room for `most` vectors of the trainer's sizes. Errors: IL_MEMORY. */
il_status il_selection_new(il_selection **selection, const il_trainer *trainer, const il_task_kind *kind, int most,
                           il_error *error);

/* The same for what the experiment says of algorithm `algorithm`. */
il_status il_selection_open(il_selection **selection, const il_trainer *trainer, const il_session *session,
                            int algorithm, il_error *error);
void il_selection_free(il_selection *selection);

/* A point of the curve: the trainer's vectors of now are kept if it is among the best. Allocates nothing. */
void il_selection_offer(il_selection *selection, const il_curve_point *point, const il_trainer *trainer);

/* The same for the points of a curve that is known already: their vectors, whatever they hold, are for the caller to
 * fill in. */
void il_selection_follow(il_selection *selection, const il_curve_point *curve, int points);

/* Takes over the best of `from`, which keeps as many or more. */
void il_selection_copy(il_selection *selection, const il_selection *from);

/* What to judge (but for split and seed): the trainer's parameters and state where nothing is kept; those of the only
 * one kept; the means, added up in double in the order of the iterations, of states too, carried values and moments
 * alike; or all that are kept as an ensemble, in that order. Holds as long as trainer and selection. run->judged
 * receives the iterations. */
il_evaluation_request il_selection_judged(il_selection *selection, const il_trainer *trainer, il_run *run);

/* Members of the ensemble that the algorithm is judged as; 0: it is none. */
int il_selection_members(const il_selection *selection);

/* SHA-256 of all parameters of `judged`, members in order, each of `size` reals. Errors: IL_MEMORY. */
il_status il_judged_digest(char digest[IL_DIGEST_TEXT], const il_evaluation_request *judged, size_t size,
                           il_error *error);

#endif
