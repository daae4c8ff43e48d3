/* innerloop check: everything that can be known of an experiment without training; prints it fully resolved. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/plugin.h"
#include "cli/preview.h"

typedef struct check_values {
  il_texts set, plugins;
  const char *algorithms, *seeds, *out, *data;
  int threads;
} check_values;

static const il_argument rows[] = {
    IL_SELECTION_ARGUMENTS(check_values),
    IL_PLACE_ARGUMENTS(check_values),
    IL_PLUGIN_ARGUMENT(check_values),
};

static const il_usage usage = {
    .command = "check",
    .summary = "validates an experiment, prints every default filled in, estimates time and memory",
    .positional = "FILE.yaml",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .least = 1,
    .most = 1,
    .details =
        "FILE.yaml may also be the name of a built-in experiment: sinusoid/demo.\n"
        "Standard output is YAML that reads back to the same experiment; data, folder, estimated time and memory go\n"
        "to standard error. Exit status 2: the experiment cannot run anywhere; 3: it is valid, but here its data,\n"
        "room or memory are missing.\n",
};

/* The configuration to standard output, so that it reads back; the rest to standard error. What only this machine lacks (data,
 * room) does not make the configuration wrong. */
static il_status report(const il_preview *preview, il_error *error) {
  char *text = NULL;
  il_status status = il_preview_make(&text, preview, error);
  if (status != IL_INVALID) {
    il_experiment_print(preview->experiment, stdout);
    (void)fflush(stdout);
  }
  if (status == IL_OK) fputs(text, stderr);
  free(text);
  return status;
}

static il_status run(const il_cli *cli, int argc, char **argv, il_error *error) {
  check_values values = {0};
  il_texts files;
  il_status status = il_arguments_parse(&values, &files, &usage, argc, argv, error);
  if (status != IL_OK) return status;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the experiment", 0);
  il_overrides overrides = {
      .n_set = values.set.count, .set = values.set.at, .algorithms = values.algorithms, .seeds = values.seeds};
  il_experiment *experiment;
  il_registry registry;
  IL_TRY(il_plugins_load(&registry, cli->registry, &values.plugins, arena, error));
  IL_TRY(il_experiment_read(&experiment, files.at[0], &overrides, &registry, arena, error));
  il_preview preview = {.experiment = experiment,
                        .threads = values.threads,
                        .data = values.data ? values.data : getenv("INNERLOOP_DATA"),
                        .directory = values.out ? values.out : il_arena_format(arena, "results/%s", experiment->name)};
  IL_TRY(preview.directory ? report(&preview, error) : il_fail_memory(error, "the results folder", 0));
done:
  il_arena_free(arena);
  return status;
}

const il_command il_command_check = {.usage = &usage, .run = run};
