/* Opening an experiment. */
#include "harness/session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/schema.h"
#include "innerloop/random.h"
#include "kernels/host.h"

/* The suite has enough examples of a class for support and query together. */
static il_status check_size(const il_source *source, const char *at, il_task_size size, il_error *error) {
  int most = source->info.examples;
  if (most == 0 || size.queries <= most - size.shots) return IL_OK;
  return il_fail(error, IL_INVALID, "%s: %d shots and %d queries of a class; suite `%s` has %d examples of a class", at,
                 size.shots, size.queries, source->suite->name, most);
}

/* Same kind of task, same shapes: one learner serves training and every evaluator. */
static il_status check_shape(const il_session *session, const il_source *source, const char *at, il_error *error) {
  const il_suite_info *a = &session->info, *b = &source->info;
  if (a->kind == b->kind && a->ways == b->ways && a->task_parameters == b->task_parameters &&
      a->interface.outputs == b->interface.outputs && il_shape_equal(&a->interface.input, &b->interface.input))
    return IL_OK;
  return il_fail(error, IL_INVALID,
                 "%s: tasks of another shape than in the experiment's section `suite`; expected the same ways and the "
                 "same size of examples",
                 at);
}

/* Nobody is tested on a class it was trained on. Class lists are short: compared one by one. */
static il_status check_leak(const il_source *training, const il_source *judging, const char *at, il_error *error) {
  const int *learned, *tested;
  if (!training->suite->classes) return IL_OK;
  int n_learned = training->suite->classes(training->state, IL_SPLIT_TRAIN, &learned);
  int n_tested = judging->suite->classes(judging->state, IL_SPLIT_TEST, &tested);
  for (int i = 0; i < n_tested; i++)
    for (int j = 0; j < n_learned; j++)
      if (tested[i] == learned[j])
        return il_fail(error, IL_INVALID,
                       "%s: classes of training are among the test classes of an evaluator; expected splits with the "
                       "same test classes",
                       at);
  return IL_OK;
}

static il_status check_algorithm(const il_session *session, int a, il_error *error) {
  const il_algorithm_config *config = &session->experiment->algorithms[a];
  const il_source *training = session->training[a];
  il_status status = check_shape(session, training, config->suite_at, error);
  if (status == IL_OK) status = check_size(training, config->suite_at, il_session_training_size(session, a), error);
  for (int e = 0; status == IL_OK && e < session->experiment->n_evaluators; e++) {
    status = check_shape(session, session->judging[a][e], config->suite_at, error);
    if (status == IL_OK && config->algorithm->build)
      status = check_leak(training, session->judging[a][e], config->suite_at, error);
  }
  return status;
}

static il_status check(const il_session *session, il_error *error) {
  const il_experiment *experiment = session->experiment;
  il_status status = IL_OK;
  for (int a = 0; status == IL_OK && a < experiment->n_algorithms; a++) status = check_algorithm(session, a, error);
  for (int setting = 0; status == IL_OK && setting < il_experiment_settings(experiment); setting++)
    status = check_size(session->common[il_experiment_setting(experiment, setting).evaluator], experiment->suite_at,
                        il_session_evaluation_size(session, setting), error);
  return status;
}

/* The suite with these options, opened unless it is already. */
static il_status open_source(const il_source **found, il_session *session, const void *options, const char *data,
                             il_error *error) {
  const il_suite *suite = session->experiment->suite;
  il_source *source = session->sources;
  for (; source < session->sources + session->n_sources; source++) {
    *found = source;
    if (source->options == options || il_schema_equal(&suite->options, source->options, options)) return IL_OK;
  }
  il_status status = suite->open(&source->state, options, data, session->arena, error);
  if (status != IL_OK) return status;
  source->suite = suite;
  source->options = options;
  suite->info(source->state, &source->info);
  session->n_sources++;
  *found = source;
  return IL_OK;
}

static il_status open_sources(il_session *session, const char *data, il_error *error) {
  const il_experiment *experiment = session->experiment;
  il_status status = IL_OK;
  for (int e = 0; status == IL_OK && e < experiment->n_evaluators; e++)
    status = open_source(&session->common[e], session, experiment->evaluators[e].suite_options, data, error);
  for (int a = 0; status == IL_OK && a < experiment->n_algorithms; a++) {
    const il_algorithm_config *config = &experiment->algorithms[a];
    status = open_source(&session->training[a], session, config->suite_options, data, error);
    for (int e = 0; status == IL_OK && e < experiment->n_evaluators; e++)
      status = open_source(&session->judging[a][e], session, config->judged_suite[e], data, error);
  }
  if (status == IL_OK) session->info = session->common[0]->info;
  return status;
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
  if (strcmp(experiment->kernels, "host") == 0) {
    session->host = il_kernels_host(session->kernels);
    session->kernels = &session->host;
  }
  IL_TRY(il_pool_new(&session->pool, threads, error));
  if (session->kernels == &session->host && il_pool_threads(session->pool) > IL_HOST_CALLERS)
    IL_TRY(il_fail(error, IL_INVALID, "kernels: host: %d threads; expected at most %d", il_pool_threads(session->pool),
                   IL_HOST_CALLERS));
  IL_TRY(open_sources(session, data, error));
  IL_TRY(check(session, error));
done:
  if (status == IL_OK)
    *out = session;
  else
    il_session_close(session);
  return status;
}

void il_session_close(il_session *session) {
  if (!session) return;
  for (int i = 0; i < session->n_sources; i++)
    if (session->sources[i].suite->close) session->sources[i].suite->close(session->sources[i].state);
  il_pool_free(session->pool);
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

il_judging il_session_judging(const il_session *session, int algorithm, int setting) {
  int evaluator = il_experiment_setting(session->experiment, setting).evaluator;
  return (il_judging){.source = session->judging[algorithm][evaluator],
                      .size = il_session_evaluation_size(session, setting),
                      .transductive = session->experiment->evaluators[evaluator].evaluation.transductive};
}

il_status il_session_learner(il_learner *learner, const il_session *session, int algorithm, il_error *error) {
  const il_experiment *experiment = session->experiment;
  const il_algorithm_config *config = &experiment->algorithms[algorithm];
  *learner = (il_learner){.algorithm = config->algorithm,
                          .options = config->options,
                          .model = config->model,
                          .model_options = config->model_options,
                          .kind = session->info.kind,
                          .ways = session->info.ways,
                          .targets = session->info.interface.outputs,
                          .kernels = session->kernels,
                          .mode = IL_COMPILE_FUSED};
  il_status status =
      il_learner_interface(&learner->interface, config->algorithm, &session->training[algorithm]->info, error);
  return status == IL_OK ? il_learner_prepare(learner, error) : status;
}

double il_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
