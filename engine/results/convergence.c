/* Convergence: when the validation accuracy first reached 90, 95 and 98 %, in meta-iterations, in tasks seen and in
 * seconds of training. Classification only: an error has no such marks. */
#include <math.h>
#include <stdio.h>

#include "formats/csv.h"
#include "results/convergence.h"
#include "results/markdown.h"
#include "results/result_writers.h"

const double il_convergence_levels[IL_CONVERGENCE_LEVELS] = {0.90, 0.95, 0.98};

int il_convergence_point(const il_run *run, double level) {
  for (int i = 0; i < run->n_curve; i++)
    if (run->curve[i].validation >= level) return i;
  return -1;
}

double il_convergence_seconds(const il_run *run, double level) {
  int point = il_convergence_point(run, level);
  return point < 0 || !run->curve_seconds ? NAN : run->curve_seconds[point];
}

/* Tasks seen in training after `iterations` meta-iterations. */
static long long tasks_seen(const il_results *results, const il_run *run, int iterations) {
  return (long long)iterations * results->experiment->algorithms[run->algorithm].training.meta_batch;
}

/* The structs of a row; there is no MARK where the level was not reached. */
enum { HEAD, MARK, PARTS };

typedef struct row_head {
  const char *algorithm, *metric, *status;
  uint64_t seed;
  double level;
} row_head;

typedef struct row_mark {
  int iteration;
  long long tasks;
  double validation;
} row_mark;

static const il_table_column columns[] = {
    IL_CSV_COLUMN("algorithm", HEAD, row_head, algorithm),   IL_CSV_COLUMN("seed", HEAD, row_head, seed),
    IL_CSV_COLUMN("metric", HEAD, row_head, metric),         IL_CSV_COLUMN("level", HEAD, row_head, level),
    IL_CSV_COLUMN("iteration", MARK, row_mark, iteration),   IL_CSV_COLUMN("tasks", MARK, row_mark, tasks),
    IL_CSV_COLUMN("validation", MARK, row_mark, validation), IL_CSV_COLUMN("status", HEAD, row_head, status)};

static void level_row(const il_csv *csv, const il_results *results, const il_run *run, double level) {
  int point = il_convergence_point(run, level);
  const row_head head = {results->experiment->algorithms[run->algorithm].label, il_results_metric_name(results),
                         point >= 0 ? "reached" : "not reached", run->seed, level};
  row_mark mark;
  if (point >= 0)
    mark = (row_mark){run->curve[point].iteration, tasks_seen(results, run, run->curve[point].iteration),
                      run->curve[point].validation};
  il_csv_row(csv, (const void *[PARTS]){[HEAD] = &head, [MARK] = point >= 0 ? &mark : NULL});
}

void il_write_convergence_csv(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  il_csv csv = il_csv_begin(file, columns, sizeof columns / sizeof columns[0]);
  for (int r = 0; r < results->n_runs; r++)
    for (int i = 0; i < IL_CONVERGENCE_LEVELS && il_run_has_curve(&results->runs[r]); i++)
      level_row(&csv, results, &results->runs[r], il_convergence_levels[i]);
}

static void convergence_row(il_file *file, const il_results *results, const il_run *run) {
  il_file_print(file, "|");
  il_markdown_cell(file, results->experiment->algorithms[run->algorithm].label);
  il_file_print(file, " %llu |", (unsigned long long)run->seed);
  for (int i = 0; i < IL_CONVERGENCE_LEVELS; i++) {
    char text[64] = "-";
    int point = il_convergence_point(run, il_convergence_levels[i]);
    int iterations = point < 0 ? 0 : run->curve[point].iteration;
    if (point >= 0) snprintf(text, sizeof text, "%d (%lld tasks)", iterations, tasks_seen(results, run, iterations));
    il_markdown_cell(file, text);
  }
  il_file_print(file, "\n");
}

void il_write_convergence_section(il_file *file, const il_analysis *analysis) {
  static const char *const titles[] = {"algorithm", "seed", "90 %", "95 %", "98 %"};
  const il_results *results = analysis->results;
  int rows = 0;
  for (int r = 0; r < results->n_runs; r++) rows += il_run_has_curve(&results->runs[r]);
  if (rows == 0 || il_metric_range(results->suite.kind) != IL_RANGE_FRACTION) return;
  il_file_print(file, "\n## Convergence\n\n");
  il_markdown_header(file, titles, 2 + IL_CONVERGENCE_LEVELS, 1);
  for (int r = 0; r < results->n_runs; r++)
    if (il_run_has_curve(&results->runs[r])) convergence_row(file, results, &results->runs[r]);
  il_file_print(
      file, "\nMeta-iterations and training tasks until the mean accuracy on the validation episodes first reached a "
            "mark, to the nearest point of curve.csv; seconds are in TIMINGS.md. `gnuplot curve.gp` draws the "
            "curves.\n");
}
