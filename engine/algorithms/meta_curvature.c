/* Meta-Curvature (Park and Oliva, NeurIPS 2019), MC2: the gradient of every tensor is transformed along each of its
 * axes by a matrix that is learned with the initialisation and shared by all steps.
 *
 *   phi_0 = theta;  phi_{i+1} = step of the inner optimiser along M(grad_phi L_support(phi_i)),  i < N
 *   (theta, M) <- (theta, M) - beta grad_{theta, M} mean_tasks L_query(phi_N)
 *
 *   a dense weight [I,O]             M(G) = M_in G M_out
 *   a kernel [H,W,I,O]               the same for each of the H W places, and between these M_filter
 *   a bias, a normalised layer's     M(G) = m o G
 *
 * after github.com/silverbottlep/maml, commit e9ce654, maml.py. Every matrix is the identity plus a difference that
 * starts at 0, and is listed as that difference: until it has moved, this is MAML. */
#include "innerloop/algorithm.h"

/* G [F,I,O] seen as F = H W places; a dense weight has one. {0}: a vector, by elements. */
typedef struct axes {
  int places, inputs, outputs;
} axes;

static axes axes_of(const il_shape *shape) {
  const int *dims = shape->dims;
  if (shape->rank == 4) return (axes){dims[0] * dims[1], dims[2], dims[3]};
  return shape->rank == 2 ? (axes){1, dims[0], dims[1]} : (axes){0};
}

/* The differences of one tensor, in the order in which `transformed` takes them. */
static il_status list_matrices(il_parameters *parameters, int of, il_error *error) {
  const il_shape shape = parameters->at[of].shape;
  const axes a = axes_of(&shape);
  if (a.places == 0) return il_parameters_add_of(parameters, of, "curvature", shape, 0, error);
  il_status status =
      il_parameters_add_of(parameters, of, "curvature_in", il_shape_matrix(a.inputs, a.inputs), 0, error);
  if (status == IL_OK)
    status = il_parameters_add_of(parameters, of, "curvature_out", il_shape_matrix(a.outputs, a.outputs), 0, error);
  if (status == IL_OK && shape.rank == 4)
    status = il_parameters_add_of(parameters, of, "curvature_filter", il_shape_matrix(a.places, a.places), 0, error);
  return status;
}

static il_status prepare(il_parameters *parameters, il_parameters *carried, const il_task *task, il_error *error) {
  il_status status = IL_OK;
  (void)carried, (void)task;
  for (int i = 0, count = parameters->count; status == IL_OK && i < count; i++)
    if (parameters->at[i].adapted) status = list_matrices(parameters, i, error);
  return status;
}

/* (I + D) g, or g (I + D), of matrices. */
static il_value left(il_graph *graph, il_value difference, il_value g) {
  return il_add(graph, g, il_matmul(graph, difference, 0, g, 0));
}

static il_value right(il_graph *graph, il_value g, il_value difference) {
  return il_add(graph, g, il_matmul(graph, g, 0, difference, 0));
}

/* M(G); *own moves behind the differences of this tensor. */
static il_value transformed(il_graph *graph, il_value g, const il_value **own) {
  const il_shape shape = il_shape_of(graph, g);
  const axes a = axes_of(&shape);
  if (a.places == 0) return il_add(graph, g, il_multiply(graph, g, *(*own)++));
  const il_value in = *(*own)++, out = *(*own)++, filter = shape.rank == 4 ? *(*own)++ : IL_NO_VALUE;
  const il_shape rows = il_shape_matrix(a.places * a.inputs, a.outputs);
  if (shape.rank == 2) return right(graph, left(graph, in, g), out);
  g = il_reshape(graph, left(graph, filter, il_reshape(graph, g, il_shape_matrix(a.places, a.inputs * a.outputs))),
                 rows);
  /* M_in at every place: [F,I,O] turned to [F O, I], whose rows it multiplies. */
  g = il_transpose(graph, il_reshape(graph, right(graph, g, out), (il_shape){3, {a.places, a.inputs, a.outputs}}));
  g = il_reshape(graph, g, il_shape_matrix(a.places * a.outputs, a.inputs));
  g = il_add(graph, g, il_matmul(graph, g, 0, in, 1));
  g = il_transpose(graph, il_reshape(graph, g, (il_shape){3, {a.places, a.outputs, a.inputs}}));
  return il_reshape(graph, g, shape);
}

static il_values adapt(const il_task *task, const il_values *phi, il_values *state, il_value x, il_value y) {
  il_values gradient = il_inner_gradient(task, phi, x, y, NULL);
  const il_value *next = &phi->at[task->own];
  for (int i = 0; i < task->own; i++)
    if (task->parameters->at[i].adapted) gradient.at[i] = transformed(task->graph, gradient.at[i], &next);
  return il_inner_step(task, phi, &gradient, state);
}

static void build(il_build *build, const il_task *task) {
  build->kind = IL_DIRECTION_GRADIENT;
  il_values phi = il_inner_loop(build, task, false);
  build->loss = il_task_loss(task, &phi, task->query_x, task->query_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

static const il_default number_defaults[] = {{"inner.learning_rate", "0.001"}, {NULL, NULL}};

/* One step for 20 ways, too. */
static const il_default image_defaults[] = {
    {"training.meta_batch", "32"}, {"inner.learning_rate", "0.4"}, {"inner.loss_scale", "per_class_sum"}, {NULL, NULL}};

const il_algorithm il_algorithm_meta_curvature = {
    .name = "meta_curvature",
    .summary = "MAML that learns matrices which transform the inner gradients along every axis",
    .citation = "Park and Oliva, NeurIPS 2019: Meta-Curvature",
    .kind_defaults = {[IL_NUMBERS] = number_defaults, [IL_CLASSES] = image_defaults},
    .kind_sources = {[IL_NUMBERS] = "github.com/silverbottlep/maml, whose usage line leaves the default step",
                     [IL_CLASSES] = "github.com/silverbottlep/maml, usage of Omniglot; the sum over classes is MAML's"},
    .prepare = prepare,
    .build = build,
    .adapt = adapt,
};
