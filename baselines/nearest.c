/* Nearest neighbour on the raw input: a query gets the class of the support example that is nearest by squared
 * Euclidean distance. Nothing is trained and nothing adapts: what any representation must beat.
 *
 * The score of a class is minus the distance to its nearest example; the largest score wins, of equal ones the class
 * with the lowest label. On images of zeros and ones distances are whole numbers and ties exact; elsewhere two
 * distances are told apart down to rounding, about 1e-6 of |query|^2 + |example|^2. */
#include "innerloop/algorithm.h"
#include "raw_rows.h"

/* Maximum over the second axis of a [R, K, 1, N]: [R,N]. Images one pixel wide, halved until one pixel is left. */
static il_value largest(il_graph *graph, il_value a) {
  il_shape shape = il_shape_of(graph, a);
  while (a >= 0 && shape.dims[1] > 1) {
    a = il_max_pool(graph, a, IL_SAME);
    shape = il_shape_of(graph, a);
  }
  return il_reshape(graph, a, il_shape_matrix(shape.dims[0], shape.dims[3]));
}

/* -|q - s|^2 = 2 q s - |s|^2 - |q|^2 for every pair, then the largest of each class: rows of the support set are
 * shot-major, so its K N columns are [K, N]. */
static il_value predict(const il_task *task, const il_values *phi, il_value x) {
  il_graph *graph = task->graph;
  (void)phi;
  if (task->kind->targets != IL_CLASSES)
    return il_graph_fail(graph, IL_INVALID, "algorithm nearest classifies; this suite is regression");
  il_value query = il_raw_rows(graph, x), support = il_raw_rows(graph, task->support_x);
  int rows = il_shape_of(graph, query).dims[0], examples = il_shape_of(graph, support).dims[0];
  int ways = il_shape_of(graph, task->support_y).dims[1];
  if (query < 0 || support < 0 || ways == 0) return IL_NO_VALUE; /* memory ended: the graph says so */
  il_value products = il_scale(graph, il_matmul(graph, query, 0, support, 1), 2);
  il_value length = il_reshape(graph, il_raw_lengths(graph, support), il_shape_matrix(1, examples));
  il_value closeness = il_subtract(graph, il_subtract(graph, products, length), il_raw_lengths(graph, query));
  return largest(graph, il_reshape(graph, closeness, (il_shape){4, {rows, examples / ways, 1, ways}}));
}

static const il_default defaults[] = {{"adapt.steps", "0"}, {NULL, NULL}};

const il_algorithm il_algorithm_nearest = {
    .name = "nearest",
    .summary = "class of the nearest support example by the raw input; nothing is trained",
    .citation = "Cover and Hart 1967",
    .refusals = {[IL_NUMBERS] = "it names the class of the nearest example; expected a suite of classification"},
    .defaults = defaults,
    .untrained = true,
    .predict = predict,
    .rows_apart = true,
};
