/* The folder a run writes into belongs to one run at a time and to one configuration.
 *
 * A run writes configuration.yaml before it trains: the resolved configuration, whose SHA-256 is il_experiment.digest,
 * so that a run that was killed is recognised; manifest.json says whether it ended. What is there already decides:
 *
 *   there is           without an option      --resume                  --overwrite
 *   nothing            goes                   goes                      goes
 *   this, finished     nothing to do          tables anew               from the beginning
 *   this, unfinished   refused                continues                 from the beginning
 *   this, but the program, a plug-in or the data may have changed since
 *                      refused                tables anew               from the beginning
 *   something else     refused                refused, but for both:    from the beginning
 *                                             the trainings that are the same are kept, the tables replaced
 *
 * What is replaced waits in DIR/replaced/N until the new run has ended: nothing is lost before. One process at a time
 * holds DIR/.lock by a lock of the kernel (OFD: NFS knows them, and they end with the process however it ends). */
#ifndef INNERLOOP_RESULTS_FOLDER_H
#define INNERLOOP_RESULTS_FOLDER_H

#include <stdbool.h>

#include "results/results.h"

typedef enum il_folder_contents {
  IL_FOLDER_NEW,        /* no results and no checkpoints */
  IL_FOLDER_UNFINISHED, /* of this configuration */
  IL_FOLDER_FINISHED,   /* of this configuration, data, plug-ins and program */
  IL_FOLDER_CHANGED, /* of this configuration; program (one of uncommitted changes always), plug-ins or data differ */
  IL_FOLDER_OTHER    /* another configuration, or results of which none is known */
} il_folder_contents;

typedef struct il_folder il_folder;

/* What stands in `directory`, which need not exist, for the run that `results` (il_runner_prepare) describes.
 * *diverged: FINISHED, but a run in it did not end well. Reads only. Errors: IL_IO, IL_MEMORY. */
il_status il_folder_look(il_folder_contents *state, bool *diverged, const char *directory, const il_results *results,
                         il_error *error);

/* What the command line asks for. */
typedef struct il_folder_wish {
  bool resume, overwrite;
} il_folder_wish;

/* Creates and locks the folder, decides by the table above, puts aside what is to be replaced and writes
 * configuration.yaml.
 * *folder is NULL where there is nothing to do: IL_OK, or IL_NEGATIVE where that run had not ended well. *resumable:
 * refused, but not with --resume. Errors: IL_INVALID (refused; the message names the ways on), IL_IO (also: another run
 * holds the folder), IL_MEMORY. */
il_status il_folder_open(il_folder **folder, bool *resumable, const char *directory, const il_results *results,
                         il_folder_wish wish, il_error *error);

/* 1 where the file system has no locks, so that a second run would not be noticed. */
bool il_folder_unlocked(const il_folder *folder);

/* The new results stand: removes what they replace. */
void il_folder_settle(il_folder *folder);

/* Gives the folder free. NULL is allowed. */
void il_folder_close(il_folder *folder);

#endif
