/* From scores to figures: every number the tables print is computed here, once. Intervals (intervals.h) at
 * evaluation.level. */
#ifndef INNERLOOP_RESULTS_ANALYSIS_H
#define INNERLOOP_RESULTS_ANALYSIS_H

#include "experiment/record.h"
#include "results/published.h"
#include "statistics/intervals.h"
#include "statistics/statistics.h"

enum { IL_STATUS_SIZE = 256, IL_SETTING_SIZE = 48 };

/* One run at one (setting, step). Missing figures are NaN, `status` says why. */
typedef struct il_run_cell {
  int n_episodes, n_nonfinite;
  double mean, deviation, median; /* over episodes */
  il_interval interval;           /* new tasks, this trained model */
  char method[IL_METHOD_SIZE];
  char status[IL_STATUS_SIZE];
} il_run_cell;

/* One algorithm at one (setting, step). */
typedef struct il_cell {
  int algorithm, setting, step;
  int n_runs, n_seeds, n_failed; /* runs of the experiment, those that count, those that diverged */
  int n_episodes;                /* episodes of each run */
  int n_nonfinite;               /* episodes without a finite loss and metric, over all seeds */
  double mean, median;           /* median: over the episodes of all seeds */
  il_interval headline;          /* the one that is printed and judged: il_crossed_headline */
  il_crossed intervals;          /* all, by what they cover */
  char method[IL_METHOD_SIZE];   /* of the headline: il_crossed_method */
  char status[IL_STATUS_SIZE];   /* "ok" or what is missing and why */
  il_verdict published;
} il_cell;

/* Algorithm a after step_a minus algorithm b after step_b, on identical episodes. */
typedef struct il_difference {
  int a, b, setting;
  int step_a, step_b; /* each its adapt.report_step; or the same for both, when evaluation.compare_steps asks */
  int n_seeds, n_episodes;
  il_interval interval; /* mean = the difference; covers what the headline of a cell covers */
  double p, p_holm, p_reachable, prob_a_better;
  char method[IL_METHOD_SIZE]; /* of the interval */
  char p_method[64];           /* "exact sign flips over 3 seeds" */
  char status[IL_STATUS_SIZE];
} il_difference;

typedef struct il_analysis {
  const il_results *results;
  il_arena *arena;
  double *scratch;                       /* [(episodes + 1) * (runs + 1)] */
  int n_algorithms, n_settings, n_steps; /* n_steps: the most steps of any algorithm, + 1 */
  il_cell *cells;                        /* [algorithm][setting][step] */
  /* [setting][algorithm]: 1 for the algorithm with the best mean at its reported step and for those whose paired
   * interval against it does not exclude 0; 0 for all where there is nothing to compare with */
  char *best;
  int n_reported;    /* differences at the algorithms' reported steps: the first ones; then those asked for */
  int n_differences; /* all: one family for Holm's adjustment, and all are shown */
  il_difference *differences;
  const il_published *published;
} il_analysis;

/* Everything lives in `arena`. Errors: IL_MEMORY, IL_INVALID (published figures). */
il_status il_analysis_new(il_analysis **analysis, const il_results *results, il_arena *arena, il_error *error);

/* The cell of (algorithm, setting, step); steps beyond the algorithm's own have n_runs 0. */
const il_cell *il_analysis_cell(const il_analysis *analysis, int algorithm, int setting, int step);
/* One run at (setting, step), step <= the algorithm's steps. */
void il_analysis_run(il_run_cell *cell, const il_analysis *analysis, const il_run *run, int setting, int step);
/* Fills analysis->best and analysis->differences; il_analysis_new calls it. */
il_status il_differences_compute(il_analysis *analysis, il_error *error);

/* What a value of the metric can be, by the kind's bounds, and a difference of two. */
il_range il_metric_range(const il_task_kind *kind);
il_range il_difference_range(const il_task_kind *kind);

#endif
