/* Building and compiling the programs of a learner. */
#include "algorithms/learner.h"

#include <string.h>

#include "algorithms/optimiser.h"

/* Outputs of a program while it is assembled. */
typedef struct il_outputs {
  int count;
  il_output at[3 * IL_VALUES_MAX + 4];
} il_outputs;

static void put(il_outputs *outputs, il_value value, int slot, size_t offset) {
  outputs->at[outputs->count++] = (il_output){value, slot, offset};
}

static void put_parameters(il_outputs *outputs, const il_learner *learner, const il_values *values, int slot) {
  for (int i = 0; i < values->count; i++) put(outputs, values->at[i], slot, learner->parameters.at[i].offset);
}

/* State values lie one after the other, moment by moment, each in the flat order of the parameters. */
static void put_state(il_outputs *outputs, const il_graph *graph, const il_values *state, int slot) {
  size_t offset = 0;
  for (int i = 0; i < state->count; i++) {
    il_shape shape = il_shape_of(graph, state->at[i]);
    put(outputs, state->at[i], slot, offset);
    offset += il_shape_size(&shape);
  }
}

static il_status compile(il_program **program, il_graph *graph, const il_outputs *outputs, const il_learner *learner,
                         il_error *error) {
  return il_compile(program, graph, outputs->at, outputs->count, learner->kernels, learner->mode, error);
}

static il_values parameter_inputs(il_graph *graph, const il_parameters *parameters) {
  il_values theta = {.count = parameters->count};
  for (int i = 0; i < parameters->count; i++)
    theta.at[i] = il_input(graph, IL_SLOT_PARAMETERS, parameters->at[i].offset, parameters->at[i].shape);
  return theta;
}

static il_values state_inputs(il_graph *graph, const il_learner *learner, const il_optimiser_options *rule,
                              const il_values *theta) {
  size_t offsets[IL_VALUES_MAX];
  for (int i = 0; i < theta->count; i++) offsets[i] = learner->parameters.at[i].offset;
  return il_optimiser_inputs(graph, rule, theta, offsets, learner->parameters.size, IL_SLOT_STATE, 0);
}

static il_value example_inputs(il_graph *graph, const il_learner *learner, int slot, int rows) {
  il_shape shape = {.rank = learner->interface.input.rank + 1, .dims = {rows}};
  for (int i = 0; i + 1 < shape.rank; i++) shape.dims[i + 1] = learner->interface.input.dims[i];
  return il_input(graph, slot, 0, shape);
}

static il_value target_inputs(il_graph *graph, const il_learner *learner, int slot, int rows) {
  return il_input(graph, slot, 0, il_shape_matrix(rows, learner->interface.outputs));
}

static void open_task(il_task *task, il_graph *graph, const il_learner *learner, const il_inner_options *inner,
                      int shots, int queries) {
  int support = learner->ways * shots, query = learner->ways * queries;
  *task = (il_task){.graph = graph,
                    .model = learner->model,
                    .model_options = learner->model_options,
                    .parameters = &learner->parameters,
                    .interface = learner->interface,
                    .kind = learner->kind,
                    .predict = learner->algorithm->predict ? learner->algorithm->predict : il_task_predict,
                    .options = learner->options,
                    .inner = inner,
                    .batch_rows = il_learner_batch_rows(inner, support)};
  task->theta = parameter_inputs(graph, &learner->parameters);
  task->support_x = example_inputs(graph, learner, IL_SLOT_SUPPORT_X, support);
  task->support_y = target_inputs(graph, learner, IL_SLOT_SUPPORT_Y, support);
  task->query_x = example_inputs(graph, learner, IL_SLOT_QUERY_X, query);
  task->query_y = target_inputs(graph, learner, IL_SLOT_QUERY_Y, query);
}

int il_learner_batch_rows(const il_inner_options *inner, int rows) {
  return inner->batch > 0 && inner->batch < rows ? inner->batch : 0;
}

il_status il_learner_interface(il_interface *interface, const il_algorithm *algorithm, const il_suite_info *suite,
                               il_error *error) {
  *interface = suite->interface;
  if (!algorithm->task_parameters) return IL_OK;
  if (suite->task_parameters == 0 || suite->interface.input.rank != 1)
    return il_fail(error, IL_INVALID, "%s needs a suite of vectors that has task parameters; this one has none",
                   algorithm->name);
  interface->input.dims[0] += suite->task_parameters;
  return IL_OK;
}

il_status il_learner_prepare(il_learner *learner, il_error *error) {
  memset(&learner->parameters, 0, sizeof learner->parameters);
  return learner->model->parameters(&learner->parameters, learner->model_options, &learner->interface, error);
}

il_status il_learner_training(il_training_program *training, const il_learner *learner, const il_inner_options *inner,
                              int shots, int queries, bool adapted, il_error *error) {
  *training = (il_training_program){0};
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_task task;
  il_build build = {.loss = IL_NO_VALUE};
  il_outputs outputs = {0};
  open_task(&task, graph, learner, inner, shots, queries);
  bool carry = inner->state == IL_STATE_CARRY && il_optimiser_state_size(&inner->rule, learner->parameters.size) > 0;
  if (carry) task.state = state_inputs(graph, learner, &inner->rule, &task.theta);
  learner->algorithm->build(&build, &task, learner->options);
  put_parameters(&outputs, learner, &build.direction, IL_SLOT_OUT_DIRECTION);
  put(&outputs, build.loss, IL_SLOT_OUT_LOSS, 0);
  if (carry && build.state.count) {
    put_state(&outputs, graph, &build.state, IL_SLOT_OUT_STATE);
    training->state = il_optimiser_state_size(&inner->rule, learner->parameters.size);
  }
  if (adapted) put_parameters(&outputs, learner, &build.adapted, IL_SLOT_OUT_PARAMETERS);
  training->kind = build.kind;
  il_status status = compile(&training->program, graph, &outputs, learner, error);
  il_graph_free(graph);
  return status;
}

static il_values default_adapt(const il_task *task, const il_values *phi, il_values *state, il_value x, il_value y) {
  il_values gradient = il_inner_gradient(task, phi, x, y, NULL);
  return il_inner_step(task, phi, &gradient, state);
}

il_status il_learner_adaptation(il_program **program, const il_learner *learner, const il_inner_options *adapt,
                                int shots, il_error *error) {
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_task task;
  il_outputs outputs = {0};
  il_value x, y;
  open_task(&task, graph, learner, adapt, shots, 1);
  il_values state = state_inputs(graph, learner, &adapt->rule, &task.theta);
  il_task_batch(&task, 0, &x, &y);
  il_values phi =
      (learner->algorithm->adapt ? learner->algorithm->adapt : default_adapt)(&task, &task.theta, &state, x, y);
  put_parameters(&outputs, learner, &phi, IL_SLOT_OUT_PARAMETERS);
  put_state(&outputs, graph, &state, IL_SLOT_OUT_STATE);
  il_status status = compile(program, graph, &outputs, learner, error);
  il_graph_free(graph);
  return status;
}

il_status il_learner_judgement(il_program **program, const il_learner *learner, int shots, int rows, il_error *error) {
  static const il_inner_options none = {0};
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_task task;
  il_outputs outputs = {0};
  open_task(&task, graph, learner, &none, shots, 1);
  il_value prediction = task.predict(&task, &task.theta, example_inputs(graph, learner, IL_SLOT_QUERY_X, rows));
  il_value target = target_inputs(graph, learner, IL_SLOT_QUERY_Y, rows);
  put(&outputs, il_loss_of(graph, learner->kind, prediction, target), IL_SLOT_OUT_LOSS, 0);
  put(&outputs, prediction, IL_SLOT_OUT_PREDICTION, 0);
  il_status status = compile(program, graph, &outputs, learner, error);
  il_graph_free(graph);
  return status;
}

il_status il_learner_prediction(il_program **program, const il_learner *learner, int shots, int rows, il_error *error) {
  static const il_inner_options none = {0};
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_task task;
  il_outputs outputs = {0};
  open_task(&task, graph, learner, &none, shots, 1);
  il_value x = example_inputs(graph, learner, IL_SLOT_QUERY_X, rows);
  put(&outputs, task.predict(&task, &task.theta, x), IL_SLOT_OUT_PREDICTION, 0);
  il_status status = compile(program, graph, &outputs, learner, error);
  il_graph_free(graph);
  return status;
}

il_status il_learner_loss(il_program **program, const il_learner *learner, int rows, il_error *error) {
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_outputs outputs = {0};
  il_value prediction = target_inputs(graph, learner, IL_SLOT_QUERY_X, rows);
  il_value target = target_inputs(graph, learner, IL_SLOT_QUERY_Y, rows);
  put(&outputs, il_loss_of(graph, learner->kind, prediction, target), IL_SLOT_OUT_LOSS, 0);
  il_status status = compile(program, graph, &outputs, learner, error);
  il_graph_free(graph);
  return status;
}

il_status il_learner_outer(il_program **program, const il_learner *learner, const il_outer_options *outer,
                           il_error *error) {
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  size_t size = learner->parameters.size, offset = 0;
  il_shape flat = il_shape_vector((int)size);
  il_outputs outputs = {0};
  il_values theta = {.count = 1, .at = {il_input(graph, IL_SLOT_PARAMETERS, 0, flat)}};
  il_values direction = {.count = 1, .at = {il_input(graph, IL_SLOT_DIRECTION, 0, flat)}};
  il_value rate = il_input(graph, IL_SLOT_RATE, 0, il_shape_scalar());
  il_values state = il_optimiser_inputs(graph, &outer->rule, &theta, &offset, size, IL_SLOT_STATE, 0);
  il_optimiser_of(&outer->rule)->update(graph, &outer->rule, rate, &theta, &direction, &state);
  put(&outputs, theta.at[0], IL_SLOT_OUT_PARAMETERS, 0);
  put_state(&outputs, graph, &state, IL_SLOT_OUT_STATE);
  il_status status = compile(program, graph, &outputs, learner, error);
  il_graph_free(graph);
  return status;
}
