/* Model-agnostic meta-learning (Finn, Abbeel and Levine, ICML 2017), Algorithm 1:
 *
 *   phi_0 = theta;  phi_{i+1} = phi_i - alpha grad_phi L_support(phi_i),  i < N       (inner loop, per task)
 *   theta <- theta - beta grad_theta mean_tasks L_query(phi_N)                        (outer loop, by the harness)
 *
 * The gradient is taken through the inner loop, gradients included: it is exact for any N. First-order MAML drops the
 * second derivatives by treating every inner gradient as a constant. */
#include "innerloop/algorithm.h"

static void meta_gradient(il_build *build, const il_task *task, bool first_order) {
  build->kind = first_order ? IL_DIRECTION_FIRST_ORDER : IL_DIRECTION_GRADIENT;
  il_values phi = il_inner_loop(build, task, first_order);
  build->loss = il_task_loss(task, &phi, task->query_x, task->query_y);
  build->direction = il_gradient(task->graph, build->loss, &task->theta);
}

static void build_maml(il_build *build, const il_task *task) {
  meta_gradient(build, task, false);
}

static void build_fomaml(il_build *build, const il_task *task) {
  meta_gradient(build, task, true);
}

/* Finn et al. on 5-way Omniglot; the loss of a step is a sum over classes there. */
static const il_default image_defaults[] = {
    {"training.meta_batch", "32"}, {"inner.learning_rate", "0.4"}, {"inner.loss_scale", "per_class_sum"}, {NULL, NULL}};

static const char image_source[] =
    "Finn et al. 2017, appendix A.1; github.com/cbfinn/maml, main.py, utils.py: 5-way Omniglot";

static const il_retired_option retired[] = {{"first_order", "false", "the algorithm `fomaml`"}, {NULL, NULL, NULL}};

const il_algorithm il_algorithm_maml = {
    .name = "maml",
    .summary = "exact meta-gradient through the inner loop",
    .citation = "Finn, Abbeel and Levine, ICML 2017 (arXiv 1703.03400)",
    .retired = retired,
    .kind_defaults = {[IL_CLASSES] = image_defaults},
    .kind_sources = {[IL_CLASSES] = image_source},
    .build = build_maml,
};

const il_algorithm il_algorithm_fomaml = {
    .name = "fomaml",
    .summary = "MAML without second derivatives",
    .citation = "Finn, Abbeel and Levine, ICML 2017, section 5.2",
    .kind_defaults = {[IL_CLASSES] = image_defaults},
    .kind_sources = {[IL_CLASSES] = image_source},
    .build = build_fomaml,
};
