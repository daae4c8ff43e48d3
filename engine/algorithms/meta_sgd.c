/* Meta-SGD (Li, Zhou, Chen and Li 2017, arXiv 1707.09835), Algorithm 1: the initialisation, and for every number of it
 * the direction and the rate of its step, are learned together.
 *
 *   phi_0 = theta;  phi_{i+1} = phi_i - alpha o grad_phi L_support(phi_i),  i < N, in the paper N = 1
 *   (theta, alpha) <- (theta, alpha) - beta grad_{theta, alpha} mean_tasks L_query(phi_N)
 *
 * alpha is shaped like theta and starts at one common value, inner.learning_rate: the paper draws it between 0.005 and
 * 0.1. Until it has moved, this is MAML. Elements of alpha may become negative. */
#include "innerloop/algorithm.h"

/* A rate for every element of what the model lets adaptation move, in the same order. */
static il_status prepare(il_parameters *parameters, il_parameters *carried, const il_task *task, il_error *error) {
  const int count = parameters->count;
  il_status status = il_check_own_rates(task->sections, error);
  (void)carried;
  for (int i = 0; status == IL_OK && i < count; i++)
    if (parameters->at[i].adapted)
      status = il_parameters_add_of(parameters, i, "rate", parameters->at[i].shape,
                                    task->sections->inner.rule.learning_rate, error);
  return status;
}

/* phi' = phi - alpha o grad L(phi). */
static il_values adapt(const il_task *task, const il_values *phi, il_values *state, il_value x, il_value y) {
  il_graph *graph = task->graph;
  il_values gradient = il_inner_gradient(task, phi, x, y, NULL), next = *phi;
  (void)state; /* there are no moments */
  for (int i = 0, rate = task->own; i < task->own; i++)
    if (task->parameters->at[i].adapted)
      next.at[i] = il_subtract(graph, phi->at[i], il_multiply(graph, phi->at[rate++], gradient.at[i]));
  return next;
}

static void build(il_build *build, const il_task *task) {
  build->kind = IL_DIRECTION_GRADIENT;
  il_values phi = il_inner_loop(build, task, false);
  build->loss = il_task_loss(task, &phi, task->query_x, task->query_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

static const il_default defaults[] = {
    {"inner.steps", "1"}, {"inner.learning_rate", "0.01"}, {"adapt.steps", "1"}, {NULL, NULL}};

const il_algorithm il_algorithm_meta_sgd = {
    .name = "meta_sgd",
    .summary = "MAML that learns the rate of every parameter's step with the initialisation",
    .citation = "Li, Zhou, Chen and Li 2017 (arXiv 1707.09835)",
    .defaults = defaults,
    .prepare = prepare,
    .build = build,
    .adapt = adapt,
};
