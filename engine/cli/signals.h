/* Signals that ask a run to stop: what is done is kept. */
#ifndef INNERLOOP_CLI_SIGNALS_H
#define INNERLOOP_CLI_SIGNALS_H

#include <signal.h>

/* From now on the flag that is returned becomes the number of a signal that asks the program to stop: SIGINT, SIGTERM,
 * SIGHUP (unless nohup has it ignored), SIGPIPE (nobody reads any more) and SIGXCPU (the soft limit on processor time).
 * A second SIGINT or SIGTERM ends the program at once. */
const volatile sig_atomic_t *il_signals_catch(void);

#endif
