/* What the writers of result files share; not for the rest of the harness (results.h is). */
#ifndef INNERLOOP_HARNESS_RESULTS_PARTS_H
#define INNERLOOP_HARNESS_RESULTS_PARTS_H

#include "harness/analysis.h"
#include "harness/files.h"
#include "harness/results.h"

/* Adaptation steps at test of an algorithm: scores hold steps + 1 rows. */
int il_results_steps(const il_results *results, int algorithm);
/* The step at which the algorithm is compared with others: adapt.report_step. */
int il_results_report_step(const il_results *results, int algorithm);
/* 1 when the run's scores enter means: finished and evaluated. */
int il_run_counts(const il_run *run);
/* 1 when the run has rows at all: finished or diverged, not interrupted or pending. */
int il_run_listed(const il_run *run);
/* 1 when neither loss nor metric is NaN or infinite. */
int il_score_finite(const il_results *results, const il_score *score);
/* 1 when the run is listed and has a validation curve: an algorithm that does not train has none. */
int il_run_has_curve(const il_run *run);
/* "ok", "diverged at iteration 37", "not evaluated"; the whole run, whatever its single figures are. */
void il_run_status(const il_run *run, char *text, size_t size);

/* One writer per file. `analysis` may be unused. */
typedef void (*il_file_writer)(il_file *file, const il_analysis *analysis);
void il_write_episodes_csv(il_file *file, const il_analysis *analysis);
void il_write_runs_csv(il_file *file, const il_analysis *analysis);
void il_write_summary_csv(il_file *file, const il_analysis *analysis);
void il_write_curve_csv(il_file *file, const il_analysis *analysis);
void il_write_differences_csv(il_file *file, const il_analysis *analysis);
void il_write_convergence_csv(il_file *file, const il_analysis *analysis);
void il_write_curve_plot(il_file *file, const il_analysis *analysis);
void il_write_timings_csv(il_file *file, const il_analysis *analysis);
void il_write_results_markdown(il_file *file, const il_analysis *analysis);
void il_write_timings_markdown(il_file *file, const il_analysis *analysis);

/* "0.672 ± 0.031 (2 of 3 runs)", "median 1.2 (3 not finite)", "diverged": an algorithm at (setting, step), as every table has it;
 * "" beyond its steps. */
void il_results_figure(char *text, size_t size, const il_analysis *analysis, int algorithm, int setting, int step);
/* The table for a terminal. */
void il_write_terminal_table(const il_results_shown *shown, const il_analysis *analysis);

/* The part of RESULTS.md on paired differences; nothing with one algorithm. */
void il_write_differences_section(il_file *file, const il_analysis *analysis);
/* The part of RESULTS.md on convergence; nothing where there is no curve. */
void il_write_convergence_section(il_file *file, const il_analysis *analysis);

/* The parts of RESULTS.md on published figures: two cells of an algorithm's row in the table of a setting (the figure of the last
 * step that has one; the verdict), and the section with all of them, nothing where there is none. */
void il_write_published_cells(il_file *file, const il_analysis *analysis, int algorithm, int setting);
void il_write_published_section(il_file *file, const il_analysis *analysis);
/* 1 when somebody's published figure is of this step. */
int il_published_step(const il_analysis *analysis, int step);

/* A written file, for the manifest. */
typedef struct il_output {
  const char *name;
  il_file_facts facts;
} il_output;

/* manifest.json and host.json. Errors: IL_IO, IL_MEMORY. */
il_status il_manifest_write(const char *directory, const il_results *results, const il_output *outputs, int n_outputs,
                            il_error *error);
il_status il_host_write(const char *directory, const il_results *results, il_error *error);

#endif
