/* Opening files for reading that somebody else named: a named pipe would hang, a folder reads as a file of absurd
 * size. */
#ifndef INNERLOOP_BASE_REGULAR_H
#define INNERLOOP_BASE_REGULAR_H

#include <stdio.h>

#include "base/hash.h"
#include "innerloop/arena.h"
#include "innerloop/status.h"

/* Opens `path` for reading; *size (may be NULL) in bytes. Never waits. The descriptor is the caller's to close. Errors:
 * IL_IO, also where something other than a regular file stands there ("PATH: a folder; expected a regular file"). */
il_status il_regular_descriptor(int *descriptor, size_t *size, const char *path, il_error *error);

/* The same as a stream, released with fclose. Errors: IL_IO, IL_MEMORY. */
il_status il_regular_stream(FILE **stream, size_t *size, const char *path, il_error *error);

/* SHA-256 of the stream from its position to its end; `path` names it in errors. Errors: IL_IO, IL_MEMORY. */
il_status il_regular_hash(char digest[IL_DIGEST_TEXT], FILE *stream, const char *path, il_error *error);

/* A whole file of at most `limit` bytes, and a zero byte behind them that *size does not count: in `arena`, or, where
 * that is NULL, to be released with free. *bytes is NULL on an error. Errors: IL_IO, IL_DATA (larger), IL_MEMORY. */
il_status il_regular_load(char **bytes, size_t *size, const char *path, size_t limit, il_arena *arena, il_error *error);

/* Would il_regular_descriptor open it? For libraries that open files by name. */
il_status il_regular_check(const char *path, il_error *error);

#endif
