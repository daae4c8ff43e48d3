/* Running an experiment: every algorithm with every seed is trained, tuned, validated and evaluated into an
 * il_results. */
#ifndef INNERLOOP_HARNESS_RUNNER_H
#define INNERLOOP_HARNESS_RUNNER_H

#include <signal.h>

#include "experiment/record.h"
#include "harness/checkpoint.h"
#include "harness/progress.h"
#include "harness/session.h"

/* Fills `results` (experiment, registry, command and run list set by il_runner_describe) run by run. A run that
 * diverges is recorded and the others go on. checkpoints (may be NULL) are written while training, at the end of
 * every run and when interrupted; a run whose checkpoint is complete is only evaluated again. *interrupt (may be
 * NULL) is looked at after every meta-iteration: once not 0, the current run is dropped, the finished ones stay, and
 * IL_INTERRUPTED is returned with results->interrupted set. Returns IL_NEGATIVE, with how many in error, when a run
 * diverged or a test figure is not finite. Errors: IL_INVALID, IL_MEMORY. */
il_status il_runner_run(il_results *results, il_session *session, const il_checkpoints *checkpoints,
                        il_progress *progress, const volatile sig_atomic_t *interrupt, il_error *error);

/* How the work of the runs of a prepared experiment is distributed, for il_progress; in `arena`, NULL: out of
 * memory. */
const il_expected_run *il_runner_expected(const il_results *results, const il_session *session, il_arena *arena);

/* What is known of the runs before they start, without building anything: their list (algorithms in order, seeds in
 * order within) in `arena`, data, splits, the digest of the test episodes. Errors: those of an algorithm's parameters,
 * of the suite's draws; IL_MEMORY. */
il_status il_runner_describe(il_results *results, const il_session *session, const il_registry *registry,
                             const char *command, il_arena *arena, il_error *error);

/* The same once every algorithm has been built and released (il_rehearse): whatever cannot be built shows before hours
 * of training. Errors: those of il_rehearse, too. */
il_status il_runner_prepare(il_results *results, const il_session *session, const il_registry *registry,
                            const char *command, il_arena *arena, il_error *error);

#endif
