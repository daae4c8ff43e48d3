/* The three disjoint sets of classes, or of tasks: learned from, chosen by, judged on. */
#ifndef INNERLOOP_SPLIT_H
#define INNERLOOP_SPLIT_H

typedef enum il_split { IL_SPLIT_TRAIN, IL_SPLIT_VALIDATION, IL_SPLIT_TEST } il_split;

#endif
