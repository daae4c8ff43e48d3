/* When training reached a mark on the validation curve. */
#ifndef INNERLOOP_RESULTS_CONVERGENCE_H
#define INNERLOOP_RESULTS_CONVERGENCE_H

#include "experiment/record.h"

enum { IL_CONVERGENCE_LEVELS = 3 };
extern const double il_convergence_levels[IL_CONVERGENCE_LEVELS]; /* accuracies, as fractions */

/* Index of the first point of the curve with at least `level`, or -1. */
int il_convergence_point(const il_run *run, double level);

/* Seconds of training until then; NaN when it was not reached or is not known. */
double il_convergence_seconds(const il_run *run, double level);

#endif
