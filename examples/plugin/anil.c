/* An algorithm of your own, outside innerloop's tree: ANIL, almost no inner loop (Raghu, Raghu, Bengio and Vinyals,
 * ICLR 2020, arXiv 1909.09157, section 4). MAML whose inner loop moves nothing but the head; the body is meta-learnt
 * alone:
 *
 *   theta = (body, head_0);  head_{i+1} = head_i - alpha grad_head L_support(body, head_i),  i < N     (inner loop, per
 *   task) theta <- theta - beta grad_theta mean_tasks L_query(body, head_N)                      (outer loop, by the
 *   harness)
 *
 * Build and try, from this folder in a source tree (or with the headers of an installed innerloop: see Makefile):
 *
 *   cc -std=c11 -O2 -ffp-contract=off -fPIC -shared -I ../../engine/include -o anil.so anil.c
 *   ../../innerloop run anil.yaml --plugin ./anil.so
 *
 * and, compiled once more with -DIL_REAL_IS_DOUBLE, prove that the direction is what it claims to be:
 *
 *   ../../innerloop prove anil.yaml --plugin ./anil_f64.so
 */
#include "innerloop/plugin.h"

/* 1. Options: a struct and one row per field. The YAML key is `name`; type, range and default are checked for you. */
typedef struct anil_options {
  bool first_order;
} anil_options;

static const il_option rows[] = {
    {.name = "first_order",
     .type = IL_OPTION_BOOL,
     .offset = offsetof(anil_options, first_order),
     .fallback = "false",
     .help = "treat inner gradients as constants"},
};

/* 2. Which parameters adaptation moves, in training and at test alike. The models give each a role. */
static il_status prepare(il_parameters *parameters, il_parameters *carried, const il_task *task, il_error *error) {
  (void)carried; /* nothing runs on from task to task */
  for (int i = 0; i < parameters->count; i++) parameters->at[i].adapted = parameters->at[i].role == IL_ROLE_HEAD;
  if (il_task_role(task, &task->theta, IL_ROLE_HEAD).count > 0) return IL_OK;
  return il_fail(error, IL_INVALID, "algorithm anil: model %s has no head; expected one with a last, linear layer",
                 task->model->name);
}

/* 3. The maths, as a graph of ONE task; the harness runs it for every task and averages the directions in task
 *    order. */
static void build(il_build *build, const il_task *task) {
  const anil_options *own = task->options;
  build->kind =
      own->first_order ? IL_DIRECTION_FIRST_ORDER : IL_DIRECTION_GRADIENT; /* what the direction claims to be */
  il_values phi = il_inner_loop(build, task, own->first_order);
  build->loss = il_task_loss(task, &phi, task->query_x, task->query_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

/* 4. The row, and the one exported symbol with the list of rows. */
static const il_algorithm anil = {
    .name = "anil",
    .summary = "MAML whose inner loop moves the head alone",
    .citation = "Raghu, Raghu, Bengio and Vinyals, ICLR 2020 (arXiv 1909.09157)",
    .options = {.rows = rows, .count = 1, .size = sizeof(anil_options)},
    .prepare = prepare,
    .build = build,
};

static const il_algorithm *const algorithms[] = {&anil};

const il_plugin il_plugin_entry = {IL_PLUGIN_VERSION, .algorithms = IL_PLUGIN_ROWS(algorithms)};
