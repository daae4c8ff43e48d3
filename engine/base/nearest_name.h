/* "Did you mean": the candidate nearest to a mistyped name. */
#ifndef INNERLOOP_BASE_NEAREST_NAME_H
#define INNERLOOP_BASE_NEAREST_NAME_H

/* Index of the candidate with the smallest Damerau-Levenshtein distance to `name`, if that distance is at most a third
 * of the longer length (at least 1), else -1. Ties: the first. Letter case counts as half a step. candidate(context, i)
 * gives the i-th of `count` names. */
int il_nearest(const char *name, const char *(*candidate)(const void *context, int index), const void *context,
               int count);

#endif
