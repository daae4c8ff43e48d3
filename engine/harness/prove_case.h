/* The parts of a proof: the case (an episode, parameters, a direction), the references it is compared with, the
 * verdict. */
#ifndef INNERLOOP_HARNESS_PROVE_CASE_H
#define INNERLOOP_HARNESS_PROVE_CASE_H

#include "harness/prove.h"

/* Why a coordinate of a reference is not compared. */
typedef enum il_left_out { IL_LEFT_OUT_NO, IL_LEFT_OUT_KINK, IL_LEFT_OUT_CONDITION, IL_LEFT_OUT_BROKEN } il_left_out;

/* What a direction should be, at the n coordinates of the case. */
typedef struct il_reference {
  bool asked;
  double *value, *uncertainty; /* [n] */
  unsigned char *left_out;     /* [n] il_left_out */
} il_reference;

typedef struct il_case {
  const il_session *session;
  const il_algorithm_config *config;
  il_arena *arena;
  il_learner learner;
  il_episode_buffers buffers;
  il_task_size tasks;
  il_training_program training;
  il_program *through;               /* its loss alone */
  il_program *direct;                /* its loss without inner steps; NULL: it has none then */
  il_program *judge;                 /* the loss of one mini-batch, given as a query set; of displacements only */
  size_t size;                       /* P */
  size_t n, *at;                     /* coordinates looked at, ascending */
  real *theta, *direction, *adapted; /* [P] */
  real *state;                       /* before the task; never written after the case is open */
  real *sinks[3];                    /* outputs nobody reads, each its own: parameters, direction, state */
  real loss;
  il_reference with[IL_REFERENCES];
} il_case;

/* A run of a program on the case: parameters `theta`, outputs into the sinks, in the middle of a training. loss:
 * [1]. */
il_call il_case_call(const il_case *c, const il_program *program, real *workspace, const real *theta, real *loss);

/* Fills the references that the claim of c->training asks for. Errors: IL_MEMORY, IL_INVALID. */
il_status il_case_references(il_case *c, il_error *error);

/* Agreements, finding, verdict and reason, from the references and the direction. proof->tolerance is set. */
void il_proof_conclude(il_proof *proof, const il_case *c);

#endif
