/* The proof of a meta-gradient. Every reference is made of loss values only: central differences, and for displacements an
 * inner loop whose gradients are central differences. */
#include "harness/prove.h"

#include <math.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "innerloop/random.h"

/* Differences over h and 4 h agree to rounding and h^2 where the loss is smooth; where they do not, a relu switches in
 * between and the difference says nothing. */
static const double step_size = sizeof(real) == 8 ? 1e-6 : 1e-2;
static const double kink_limit = sizeof(real) == 8 ? 1e-4 : 0.3;
static const double tolerance = sizeof(real) == 8 ? 1e-6 : 3e-2;
static const double small_gradient = 1e-7; /* Adam's first steps divide by it: its sign is noise */

enum { IL_PROOF_COORDINATES = 2048 };

/* A loss as a function of P parameters on one episode. */
typedef struct il_loss {
  const il_program *program;
  real *workspace;
  real *slots[IL_SLOTS_MAX];
  real *point; /* [P] scratch: where the loss is asked for */
  size_t size;
} il_loss;

typedef struct il_case {
  const il_session *session;
  const il_algorithm_config *config;
  il_arena *arena;
  il_learner learner;
  il_view view;
  il_training_program training, direct; /* direct: no inner steps */
  il_program *judge;                    /* the loss of one mini-batch, given as a query set */
  size_t size;
  real *theta, *direction, *adapted, *scratch;
  real loss;
  real *sink; /* outputs nobody reads */
} il_case;

static double value_at(il_loss *loss, const real *origin, size_t coordinate, double by) {
  memcpy(loss->point, origin, loss->size * sizeof(real));
  loss->point[coordinate] = (real)((double)loss->point[coordinate] + by);
  il_program_run(loss->program, loss->workspace, loss->slots);
  return (double)*loss->slots[IL_SLOT_OUT_LOSS];
}

/* d loss / d origin[coordinate]; 0 is returned, and *smooth cleared, where a kink is near. */
static double slope(il_loss *loss, const real *origin, size_t coordinate, int *smooth) {
  double near = (value_at(loss, origin, coordinate, step_size) - value_at(loss, origin, coordinate, -step_size)) /
                (2 * step_size);
  double far =
      (value_at(loss, origin, coordinate, 4 * step_size) - value_at(loss, origin, coordinate, -4 * step_size)) /
      (8 * step_size);
  *smooth = fabs(near - far) <= kink_limit * (fabs(near) + kink_limit);
  return *smooth ? near : 0;
}

static il_status open_loss(il_loss *loss, const il_case *c, const il_program *program, il_error *error) {
  *loss = (il_loss){.program = program, .size = c->size};
  loss->workspace = il_arena_get(c->arena, il_program_cost(program).workspace_reals, sizeof(real));
  loss->point = il_arena_get(c->arena, c->size, sizeof(real));
  real *value = il_arena_get(c->arena, 1, sizeof(real));
  if (!loss->workspace || !loss->point || !value) return il_fail_memory(error, "a proof", c->size * sizeof(real));
  il_view_slots(&c->view, loss->slots, 0);
  loss->slots[IL_SLOT_PARAMETERS] = loss->point;
  loss->slots[IL_SLOT_OUT_LOSS] = value;
  loss->slots[IL_SLOT_OUT_DIRECTION] = loss->slots[IL_SLOT_OUT_PARAMETERS] = loss->slots[IL_SLOT_OUT_PREDICTION] =
      c->sink;
  loss->slots[IL_SLOT_STATE] = loss->slots[IL_SLOT_OUT_STATE] = c->scratch;
  return IL_OK;
}

/* Relative error of the direction against slopes of `program` at `origin`. */
static il_status compare_slopes(double *relative, il_proof *proof, const il_case *c, const il_program *program,
                                const real *origin, il_error *error) {
  il_loss loss;
  il_status status = open_loss(&loss, c, program, error);
  if (status != IL_OK) return status;
  size_t stride = c->size / IL_PROOF_COORDINATES + 1;
  double wrong = 0, norm = 0;
  proof->coordinates = proof->skipped = 0;
  for (size_t i = 0; i < c->size; i += stride) {
    int smooth;
    double reference = slope(&loss, origin, i, &smooth);
    proof->coordinates += smooth;
    proof->skipped += !smooth;
    if (!smooth) continue;
    double difference = (double)c->direction[i] - reference;
    wrong += difference * difference;
    norm += reference * reference;
  }
  *relative = norm > 0 ? sqrt(wrong / norm) : (wrong > 0 ? INFINITY : 0);
  return IL_OK;
}

static int is_adam(const il_optimiser_options *rule) {
  return strcmp(il_optimiser_names[rule->optimiser], "adam") == 0;
}

/* One step of the inner optimiser in plain loops: an implementation of its own, not the engine's. */
static void plain_step(const il_optimiser_options *rule, int step, size_t size, real *phi, const double *gradient,
                       double *first, double *second) {
  int adam = is_adam(rule);
  double share = step > 0 && rule->momentum != 0 ? 1 - rule->dampening : 1;
  for (size_t i = 0; i < size; i++) {
    double g = gradient[i];
    if (!adam) {
      first[i] = rule->momentum * first[i] + share * g;
      phi[i] = (real)((double)phi[i] - rule->learning_rate * first[i]);
      continue;
    }
    first[i] = rule->beta1 * first[i] + (1 - rule->beta1) * g;
    second[i] = rule->beta2 * second[i] + (1 - rule->beta2) * g * g;
    double m = first[i] / (1 - pow(rule->beta1, step + 1)), v = second[i] / (1 - pow(rule->beta2, step + 1));
    phi[i] = (real)((double)phi[i] - rule->learning_rate * m / (sqrt(v) + rule->epsilon));
  }
}

/* Whether the inner loop moves coordinate `at` of the flat vector. */
static bool adapts(const il_parameters *parameters, size_t at) {
  int i = parameters->count - 1;
  while (parameters->at[i].offset > at) i--;
  return parameters->at[i].adapted;
}

/* Relative error of the direction against theta - phi, phi from inner steps on differences. Coordinates that ever met a kink,
 * or whose gradient is too small to have a sign, are left out. */
static il_status compare_displacement(il_proof *proof, const il_case *c, il_error *error) {
  il_loss loss;
  const il_inner_options *inner = &c->config->inner;
  double *memory = il_arena_get(c->arena, 3 * c->size, sizeof *memory);
  char *doubtful = il_arena_get(c->arena, c->size, 1);
  real *phi = il_arena_get(c->arena, c->size, sizeof *phi);
  if (!memory || !doubtful || !phi) return il_fail_memory(error, "a proof", 4 * c->size * sizeof(real));
  il_status status = open_loss(&loss, c, c->judge, error);
  if (status != IL_OK) return status;
  int adam = is_adam(&inner->rule);
  int rows = c->view.batch ? c->view.batch : c->view.support;
  double factor = il_inner_loss_factor(inner, c->learner.kind, c->learner.interface.outputs, rows);
  double *gradient = memory, *first = memory + c->size, *second = first + c->size;
  memcpy(phi, c->theta, c->size * sizeof *phi);
  for (int step = 0; step < inner->steps; step++) {
    size_t row = (size_t)step * (size_t)c->view.batch;
    loss.slots[IL_SLOT_QUERY_X] = c->view.batch ? c->view.batch_x + row * c->view.input : c->view.support_x;
    loss.slots[IL_SLOT_QUERY_Y] = c->view.batch ? c->view.batch_y + row * c->view.output : c->view.episode.support_y;
    for (size_t i = 0; i < c->size; i++) {
      int smooth = 1;
      double decay = inner->rule.weight_decay * (double)phi[i];
      gradient[i] = adapts(&c->learner.parameters, i) ? factor * slope(&loss, phi, i, &smooth) + decay : 0;
      if (!smooth || (adam && fabs(gradient[i]) < small_gradient)) doubtful[i] = 1;
    }
    plain_step(&inner->rule, step, c->size, phi, gradient, first, second);
  }
  double wrong = 0, norm = 0;
  proof->coordinates = proof->skipped = 0;
  for (size_t i = 0; i < c->size; i++) {
    double reference = (double)c->theta[i] - (double)phi[i], difference = (double)c->direction[i] - reference;
    proof->skipped += doubtful[i];
    proof->coordinates += !doubtful[i];
    if (doubtful[i]) continue;
    wrong += difference * difference;
    norm += reference * reference;
  }
  proof->displacement_error = norm > 0 ? sqrt(wrong / norm) : (wrong > 0 ? INFINITY : 0);
  return IL_OK;
}

static il_status open_case(il_case *c, const il_session *session, int algorithm, il_error *error) {
  c->session = session;
  c->config = &session->experiment->algorithms[algorithm];
  il_task_size size = il_session_training_size(session, algorithm);
  il_inner_options none = c->config->inner;
  none.steps = 0;
  il_status status = il_session_learner(&c->learner, session, algorithm, error);
  if (status != IL_OK) return status;
  c->size = c->learner.parameters.size;
  status = il_view_new(&c->view, session->training[algorithm], &c->learner, &c->config->inner, size, IL_VIEW_TRAINING,
                       c->arena, error);
  if (status != IL_OK) return status;
  status = il_learner_training(&c->training, &c->learner, &c->config->inner, size.shots, size.queries, true, error);
  if (status != IL_OK) return status;
  if (c->training.kind != IL_DIRECTION_DISPLACEMENT) {
    status = il_learner_training(&c->direct, &c->learner, &none, size.shots, size.queries, true, error);
  } else {
    int rows = c->view.batch ? c->view.batch : c->view.support;
    status = il_learner_judgement(&c->judge, &c->learner, size.shots, rows, error);
  }
  return status;
}

/* Draws the episode, moves the initial parameters off their symmetries and computes the direction. */
static il_status run_case(il_case *c, il_error *error) {
  size_t rows = (size_t)(c->view.query > c->view.support ? c->view.query : c->view.support);
  size_t sink = c->size > rows * c->view.output ? c->size : rows * c->view.output;
  size_t state = il_learner_state_size(&c->learner, &c->config->inner.rule);
  real **const at[] = {&c->theta, &c->direction, &c->adapted, &c->sink, &c->scratch};
  const size_t sizes[] = {c->size, c->size, c->size, sink, 2 * state + 2};
  for (int i = 0; i < 5; i++) {
    *at[i] = il_arena_get(c->arena, sizes[i], sizeof(real));
    if (!*at[i]) return il_fail_memory(error, "a proof", sizes[i] * sizeof(real));
  }
  real *workspace = il_arena_get(c->arena, il_program_cost(c->training.program).workspace_reals, sizeof(real));
  if (!workspace) return il_fail_memory(error, "a proof", 0);
  uint64_t seed = c->session->experiment->seeds[0];
  il_stream stream = il_stream_open(seed, IL_PURPOSE_BOOTSTRAP, 0);
  il_parameters_initialise(c->theta, &c->learner.parameters, seed);
  for (size_t i = 0; i < c->size; i++) c->theta[i] += (real)(0.1f * il_random_normal(&stream));
  il_view_draw(&c->view, IL_SPLIT_TRAIN, seed, 0);
  il_learner_state_reset(c->scratch, &c->learner, &c->config->inner.rule);
  real *slots[IL_SLOTS_MAX] = {0};
  il_view_slots(&c->view, slots, 0);
  slots[IL_SLOT_PARAMETERS] = c->theta;
  slots[IL_SLOT_STATE] = c->scratch;
  slots[IL_SLOT_OUT_STATE] = c->scratch + state;
  slots[IL_SLOT_OUT_DIRECTION] = c->direction;
  slots[IL_SLOT_OUT_PARAMETERS] = c->adapted;
  slots[IL_SLOT_OUT_LOSS] = &c->loss;
  il_program_run(c->training.program, workspace, slots);
  return IL_OK;
}

static void conclude(il_proof *proof) {
  int exact = proof->gradient_error < tolerance, first = proof->first_order_error < tolerance;
  int inner = proof->inner_steps > 0;
  static const il_finding honest[] = {[IL_DIRECTION_GRADIENT] = IL_FINDING_SECOND_ORDER,
                                      [IL_DIRECTION_FIRST_ORDER] = IL_FINDING_FIRST_ORDER,
                                      [IL_DIRECTION_DISPLACEMENT] = IL_FINDING_DISPLACEMENT};
  if (exact)
    proof->finding = inner ? IL_FINDING_SECOND_ORDER : IL_FINDING_EXACT;
  else if (first)
    proof->finding = IL_FINDING_FIRST_ORDER;
  else if (proof->displacement_error < tolerance)
    proof->finding = IL_FINDING_DISPLACEMENT;
  int enough = proof->coordinates > 9 * proof->skipped;
  proof->claim_holds = enough && (proof->finding == honest[proof->claimed] || (exact && !inner));
  if (!enough) proof->finding = IL_FINDING_WRONG;
}

static il_status examine(il_proof *proof, il_case *c, il_error *error) {
  proof->claimed = c->training.kind;
  proof->loss = (double)c->loss;
  if (proof->claimed == IL_DIRECTION_DISPLACEMENT) return compare_displacement(proof, c, error);
  il_status status = compare_slopes(&proof->first_order_error, proof, c, c->direct.program, c->adapted, error);
  if (status != IL_OK) return status;
  return compare_slopes(&proof->gradient_error, proof, c, c->training.program, c->theta, error);
}

il_status il_prove(il_proof *proof, il_proof_arrays *arrays, const il_session *session, int algorithm, il_arena *arena,
                   il_error *error) {
  il_status status = IL_OK;
  il_case c = {.arena = arena};
  const il_algorithm_config *config = &session->experiment->algorithms[algorithm];
  *proof = (il_proof){.finding = config->algorithm->build ? IL_FINDING_WRONG : IL_FINDING_UNTRAINED,
                      .claim_holds = config->algorithm->build == NULL,
                      .tolerance = tolerance,
                      .gradient_error = NAN,
                      .first_order_error = NAN,
                      .displacement_error = NAN,
                      .inner_steps = config->inner.steps};
  if (!config->algorithm->build) return IL_OK;
  IL_TRY(open_case(&c, session, algorithm, error));
  IL_TRY(run_case(&c, error));
  IL_TRY(examine(proof, &c, error));
  if (memcmp(c.theta, c.adapted, c.size * sizeof(real)) == 0) proof->inner_steps = 0;
  conclude(proof);
  proof->parameters = c.size;
  if (arrays)
    *arrays = (il_proof_arrays){c.size,
                                c.view.support,
                                c.view.query,
                                c.view.input,
                                c.view.output,
                                c.theta,
                                c.direction,
                                c.adapted,
                                c.view.support_x,
                                c.view.episode.support_y,
                                c.view.query_x,
                                c.view.episode.query_y,
                                c.loss};
done:
  il_program_free(c.training.program);
  il_program_free(c.direct.program);
  il_program_free(c.judge);
  return status;
}

static const char *finding_text(il_finding finding) {
  static const char *const texts[] = {
#define IL_FINDING_TEXT(name, text) text,
      IL_FINDING_MAP(IL_FINDING_TEXT)
#undef IL_FINDING_TEXT
  };
  return texts[finding];
}

void il_proof_print(const il_proof *proof, const char *label, FILE *file) {
  static const char *const claims[] = {[IL_DIRECTION_GRADIENT] = "the exact gradient",
                                       [IL_DIRECTION_FIRST_ORDER] = "a first-order gradient",
                                       [IL_DIRECTION_DISPLACEMENT] = "a displacement"};
  fprintf(file, "%s: %s\n", label, finding_text(proof->finding));
  if (proof->finding == IL_FINDING_UNTRAINED) return;
  if (!isnan(proof->gradient_error))
    fprintf(file, "  against differences of the loss after %d inner steps, by theta: relative error %.2g\n",
            proof->inner_steps, proof->gradient_error);
  if (!isnan(proof->first_order_error))
    fprintf(file, "  against differences of the same loss, by the adapted parameters: relative error %.2g\n",
            proof->first_order_error);
  if (!isnan(proof->displacement_error))
    fprintf(file,
            "  against theta - phi after %d inner steps on differences of the mini-batch losses: relative error %.2g\n",
            proof->inner_steps, proof->displacement_error);
  fprintf(file,
          "  %s precision, tolerance %.0e, %d coordinates compared, %d left out at kinks, %zu parameters; claims to be "
          "%s\n",
          IL_REAL_NAME, proof->tolerance, proof->coordinates, proof->skipped, proof->parameters,
          claims[proof->claimed]);
}
