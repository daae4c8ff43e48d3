/* Published figures, from the files of baselines/published, and the verdict of a result against them. Strict: unknown
 * keys, wrong types, lists of unequal length and figures that nothing can be compared with (neither margin nor
 * tolerance) are errors with their position. The format is described in baselines/published/README.md. */
#ifndef INNERLOOP_HARNESS_PUBLISHED_H
#define INNERLOOP_HARNESS_PUBLISHED_H

#include "harness/config.h"
#include "harness/registry.h"
#include "harness/statistics.h"
#include "innerloop/arena.h"

enum { IL_VERDICT_SIZE = 320 };

/* How a figure was obtained by us. */
typedef enum il_evidence {
  IL_EVIDENCE_READ,        /* read in the paper or the code */
  IL_EVIDENCE_SECOND_HAND, /* quoted by someone else */
  IL_EVIDENCE_MEMORY,      /* recalled, not confirmed */
  IL_EVIDENCE_DERIVED      /* computed: a closed form */
} il_evidence;
extern const char *const il_evidence_names[]; /* NULL-terminated */

/* A resolved configuration path and the value it must have, lists as "[40, 40]". */
typedef struct il_condition {
  const char *path, *value;
} il_condition;

typedef struct il_conditions {
  int count;
  const il_condition *at;
} il_conditions;

/* One figure. Accuracies are fractions. */
typedef struct il_figure {
  const char *file;                     /* name of the file without .yaml */
  const char *name;                     /* as the source calls it */
  const char *algorithm;                /* il_algorithm.name */
  const char *suite, *setting, *metric; /* setting "any": every one */
  int step;                             /* -1: the last step of the algorithm it is compared with */
  double value;
  double margin;          /* the printed +-; NaN: none printed */
  double tolerance;       /* relative, where no margin is printed; 0: none */
  const char *source;     /* "Finn et al. 2017 (arXiv:1703.03400v3), Table 2" */
  int evidence;           /* il_evidence */
  il_conditions when;     /* what makes it this algorithm (option.first_order: true): else the figure is passed over */
  il_conditions protocol; /* what must hold for the comparison: else `not comparable` */
} il_figure;

/* All figures of the files asked for, in order: the paper's own come first. */
typedef struct il_published {
  int count;
  il_figure *at;
} il_published;

/* Reads baselines/published/NAME.yaml for every name, from the registry's embedded files. Everything lives in `arena`.
 * Errors: IL_INVALID (unknown name, "FILE:LINE:COLUMN: ..."), IL_MEMORY. */
il_status il_published_read(const il_published **published, const il_registry *registry, const il_text_list *names,
                            il_arena *arena, il_error *error);

/* Appends the figures of one text. `file` is its name in messages and in il_figure.file. */
il_status il_published_parse(il_published *published, const char *file, const char *text, size_t size, il_arena *arena,
                             il_error *error);

/* What is to be judged. */
typedef struct il_result {
  int algorithm; /* index into experiment->algorithms */
  int evaluator;
  const char *setting, *metric; /* setting: without the evaluator */
  int step;
  int higher_better;
  il_interval interval; /* low = high = NaN: the mean stands for itself. mean NaN: no figure */
  const char *missing;  /* why the mean is missing */
} il_result;

typedef struct il_verdict {
  const il_figure *figure; /* NULL: nothing published for this cell; text is then empty */
  /* reproduced; above or below with (better) or (worse); "inconclusive: interval too wide";
   * "not comparable: inner.steps is 5, published 1" */
  char text[IL_VERDICT_SIZE];
} il_verdict;

void il_published_judge(il_verdict *verdict, const il_published *published, const il_experiment *experiment,
                        const il_result *result);

#endif
