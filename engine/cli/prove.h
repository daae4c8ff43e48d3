/* The boundary between the float program and the double engine inside it: plain types only, none of them holding a
 * real. */
#ifndef INNERLOOP_CLI_PROVE_H
#define INNERLOOP_CLI_PROVE_H

#include <stdio.h>

#include "cli/arguments.h"
#include "experiment/config.h"
#include "innerloop/status.h"

typedef struct il_prove_request {
  const char *file;
  il_overrides overrides;
  const char *dump;        /* .npz to write, or NULL; then exactly one algorithm must be chosen */
  const char *data;        /* data directory or NULL */
  const il_texts *plugins; /* shared objects compiled for double */
  FILE *out;
} il_prove_request;

/* Proves every chosen algorithm of the experiment in double and prints what was found. IL_NEGATIVE: one is not what it
 * claims to be. Errors: those of il_plugins_load, of reading and opening the experiment, IL_IO. */
il_status il_prove_f64(const il_prove_request *request, il_error *error);

#endif
