/* Checkpoints of runs: checkpoints/LABEL-seedN.safetensors in the results directory holds the parameters by name, the
 * optimiser states and, as notes, iteration, curve and the digest of the training configuration;
 * LABEL-seedN.seconds beside it the time spent. A run continued from one ends with the same bits as a run that was never
 * stopped. The test settings and the other algorithms of the experiment may change in between: a trained run is then
 * judged anew without being trained again. */
#ifndef INNERLOOP_HARNESS_CHECKPOINT_H
#define INNERLOOP_HARNESS_CHECKPOINT_H

#include <stdbool.h>

#include "harness/results.h"
#include "harness/trainer.h"

/* Where checkpoints go and how often. */
typedef struct il_checkpoints {
  const char *directory; /* of the checkpoints; NULL: none are written */
  double every;          /* seconds between two of a run; one is always written at its end and when interrupted */
  bool resume;           /* continue from what is there */
} il_checkpoints;

/* What a checkpoint holds beside the trainer's own state. */
typedef struct il_training_position {
  int iteration; /* meta-iterations done */
  int since;     /* iterations since the last curve point ... */
  double sum;    /* ... and the sum of their losses */
  int diverged;  /* training ended there */
} il_training_position;

/* Writes the checkpoint of a run. Errors: IL_IO, IL_MEMORY. */
il_status il_checkpoint_write(const il_checkpoints *checkpoints, const il_results *results, const il_run *run,
                              const il_trainer *trainer, const il_training_position *state, il_error *error);

/* Restores the run, its curve (capacity `points`) and the trainer, if there is a checkpoint; *found says whether. Errors:
 * IL_DATA (damaged, or of another training configuration), IL_IO, IL_MEMORY. */
il_status il_checkpoint_read(bool *found, const il_checkpoints *checkpoints, const il_results *results, il_run *run,
                             int points, il_trainer *trainer, il_training_position *state, il_error *error);

#endif
