/* Opening an experiment. */
#include "harness/session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "innerloop/random.h"
#include "kernels/host.h"

/* The suite has enough examples of a class for support and query together. */
static il_status check_size(const il_session *session, il_task_size size, il_error *error) {
  int most = session->info.examples;
  if (most == 0 || size.queries <= most - size.shots) return IL_OK;
  return il_fail(error, IL_INVALID, "%s: %d shots and %d queries of a class; suite `%s` has %d examples of a class",
                 session->experiment->suite_at, size.shots, size.queries, session->experiment->suite->name, most);
}

static il_status check_sizes(const il_session *session, il_error *error) {
  il_status status = IL_OK;
  for (int a = 0; status == IL_OK && a < session->experiment->n_algorithms; a++)
    status = check_size(session, il_session_training_size(session, a), error);
  for (int setting = 0; status == IL_OK && setting < il_session_settings(session); setting++)
    status = check_size(session, il_session_evaluation_size(session, setting), error);
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
  IL_TRY(experiment->suite->open(&session->suite, experiment->suite_options, data, session->arena, error));
  experiment->suite->info(session->suite, &session->info);
  IL_TRY(check_sizes(session, error));
done:
  if (status == IL_OK)
    *out = session;
  else
    il_session_close(session);
  return status;
}

void il_session_close(il_session *session) {
  if (!session) return;
  if (session->suite && session->experiment->suite->close) session->experiment->suite->close(session->suite);
  il_pool_free(session->pool);
  il_arena_free(session->arena);
  free(session);
}

static il_task_size filled(const il_session *session, int shots, int queries) {
  return (il_task_size){shots < 0 ? session->info.default_shots : shots,
                        queries < 0 ? session->info.default_queries : queries};
}

il_task_size il_session_training_size(const il_session *session, int algorithm) {
  const il_training *training = &session->experiment->algorithms[algorithm].training;
  return filled(session, training->shots, training->queries);
}

il_task_size il_session_evaluation_size(const il_session *session, int setting) {
  const il_experiment *experiment = session->experiment;
  const il_evaluation *evaluation = &experiment->evaluation;
  int shots = setting < evaluation->shots.count ? evaluation->shots.at[setting] : experiment->training.shots;
  int queries = evaluation->queries < 0 ? experiment->training.queries : evaluation->queries;
  return filled(session, shots, queries);
}

int il_session_settings(const il_session *session) {
  int count = session->experiment->evaluation.shots.count;
  return count > 0 ? count : 1;
}

il_status il_session_learner(il_learner *learner, const il_session *session, int algorithm, il_error *error) {
  const il_experiment *experiment = session->experiment;
  const il_algorithm_config *config = &experiment->algorithms[algorithm];
  *learner = (il_learner){.algorithm = config->algorithm,
                          .options = config->options,
                          .model = experiment->model,
                          .model_options = experiment->model_options,
                          .kind = session->info.kind,
                          .ways = session->info.ways,
                          .kernels = session->kernels,
                          .mode = IL_COMPILE_FUSED};
  il_status status = il_learner_interface(&learner->interface, config->algorithm, &session->info, error);
  return status == IL_OK ? il_learner_prepare(learner, error) : status;
}

double il_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
