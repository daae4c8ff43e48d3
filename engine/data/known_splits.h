/* Splits of well-known classes that do not travel with the pictures. */
#ifndef INNERLOOP_DATA_KNOWN_SPLITS_H
#define INNERLOOP_DATA_KNOWN_SPLITS_H

#include "data/image_set.h"
#include "innerloop/arena.h"

/* All splits of a set: those that are stored with it, then those known for its classes (a stored one of the same name
 * stands for it). They live as long as the set and the arena. Errors: IL_MEMORY. */
il_status il_image_set_splits(il_image_lists *lists, const il_image_set *set, il_arena *arena, il_error *error);

#endif
