/* Classes of a data set divided into training, validation and test: always a pure function of names, options and
 * seed. */
#ifndef INNERLOOP_TASKS_CLASS_SPLIT_H
#define INNERLOOP_TASKS_CLASS_SPLIT_H

#include "base/hash.h"
#include "innerloop/suite.h"

enum { IL_SPLITS = 3, IL_SPLIT_UNUSED = -1 };

/* NULL-terminated: "train", "validation", "test", in the order of il_split. */
extern const char *const il_split_names[];

typedef struct il_class_split {
  int count[IL_SPLITS];
  int *classes[IL_SPLITS];     /* [count] numbers of classes in the data set */
  char digest[IL_DIGEST_TEXT]; /* SHA-256 of the lines "SPLIT NAME\n", in the order of the lists */
} il_class_split;

/* Fills the lists from splits[c], the split of class order[c] (an il_split or IL_SPLIT_UNUSED), c in [0, classes).
 * Lists live in `arena`. names[class]. Errors: IL_MEMORY. */
il_status il_class_split_fill(il_class_split *split, const int *splits, const int *order, int classes,
                              const char *const *names, il_arena *arena, il_error *error);

/* Reads lines CLASS,SPLIT ("train", "validation", "test"; a heading "class,split" and blank lines are passed over):
 * splits[c] of class names[c], IL_SPLIT_UNUSED where the file is silent; order[c] = c. Errors: IL_IO, IL_DATA with
 * FILE:LINE. */
il_status il_class_split_read(int *splits, int *order, const char *path, const char *const *names, int classes,
                              il_error *error);

/* The split whose classes episodes of `asked` are drawn from: training's where there are no validation classes. */
il_split il_class_split_used(const il_class_split *split, il_split asked);

/* IL_DATA unless training and test, and validation if it is not empty, have `ways` classes, each standing for
 * `copies`. */
il_status il_class_split_check(const il_class_split *split, int ways, const int copies[IL_SPLITS], il_error *error);

/* order[count]: a permutation that depends on nothing but `seed` and `count`. */
void il_class_split_shuffle(int *order, int count, uint64_t seed);

#endif
