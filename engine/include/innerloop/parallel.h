/* A fixed pool of worker threads that share the items of one call. Items are taken from an atomic counter: which worker
 * runs an item is not determined, so an item may write only to what belongs to it (or to its worker as scratch). */
#ifndef INNERLOOP_PARALLEL_H
#define INNERLOOP_PARALLEL_H

#include "innerloop/status.h"

typedef struct il_pool il_pool;

/* Runs item `item` (0 <= item < items) on worker `worker` (0 <= worker < il_pool_threads). */
typedef void (*il_item)(void *context, int item, int worker);

/* A pool of `threads` workers, the caller being worker 0; threads 0 = one for every processor this process may use.
 * Waiting workers spin for a few tens of microseconds, then sleep. Errors: IL_INVALID (threads < 0 or > 1024),
 * IL_MEMORY. */
il_status il_pool_new(il_pool **pool, int threads, il_error *error);

/* Stops and joins the workers. NULL is allowed. */
void il_pool_free(il_pool *pool);

/* Number of workers, the caller included. */
int il_pool_threads(const il_pool *pool);

/* Runs all items, handed out in rising order, and returns when all are done; everything written by the items is visible
 * to the caller. Allocates nothing. Not reentrant: an item must not call it on the same pool. */
void il_pool_run(il_pool *pool, int items, il_item item, void *context);

/* Runs the items one after the other on the caller as worker 0: for work too small to share. pool may be NULL. */
void il_pool_run_serial(il_pool *pool, int items, il_item item, void *context);

#endif
