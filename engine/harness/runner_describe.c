/* What is known of the runs of an experiment before they start. */
#include "base/hash.h"
#include "harness/rehearsal.h"
#include "harness/runner.h"

#include <string.h>

/* SHA-256 over every evaluation episode of every setting, as float32: what "the same episodes" means. */
static il_status digest_episodes(il_results *results, const il_session *session, il_error *error) {
  il_status status = IL_OK;
  static const il_algorithm plain = {.name = "none"};
  static const il_inner_options none = {0};
  il_learner learner = {.algorithm = &plain, .interface = session->info.interface, .ways = session->info.ways};
  il_hash *hash = il_hash_new();
  il_arena *arena = il_arena_new();
  if (!hash || !arena) {
    status = il_fail_memory(error, "a digest", 0);
    goto done;
  }
  for (int setting = 0; setting < il_experiment_settings(session->experiment); setting++) {
    il_episode_buffers buffers;
    const il_source *source = session->common[il_experiment_setting(session->experiment, setting).evaluator];
    IL_TRY(il_episode_buffers_new(&buffers, source, &learner, &none, il_session_evaluation_size(session, setting),
                                  IL_BUFFERS_TRAINING, arena, error));
    for (int e = 0; e < session->experiment->evaluation.episodes; e++) {
      il_episode_buffers_draw(&buffers, IL_SPLIT_TEST, session->experiment->evaluation.seed, (uint64_t)e);
      size_t support = (size_t)buffers.support, query = (size_t)buffers.query;
      il_hash_add(hash, buffers.support_x, support * buffers.input * sizeof(real));
      il_hash_add(hash, buffers.episode.support_y, support * buffers.output * sizeof(real));
      il_hash_add(hash, buffers.query_x, query * buffers.input * sizeof(real));
      il_hash_add(hash, buffers.episode.query_y, query * buffers.output * sizeof(real));
    }
  }
  status = il_session_trouble(session, error);
done:
  il_arena_free(arena);
  il_status finished = hash ? il_hash_finish(hash, results->episode_stream_digest, error) : IL_OK;
  return status == IL_OK ? finished : status;
}

static void describe_data(il_run_data *data, const il_session *session, int algorithm) {
  const il_source *training = session->training[algorithm];
  const il_evaluation_setting validation = il_session_evaluation_setting(session, algorithm, 0);
  const il_task_size size = il_session_training_size(session, algorithm);
  *data = (il_run_data){.ways = training->info.ways,
                        .shots = size.shots,
                        .queries = size.queries,
                        .validation_shots = validation.size.shots,
                        .validation_queries = validation.size.queries};
  if (!training->suite->digests) return;
  training->suite->digests(training->state, &data->training);
  training->suite->digests(validation.source->state, &data->validation);
}

/* What is known of a run before it starts. */
static il_status describe_run(il_run *run, const il_session *session, il_error *error) {
  il_learner learner;
  il_status status = il_session_learner(&learner, session, run->algorithm, error);
  if (status != IL_OK) return status;
  describe_data(&run->data, session, run->algorithm);
  memcpy(run->split_digest, run->data.training.split, sizeof run->split_digest);
  run->parameters = learner.parameters.size;
  return IL_OK;
}

il_status il_runner_describe(il_results *results, const il_session *session, const il_registry *registry,
                             const char *command, il_arena *arena, il_error *error) {
  const il_experiment *experiment = session->experiment;
  *results = (il_results){.experiment = experiment,
                          .registry = registry,
                          .suite = session->info,
                          .command = command,
                          .kernels = session->kernels->name,
                          .contract = session->kernels->contract,
                          .blas = session->kernels->blas ? session->kernels->blas->version : NULL,
                          .n_runs = experiment->n_algorithms * experiment->n_seeds};
  results->runs = il_arena_get(arena, (size_t)results->n_runs, sizeof *results->runs);
  if (!results->runs) return il_fail_memory(error, "the list of runs", 0);
  for (int i = 0; i < results->n_runs; i++) {
    results->runs[i].algorithm = i / experiment->n_seeds;
    results->runs[i].seed = experiment->seeds[i % experiment->n_seeds];
  }
  if (experiment->suite->digests) experiment->suite->digests(session->common[0]->state, &results->digests);
  for (int i = 0; i < results->n_runs; i++) {
    il_status status = describe_run(&results->runs[i], session, error);
    if (status != IL_OK) return status;
  }
  results->parameters = results->runs[0].parameters;
  return digest_episodes(results, session, error);
}

il_status il_runner_prepare(il_results *results, const il_session *session, const il_registry *registry,
                            const char *command, il_arena *arena, il_error *error) {
  for (int a = 0; a < session->experiment->n_algorithms; a++) {
    il_status status = il_rehearse(NULL, session, a, 0, error);
    if (status != IL_OK) return status;
  }
  return il_runner_describe(results, session, registry, command, arena, error);
}

_Static_assert((int)IL_OUTLOOK_KINDS >= (int)IL_ALGORITHMS_MAX, "an outlook knows every algorithm of an experiment");

/* Operations of one task: a pass forward and one back for every row the inner loop and the outer loss see. */
static double task_work(double parameters, const il_inner_options *inner, double support, double query) {
  double rows = inner->batch > 0 && inner->batch < support ? inner->batch : support;
  return 6 * parameters * (inner->steps * rows + query);
}

const il_expected_run *il_runner_expected(const il_results *results, const il_session *session, il_arena *arena) {
  const il_experiment *experiment = session->experiment;
  il_expected_run *plan = il_arena_get(arena, (size_t)results->n_runs, sizeof *plan);
  for (int r = 0; plan && r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    const il_algorithm_config *config = &experiment->algorithms[run->algorithm];
    const il_training *training = &config->training;
    double ways = session->info.ways;
    double parameters = (double)run->parameters;
    il_task_size size = il_session_training_size(session, run->algorithm);
    plan[r].algorithm = run->algorithm;
    plan[r].work[IL_STAGE_TRAINING] =
        config->algorithm->build ? (double)training->iterations * training->meta_batch : 0;
    plan[r].work[IL_STAGE_TRAINING] *= task_work(parameters, &config->inner, ways * size.shots, ways * size.queries);
    for (int setting = 0; setting < il_experiment_settings(experiment); setting++) {
      size = il_session_evaluation_size(session, setting);
      plan[r].work[IL_STAGE_EVALUATION] +=
          experiment->evaluation.episodes *
          task_work(parameters, &config->adapt, ways * size.shots, ways * size.queries);
    }
  }
  return plan;
}
