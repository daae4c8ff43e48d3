/* Building and compiling the programs of a learner.
 *
 * Example: MAML, mlp 1-40-1 (four parameters, 121 reals), 10 shots, 10 queries, 1 inner step. il_learner_training makes
 * a graph, opens a task in it and lets the algorithm build:
 *
 *   inputs     PARAMETERS offsets 0, 40, 80, 120    theta: four values, all views of one flat vector
 *              SUPPORT_X, SUPPORT_Y [10, 1]         QUERY_X, QUERY_Y [10, 1]
 *   build      g = gradient of the support loss in theta; phi = theta - alpha g; loss = query loss of phi;
 *              direction = gradient of loss in theta, through g: four values of the shapes of theta
 *   check      as many directions as parameters, each of its parameter's shape, the loss a number
 *   outputs    OUT_DIRECTION offsets 0, 40, 80, 120; OUT_LOSS
 *   compile    one program, in which no task's data occur: a run (il_learner_run) gives addresses to the slots
 *
 * Two tasks are two runs of it, with other addresses. Adaptation, evaluation, encoding and the outer step are programs
 * of their own, made in the same way: open a task, take what the algorithm or the model hands back, check it, name the
 * outputs. */
#include "algorithms/learner.h"

#include <string.h>

#include "algorithms/learner_check.h"
#include "algorithms/optimiser.h"

enum { OUTPUTS_MAX = 3 * IL_VALUES_MAX + 4 };

/* Outputs of a program while it is assembled: two lists of parameters, a state, and a few values at most. What an
 * algorithm hands back was counted before (learner_check.h); beyond the room only `count` goes on, and no program is
 * made. */
typedef struct il_outputs {
  int count;
  il_error fault; /* the first value that is not what was expected */
  il_output at[OUTPUTS_MAX];
} il_outputs;

void il_learner_run(const il_call *call) {
  real *slots[IL_SLOTS_MAX] = {0};
#define INPUT(name, field) slots[IL_SLOT_##name] = (real *)call->field;
#define NUMBER(name, field) slots[IL_SLOT_##name] = (real *)&call->field;
  IL_SLOT_INPUT_MAP(INPUT)
  IL_SLOT_NUMBER_MAP(NUMBER)
  IL_SLOT_OUTPUT_MAP(INPUT)
#undef INPUT
#undef NUMBER
  if (call->workers)
    il_program_run_divided(call->program, call->workspace, slots, call->workers);
  else
    il_program_run(call->program, call->workspace, slots);
}

static void put(il_outputs *outputs, il_value value, int slot, size_t offset) {
  if (outputs->count < OUTPUTS_MAX) outputs->at[outputs->count] = (il_output){value, slot, offset};
  outputs->count++;
}

static void put_parameters(il_outputs *outputs, const il_learner *learner, const il_values *values, int slot) {
  for (int i = 0; i < values->count; i++) put(outputs, values->at[i], slot, learner->parameters.at[i].offset);
}

/* State values lie one after the other from `offset` on, moment by moment, each in the flat order of the parameters. */
static void put_state(il_outputs *outputs, const il_graph *graph, const il_values *state, int slot, size_t offset) {
  for (int i = 0; i < state->count; i++) {
    il_shape shape = il_shape_of(graph, state->at[i]);
    put(outputs, state->at[i], slot, offset);
    offset += il_shape_size(&shape);
  }
}

/* Compiles the graph and releases it. work: what it is for, in errors. */
static il_status finish(il_program **program, il_graph *graph, const il_outputs *outputs, const il_learner *learner,
                        const char *work, il_error *error) {
  il_error why = {0};
  il_status status = il_check_graph(learner, graph, work, error);
  *program = NULL;
  if (status == IL_OK && outputs->fault.status != IL_OK)
    status = il_fail(error, outputs->fault.status, "%s", outputs->fault.message);
  else if (status == IL_OK && outputs->count > OUTPUTS_MAX)
    status = il_fail(error, IL_INVALID, "algorithm %s, %s: %d values come out; expected at most %d",
                     learner->algorithm->name, work, outputs->count, OUTPUTS_MAX);
  else if (status == IL_OK)
    status = il_compile(program, graph, outputs->at, outputs->count, learner->kernels, learner->mode, &why);
  if (why.message[0]) (void)il_fail(error, status, "algorithm %s, %s: %s", learner->algorithm->name, work, why.message);
  il_graph_free(graph);
  return status;
}

static il_values parameter_inputs(il_graph *graph, const il_parameters *parameters, int slot) {
  il_values theta = {.count = parameters->count};
  for (int i = 0; i < parameters->count; i++)
    theta.at[i] = il_input(graph, slot, parameters->at[i].offset, parameters->at[i].shape);
  return theta;
}

/* Into OUT_PREDICTION, which holds `expected` and no more. */
static void put_checked(il_outputs *outputs, const il_learner *learner, const il_graph *graph, const char *what,
                        il_value value, const il_shape *expected) {
  (void)il_check_value(learner, graph, what, value, expected, &outputs->fault);
  put(outputs, value, IL_SLOT_OUT_PREDICTION, 0);
}

/* Behind the carried values. */
static il_values state_inputs(il_graph *graph, const il_learner *learner, const il_optimiser_options *rule,
                              const il_values *theta) {
  size_t offsets[IL_PARAMETERS_MAX];
  for (int i = 0; i < theta->count; i++) offsets[i] = learner->parameters.at[i].offset;
  return il_optimiser_inputs(graph, rule, theta, offsets, learner->parameters.size, IL_SLOT_STATE,
                             learner->carried.size);
}

static il_shape batch_of(const il_shape *one, int rows) {
  il_shape shape = {.rank = one->rank + 1, .dims = {rows}};
  for (int i = 0; i + 1 < shape.rank; i++) shape.dims[i + 1] = one->dims[i];
  return shape;
}

/* `rows` examples of shape `one`. */
static il_value example_inputs(il_graph *graph, const il_shape *one, int slot, int rows) {
  return il_input(graph, slot, 0, batch_of(one, rows));
}

static il_value target_inputs(il_graph *graph, int outputs, int slot, int rows) {
  return il_input(graph, slot, 0, il_shape_matrix(rows, outputs));
}

/* Whose examples a task holds. */
typedef enum il_stage {
  STAGE_TRAINING, /* as the suite draws them: episodes, or single examples */
  STAGE_JUDGING   /* episodes, as codes where the learner encodes */
} il_stage;

static void open_task(il_task *task, il_graph *graph, const il_learner *learner, il_stage stage,
                      const il_inner_options *inner, int support, int query) {
  bool single = stage == STAGE_TRAINING && learner->form.examples;
  const il_shape *one = stage == STAGE_TRAINING ? &learner->interface.input : &learner->code;
  int outputs = single ? learner->interface.outputs : learner->targets;
  *task = (il_task){.graph = graph,
                    .model = learner->model,
                    .model_options = learner->model_options,
                    .parameters = &learner->parameters,
                    .interface = learner->interface,
                    .kind = learner->kind,
                    .algorithm = learner->algorithm,
                    .predict = learner->algorithm->predict ? learner->algorithm->predict : il_task_predict,
                    .options = learner->options,
                    .sections = &learner->sections,
                    .inner = inner,
                    .own = learner->own,
                    .step = il_constant(graph, il_shape_scalar(), 0),
                    .query_x = IL_NO_VALUE,
                    .query_y = IL_NO_VALUE,
                    .batch_rows = single ? 0 : il_learner_batch_rows(inner, support)};
  task->theta = parameter_inputs(graph, &learner->parameters, IL_SLOT_PARAMETERS);
  task->carried = parameter_inputs(graph, &learner->carried, IL_SLOT_STATE);
  task->start = stage == STAGE_TRAINING ? task->theta : parameter_inputs(graph, &learner->parameters, IL_SLOT_START);
  task->progress = stage == STAGE_TRAINING ? il_input(graph, IL_SLOT_PROGRESS, 0, il_shape_scalar())
                                           : il_constant(graph, il_shape_scalar(), 1);
  task->support_x = example_inputs(graph, one, IL_SLOT_SUPPORT_X, support);
  task->support_y = target_inputs(graph, outputs, IL_SLOT_SUPPORT_Y, support);
  if (single || query == 0) return;
  task->query_x = example_inputs(graph, one, IL_SLOT_QUERY_X, query);
  task->query_y = target_inputs(graph, outputs, IL_SLOT_QUERY_Y, query);
}

/* A graph of its own, task->graph, with a task that is judged: `support` examples, no query set. adapt NULL: no steps.
 * Returns it, or NULL when out of memory. */
static il_graph *open_judging(il_task *task, const il_learner *learner, const il_inner_options *adapt, int support,
                              il_error *error) {
  static const il_inner_options none = {0};
  il_graph *graph = il_graph_new();
  if (graph)
    open_task(task, graph, learner, STAGE_JUDGING, adapt ? adapt : &none, support, 0);
  else
    il_fail_memory(error, "a graph", 0);
  return graph;
}

int il_learner_batch_rows(const il_inner_options *inner, int rows) {
  return inner->batch > 0 && inner->batch < rows ? inner->batch : 0;
}

int il_learner_training_rows(const il_learner *learner, int shots) {
  return learner->form.examples ? learner->form.examples : learner->ways * shots;
}

il_task_form il_learner_form(const il_algorithm *algorithm, const void *options) {
  il_task_form form = {0};
  if (algorithm->shape) algorithm->shape(&form, options);
  return form;
}

static il_status classifier_interface(il_interface *interface, const il_algorithm *algorithm,
                                      const il_suite_info *suite, il_error *error) {
  interface->outputs = suite->example_classes[IL_SPLIT_TRAIN];
  if (suite->kind->targets == IL_CLASSES && interface->outputs > 0) return IL_OK;
  return il_fail_about(error, "option.name", IL_INVALID,
                       "algorithm `%s` trains one classifier of all training classes; expected a classification suite "
                       "with a fixed number of them (glyphs: option `classes`)",
                       algorithm->name);
}

il_status il_learner_interface(il_interface *interface, const il_algorithm *algorithm, const void *options,
                               const il_suite_info *suite, il_error *error) {
  const il_task_form form = il_learner_form(algorithm, options);
  *interface = suite->interface;
  if (form.examples) return classifier_interface(interface, algorithm, suite, error);
  if (!form.context) return IL_OK;
  if (suite->task_parameters == 0 || suite->interface.input.rank != 1)
    return il_fail_about(error, "option.name", IL_INVALID,
                         "algorithm `%s` needs a suite of vectors that has task parameters; this one has none",
                         algorithm->name);
  interface->input.dims[0] += suite->task_parameters;
  return IL_OK;
}

/* The algorithm's own parameters, and the shape of a code, found by building one. */
static il_status prepare_own(il_learner *learner, il_graph *graph, il_error *error) {
  static const il_inner_options none = {0};
  const il_algorithm *algorithm = learner->algorithm;
  il_task task;
  il_status status = IL_OK;
  open_task(&task, graph, learner, STAGE_JUDGING, &none, 1, 0);
  if (algorithm->prepare)
    status = il_check_said(algorithm->prepare(&learner->parameters, &learner->carried, &task, error), "algorithm",
                           algorithm->name, "prepare", error);
  if (status != IL_OK) return status;
  if (algorithm->encode) {
    open_task(&task, graph, learner, STAGE_JUDGING, &none, 1, 0);
    il_value code = algorithm->encode(&task, task.support_x);
    il_shape shape = il_shape_of(graph, code);
    learner->encodes = code != task.support_x;
    if (learner->encodes && shape.rank > 0) {
      learner->code = (il_shape){.rank = shape.rank - 1};
      for (int i = 1; i < shape.rank; i++) learner->code.dims[i - 1] = shape.dims[i];
    }
  }
  return il_check_graph(learner, graph, "what it prepares and encodes", error);
}

il_status il_learner_prepare(il_learner *learner, il_error *error) {
  memset(&learner->parameters, 0, sizeof learner->parameters);
  memset(&learner->carried, 0, sizeof learner->carried);
  learner->encodes = false;
  learner->form = il_learner_form(learner->algorithm, learner->options);
  learner->code = learner->interface.input;
  if (learner->targets == 0) learner->targets = learner->interface.outputs;
  il_error cause = {0};
  il_status status = il_check_said(
      learner->model->parameters(&learner->parameters, learner->model_options, &learner->interface, &cause), "model",
      learner->model->name, "parameters", &cause);
  if (status != IL_OK) return il_fail_of(error, "model", "model", learner->model->name, &cause);
  learner->own = learner->parameters.count;
  if (!(learner->algorithm->prepare || learner->algorithm->encode)) return IL_OK;
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  status = prepare_own(learner, graph, error);
  il_graph_free(graph);
  return status;
}

size_t il_learner_state_size(const il_learner *learner, const il_optimiser_options *rule) {
  return learner->carried.size + il_optimiser_state_size(rule, learner->parameters.size);
}

void il_learner_state_reset(real *state, const il_learner *learner, const il_optimiser_options *rule) {
  il_parameters_initialise(state, &learner->carried, 0);
  if (rule) il_optimiser_reset(state + learner->carried.size, rule, learner->parameters.size);
}

/* What `build` hands back is what it was asked for. carries: the optimiser's state runs on. */
static il_status check_build(const il_learner *learner, const il_task *task, const il_build *build,
                             const il_optimiser_options *rule, bool carries, bool adapted, il_error *error) {
  il_shape scalar = il_shape_scalar();
  const il_graph *graph = task->graph;
  il_status status = il_check_graph(learner, graph, "training", error);
  if (status == IL_OK)
    status = il_check_values(learner, graph, "build->direction", &build->direction, &learner->parameters, error);
  if (status == IL_OK) status = il_check_value(learner, graph, "build->loss", build->loss, &scalar, error);
  if (status == IL_OK)
    status = il_check_values(learner, graph, "build->carried", &build->carried, &learner->carried, error);
  if (status == IL_OK && carries) status = il_check_state(learner, graph, "build->state", &build->state, rule, error);
  if (status == IL_OK && adapted)
    status = il_check_values(learner, graph, "build->adapted", &build->adapted, &learner->parameters, error);
  return status;
}

/* Outputs of what runs on to the next task; training->state: how much it is. */
static void put_carried(il_outputs *outputs, il_training_program *training, const il_task *task, const il_build *build,
                        const il_learner *learner, const il_optimiser_options *rule, bool carries) {
  put_state(outputs, task->graph, &build->carried, IL_SLOT_OUT_STATE, 0);
  training->state = learner->carried.size;
  if (!carries) return;
  put_state(outputs, task->graph, &build->state, IL_SLOT_OUT_STATE, training->state);
  training->state += il_optimiser_state_size(rule, learner->parameters.size);
}

/* The graph of one training task. */
static void build_training(il_task *task, il_build *build, il_graph *graph, const il_learner *learner,
                           const il_inner_options *inner, int shots, int queries) {
  open_task(task, graph, learner, STAGE_TRAINING, inner, il_learner_training_rows(learner, shots),
            learner->ways * queries);
  if (inner->state == IL_STATE_CARRY) task->state = state_inputs(graph, learner, &inner->rule, &task->theta);
  learner->algorithm->build(build, task);
}

il_status il_learner_training(il_training_program *training, const il_learner *learner, const il_inner_options *inner,
                              int shots, int queries, bool adapted, il_error *error) {
  *training = (il_training_program){0};
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_task task;
  il_build build = {.loss = IL_NO_VALUE};
  il_outputs outputs = {0};
  build_training(&task, &build, graph, learner, inner, shots, queries);
  bool carries = task.state.count > 0 && build.state.count > 0;
  il_status status = check_build(learner, &task, &build, &inner->rule, carries, adapted, error);
  if (status != IL_OK) {
    il_graph_free(graph);
    return status;
  }
  put_parameters(&outputs, learner, &build.direction, IL_SLOT_OUT_DIRECTION);
  put(&outputs, build.loss, IL_SLOT_OUT_LOSS, 0);
  put_carried(&outputs, training, &task, &build, learner, &inner->rule, carries);
  if (adapted) put_parameters(&outputs, learner, &build.adapted, IL_SLOT_OUT_PARAMETERS);
  training->kind = build.kind;
  return finish(&training->program, graph, &outputs, learner, "training", error);
}

il_status il_learner_training_loss(il_program **program, const il_learner *learner, const il_inner_options *inner,
                                   int shots, int queries, il_error *error) {
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_task task;
  il_build build = {.loss = IL_NO_VALUE};
  il_outputs outputs = {0};
  build_training(&task, &build, graph, learner, inner, shots, queries);
  put(&outputs, build.loss, IL_SLOT_OUT_LOSS, 0);
  return finish(program, graph, &outputs, learner, "its training loss", error);
}

il_status il_learner_adaptation(il_program **program, const il_learner *learner, const il_inner_options *adapt,
                                int shots, il_error *error) {
  il_task task;
  il_outputs outputs = {0};
  il_value x, y;
  il_graph *graph = open_judging(&task, learner, adapt, learner->ways * shots, error);
  if (!graph) return IL_MEMORY;
  il_values state = state_inputs(graph, learner, &adapt->rule, &task.theta);
  il_task_batch(&task, 0, &x, &y);
  task.step = il_input(graph, IL_SLOT_STEP, 0, il_shape_scalar());
  il_values phi = il_task_step(&task, &task.theta, &state, x, y, false, NULL);
  il_status status = il_check_graph(learner, graph, "adaptation", error);
  if (status == IL_OK)
    status = il_check_values(learner, graph, "what `adapt` returns", &phi, &learner->parameters, error);
  if (status == IL_OK) status = il_check_state(learner, graph, "the state after `adapt`", &state, &adapt->rule, error);
  if (status != IL_OK) {
    il_graph_free(graph);
    return status;
  }
  put_parameters(&outputs, learner, &phi, IL_SLOT_OUT_PARAMETERS);
  put_state(&outputs, graph, &task.carried, IL_SLOT_OUT_STATE, 0);
  put_state(&outputs, graph, &state, IL_SLOT_OUT_STATE, learner->carried.size);
  return finish(program, graph, &outputs, learner, "adaptation", error);
}

il_status il_learner_encoding(il_program **program, const il_learner *learner, int rows, il_error *error) {
  il_task task;
  il_outputs outputs = {0};
  il_graph *graph = open_judging(&task, learner, NULL, 1, error);
  if (!graph) return IL_MEMORY;
  il_value x = example_inputs(graph, &learner->interface.input, IL_SLOT_QUERY_X, rows);
  il_shape codes = batch_of(&learner->code, rows);
  put_checked(&outputs, learner, graph, "what `encode` returns", learner->algorithm->encode(&task, x), &codes);
  return finish(program, graph, &outputs, learner, "encoding", error);
}

il_status il_learner_evaluation(il_program **program, const il_learner *learner, int shots, int rows, il_error *error) {
  il_task task;
  il_outputs outputs = {0};
  il_graph *graph = open_judging(&task, learner, NULL, learner->ways * shots, error);
  if (!graph) return IL_MEMORY;
  il_value prediction = task.predict(&task, &task.theta, example_inputs(graph, &learner->code, IL_SLOT_QUERY_X, rows));
  il_value target = target_inputs(graph, learner->targets, IL_SLOT_QUERY_Y, rows);
  put(&outputs, il_loss_of(graph, learner->kind, prediction, target), IL_SLOT_OUT_LOSS, 0);
  put_checked(&outputs, learner, graph, "a prediction", prediction, &(il_shape){2, {rows, learner->targets}});
  return finish(program, graph, &outputs, learner, "evaluation", error);
}

il_status il_learner_prediction(il_program **program, const il_learner *learner, int shots, int rows, il_error *error) {
  il_task task;
  il_outputs outputs = {0};
  il_graph *graph = open_judging(&task, learner, NULL, learner->ways * shots, error);
  if (!graph) return IL_MEMORY;
  il_value x = example_inputs(graph, &learner->code, IL_SLOT_QUERY_X, rows);
  il_value prediction = task.predict(&task, &task.theta, x);
  put_checked(&outputs, learner, graph, "a prediction", prediction, &(il_shape){2, {rows, learner->targets}});
  return finish(program, graph, &outputs, learner, "prediction", error);
}

il_status il_learner_loss(il_program **program, const il_learner *learner, int rows, il_error *error) {
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_outputs outputs = {0};
  il_value prediction = target_inputs(graph, learner->targets, IL_SLOT_QUERY_X, rows);
  il_value target = target_inputs(graph, learner->targets, IL_SLOT_QUERY_Y, rows);
  put(&outputs, il_loss_of(graph, learner->kind, prediction, target), IL_SLOT_OUT_LOSS, 0);
  return finish(program, graph, &outputs, learner, "its loss", error);
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
  il_values slope = il_optimiser_slopes(graph, &outer->rule, &theta, &direction);
  il_optimiser_of(&outer->rule)->update(graph, &outer->rule, rate, &theta, &slope, &state);
  put(&outputs, theta.at[0], IL_SLOT_OUT_PARAMETERS, 0);
  put_state(&outputs, graph, &state, IL_SLOT_OUT_STATE, 0);
  return finish(program, graph, &outputs, learner, "the outer update", error);
}
