/* The contract of an algorithm: a function that builds the graph of one task. The harness compiles it once, runs it for
 * every task of a meta-batch, averages the directions in task order and hands them to the outer optimiser.
 *
 * A row needs `name`, `summary` and either `build` or `untrained`; every other field may stay zero, which means what is
 * said beside it. Functions of a row build graphs: they are called while a program is compiled, never in the loop, keep
 * nothing, and report wrong shapes as errors of the graph (il_graph_fail). */
#ifndef INNERLOOP_ALGORITHM_H
#define INNERLOOP_ALGORITHM_H

#include <stdbool.h>

#include "innerloop/graph.h"
#include "innerloop/model.h"
#include "innerloop/option.h"
#include "innerloop/suite.h"

/* Room for what rows of optimisers.def and schedules.def have as options of their own, bytes each. */
enum { IL_OPTIMISERS_MAX = 8, IL_OPTIMISER_BYTES = 64, IL_SCHEDULES_MAX = 8, IL_SCHEDULE_BYTES = 32 };

/* How parameters move along a gradient; the choices of every `optimiser` option, rows of optimisers.def. */
typedef struct il_optimiser_options {
  int optimiser; /* index into il_optimiser_names */
  double learning_rate;
  double weight_decay; /* times the parameter, added to its gradient */
  /* By optimiser: the struct of its own options, also of those that are not chosen. */
  unsigned char own[IL_OPTIMISERS_MAX][IL_OPTIMISER_BYTES] __attribute__((aligned(8)));
} il_optimiser_options;

/* The inner loop (training) and adaptation (test): steps of an optimiser on the support set. */
typedef struct il_inner_options {
  il_optimiser_options rule;
  int steps;
  int batch;         /* rows of the support set per step, cycled without replacement; 0: all of them */
  int loss_scale;    /* il_loss_scale: what the mean loss of a step is multiplied by */
  int state;         /* il_state_rule: what happens to the optimiser's moments between tasks */
  il_real_list tune; /* adapt only: learning rates tried on the validation episodes; the best replaces learning_rate */
  int report_step;   /* adapt only: the step whose figures are compared with other algorithms', 0..steps */
} il_inner_options;

typedef enum il_state_rule {
  IL_STATE_RESET, /* every task starts from zero moments */
  IL_STATE_CARRY  /* moments run on from task to task, into evaluation too (Reptile's code): tasks run in sequence */
} il_state_rule;

/* The inner loss is a mean over rows times a factor; sgd's step grows with it. */
typedef enum il_loss_scale {
  IL_LOSS_MEAN,          /* 1 */
  IL_LOSS_PER_CLASS_SUM, /* N: the sum over classes of each class's mean (MAML's code); 1 in regression */
  IL_LOSS_SUM            /* the rows of the step's batch: a plain sum (Reptile's code) */
} il_loss_scale;

/* The outer loop: what is done with the mean direction of a meta-batch. */
typedef struct il_outer_options {
  il_optimiser_options rule;
  int schedule;               /* index into il_schedule_names: how the rate changes */
  double final_learning_rate; /* where `linear` and `cosine` end */
  /* By schedule: the struct of its own options. */
  unsigned char schedule_own[IL_SCHEDULES_MAX][IL_SCHEDULE_BYTES] __attribute__((aligned(8)));
  double clip; /* each coordinate of the mean direction is clamped to [-clip, clip]; not positive: it is not */
} il_outer_options;

/* The sections of an entry of `algorithms`, every value resolved. */
typedef struct il_sections {
  il_inner_options inner, adapt;
  il_outer_options outer;
} il_sections;

struct il_algorithm;
struct il_task;

/* Prediction [rows, outputs] of `phi` for x [rows, in]. */
typedef il_value (*il_predict)(const struct il_task *task, const il_values *phi, il_value x);

/* One task, symbolically. Values are inputs of the graph; shapes as in il_episode, or, while an algorithm trains on
 * single examples (il_task_form.examples), support_x [rows, in], support_y [rows, classes] and no query set. */
typedef struct il_task {
  il_graph *graph;
  const il_model *model;
  const void *model_options;
  const il_parameters *parameters; /* in the order of theta: their roles, and which of them the inner loop adapts */
  il_interface interface;
  const il_task_kind *kind;
  const struct il_algorithm *algorithm;
  il_predict predict;            /* the algorithm's, or il_task_predict */
  const void *options;           /* the algorithm's own */
  const il_sections *sections;   /* all of them */
  const il_inner_options *inner; /* the steps at hand: while training the `inner` section; in adaptation `adapt` */
  il_values theta;               /* parameters the task starts from, or those of the step: the model's, then its own */
  int own;                       /* theta.at[own] is the first of the algorithm's own */
  il_values start;               /* START: what adaptation began with; while training it is theta */
  il_value step;                 /* STEP: scalar, which inner step this is: 0, 1, ...; 0 outside one */
  il_value progress;             /* PROGRESS: scalar, the part of the training that is done: 0 at first; 1 at test */
  il_values carried;             /* values that run on from task to task, and their state in adaptation */
  il_value support_x, support_y; /* [N K, in], [N K, out] */
  il_value query_x, query_y;     /* [N Q, in], [N Q, out] */
  il_values state;               /* optimiser state the inner loop starts from; empty: zeros */
  int batch_rows;                /* rows of a mini-batch; 0: steps see the whole support set */
} il_task;

/* What the direction is: what `innerloop prove` is to find. */
typedef enum il_direction_kind {
  IL_DIRECTION_GRADIENT,    /* d loss / d theta through the whole inner loop: second-order once there are inner steps */
  IL_DIRECTION_FIRST_ORDER, /* d loss / d adapted parameters, taken as if it were d theta */
  IL_DIRECTION_DISPLACEMENT /* theta - adapted parameters */
} il_direction_kind;

/* What a build function hands back. */
typedef struct il_build {
  il_direction_kind kind; /* what the direction claims to be */
  il_values direction;    /* one per parameter: the outer optimiser descends along their mean over tasks */
  il_value loss;          /* scalar, averaged over tasks and reported as the training loss */
  il_values adapted;      /* parameters after the inner loop, one per parameter (theta itself where there is none) */
  il_values state;        /* optimiser state after the inner loop (il_inner_loop fills it); empty: none */
  il_values carried;      /* task->carried after the task; empty where that is */
} il_build;

/* A default of the shared sections that differs for this algorithm: {"outer.optimiser", "sgd"}. */
typedef struct il_default {
  const char *path;
  const char *value;
} il_default;

/* What the model sees, and what a training draw is. */
typedef struct il_task_form {
  bool context; /* the numbers that describe a task (il_episode.task_parameters) follow every input */
  int examples; /* a training draw is so many single examples of all training classes (il_suite.pool), and the model
                 * has an output for each of these classes; 0: an episode */
} il_task_form;

/* The contract of an algorithm, in the order of its moments. A function that is NULL is what its comment says then. */
typedef struct il_algorithm {
  /* Say: what it is called, what may be set, which values suit it. */
  const char *name;
  const char *summary;
  const char *citation;
  il_options options;               /* its own options; the shared sections training, inner, adapt, outer come on top */
  const il_retired_option *retired; /* ends with a name of NULL; NULL: none */
  const il_default *defaults;       /* of these sections; ends with {NULL, NULL}; NULL: none */
  /* By what the targets are: defaults for such tasks, which win over `defaults`, and where they come from. NULL:
   * none. */
  const il_default *kind_defaults[IL_TARGETS];
  const char *kind_sources[IL_TARGETS];
  /* By what the targets are: why such tasks are not for it, and what is ("...; expected ..."); NULL: they are. */
  const char *refusals[IL_TARGETS];
  int least_steps; /* inner.steps with which it learns at all */
  bool untrained;  /* it does not train on purpose: `build` is NULL. One without the other is refused */

  /* Shape: what the model sees and what it trains on. `form` comes as zeros: examples as they are, episodes; the
   * program refuses a suite that cannot give what is asked for. NULL: zeros. */
  void (*shape)(il_task_form *form, const void *options);

  /* Prepare: lists parameters of the algorithm's own behind the model's, chooses which ones adaptation moves
   * (il_parameter.adapted), by their roles, and lists the values that run on from task to task (training then goes
   * through tasks in sequence). The task is symbolic: theta holds the model's parameters, the support set one row with
   * a target of an episode's width; nothing of its graph is kept. task->sections are the resolved options. Errors:
   * IL_INVALID. NULL: nothing of its own. */
  il_status (*prepare)(il_parameters *parameters, il_parameters *carried, const il_task *task, il_error *error);

  /* Train: builds the graph of one training task: direction, loss, and what else il_build asks for. NULL:
   * `untrained`. */
  void (*build)(il_build *build, const il_task *task);

  /* Test. What adaptation and evaluation see instead of examples x [rows, in]: [rows, ...], computed once an episode
   * from theta and carried, so that what adaptation does not move is not computed again in every step. Each row by
   * itself. May return x: then nothing is done. NULL: x. */
  il_value (*encode)(const il_task *task, il_value x);
  /* One inner step: parameters after step task->step of the inner optimiser on x, y; il_inner_loop takes the same while
   * training. NULL: a gradient step on the parameters that adaptation moves. */
  il_values (*adapt)(const il_task *task, const il_values *phi, il_values *state, il_value x, il_value y);
  /* How examples are predicted, in adaptation (il_task_loss) and evaluation alike. The support set of the task is there
   * to be used; the query set is not. x may hold one query beside the support set (evaluation.transductive: false).
   * NULL: il_task_predict. */
  il_predict predict;
  /* The prediction of a row depends on that row alone: whether queries are judged together makes no difference. */
  bool rows_apart;
} il_algorithm;

/* For an algorithm whose step has rates of its own, which start at inner.learning_rate: whatever else the sections
 * `inner` and `adapt` say about a step has no use and is refused: another optimiser than sgd, momentum, learning rates
 * to try or other ones at test. Errors: IL_INVALID, about the option. */
il_status il_check_own_rates(const il_sections *sections, il_error *error);

/* Lists NAME.SUFFIX behind the others, NAME being that of parameter `of`: a parameter of the algorithm's own that
 * belongs to it, which adaptation does not move, every element `start`. Errors: as il_parameters_add. */
il_status il_parameters_add_of(il_parameters *parameters, int of, const char *suffix, il_shape shape, double start,
                               il_error *error);

/* Prediction of the model with `parameters` on x; [N, outputs]. */
il_value il_task_predict(const il_task *task, const il_values *parameters, il_value x);

/* The loss of the kind; a prediction of another shape than the target is an error of the graph. */
il_value il_loss_of(il_graph *graph, const il_task_kind *kind, il_value prediction, il_value target);

/* Loss of task->predict with `parameters` on (x, y): that of the task's kind. */
il_value il_task_loss(const il_task *task, const il_values *parameters, il_value x, il_value y);

/* Rows that inner step `step` (0-based) sees: the whole support set, or its mini-batch. */
void il_task_batch(const il_task *task, int step, il_value *x, il_value *y);

/* The factor of inner->loss_scale for a step on `rows` examples; outputs: N where targets are classes. */
double il_inner_loss_factor(const il_inner_options *inner, const il_task_kind *kind, int outputs, int rows);

/* Gradient at phi of what the inner loop descends, the task's loss on (x, y) times its inner loss scale and the weight
 * decay, by the parameters that the inner loop adapts; IL_NO_VALUE for the others. All of it is there, so that
 * il_stop_gradients of it makes a first-order method. *loss: the loss itself, unscaled, without decay; may be NULL. */
il_values il_inner_gradient(const il_task *task, const il_values *phi, il_value x, il_value y, il_value *loss);

/* theta' = one step of the inner optimiser from `phi` along `gradient`; `state` is read and replaced. A parameter whose
 * gradient is IL_NO_VALUE stays what it is, and so does its state. */
il_values il_inner_step(const il_task *task, const il_values *phi, const il_values *gradient, il_values *state);

/* The values among `values`, one per parameter of the task, whose parameters play this role, in their order. */
il_values il_task_role(const il_task *task, const il_values *values, il_role role);

/* The inner step of the task: the algorithm's `adapt`, or a gradient step; first_order: inner gradients are constants
 * to the meta-gradient (`adapt` keeps to that itself). `state` is read and replaced. *loss: the loss at phi; may be
 * NULL. */
il_values il_task_step(const il_task *task, const il_values *phi, il_values *state, il_value x, il_value y,
                       bool first_order, il_value *loss);

/* phi: inner->steps steps (il_task_step) on (mini-batches of) the support set, starting from theta. Fills
 * build->adapted (phi, also returned), build->state and build->loss (support loss of the last step, before it; without
 * steps, that of theta). */
il_values il_inner_loop(il_build *build, const il_task *task, bool first_order);

/* theta - phi after the inner loop, whose last support loss is the task's; no query set. */
void il_build_displacement(il_build *build, const il_task *task);

/* Gradient of the support loss at theta, no inner loop: averaged over tasks it trains on their pooled data. */
void il_build_joint(il_build *build, const il_task *task);

#endif
