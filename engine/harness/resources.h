/* What the machine has for an experiment: memory, and room where the results go. Looked at, never taken. */
#ifndef INNERLOOP_HARNESS_RESOURCES_H
#define INNERLOOP_HARNESS_RESOURCES_H

#include <stddef.h>

#include "innerloop/status.h"

/* IL_MEMORY, "WHAT needs 96 GiB; this machine has 16 GiB", where `bytes` are more than the machine's memory or the
 * limit set for this process. */
il_status il_memory_check(const char *what, double bytes, il_error *error);

/* Peak memory of this process so far, in bytes; 0: unknown. */
double il_memory_peak(void);

/* Could `directory` (existing or not) take files? *free_bytes: what an ordinary user may still write there; negative:
 * not known. Creates nothing. Errors: IL_IO (not a directory, not writable). */
il_status il_directory_examine(double *free_bytes, const char *directory, il_error *error);

/* Could directory/name be written or replaced, as far as what stands there now tells? Errors: IL_IO. */
il_status il_file_examine(const char *directory, const char *name, il_error *error);

/* "1.5 GiB" */
void il_bytes_text(char *text, size_t size, double bytes);

#endif
