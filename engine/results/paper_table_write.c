/* The one table of a paper from the summaries of its cells: per method what came out here, what the paper prints, and
 * the verdict; a column per setting in which the paper has a figure. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "experiment/schema.h"
#include "formats/csv.h"
#include "formats/csv_read.h"
#include "results/markdown.h"
#include "results/paper_table.h"

enum { ROWS_MAX = 256, SETTINGS_MAX = 64, LINES = 3 };

/* A figure of the table: a row of one cell's summary.csv. */
typedef struct grid_figure {
  const il_csv_table *summary;
  int at; /* row of the summary; -1: none */
} grid_figure;

typedef struct figure_grid {
  const il_paper_table *table;
  il_csv_table summaries[IL_PAPER_CELLS_MAX]; /* columns 0: not there yet */
  int n_rows, n_settings;
  const char *rows[ROWS_MAX], *settings[SETTINGS_MAX];
  grid_figure figures[ROWS_MAX][SETTINGS_MAX];
} figure_grid;

static const char *field(const il_csv_table *summary, int row, const char *column) {
  return il_csv_field(summary, row, il_csv_column(summary, column));
}

/* Place of `name` in a list that grows; -1: the list is full. */
static int place(const char **names, int *count, int most, const char *name) {
  for (int i = 0; i < *count; i++)
    if (strcmp(names[i], name) == 0) return i;
  if (*count == most) return -1;
  names[*count] = name;
  return (*count)++;
}

static il_status read_summary(figure_grid *grid, int cell, const char *directory, il_arena *arena, il_error *error) {
  const char *path = il_arena_format(arena, "%s/%s/summary.csv", directory, grid->table->cells[cell].folder);
  if (!path) return il_fail_memory(error, "a path", 0);
  if (access(path, F_OK) != 0) return IL_OK;
  il_csv_table *summary = &grid->summaries[cell];
  il_status status = il_csv_read(summary, path, arena, error);
  if (status == IL_OK && (il_csv_column(summary, "published") < 0 || il_csv_column(summary, "verdict") < 0))
    return il_fail(error, IL_DATA, "%s:1: no columns `published` and `verdict`; expected a summary of results", path);
  return status;
}

/* The settings in which the paper has a figure of one of the cell's algorithms. */
static int add_settings(figure_grid *grid, int cell) {
  const il_csv_table *summary = &grid->summaries[cell];
  int full = 0;
  for (int r = 0; r < summary->rows; r++)
    if (*field(summary, r, "published"))
      full |= place(grid->settings, &grid->n_settings, SETTINGS_MAX, field(summary, r, "setting")) < 0;
  return full;
}

/* The row of an algorithm in a setting: the last with a published figure, else its last step. */
static int find(const il_csv_table *summary, const char *label, const char *setting) {
  int last = -1, printed = -1;
  for (int r = 0; r < summary->rows; r++) {
    if (strcmp(field(summary, r, "algorithm"), label) != 0 || strcmp(field(summary, r, "setting"), setting) != 0)
      continue;
    last = r;
    if (*field(summary, r, "published")) printed = r;
  }
  return printed >= 0 ? printed : last;
}

static int fill_cell(figure_grid *grid, int index) {
  const il_paper_cell *cell = &grid->table->cells[index];
  const il_csv_table *summary = &grid->summaries[index];
  int full = 0;
  for (int i = 0; i < cell->labels.count; i++) {
    int row = place(grid->rows, &grid->n_rows, ROWS_MAX, cell->rows.at[i]);
    if (row < 0) full = 1;
    for (int s = 0; row >= 0 && s < grid->n_settings && summary->columns > 0; s++) {
      int at = find(summary, cell->labels.at[i], grid->settings[s]);
      if (at >= 0) grid->figures[row][s] = (grid_figure){summary, at};
    }
  }
  return full;
}

static double number(const grid_figure *figure, const char *column) {
  double value;
  const char *wrong;
  return il_schema_real(&value, field(figure->summary, figure->at, column), &wrong) == 0 ? value : NAN;
}

/* What stands in line `line` (here, paper, verdict) of a figure. */
static void print_line(char *text, size_t size, const grid_figure *figure, int line) {
  text[0] = '\0';
  if (!figure->summary) return;
  const il_task_kind *kind = il_task_kind_of_metric(field(figure->summary, figure->at, "metric"));
  const il_figure_format *format = kind ? &kind->format : &il_plain_format;
  double mean = number(figure, line == 0 ? "mean" : "published"), margin = number(figure, "published_margin");
  il_interval interval = {mean, number(figure, "ci_lo"), number(figure, "ci_hi"), 0};
  if (line == 1) interval = (il_interval){mean, mean - margin, mean + margin, 0};
  if (line == 2)
    (void)snprintf(text, size, "%s", field(figure->summary, figure->at, "verdict"));
  else if (line == 0 && !isfinite(mean))
    (void)snprintf(text, size, "%s", field(figure->summary, figure->at, "status"));
  else if (isfinite(interval.low))
    il_markdown_interval(text, size, mean, &interval, format);
  else if (isfinite(mean))
    il_markdown_figure(text, size, mean, format);
}

static void write_grid(il_file *file, const figure_grid *grid) {
  static const char *const lines[LINES] = {"here", "paper", "verdict"};
  const char *titles[2 + SETTINGS_MAX] = {"method", ""};
  for (int s = 0; s < grid->n_settings; s++) titles[2 + s] = grid->settings[s];
  il_markdown_header(file, titles, 2 + grid->n_settings, 2);
  for (int r = 0; r < grid->n_rows; r++) {
    for (int line = 0; line < LINES; line++) {
      char text[IL_CELL_SIZE];
      il_file_print(file, "|");
      il_markdown_cell(file, line == 0 ? grid->rows[r] : "");
      il_markdown_cell(file, lines[line]);
      for (int s = 0; s < grid->n_settings; s++) {
        print_line(text, sizeof text, &grid->figures[r][s], line);
        il_markdown_cell(file, text);
      }
      il_file_print(file, "\n");
    }
  }
}

static void write_markdown(il_file *file, const figure_grid *grid, const char *command) {
  const il_paper_table *table = grid->table;
  il_file_print(file, "# %s\n\n", table->name);
  if (*table->description) il_file_print(file, "%s\n\n", table->description);
  il_file_print(file, "```\n%s\n```\n\n", command);
  write_grid(file, grid);
  il_file_print(
      file,
      "\nHere: the headline interval of each experiment's RESULTS.md, which says what it covers; paper: the figure "
      "with its ± as printed.\n\n");
  for (int c = 0; c < table->n_cells; c++)
    il_file_print(file, "- %s: [%s](%s/RESULTS.md)%s\n", table->cells[c].experiment, table->cells[c].folder,
                  table->cells[c].folder, grid->summaries[c].columns ? "" : ", not run yet");
}

static void write_csv(il_file *file, const figure_grid *grid) {
  static const char *const names[] = {"method",  "setting", "algorithm", "step",      "n_seeds",   "n_episodes",
                                      "mean",    "ci_lo",   "ci_hi",     "ci_method", "published", "published_margin",
                                      "verdict", "status"};
  enum { COLUMNS = sizeof names / sizeof *names, OWN = 2 }; /* from OWN on as in the cell's summary.csv */
  il_table_column columns[COLUMNS];
  const char *fields[COLUMNS];
  for (size_t i = 0; i < COLUMNS; i++) columns[i] = (il_table_column){names[i], 0, IL_CSV_TEXT, i * sizeof *fields};
  il_csv csv = il_csv_begin(file, columns, COLUMNS);
  for (int r = 0; r < grid->n_rows; r++) {
    for (int s = 0; s < grid->n_settings; s++) {
      const grid_figure *figure = &grid->figures[r][s];
      if (!figure->summary) continue;
      fields[0] = grid->rows[r];
      fields[1] = grid->settings[s];
      for (int i = OWN; i < COLUMNS; i++) fields[i] = field(figure->summary, figure->at, names[i]);
      il_csv_row(&csv, (const void *[]){fields});
    }
  }
}

static il_status write_files(const figure_grid *grid, const char *directory, const char *command, il_error *error) {
  il_file *file;
  il_status status = IL_OK;
  IL_TRY(il_file_open(&file, directory, "RESULTS.md", error));
  write_markdown(file, grid, command);
  IL_TRY(il_file_commit(file, NULL, error));
  IL_TRY(il_file_open(&file, directory, "table.csv", error));
  write_csv(file, grid);
  IL_TRY(il_file_commit(file, NULL, error));
done:
  return status;
}

il_status il_paper_table_write(const il_paper_table *table, const char *directory, const char *command,
                               il_error *error) {
  il_status status = IL_OK;
  il_plain_locale locale = il_plain_locale_begin();
  il_arena *arena = il_arena_new();
  figure_grid *grid = arena ? il_arena_get(arena, 1, sizeof *grid) : NULL;
  int full = 0;
  if (!grid) IL_TRY(il_fail_memory(error, "a table", sizeof *grid));
  grid->table = table;
  for (int c = 0; c < table->n_cells; c++) IL_TRY(read_summary(grid, c, directory, arena, error));
  for (int c = 0; c < table->n_cells; c++) full |= add_settings(grid, c);
  for (int c = 0; c < table->n_cells; c++) full |= fill_cell(grid, c);
  if (full)
    IL_TRY(il_fail(error, IL_INVALID, "table %s: expected at most %d rows and %d settings", table->name, ROWS_MAX,
                   SETTINGS_MAX));
  IL_TRY(il_directory_make(directory, error));
  IL_TRY(write_files(grid, directory, command, error));
done:
  il_arena_free(arena);
  il_plain_locale_end(&locale);
  return status;
}
