/* Multinomial naive Bayes on counts of features: a query q gets the class c with the largest
 *
 *   log P(q | c) = sum over features b of q_b log theta_cb,  theta_cb = (alpha + n_cb) / (alpha B + n_c)
 *
 * with n_cb the counts of feature b in the support examples of c, n_c their sum, B features; classes have equally many
 * examples, so that priors are equal. Nothing is trained and nothing adapts. Weights that are no whole numbers (the
 * logarithms of Rennie et al. 2003) are taken as they are; what is below 0 is no count, and counts 0. */
#include "innerloop/algorithm.h"
#include "raw_rows.h"

typedef struct naive_bayes_options {
  double smoothing;
} naive_bayes_options;

static const il_option rows[] = {
    {.name = "smoothing",
     .type = IL_OPTION_REAL,
     .offset = offsetof(naive_bayes_options, smoothing),
     .fallback = "0.1",
     .low = 0,
     .low_open = true,
     .high = 1e6,
     .unit = "counts",
     .help = "alpha, added to the count of every feature in every class",
     .source = "1: Laplace; below 1: Lidstone, better where there are few examples and many features"},
};

static il_value predict(const il_task *task, const il_values *phi, il_value x) {
  il_graph *graph = task->graph;
  (void)phi;
  double alpha = ((const naive_bayes_options *)task->options)->smoothing;
  il_value query = il_relu(graph, il_raw_rows(graph, x));
  il_value support = il_relu(graph, il_raw_rows(graph, task->support_x));
  il_value counts = il_shift(graph, il_matmul(graph, task->support_y, 1, support, 0), alpha);
  il_shape shape = il_shape_of(graph, counts);
  if (query < 0 || shape.rank != 2) return IL_NO_VALUE; /* memory ended: the graph says so */
  il_value sums = il_sum_to(graph, counts, il_shape_matrix(shape.dims[0], 1));
  return il_matmul(graph, query, 0, il_log(graph, il_divide(graph, counts, sums)), 1);
}

static const il_default defaults[] = {{"adapt.steps", "0"}, {NULL, NULL}};

const il_algorithm il_algorithm_naive_bayes = {
    .name = "naive_bayes",
    .summary = "class under which a query's features are likeliest, each by itself; nothing is trained",
    .citation = "McCallum and Nigam, AAAI workshop 1998: multinomial model; Rennie et al., ICML 2003",
    .options = {.rows = rows, .count = sizeof rows / sizeof rows[0], .size = sizeof(naive_bayes_options)},
    .refusals = {[IL_NUMBERS] = "it names a class; expected a suite of classification"},
    .defaults = defaults,
    .untrained = true,
    .predict = predict,
    .rows_apart = true,
};
