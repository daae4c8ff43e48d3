/* innerloop run and innerloop demo: train and evaluate every algorithm with every seed, write the results. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/plot.h"
#include "cli/plugin.h"
#include "cli/preview.h"
#include "harness/files.h"
#include "harness/runner.h"

enum { CHECKPOINT_SECONDS = 60 };

typedef struct run_values {
  il_texts set, plugins;
  const char *algorithms, *seeds, *out, *data;
  int threads, checkpoint_every;
  bool quiet, dry_run, resume;
} run_values;

static const il_argument rows[] = {
    IL_SELECTION_ARGUMENTS(run_values),
    IL_PLACE_ARGUMENTS(run_values),
    {"resume", IL_ARGUMENT_FLAG, offsetof(run_values, resume), NULL, 0, 0,
     "continue from the checkpoints of an interrupted run; the results are the same bytes"},
    {"checkpoint-every", IL_ARGUMENT_INT, offsetof(run_values, checkpoint_every), "SECONDS", 0, 86400,
     "seconds between checkpoints of a training (default 60); 0: after every iteration"},
    {"quiet", IL_ARGUMENT_FLAG, offsetof(run_values, quiet), NULL, 0, 0, "no progress"},
    {"dry-run", IL_ARGUMENT_FLAG, offsetof(run_values, dry_run), NULL, 0, 0,
     "list the runs, estimate time and memory, look at data and folder; train nothing"},
    IL_PLUGIN_ARGUMENT(run_values),
};

static const il_usage run_usage = {
    .command = "run",
    .summary = "trains and evaluates every algorithm with every seed and writes the results",
    .positional = "FILE.yaml",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .least = 1,
    .most = 1,
    .details = "FILE.yaml may also be the name of a built-in experiment: sinusoid/demo.\n"
               "Ctrl-C stops cleanly: finished runs are written, the current one can be resumed. Exit status 1: a run\n"
               "diverged, or a test figure is not finite.\n",
};

static const il_usage demo_usage = {
    .command = "demo",
    .summary = "runs the built-in demonstration: no data, no network, about a minute",
    .positional = "",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .details = "The same as `innerloop run sinusoid/demo`.\n",
};

static const char demo_experiment[] = "experiments/sinusoid/demo.yaml";

/* Set by Ctrl-C; a signal handler can reach nothing but a global. */
static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
  interrupted = number;
}

/* The first signal asks the runner to stop, the second ends the program as usual. */
static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

/* The command that gives these results again: what they do not depend on is left out. */
static const char *command_line(const char *file, const run_values *values, il_arena *arena) {
  const char *text = il_arena_format(arena, "./innerloop run %s", file);
  for (int i = 0; text && i < values->set.count; i++)
    text = il_arena_format(arena, "%s --set '%s'", text, values->set.at[i]);
  for (int i = 0; text && i < values->plugins.count; i++)
    text = il_arena_format(arena, "%s --plugin %s", text, values->plugins.at[i]);
  if (text && values->algorithms) text = il_arena_format(arena, "%s --algorithms %s", text, values->algorithms);
  if (text && values->seeds) text = il_arena_format(arena, "%s --seeds %s", text, values->seeds);
  return text;
}

/* Everything that can be told without training. */
static il_status print_plan(const il_preview *preview, il_error *error) {
  char *text;
  const il_experiment *experiment = preview->experiment;
  il_status status = il_preview_make(&text, preview, error);
  if (status != IL_OK) return status;
  for (int a = 0; a < experiment->n_algorithms; a++) {
    const il_algorithm_config *config = &experiment->algorithms[a];
    for (int s = 0; s < experiment->n_seeds; s++)
      printf("%s seed %llu: %d iterations of %d tasks\n", config->label, (unsigned long long)experiment->seeds[s],
             config->algorithm->build ? config->training.iterations : 0, config->training.meta_batch);
  }
  fputs(text, stdout);
  free(text);
  return IL_OK;
}

static const char *row_of_environment(void) {
  return getenv("INNERLOOP_KERNELS");
}

/* Where an experiment's results go, and the command that makes them. */
typedef struct run_place {
  const char *directory, *command, *checkpoints;
} run_place;

/* Hours of training must not end at a directory that cannot be written to. Files that are begun and discarded. */
static il_status probe(const char *directory, const char *name, il_error *error) {
  il_file *file;
  il_status status = il_directory_make(directory, error);
  if (status == IL_OK) status = il_file_open(&file, directory, name, error);
  if (status == IL_OK) il_file_discard(file);
  return status;
}

/* Runs the open experiment and writes what is finished; interrupted and diverged experiments are written too. */
static il_status run_and_write(il_results *results, il_session *session, const run_values *values,
                               const run_place *place, il_error *error) {
  il_progress_options options = {.mode = values->quiet ? IL_PROGRESS_QUIET : IL_PROGRESS_AUTO, .runs = results->n_runs};
  il_checkpoints checkpoints = {place->checkpoints, values->checkpoint_every, values->resume};
  il_status status = probe(place->directory, "RESULTS.md", error);
  if (status == IL_OK) status = probe(place->checkpoints, "probe", error);
  if (status != IL_OK) return status;
  il_progress *progress = il_progress_new(stderr, &options);
  catch_signals();
  il_error stopped = {0};
  status = il_runner_run(results, session, &checkpoints, progress, &interrupted, &stopped);
  il_progress_free(progress);
  if (status != IL_OK && status != IL_NEGATIVE && status != IL_INTERRUPTED)
    return il_fail(error, status, "%s", stopped.message);
  il_status written = il_results_write(results, place->directory, error);
  if (written != IL_OK) return written;
  if (status == IL_INTERRUPTED)
    return il_fail(error, status, "%s and written to %s; continue with: %s%s%s --resume", stopped.message,
                   place->directory, place->command, values->out ? " --out " : "", values->out ? values->out : "");
  int drawn = il_plot_curves(place->directory) == 0;
  if (!values->quiet) fprintf(stderr, "results: %s/RESULTS.md%s\n", place->directory, drawn ? ", curve.svg" : "");
  return status == IL_OK ? IL_OK : il_fail(error, status, "%s", stopped.message);
}

static il_status run_experiment(const il_cli *cli, const char *file, const run_values *values, il_error *error) {
  il_status status = IL_OK;
  il_session *session = NULL;
  il_results results;
  il_registry registry;
  il_experiment *experiment;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the experiment", 0);
  il_overrides overrides = {
      .n_set = values->set.count, .set = values->set.at, .algorithms = values->algorithms, .seeds = values->seeds};
  IL_TRY(il_plugins_load(&registry, cli->registry, &values->plugins, arena, error));
  IL_TRY(il_experiment_read(&experiment, file, &overrides, &registry, arena, error));
  run_place place = {.directory = values->out ? values->out : il_arena_format(arena, "results/%s", experiment->name),
                     .command = command_line(file, values, arena)};
  if (place.directory) place.checkpoints = il_arena_format(arena, "%s/checkpoints", place.directory);
  if (!place.checkpoints || !place.command) IL_TRY(il_fail_memory(error, "the command line", 0));
  const char *data = values->data ? values->data : getenv("INNERLOOP_DATA");
  il_preview preview = {experiment, values->threads, data, place.directory};
  if (values->dry_run) {
    IL_TRY(print_plan(&preview, error));
    goto done;
  }
  IL_TRY(il_session_open(&session, experiment, values->threads, row_of_environment(), data, error));
  IL_TRY(il_runner_prepare(&results, session, &registry, place.command, arena, error));
  IL_TRY(run_and_write(&results, session, values, &place, error));
done:
  il_session_close(session);
  il_arena_free(arena);
  return status;
}

static il_status run(const il_cli *cli, int argc, char **argv, il_error *error) {
  run_values values = {.checkpoint_every = CHECKPOINT_SECONDS};
  il_texts files;
  il_status status = il_arguments_parse(&values, &files, &run_usage, argc, argv, error);
  return status == IL_OK ? run_experiment(cli, files.at[0], &values, error) : status;
}

static il_status demo(const il_cli *cli, int argc, char **argv, il_error *error) {
  run_values values = {.checkpoint_every = CHECKPOINT_SECONDS};
  il_texts files;
  il_status status = il_arguments_parse(&values, &files, &demo_usage, argc, argv, error);
  return status == IL_OK ? run_experiment(cli, demo_experiment, &values, error) : status;
}

const il_command il_command_run = {.usage = &run_usage, .run = run};
const il_command il_command_demo = {.usage = &demo_usage, .run = demo};
