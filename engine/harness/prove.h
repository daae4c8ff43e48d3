/* Is the meta-gradient what it claims to be? The direction of one real training episode is compared with finite differences
 * that use nothing but loss values. Meant for the double build (relative errors near 1e-9); the float build can run it too,
 * with errors near 1e-3. */
#ifndef INNERLOOP_HARNESS_PROVE_H
#define INNERLOOP_HARNESS_PROVE_H

#include <stdio.h>

#include "harness/session.h"

/* What the direction was found to be. */
#define IL_FINDING_MAP(X)                                                                                              \
  X(WRONG, "wrong")                                                                                                    \
  X(SECOND_ORDER, "second-order")                                                                                      \
  X(EXACT, "exact gradient, no inner loop")                                                                            \
  X(FIRST_ORDER, "first-order")                                                                                        \
  X(DISPLACEMENT, "displacement of the inner loop")                                                                    \
  X(UNTRAINED, "does not train, nothing to prove")

typedef enum il_finding {
#define IL_FINDING_ENUM(name, text) IL_FINDING_##name,
  IL_FINDING_MAP(IL_FINDING_ENUM)
#undef IL_FINDING_ENUM
} il_finding;

/* Relative errors are L2 over the coordinates compared: |direction - reference| / |reference|. */
typedef struct il_proof {
  il_finding finding;
  il_direction_kind claimed;
  int claim_holds;
  double tolerance;
  double loss;               /* of the episode */
  double gradient_error;     /* against differences of the loss after the inner loop, by theta */
  double first_order_error;  /* against differences of the same loss by the adapted parameters; NaN: no inner loop */
  double displacement_error; /* against theta - phi, phi from an inner loop on differences; NaN: not asked for */
  int coordinates, skipped;  /* compared; left out because a kink of the loss lies within the difference */
  int inner_steps;
  size_t parameters;
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

/* Proves algorithm `algorithm` of the session's experiment at its initial parameters, moved a little at random so that no
 * symmetry hides a term. arrays (may be NULL) live in `arena`. Errors: IL_INVALID, IL_MEMORY. */
il_status il_prove(il_proof *proof, il_proof_arrays *arrays, const il_session *session, int algorithm, il_arena *arena,
                   il_error *error);

/* The verdict and the numbers behind it, a few lines. */
void il_proof_print(const il_proof *proof, const char *label, FILE *file);

#endif
