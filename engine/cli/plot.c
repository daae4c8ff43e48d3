/* Pictures are drawn by gnuplot, where it is installed. */
#define _GNU_SOURCE
#include "cli/plot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static int run_gnuplot(const char *directory, posix_spawn_file_actions_t *actions) {
  static char program[] = "gnuplot", script[] = "curve.gp";
  char *arguments[] = {program, script, NULL};
  pid_t child;
  int status;
  if (posix_spawn_file_actions_addchdir_np(actions, directory) != 0 ||
      posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) != 0 ||
      posix_spawnp(&child, program, actions, NULL, arguments, environ) != 0)
    return -1;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

int il_plot_curves(const char *directory) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return -1;
  int answer = run_gnuplot(directory, &actions);
  posix_spawn_file_actions_destroy(&actions);
  return answer;
}
