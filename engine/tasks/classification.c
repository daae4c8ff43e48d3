/* Classification: targets are one-hot rows, judged by the share of the queries whose largest output is the right
 * one. */
#include <stddef.h>

#include "innerloop/kind.h"

/* The first of the largest. */
static int largest(const real *row, int count) {
  int at = 0;
  for (int i = 1; i < count; i++)
    if (row[i] > row[at]) at = i;
  return at;
}

static double correct(const real *prediction, const real *target, int rows, int outputs) {
  int count = 0;
  for (size_t row = 0; row < (size_t)rows; row++) {
    size_t at = row * (size_t)outputs;
    count += largest(prediction + at, outputs) == largest(target + at, outputs);
  }
  return count;
}

const il_task_kind il_classification = {
    .name = "classification",
    .targets = IL_CLASSES,
    .loss = il_cross_entropy,
    .loss_words = "mean over the rows of cross-entropy with one-hot targets",
    .loss_unit = "nat",
    .metric = "accuracy",
    .unit = "fraction",
    .higher_better = true,
    .least = 0,
    .most = 1,
    .chance = 1,
    .score = correct,
    .column = "n_correct",
    .column_words = "count of right answers",
    .format = {100, 2},
    .caption = "Query accuracy in percent",
    .heading = "accuracy in %",
    .difference_words = "percentage points",
};
