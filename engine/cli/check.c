/* innerloop check: everything that can be known of an experiment without training; prints it fully resolved. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/plugin.h"
#include "cli/preview.h"
#include "results/paper_table.h"

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

/* The configuration to standard output, so that it reads back; the rest to standard error. What only this machine lacks
 * (data, room) does not make the configuration wrong. */
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

/* directory: of the results; NULL: as the command line or the experiment's name says. */
static il_status check_experiment(const char *file, const check_values *values, const char *directory,
                                  const il_overrides *overrides, const il_registry *registry, il_arena *arena,
                                  il_error *error) {
  il_experiment *experiment;
  il_status status = il_experiment_read(&experiment, file, overrides, registry, arena, error);
  if (status != IL_OK) return status;
  il_preview preview = {.experiment = experiment,
                        .registry = registry,
                        .threads = values->threads,
                        .data = values->data ? values->data : getenv("INNERLOOP_DATA"),
                        .directory = directory ? directory : values->out};
  if (!preview.directory) preview.directory = il_arena_format(arena, "results/%s", experiment->name);
  return preview.directory ? report(&preview, error) : il_fail_memory(error, "the results folder", 0);
}

/* Where `run` puts cell `cell` of a table; NULL when out of memory. */
static const char *folder_of(const il_paper_table *table, const check_values *values, int cell, il_arena *arena) {
  const char *folder = table->cells[cell].folder;
  return values->out ? il_arena_format(arena, "%s/%s", values->out, folder)
                     : il_arena_format(arena, "results/%s/%s", table->name, folder);
}

/* All cells, also where one lacks its data here; the first error is the one to report, an invalid cell before all. */
static il_status check_table(const il_paper_table *table, const check_values *values, il_overrides *overrides,
                             const il_registry *registry, il_arena *arena, il_error *error) {
  il_status worst = IL_OK;
  for (int c = 0; c < table->n_cells && worst != IL_INVALID; c++) {
    const il_paper_cell *cell = &table->cells[c];
    const char *folder = folder_of(table, values, c, arena);
    il_error trial = {0};
    if (!folder) return il_fail_memory(error, "a path", 0);
    overrides->algorithms = cell->algorithms;
    printf("# %s: %s\n", table->name, cell->experiment);
    il_status status = check_experiment(cell->experiment, values, folder, overrides, registry, arena, &trial);
    if (status == IL_OK || (worst != IL_OK && status != IL_INVALID)) continue;
    il_error_clear(error);
    worst = il_fail(error, status, "%s", trial.message);
  }
  return worst;
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
  il_paper_table *table;
  il_registry registry;
  IL_TRY(il_plugins_load(&registry, cli->registry, &values.plugins, arena, error));
  IL_TRY(il_paper_table_read(&table, files.at[0], &overrides, &registry, arena, error));
  if (!table) IL_TRY(check_experiment(files.at[0], &values, NULL, &overrides, &registry, arena, error));
  if (table) status = check_table(table, &values, &overrides, &registry, arena, error);
done:
  il_arena_free(arena);
  return status;
}

const il_command il_command_check = {.usage = &usage, .run = run};
