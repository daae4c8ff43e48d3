/* Prototypes without training: a query gets the class whose support examples have the nearest mean, by squared
 * Euclidean distance on the raw input. Snell et al. 2017 with the identity in the place of the network.
 *
 * The score of a class with mean c is -|q - c|^2 without the |q|^2 all classes share: 2 q c - |c|^2. */
#include "innerloop/algorithm.h"
#include "raw_rows.h"

static il_value predict(const il_task *task, const il_values *phi, il_value x) {
  il_graph *graph = task->graph;
  (void)phi;
  il_value query = il_raw_rows(graph, x), sums = il_raw_class_sums(task);
  int examples = il_shape_of(graph, task->support_y).dims[0], ways = il_shape_of(graph, task->support_y).dims[1];
  if (query < 0 || sums < 0) return IL_NO_VALUE; /* memory ended: the graph says so */
  il_value means = il_scale(graph, sums, (double)ways / examples);
  il_value lengths = il_reshape(graph, il_raw_lengths(graph, means), il_shape_matrix(1, ways));
  return il_subtract(graph, il_scale(graph, il_matmul(graph, query, 0, means, 1), 2), lengths);
}

static const il_default defaults[] = {{"adapt.steps", "0"}, {NULL, NULL}};

const il_algorithm il_algorithm_prototypes = {
    .name = "prototypes",
    .summary = "class of the nearest mean of support examples, on the raw input; nothing is trained",
    .citation = "Snell, Swersky and Zemel, NIPS 2017: Prototypical networks, without the network",
    .refusals = {[IL_NUMBERS] = "it names the class of the nearest mean; expected a suite of classification"},
    .defaults = defaults,
    .untrained = true,
    .predict = predict,
    .rows_apart = true,
};
