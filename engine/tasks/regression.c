/* Regression: targets are numbers, judged by the mean squared error. */
#include <math.h>
#include <stddef.h>

#include "innerloop/kind.h"

static double squared_error(const real *prediction, const real *target, int rows, int outputs) {
  double sum = 0;
  for (size_t i = 0; i < (size_t)rows * (size_t)outputs; i++) {
    double difference = (double)prediction[i] - (double)target[i];
    sum += difference * difference;
  }
  return sum;
}

const il_task_kind il_regression = {
    .name = "regression",
    .targets = IL_NUMBERS,
    .loss = il_mean_squared_error,
    .loss_words = "mean over rows and outputs of the squared error",
    .loss_unit = "target^2",
    .metric = "mse",
    .unit = "target^2",
    .least = 0,
    .most = INFINITY,
    .score = squared_error,
    .over_outputs = true,
    .column = "squared_error",
    .column_words = "squared error",
    .format = {1, 3},
    .caption = "Mean squared error on the query set",
    .heading = "mse",
};
