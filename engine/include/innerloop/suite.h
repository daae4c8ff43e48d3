/* The contract of a task suite: a family of tasks from which episodes are drawn as a pure function of a seed.
 *
 * An episode is one task seen through a support set (what a learner adapts on) and a query set (what it is judged on).
 * Letters: N ways (1 in regression), K shots, Q queries; support has N K rows, query N Q rows. Rows are shot-major: row
 * = shot N + class, so that row mod N is the class.
 *
 * A row needs `name`, `summary`, `kind`, `open`, `info` and `draw`; every other field may stay zero, which means what
 * is said beside it. `draw` and `pool` alone run in the loop, once a task. */
#ifndef INNERLOOP_SUITE_H
#define INNERLOOP_SUITE_H

#include <stdint.h>

#include "innerloop/arena.h"
#include "innerloop/kind.h"
#include "innerloop/model.h"
#include "innerloop/option.h"
#include "innerloop/real.h"
#include "innerloop/split.h"
#include "innerloop/status.h"

/* What a suite hands to models and algorithms. */
typedef struct il_suite_info {
  const il_task_kind *kind;
  il_interface interface; /* shape of one input; outputs = width of a target row */
  int ways;               /* N; 1 where targets are numbers */
  int task_parameters;    /* numbers that describe a task completely (amplitude, phase), for the oracle; 0: none */
  int default_shots;      /* K and Q used when the experiment gives none */
  int default_queries;
  int examples;           /* K + Q may not be more: the examples a class has; 0: without limit */
  int example_classes[3]; /* by il_split: all classes, as `examples` labels them; 0: without limit, or none */
} il_suite_info;

enum { IL_COVERAGE_TEXT = 80 };

/* What a suite's data are: for the record of a run. SHA-256 in hex; empty: does not apply. */
typedef struct il_suite_digests {
  char data[65];                   /* of the data set as stored */
  char split[65];                  /* of the lists of classes for training, validation and test */
  char coverage[IL_COVERAGE_TEXT]; /* of a partial set, what is there: "136 of 1623 characters"; empty: all */
} il_suite_digests;

/* Buffers of one episode, owned by the caller, filled by `draw`. in = size of interface.input, out =
 * interface.outputs. */
typedef struct il_episode {
  int shots, queries;    /* K, Q asked for */
  real *support_x;       /* [N K, in] */
  real *support_y;       /* [N K, out] */
  real *query_x;         /* [N Q, in] */
  real *query_y;         /* [N Q, out] */
  real *task_parameters; /* [task_parameters] */
} il_episode;

/* Buffers of a draw of single examples, owned by the caller, filled by the slot `examples`. */
typedef struct il_labelled_examples {
  int rows;
  real *x; /* [rows, in] */
  real *y; /* [rows, classes of the split]: one-hot */
} il_labelled_examples;

typedef struct il_suite {
  const char *name;
  const char *summary;
  const char *citation;
  il_options options;
  const il_task_kind *kind; /* of its tasks, known before it is opened; il_suite_info.kind is the same */
  /* Opens the suite: loads data, checks options. *state lives in `arena` or is released by close. data: the data
   * directory; NULL: the one that tasks/data_directory.h finds. Errors: IL_INVALID, IL_DATA, IL_IO, IL_MEMORY. */
  il_status (*open)(void **state, const void *options, const char *data, il_arena *arena, il_error *error);
  /* What the opened suite hands out; cannot fail. */
  void (*info)(const void *state, il_suite_info *info);
  /* Draws episode `index` of `split` under `seed`. Pure and thread-safe; allocates nothing; cannot fail. The task comes
   * first, then the query, then the support set, so that the episodes of two K share task and query, and the smaller
   * support set is the beginning of the larger one. */
  void (*draw)(const void *state, il_split split, uint64_t seed, uint64_t index, il_episode *episode);
  /* Single examples of all classes of a split, whose number in the split is the label: draw `index` under `seed`, every
   * row independent of the others and, as far as classes have equally many examples, each example equally likely.
   * Rotations are classes, or chance, as the options say. Pure and thread-safe; allocates nothing; cannot fail. The
   * first rows do not depend on `rows`. May be NULL: no such draw; not called where the split has 0 classes. */
  void (*examples)(const void *state, il_split split, uint64_t seed, uint64_t index, il_labelled_examples *labelled);
  /* Name of the class that `label` (0 <= label < ways) stands for in episode `index`, as `draw` makes it, cut to
   * text[size]: one class, one name. Pure and thread-safe. May be NULL: classes without names. */
  void (*class_name)(const void *state, il_split split, uint64_t seed, uint64_t index, int label, char *text,
                     size_t size);
  /* Releases what `open` took beside the arena. May be NULL: nothing. */
  void (*close)(void *state);
  /* *classes: numbers of the classes of `split`, owned by the suite; returns how many. Classes of one data set have the
   * same numbers whatever the options: who trains on a class must not be judged on it. May be NULL: endless classes. */
  int (*classes)(const void *state, il_split split, const int **classes);
  /* May be NULL: no data set, no fixed classes. */
  void (*digests)(const void *state, il_suite_digests *digests);
  /* The first thing that kept a draw from what it needed since the suite was opened: a damaged block of data, a file
   * that was cut off. Draws cannot fail: they give zeros then, and who asked for them asks here before the numbers are
   * used. Called once an iteration. May be NULL: draws need nothing. Errors: IL_DATA, IL_IO, IL_MEMORY. */
  il_status (*trouble)(const void *state, il_error *error);
} il_suite;

/* The stream an episode is drawn from: training episodes have a purpose of their own, evaluation episodes carry their
 * split in the index. `noise` opens the stream of the same episode's observation noise. */
struct il_stream;
struct il_stream il_episode_stream(il_split split, uint64_t seed, uint64_t index);
struct il_stream il_episode_noise_stream(il_split split, uint64_t seed, uint64_t index);

/* The stream of the draw of single examples `index`. */
struct il_stream il_example_stream(il_split split, uint64_t seed, uint64_t index);

#endif
