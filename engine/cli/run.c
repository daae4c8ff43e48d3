/* innerloop run and innerloop demo: train and evaluate every algorithm with every seed, write the results. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/canonical.h"
#include "cli/cli.h"
#include "cli/page.h"
#include "cli/plot.h"
#include "cli/plugin.h"
#include "cli/preview.h"
#include "cli/shell_word.h"
#include "cli/signals.h"
#include "harness/runner.h"
#include "results/folder.h"
#include "results/paper_table.h"

enum { CHECKPOINT_SECONDS = 60 };

typedef struct run_values {
  il_texts set, plugins;
  const char *algorithms, *seeds, *out, *data;
  int threads, checkpoint_every;
  bool quiet, dry_run, resume, overwrite;
} run_values;

static const il_argument rows[] = {
    IL_SELECTION_ARGUMENTS(run_values),
    IL_PLACE_ARGUMENTS(run_values),
    IL_PLUGIN_ARGUMENT(run_values),
    {"checkpoint-every", IL_ARGUMENT_INT, offsetof(run_values, checkpoint_every), "SECONDS", 0, 86400,
     "seconds between checkpoints of a training (default 60); 0: after every iteration"},
    {"quiet", IL_ARGUMENT_FLAG, offsetof(run_values, quiet), NULL, 0, 0, "no progress"},
    {"dry-run", IL_ARGUMENT_FLAG, offsetof(run_values, dry_run), NULL, 0, 0,
     "list the runs, estimate time and memory, look at data and folder; train nothing"},
    {"overwrite", IL_ARGUMENT_FLAG, offsetof(run_values, overwrite), NULL, 0, 0,
     "replace the results that are there, once the new ones stand"},
    {"resume", IL_ARGUMENT_FLAG, offsetof(run_values, resume), NULL, 0, 0,
     "continue from the checkpoints of an interrupted run; the results are the same bytes"},
};

static const il_usage run_usage = {
    .command = "run",
    .summary = "trains and evaluates every algorithm with every seed and writes the results",
    .positional = "FILE.yaml",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .least = 1,
    .most = 1,
    .details = "FILE.yaml may also be the name of a built-in experiment: sinusoid/demo;\n"
               "or a table of several experiments, run in turn, that make the one table of a\n"
               "paper: omniglot/maml2017-table1.\n"
               "Ctrl-C stops cleanly, as do SIGTERM, SIGHUP, SIGPIPE and SIGXCPU: finished runs\n"
               "are written, the current one can be resumed.\n"
               "Results that are there are never replaced unasked. An experiment that has ended\n"
               "is not run again; an unfinished one wants --resume, another configuration wants\n"
               "another --out or --overwrite. --resume --overwrite replaces the tables and keeps\n"
               "the trainings that are the same.\n"
               "Exit status 1: a run diverged, or a test figure is not finite; 3 after a full\n"
               "disk: the tables stand, a checkpoint does not.\n",
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

/* Everything that can be known without training. */
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

/* One call of `run` or `demo`. */
typedef struct run_call {
  const il_cli *cli;
  const il_usage *usage;
  const char *file; /* the experiment */
  run_values values;
  il_texts positional;          /* as typed */
  const struct run_call *whole; /* the call that this one is a part of: the cells of a table; NULL: none */
} run_call;

/* Where results go, and what stops the run. */
typedef struct run_place {
  const char *directory, *checkpoints;
  const volatile sig_atomic_t *stop;
} run_place;

static const run_values defaults = {.checkpoint_every = CHECKPOINT_SECONDS};

/* Leaves the line to paste that goes on where this run stopped. */
static void advise(const run_call *call) {
  if (call->whole) call = call->whole;
  run_values values = call->values;
  size_t size;
  values.resume = true;
  values.overwrite = values.dry_run = false;
  FILE *line = open_memstream(call->cli->advice, &size);
  if (!line) return;
  fputs("continue with:", line);
  il_shell_word(line, call->cli->argv[0]);
  il_arguments_print(line, call->usage, &call->positional, &values, &defaults);
  if (fclose(line) == 0) return;
  free(*call->cli->advice);
  *call->cli->advice = NULL;
}

/* The whole command line as it was typed. */
static il_status typed_command(const char **command, const il_cli *cli, il_arena *arena, il_error *error) {
  char *text = NULL;
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  for (int i = 0; memory && i < cli->argc; i++) il_shell_word(memory, cli->argv[i]);
  *command = memory && fclose(memory) == 0 ? il_arena_text(arena, text + 1) : NULL;
  free(text);
  return *command ? IL_OK : il_fail_memory(error, "the command line", 0);
}

static il_status interrupted(const run_call *call, const run_place *place, const il_results *results,
                             const char *finished, il_error *error) {
  advise(call);
  if (results->unsaved)
    return il_fail(error, IL_INTERRUPTED,
                   "%s and written to %s; what was trained since the last checkpoint is lost: %s", finished,
                   place->directory, results->unsaved_reason);
  return il_fail(error, IL_INTERRUPTED, "%s and written to %s", finished, place->directory);
}

/* Standard output and what it can show. https://no-color.org */
static il_results_shown terminal(void) {
  struct winsize size;
  const char *no_colour = getenv("NO_COLOR"), *kind = getenv("TERM");
  bool is_terminal = isatty(STDOUT_FILENO) != 0;
  bool known = is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return (il_results_shown){.file = stdout,
                            .columns = known ? size.ws_col : IL_PAGE_COLUMNS,
                            .colour = is_terminal && !(no_colour && *no_colour) && kind && strcmp(kind, "dumb") != 0};
}

/* Runs the open experiment and writes what is finished: also of experiments that are interrupted, diverge or fail
 * half-way. */
static il_status run_and_write(il_results *results, il_session *session, const run_call *call, const run_place *place,
                               il_error *error) {
  bool quiet = call->values.quiet;
  il_progress_options options = {.mode = quiet ? IL_PROGRESS_QUIET : IL_PROGRESS_AUTO,
                                 .runs = results->n_runs,
                                 .plan = il_runner_expected(results, session, session->arena)};
  il_checkpoints checkpoints = {place->checkpoints, call->values.checkpoint_every, call->values.resume};
  il_progress *progress = il_progress_new(stderr, &options);
  il_error stopped = {0};
  il_results_shown shown = terminal();
  il_status status = il_runner_run(results, session, &checkpoints, progress, place->stop, &stopped);
  il_progress_free(progress);
  bool failed = status != IL_OK && status != IL_NEGATIVE && status != IL_INTERRUPTED;
  il_status written = failed && results->n_finished == 0
                          ? IL_OK
                          : il_results_write(results, place->directory, quiet ? NULL : &shown, error);
  if (written != IL_OK) return written;
  fflush(stdout); /* above what follows on the other stream; main looks whether it could be written */
  if (failed) return il_fail(error, status, "%s", stopped.message);
  if (status == IL_INTERRUPTED) return interrupted(call, place, results, stopped.message, error);
  bool drawn = il_plot_curves(place->directory) == 0;
  if (!quiet) fprintf(stderr, "results: %s/RESULTS.md%s\n", place->directory, drawn ? ", curve.svg" : "");
  if (results->unsaved == 0) return status == IL_OK ? IL_OK : il_fail(error, status, "%s", stopped.message);
  return il_fail(error, IL_IO, "the results in %s are whole, but %d checkpoints of %d are not there: %s",
                 place->directory, results->unsaved, results->n_runs, results->unsaved_reason);
}

static il_status run_in_folder(il_results *results, il_session *session, const run_call *call, const run_place *place,
                               il_error *error) {
  il_folder *folder;
  bool resumable;
  const run_values *values = &call->values;
  il_folder_wish wish = {values->resume, values->overwrite};
  il_status status = il_folder_open(&folder, &resumable, place->directory, results, wish, error);
  if (!folder) {
    if (resumable) advise(call);
    if (status == IL_OK || status == IL_NEGATIVE)
      fprintf(stderr,
              "results: %s/RESULTS.md: this run has ended before; --resume makes its tables again, --overwrite trains "
              "again\n",
              place->directory);
    return status;
  }
  if (il_folder_unlocked(folder) && !values->quiet)
    fprintf(stderr, "%s: the file system has no locks; a second run there would not be noticed\n", place->directory);
  status = run_and_write(results, session, call, place, error);
  if (!results->interrupted && (status == IL_OK || status == IL_NEGATIVE)) il_folder_settle(folder);
  il_folder_close(folder);
  return status;
}

static il_overrides overrides_of(const run_values *values) {
  return (il_overrides){
      .n_set = values->set.count, .set = values->set.at, .algorithms = values->algorithms, .seeds = values->seeds};
}

static il_status run_experiment(const run_call *call, const il_registry *registry, il_error *error) {
  il_status status = IL_OK;
  il_session *session = NULL;
  il_results results;
  il_experiment *experiment;
  const run_values *values = &call->values;
  const char *command, *typed, *data = values->data ? values->data : getenv("INNERLOOP_DATA");
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the experiment", 0);
  il_overrides overrides = overrides_of(values);
  IL_TRY(il_experiment_read(&experiment, call->file, &overrides, registry, arena, error));
  run_place place = {.directory = values->out ? values->out : il_arena_format(arena, "results/%s", experiment->name)};
  if (place.directory) place.checkpoints = il_arena_format(arena, "%s/checkpoints", place.directory);
  if (!place.checkpoints) IL_TRY(il_fail_memory(error, "a path", 0));
  il_preview preview = {experiment, registry, values->threads, data, place.directory};
  if (values->dry_run) {
    IL_TRY(print_plan(&preview, error));
    goto done;
  }
  IL_TRY(il_canonical_command(&command, experiment, call->file, &overrides, &values->plugins, arena, error));
  IL_TRY(typed_command(&typed, call->cli, arena, error));
  IL_TRY(il_session_open(&session, experiment, values->threads, row_of_environment(), data, error));
  IL_TRY(il_runner_prepare(&results, session, registry, command, arena, error));
  results.typed = typed;
  if (!values->resume) /* else much of it is there */
    IL_TRY(il_preview_disk(&results, place.directory, values->overwrite, error));
  place.stop = il_signals_catch(); /* before the folder is taken: what holds it can be stopped */
  IL_TRY(run_in_folder(&results, session, call, &place, error));
done:
  il_session_close(session);
  il_arena_free(arena);
  return status;
}

/* The line that makes the table again. */
static il_status table_command(const char **command, const run_call *call, il_arena *arena, il_error *error) {
  const run_values *values = &call->values;
  char *text = NULL;
  size_t size;
  const char *slash = strrchr(call->file, '/');
  FILE *memory = open_memstream(&text, &size);
  if (memory) {
    fputs("innerloop run", memory);
    il_shell_word(memory, strncmp(call->file, "experiments/", 12) == 0 || !slash ? call->file : slash + 1);
    for (int i = 0; i < values->set.count; i++) {
      fputs(" --set", memory);
      il_shell_word(memory, values->set.at[i]);
    }
    if (values->seeds) fprintf(memory, " --seeds %s", values->seeds);
  }
  *command = memory && fclose(memory) == 0 ? il_arena_text(arena, text) : NULL;
  free(text);
  return *command ? IL_OK : il_fail_memory(error, "the command line", 0);
}

/* A cell runs as the command line of its own that it stands for. One that has ended is not run again. */
static il_status run_cell(const run_call *call, const il_paper_cell *cell, const char *directory,
                          const il_registry *registry, il_arena *arena, il_error *error) {
  run_call part = *call;
  part.whole = call;
  part.file = cell->experiment;
  part.values.algorithms = cell->algorithms;
  part.values.out = il_arena_format(arena, "%s/%s", directory, cell->folder);
  if (!part.values.out) return il_fail_memory(error, "a path", 0);
  if (!call->values.quiet && !call->values.dry_run) fprintf(stderr, "== %s\n", cell->experiment);
  return run_experiment(&part, registry, error);
}

/* The cells in turn; the table is written whatever stopped them. A run that diverged does not stop the others. */
static il_status run_table(const run_call *call, const il_paper_table *table, const il_registry *registry,
                           il_arena *arena, il_error *error) {
  const run_values *values = &call->values;
  const char *command, *directory = values->out ? values->out : il_arena_format(arena, "results/%s", table->name);
  if (!directory) return il_fail_memory(error, "a path", 0);
  il_status status = table_command(&command, call, arena, error), worst = IL_OK;
  for (int c = 0; c < table->n_cells && status == IL_OK; c++) {
    status = run_cell(call, &table->cells[c], directory, registry, arena, error);
    if (status != IL_NEGATIVE) continue;
    worst = status;
    status = IL_OK;
  }
  if (values->dry_run) return status;
  il_status written = il_paper_table_write(table, directory, command, status == IL_OK ? error : NULL);
  if (written == IL_OK && !values->quiet) fprintf(stderr, "table: %s/RESULTS.md\n", directory);
  if (status == IL_OK) status = written;
  return status == IL_OK ? worst : status;
}

static il_status run_either(const run_call *call, il_error *error) {
  il_registry registry;
  il_paper_table *table;
  il_status status = IL_OK;
  il_overrides overrides = overrides_of(&call->values);
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the experiment", 0);
  IL_TRY(il_plugins_load(&registry, call->cli->registry, &call->values.plugins, arena, error));
  IL_TRY(il_paper_table_read(&table, call->file, &overrides, &registry, arena, error));
  status = table ? run_table(call, table, &registry, arena, error) : run_experiment(call, &registry, error);
done:
  il_arena_free(arena);
  return status;
}

static il_status start(const il_cli *cli, const il_usage *usage, const char *file, int argc, char **argv,
                       il_error *error) {
  run_call call = {.cli = cli, .usage = usage, .file = file, .values = defaults};
  il_status status = il_arguments_parse(&call.values, &call.positional, usage, argc, argv, error);
  if (status == IL_OK && !file) call.file = call.positional.at[0];
  return status == IL_OK ? run_either(&call, error) : status;
}

static il_status run(const il_cli *cli, int argc, char **argv, il_error *error) {
  return start(cli, &run_usage, NULL, argc, argv, error);
}

static il_status demo(const il_cli *cli, int argc, char **argv, il_error *error) {
  return start(cli, &demo_usage, demo_experiment, argc, argv, error);
}

const il_command il_command_run = {.usage = &run_usage, .run = run};
const il_command il_command_demo = {.usage = &demo_usage, .run = demo};
