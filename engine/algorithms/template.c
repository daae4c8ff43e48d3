/* A template for an algorithm of your own: copy this file, rename it, add one line to algorithms.def. Nothing else changes:
 * the experiment schema, `list`, `describe`, `prove`, the runner and the benchmarks read the struct at the end.
 *
 * What it computes (first-order MAML that also looks at the support loss of the adapted parameters, weight w):
 *
 *   phi = N inner steps from theta on the support set, inner gradients held constant
 *   theta <- theta - beta grad_theta mean_tasks ( L_query(phi) + w L_support(phi) )
 */
#include "innerloop/algorithm.h"

/* 1. Options: a struct and one row per field. The YAML key is `name`; type, range and default are checked for you. */
typedef struct il_template_options {
  double support_weight;
} il_template_options;

static const il_option rows[] = {
    {.name = "support_weight",
     .type = IL_OPTION_REAL,
     .offset = offsetof(il_template_options, support_weight),
     .fallback = "0.1",
     .low = 0,
     .high = 1000,
     .help = "weight of the support loss after adaptation"},
};

/* 2. The maths, as a graph of ONE task. `task` holds theta, the support and the query set as symbols; the harness compiles
 *    what you build once, runs it for every task and averages the directions in task order. Shapes: see suite.h. */
static void build(il_build *build, const il_task *task, const void *options) {
  const il_template_options *own = options;
  il_graph *graph = task->graph;
  /* What the direction claims to be: `innerloop prove` checks the claim against finite differences. */
  build->kind = IL_DIRECTION_FIRST_ORDER;
  /* phi = N steps of the inner optimiser; inner.steps, inner.learning_rate ... come from the YAML. */
  il_values phi = il_inner_loop(build, task, true);
  /* L = L_query(phi) + w L_support(phi) */
  il_value query = il_task_loss(task, &phi, task->query_x, task->query_y);
  il_value support = il_task_loss(task, &phi, task->support_x, task->support_y);
  build->loss = il_add(graph, query, il_scale(graph, support, own->support_weight));
  /* What the outer optimiser descends along. */
  build->direction = il_gradient(graph, build->loss, &task->theta);
}

/* 3. Defaults of the shared sections (training, inner, adapt, outer) that suit this algorithm. */
static const il_default defaults[] = {{"outer.optimiser", "adam"}, {"outer.learning_rate", "0.001"}, {NULL, NULL}};

/* 4. The row: the one exported symbol of the file. */
const il_algorithm il_algorithm_template = {
    .name = "template",
    .summary = "the commented example an algorithm of your own starts from",
    .citation = NULL,
    .options = {.rows = rows, .count = 1, .size = sizeof(il_template_options)},
    .defaults = defaults,
    .build = build,
};
