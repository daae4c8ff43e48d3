/* TIMINGS.md: the times of a run as a table. Not deterministic, and therefore not in RESULTS.md. */
#include <math.h>
#include <stdio.h>

#include "results/convergence.h"
#include "results/markdown.h"
#include "results/result_writers.h"

/* "1.24 ms": three digits and the unit that fits; "-" for what was not measured. */
static void duration(il_file *file, double seconds) {
  static const struct {
    double from, scale;
    const char *unit;
  } units[] = {{1, 1, "s"}, {1e-3, 1e3, "ms"}, {1e-6, 1e6, "us"}, {0, 1e9, "ns"}};
  int row = 0;
  char text[64] = "-";
  while (row < 3 && seconds < units[row].from) row++;
  if (isfinite(seconds) && seconds > 0)
    snprintf(text, sizeof text, seconds >= 1000 ? "%.0f %s" : "%.3g %s", seconds * units[row].scale, units[row].unit);
  il_markdown_cell(file, text);
}

/* `value` with `digits` decimals and the unit; "-" for what was not measured. */
static void number(il_file *file, double value, int digits, const char *unit) {
  char text[64] = "-";
  if (isfinite(value) && value > 0) snprintf(text, sizeof text, "%.*f%s", digits, value, unit);
  il_markdown_cell(file, text);
}

static void timing_row(il_file *file, const il_results *results, const il_run *run) {
  const il_timing *timing = &run->timing;
  il_file_print(file, "|");
  il_markdown_cell(file, results->experiment->algorithms[run->algorithm].label);
  il_file_print(file, " %llu | %d |", (unsigned long long)run->seed, timing->threads);
  duration(file, timing->meta_iteration_median);
  duration(file, timing->meta_iteration_p10);
  duration(file, timing->meta_iteration_p90);
  duration(file, timing->train);
  duration(file, timing->adapt_median);
  duration(file, timing->evaluate);
  number(file, timing->gflop_per_meta_iteration, 4, "");
  number(file, 100 * timing->gemm_share, 1, " %");
  for (int i = 0; i < IL_CONVERGENCE_LEVELS; i++) duration(file, il_convergence_seconds(run, il_convergence_levels[i]));
  number(file, (double)timing->peak_rss_bytes / 1e6, 1, " MB");
  il_file_print(file, "\n");
}

void il_write_timings_markdown(il_file *file, const il_analysis *analysis) {
  static const char *const titles[] = {"algorithm", "seed",     "threads",    "meta-iteration", "p10",
                                       "p90",       "training", "adaptation", "evaluation",     "GFLOP",
                                       "of GEMM",   "to 90 %",  "to 95 %",    "to 98 %",        "peak memory"};
  const il_results *results = analysis->results;
  il_file_print(file, "# Timings of %s\n\n", results->experiment->name);
  il_markdown_header(file, titles, 15, 1);
  for (int r = 0; r < results->n_runs; r++)
    if (il_run_listed(&results->runs[r])) timing_row(file, results, &results->runs[r]);
  il_file_print(file,
                "\nWall-clock time. Meta-iteration: median, 10th and 90th percentile. Adaptation: median for one task "
                "with all its steps. To 90 %%: training time until the validation accuracy first reached it. GFLOP: "
                "thousand million floating-point operations in one meta-iteration. Of GEMM: "
                "their rate as a share of the matrix product's rate measured in the same process with as many threads");
  if (results->gemm_rate > 0)
    il_file_print(file, " (%.1f GFLOP/s)", results->gemm_rate / 1e9);
  else if (*results->gemm_note)
    il_file_print(file, "; here that rate was not measured: %s", results->gemm_note);
  il_file_print(file, ". The machine is described in host.json.\n");
}
