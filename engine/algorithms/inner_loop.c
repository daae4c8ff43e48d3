/* What algorithms are written with: the symbolic task, its losses and the steps of the inner loop. */
#include "algorithms/learner.h"
#include "algorithms/optimiser.h"
#include "innerloop/algorithm.h"

il_value il_task_predict(const il_task *task, const il_values *parameters, il_value x) {
  return task->model->build(task->graph, task->model_options, &task->interface, parameters, x);
}

il_value il_loss_of(il_graph *graph, const il_task_kind *kind, il_value prediction, il_value target) {
  il_shape made = il_shape_of(graph, prediction), wanted = il_shape_of(graph, target);
  if (prediction < 0 || !il_shape_equal(&made, &wanted))
    return il_graph_fail(graph, IL_INVALID, "a prediction of rank %d, %d x %d; expected rank %d, %d x %d", made.rank,
                         made.dims[0], made.dims[1], wanted.rank, wanted.dims[0], wanted.dims[1]);
  return kind->loss(graph, prediction, target);
}

il_value il_task_loss(const il_task *task, const il_values *parameters, il_value x, il_value y) {
  return il_loss_of(task->graph, task->kind, task->predict(task, parameters, x), y);
}

void il_task_batch(const il_task *task, int step, il_value *x, il_value *y) {
  *x = task->support_x;
  *y = task->support_y;
  if (task->batch_rows == 0) return;
  size_t rows = (size_t)step * (size_t)task->batch_rows;
  il_shape shape_x = il_shape_of(task->graph, task->support_x), shape_y = il_shape_of(task->graph, task->support_y);
  shape_x.dims[0] = shape_y.dims[0] = task->batch_rows;
  size_t width_x = il_shape_size(&shape_x) / (size_t)task->batch_rows;
  *x = il_input(task->graph, IL_SLOT_BATCH_X, rows * width_x, shape_x);
  *y = il_input(task->graph, IL_SLOT_BATCH_Y, rows * (size_t)shape_y.dims[1], shape_y);
}

double il_inner_loss_factor(const il_inner_options *inner, const il_task_kind *kind, int outputs, int rows) {
  const double factors[] = {
      [IL_LOSS_MEAN] = 1, [IL_LOSS_PER_CLASS_SUM] = kind->targets == IL_CLASSES ? outputs : 1, [IL_LOSS_SUM] = rows};
  return factors[inner->loss_scale];
}

il_values il_inner_gradient(const il_task *task, const il_values *phi, il_value x, il_value y, il_value *loss) {
  il_graph *graph = task->graph;
  il_values moving = {0}, gradient = {.count = phi->count};
  il_shape targets = il_shape_of(graph, y);
  il_value mean = il_task_loss(task, phi, x, y);
  for (int i = 0; i < phi->count; i++)
    if (task->parameters->at[i].adapted) il_values_append(graph, &moving, phi->at[i]);
  double factor = il_inner_loss_factor(task->inner, task->kind, targets.dims[1], targets.dims[0]);
  il_values slopes = il_gradient(graph, il_scale(graph, mean, factor), &moving);
  moving = il_optimiser_slopes(graph, &task->inner->rule, &moving, &slopes);
  for (int i = 0, next = 0; i < phi->count; i++)
    gradient.at[i] = task->parameters->at[i].adapted ? moving.at[next++] : IL_NO_VALUE;
  if (loss) *loss = mean;
  return gradient;
}

/* The parameters that move, and where the moments of the state lie that belong to them. */
typedef struct il_moving {
  int all, count;           /* parameters, those that move */
  int index[IL_VALUES_MAX]; /* [count] */
  int moments, powers;
} il_moving;

static il_moving moving_of(const il_optimiser_options *rule, const il_values *gradient) {
  const il_optimiser *optimiser = il_optimiser_of(rule);
  il_moving moving = {.all = gradient->count, .moments = optimiser->moments(rule), .powers = optimiser->powers(rule)};
  for (int i = 0; i < gradient->count; i++)
    if (gradient->at[i] != IL_NO_VALUE) moving.index[moving.count++] = i;
  return moving;
}

static il_values pick(const il_moving *moving, const il_values *all) {
  il_values picked = {.count = moving->count};
  for (int i = 0; i < moving->count; i++) picked.at[i] = all->at[moving->index[i]];
  return picked;
}

/* Copies the state of the moving parameters out of the whole state, or back into it. */
static void exchange_state(const il_moving *moving, il_values *part, il_values *whole, bool back) {
  int moments = moving->moments * moving->count;
  for (int i = 0; i < moments + moving->powers; i++) {
    int moment = i < moments ? i / moving->count : moving->moments;
    int at = moment * moving->all + (i < moments ? moving->index[i % moving->count] : i - moments);
    *(back ? &whole->at[at] : &part->at[i]) = back ? part->at[i] : whole->at[at];
  }
  part->count = moments + moving->powers;
}

il_values il_inner_step(const il_task *task, const il_values *phi, const il_values *gradient, il_values *state) {
  const il_optimiser_options *rule = &task->inner->rule;
  il_moving moving = moving_of(rule, gradient);
  il_values next = *phi, part = pick(&moving, phi), slopes = pick(&moving, gradient), part_state = {0};
  il_value rate = il_constant(task->graph, il_shape_scalar(), rule->learning_rate);
  if (state->count != moving.moments * moving.all + moving.powers) {
    il_graph_fail(task->graph, IL_INVALID, "an inner step with a state of %d values; expected %d", state->count,
                  moving.moments * moving.all + moving.powers);
    return next;
  }
  exchange_state(&moving, &part_state, state, false);
  il_optimiser_of(rule)->update(task->graph, rule, rate, &part, &slopes, &part_state);
  exchange_state(&moving, &part_state, state, true);
  for (int i = 0; i < moving.count; i++) next.at[moving.index[i]] = part.at[i];
  return next;
}

il_values il_task_role(const il_task *task, const il_values *values, il_role role) {
  il_values picked = {0};
  for (int i = 0; i < values->count && i < task->parameters->count; i++)
    if (task->parameters->at[i].role == role) il_values_append(task->graph, &picked, values->at[i]);
  return picked;
}

il_values il_task_step(const il_task *task, const il_values *phi, il_values *state, il_value x, il_value y,
                       bool first_order, il_value *loss) {
  if (task->algorithm->adapt) {
    if (loss) *loss = il_task_loss(task, phi, x, y);
    return task->algorithm->adapt(task, phi, state, x, y);
  }
  il_values gradient = il_inner_gradient(task, phi, x, y, loss);
  if (first_order) gradient = il_stop_gradients(task->graph, &gradient);
  return il_inner_step(task, phi, &gradient, state);
}

il_values il_inner_loop(il_build *build, const il_task *task, bool first_order) {
  il_task at = *task;
  il_values phi = task->theta;
  build->state = task->state;
  if (build->state.count == 0) build->state = il_optimiser_initial(task->graph, &task->inner->rule, &task->theta);
  for (int step = 0; step < task->inner->steps; step++) {
    il_value x, y;
    il_task_batch(task, step, &x, &y);
    if (task->algorithm->adapt) at.step = il_constant(task->graph, il_shape_scalar(), step);
    phi = il_task_step(&at, &phi, &build->state, x, y, first_order, &build->loss);
  }
  if (task->inner->steps == 0) build->loss = il_task_loss(task, &phi, task->support_x, task->support_y);
  build->adapted = phi;
  return phi;
}

void il_build_displacement(il_build *build, const il_task *task) {
  il_values phi = il_inner_loop(build, task, true);
  build->kind = IL_DIRECTION_DISPLACEMENT;
  build->direction = il_differences(task->graph, &task->theta, &phi);
}

void il_build_joint(il_build *build, const il_task *task) {
  build->kind = IL_DIRECTION_GRADIENT;
  build->adapted = task->theta;
  build->loss = il_task_loss(task, &task->theta, task->support_x, task->support_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}
