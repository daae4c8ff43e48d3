/* What algorithms are written with: the symbolic task, its losses and the steps of the inner loop. */
#include "algorithms/learner.h"
#include "algorithms/optimiser.h"
#include "innerloop/algorithm.h"

il_value il_task_predict(const il_task *task, const il_values *parameters, il_value x) {
  return task->model->build(task->graph, task->model_options, &task->interface, parameters, x);
}

il_value il_task_loss(const il_task *task, const il_values *parameters, il_value x, il_value y) {
  il_value prediction = il_task_predict(task, parameters, x);
  return task->kind == IL_CLASSIFICATION ? il_cross_entropy(task->graph, prediction, y)
                                         : il_mean_squared_error(task->graph, prediction, y);
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

il_values il_inner_step(const il_task *task, const il_values *phi, const il_values *gradient, il_values *state) {
  const il_optimiser_options *rule = &task->inner->rule;
  il_values next = *phi;
  il_value rate = il_constant(task->graph, il_shape_scalar(), rule->learning_rate);
  il_optimiser_of(rule)->update(task->graph, rule, rate, &next, gradient, state);
  return next;
}

il_values il_inner_loop(il_build *build, const il_task *task, bool first_order) {
  il_graph *graph = task->graph;
  il_values phi = task->theta;
  build->state = task->state;
  if (build->state.count == 0) build->state = il_optimiser_initial(graph, &task->inner->rule, &task->theta);
  for (int step = 0; step < task->inner->steps; step++) {
    il_value x, y;
    il_task_batch(task, step, &x, &y);
    build->loss = il_task_loss(task, &phi, x, y);
    il_values gradient = il_gradient(graph, build->loss, &phi);
    if (first_order) gradient = il_stop_gradients(graph, &gradient);
    phi = il_inner_step(task, &phi, &gradient, &build->state);
  }
  build->adapted = phi;
  return phi;
}

void il_build_pooled(il_build *build, const il_task *task) {
  build->kind = IL_DIRECTION_GRADIENT;
  build->adapted = task->theta;
  build->loss = il_task_loss(task, &task->theta, task->support_x, task->support_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}
