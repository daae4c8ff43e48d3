/* Where data sets live: the directory that was asked for, else $INNERLOOP_DATA, else ~/.cache/innerloop. */
#ifndef INNERLOOP_DATA_DATA_DIRECTORY_H
#define INNERLOOP_DATA_DATA_DIRECTORY_H

#include <stddef.h>

#include "innerloop/status.h"

enum { IL_SET_NAME_SIZE = 64 };

/* Writes the directory (which need not exist) to path[size]. asked: by --data, NULL: not asked. Errors: IL_IO (no home
 * directory, path too long). */
il_status il_data_directory(char *path, size_t size, const char *asked, il_error *error);

/* Writes the path of the packed image set `name` in that directory. Errors: IL_INVALID (not a name), IL_IO. */
il_status il_data_set_path(char *path, size_t size, const char *asked, const char *name, il_error *error);

/* Writes the name of another set of that directory which `name` was probably meant to be to nearest[size]; "": there is
 * none. */
void il_data_set_nearest(char *nearest, size_t size, const char *asked, const char *name);

/* The ending of packed image sets, with its dot. */
extern const char il_data_set_suffix[];

#endif
