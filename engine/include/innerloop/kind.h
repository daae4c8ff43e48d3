/* The contract of a kind of task: what its targets are, what is descended on them and by what a prediction is judged. A
 * kind is one row; whatever trains, judges or prints asks the row, so a return, a likelihood or an open-loop error is a
 * row too. Built-in ones are one file in engine/tasks and one line of kinds.def there; a suite may bring its own.
 *
 * A row needs `loss`, `score` and every text but `difference_words`; a suite whose kind lacks one is refused. */
#ifndef INNERLOOP_KIND_H
#define INNERLOOP_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "innerloop/graph.h"
#include "innerloop/real.h"

/* What a row of targets holds. An algorithm's defaults and refusals go by it: they hold for every kind with such
 * targets. */
typedef enum il_targets {
  IL_NUMBERS, /* numbers in units of the suite */
  IL_CLASSES, /* 1 at the class, 0 elsewhere: as many columns as there are ways */
  IL_TARGETS
} il_targets;

/* How a figure is printed for a person; files hold it as it is. */
typedef struct il_figure_format {
  double factor; /* what it is multiplied by: 100 for percent */
  int digits;    /* behind the point, where an interval does not need more */
} il_figure_format;

typedef struct il_task_kind {
  const char *name; /* "classification" */
  il_targets targets;

  /* What is descended: a scalar, the mean over the rows. prediction and target have the same shape, [rows, outputs]. */
  il_value (*loss)(il_graph *graph, il_value prediction, il_value target);
  const char *loss_words; /* for the checkpoint: "mean over the rows of cross-entropy with one-hot targets" */
  const char *loss_unit;  /* "nat" */

  /* The metric, as result files name it. An episode's is its score divided by the rows of its query set, and by the
   * outputs where `over_outputs` says so. Its interval is the one for its bounds: [0, 1] a proportion's, otherwise
   * Student's t with a correction for skewness, cut at 0 where nothing is below it (statistics/intervals.h). */
  const char *metric; /* "accuracy" */
  const char *unit;   /* "fraction" */
  bool higher_better;
  double least, most; /* bounds, both allowed; -INFINITY, INFINITY: none */
  double chance;      /* what guessing reaches is `chance` / ways; 0: not known */
  /* The score of one episode: a sum over the query set. prediction, target [rows, outputs]. Pure, in a fixed order. */
  double (*score)(const real *prediction, const real *target, int rows, int outputs);
  bool over_outputs;
  const char *column; /* the score's in episodes.csv: "n_correct", "squared_error", or one that comes last there */
  const char *column_words; /* the same in words: "squared error" */

  /* For a person. */
  il_figure_format format;
  const char *caption; /* above a table: "Query accuracy in percent" */
  const char *heading; /* above a table of few columns: "accuracy in %" */
  const char
      *difference_words; /* what a printed difference is in, where that is not clear: "percentage points"; or NULL */
} il_task_kind;

/* The kinds that plug-ins may name: il_regression (targets are numbers, loss and metric are the mean squared error) and
 * il_classification (targets are one-hot rows, the loss is cross-entropy, the metric accuracy). */
extern const il_task_kind il_regression, il_classification;

/* The built-in kinds, NULL behind the last. */
extern const il_task_kind *const il_task_kinds[];

/* The built-in kind whose metric is called so; NULL: none. */
const il_task_kind *il_task_kind_of_metric(const char *metric);

/* The metric of one episode from its score; NaN without rows. outputs >= 1. */
double il_task_kind_metric(const il_task_kind *kind, double score, int64_t rows, int outputs);

/* true when metric value a is better than b; NaN is worse than anything. */
bool il_task_kind_better(const il_task_kind *kind, double a, double b);

#endif
