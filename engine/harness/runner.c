/* The life of a run: train with a validation curve, tune the test learning rate, evaluate, time an adaptation.
 *
 * Example: `seeds: [0, 1]`, algorithms maml and scratch, 2 settings of the evaluation (5 and 10 shots), are four runs,
 * one after the other, each on all threads. Run "maml seed 0", 2000 iterations, validate_every 1000:
 *
 *   restore           with --resume: parameters, moments, curve and position of its checkpoint; else iteration 0
 *   train             iterate; after 1000 and 2000 a point of the curve, from the same validation episodes; a
 *                     checkpoint when a minute has passed, and at the end. A loss that is not finite ends the run as
 *                     diverged: it has a row, and no scores
 *   evaluate          5 shots: try the rates of `adapt: {tune: ...}` on validation episodes, then score all test
 *                     episodes; 10 shots: the same
 *                     (`parameters: best`, `mean` or `ensemble`: of the best points of the curve, selection.h)
 *   finish            SHA-256 of the parameters judged; the run is done
 *
 * Run "scratch seed 0" has no program to train: it goes to its evaluation, on the same test episodes. An interruption
 * keeps the runs that are done; the one it hits is left with its checkpoint. */
#include "harness/runner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/hash.h"
#include "harness/durations.h"
#include "harness/evaluator.h"
#include "harness/rehearsal.h"
#include "harness/selection.h"
#include "harness/trainer.h"
#include "statistics/statistics.h"

/* What the steps of one run share. */
typedef struct il_run_context {
  il_results *results;
  il_session *session;
  il_progress *progress;
  const volatile sig_atomic_t *interrupt;
  const il_checkpoints *checkpoints;
  il_run *run;
  const il_algorithm_config *config;
  il_trainer *trainer;
  il_selection *selection;
  il_evaluation_request judged; /* while it trains, the trainer's parameters */
  il_arena *arena;              /* lives as long as the results */
  int unsaved;                  /* the last checkpoint could not be written */
  il_evaluator *validator;
  il_inner_options validation; /* adapt, with the steps of validation */
  il_score *validation_scores;
  double *values; /* [validation episodes] */
  il_durations durations;
} il_run_context;

static int is_stopped(const il_run_context *context) {
  return context->interrupt && *context->interrupt;
}

/* Metric of every validation episode after the last step, into context->values. */
static void validate(il_run_context *context, il_evaluator *evaluator, int steps) {
  const il_evaluation *evaluation = &context->session->experiment->evaluation;
  int episodes = context->config->training.validation_episodes;
  il_evaluation_request judged = context->judged;
  judged.split = IL_SPLIT_VALIDATION;
  judged.seed = evaluation->seed;
  il_evaluator_run(evaluator, &judged, episodes, context->validation_scores);
  for (int e = 0; e < episodes; e++)
    context->values[e] = il_results_metric(
        context->results, &context->validation_scores[(size_t)e * (size_t)(steps + 1) + (size_t)steps]);
}

static void add_curve_point(il_run_context *context, int iteration, double training_loss) {
  context->run->curve_seconds[context->run->n_curve] = context->run->timing.train;
  il_curve_point *point = &context->run->curve[context->run->n_curve++];
  size_t episodes = (size_t)context->config->training.validation_episodes;
  context->judged = (il_evaluation_request){.theta = il_trainer_parameters(context->trainer),
                                            .state = il_trainer_state(context->trainer)};
  validate(context, context->validator, context->validation.steps);
  point->iteration = iteration;
  point->training_loss = training_loss;
  point->validation = il_mean_of(context->values, episodes);
  point->validation_median = il_quantile_of(context->values, episodes, 0.5);
  il_selection_offer(context->selection, point, context->trainer);
}

static il_status open_curve(il_run_context *context, il_error *error) {
  const il_training *training = &context->config->training;
  const il_session *session = context->session;
  size_t points = (size_t)il_curve_points(training, training->iterations);
  size_t episodes = (size_t)training->validation_episodes;
  context->validation = context->config->validation;
  int most = context->validation.steps > context->config->adapt.steps ? context->validation.steps
                                                                      : context->config->adapt.steps;
  context->run->curve = il_arena_get(context->arena, points, sizeof *context->run->curve);
  context->run->curve_seconds = il_arena_get(context->arena, points, sizeof *context->run->curve_seconds);
  context->values = malloc(episodes * sizeof *context->values);
  context->validation_scores = malloc(episodes * (size_t)(most + 1) * sizeof *context->validation_scores);
  if (!context->run->curve || !context->run->curve_seconds || !context->values || !context->validation_scores)
    return il_fail_memory(error, "a validation curve", points * sizeof *context->run->curve);
  il_evaluation_setting judging = il_session_evaluation_setting(session, context->run->algorithm, 0);
  il_status status = il_selection_open(&context->selection, context->trainer, session, context->run->algorithm, error);
  if (status != IL_OK) return status;
  return il_evaluator_new(&context->validator, session, il_trainer_learner(context->trainer), &context->validation,
                          &judging, error);
}

/* Writes a checkpoint where checkpoints are kept. One that cannot be written (a full disk, perhaps for a while) is
 * reported once and tried again later: what is trained goes on to the tables. Nothing is written where the newest is of
 * this iteration. */
static void save(il_run_context *context, il_training_position *at) {
  char text[IL_MESSAGE_SIZE + 64];
  il_error why = {0};
  il_results *results = context->results;
  if (!context->checkpoints || !context->checkpoints->directory || at->iteration == at->kept) return;
  il_status status = il_checkpoint_write(context->checkpoints, results, context->run, context->trainer, at, &why);
  context->unsaved = status != IL_OK;
  if (status == IL_OK || results->unsaved_reason[0]) return;
  snprintf(results->unsaved_reason, sizeof results->unsaved_reason, "%s", why.message);
  snprintf(text, sizeof text, "no checkpoint: %s; the training goes on", why.message);
  il_progress_note(context->progress, text);
}

/* Continues from the checkpoint of this run if there is one and it was asked for. */
static il_status restore(il_run_context *context, il_training_position *at, il_error *error) {
  bool found = false;
  if (!context->checkpoints || !context->checkpoints->resume) return IL_OK;
  il_status status = il_checkpoint_read(&found, context->checkpoints, context->results, context->run, context->trainer,
                                        at, context->arena, error);
  if (status != IL_OK || !found) return status;
  if (context->run->restored) il_progress_warn(context->progress, context->run->restored);
  if (at->diverged) {
    context->run->state = IL_RUN_DIVERGED;
    context->run->stopped_at = at->iteration;
  }
  return IL_OK;
}

/* Training ends before its last iteration. */
static int is_early_end(const il_run_context *context) {
  return il_run_is_patience_over(context->run, &context->config->training, context->session->info.kind);
}

/* What follows an iteration: the curve, divergence, the end of patience, an interruption. Returns 1 when training ends
 * here. */
static int after_iteration(il_run_context *context, il_training_position *at, double loss) {
  il_run *run = context->run;
  if (!isfinite(loss)) {
    run->state = IL_RUN_DIVERGED;
    run->stopped_at = at->iteration;
    at->diverged = 1;
    return 1;
  }
  at->sum += loss;
  at->since++;
  il_progress_update(context->progress, at->iteration, loss);
  if (il_curve_points(&context->config->training, at->iteration) > run->n_curve) {
    run->training_loss = at->sum / at->since;
    add_curve_point(context, at->iteration, run->training_loss);
    at->sum = at->since = 0;
    if (is_early_end(context)) return 1;
  }
  if (!is_stopped(context) || at->iteration == context->config->training.iterations) return 0;
  run->state = IL_RUN_INTERRUPTED;
  run->stopped_at = at->iteration;
  return 1;
}

/* Meta-iterations until the end, divergence or an interruption. Time spent on validation and checkpoints is not
 * counted. */
static il_status train(il_run_context *context, il_error *error) {
  int iterations = context->config->training.iterations;
  il_training_position at = {.kept = -1, .selection = context->selection};
  il_status status = restore(context, &at, error);
  int ended = is_early_end(context); /* of the training that the checkpoint is of */
  il_durations_expect(&context->durations, iterations);
  double saved = il_seconds();
  while (status == IL_OK && context->run->state == IL_RUN_PENDING && !ended && at.iteration < iterations) {
    double begin = il_seconds();
    double loss = il_trainer_iterate(context->trainer);
    double now = il_seconds();
    at.iteration++;
    il_durations_add(&context->durations, at.iteration, now - begin);
    context->run->timing.train += now - begin;
    ended = after_iteration(context, &at, loss);
    status = il_session_trouble(context->session, error); /* before a checkpoint of it is written */
    if (status != IL_OK) break;
    if (!context->checkpoints || now - saved < context->checkpoints->every) continue;
    save(context, &at);
    saved = now;
  }
  il_durations_summarise(&context->durations, &context->run->timing);
  if (status == IL_OK) save(context, &at);
  context->results->unsaved += context->unsaved;
  return status;
}

/* Replaces the learning rate of `adapt` by the candidate with the best mean validation metric after the last step. */
static il_status tune(il_run_context *context, il_inner_options *adapt, const il_evaluation_setting *judging,
                      il_error *error) {
  double best = NAN, best_rate = adapt->rule.learning_rate;
  for (int i = 0; i < adapt->tune.count; i++) {
    il_evaluator *evaluator;
    adapt->rule.learning_rate = adapt->tune.at[i];
    il_status status =
        il_evaluator_new(&evaluator, context->session, il_trainer_learner(context->trainer), adapt, judging, error);
    if (status != IL_OK) return status;
    il_evaluator_watch(evaluator, context->progress, (int64_t)i * context->config->training.validation_episodes);
    validate(context, evaluator, adapt->steps);
    il_evaluator_free(evaluator);
    double mean = il_mean_of(context->values, (size_t)context->config->training.validation_episodes);
    if (!il_task_kind_better(context->session->info.kind, mean, best)) continue;
    best = mean;
    best_rate = adapt->tune.at[i];
  }
  adapt->rule.learning_rate = best_rate;
  return IL_OK;
}

static void time_adaptation(il_run_context *context, il_evaluator *evaluator, const il_evaluation_request *judged) {
  double seconds[IL_TIMED_ADAPTATIONS];
  il_evaluator_time(evaluator, judged, IL_TIMED_ADAPTATIONS, seconds);
  context->run->timing.adapt_median = il_quantile_of(seconds, IL_TIMED_ADAPTATIONS, 0.5);
}

static il_status evaluate_setting(il_run_context *context, int setting, il_score *scores, il_error *error) {
  const il_evaluation *evaluation = &context->session->experiment->evaluation;
  il_evaluation_setting judging = il_session_evaluation_setting(context->session, context->run->algorithm, setting);
  judging.members = il_selection_members(context->selection);
  il_inner_options adapt = context->config->adapt;
  il_evaluator *evaluator;
  int64_t tried = (int64_t)adapt.tune.count * context->config->training.validation_episodes;
  il_progress_evaluation_begin(context->progress, setting + 1, il_experiment_settings(context->session->experiment),
                               tried + evaluation->episodes);
  il_status status = tune(context, &adapt, &judging, error);
  if (status != IL_OK) return status;
  context->run->adapt_learning_rate[setting] = adapt.rule.learning_rate;
  status =
      il_evaluator_new(&evaluator, context->session, il_trainer_learner(context->trainer), &adapt, &judging, error);
  if (status != IL_OK) return status;
  il_evaluation_request judged = context->judged;
  judged.split = IL_SPLIT_TEST;
  judged.seed = evaluation->seed;
  il_evaluator_watch(evaluator, context->progress, tried);
  il_evaluator_run(evaluator, &judged, evaluation->episodes, scores);
  if (setting == 0) time_adaptation(context, evaluator, &judged);
  il_evaluator_free(evaluator);
  return il_session_trouble(context->session, error);
}

static il_status evaluate(il_run_context *context, il_error *error) {
  int settings = il_experiment_settings(context->session->experiment);
  size_t each = (size_t)context->session->experiment->evaluation.episodes * (size_t)(context->config->adapt.steps + 1);
  il_score *scores = il_arena_get(context->arena, (size_t)settings * each, sizeof *scores);
  if (!scores) return il_fail_memory(error, "scores", (size_t)settings * each * sizeof *scores);
  double begin = il_seconds();
  for (int setting = 0; setting < settings; setting++) {
    il_status status = evaluate_setting(context, setting, scores + (size_t)setting * each, error);
    if (status != IL_OK) return status;
  }
  context->run->timing.evaluate = il_seconds() - begin;
  context->run->scores = scores;
  return IL_OK;
}

static il_status finish(il_run_context *context, il_error *error) {
  il_run *run = context->run;
  size_t size = il_trainer_learner(context->trainer)->parameters.size;
  context->judged = il_selection_judged(context->selection, context->trainer, run);
  il_status status = evaluate(context, error);
  if (status != IL_OK) return status;
  run->state = IL_RUN_DONE;
  return il_judged_digest(run->parameters_digest, &context->judged, size, error);
}

static void note_costs(il_run_context *context) {
  il_timing *timing = &context->run->timing;
  struct rusage usage;
  timing->threads = il_workers_count(context->session->workers);
  timing->gflop_per_meta_iteration = 1e-9 * il_trainer_cost(context->trainer).flops;
  if (getrusage(RUSAGE_SELF, &usage) == 0) timing->peak_rss_bytes = 1024LL * usage.ru_maxrss;
}

/* The machine has slow spells: the rate is measured again before every run, and the best one is the peak for all. */
static void measure_peak(il_results *results, const il_session *session) {
  il_peak peak = il_gemm_peak(session->workers);
  if (results->gemm_rate > 0 && peak.rate <= results->gemm_rate) return;
  results->gemm_rate = peak.rate;
  memcpy(results->gemm_note, peak.note, sizeof results->gemm_note);
}

static void share_peak(il_results *results) {
  for (int i = 0; i < results->n_runs; i++) {
    il_timing *timing = &results->runs[i].timing;
    double rate = 1e9 * timing->gflop_per_meta_iteration / timing->meta_iteration_median;
    timing->gemm_share = results->gemm_rate > 0 ? rate / results->gemm_rate : NAN;
  }
}

static void report(il_run_context *context) {
  char text[160];
  const il_run *run = context->run;
  if (run->state == IL_RUN_DIVERGED)
    snprintf(text, sizeof text, "diverged at iteration %d", run->stopped_at);
  else if (run->state == IL_RUN_INTERRUPTED)
    snprintf(text, sizeof text, "interrupted at iteration %d", run->stopped_at);
  else if (!il_run_is_finite(context->results, run))
    snprintf(text, sizeof text, "evaluated: not finite");
  else if (run->n_curve > 0 && isfinite(run->curve[run->n_curve - 1].validation))
    snprintf(text, sizeof text, "validation %s %.4g", il_results_metric_name(context->results),
             run->curve[run->n_curve - 1].validation);
  else
    snprintf(text, sizeof text, "evaluated");
  il_progress_run_end(context->progress, text);
}

static il_status run_one(il_run_context *context, il_error *error) {
  il_run *run = context->run;
  il_status status = IL_OK;
  int trains = context->config->algorithm->build != NULL;
  int iterations = trains ? context->config->training.iterations : 0;
  il_progress_run_begin(context->progress, context->config->label, run->seed, iterations);
  IL_TRY(il_trainer_new(&context->trainer, context->session, run->algorithm, run->seed, error));
  IL_TRY(open_curve(context, error));
  run->training_loss = NAN;
  if (trains)
    IL_TRY(train(context, error));
  else
    il_durations_summarise(&context->durations, &run->timing);
  if (run->state == IL_RUN_PENDING) IL_TRY(finish(context, error));
  note_costs(context);
  report(context);
done:
  il_evaluator_free(context->validator);
  il_selection_free(context->selection);
  il_trainer_free(context->trainer);
  free(context->values);
  free(context->validation_scores);
  return status;
}

/* Why the answer is negative. */
static il_status answer_of(const il_results *results, il_error *error) {
  int diverged = 0, bad = 0;
  for (int i = 0; i < results->n_runs; i++) {
    diverged += results->runs[i].state == IL_RUN_DIVERGED;
    bad += !il_run_is_finite(results, &results->runs[i]);
  }
  if (diverged && bad)
    return il_fail(error, IL_NEGATIVE, "%d of %d runs diverged; of %d the test figures are not finite", diverged,
                   results->n_runs, bad);
  if (diverged) return il_fail(error, IL_NEGATIVE, "%d of %d runs diverged", diverged, results->n_runs);
  if (bad) return il_fail(error, IL_NEGATIVE, "the test figures of %d of %d runs are not finite", bad, results->n_runs);
  return IL_OK;
}

il_status il_runner_run(il_results *results, il_session *session, const il_checkpoints *checkpoints,
                        il_progress *progress, const volatile sig_atomic_t *interrupt, il_error *error) {
  for (int i = 0; i < results->n_runs; i++) {
    il_run *run = &results->runs[i];
    il_run_context context = {.results = results,
                              .session = session,
                              .progress = progress,
                              .interrupt = interrupt,
                              .checkpoints = checkpoints,
                              .run = run,
                              .config = &session->experiment->algorithms[run->algorithm],
                              .arena = session->arena};
    measure_peak(results, session);
    il_status status = run_one(&context, error);
    share_peak(results);
    results->interrupted = status != IL_OK; /* what was finished before is written all the same */
    if (status != IL_OK) return status;
    results->n_finished += run->state == IL_RUN_DONE || run->state == IL_RUN_DIVERGED;
    if (run->state != IL_RUN_INTERRUPTED && (!is_stopped(&context) || i + 1 == results->n_runs)) continue;
    results->interrupted = 1;
    return il_fail(error, IL_INTERRUPTED, "interrupted: %d of %d runs are finished", results->n_finished,
                   results->n_runs);
  }
  return answer_of(results, error);
}
