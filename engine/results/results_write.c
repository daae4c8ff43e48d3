/* Writes the files of a run, each whole; the manifest comes last and vouches for the deterministic ones. */
#include <string.h>

#include "results/result_writers.h"

static const struct {
  const char *name;
  il_file_writer write;
  int deterministic;
} writers[] = {
    {"episodes.csv", il_write_episodes_csv, 1},       {"runs.csv", il_write_runs_csv, 1},
    {"summary.csv", il_write_summary_csv, 1},         {"curve.csv", il_write_curve_csv, 1},
    {"convergence.csv", il_write_convergence_csv, 1}, {"curve.gp", il_write_curve_plot, 1},
    {"differences.csv", il_write_differences_csv, 1}, {"RESULTS.md", il_write_results_markdown, 1},
    {"timings.csv", il_write_timings_csv, 0},         {"TIMINGS.md", il_write_timings_markdown, 0},
};
enum { WRITERS = sizeof writers / sizeof *writers };

const char *il_results_file(int index) {
  static const char *const others[] = {"host.json", "manifest.json", "curve.svg", NULL}; /* the last is gnuplot's */
  return index < WRITERS ? writers[index].name : others[index - WRITERS];
}

static il_status write_all(const il_analysis *analysis, const char *directory, il_error *error) {
  il_output outputs[WRITERS];
  int n_outputs = 0;
  il_status status = IL_OK;
  for (int i = 0; i < WRITERS; i++) {
    il_file *file;
    il_file_facts facts;
    IL_TRY(il_file_open(&file, directory, writers[i].name, error));
    writers[i].write(file, analysis);
    IL_TRY(il_file_commit(file, &facts, error));
    if (writers[i].deterministic) outputs[n_outputs++] = (il_output){writers[i].name, facts};
  }
  IL_TRY(il_host_write(directory, analysis->results, error));
  IL_TRY(il_manifest_write(directory, analysis->results, outputs, n_outputs, error));
done:
  return status;
}

il_status il_results_write(const il_results *results, const char *directory, const il_results_shown *shown,
                           il_error *error) {
  il_analysis *analysis;
  il_status status;
  il_plain_locale locale = il_plain_locale_begin();
  il_arena *arena = il_arena_new();
  if (!arena) {
    status = il_fail_memory(error, "the analysis", 0);
    goto done;
  }
  IL_TRY(il_analysis_new(&analysis, results, arena, error));
  IL_TRY(il_directory_make(directory, error));
  IL_TRY(write_all(analysis, directory, error));
  if (shown) il_write_terminal_table(shown, analysis);
done:
  il_arena_free(arena);
  il_plain_locale_end(&locale);
  return status;
}
