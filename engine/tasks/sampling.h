/* What suites of images share: distinct classes and examples by chance, parts of a stream, rows of an episode,
 * splits. */
#ifndef INNERLOOP_TASKS_SAMPLING_H
#define INNERLOOP_TASKS_SAMPLING_H

#include <stddef.h>
#include <stdint.h>

#include "innerloop/random.h"
#include "innerloop/suite.h"

enum {
  IL_WAYS_MAX = 1024,    /* classes of an episode */
  IL_EXAMPLES_MAX = 1024 /* examples of a class in an episode, support and query together */
};

/* A uniform choice of `count` different numbers below `bound`, in random order. count <= bound. By rejection: the first
 * k numbers do not depend on `count`. */
void il_sample_distinct(il_stream *stream, int *chosen, int count, int bound);

/* Part `part` (0 <= part < IL_WAYS_MAX) of a stream that itself uses fewer than 2^20 blocks: each part has 2^20 blocks
 * of its own, so what one class draws does not move what another draws. */
il_stream il_stream_part(const il_stream *stream, int part);

/* Rows of an episode are shot-major, row = shot N + class: the smaller support set is the beginning of the larger one.
 * Examples of a class are numbered with the query first: 0..Q-1 query, Q..Q+K-1 support. Returns the input row [size]
 * of example `example` of class `label`, after writing its one-hot target. */
real *il_example_row(il_episode *episode, int ways, int label, int example, size_t size);

/* Examples of one class of a data set, as a suite writes them: example `example` (0 <= example < count) of class
 * `class`, turned by `quarters`, into x [size]. */
typedef struct il_examples {
  const void *suite;
  void (*write)(real *x, const void *suite, int class, int example, int quarters);
  int class, quarters;
  int count;
  size_t size;
} il_examples;

/* Fills the rows of class `label` of an episode with different examples, drawn from part `label` of the task's stream.
 * An episode that asks for more than there are (the harness does not) gets what there is. */
void il_draw_examples(il_episode *episode, const il_stream *task, int ways, int label, const il_examples *examples);

/* One random example into row `row` of a draw of single examples of `classes` classes, as one of class `label`. */
void il_sample_labelled_example(il_labelled_examples *labelled, il_stream *stream, int row, int label, int classes,
                                const il_examples *examples);

/* Writes the one-hot target of row `row`; returns its input row [size]. */
real *il_sample_labelled_row(il_labelled_examples *labelled, int row, int label, int classes, size_t size);

/* Option rows for a struct `holder` with fields `ways` (int) and `split_seed` (uint64_t). */
#define IL_WAYS_ROW(holder, from)                                                                                      \
  {                                                                                                                    \
    .name = "ways", .type = IL_OPTION_INT, .offset = offsetof(holder, ways), .fallback = "5", .low = 2,                \
    .high = IL_WAYS_MAX, .unit = "classes", .help = "classes of a task, all different, labelled in random order",      \
    .source = from                                                                                                     \
  }
#define IL_SPLIT_SEED_ROW(holder, text)                                                                                \
  {                                                                                                                    \
    .name = "split_seed", .type = IL_OPTION_SEED, .offset = offsetof(holder, split_seed), .fallback = "1",             \
    .help = text                                                                                                       \
  }

/* Clockwise quarter turns of images [side, side, channels] without a copy: pixel (y, x) of the turned image is pixel
 * first + y down + x right of the original. Elements, not bytes. */
typedef struct il_turn {
  int first, down, right;
} il_turn;
il_turn il_turn_of(int side, int channels, int quarters);

#endif
