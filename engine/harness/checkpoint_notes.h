/* Pieces of a checkpoint that checkpoint.c puts together. */
#ifndef INNERLOOP_HARNESS_CHECKPOINT_NOTES_H
#define INNERLOOP_HARNESS_CHECKPOINT_NOTES_H

#include "formats/safetensors.h"
#include "harness/checkpoint.h"

enum { IL_NOTES_MAX = 32 };

/* Notes under construction; keys and texts live in `arena` or are literals. */
typedef struct il_notes {
  int count;
  il_tensor_note at[IL_NOTES_MAX];
  il_arena *arena;
} il_notes;

/* Appends a note. text NULL: out of memory, which comes back as IL_MEMORY. */
il_status il_notes_add(il_notes *notes, const char *key, const char *text, il_error *error);

/* Notes that say which training this is, and how many parameter vectors it keeps for the evaluation. Errors:
 * IL_MEMORY. */
il_status il_checkpoint_identity(il_notes *notes, const il_results *results, const il_run *run, il_error *error);

/* The file is an undamaged checkpoint: sealed, or of a version that did not seal yet. */
bool il_checkpoint_whole(const il_safetensors *file);

/* Parameter vectors the file keeps for the evaluation; -1: it does not say. */
int il_checkpoint_kept(const il_safetensors *file);

/* The file is of the training that these notes say, and keeps as many vectors as they do or more. Errors: IL_DATA (what
 * differs is said). */
il_status il_checkpoint_compare(const il_safetensors *file, const il_notes *notes, il_error *error);

/* Notes for other programs: model, network, parameters, adaptation, suite. Errors: IL_MEMORY, and those of the
 * model. */
il_status il_checkpoint_describe(il_notes *notes, const il_results *results, const il_run *run,
                                 const il_learner *learner, il_error *error);

#endif
