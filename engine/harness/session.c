/* Opening an experiment. */
#include "harness/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiment/schema.h"
#include "innerloop/random.h"

/* Where a number of examples a class was asked for. */
typedef struct il_asked {
  const char *shots, *queries; /* paths */
} il_asked;

static il_asked asked_by(const il_experiment *experiment, int evaluator) {
  const il_evaluation *evaluation = &experiment->evaluators[evaluator].evaluation;
  return (il_asked){evaluation->shots.count > 0 ? "evaluation.shots" : "training.shots",
                    evaluation->queries < 0 ? "training.queries" : "evaluation.queries"};
}

/* The suite has enough examples of a class for support and query together. */
static il_status check_size(const il_source *source, const il_asked *asked, il_task_size size, il_error *error) {
  int most = source->info.examples;
  if (most == 0 || size.queries <= most - size.shots) return IL_OK;
  return il_fail_about(error, size.shots >= most ? asked->shots : asked->queries, IL_INVALID,
                       "%d shots and %d queries of a class; suite `%s` has %d examples of a class", size.shots,
                       size.queries, source->suite->name, most);
}

/* Same kind of task, same shapes: one learner serves training and every evaluator. */
static il_status check_shape(const il_session *session, const il_source *source, const char *section, il_error *error) {
  const il_suite_info *a = &session->info, *b = &source->info;
  char ways[IL_ABOUT_SIZE];
  if (a->kind == b->kind && a->ways == b->ways && a->task_parameters == b->task_parameters &&
      a->interface.outputs == b->interface.outputs && il_shape_equal(&a->interface.input, &b->interface.input))
    return IL_OK;
  (void)snprintf(ways, sizeof ways, "%s%s", section, a->ways == b->ways ? "" : "ways");
  return il_fail_about(error, ways, IL_INVALID,
                       "tasks of another shape than in the experiment's section `suite`; expected the same ways and "
                       "the same size of examples");
}

/* Nobody is tested on a class it was trained on. Class lists are short: compared one by one. */
static il_status check_leak(const il_source *training, const il_source *judging, const char *section, il_error *error) {
  const int *learned, *tested;
  if (!training->suite->classes) return IL_OK;
  int n_learned = training->suite->classes(training->state, IL_SPLIT_TRAIN, &learned);
  int n_tested = judging->suite->classes(judging->state, IL_SPLIT_TEST, &tested);
  for (int i = 0; i < n_tested; i++)
    for (int j = 0; j < n_learned; j++)
      if (tested[i] == learned[j])
        return il_fail_about(error, section, IL_INVALID,
                             "classes of training are among the test classes of an evaluator; expected splits with "
                             "the same test classes");
  return IL_OK;
}

/* What algorithm `a` trains on. */
static il_status check_training(const il_session *session, int a, il_error *error) {
  static const il_asked asked = {"training.shots", "training.queries"};
  il_error cause = {0};
  const il_source *training = session->training[a];
  il_status status = check_shape(session, training, "suite.", &cause);
  if (status == IL_OK) status = check_size(training, &asked, il_session_training_size(session, a), &cause);
  if (status == IL_OK) return IL_OK;
  return il_experiment_fail(error, session->experiment, (il_subject){a, -1}, &cause);
}

/* What evaluator `e` judges it on. Whose own options made a difference is named. */
static il_status check_judging(const il_session *session, int a, int e, il_error *error) {
  il_error cause = {0};
  const il_algorithm_config *config = &session->experiment->algorithms[a];
  const char *section = config->own_suite ? "suite." : "judged.";
  il_status status = check_shape(session, session->judging[a][e], section, &cause);
  if (status == IL_OK && config->algorithm->build)
    status = check_leak(session->training[a], session->judging[a][e], section, &cause);
  if (status == IL_OK) return IL_OK;
  return il_experiment_fail(error, session->experiment, (il_subject){a, e}, &cause);
}

static il_status check_setting(const il_session *session, int setting, il_error *error) {
  il_error cause = {0};
  int evaluator = il_experiment_setting(session->experiment, setting).evaluator;
  il_asked asked = asked_by(session->experiment, evaluator);
  if (check_size(session->common[evaluator], &asked, il_session_evaluation_size(session, setting), &cause) == IL_OK)
    return IL_OK;
  return il_experiment_fail(error, session->experiment, (il_subject){-1, evaluator}, &cause);
}

static il_status check(const il_session *session, il_error *error) {
  const il_experiment *experiment = session->experiment;
  il_status status = IL_OK;
  for (int a = 0; a < experiment->n_algorithms; a++) {
    IL_TRY(check_training(session, a, error));
    for (int e = 0; e < experiment->n_evaluators; e++) IL_TRY(check_judging(session, a, e, error));
  }
  for (int setting = 0; setting < il_experiment_settings(experiment); setting++)
    IL_TRY(check_setting(session, setting, error));
done:
  return status;
}

/* Whose options open a suite, and where they stand. */
typedef struct il_opening {
  const void *options;
  il_subject subject;
  const char *section; /* "suite" or "judged" */
} il_opening;

/* The suite with these options, opened unless it is already. */
static il_status open_source(const il_source **found, il_session *session, const il_opening *opening, const char *data,
                             il_error *error) {
  const il_suite *suite = session->experiment->suite;
  il_source *source = session->sources;
  for (; source < session->sources + session->n_sources; source++) {
    *found = source;
    if (source->options == opening->options || il_schema_equal(&suite->options, source->options, opening->options))
      return IL_OK;
  }
  il_error trial = {0}, cause = {0};
  il_status status = suite->open(&source->state, opening->options, data, session->arena, &trial);
  if (status != IL_OK) {
    (void)il_fail_of(&cause, opening->section, "suite", suite->name, &trial);
    return il_experiment_fail(error, session->experiment, opening->subject, &cause);
  }
  source->suite = suite;
  source->options = opening->options;
  suite->info(source->state, &source->info);
  session->n_sources++;
  if (source->info.kind != suite->kind)
    return il_fail(error, IL_INVALID, "suite `%s`: its row and its tasks differ in `kind`; expected the same",
                   suite->name);
  *found = source;
  return IL_OK;
}

static il_status open_sources(il_session *session, const char *data, il_error *error) {
  const il_experiment *experiment = session->experiment;
  il_status status = IL_OK;
  for (int e = 0; e < experiment->n_evaluators; e++) {
    il_opening opening = {experiment->evaluators[e].suite_options, {-1, e}, "judged"};
    IL_TRY(open_source(&session->common[e], session, &opening, data, error));
  }
  for (int a = 0; a < experiment->n_algorithms; a++) {
    const il_algorithm_config *config = &experiment->algorithms[a];
    il_opening own = {config->suite_options, {a, -1}, "suite"};
    IL_TRY(open_source(&session->training[a], session, &own, data, error));
    for (int e = 0; e < experiment->n_evaluators; e++) {
      il_opening opening = {config->judged_suite[e], {a, e}, "judged"};
      IL_TRY(open_source(&session->judging[a][e], session, &opening, data, error));
    }
  }
  session->info = session->common[0]->info;
done:
  return status;
}

/* `kernels: host`. Before any worker has work: loading OpenBLAS touches the environment. */
static il_status use_host(il_session *session, il_error *error) {
  int threads = il_workers_count(session->workers);
  if (threads > IL_HOST_CALLERS) {
    il_error cause = {0};
    (void)il_fail_about(&cause, "experiment.kernels", IL_INVALID, "kernels: host: %d threads; expected at most %d",
                        threads, IL_HOST_CALLERS);
    return il_experiment_fail(error, session->experiment, (il_subject){-1, -1}, &cause);
  }
  il_status status = il_blas_load(&session->blas, threads, error);
  if (status != IL_OK) return status;
  session->host = il_kernels_host(session->kernels, &session->blas);
  session->kernels = &session->host;
  return IL_OK;
}

il_status il_session_open(il_session **out, const il_experiment *experiment, int threads, const char *kernels,
                          const char *data, il_error *error) {
  il_status status = IL_OK;
  *out = NULL;
  il_session *session = calloc(1, sizeof *session);
  if (!session) return il_fail_memory(error, "a session", sizeof *session);
  session->experiment = experiment;
  session->arena = il_arena_new();
  if (!session->arena) {
    free(session);
    return il_fail_memory(error, "a session", 0);
  }
  IL_TRY(il_kernels_select(&session->kernels, kernels, error));
  IL_TRY(il_workers_new(&session->workers, threads, error));
  if (strcmp(experiment->kernels, "host") == 0) IL_TRY(use_host(session, error));
  IL_TRY(open_sources(session, data, error));
  IL_TRY(check(session, error));
done:
  if (status == IL_OK)
    *out = session;
  else
    il_session_close(session);
  return status;
}

il_status il_session_trouble(const il_session *session, il_error *error) {
  il_status status = IL_OK;
  for (int i = 0; status == IL_OK && i < session->n_sources; i++) {
    const il_source *source = &session->sources[i];
    if (source->suite->trouble) status = source->suite->trouble(source->state, error);
  }
  return status;
}

void il_session_close(il_session *session) {
  if (!session) return;
  for (int i = 0; i < session->n_sources; i++)
    if (session->sources[i].suite->close) session->sources[i].suite->close(session->sources[i].state);
  il_workers_free(session->workers);
  il_arena_free(session->arena);
  free(session);
}

static il_task_size filled(const il_source *source, int shots, int queries) {
  return (il_task_size){shots < 0 ? source->info.default_shots : shots,
                        queries < 0 ? source->info.default_queries : queries};
}

il_task_size il_session_training_size(const il_session *session, int algorithm) {
  const il_training *training = &session->experiment->algorithms[algorithm].training;
  return filled(session->training[algorithm], training->shots, training->queries);
}

il_task_size il_session_evaluation_size(const il_session *session, int setting) {
  il_setting chosen = il_experiment_setting(session->experiment, setting);
  return filled(session->common[chosen.evaluator], chosen.shots, chosen.queries);
}

il_evaluation_setting il_session_evaluation_setting(const il_session *session, int algorithm, int setting) {
  int evaluator = il_experiment_setting(session->experiment, setting).evaluator;
  return (il_evaluation_setting){.source = session->judging[algorithm][evaluator],
                                 .size = il_session_evaluation_size(session, setting),
                                 .algorithm = algorithm,
                                 .transductive = session->experiment->evaluators[evaluator].evaluation.transductive};
}

il_status il_session_learner(il_learner *learner, const il_session *session, int algorithm, il_error *error) {
  const il_experiment *experiment = session->experiment;
  const il_algorithm_config *config = &experiment->algorithms[algorithm];
  *learner = (il_learner){.algorithm = config->algorithm,
                          .options = config->options,
                          .sections = {config->inner, config->adapt, config->outer},
                          .model = config->model,
                          .model_options = config->model_options,
                          .kind = session->info.kind,
                          .ways = session->info.ways,
                          .targets = session->info.interface.outputs,
                          .kernels = session->kernels,
                          .mode = IL_COMPILE_FUSED};
  il_error cause = {0};
  il_status status = il_learner_interface(&learner->interface, config->algorithm, config->options,
                                          &session->training[algorithm]->info, &cause);
  if (status == IL_OK) status = il_learner_prepare(learner, &cause);
  return status == IL_OK ? IL_OK : il_session_fail(error, session, algorithm, &cause);
}

il_status il_session_fail(il_error *error, const il_session *session, int algorithm, const il_error *cause) {
  il_error named = *cause;
  if (cause->about[0] && !strchr(cause->about, '.'))
    (void)snprintf(named.about, sizeof named.about, "option.%.50s", cause->about);
  return il_experiment_fail(error, session->experiment, (il_subject){algorithm, -1}, &named);
}

double il_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
