/* The parts of the command `data`. */
#ifndef INNERLOOP_CLI_DATA_H
#define INNERLOOP_CLI_DATA_H

#include "cli/cli.h"

typedef struct il_data_values {
  const char *data, *filter, *from, *sheet, *out, *algorithms;
  il_texts set;
  int size;
  bool grey, quiet, replace, skip_unreadable;
} il_data_values;

/* One call: words = ACTION [NAME [PATH...]]. */
typedef struct il_data_call {
  const il_cli *cli;
  const il_data_values *values;
  const il_texts *words;
  const char *directory;
} il_data_call;

/* Prints the sets of the directory, a line each. */
il_status il_data_list(const il_data_call *call, il_error *error);

/* Prints what is known of a set or a suite of images; writes --sheet. */
il_status il_data_info(const il_data_call *call, il_error *error);

/* Writes the test episodes of an experiment to --out. */
il_status il_data_episodes(const il_data_call *call, il_error *error);

#endif
