/* Transfer learning for classification (Chen, Liu, Kira, Wang and Huang, ICLR 2019, "Baseline"):
 *
 *   training    one network with a linear head over all training classes, on batches of single examples:
 *               theta <- theta - beta grad CE(head(features(x)), class of x); batch normalisation by the batch, whose
 *               mean and unbiased variance go into running averages, r <- (1 - m) r + m batch
 *   a new task  a new N-way head on features normalised by the running averages, trained on the support set; the
 *               backbone is frozen, or, with `backbone: adapted`, moves along (its statistics stay)
 *
 * The averages run from batch to batch; training.meta_batch is 1 (with more, an update takes the mean gradient of as
 * many batches), and has to be set where the experiment's own section says otherwise. The new head starts from the same
 * random weights in every episode. Differences to the authors' code: examples are drawn with replacement, not in
 * epochs; the batches of adaptation run on over the end of an epoch, where the code ends it with a smaller one. 100
 * epochs of 5 examples are 125 steps of 4. */
#include <stdio.h>

#include "innerloop/algorithm.h"
#include "innerloop/model.h"

enum { BACKBONE_FROZEN, BACKBONE_ADAPTED };

typedef struct transfer_options {
  int backbone, batch;
  double statistics_momentum;
} transfer_options;

static const char *const backbone_names[] = {"frozen", "adapted", NULL};

static const il_option rows[] = {
    {.name = "backbone",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(transfer_options, backbone),
     .fallback = "frozen",
     .choices = backbone_names,
     .help = "whether a new task moves its new head alone, or the whole network",
     .source = "Chen et al. 2019, section 3.2"},
    {.name = "batch",
     .type = IL_OPTION_INT,
     .offset = offsetof(transfer_options, batch),
     .fallback = "16",
     .low = 1,
     .high = 100000,
     .unit = "examples",
     .help = "single examples of all training classes in a training batch; training.shots and queries are not used",
     .source = "Chen et al. 2019, section 4.2"},
    {.name = "statistics_momentum",
     .type = IL_OPTION_REAL,
     .offset = offsetof(transfer_options, statistics_momentum),
     .fallback = "0.1",
     .low = 0,
     .low_open = true,
     .high = 1,
     .help = "share of the newest batch in the running statistics of batch normalisation",
     .source = "default of PyTorch"},
};

static void shape(il_task_form *form, const void *options) {
  form->examples = ((const transfer_options *)options)->batch;
}

static bool is_frozen(const il_task *task) {
  return ((const transfer_options *)task->options)->backbone == BACKBONE_FROZEN;
}

static il_value features(const il_task *task, const il_values *theta, il_normalisation *normalisation, il_value x) {
  return task->model->features(task->graph, task->model_options, &task->interface, theta, normalisation, x);
}

/* Mean and variance of one layer after the other. */
static il_status list_statistics(il_parameters *carried, const il_task *task, const il_normalisation *layers,
                                 il_error *error) {
  il_status status = IL_OK;
  for (int i = 0; status == IL_OK && i < 2 * layers->mean.count; i++) {
    char name[IL_PARAMETER_NAME_SIZE];
    il_shape shape = il_shape_of(task->graph, layers->mean.at[i / 2]);
    (void)snprintf(name, sizeof name, "norm%d.%s", i / 2 + 1, i % 2 ? "variance" : "mean");
    status = il_parameters_add(carried, name, shape, IL_INITIALISER_CONSTANT, i % 2, 1, 1, error);
  }
  return status;
}

/* The new head comes last. The head of training never moves in adaptation. */
static il_status prepare(il_parameters *parameters, il_parameters *carried, const il_task *task, il_error *error) {
  const il_dense_start start = {IL_INITIALISER_FAN_IN_UNIFORM, 1, IL_INITIALISER_FAN_IN_UNIFORM, 1};
  il_normalisation layers = {0};
  if (!task->model->features)
    return il_fail_about(error, "model.name", IL_INVALID, "model `%s` has no features", task->model->name);
  il_value code = features(task, &task->theta, &layers, task->support_x);
  if (code < 0) return il_graph_status(task->graph, error);
  for (int i = 0; i < parameters->count; i++)
    parameters->at[i].adapted &= !is_frozen(task) && parameters->at[i].role != IL_ROLE_HEAD;
  int inputs = il_shape_of(task->graph, code).dims[1], ways = il_shape_of(task->graph, task->support_y).dims[1];
  il_status status = il_dense_parameters(parameters, "task_head", inputs, ways, true, &start, error);
  if (status != IL_OK) return status;
  return list_statistics(carried, task, &layers, error);
}

/* (1 - m) running + m batch, in the order of list_statistics. */
static il_values averaged(const il_task *task, const il_normalisation *batch, double momentum) {
  il_values next = {.count = task->carried.count};
  for (int i = 0; i < next.count; i++) {
    const il_values *of = i % 2 ? &batch->variance : &batch->mean;
    il_value newest = i / 2 < of->count ? of->at[i / 2] : IL_NO_VALUE; /* of a model that could not be built */
    next.at[i] = il_add(task->graph, il_scale(task->graph, task->carried.at[i], 1 - momentum),
                        il_scale(task->graph, newest, momentum));
  }
  return next;
}

static void build(il_build *build, const il_task *task) {
  il_normalisation batch = {0};
  il_values head = il_task_role(task, &task->theta, IL_ROLE_HEAD);
  il_value code = features(task, &task->theta, &batch, task->support_x);
  il_value logits = il_dense(task->graph, code, head.at[0], head.count > 1 ? head.at[1] : IL_NO_VALUE);
  build->kind = IL_DIRECTION_GRADIENT;
  build->adapted = task->theta;
  build->loss = il_loss_of(task->graph, task->kind, logits, task->support_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
  build->carried = averaged(task, &batch, ((const transfer_options *)task->options)->statistics_momentum);
}

/* Features by the running statistics. */
static il_value steady_features(const il_task *task, const il_values *theta, il_value x) {
  il_normalisation running = {.given = true};
  for (int i = 0; i < task->carried.count; i++) {
    il_values *of = i % 2 ? &running.variance : &running.mean;
    il_values_append(task->graph, of, task->carried.at[i]);
  }
  return features(task, theta, &running, x);
}

static il_value encode(const il_task *task, il_value x) {
  return is_frozen(task) ? steady_features(task, &task->theta, x) : x;
}

/* The new head on features; with a frozen backbone x is features already. */
static il_value predict(const il_task *task, const il_values *phi, il_value x) {
  il_value code = is_frozen(task) ? x : steady_features(task, phi, x);
  return il_dense(task->graph, code, phi->at[phi->count - 2], phi->at[phi->count - 1]);
}

static const il_default defaults[] = {{"training.meta_batch", "1"},
                                      {"outer.optimiser", "adam"},
                                      {"outer.learning_rate", "0.001"},
                                      {"adapt.optimiser", "sgd"},
                                      {"adapt.learning_rate", "0.01"},
                                      {"adapt.momentum", "0.9"},
                                      {"adapt.dampening", "0.9"},
                                      {"adapt.weight_decay", "0.001"},
                                      {"adapt.batch", "4"},
                                      {"adapt.steps", "125"},
                                      {NULL, NULL}};

const il_algorithm il_algorithm_transfer = {
    .name = "transfer",
    .summary = "classifier of all training classes; a new head on its frozen features for each task",
    .citation = "Chen, Liu, Kira, Wang and Huang, ICLR 2019: A closer look at few-shot classification",
    .options = {.rows = rows, .count = sizeof rows / sizeof rows[0], .size = sizeof(transfer_options)},
    .defaults = defaults,
    .shape = shape,
    .prepare = prepare,
    .build = build,
    .encode = encode,
    .predict = predict,
    .rows_apart = true,
};
