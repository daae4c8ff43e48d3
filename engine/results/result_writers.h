/* What the writers of result files share; the record they write is experiment/record.h. */
#ifndef INNERLOOP_RESULTS_RESULT_WRITERS_H
#define INNERLOOP_RESULTS_RESULT_WRITERS_H

#include "base/files.h"
#include "results/analysis.h"
#include "results/results.h"

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

/* "0.672 ± 0.031 (2 of 3 runs)", "median 1.2 (3 not finite)", "diverged": an algorithm at (setting, step), as every
 * table has it; "" beyond its steps. */
void il_results_figure(char *text, size_t size, const il_analysis *analysis, int algorithm, int setting, int step);
/* The table for a terminal. */
void il_write_terminal_table(const il_results_shown *shown, const il_analysis *analysis);

/* The part of RESULTS.md on paired differences; nothing with one algorithm. */
void il_write_differences_section(il_file *file, const il_analysis *analysis);
/* The part of RESULTS.md on convergence; nothing where there is no curve. */
void il_write_convergence_section(il_file *file, const il_analysis *analysis);

/* The parts of RESULTS.md on published figures: two cells of an algorithm's row in the table of a setting (the figure
 * of the last step that has one; the verdict), and the section with all of them, nothing where there is none. */
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
