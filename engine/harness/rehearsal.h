/* A rehearsal: everything a run of one algorithm allocates and compiles, and, if asked, a few of its iterations and
 * episodes against the clock. What goes wrong before training goes wrong here too, with the same line. */
#ifndef INNERLOOP_HARNESS_REHEARSAL_H
#define INNERLOOP_HARNESS_REHEARSAL_H

#include <stdbool.h>

#include "harness/session.h"

/* Estimated seconds of one run (one seed), from what was measured; and what it leaves. */
typedef struct il_rehearsal {
  bool counted; /* an iteration or episode would have taken too long: estimated from its floating-point operations */
  size_t parameters;
  double iteration;        /* one meta-iteration; 0: it does not train */
  double training;         /* all meta-iterations */
  double validation;       /* all points of the curve */
  double evaluation;       /* all settings, tuning and timed adaptations */
  double checkpoint_bytes; /* of its checkpoint */
} il_rehearsal;

/* Builds the trainer and every evaluator of algorithm `algorithm` and releases them. measured: NULL: no clock;
 * gemm_rate (il_gemm_peak) is then not looked at. Measuring takes
 * about a quarter of a second or one meta-iteration, and for each setting a tenth of a second or a few episodes.
 * Errors: IL_INVALID, IL_MEMORY, with the place in the file. */
il_status il_rehearse(il_rehearsal *measured, const il_session *session, int algorithm, double gemm_rate,
                      il_error *error);

#endif
