/* From an algorithm's build function to compiled programs: the training program of one task, one adaptation step, the
 * judgement on a query set and the outer update. What the run-time slots hold is defined here and nowhere else. */
#ifndef INNERLOOP_ALGORITHMS_LEARNER_H
#define INNERLOOP_ALGORITHMS_LEARNER_H

#include "graph/program.h"
#include "innerloop/algorithm.h"

/* Run-time slots. P parameters, S reals of optimiser state, b rows of a mini-batch. */
typedef enum il_slot {
  IL_SLOT_PARAMETERS,     /* [P] theta or phi */
  IL_SLOT_SUPPORT_X,      /* [N K, in] */
  IL_SLOT_SUPPORT_Y,      /* [N K, out] */
  IL_SLOT_QUERY_X,        /* [N Q, in] */
  IL_SLOT_QUERY_Y,        /* [N Q, out] */
  IL_SLOT_BATCH_X,        /* [steps, b, in] mini-batches, gathered by the harness */
  IL_SLOT_BATCH_Y,        /* [steps, b, out] */
  IL_SLOT_STATE,          /* [S] carried values, then optimiser state, before */
  IL_SLOT_DIRECTION,      /* [P] mean direction (outer update) */
  IL_SLOT_RATE,           /* [1] learning rate (outer update) */
  IL_SLOT_OUT_PARAMETERS, /* [P] */
  IL_SLOT_OUT_STATE,      /* [S] */
  IL_SLOT_OUT_DIRECTION,  /* [P] of one task */
  IL_SLOT_OUT_LOSS,       /* [1] */
  IL_SLOT_OUT_PREDICTION  /* [N Q, out] */
} il_slot;

/* What a learner is made of. Everything is borrowed and outlives the learner. */
typedef struct il_learner {
  const il_algorithm *algorithm;
  const void *options;
  const il_model *model;
  const void *model_options;
  il_interface interface; /* input already extended by task parameters where the algorithm takes them */
  il_task_kind kind;
  int ways;
  int targets; /* width of an episode's target row; 0: interface.outputs (they differ where training is pooled) */
  const il_kernels *kernels;
  il_compile_mode mode;
  /* filled by il_learner_prepare */
  il_parameters parameters;
  il_parameters carried; /* C reals: what runs on from task to task beside optimiser state */
  bool encodes;          /* adaptation and judgement see codes ... */
  il_shape code;         /* ... of this shape, else examples: without the batch axis */
} il_learner;

/* Interface the algorithm's model sees on a suite: inputs extended by the task parameters for an oracle, an output for every
 * training class where training is pooled. Errors: IL_INVALID (an oracle on a suite without task parameters, or on images;
 * pooled training on one without a fixed number of classes). */
il_status il_learner_interface(il_interface *interface, const il_algorithm *algorithm, const il_suite_info *suite,
                               il_error *error);

/* Lists the model's and the algorithm's parameters. Errors: theirs, IL_MEMORY. */
il_status il_learner_prepare(il_learner *learner, il_error *error);

/* Rows of a training task's support set: ways times shots, or those of a pooled draw. */
int il_learner_training_rows(const il_learner *learner, int shots);

/* S: reals of state for steps by `rule`: carried values and optimiser state. */
size_t il_learner_state_size(const il_learner *learner, const il_optimiser_options *rule);

/* Fills a state with what it is before the first task. rule: NULL: the carried values alone. */
void il_learner_state_reset(real *state, const il_learner *learner, const il_optimiser_options *rule);

/* Result of compiling a training program. */
typedef struct il_training_program {
  il_program *program;
  il_direction_kind kind;
  size_t
      state; /* reals that run from task to task: carried values, then inner-optimiser state as far as carried; 0: none */
} il_training_program;

/* The program of one training task: PARAMETERS, SUPPORT, QUERY or BATCH, STATE when carried -> OUT_DIRECTION, OUT_LOSS,
 * OUT_STATE when carried; with `adapted`, OUT_PARAMETERS receives phi too. Errors: IL_INVALID, IL_MEMORY. */
il_status il_learner_training(il_training_program *training, const il_learner *learner, const il_inner_options *inner,
                              int shots, int queries, bool adapted, il_error *error);

/* The loss of one training task alone, without its direction: as above -> OUT_LOSS. Errors: as above. */
il_status il_learner_training_loss(il_program **program, const il_learner *learner, const il_inner_options *inner,
                                   int shots, int queries, il_error *error);

/* One adaptation step: PARAMETERS, STATE, SUPPORT (or BATCH when adapt->batch) -> OUT_PARAMETERS, OUT_STATE. */
il_status il_learner_adaptation(il_program **program, const il_learner *learner, const il_inner_options *adapt,
                                int shots, il_error *error);

/* Judgement of `rows` examples: PARAMETERS, QUERY, carried STATE, and SUPPORT of `shots` where the algorithm predicts by it -> OUT_LOSS,
 * OUT_PREDICTION. */
il_status il_learner_judgement(il_program **program, const il_learner *learner, int shots, int rows, il_error *error);

/* What adaptation and judgement see of `rows` examples: PARAMETERS, STATE, QUERY_X -> OUT_PREDICTION [rows, code]. Only where
 * the learner encodes; in the programs of adaptation and judgement SUPPORT_X, QUERY_X and BATCH_X are then codes. */
il_status il_learner_encoding(il_program **program, const il_learner *learner, int rows, il_error *error);

/* Prediction alone, of `rows` examples: PARAMETERS, QUERY_X, SUPPORT as above -> OUT_PREDICTION. */
il_status il_learner_prediction(il_program **program, const il_learner *learner, int shots, int rows, il_error *error);

/* The loss of `rows` given predictions [rows, out], which take the place of QUERY_X: QUERY_X, QUERY_Y -> OUT_LOSS. */
il_status il_learner_loss(il_program **program, const il_learner *learner, int rows, il_error *error);

/* The outer update of P flat parameters: PARAMETERS, STATE, DIRECTION, RATE -> OUT_PARAMETERS, OUT_STATE. */
il_status il_learner_outer(il_program **program, const il_learner *learner, const il_outer_options *outer,
                           il_error *error);

/* Rows of a mini-batch for a support set of `rows`: 0 when steps see the whole set. */
int il_learner_batch_rows(const il_inner_options *inner, int rows);

#endif
