/* The command that makes a run's results again, in a form that does not depend on how and where it was typed: what the
 * deterministic files hold. */
#ifndef INNERLOOP_CLI_CANONICAL_H
#define INNERLOOP_CLI_CANONICAL_H

#include "cli/arguments.h"
#include "experiment/config.h"

/* "innerloop run experiments/sinusoid/demo.yaml --set 'training.iterations=100' --seeds 0-4", in `arena`. A built-in
 * experiment has its path in the source tree, another file its name without folders, plug-ins too. An override that
 * changes nothing is left out; the others are in the order of their keys, unless the order matters. file and overrides:
 * what `experiment` was read from. Errors: IL_MEMORY. */
il_status il_canonical_command(const char **command, const il_experiment *experiment, const char *file,
                               const il_overrides *overrides, const il_texts *plugins, il_arena *arena,
                               il_error *error);

#endif
