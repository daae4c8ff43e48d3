/* What baselines without a network share: examples as plain rows. */
#ifndef INNERLOOP_BASELINES_RAW_ROWS_H
#define INNERLOOP_BASELINES_RAW_ROWS_H

#include "innerloop/algorithm.h"

/* x [N, ...] as a matrix [N, features]; IL_NO_VALUE stays. */
il_value il_raw_rows(il_graph *graph, il_value x);

/* The squared length of each row of a matrix [N, features]: [N,1]. */
il_value il_raw_lengths(il_graph *graph, il_value x);

/* The sum of the examples of each class of the support set: [ways, features]. */
il_value il_raw_class_sums(const il_task *task);

#endif
