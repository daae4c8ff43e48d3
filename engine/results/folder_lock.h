/* A lock on a folder that ends with the process that holds it, however that ends. */
#ifndef INNERLOOP_RESULTS_FOLDER_LOCK_H
#define INNERLOOP_RESULTS_FOLDER_LOCK_H

#include "innerloop/status.h"

/* Locks directory/.lock without waiting; *lock is a descriptor to hold, -1 where the file system has no locks. Errors:
 * IL_IO (another process has it: named with its machine; or the file cannot be made). */
il_status il_folder_lock(int *lock, const char *directory, il_error *error);

/* Removes the file and ends the lock; -1 is allowed. */
void il_folder_unlock(int lock, const char *directory);

#endif
