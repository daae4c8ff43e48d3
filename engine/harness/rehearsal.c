/* Rehearsing a run. */
#include "harness/rehearsal.h"

#include <stdlib.h>

#include "experiment/record.h"
#include "harness/evaluator.h"
#include "harness/selection.h"
#include "harness/trainer.h"

enum { PROBE_STEPS = 4, EPISODES_A_THREAD = 2, PROBE_ADAPTATIONS = 2 };

static const double iteration_seconds = 0.25, episode_seconds = 0.05;

/* What would take longer at the peak rate is not tried but counted, at a share of the peak that such work reaches. */
static const double longest_seconds = 2, usual_share = 0.4;

/* Seconds of one episode: base + steps x step, all threads at work; and of one adaptation step alone. */
typedef struct episode_pace {
  double base, step, alone;
} episode_pace;

typedef struct rehearsal_stage {
  const il_session *session;
  const il_algorithm_config *config;
  int algorithm;
  il_trainer *trainer;
  il_selection *selection;
  il_rehearsal *measured; /* NULL: no clock */
  double gemm_rate;       /* flop/s of all threads; 0: unknown */
  il_score *scores;       /* [episodes][PROBE_STEPS + 1] */
  int episodes;
} rehearsal_stage;

static bool is_long(const rehearsal_stage *stage, double flops) {
  return stage->gemm_rate > 0 && flops > longest_seconds * stage->gemm_rate;
}

static double counted_seconds(const rehearsal_stage *stage, double flops) {
  stage->measured->counted = true;
  return flops / (usual_share * stage->gemm_rate);
}

/* Mean over the iterations after the first, which finds the caches cold; of a slow algorithm the first alone. Never
 * more of them than the run will make. */
static double time_iterations(const rehearsal_stage *stage) {
  il_trainer *trainer = stage->trainer;
  int iterations = stage->config->training.iterations;
  double flops = il_trainer_cost(trainer).flops;
  if (is_long(stage, flops)) return counted_seconds(stage, flops);
  double begin = il_seconds();
  il_trainer_iterate(trainer);
  double first = il_seconds() - begin;
  if (first > iteration_seconds || iterations < 2) return first;
  int done = 0;
  begin = il_seconds();
  while (done < iterations - 1 && il_seconds() - begin < iteration_seconds) {
    il_trainer_iterate(trainer);
    done++;
  }
  return (il_seconds() - begin) / done;
}

/* Seconds of an episode with as many steps as the evaluator's options say now. */
static double time_episodes(const rehearsal_stage *stage, il_evaluator *evaluator,
                            const il_evaluation_request *judged) {
  int rounds = 0, most = stage->session->experiment->evaluation.episodes / stage->episodes;
  double begin = il_seconds();
  do {
    il_evaluator_run(evaluator, judged, stage->episodes, stage->scores);
    rounds++;
  } while (rounds < most && il_seconds() - begin < episode_seconds);
  return (il_seconds() - begin) / rounds / stage->episodes;
}

/* Few steps stand for all: an evaluator takes as many as `adapt` says when it runs. */
static episode_pace time_evaluator(const rehearsal_stage *stage, il_evaluator *evaluator, il_inner_options *adapt) {
  episode_pace pace = {0};
  int steps = adapt->steps, few = steps < PROBE_STEPS ? steps : PROBE_STEPS;
  double alone[PROBE_ADAPTATIONS];
  il_episode_flops flops = il_evaluator_flops(evaluator);
  if (is_long(stage, stage->episodes * (flops.base + few * flops.step))) {
    pace.base = counted_seconds(stage, flops.base);
    pace.alone = pace.step = counted_seconds(stage, flops.step);
    return pace;
  }
  il_member members[IL_KEPT_MAX];
  const il_evaluation_request judged = {.theta = il_trainer_parameters(stage->trainer),
                                        .state = il_trainer_state(stage->trainer),
                                        .split = IL_SPLIT_TEST,
                                        .seed = stage->session->experiment->evaluation.seed,
                                        .n_members = il_selection_members(stage->selection),
                                        .members = members};
  for (int i = 0; i < judged.n_members; i++) members[i] = (il_member){judged.theta, judged.state};
  adapt->steps = few;
  if (few > 0) pace.step = time_episodes(stage, evaluator, &judged);
  adapt->steps = 0;
  pace.base = time_episodes(stage, evaluator, &judged);
  if (few > 0) {
    pace.step = pace.step > pace.base ? (pace.step - pace.base) / few : 0;
    adapt->steps = few;
    il_evaluator_time(evaluator, &judged, PROBE_ADAPTATIONS, alone);
    for (int i = 0; i < PROBE_ADAPTATIONS; i++) pace.alone += alone[i] / PROBE_ADAPTATIONS / few;
  }
  adapt->steps = steps;
  return pace;
}

static double seconds_of(const episode_pace *pace, double episodes, int steps) {
  return episodes * (pace->base + steps * pace->step);
}

static il_status rehearse_setting(const rehearsal_stage *stage, int setting, il_error *error) {
  const il_training *training = &stage->config->training;
  const il_evaluation *evaluation = &stage->session->experiment->evaluation;
  il_evaluation_setting judging = il_session_evaluation_setting(stage->session, stage->algorithm, setting);
  judging.members = il_selection_members(stage->selection);
  il_inner_options adapt = stage->config->adapt;
  il_evaluator *evaluator;
  il_status status =
      il_evaluator_new(&evaluator, stage->session, il_trainer_learner(stage->trainer), &adapt, &judging, error);
  if (status != IL_OK) return status;
  if (stage->measured) {
    episode_pace pace = time_evaluator(stage, evaluator, &adapt);
    double tried = (double)adapt.tune.count * training->validation_episodes;
    stage->measured->evaluation += seconds_of(&pace, tried + evaluation->episodes, adapt.steps);
    if (setting == 0) {
      double members = judging.members > 0 ? judging.members : 1; /* validation is of one */
      stage->measured->validation =
          1 / members *
          seconds_of(&pace, (double)training->validation_episodes,
                     stage->session->experiment->algorithms[stage->algorithm].validation.steps) *
          il_curve_points(training, training->iterations);
      stage->measured->evaluation += IL_TIMED_ADAPTATIONS * pace.alone * adapt.steps;
    }
  }
  il_evaluator_free(evaluator);
  return IL_OK;
}

/* The validator is an evaluator of the first setting whose steps differ: compiled once more, as the run does. */
static il_status rehearse_validator(const rehearsal_stage *stage, il_error *error) {
  const il_inner_options *validation = &stage->session->experiment->algorithms[stage->algorithm].validation;
  il_evaluation_setting judging = il_session_evaluation_setting(stage->session, stage->algorithm, 0);
  il_evaluator *evaluator;
  il_status status =
      il_evaluator_new(&evaluator, stage->session, il_trainer_learner(stage->trainer), validation, &judging, error);
  if (status == IL_OK) il_evaluator_free(evaluator);
  return status;
}

static void rehearse_training(const rehearsal_stage *stage) {
  il_rehearsal *measured = stage->measured;
  il_trainer_vectors vectors = il_trainer_expose(stage->trainer);
  measured->parameters = il_trainer_learner(stage->trainer)->parameters.size;
  if (!stage->config->algorithm->build) return;
  double kept = (double)stage->selection->most * (double)(measured->parameters + vectors.inner_size);
  measured->checkpoint_bytes =
      (kept + (double)(measured->parameters + vectors.outer_size + vectors.inner_size)) * sizeof(real);
  if (stage->config->training.iterations > 0) measured->iteration = time_iterations(stage);
  measured->training = measured->iteration * stage->config->training.iterations;
}

il_status il_rehearse(il_rehearsal *measured, const il_session *session, int algorithm, double gemm_rate,
                      il_error *error) {
  il_status status = IL_OK;
  const il_experiment *experiment = session->experiment;
  rehearsal_stage stage = {.session = session,
                           .config = &experiment->algorithms[algorithm],
                           .algorithm = algorithm,
                           .measured = measured,
                           .gemm_rate = gemm_rate,
                           .episodes = EPISODES_A_THREAD * il_workers_count(session->workers)};
  if (measured) *measured = (il_rehearsal){0};
  stage.scores = malloc((size_t)stage.episodes * (PROBE_STEPS + 1) * sizeof *stage.scores);
  if (!stage.scores) return il_fail_memory(error, "scores", 0);
  IL_TRY(il_trainer_new(&stage.trainer, session, algorithm, experiment->seeds[0], error));
  IL_TRY(il_selection_open(&stage.selection, stage.trainer, session, algorithm, error));
  if (measured) rehearse_training(&stage);
  IL_TRY(rehearse_validator(&stage, error));
  for (int setting = 0; setting < il_experiment_settings(experiment); setting++)
    IL_TRY(rehearse_setting(&stage, setting, error));
done:
  il_selection_free(stage.selection);
  il_trainer_free(stage.trainer);
  free(stage.scores);
  return status;
}
