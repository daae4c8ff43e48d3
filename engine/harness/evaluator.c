/* Adaptation and evaluation on fixed episodes.
 *
 * Example: 2 test episodes, 1 adaptation step, 2 threads. il_evaluator_run fills scores[4]:
 *
 *   episode 0, by one examiner    draw the episode; phi[0] = the trained parameters
 *                                 judge phi[0] on its query set               -> scores[0], before adapting
 *                                 phi[1] = one step on its support set; the two change places
 *                                 judge phi[0] again                          -> scores[1], after step 1
 *   episode 1, by the other       the same, from the trained parameters again -> scores[2] and scores[3]
 *
 * No episode sees what another one left, so any thread may take any of them. Judging takes the query set as one batch;
 * not transductive, each query is predicted beside the support set alone, where statistics of the batch make a
 * difference. A learner that encodes (a frozen body) does so once an episode: steps and evaluations then see codes
 * instead of examples. */
#include "harness/evaluator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "harness/resources.h"

typedef struct il_examiner {
  il_episode_buffers buffers;
  real *workspace;
  real *phi[2];   /* parameters before and after a step */
  real *state[2]; /* optimiser state before and after */
  real *prediction;
  real *joint;        /* not transductive: [support + 1, input], the last row a query */
  real *joint_result; /* [support + 1, out] */
  real loss;
  il_member member; /* the one that is judged now */
  double *sums;     /* of an ensemble: predictions after each step, added up, [steps + 1, query, out] */
} il_examiner;

struct il_evaluator {
  const il_session *session;
  const il_learner *learner;
  const il_inner_options *adapt;
  il_evaluation_setting judging;
  il_arena *arena;
  il_program *encode[2]; /* of the support set and the query set, where the learner encodes */
  il_program *step;
  il_program *judge; /* transductive, or no difference: the query set as one batch */
  il_program *joint; /* else: predictions of the support set and one query, and ... */
  il_program *loss;  /* ... the loss of given predictions; of an ensemble, too */
  size_t size, state_size;
  il_examiner *examiners; /* one a thread */
  const il_evaluation_request *judged;
  il_score *scores;
  il_progress *progress; /* may be NULL */
  int64_t told;          /* episodes of earlier evaluators, as progress counts them */
  bool alone;            /* one episode at a time: its large steps are divided among the threads */
};

/* The most any of the programs needs. */
static size_t workspace_of(const il_evaluator *e) {
  const il_program *const programs[] = {e->encode[0], e->encode[1], e->step, e->judge, e->joint, e->loss};
  size_t most = 0;
  for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
    size_t reals = programs[i] ? il_program_cost(programs[i]).workspace_reals : 0;
    if (reals > most) most = reals;
  }
  return most;
}

static il_status allocate(il_evaluator *e, il_examiner *examiner, il_error *error) {
  size_t workspace = workspace_of(e);
  il_status status = il_episode_buffers_new(&examiner->buffers, e->judging.source, e->learner, e->adapt,
                                            e->judging.size, IL_BUFFERS_EVALUATION, e->arena, error);
  if (status != IL_OK) return status;
  size_t predictions = (size_t)examiner->buffers.query * examiner->buffers.output;
  examiner->workspace = il_arena_get(e->arena, workspace, sizeof(real));
  examiner->prediction = il_arena_get(e->arena, predictions, sizeof(real));
  for (int i = 0; i < 2; i++) {
    examiner->phi[i] = il_arena_get(e->arena, e->size, sizeof(real));
    examiner->state[i] = il_arena_get(e->arena, e->state_size, sizeof(real));
    if (!examiner->phi[i] || !examiner->state[i]) return il_fail_memory(error, "evaluation", e->size * sizeof(real));
  }
  if (e->joint) {
    size_t rows = (size_t)examiner->buffers.support + 1;
    examiner->joint = il_arena_get(e->arena, rows * examiner->buffers.input, sizeof(real));
    examiner->joint_result = il_arena_get(e->arena, rows * examiner->buffers.output, sizeof(real));
    if (!examiner->joint || !examiner->joint_result) return il_fail_memory(error, "evaluation", rows * sizeof(real));
  }
  if (e->judging.members > 0) {
    size_t sums = predictions * (size_t)(e->adapt->steps + 1);
    examiner->sums = il_arena_get(e->arena, sums, sizeof *examiner->sums);
    if (!examiner->sums) return il_fail_memory(error, "evaluation", sums * sizeof *examiner->sums);
  }
  if (!examiner->workspace || !examiner->prediction)
    return il_fail_memory(error, "evaluation", workspace * sizeof(real));
  return IL_OK;
}

/* Programs and buffers of an evaluator whose other fields are set. */
static il_status build(il_evaluator *e, il_error *error) {
  il_status status = IL_OK;
  const il_learner *learner = e->learner;
  const il_task_size size = e->judging.size;
  int threads = il_workers_count(e->session->workers);
  e->arena = il_arena_new();
  if (e->arena) e->examiners = il_arena_get(e->arena, (size_t)threads, sizeof *e->examiners);
  if (!e->examiners) return il_fail_memory(error, "an evaluator", 0);
  if (learner->encodes) {
    IL_TRY(il_learner_encoding(&e->encode[0], learner, learner->ways * size.shots, error));
    IL_TRY(il_learner_encoding(&e->encode[1], learner, learner->ways * size.queries, error));
  }
  IL_TRY(il_learner_adaptation(&e->step, learner, e->adapt, size.shots, error));
  if (e->judging.transductive || learner->algorithm->rows_apart) {
    IL_TRY(il_learner_evaluation(&e->judge, learner, size.shots, learner->ways * size.queries, error));
  } else {
    IL_TRY(il_learner_prediction(&e->joint, learner, size.shots, learner->ways * size.shots + 1, error));
  }
  if (e->joint || e->judging.members > 0)
    IL_TRY(il_learner_loss(&e->loss, learner, learner->ways * size.queries, error));
  double reals = (double)workspace_of(e) + 2 * (double)(e->size + e->state_size);
  IL_TRY(il_memory_check("evaluation", reals * threads * sizeof(real), error));
  for (int i = 0; i < threads; i++) IL_TRY(allocate(e, &e->examiners[i], error));
done:
  return status;
}

il_status il_evaluator_new(il_evaluator **out, const il_session *session, const il_learner *learner,
                           const il_inner_options *adapt, const il_evaluation_setting *judging, il_error *error) {
  il_error cause = {0};
  *out = NULL;
  il_evaluator *e = calloc(1, sizeof *e);
  if (!e) return il_fail_memory(error, "an evaluator", sizeof *e);
  e->session = session;
  e->learner = learner;
  e->adapt = adapt;
  e->judging = *judging;
  e->size = learner->parameters.size;
  e->state_size = il_learner_state_size(learner, &adapt->rule);
  il_status status = build(e, &cause);
  if (status == IL_OK) {
    *out = e;
    return IL_OK;
  }
  il_evaluator_free(e);
  return il_session_fail(error, session, judging->algorithm, &cause);
}

void il_evaluator_free(il_evaluator *evaluator) {
  if (!evaluator) return;
  for (int i = 0; i < 2; i++) il_program_free(evaluator->encode[i]);
  il_program_free(evaluator->step);
  il_program_free(evaluator->judge);
  il_program_free(evaluator->joint);
  il_program_free(evaluator->loss);
  il_arena_free(evaluator->arena);
  free(evaluator);
}

/* A run of one of the evaluator's programs on what the examiner is at. */
static il_call call_of(const il_examiner *examiner, const il_program *program, int step) {
  il_call call = {.program = program,
                  .workspace = examiner->workspace,
                  .parameters = examiner->phi[0],
                  .start = examiner->member.theta,
                  .state = examiner->state[0],
                  .progress = 1};
  il_episode_buffers_give(&call, &examiner->buffers, step);
  return call;
}

/* Predictions of the query set as one batch, and their loss. */
static void predict_together(il_evaluator *e, il_examiner *examiner, const real *phi) {
  il_call call = call_of(examiner, e->judge, 0);
  call.parameters = phi;
  call.out_loss = &examiner->loss;
  call.out_prediction = examiner->prediction;
  il_learner_run(&call);
}

/* The loss of the predictions that are there. */
static void lose(il_evaluator *e, il_examiner *examiner) {
  il_call loss = call_of(examiner, e->loss, 0);
  loss.query_x = examiner->prediction;
  loss.out_loss = &examiner->loss;
  il_learner_run(&loss);
}

/* Each query is the last row of a batch of the whole support set and itself (Nichol et al. 2018, the authors' code). */
static void predict_alone(il_evaluator *e, il_examiner *examiner, const real *phi) {
  const il_episode_buffers *buffers = &examiner->buffers;
  const size_t support = (size_t)buffers->support;
  il_call joint = call_of(examiner, e->joint, 0);
  memcpy(examiner->joint, buffers->support_x, support * buffers->input * sizeof(real));
  joint.parameters = phi;
  joint.query_x = examiner->joint;
  joint.out_prediction = examiner->joint_result;
  for (size_t row = 0; row < (size_t)buffers->query; row++) {
    memcpy(examiner->joint + support * buffers->input, buffers->query_x + row * buffers->input,
           buffers->input * sizeof(real));
    il_learner_run(&joint);
    memcpy(examiner->prediction + row * buffers->output, examiner->joint_result + support * buffers->output,
           buffers->output * sizeof(real));
  }
  lose(e, examiner);
}

/* The score of predictions and loss that are there. */
static void score(const il_evaluator *e, const il_examiner *examiner, il_score *score) {
  const il_episode_buffers *buffers = &examiner->buffers;
  double total = e->learner->kind->score(examiner->prediction, buffers->episode.query_y, (int)buffers->query,
                                         (int)buffers->output);
  *score = (il_score){.loss = (double)examiner->loss, .total = total, .queries = buffers->query};
}

/* Judges phi[0] on the query set, after `step` steps: the score, or a member's part in that of the ensemble. */
static void judge(il_evaluator *e, il_examiner *examiner, int step, il_score *scores) {
  (e->judge ? predict_together : predict_alone)(e, examiner, examiner->phi[0]);
  if (e->judged->n_members == 0) {
    score(e, examiner, &scores[step]);
    return;
  }
  size_t count = (size_t)examiner->buffers.query * examiner->buffers.output;
  double *sums = examiner->sums + (size_t)step * count;
  for (size_t i = 0; i < count; i++) sums[i] += (double)examiner->prediction[i];
}

/* The score of the mean prediction after every step. */
static void judge_together(il_evaluator *e, il_examiner *examiner, il_score *scores) {
  size_t count = (size_t)examiner->buffers.query * examiner->buffers.output;
  for (int step = 0; step <= e->adapt->steps; step++) {
    const double *sums = examiner->sums + (size_t)step * count;
    for (size_t i = 0; i < count; i++) examiner->prediction[i] = (real)(sums[i] / e->judged->n_members);
    lose(e, examiner);
    score(e, examiner, &scores[step]);
  }
}

/* Parameters and state as judged. Of the state of an algorithm with carried values only these are taken over. */
static void start(il_evaluator *e, il_examiner *examiner) {
  size_t carried = e->learner->carried.size;
  memcpy(examiner->phi[0], examiner->member.theta, e->size * sizeof(real));
  il_learner_state_reset(examiner->state[0], e->learner, &e->adapt->rule);
  if (examiner->member.state)
    memcpy(examiner->state[0], examiner->member.state, (carried ? carried : e->state_size) * sizeof(real));
}

/* Codes of the support set (0) or the query set (1), where the learner encodes. */
static void encode(il_evaluator *e, il_examiner *examiner, int which) {
  il_episode_buffers *buffers = &examiner->buffers;
  if (!buffers->encoded) return;
  il_call call = call_of(examiner, e->encode[which], 0);
  call.query_x = which ? buffers->episode.query_x : buffers->episode.support_x;
  call.out_prediction = which ? buffers->query_x : buffers->support_x;
  il_learner_run(&call);
}

static int members_of(const il_evaluation_request *judged) {
  return judged->n_members > 0 ? judged->n_members : 1;
}

/* What comes before the first step of a member: parameters, state, and the support set as steps see it. */
static void begin(il_evaluator *e, il_examiner *examiner, int member, int episode) {
  const il_evaluation_request *judged = e->judged;
  examiner->member = judged->n_members > 0 ? judged->members[member] : (il_member){judged->theta, judged->state};
  start(e, examiner);
  if (!examiner->buffers.encoded) return;
  encode(e, examiner, 0);
  il_episode_buffers_gather(&examiner->buffers, e->judged->split, e->judged->seed, (uint64_t)episode);
}

/* Adaptation step `index`: phi[0] and state[0] move on. */
static void adapt(il_evaluator *e, il_examiner *examiner, int index) {
  il_call call = call_of(examiner, e->step, index);
  call.workers = e->alone ? e->session->workers : NULL;
  call.out_parameters = examiner->phi[1];
  call.out_state = examiner->state[1];
  il_learner_run(&call);
  real *phi = examiner->phi[0], *state = examiner->state[0];
  examiner->phi[0] = examiner->phi[1];
  examiner->phi[1] = phi;
  examiner->state[0] = examiner->state[1];
  examiner->state[1] = state;
}

static void examine(void *context, int item, int worker) {
  il_evaluator *e = context;
  il_examiner *examiner = &e->examiners[worker];
  il_score *scores = e->scores + (size_t)item * (size_t)(e->adapt->steps + 1);
  il_episode_buffers_draw(&examiner->buffers, e->judged->split, e->judged->seed, (uint64_t)item);
  if (examiner->sums)
    memset(examiner->sums, 0,
           (size_t)examiner->buffers.query * examiner->buffers.output * (size_t)(e->adapt->steps + 1) * sizeof(double));
  for (int member = 0; member < members_of(e->judged); member++) {
    begin(e, examiner, member, item);
    encode(e, examiner, 1);
    judge(e, examiner, 0, scores);
    for (int step = 0; step < e->adapt->steps; step++) {
      adapt(e, examiner, step);
      judge(e, examiner, step + 1, scores);
    }
  }
  if (e->judged->n_members > 0) judge_together(e, examiner, scores);
  /* Items are taken in rising order: about item + 1 are finished, less what other threads work on. */
  if (worker == 0) il_progress_update(e->progress, e->told + item + 1, NAN);
}

static double flops_of(const il_program *program) {
  return program ? il_program_cost(program).flops : 0;
}

il_episode_flops il_evaluator_flops(const il_evaluator *e) {
  double queries = (double)e->learner->ways * e->judging.size.queries;
  double judged = flops_of(e->judge) + queries * flops_of(e->joint) + flops_of(e->loss);
  double members = e->judging.members > 0 ? e->judging.members : 1;
  return (il_episode_flops){members * (flops_of(e->encode[0]) + flops_of(e->encode[1]) + judged),
                            members * (flops_of(e->step) + judged)};
}

void il_evaluator_watch(il_evaluator *evaluator, il_progress *progress, int64_t before) {
  evaluator->progress = progress;
  evaluator->told = before;
}

void il_evaluator_run(il_evaluator *evaluator, const il_evaluation_request *judged, int episodes, il_score *scores) {
  evaluator->judged = judged;
  evaluator->scores = scores;
  il_workers_run(evaluator->session->workers, episodes, examine, evaluator);
}

void il_evaluator_time(il_evaluator *evaluator, const il_evaluation_request *judged, int episodes, double *seconds) {
  il_examiner *examiner = &evaluator->examiners[0];
  evaluator->judged = judged;
  evaluator->alone = true;
  for (int episode = 0; episode < episodes; episode++) {
    il_episode_buffers_draw(&examiner->buffers, judged->split, judged->seed, (uint64_t)episode);
    double started = il_seconds();
    for (int member = 0; member < members_of(judged); member++) {
      begin(evaluator, examiner, member, episode);
      for (int step = 0; step < evaluator->adapt->steps; step++) adapt(evaluator, examiner, step);
    }
    seconds[episode] = il_seconds() - started;
  }
  evaluator->alone = false;
}
