/* The option tables of an experiment's own sections; suites, models and algorithms bring theirs. `describe` prints
 * them. */
#ifndef INNERLOOP_EXPERIMENT_CONFIG_TABLES_H
#define INNERLOOP_EXPERIMENT_CONFIG_TABLES_H

#include "experiment/config.h"
#include "innerloop/option.h"

/* The scalar keys at the top of the file. */
typedef struct il_experiment_head {
  const char *name;
  const char *description;
  int kernels; /* index into il_kernels_choices */
  il_text_list published;
} il_experiment_head;

extern const char *const il_kernels_choices[]; /* "pinned", "host", NULL */
extern const char *const il_state_rule_names[];
extern const char *const il_loss_scale_names[];
extern const char *const il_parameters_names[]; /* il_judged_parameters */

/* What brings options to the sections inner, adapt and outer: `optimiser`; to outer also `schedule`. */
extern const il_brought il_by_optimiser, il_by_schedule;

extern const il_options il_experiment_table; /* il_experiment_head */
extern const il_options il_training_table;   /* il_training */
extern const il_options il_evaluation_table; /* il_evaluation */
extern const il_options il_evaluator_table;  /* il_evaluation: the rows that evaluators may change */
extern const il_options il_inner_table;      /* il_inner_options */
extern const il_options il_adapt_table;      /* il_inner_options: the same rows, `tune` and `report_step` */
extern const il_options il_validation_table; /* il_inner_options: what validation depends on: without `report_step` */
extern const il_options il_outer_table;      /* il_outer_options */

#endif
