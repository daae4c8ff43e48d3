/* An experiment that is open: its suite, its worker threads and its kernels; and the host-side view of one episode. */
#ifndef INNERLOOP_HARNESS_SESSION_H
#define INNERLOOP_HARNESS_SESSION_H

#include "algorithms/learner.h"
#include "experiment/config.h"
#include "innerloop/arena.h"
#include "innerloop/parallel.h"
#include "innerloop/suite.h"
#include "kernels/host.h"

/* Shots and queries per class after the suite's defaults are filled in. */
typedef struct il_task_size {
  int shots, queries;
} il_task_size;

/* The experiment's suite, opened with some options. */
typedef struct il_source {
  const il_suite *suite;
  const void *options;
  void *state;
  il_suite_info info;
} il_source;

enum { IL_SOURCES_MAX = IL_EVALUATORS_MAX + IL_ALGORITHMS_MAX * (1 + IL_EVALUATORS_MAX) };

typedef struct il_session {
  const il_experiment *experiment;
  const il_kernels *kernels;
  il_kernels host; /* what `kernels` points at under `kernels: host` */
  il_blas blas;    /* of `host` */
  il_workers *workers;
  int n_sources;
  il_source sources[IL_SOURCES_MAX];          /* opened once per different options */
  const il_source *common[IL_EVALUATORS_MAX]; /* of each evaluator, as the experiment's own section presents examples */
  const il_source *training[IL_ALGORITHMS_MAX];
  const il_source *judging[IL_ALGORITHMS_MAX][IL_EVALUATORS_MAX];
  il_suite_info info; /* of common[0]; kind, ways and shapes are the same for all */
  il_arena *arena;
} il_session;

/* How episodes of one setting are put to one algorithm. */
typedef struct il_evaluation_setting {
  const il_source *source;
  il_task_size size;
  bool transductive;
  int members;   /* of an ensemble; 0: it is none */
  int algorithm; /* whose place in the file errors name */
} il_evaluation_setting;

/* Opens suite, threads and kernels. threads: 0 = all processors. kernels: a row of the kernel table, NULL or "" = the
 * best. data: the data directory or NULL. Errors: those of the suite, the worker threads and the kernel table;
 * IL_INVALID where an algorithm's tasks have another shape than the experiment's, or it trains on classes that it would
 * be tested on. */
il_status il_session_open(il_session **session, const il_experiment *experiment, int threads, const char *kernels,
                          const char *data, il_error *error);
void il_session_close(il_session *session);

/* The first trouble of any suite's draws (il_suite.trouble); what was computed from them is not to be used then. */
il_status il_session_trouble(const il_session *session, il_error *error);

/* Size of training tasks of an algorithm, and of evaluation setting `setting` (il_experiment_settings). */
il_task_size il_session_training_size(const il_session *session, int algorithm);
il_task_size il_session_evaluation_size(const il_session *session, int setting);
il_evaluation_setting il_session_evaluation_setting(const il_session *session, int algorithm, int setting);

/* The learner of algorithm `algorithm` (index into the experiment), parameters listed. Errors: IL_INVALID. */
il_status il_session_learner(il_learner *learner, const il_session *session, int algorithm, il_error *error);

/* Passes on what building or compiling algorithm `algorithm` failed with: its place in the file in front. */
il_status il_session_fail(il_error *error, const il_session *session, int algorithm, const il_error *cause);

/* What episode buffers are for. */
typedef enum il_buffers_purpose {
  IL_BUFFERS_TRAINING,  /* episodes, or single examples where the algorithm trains on those */
  IL_BUFFERS_EVALUATION /* episodes; where the learner encodes, codes that the caller fills in as support_x, query_x */
} il_buffers_purpose;

/* Buffers one worker needs to see episodes as a learner wants them. All rows are as in il_episode; x rows are
 * `input` reals wide, task parameters appended where the algorithm takes them. A draw of single examples is a support
 * set without a query set. */
typedef struct il_episode_buffers {
  const il_source *source;
  const il_learner *learner;
  il_episode episode; /* as drawn */
  int support, query; /* rows */
  size_t input, output;
  bool single, encoded;      /* draws of single examples; codes */
  real *support_x, *query_x; /* the episode's own buffers, or widened copies, or codes */
  int batch, batches;        /* rows and number of mini-batches; batch 0: none */
  real *batch_x, *batch_y;   /* [batches, batch, input], [batches, batch, output] */
  int *order;                /* [support] scratch of the mini-batch sampler */
} il_episode_buffers;

/* Allocates the buffers in `arena`. inner: its batch and steps decide about mini-batches. */
il_status il_episode_buffers_new(il_episode_buffers *buffers, const il_source *source, const il_learner *learner,
                                 const il_inner_options *inner, il_task_size size, il_buffers_purpose purpose,
                                 il_arena *arena, il_error *error);

/* Draws episode `index`, widens inputs, gathers mini-batches: cycled through the support set without replacement, a
 * fresh order each pass, so that a batch may straddle two passes (Reptile's code). Pure; allocates nothing. Of an
 * encoded one it draws the episode alone: the caller fills in the codes, then gathers. */
void il_episode_buffers_draw(il_episode_buffers *buffers, il_split split, uint64_t seed, uint64_t index);
void il_episode_buffers_gather(il_episode_buffers *buffers, il_split split, uint64_t seed, uint64_t index);

/* Support set, query set and mini-batches of a call: those of the buffers, for step `step`. */
void il_episode_buffers_give(il_call *call, const il_episode_buffers *buffers, int step);

/* Monotonic seconds, for timings only. */
double il_seconds(void);

#endif
