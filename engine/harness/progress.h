/* Progress of an experiment for a person who waits: one bar on a terminal, plain lines elsewhere, or nothing.
 *
 * "[2/5] maml seed 0: 29/3000  2.9 it/s  loss 1.62  ETA 17:05  all ~1:02:00": the second run of five. Count, rate and
 * ETA speak of the stage that goes on, the training of one run or one of its evaluations; then comes the time left of
 * the whole experiment (outlook.h), with "~" while some of its algorithms have not run yet.
 *
 * Only the stream handed to il_progress_new is written, and the time comes from the caller's clock. Nothing here fails:
 * when memory is short the record is NULL, and every function takes NULL for "quiet". */
#ifndef INNERLOOP_HARNESS_PROGRESS_H
#define INNERLOOP_HARNESS_PROGRESS_H

#include <stdint.h>
#include <stdio.h>

#include "harness/outlook.h"

typedef enum il_progress_mode {
  IL_PROGRESS_AUTO,     /* a bar if the stream is a terminal, else lines */
  IL_PROGRESS_TERMINAL, /* one line redrawn in place, at most 10 times a second */
  IL_PROGRESS_PLAIN,    /* a line at the beginning of a training, the end of a run and every 10 s between */
  IL_PROGRESS_QUIET
} il_progress_mode;

typedef struct il_progress_options {
  il_progress_mode mode;
  int runs;                       /* of the experiment; 0: unknown, and runs are not numbered */
  const il_expected_run *plan;    /* [runs], borrowed; NULL: the time left of the whole is not shown */
  double (*clock)(void *context); /* seconds, never falling; NULL: CLOCK_MONOTONIC */
  void *clock_context;
  int width; /* columns; 0: asks the terminal before each drawing, 80 if it does not say */
} il_progress_options;

typedef struct il_progress il_progress;

/* `file` stays the caller's and must outlive the record. NULL file: quiet. Returns NULL when out of memory. */
il_progress *il_progress_new(FILE *file, const il_progress_options *options);

/* Begins a run. `label` is copied (cut at 63 bytes). iterations: meta-iterations of the run, 0 when it does not
 * train. */
void il_progress_run_begin(il_progress *progress, const char *label, uint64_t seed, int64_t iterations);

/* The run goes on with the evaluation of setting 1..settings, over so many episodes. */
void il_progress_evaluation_begin(il_progress *progress, int setting, int settings, int64_t episodes);

/* `done` iterations, or episodes of an evaluation, are finished (1.., rising); may begin above 1: after a resume. loss:
 * NaN where there is none to show. Costs one comparison of integers, except where the clock is looked at: about 20
 * times a second. */
void il_progress_update(il_progress *progress, int64_t done, double loss);

/* Ends the run. summary: what is left on the screen, or NULL. */
void il_progress_run_end(il_progress *progress, const char *summary);

/* "innerloop: TEXT", a line of its own that stands even where progress is quiet: something that was mended, and how.
 * Nothing where there is no stream. */
void il_progress_warn(il_progress *progress, const char *text);

/* A line of its own, above the bar. */
void il_progress_note(il_progress *progress, const char *text);

/* Wipes an unfinished bar and releases the record. */
void il_progress_free(il_progress *progress);

#endif
