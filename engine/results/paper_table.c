/* Reads a table of a paper: which experiments, which of their algorithms, what they are called there. */
#include "results/paper_table.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/name_rule.h"
#include "experiment/schema.h"
#include "formats/yaml_bytes.h"

typedef struct table_head {
  const char *name, *description;
} table_head;

static const il_option head_rows[] = {
    {.name = "table", .type = IL_OPTION_TEXT, .offset = offsetof(table_head, name), .help = "name of its folder"},
    {.name = "description",
     .type = IL_OPTION_TEXT,
     .offset = offsetof(table_head, description),
     .fallback = "",
     .help = "which table of which paper"},
};
static const il_option cell_rows[] = {
    {.name = "experiment",
     .type = IL_OPTION_TEXT,
     .offset = offsetof(il_paper_cell, experiment),
     .help = "a YAML file or a built-in experiment"},
    {.name = "algorithms",
     .type = IL_OPTION_TEXT_LIST,
     .offset = offsetof(il_paper_cell, labels),
     .fallback = "[]",
     .max_count = IL_LIST_MAX,
     .help = "labels of the experiment that are in the table; none: all"},
    {.name = "rows",
     .type = IL_OPTION_TEXT_LIST,
     .offset = offsetof(il_paper_cell, rows),
     .fallback = "[]",
     .max_count = IL_LIST_MAX,
     .help = "what they are called in the table; none: their labels"},
};
static const il_options head_table = {head_rows, sizeof head_rows / sizeof *head_rows, sizeof(table_head)};
static const il_options cell_table = {cell_rows, sizeof cell_rows / sizeof *cell_rows, sizeof(il_paper_cell)};
static const char *const cells_key[] = {"cells", NULL};

/* What reading shares. */
typedef struct table_reader {
  const char *file;
  const il_overrides *overrides;
  const il_registry *registry;
  il_arena *arena;
  il_error *error;
} table_reader;

/* The cell's experiment beside the table's file, where there is one; else as it is written. */
static const char *beside(const table_reader *reader, const char *experiment) {
  const char *slash = strrchr(reader->file, '/');
  if (!slash || experiment[0] == '/') return experiment;
  const char *path = il_arena_format(reader->arena, "%.*s/%s", (int)(slash - reader->file), reader->file, experiment);
  return !path || access(path, F_OK) == 0 ? path : experiment;
}

static const char *joined(const table_reader *reader, const il_text_list *labels) {
  const char *text = labels->count ? labels->at[0] : NULL;
  for (int i = 1; i < labels->count && text; i++) text = il_arena_format(reader->arena, "%s,%s", text, labels->at[i]);
  return text;
}

/* The cell as the experiment resolves: its folder, all labels where none is named. */
static il_status resolve(const table_reader *reader, il_paper_cell *cell, const il_yaml *node) {
  il_experiment *experiment;
  cell->algorithms = joined(reader, &cell->labels);
  cell->experiment = beside(reader, cell->experiment);
  if (!cell->experiment || (cell->labels.count && !cell->algorithms))
    return il_fail_memory(reader->error, "a table", 0);
  il_overrides overrides = *reader->overrides;
  overrides.algorithms = cell->algorithms;
  il_status status =
      il_experiment_read(&experiment, cell->experiment, &overrides, reader->registry, reader->arena, reader->error);
  if (status != IL_OK) return status;
  cell->folder = experiment->name;
  if (cell->labels.count == 0) {
    if (experiment->n_algorithms > IL_LIST_MAX) return il_yaml_fail(reader->error, node, "too many algorithms");
    for (int i = 0; i < experiment->n_algorithms; i++)
      cell->labels.at[cell->labels.count++] = experiment->algorithms[i].label;
  }
  if (cell->rows.count == 0) cell->rows = cell->labels;
  if (cell->rows.count != cell->labels.count)
    return il_yaml_fail(reader->error, node, "%d `rows` for %d algorithms; expected one title for each",
                        cell->rows.count, cell->labels.count);
  return IL_OK;
}

static il_status read_cell(const table_reader *reader, il_paper_table *table, const il_yaml *node) {
  if (table->n_cells == IL_PAPER_CELLS_MAX)
    return il_yaml_fail(reader->error, node, "too many cells; expected at most %d", IL_PAPER_CELLS_MAX);
  il_paper_cell *cell = &table->cells[table->n_cells];
  il_schema schema = {.options = &cell_table, .what = "a cell"};
  il_status status = il_schema_read(cell, &schema, node, node, reader->arena, reader->error);
  if (status == IL_OK) status = resolve(reader, cell, node);
  for (int i = 0; status == IL_OK && i < table->n_cells; i++)
    if (strcmp(table->cells[i].folder, cell->folder) == 0)
      return il_yaml_fail(reader->error, node,
                          "a second cell of the experiment `%s`; expected its algorithms in one cell", cell->folder);
  table->n_cells++;
  return status;
}

static il_status check_name(const table_reader *reader, const il_yaml *root, const char *name) {
  char clipped[IL_YAML_SHOWN], expected[IL_NAME_EXPECTED];
  if (il_name_allowed(IL_NAME_EXPERIMENT, name)) return IL_OK;
  return il_yaml_fail(reader->error, il_yaml_get(root, "table"), "`table` is `%s`, no name for a folder; expected %s",
                      il_yaml_clip(clipped, name), il_name_expected(expected, IL_NAME_EXPERIMENT));
}

static il_status read_table(const table_reader *reader, il_paper_table *table, const il_yaml *root) {
  table_head head;
  il_schema schema = {.options = &head_table, .others = cells_key, .what = "the table"};
  il_status status = il_schema_read(&head, &schema, root, root, reader->arena, reader->error);
  if (status == IL_OK) status = check_name(reader, root, head.name);
  if (status != IL_OK) return status;
  table->name = head.name;
  table->description = head.description;
  const il_yaml *cells = il_yaml_get(root, "cells");
  if (!cells || cells->kind != IL_YAML_LIST || !cells->first)
    return il_yaml_fail(reader->error, cells ? cells : root, "a table without `cells`; expected a list of experiments");
  for (const il_yaml *node = cells->first; node && status == IL_OK; node = node->next)
    status = read_cell(reader, table, node);
  return status;
}

il_status il_paper_table_read(il_paper_table **table, const char *file, const il_overrides *overrides,
                              const il_registry *registry, il_arena *arena, il_error *error) {
  il_experiment_file read;
  *table = NULL;
  table_reader reader = {file, overrides, registry, arena, error};
  il_status status = il_experiment_tree(&read, file, registry, arena, error);
  if (status != IL_OK || read.tree->kind != IL_YAML_MAP || !il_yaml_get(read.tree, "table")) return status;
  if (overrides->algorithms)
    return il_fail(error, IL_INVALID, "--algorithms: %s is a table, which names the algorithms of its cells itself",
                   file);
  il_paper_table *made = il_arena_get(arena, 1, sizeof *made);
  if (!made) return il_fail_memory(error, "a table", sizeof *made);
  status = read_table(&reader, made, read.tree);
  if (status == IL_OK) *table = made;
  return status;
}
