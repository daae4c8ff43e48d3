/* Is the meta-gradient what it claims to be? The direction of one real training episode is compared with finite
 * differences that use nothing but loss values. Meant for the double build (relative errors near 1e-9); the float
 * build can run it too, with errors near 1e-3. */
#ifndef INNERLOOP_HARNESS_PROVE_H
#define INNERLOOP_HARNESS_PROVE_H

#include <stdio.h>

#include "harness/session.h"

typedef enum il_proof_verdict {
  IL_PROOF_HOLDS,       /* the direction is what the algorithm says it is */
  IL_PROOF_CANNOT_TELL, /* this episode, at these parameters, does not decide: il_proof.reason says why */
  IL_PROOF_WRONG        /* it is not; il_proof.reason says what was found instead, where it can be named */
} il_proof_verdict;

/* What the direction was found to be. */
#define IL_FINDING_MAP(X)                                                                                              \
  X(UNKNOWN, "unknown")                                                                                                \
  X(SECOND_ORDER, "second-order")                                                                                      \
  X(FIRST_ORDER, "first-order")                                                                                        \
  X(EXACT, "exact gradient, no inner loop")                                                                            \
  X(OUTSIDE, "exact gradient of a loss that does not depend on the inner loop")                                        \
  X(ITS_LOSS, "exact gradient of its loss, which without inner steps does not exist: no first-order one to compare")   \
  X(DISPLACEMENT, "displacement of the inner loop")                                                                    \
  X(UNTRAINED, "does not train, nothing to prove")

typedef enum il_finding {
#define IL_FINDING_ENUM(name, text) IL_FINDING_##name,
  IL_FINDING_MAP(IL_FINDING_ENUM)
#undef IL_FINDING_ENUM
} il_finding;

/* What a direction is compared with. */
typedef enum il_reference_kind {
  IL_REFERENCE_THROUGH,      /* differences of the loss after the inner loop, by theta: second-order */
  IL_REFERENCE_ADAPTED,      /* differences of the same loss by the adapted parameters: first-order */
  IL_REFERENCE_UNADAPTED,    /* differences of the loss without an inner loop, by theta */
  IL_REFERENCE_DISPLACEMENT, /* theta - phi, phi from an inner loop in plain arithmetic on differences */
  IL_REFERENCES
} il_reference_kind;

/* How far two vectors are apart on some coordinates: L2, relative to the norm of the second. */
typedef struct il_agreement {
  bool asked;         /* false: no such reference, the rest is 0 */
  double error;       /* |direction - reference| / |reference| */
  double uncertainty; /* of the reference itself, by the same norm: rounding, and what the differences disagree about */
  int compared;
  int kinks;       /* coordinates left out: a kink of the loss lies within the difference */
  int conditioned; /* left out: ill-conditioned, such as a step of Adam along a gradient that is all rounding */
  int broken;      /* left out: the loss is not finite there */
} il_agreement;

enum { IL_PROOF_REASON = 320 };

typedef struct il_proof {
  il_proof_verdict verdict;
  il_finding finding;
  char reason[IL_PROOF_REASON]; /* of a verdict that is not HOLDS */
  il_direction_kind claimed;
  double tolerance;
  double loss; /* of the episode */
  il_agreement with[IL_REFERENCES];
  int inner_steps;    /* 0 too where the algorithm moved nothing */
  size_t parameters;  /* P */
  size_t coordinates; /* looked at: all P, or so many drawn at random, some of every parameter */
  double clip;        /* outer.clip, which training applies to the mean of such directions; not positive: none */
  size_t clipped;     /* numbers of this direction, of all P, beyond it */
} il_proof;

/* Named arrays for other frameworks. */
typedef struct il_proof_arrays {
  size_t parameters;  /* P */
  int support, query; /* rows */
  size_t input, output;
  const real *theta, *direction, *adapted; /* [P] */
  const real *support_x, *support_y, *query_x, *query_y;
  real loss;
} il_proof_arrays;

/* Proves algorithm `algorithm` of the session's experiment at its initial parameters, moved a little at random so
 * that no symmetry hides a term; with `state: carry` after one task. arrays (may be NULL) live in `arena`. Errors:
 * IL_INVALID, IL_MEMORY. */
il_status il_prove(il_proof *proof, il_proof_arrays *arrays, const il_session *session, int algorithm, il_arena *arena,
                   il_error *error);

/* The verdict and the numbers behind it, a few lines. */
void il_proof_print(const il_proof *proof, const char *label, FILE *file);

#endif
