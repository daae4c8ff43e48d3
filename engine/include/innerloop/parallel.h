/* A fixed set of worker threads that share the items of one call. Items are taken from an atomic counter: which worker
 * runs an item is not determined, so an item may write only to what belongs to it (or to its worker as scratch). */
#ifndef INNERLOOP_PARALLEL_H
#define INNERLOOP_PARALLEL_H

#include "innerloop/status.h"

typedef struct il_workers il_workers;

/* Runs item `item` (0 <= item < items) on worker `worker` (0 <= worker < il_workers_count). */
typedef void (*il_item)(void *context, int item, int worker);

/* `threads` workers, the caller being worker 0; threads 0 = one for every processor this process may use.
 * Waiting workers spin for a few tens of microseconds, then sleep. Errors: IL_INVALID (threads < 0 or > 1024),
 * IL_MEMORY. */
il_status il_workers_new(il_workers **workers, int threads, il_error *error);

/* Stops and joins the workers. NULL is allowed. */
void il_workers_free(il_workers *workers);

/* Number of workers, the caller included. */
int il_workers_count(const il_workers *workers);

/* Runs all items, handed out in rising order, and returns when all are done; everything written by the items is visible
 * to the caller. Allocates nothing. Not reentrant: an item must not call it on the same workers. */
void il_workers_run(il_workers *workers, int items, il_item item, void *context);

/* Runs the items one after the other on the caller as worker 0: for work too small to share. workers may be NULL. */
void il_workers_run_serial(il_workers *workers, int items, il_item item, void *context);

#endif
