/* Training one algorithm with one seed: tasks over threads, directions averaged in task order, one outer update per
 * meta-iteration. Nothing is allocated after il_trainer_new. */
#ifndef INNERLOOP_HARNESS_TRAINER_H
#define INNERLOOP_HARNESS_TRAINER_H

#include "harness/session.h"

typedef struct il_trainer il_trainer;

/* Compiles the programs of algorithm `algorithm` and initialises the parameters from `seed`. Errors: IL_INVALID (model
 * and suite do not fit), IL_MEMORY. */
il_status il_trainer_new(il_trainer **trainer, const il_session *session, int algorithm, uint64_t seed,
                         il_error *error);
void il_trainer_free(il_trainer *trainer);

/* One meta-iteration (the next one). Returns the mean loss over the tasks of the meta-batch: not finite once training
 * has diverged. */
double il_trainer_iterate(il_trainer *trainer);

/* theta [P], and the inner-optimiser state that evaluation continues from (NULL: starts from zero). */
const real *il_trainer_parameters(const il_trainer *trainer);
const real *il_trainer_state(const il_trainer *trainer);
const il_learner *il_trainer_learner(const il_trainer *trainer);

/* The vectors a checkpoint keeps: parameters [P], state of the outer optimiser, carried state of the inner one (size 0:
 * none). They are the trainer's own memory: restoring writes to it before the first iteration. */
typedef struct il_trainer_vectors {
  real *parameters, *outer, *inner;
  size_t outer_size, inner_size;
} il_trainer_vectors;
il_trainer_vectors il_trainer_expose(const il_trainer *trainer);

/* The next iteration is number `iteration` (from 0). */
void il_trainer_continue(il_trainer *trainer, int iteration);

/* Floating-point operations of one meta-iteration: total, and inside matrix products. */
il_cost il_trainer_cost(const il_trainer *trainer);

#endif
