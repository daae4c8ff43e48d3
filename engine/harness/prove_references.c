/* References of a proof. Every one is made of loss values only: central differences, and for displacements an inner
 * loop in plain arithmetic whose gradients are central differences. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "harness/prove_case.h"

/* Where a kink lies within the wide step, a step 32 times narrower is tried. */
static const double steps[] = {sizeof(real) == 8 ? 1e-6 : 1e-2, sizeof(real) == 8 ? 3e-8 : 3e-3};
static const double kink_limit = sizeof(real) == 8 ? 1e-4 : 0.3;
static const double epsilon = sizeof(real) == 8 ? DBL_EPSILON : FLT_EPSILON;
/* A coordinate of a displacement is left out when it may be off by this share of a typical one. */
static const double condition_limit = sizeof(real) == 8 ? 1e-5 : 0.1;

/* A loss as a function of P parameters on one episode. */
typedef struct il_loss {
  il_call call;
  real *point; /* [P] scratch: where the loss is asked for */
  size_t size;
  const real *origin; /* [P] where slopes are taken */
  double centre;      /* the loss there */
} il_loss;

typedef struct il_slope {
  double value, uncertainty;
  il_left_out left_out;
} il_slope;

static double evaluate(il_loss *loss) {
  il_learner_run(&loss->call);
  return (double)*loss->call.out_loss;
}

static void set_origin(il_loss *loss, const real *origin) {
  loss->origin = origin;
  memcpy(loss->point, origin, loss->size * sizeof(real));
  loss->centre = evaluate(loss);
}

static double value_at(il_loss *loss, size_t coordinate, double by) {
  loss->point[coordinate] = (real)((double)loss->origin[coordinate] + by);
  double value = evaluate(loss);
  loss->point[coordinate] = loss->origin[coordinate];
  return value;
}

/* d loss / d origin[coordinate] over h and 4 h. Where the loss is smooth the two slopes agree up to rounding and
 * h^2, and the bends f(+h) - 2 f + f(-h) up to rounding and h^4; where it is not, a kink lies within, or at the
 * point itself. */
static il_slope slope_over(il_loss *loss, size_t coordinate, double h) {
  double up = value_at(loss, coordinate, h), down = value_at(loss, coordinate, -h);
  double far_up = value_at(loss, coordinate, 4 * h), far_down = value_at(loss, coordinate, -4 * h), f = loss->centre;
  if (!isfinite(up + down + far_up + far_down + f)) return (il_slope){.left_out = IL_LEFT_OUT_BROKEN};
  double near = (up - down) / (2 * h), far = (far_up - far_down) / (8 * h);
  double bend = (up - 2 * f + down) / h, far_bend = (far_up - 2 * f + far_down) / (4 * h);
  bool constant = up == f && down == f && far_up == f && far_down == f;
  double rounding = constant ? 0 : 4 * epsilon * fabs(f) / h;
  double slopes_differ = fabs(near - far), bends_differ = fabs(far_bend - 4 * bend);
  double limit = kink_limit * (fabs(near) + kink_limit) + rounding;
  bool smooth = slopes_differ <= limit && bends_differ <= 10 * limit;
  return (il_slope){near, slopes_differ + bends_differ / 6 + rounding, smooth ? IL_LEFT_OUT_NO : IL_LEFT_OUT_KINK};
}

static il_slope slope_of(il_loss *loss, size_t coordinate) {
  il_slope slope = slope_over(loss, coordinate, steps[0]);
  return slope.left_out == IL_LEFT_OUT_KINK ? slope_over(loss, coordinate, steps[1]) : slope;
}

static il_status open_loss(il_loss *loss, const il_case *c, const il_program *program, il_error *error) {
  *loss = (il_loss){.size = c->size};
  real *workspace = il_arena_get(c->arena, il_program_cost(program).workspace_reals, sizeof(real));
  loss->point = il_arena_get(c->arena, c->size, sizeof(real));
  real *value = il_arena_get(c->arena, 1, sizeof(real));
  if (!workspace || !loss->point || !value) return il_fail_memory(error, "a proof", c->size * sizeof(real));
  loss->call = il_case_call(c, program, workspace, loss->point, value);
  return IL_OK;
}

static il_status open_reference(il_reference *reference, const il_case *c, il_error *error) {
  reference->value = il_arena_get(c->arena, c->n, sizeof(double));
  reference->uncertainty = il_arena_get(c->arena, c->n, sizeof(double));
  reference->left_out = il_arena_get(c->arena, c->n, 1);
  reference->asked = reference->value && reference->uncertainty && reference->left_out;
  return reference->asked ? IL_OK : il_fail_memory(error, "a proof", c->n * sizeof(double));
}

/* Slopes of `program` at `origin`. */
static il_status slopes(il_reference *reference, const il_case *c, const il_program *program, const real *origin,
                        il_error *error) {
  il_loss loss;
  il_status status = open_reference(reference, c, error);
  if (status != IL_OK) return status;
  status = open_loss(&loss, c, program, error);
  if (status != IL_OK) return status;
  set_origin(&loss, origin);
  for (size_t i = 0; i < c->n; i++) {
    il_slope slope = slope_of(&loss, c->at[i]);
    reference->value[i] = slope.value;
    reference->uncertainty[i] = slope.uncertainty;
    reference->left_out[i] = (unsigned char)slope.left_out;
  }
  return IL_OK;
}

/* ---- displacement ---- */

/* The inner loop in plain arithmetic at the n coordinates: as it is, and with every gradient off by its uncertainty. */
typedef struct il_plain_loop {
  double *gradient, *phi, *state; /* [n], [n], optimiser state of n parameters */
  double *other_gradient, *other, *other_state;
} il_plain_loop;

/* Whether the inner loop moves coordinate `at` of the flat vector. */
static bool adapts(const il_parameters *parameters, size_t at) {
  int i = parameters->count - 1;
  while (parameters->at[i].offset > at) i--;
  return parameters->at[i].adapted;
}

/* The optimiser's state of the n coordinates before the task: a part of the case's, or that before the first step. */
static void begin_state(double *state, const il_case *c) {
  const il_optimiser_options *rule = &c->config->inner.rule;
  const il_optimiser *optimiser = il_optimiser_of(rule);
  size_t moments = (size_t)optimiser->moments(rule), powers = (size_t)optimiser->powers(rule);
  bool carried = c->config->inner.state == IL_STATE_CARRY;
  const real *before = c->state + c->learner.carried.size;
  for (size_t m = 0; m < moments; m++)
    for (size_t i = 0; i < c->n; i++) state[m * c->n + i] = carried ? (double)before[m * c->size + c->at[i]] : 0;
  for (size_t p = 0; p < powers; p++) state[moments * c->n + p] = carried ? (double)before[moments * c->size + p] : 1;
}

static il_status open_plain(il_plain_loop *plain, const il_case *c, il_error *error) {
  size_t state = il_optimiser_state_size(&c->config->inner.rule, c->n) + 1;
  double **const at[] = {&plain->gradient,       &plain->phi,   &plain->state,
                         &plain->other_gradient, &plain->other, &plain->other_state};
  for (int i = 0; i < 6; i++) {
    size_t size = i % 3 == 2 ? state : c->n;
    *at[i] = il_arena_get(c->arena, size, sizeof(double));
    if (!*at[i]) return il_fail_memory(error, "a proof", size * sizeof(double));
  }
  for (size_t i = 0; i < c->n; i++) plain->phi[i] = plain->other[i] = (double)c->theta[c->at[i]];
  begin_state(plain->state, c);
  begin_state(plain->other_state, c);
  return IL_OK;
}

/* Where step `step` takes its gradient. With every coordinate at hand: where the plain loop is. Else the coordinates
 * that are not looked at come from the program itself, stopped after `step` steps: each step is proved from where
 * that was. */
static il_status arrive(real *point, const il_case *c, const il_plain_loop *plain, int step, il_error *error) {
  memcpy(point, c->theta, c->size * sizeof *point);
  if (c->n == c->size)
    for (size_t i = 0; i < c->n; i++) point[c->at[i]] = (real)plain->phi[i];
  if (c->n == c->size || step == 0) return IL_OK;
  il_inner_options inner = c->config->inner;
  il_training_program training;
  real loss;
  inner.steps = step;
  il_status status = il_learner_training(&training, &c->learner, &inner, c->tasks.shots, c->tasks.queries, true, error);
  if (status != IL_OK) return status;
  real *workspace = il_arena_get(c->arena, il_program_cost(training.program).workspace_reals, sizeof(real));
  il_call call = il_case_call(c, training.program, workspace, c->theta, &loss);
  call.out_parameters = point;
  if (workspace)
    il_learner_run(&call);
  else
    status = il_fail_memory(error, "a proof", 0);
  il_program_free(training.program);
  return status;
}

/* The mini-batch of step `step`, or the support set, as the query set of the evaluation. */
static void show_batch(il_loss *loss, const il_case *c, int step) {
  size_t row = (size_t)step * (size_t)c->buffers.batch;
  loss->call.query_x = c->buffers.batch ? c->buffers.batch_x + row * c->buffers.input : c->buffers.support_x;
  loss->call.query_y = c->buffers.batch ? c->buffers.batch_y + row * c->buffers.output : c->buffers.episode.support_y;
}

/* One step of both plain loops. A coordinate that ever met a kink is left out. */
static void plain_step(il_reference *reference, il_plain_loop *plain, il_loss *loss, const il_case *c) {
  const il_inner_options *inner = &c->config->inner;
  int rows = c->buffers.batch ? c->buffers.batch : c->buffers.support;
  double factor = il_inner_loss_factor(inner, c->learner.kind, c->learner.interface.outputs, rows);
  for (size_t i = 0; i < c->n; i++) {
    plain->gradient[i] = plain->other_gradient[i] = 0;
    if (!adapts(&c->learner.parameters, c->at[i])) continue;
    il_slope slope = slope_of(loss, c->at[i]);
    if (slope.left_out) reference->left_out[i] = (unsigned char)slope.left_out;
    plain->gradient[i] = factor * slope.value + inner->rule.weight_decay * (double)loss->origin[c->at[i]];
    plain->other_gradient[i] = plain->gradient[i] + factor * slope.uncertainty;
  }
  const il_optimiser *optimiser = il_optimiser_of(&inner->rule);
  optimiser->plain(&inner->rule, c->n, plain->phi, plain->gradient, plain->state);
  optimiser->plain(&inner->rule, c->n, plain->other, plain->other_gradient, plain->other_state);
}

static void leave_out_ill_conditioned(il_reference *reference, size_t n) {
  double sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    if (reference->left_out[i]) continue;
    sum += reference->value[i] * reference->value[i];
    count += reference->value[i] != 0;
  }
  double limit = condition_limit * sqrt(sum / (double)(count ? count : 1));
  for (size_t i = 0; i < n; i++)
    if (!reference->left_out[i] && reference->uncertainty[i] > limit) reference->left_out[i] = IL_LEFT_OUT_CONDITION;
}

static il_status displacement(il_reference *reference, const il_case *c, il_error *error) {
  il_loss loss;
  il_plain_loop plain;
  real *point = il_arena_get(c->arena, c->size, sizeof *point);
  if (!point) return il_fail_memory(error, "a proof", c->size * sizeof *point);
  il_status status = open_reference(reference, c, error);
  if (status == IL_OK) status = open_plain(&plain, c, error);
  if (status == IL_OK) status = open_loss(&loss, c, c->judge, error);
  for (int step = 0; status == IL_OK && step < c->config->inner.steps; step++) {
    status = arrive(point, c, &plain, step, error);
    if (status != IL_OK) break;
    show_batch(&loss, c, step);
    set_origin(&loss, point);
    plain_step(reference, &plain, &loss, c);
  }
  if (status != IL_OK) return status;
  for (size_t i = 0; i < c->n; i++) {
    reference->value[i] = (double)c->theta[c->at[i]] - plain.phi[i];
    reference->uncertainty[i] = fabs(plain.other[i] - plain.phi[i]);
  }
  leave_out_ill_conditioned(reference, c->n);
  return IL_OK;
}

il_status il_case_references(il_case *c, il_error *error) {
  if (c->training.kind == IL_DIRECTION_DISPLACEMENT) return displacement(&c->with[IL_REFERENCE_DISPLACEMENT], c, error);
  il_status status = slopes(&c->with[IL_REFERENCE_THROUGH], c, c->through, c->theta, error);
  if (status != IL_OK || !c->direct) return status;
  status = slopes(&c->with[IL_REFERENCE_ADAPTED], c, c->direct, c->adapted, error);
  if (status != IL_OK) return status;
  return slopes(&c->with[IL_REFERENCE_UNADAPTED], c, c->direct, c->theta, error);
}
