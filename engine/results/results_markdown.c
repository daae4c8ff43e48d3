/* RESULTS.md: what a person reads. Everything in it is deterministic; times are in TIMINGS.md. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results/markdown.h"
#include "results/result_writers.h"

enum { COLUMNS_MAX = 12 };

static const char *label(const il_analysis *analysis, int algorithm) {
  return analysis->results->experiment->algorithms[algorithm].label;
}

/* 1 when some algorithm ends with this step, or is compared at it. */
static int is_last_step(const il_analysis *analysis, int step) {
  for (int a = 0; a < analysis->n_algorithms; a++)
    if (il_results_steps(analysis->results, a) == step || il_results_report_step(analysis->results, a) == step)
      return 1;
  return 0;
}

/* Steps worth a column: 0, 1, 5, 10, the last of every algorithm and what papers print; steps[COLUMNS_MAX - 2]. */
static int steps_of_interest(int *steps, const il_analysis *analysis) {
  int count = 0, last = analysis->n_steps - 1;
  for (int step = 0; step < last && count < COLUMNS_MAX - 3; step++)
    if (step == 0 || step == 1 || step == 5 || step == 10 || is_last_step(analysis, step) ||
        il_published_step(analysis, step))
      steps[count++] = step;
  steps[count++] = last;
  return count;
}

static int is_listed(const il_analysis *analysis, int algorithm) {
  return il_analysis_cell(analysis, algorithm, 0, 0)->n_runs > 0;
}

void il_results_figure(char *text, size_t size, const il_analysis *analysis, int algorithm, int setting, int step) {
  const il_figure_format *format = &analysis->results->suite.kind->format;
  char figure[IL_CELL_SIZE];
  text[0] = '\0';
  if (step > il_results_steps(analysis->results, algorithm)) return;
  const il_cell *cell = il_analysis_cell(analysis, algorithm, setting, step);
  if (isfinite(cell->mean)) {
    il_markdown_interval(text, size, cell->mean, &cell->headline, format);
  } else if (cell->n_seeds > 0) {
    il_markdown_figure(figure, sizeof figure, cell->median, format);
    snprintf(text, size, "median %s (%d not finite)", figure, cell->n_nonfinite);
  } else
    snprintf(text, size, "%s", cell->n_failed ? "diverged" : "not finished");
  size_t length = strlen(text);
  if (cell->n_seeds > 0 && cell->n_seeds < cell->n_runs)
    snprintf(text + length, size - length, " (%d of %d runs)", cell->n_seeds, cell->n_runs);
}

static void figure_cell(il_file *file, const il_analysis *analysis, int algorithm, int setting, int step) {
  char figure[IL_CELL_SIZE], text[IL_CELL_SIZE + 8];
  il_results_figure(figure, sizeof figure, analysis, algorithm, setting, step);
  int bold = figure[0] && step == il_results_report_step(analysis->results, algorithm) &&
             isfinite(il_analysis_cell(analysis, algorithm, setting, step)->mean) &&
             analysis->best[(size_t)setting * (size_t)analysis->n_algorithms + (size_t)algorithm];
  int plain = (int)strcspn(figure, "("); /* how many runs are behind it is never bold */
  while (plain > 0 && figure[plain] && figure[plain - 1] == ' ') plain--;
  snprintf(text, sizeof text, bold ? "**%.*s**%s" : "%.*s%s", plain, figure, figure + plain);
  il_markdown_cell(file, text);
}

static void setting_table(il_file *file, const il_analysis *analysis, int setting) {
  int steps[COLUMNS_MAX];
  int n_steps = steps_of_interest(steps, analysis);
  char titles[COLUMNS_MAX][24];
  const char *columns[COLUMNS_MAX + 3] = {"algorithm"};
  for (int i = 0; i < n_steps; i++) {
    snprintf(titles[i], sizeof titles[i], "step %d", steps[i]);
    columns[i + 1] = titles[i];
  }
  columns[n_steps + 1] = "published";
  columns[n_steps + 2] = "verdict";
  il_markdown_header(file, columns, n_steps + 3, 1);
  for (int a = 0; a < analysis->n_algorithms; a++) {
    if (!is_listed(analysis, a)) continue;
    il_file_print(file, "|");
    il_markdown_cell(file, label(analysis, a));
    for (int i = 0; i < n_steps; i++) figure_cell(file, analysis, a, setting, steps[i]);
    il_write_published_cells(file, analysis, a, setting);
    il_file_print(file, "\n");
  }
}

/* Fewest and most seeds behind the figures of the listed algorithms: what the headline covers depends on it. */
static void seeds_of(int *fewest, int *most, const il_analysis *analysis, int setting) {
  *fewest = *most = 0;
  for (int a = 0; a < analysis->n_algorithms; a++) {
    int seeds = il_analysis_cell(analysis, a, setting, 0)->n_seeds;
    if (seeds == 0) continue;
    if (*fewest == 0 || seeds < *fewest) *fewest = seeds;
    if (seeds > *most) *most = seeds;
  }
}

/* What the interval covers, by how many seeds there are. */
static void say_coverage(il_file *file, const il_analysis *analysis, int setting) {
  const il_experiment *experiment = analysis->results->experiment;
  double level = 100 * experiment->evaluation.level;
  int fewest, most;
  seeds_of(&fewest, &most, analysis, setting);
  il_file_print(file, "mean and %g %% interval ", level);
  if (most >= 2)
    il_file_print(file, "for a new seed and new tasks, from %d seeds and %d test episodes", most,
                  experiment->evaluation.episodes);
  if (most >= 2 && fewest < 2)
    il_file_print(file, "; with one seed only for new tasks, conditional on the model trained here");
  if (most < 2)
    il_file_print(file,
                  "for new tasks from %d test episode%s, conditional on the one model trained here: it does not cover "
                  "another seed",
                  experiment->evaluation.episodes, experiment->evaluation.episodes == 1 ? "" : "s");
}

/* What is bold, and at which step: the last one unless the experiment names another. */
static void say_reported(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  int listed = 0, own = 0;
  for (int a = 0; a < analysis->n_algorithms; a++) {
    listed += is_listed(analysis, a);
    own += is_listed(analysis, a) && il_results_report_step(results, a) != il_results_steps(results, a);
  }
  for (int a = 0; a < analysis->n_algorithms && own > 0; a++)
    if (is_listed(analysis, a))
      il_file_print(file, "%s %s %d", a ? "," : " Reported step (adapt.report_step):", label(analysis, a),
                    il_results_report_step(results, a));
  if (own > 0) il_file_print(file, ".");
  if (listed > 1)
    il_file_print(file,
                  " Bold: each algorithm at its %s step only, the best mean and every one whose paired interval "
                  "against it includes 0.",
                  own > 0 ? "reported" : "last");
}

static void caption(il_file *file, const il_analysis *analysis, int setting) {
  il_file_print(file, "\n%s after each number of adaptation steps: ", analysis->results->suite.kind->caption);
  say_coverage(file, analysis, setting);
  il_file_print(file, " (summary.csv names the method and holds the intervals over seeds or over episodes alone).");
  say_reported(file, analysis);
  il_file_print(file, "\n");
}

static void diverged_section(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  int listed = 0;
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (run->state != IL_RUN_DIVERGED) continue;
    if (listed++ == 0) il_file_print(file, "\n## Diverged runs\n\n");
    il_file_print(file, "- %s, seed %llu: a loss or parameter became NaN or infinite at iteration %d\n",
                  label(analysis, run->algorithm), (unsigned long long)run->seed, run->stopped_at);
  }
}

/* Evaluations in which an episode has no finite figure. */
static void nonfinite_section(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  int listed = 0;
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    for (int setting = 0; setting < analysis->n_settings; setting++) {
      char name[IL_SETTING_SIZE];
      int steps = il_results_steps(results, run->algorithm), step = 0;
      while (step <= steps && il_run_nonfinite(results, run, setting, step) == 0) step++;
      if (step > steps) continue;
      if (listed++ == 0) il_file_print(file, "\n## Evaluations that are not finite\n\n");
      il_results_setting_name(results, setting, name, sizeof name);
      il_file_print(file, "- %s, seed %llu, %s: from step %d on; %d of %d episodes after step %d\n",
                    label(analysis, run->algorithm), (unsigned long long)run->seed, name, step,
                    il_run_nonfinite(results, run, setting, steps), results->experiment->evaluation.episodes, steps);
    }
  }
  if (listed)
    il_file_print(file, "\nSuch a loss or error is NaN or infinite; there is no mean of it, the median stands.\n");
}

/* "0.01", or one for each setting where they differ: "0.01 / 0.02". */
static void learning_rates_cell(il_file *file, const il_analysis *analysis, const il_run *run) {
  const double *rates = run->adapt_learning_rate;
  char text[IL_CELL_SIZE] = "";
  int same = 1;
  for (int setting = 1; setting < analysis->n_settings; setting++) same &= rates[setting] == rates[0];
  for (int setting = 0; run->state == IL_RUN_DONE && setting < (same ? 1 : analysis->n_settings); setting++) {
    size_t length = strlen(text);
    if (length + 1 < sizeof text && isfinite(rates[setting]))
      snprintf(text + length, sizeof text - length, "%s%.6g", setting ? " / " : "", rates[setting]);
  }
  il_markdown_cell(file, text);
}

static void training_row(il_file *file, const il_analysis *analysis, const il_run *run) {
  const il_curve_point *end = run->n_curve > 0 ? &run->curve[run->n_curve - 1] : NULL;
  const il_figure_format *format = &analysis->results->suite.kind->format;
  char status[IL_STATUS_SIZE], text[64];
  il_run_status(run, status, sizeof status);
  il_file_print(file, "|");
  il_markdown_cell(file, label(analysis, run->algorithm));
  il_markdown_cell(file, status);
  il_file_print(file, " %llu |", (unsigned long long)run->seed);
  if (end)
    il_file_print(file, " %d |", end->iteration);
  else
    il_file_print(file, " |");
  il_markdown_figure(text, sizeof text, run->training_loss, &il_plain_format);
  il_markdown_cell(file, text);
  il_markdown_figure(text, sizeof text, end ? end->validation : NAN, format);
  il_markdown_cell(file, text);
  il_markdown_figure(text, sizeof text, end ? end->validation_median : NAN, format);
  il_markdown_cell(file, text);
  learning_rates_cell(file, analysis, run);
  il_file_print(file, "\n");
}

/* Whose parameters the figures are of, where it is not always the last. */
static void say_judged(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  const il_evaluation *evaluation = &results->experiment->evaluation;
  char judged[IL_JUDGED_SIZE];
  if (evaluation->parameters == IL_PARAMETERS_LAST) return;
  if (evaluation->parameters == IL_PARAMETERS_BEST)
    il_file_print(file, "\nJudged are the parameters of the best validation, of equal ones the first:\n\n");
  else
    il_file_print(file, "\nJudged is the mean %s of the best %d validations:\n\n",
                  evaluation->parameters == IL_PARAMETERS_MEAN ? "of the parameters" : "prediction of the networks",
                  evaluation->best_of);
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (!il_run_counts(run) || run->n_judged == 0) continue;
    il_run_judged(run, ", ", judged, sizeof judged);
    il_file_print(file, "- %s, seed %llu: of iteration %s\n", label(analysis, run->algorithm),
                  (unsigned long long)run->seed, judged);
  }
}

/* Trainings that ended before their last iteration. */
static void say_ended(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  int listed = 0;
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    const il_training *training = &results->experiment->algorithms[run->algorithm].training;
    int end = run->n_curve > 0 ? run->curve[run->n_curve - 1].iteration : 0;
    if (!il_run_counts(run) || end == training->iterations || training->patience < 1) continue;
    if (listed++ == 0) il_file_print(file, "\nEnded early, by training.patience:\n\n");
    il_file_print(file, "- %s, seed %llu: after %d of %d iterations, %d validations without improvement\n",
                  label(analysis, run->algorithm), (unsigned long long)run->seed, end, training->iterations,
                  training->patience);
  }
}

static void training_section(il_file *file, const il_analysis *analysis) {
  static const char *const titles[] = {"algorithm",         "status",           "seed",
                                       "iterations",        "training loss",    "validation",
                                       "validation median", "step size at test"};
  il_file_print(file, "\n## End of training\n\n");
  il_markdown_header(file, titles, 8, 2);
  for (int r = 0; r < analysis->results->n_runs; r++)
    if (il_run_listed(&analysis->results->runs[r])) training_row(file, analysis, &analysis->results->runs[r]);
  il_file_print(file,
                "\nThe last point of curve.csv. Training loss: mean over tasks and over the iterations since the point "
                "before; Algorithm 1's value.\n");
  say_judged(file, analysis);
  say_ended(file, analysis);
}

static void head(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  const il_experiment *experiment = results->experiment;
  il_file_print(file, "# %s\n\n", experiment->name);
  if (experiment->description && experiment->description[0]) il_file_print(file, "%s\n\n", experiment->description);
  il_file_print(file, "Suite `%s`, model `%s` with %zu parameters, %d seed%s, %d test episode%s for each.\n",
                experiment->suite->name, experiment->model->name, results->parameters, experiment->n_seeds,
                experiment->n_seeds == 1 ? "" : "s", experiment->evaluation.episodes,
                experiment->evaluation.episodes == 1 ? "" : "s");
  if (strcmp(experiment->kernels, "host") == 0)
    il_file_print(file, "\n`kernels: host`: these figures hold for the processor they were computed on.\n");
  if (*results->digests.coverage)
    il_file_print(file, "\nA partial data set, %s: these figures do not compare with those of the whole one.\n",
                  results->digests.coverage);
  if (results->interrupted) il_file_print(file, "\nInterrupted: runs that had not finished are left out.\n");
  il_file_print(file, "\n```\n%s\n```\n", results->command ? results->command : "");
}

static void foot(il_file *file) {
  static const char *const files[][2] = {
      {"summary.csv", "every figure above, one row per algorithm, setting and step, with its intervals"},
      {"runs.csv", "the same for each seed"},
      {"episodes.csv", "every test episode: counts correct or squared error, loss"},
      {"curve.csv", "training loss and validation against meta-iterations"},
      {"convergence.csv", "when validation first reached 90, 95 and 98 %"},
      {"curve.gp", "draws the validation curves with gnuplot"},
      {"differences.csv", "the paired differences"},
      {"manifest.json", "resolved configuration, source, build, library versions, digests of these files"},
      {"TIMINGS.md, timings.csv, host.json", "times and the machine: these change from run to run"},
  };
  il_file_print(file, "\n## Files\n\n| file | content |\n| :--- | :--- |\n");
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    il_file_print(file, "| %s | %s |\n", files[i][0], files[i][1]);
}

void il_write_results_markdown(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  head(file, analysis);
  for (int setting = 0; setting < analysis->n_settings; setting++) {
    char name[IL_SETTING_SIZE];
    il_results_setting_name(results, setting, name, sizeof name);
    il_file_print(file, "\n## %s: %s\n\n", name, il_results_metric_name(results));
    setting_table(file, analysis, setting);
    caption(file, analysis, setting);
  }
  il_write_published_section(file, analysis);
  il_write_differences_section(file, analysis);
  diverged_section(file, analysis);
  nonfinite_section(file, analysis);
  training_section(file, analysis);
  il_write_convergence_section(file, analysis);
  foot(file);
}
