/* How long a whole experiment will still take. Before anything has run only the proportions of its work are known,
 * roughly: operations counted from the configuration. What an algorithm really needs for them is learned from its own
 * runs; one that has not run yet is taken for the average of those that have. So the time left becomes right as the
 * algorithms come along. */
#ifndef INNERLOOP_HARNESS_OUTLOOK_H
#define INNERLOOP_HARNESS_OUTLOOK_H

#include <stdbool.h>

enum { IL_OUTLOOK_KINDS = 32 }; /* algorithms */

/* The two stages of a run. */
typedef enum il_stage { IL_STAGE_TRAINING, IL_STAGE_EVALUATION, IL_STAGES } il_stage;

/* One run, in the order in which they go. */
typedef struct il_expected_run {
  int algorithm;          /* below IL_OUTLOOK_KINDS */
  double work[IL_STAGES]; /* any unit, the same for all */
} il_expected_run;

typedef struct il_outlook {
  const il_expected_run *runs; /* borrowed */
  int count;
  struct {
    double work, seconds;
  } known[IL_OUTLOOK_KINDS][IL_STAGES];
} il_outlook;

/* `share` of the stage of run `run` took `seconds`. */
void il_outlook_learn(il_outlook *outlook, int run, il_stage stage, double share, double seconds);

/* Seconds of what comes after the current piece: `share_left` of the stage of run `run` (the current piece excluded),
 * its later stages, all later runs. `rate_seconds`, `rate_share`: what the current piece shows so far (0: nothing yet).
 * *guessed: some of it is of algorithms that have not run. NAN when nothing at all is known. */
double il_outlook_rest(bool *guessed, const il_outlook *outlook, int run, il_stage stage, double share_left,
                       double rate_seconds, double rate_share);

#endif
