/* Published figures, from the files of baselines/published, and the verdict of a result against them. Strict: unknown
 * keys, wrong types, lists of unequal length, figures that do not say how they were obtained, what their +- is or
 * which sine waves they are about are errors with their position. The format is described in
 * baselines/published/README.md. */
#ifndef INNERLOOP_RESULTS_PUBLISHED_H
#define INNERLOOP_RESULTS_PUBLISHED_H

#include "experiment/config.h"
#include "experiment/registry.h"
#include "innerloop/arena.h"
#include "statistics/equivalence.h"
#include "statistics/statistics.h"

enum { IL_VERDICT_SIZE = 320 };

/* Fewer test episodes decide nothing, whatever their interval: Student's of three heavy-tailed errors calls equals
 * "below" in 9 of 100 cases (test_equivalence). */
enum { IL_JUDGED_EPISODES = 30 };

/* How a figure was obtained by us. */
typedef enum il_evidence {
  IL_EVIDENCE_READ,        /* read in the paper or the code */
  IL_EVIDENCE_SECOND_HAND, /* quoted by someone else */
  IL_EVIDENCE_MEMORY,      /* recalled, not confirmed */
  IL_EVIDENCE_DERIVED      /* computed: a closed form */
} il_evidence;
extern const char *const il_evidence_names[]; /* NULL-terminated */

/* What a printed +- is. */
typedef enum il_printed {
  IL_PRINTED_CI95_EPISODES, /* 95 % interval over the test episodes of one trained model, not over trainings */
  IL_PRINTED_CI95_RUNS,     /* 95 % interval over trained models */
  IL_PRINTED_SD_RUNS,       /* standard deviation over trained models */
  IL_PRINTED_NONE,          /* no +- is printed */
  IL_PRINTED_UNKNOWN        /* a +- whose source does not say what it is; taken for a 95 % interval */
} il_printed;
extern const char *const il_printed_names[]; /* NULL-terminated */

typedef enum il_metric { IL_METRIC_ACCURACY, IL_METRIC_MSE, IL_METRIC_RETURN } il_metric;
extern const char *const il_metric_names[]; /* NULL-terminated */

/* A resolved configuration path and the value it must have, lists as "[40, 40]". */
typedef struct il_condition {
  const char *path, *value;
} il_condition;

typedef struct il_conditions {
  int count;
  const il_condition *at;
} il_conditions;

/* Tasks that share a suite's name and are different tasks all the same: sine waves with and without a frequency. */
typedef struct il_family {
  const char *suite, *name, *summary;
  il_conditions protocol; /* what every result of the family has */
} il_family;

/* The family of this suite called `name`, or the first with NULL; NULL: none. */
const il_family *il_family_find(const char *suite, const char *name);
/* "finn, li, ...", "" when out of memory. */
const char *il_family_list(const char *suite, il_arena *arena);

/* One figure. Accuracies are fractions. */
typedef struct il_figure {
  const char *file;                     /* name of the file without .yaml */
  const char *name;                     /* as the source calls it */
  const char *algorithm;                /* il_algorithm.name */
  const char *suite, *setting, *metric; /* setting "any": every one */
  int step;                             /* -1: the last step of the algorithm it is compared with */
  double value;
  double margin;          /* the printed +-; NaN: none printed */
  double equivalence;     /* a difference up to here does not matter; in the unit of `value`, > 0 */
  const char *source;     /* "Finn et al. 2017 (arXiv:1703.03400v3), Table 2 [second-hand]" */
  int evidence;           /* il_evidence */
  int printed;            /* il_printed: what `margin` is */
  int runs, episodes;     /* trained models and test episodes behind the figure; 0: not known, or does not apply */
  const char *family;     /* il_family.name; "" where the suite has none */
  il_conditions when;     /* what makes it this algorithm (option.first_order: true): else the figure is passed over */
  il_conditions protocol; /* what must hold for the comparison: else `not comparable` */
} il_figure;

/* The figure's own interval at `level`, by what its +- is: intervals are widened from 95 % as normal ones; sd-runs
 * becomes Student's interval of the mean of its runs, of 3 where their number is not known. Without +- it has no
 * width. */
il_interval il_figure_interval(const il_figure *figure, double level);

/* The margin of equivalence of a figure. `stated` (0: not): for accuracies absolute, else a share of the figure. By
 * default
 *   accuracy     half the error rate, from 0.5 to 1 percentage points. Independent runs of one protocol differ by about
 *                that (98.7 printed for MAML, 99.1 and 99.6 run by others), and the +- of the papers leave little less
 *                to be told.
 *   mse, return  a tenth of the figure: runs of one protocol that differ in the seed alone give .61 to .65 where .67 is
 *                printed, first-order MAML .75: less cannot be distinguished with a handful of seeds, more hides the
 *                method. */
double il_figure_equivalence(int metric, double value, double stated);
/* The margins above in words, for the metric called so; those of an error where no figure can be given in it. */
const char *il_figure_margin_words(const char *metric);

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
  bool higher_better;
  il_interval interval;    /* the one that is printed. mean NaN: no figure; bounds NaN: nothing can be decided */
  double level;            /* its level */
  int n_seeds, n_episodes; /* what it is made of */
  const char *missing;     /* why the mean is missing */
} il_result;

typedef struct il_verdict {
  const il_figure *figure;    /* NULL: nothing published for this cell; text is then empty */
  il_equivalence equivalence; /* where the two are comparable; else kind IL_UNDECIDED, power NaN */
  /* "reproduced"; "above (better)", "below (worse)" and so on; "inconclusive: reproduced or above, about 2400
   * episodes would tell"; "not comparable: inner.steps is 5, published 1" */
  char text[IL_VERDICT_SIZE];
} il_verdict;

/* By equivalence.h, with the figure's own interval and margin, from IL_JUDGED_EPISODES test episodes on. */
void il_published_judge(il_verdict *verdict, const il_published *published, const il_experiment *experiment,
                        const il_result *result);

#endif
