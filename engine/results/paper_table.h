/* A table of a paper: several experiments, run one after the other, and the one table they make as printed.
 *
 *   table: maml2017-table1           results/maml2017-table1/
 *   description: MAML on Omniglot
 *   cells:                            in the order of the rows and columns of the table
 *     - {experiment: omniglot/5way-1shot-mlp, algorithms: [maml], rows: [MAML without convolutions]}
 *     - {experiment: omniglot/5way-1shot, algorithms: [maml, fomaml], rows: [MAML, first-order MAML]}
 *
 * A cell is an experiment with some of its algorithms (labels; all, where none is named); `rows` says what they are
 * called in the table. Results of a cell stand in a folder of their own, DIR/<experiment>, as `run` writes them. */
#ifndef INNERLOOP_RESULTS_PAPER_TABLE_H
#define INNERLOOP_RESULTS_PAPER_TABLE_H

#include "experiment/config.h"
#include "formats/yaml.h"

enum { IL_PAPER_CELLS_MAX = 64 };

typedef struct il_paper_cell {
  const char *experiment; /* what `run` takes */
  const char *folder;     /* below the table's: the experiment's own name */
  const char *algorithms; /* "maml,fomaml", as il_overrides has them; NULL: all */
  il_text_list labels;    /* the same, one by one */
  il_text_list rows;      /* titles, as many as labels */
} il_paper_cell;

typedef struct il_paper_table {
  const char *name, *description;
  int n_cells;
  il_paper_cell cells[IL_PAPER_CELLS_MAX];
} il_paper_table;

/* Reads a table and every experiment in it, each with `set` (n_set KEY=VALUE) and `seeds` over it; `file` is what `run`
 * takes.
 * *table is NULL where the YAML is no table, but an experiment. A path of a cell is seen from the folder of a table
 * that is a file. Lives in `arena`. Errors: IL_INVALID with the place (of a table or of an experiment in it), IL_IO,
 * IL_MEMORY. */
il_status il_paper_table_read(il_paper_table **table, const char *file, const il_overrides *overrides,
                              const il_registry *registry, il_arena *arena, il_error *error);

/* Writes DIR/RESULTS.md and DIR/table.csv from what the cells' folders hold (summary.csv); a cell whose folder holds
 * none yet is said to be missing. Errors: IL_IO, IL_DATA (a summary.csv that is none), IL_MEMORY. */
il_status il_paper_table_write(const il_paper_table *table, const char *directory, const char *command,
                               il_error *error);

#endif
