#include "cli/signals.h"

#include <stdbool.h>
#include <stddef.h>

/* A signal handler can reach nothing but a global. */
static volatile sig_atomic_t stopped_by;

static void on_signal(int number) {
  stopped_by = number;
}

const volatile sig_atomic_t *il_signals_catch(void) {
  /* SIGPIPE comes with every write after the first, SIGXCPU every second, SIGHUP from the kernel and the shell: the
   * second of these is nobody's impatience. */
  static const struct {
    int number;
    bool once, keeps_ignored;
  } signals[] = {{SIGINT, true, false},
                 {SIGTERM, true, false},
                 {SIGHUP, false, true},
                 {SIGPIPE, false, false},
                 {SIGXCPU, false, false}};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction before,
        action = {.sa_handler = on_signal, .sa_flags = signals[i].once ? SA_RESETHAND : SA_RESTART};
    if (signals[i].keeps_ignored && sigaction(signals[i].number, NULL, &before) == 0 && before.sa_handler == SIG_IGN)
      continue;
    sigaction(signals[i].number, &action, NULL);
  }
  return &stopped_by;
}
