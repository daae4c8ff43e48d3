/* Accessors of an il_results: settings, scores, the metric. */
#include "experiment/record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int il_results_settings(const il_results *results) {
  return il_experiment_settings(results->experiment);
}

void il_results_task_name(const il_results *results, int setting, char *text, size_t size) {
  int shots = il_experiment_setting(results->experiment, setting).shots;
  if (shots < 0) shots = results->suite.default_shots;
  if (results->suite.ways > 1)
    snprintf(text, size, "%d-way %d-shot", results->suite.ways, shots);
  else
    snprintf(text, size, "%d-shot", shots);
}

int il_curve_points(const il_training *training, int done) {
  int every = il_training_interval(training), regular = every > 0 ? done / every : 0;
  bool at_end = done == training->iterations && done > 0 && (every <= 0 || done % every != 0);
  return regular + at_end;
}

int il_curve_iteration(const il_training *training, int point) {
  int every = il_training_interval(training), regular = every > 0 ? training->iterations / every : 0;
  return point < regular ? (point + 1) * every : training->iterations;
}

bool il_run_is_patience_over(const il_run *run, const il_training *training, const il_task_kind *kind) {
  int best = 0;
  for (int i = 1; i < run->n_curve; i++)
    if (il_task_kind_better(kind, run->curve[i].validation, run->curve[best].validation)) best = i;
  return training->patience > 0 && run->n_curve - 1 - best >= training->patience;
}

void il_results_setting_name(const il_results *results, int setting, char *text, size_t size) {
  int evaluator = il_experiment_setting(results->experiment, setting).evaluator;
  il_results_task_name(results, setting, text, size);
  size_t used = strlen(text);
  if (evaluator > 0) snprintf(text + used, size - used, ", %s", results->experiment->evaluators[evaluator].name);
}

int il_results_steps(const il_results *results, int algorithm) {
  return results->experiment->algorithms[algorithm].adapt.steps;
}

int il_results_report_step(const il_results *results, int algorithm) {
  return results->experiment->algorithms[algorithm].adapt.report_step;
}

const il_score *il_results_score(const il_results *results, const il_run *run, int setting, int episode, int step) {
  size_t steps = (size_t)il_results_steps(results, run->algorithm) + 1;
  size_t episodes = (size_t)results->experiment->evaluation.episodes;
  return run->scores + ((size_t)setting * episodes + (size_t)episode) * steps + step;
}

double il_results_metric(const il_results *results, const il_score *score) {
  int outputs = results->suite.interface.outputs > 0 ? results->suite.interface.outputs : 1;
  return il_task_kind_metric(results->suite.kind, score->total, score->queries, outputs);
}

const char *il_results_metric_name(const il_results *results) {
  return results->suite.kind->metric;
}

const char *il_results_metric_unit(const il_results *results) {
  return results->suite.kind->unit;
}

int il_run_counts(const il_run *run) {
  return run->state == IL_RUN_DONE && run->scores != NULL;
}

int il_run_listed(const il_run *run) {
  return run->state == IL_RUN_DONE || run->state == IL_RUN_DIVERGED;
}

int il_run_has_curve(const il_run *run) {
  return il_run_listed(run) && run->n_curve > 0;
}

int il_score_finite(const il_results *results, const il_score *score) {
  return isfinite(score->loss) && isfinite(il_results_metric(results, score));
}

int il_run_nonfinite(const il_results *results, const il_run *run, int setting, int step) {
  int bad = 0;
  for (int e = 0; il_run_counts(run) && e < results->experiment->evaluation.episodes; e++)
    bad += !il_score_finite(results, il_results_score(results, run, setting, e, step));
  return bad;
}

int il_run_is_finite(const il_results *results, const il_run *run) {
  for (int setting = 0; setting < il_results_settings(results); setting++)
    for (int step = 0; step <= il_results_steps(results, run->algorithm); step++)
      if (il_run_nonfinite(results, run, setting, step) > 0) return 0;
  return 1;
}

void il_run_judged(const il_run *run, const char *between, char *text, size_t size) {
  size_t used = 0;
  text[0] = '\0';
  for (int i = 0; i < run->n_judged && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%d", i ? between : "", run->judged[i]);
}

void il_run_status(const il_run *run, char *text, size_t size) {
  if (run->state == IL_RUN_DIVERGED)
    snprintf(text, size, "diverged at iteration %d", run->stopped_at);
  else
    snprintf(text, size, "%s", run->scores ? "ok" : "not evaluated");
}
