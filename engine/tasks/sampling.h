/* What suites of images share: distinct classes and examples by chance, parts of a stream, rows of an episode, splits. */
#ifndef INNERLOOP_TASKS_SAMPLING_H
#define INNERLOOP_TASKS_SAMPLING_H

#include <stdint.h>

#include "innerloop/random.h"
#include "innerloop/suite.h"

enum {
  IL_WAYS_MAX = 1024,    /* classes of an episode */
  IL_EXAMPLES_MAX = 1024 /* examples of a class in an episode, support and query together */
};

/* A uniform choice of `count` different numbers below `bound`, in random order. count <= bound. By rejection: the first k
 * numbers do not depend on `count`. */
void il_sample_distinct(il_stream *stream, int *chosen, int count, int bound);

/* Part `part` (0 <= part < IL_WAYS_MAX) of a stream that itself uses fewer than 2^20 blocks: each part has 2^20 blocks of
 * its own, so what one class draws does not move what another draws. */
il_stream il_stream_part(const il_stream *stream, int part);

/* Rows of an episode are shot-major, row = shot N + class: the smaller support set is the beginning of the larger one.
 * Examples of a class are numbered with the query first: 0..Q-1 query, Q..Q+K-1 support. Returns the input row [size] of
 * example `example` of class `label`, after writing its one-hot target. */
real *il_example_row(il_episode *episode, int ways, int label, int example, size_t size);

/* Clockwise quarter turns of images [side, side, channels] without a copy: pixel (y, x) of the turned image is pixel
 * first + y down + x right of the original. Elements, not bytes. */
typedef struct il_turn {
  int first, down, right;
} il_turn;
il_turn il_turn_of(int side, int channels, int quarters);

#endif
