/* Judging parameters on fixed episodes: adapt step by step on the support set, judge on the query set after each step.
 * The same for every algorithm. */
#ifndef INNERLOOP_HARNESS_EVALUATOR_H
#define INNERLOOP_HARNESS_EVALUATOR_H

#include "experiment/record.h"
#include "harness/progress.h"
#include "harness/session.h"

typedef struct il_evaluator il_evaluator;

/* Adaptations a run times, on its first setting. */
enum { IL_TIMED_ADAPTATIONS = 64 };

/* Compiles adaptation and evaluation for the tasks of `setting`. learner and adapt are borrowed, adapt->steps included.
 * Errors: IL_INVALID, IL_MEMORY. */
il_status il_evaluator_new(il_evaluator **evaluator, const il_session *session, const il_learner *learner,
                           const il_inner_options *adapt, const il_evaluation_setting *judging, il_error *error);
void il_evaluator_free(il_evaluator *evaluator);

/* Parameters to judge: theta [P], and the state adaptation starts from (NULL: zeros; restored for every episode). */
typedef struct il_member {
  const real *theta, *state;
} il_member;

/* What is judged: one member; or an ensemble, whose members adapt each on its own and whose predictions (network
 * outputs, before any softmax) are averaged in double, in the order of the list. */
typedef struct il_evaluation_request {
  const real *theta, *state; /* of the one member */
  il_split split;
  uint64_t seed;            /* evaluation seed */
  int n_members;            /* of the ensemble; 0: it is one member. At most judging.members */
  const il_member *members; /* [n_members] */
} il_evaluation_request;

/* Writes scores[episode][step 0..adapt->steps] for episodes 0..episodes-1. Episodes are shared over the session's
 * threads; the scores do not depend on it. Allocates nothing. */
void il_evaluator_run(il_evaluator *evaluator, const il_evaluation_request *judged, int episodes, il_score *scores);

/* Floating-point operations of one episode, of all members: of encoding and judging before the first step, and of
 * each step with its evaluation. */
typedef struct il_episode_flops {
  double base, step;
} il_episode_flops;
il_episode_flops il_evaluator_flops(const il_evaluator *evaluator);

/* From now on il_evaluator_run tells progress (borrowed; may be NULL) of its episodes, on the calling thread, as if
 * `before` others had been finished. */
void il_evaluator_watch(il_evaluator *evaluator, il_progress *progress, int64_t before);

/* Seconds of one adaptation (all steps, of all members, without judging) of each of `episodes` episodes, one after
 * the other: the latency of a new task, its large steps divided among the session's threads. */
void il_evaluator_time(il_evaluator *evaluator, const il_evaluation_request *judged, int episodes, double *seconds);

#endif
