/* Checkpoints of runs: checkpoints/LABEL-seedN.safetensors in the results directory holds the parameters by name, the
 * optimiser states and, as notes, what the training is (algorithm, seed, data, kernels, configuration), where it is,
 * and the network in words that need no innerloop (docs/results-folder.md). LABEL-seedN.previous.safetensors is the one
 * before it, which is used where the newest is damaged; LABEL-seedN.seconds beside them the time spent. A run continued
 * from one ends with the same bits as a run that was never stopped. The test settings and the other algorithms of the
 * experiment may change in between: a trained run is then judged anew without being trained again. */
#ifndef INNERLOOP_HARNESS_CHECKPOINT_H
#define INNERLOOP_HARNESS_CHECKPOINT_H

#include <stdbool.h>

#include "experiment/record.h"
#include "harness/trainer.h"

/* Where checkpoints go and how often. */
typedef struct il_checkpoints {
  const char *directory; /* of the checkpoints; NULL: none are written */
  double every;          /* seconds between two of a run; one is always written at its end and when interrupted */
  bool resume;           /* continue from what is there */
} il_checkpoints;

/* What a checkpoint holds beside the trainer's own state. */
typedef struct il_training_position {
  int iteration;                  /* meta-iterations done */
  int since;                      /* iterations since the last curve point ... */
  double sum;                     /* ... and the sum of their losses */
  int diverged;                   /* training ended there */
  int kept;                       /* iteration of the newest checkpoint; -1: there is none, or it is damaged */
  bool damaged;                   /* the newest checkpoint is: it is not kept when the next one is written */
  struct il_selection *selection; /* the parameters kept for the evaluation; borrowed; NULL: none are */
} il_training_position;

/* Writes the checkpoint of a run; the newest so far becomes the previous one. Errors: IL_IO, IL_MEMORY. */
il_status il_checkpoint_write(const il_checkpoints *checkpoints, const il_results *results, const il_run *run,
                              const il_trainer *trainer, il_training_position *state, il_error *error);

/* Restores the run, its curve (room for all its points) and the trainer, if there is a checkpoint; *found says whether.
 * Where the newest is damaged or gone the previous one is used and run->restored says so (in `arena`). Errors: IL_DATA
 * (none that is whole; or of another training: which value differs is said), IL_IO, IL_MEMORY. */
il_status il_checkpoint_read(bool *found, const il_checkpoints *checkpoints, const il_results *results, il_run *run,
                             il_trainer *trainer, il_training_position *state, il_arena *arena, il_error *error);

/* Is the file at `path` a checkpoint that this run could continue from, as far as its notes say? A damaged one is
 * none. */
bool il_checkpoint_fits(const char *path, const il_results *results, const il_run *run);

#endif
