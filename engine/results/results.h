/* The results folder of an experiment: the files written from its record, and what a folder already holds. */
#ifndef INNERLOOP_RESULTS_RESULTS_H
#define INNERLOOP_RESULTS_RESULTS_H

#include <stdbool.h>
#include <stdio.h>

#include "experiment/record.h"

/* Names of the files that a run leaves in its folder; NULL after the last. */
const char *il_results_file(int index);

/* What a folder's manifest.json says of the run that wrote it. */
typedef struct il_manifest_facts {
  bool found;
  char configuration[IL_DIGEST_TEXT]; /* il_experiment.digest; "": the file is damaged */
  bool whole;                         /* not interrupted */
  bool same;                          /* the same program, plug-ins, data and kernels as `results` would use */
  bool diverged;                      /* some run did not end well */
} il_manifest_facts;
/* Errors: IL_IO (there, but cannot be read), IL_MEMORY. */
il_status il_manifest_look(il_manifest_facts *facts, const char *directory, const il_results *results, il_error *error);

/* Where the table is shown as well, once the files stand. */
typedef struct il_results_shown {
  FILE *file;
  int columns;
  bool colour; /* what is best is bold, by escapes of ECMA-48 */
} il_results_shown;

/* Writes all files into `directory` (created with its parents), each to a temporary name and then renamed. shown: NULL:
 * nowhere.
 * Errors: IL_IO, IL_MEMORY, IL_INVALID (a published file that does not parse). */
il_status il_results_write(const il_results *results, const char *directory, const il_results_shown *shown,
                           il_error *error);

#endif
