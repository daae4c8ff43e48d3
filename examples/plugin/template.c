/* A template for an algorithm of your own: copy this file and rename it. As it is, it is a plug-in (anil.c says how to
 * build one). Inside the tree it goes into engine/algorithms/, includes innerloop/algorithm.h, its row becomes
 * `const il_algorithm il_algorithm_NAME` in place of step 4's last lines, and algorithms.def gets one line. Nothing
 * else changes: the experiment schema, `list`, `describe`, `prove`, the runner and the benchmarks read the struct at
 * the end.
 *
 * What it computes (first-order MAML that also looks at the support loss of the adapted parameters, weight w):
 *
 *   phi = N inner steps from theta on the support set, inner gradients held constant
 *   theta <- theta - beta grad_theta mean_tasks ( L_query(phi) + w L_support(phi) )
 */
#include "innerloop/plugin.h"

/* 1. Options: a struct and one row per field. The YAML key is `name`; type, range and default are checked for you. */
typedef struct template_options {
  double support_weight;
} template_options;

static const il_option rows[] = {
    {.name = "support_weight",
     .type = IL_OPTION_REAL,
     .offset = offsetof(template_options, support_weight),
     .fallback = "0.1",
     .low = 0,
     .high = 1000,
     .help = "weight of the support loss after adaptation"},
};

/* 2. The maths, as a graph of ONE task. `task` holds theta, the support and the query set as symbols; the harness
 *    compiles what you build once, runs it for every task and averages the directions in task order. Shapes: see
 *    suite.h. */
static void build(il_build *build, const il_task *task) {
  const template_options *own = task->options;
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

/* 4. The row, and the one exported symbol with the list of rows. What the other functions of a row are for:
 *    algorithm.h. */
static const il_algorithm template = {
    .name = "template",
    .summary = "the commented example an algorithm of your own starts from",
    .options = {.rows = rows, .count = 1, .size = sizeof(template_options)},
    .defaults = defaults,
    .build = build,
};

static const il_algorithm *const algorithms[] = {&template};

const il_plugin il_plugin_entry = {IL_PLUGIN_VERSION, .algorithms = IL_PLUGIN_ROWS(algorithms)};
