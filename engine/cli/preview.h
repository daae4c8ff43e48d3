/* What `check` and `run --dry-run` tell of a run before it starts. */
#ifndef INNERLOOP_CLI_PREVIEW_H
#define INNERLOOP_CLI_PREVIEW_H

#include "experiment/record.h"

/* How the run would be started. */
typedef struct il_preview {
  const il_experiment *experiment;
  const il_registry *registry;
  int threads;           /* 0: all processors */
  const char *data;      /* the data directory or NULL */
  const char *directory; /* where results would go */
} il_preview;

/* Goes the way of a run up to training: opens the suite and its data, builds and compiles every algorithm and
 * evaluator, looks at the results folder, measures a few iterations. *text, to be freed, then tells data, folder,
 * estimated time and memory in some lines; NULL on an error. Errors: those of a run before training. */
il_status il_preview_make(char **text, const il_preview *preview, il_error *error);

/* The same look at the free disk for a run about to start, whose runs are known (il_runner_describe). A folder whose
 * results stay (not empty, and no overwrite) needs no room. Errors: IL_IO, IL_MEMORY. */
il_status il_preview_disk(const il_results *results, const char *directory, bool overwrite, il_error *error);

#endif
