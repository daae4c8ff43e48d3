/* What came out of an experiment: the record that the harness fills and that results files are written from. */
#ifndef INNERLOOP_EXPERIMENT_RECORD_H
#define INNERLOOP_EXPERIMENT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "experiment/config.h"
#include "innerloop/arena.h"
#include "innerloop/status.h"

typedef enum il_run_outcome {
  IL_RUN_PENDING, /* not started: interrupted before it */
  IL_RUN_DONE,
  IL_RUN_DIVERGED,   /* a loss or parameter became NaN or infinite while training, at iteration `stopped_at` */
  IL_RUN_INTERRUPTED /* stopped by the user; left out of the tables */
} il_run_outcome;

/* Metrics of one evaluation episode after one adaptation step. */
typedef struct il_score {
  double loss;     /* mean over the query set */
  double total;    /* the kind's score: a sum over the query set */
  int64_t queries; /* rows of the query set */
} il_score;

/* One point of the validation curve. */
typedef struct il_curve_point {
  int iteration;        /* meta-iterations done */
  double training_loss; /* mean over the iterations since the last point of the mean task loss: Algorithm 1's value */
  double validation;    /* mean metric over the validation episodes */
  double validation_median;
} il_curve_point;

/* Wall-clock facts of a run, in seconds; not deterministic. */
typedef struct il_timing {
  int threads;
  double meta_iteration_median, meta_iteration_p10, meta_iteration_p90;
  double train, adapt_median, evaluate;
  double gflop_per_meta_iteration;
  double gemm_share; /* of the GEMM rate measured in the same process with as many threads */
  long long peak_rss_bytes;
} il_timing;

/* What training and validation of a run draw from, beside the configuration: the same in a checkpoint and in the run
 * that continues it. */
typedef struct il_run_data {
  il_suite_digests training, validation;
  int ways;
  int shots, queries;                       /* of training tasks, the suite's defaults filled in */
  int validation_shots, validation_queries; /* of validation tasks */
} il_run_data;

/* One (algorithm, seed). */
typedef struct il_run {
  int algorithm; /* index into experiment->algorithms */
  uint64_t seed;
  il_run_outcome state;
  int stopped_at;
  int n_judged;            /* points of the curve whose parameters were judged; 0: the last parameters were */
  int judged[IL_KEPT_MAX]; /* their iterations, rising */
  double training_loss;    /* of the last curve interval; NaN when the algorithm does not train */
  double adapt_learning_rate[IL_LIST_MAX]; /* per setting: the one used at test, after tuning */
  int n_curve;
  il_curve_point *curve;
  double *curve_seconds;  /* [n_curve] spent training until each point, interruptions bridged; not deterministic */
  const il_score *scores; /* [setting][episode][step 0..steps]; steps = algorithm's adapt.steps */
  size_t parameters;      /* P of its model */
  il_run_data data;
  const char *restored; /* where the run went on from the checkpoint before the last: why, in words; NULL: it did not */
  char split_digest[65];      /* SHA-256 of the lists of classes it trains on; empty where the suite has none */
  char parameters_digest[65]; /* SHA-256 of the parameters judged, little-endian reals */
  il_timing timing;
} il_run;

enum { IL_PEAK_NOTE = 200 };

typedef struct il_results {
  const il_experiment *experiment;
  const il_registry *registry;
  il_suite_info suite;
  il_suite_digests digests; /* of the suite's data; empty where it has none */
  const char *command;  /* the command that makes these results again, the same from every directory: for RESULTS.md */
  const char *typed;    /* the command line as typed: for host.json; NULL: not known */
  const char *kernels;  /* kernel family that ran: the bits do not depend on it ... */
  const char *contract; /* ... but on its contract (kernels.h) */
  const char *blas;     /* OpenBLAS's version where it computed (`kernels: host`), else NULL */
  size_t parameters;    /* P of the first run's model */
  int n_runs;
  il_run *runs;    /* algorithms in order, seeds in order within */
  int n_finished;  /* runs that ended by themselves */
  int interrupted; /* the others did not, whatever the reason */
  int unsaved;     /* runs whose last checkpoint could not be written, and why the first of them could not */
  char unsaved_reason[IL_MESSAGE_SIZE];
  char episode_stream_digest[65]; /* SHA-256 over all evaluation episodes, in order */
  double gemm_rate;               /* flop/s measured in this process, 0: not measured */
  char gemm_note[IL_PEAK_NOTE];   /* the kernel family OpenBLAS picked; where it was not measured, why */
} il_results;

/* When a run's curve gets points: every il_training_interval iterations (0: never) and at the end. How many it has
 * after `done` iterations, and after which iteration its point number `point` (from 0) came. */
int il_curve_points(const il_training *training, int done);
int il_curve_iteration(const il_training *training, int point);

/* Have the last `training->patience` points of the run's curve brought no improvement? */
bool il_run_is_patience_over(const il_run *run, const il_training *training, const il_task_kind *kind);

/* Number of settings (il_experiment_settings) and the name of one: "5-shot", "5-way 1-shot"; with the evaluator's name
 * after it where it is not the first: "5-way 1-shot, inductive". */
int il_results_settings(const il_results *results);
void il_results_setting_name(const il_results *results, int setting, char *text, size_t size);
/* The same without the evaluator, as published figures name it. */
void il_results_task_name(const il_results *results, int setting, char *text, size_t size);
/* The score of run, setting, episode, step. */
const il_score *il_results_score(const il_results *results, const il_run *run, int setting, int episode, int step);
/* The metric's value in one score, by the suite's kind. */
double il_results_metric(const il_results *results, const il_score *score);
const char *il_results_metric_name(const il_results *results);
const char *il_results_metric_unit(const il_results *results);

/* Test episodes of a run at (setting, step) whose loss or metric is NaN or infinite; 0 for a run without scores. */
int il_run_nonfinite(const il_results *results, const il_run *run, int setting, int step);
/* 1 when there are none at any setting and step. */
int il_run_is_finite(const il_results *results, const il_run *run);

/* Adaptation steps at test of an algorithm: scores hold steps + 1 rows. */
int il_results_steps(const il_results *results, int algorithm);
/* The step at which the algorithm is compared with others: adapt.report_step. */
int il_results_report_step(const il_results *results, int algorithm);
/* 1 when the run's scores enter means: finished and evaluated. */
int il_run_counts(const il_run *run);
/* 1 when the run has rows at all: finished or diverged, not interrupted or pending. */
int il_run_listed(const il_run *run);
/* 1 when neither loss nor metric is NaN or infinite. */
int il_score_finite(const il_results *results, const il_score *score);
/* 1 when the run is listed and has a validation curve: an algorithm that does not train has none. */
int il_run_has_curve(const il_run *run);
/* "200 600 1000" with `between` " ": the iterations whose parameters were judged; "" where the last were. */
void il_run_judged(const il_run *run, const char *between, char *text, size_t size);
enum { IL_JUDGED_SIZE = 16 * IL_KEPT_MAX };
/* "ok", "diverged at iteration 37", "not evaluated"; the whole run, whatever its single figures are. */
void il_run_status(const il_run *run, char *text, size_t size);

#endif
