/* From an algorithm's build function to compiled programs: the training program of one task, one adaptation step, the
 * evaluation on a query set and the outer update. What the run-time slots hold is defined here and nowhere else. */
#ifndef INNERLOOP_ALGORITHMS_LEARNER_H
#define INNERLOOP_ALGORITHMS_LEARNER_H

#include "graph/program.h"
#include "innerloop/algorithm.h"

/* What a learner's programs read and write: run-time slot, field of il_call. P parameters, S reals of state, b rows of
 * a mini-batch. parameters [P] theta or phi; start [P] what adaptation began with; support_x [N K, in]; support_y [N K,
 * out]; query_x [N Q, in]; query_y [N Q, out]; batch_x [steps, b, in], batch_y [steps, b, out] mini-batches, gathered
 * by the harness; state [S] carried values, then optimiser state, before; direction [P] the mean one (outer update). */
#define IL_SLOT_INPUT_MAP(X)                                                                                           \
  X(PARAMETERS, parameters)                                                                                            \
  X(SUPPORT_X, support_x)                                                                                              \
  X(SUPPORT_Y, support_y)                                                                                              \
  X(QUERY_X, query_x)                                                                                                  \
  X(QUERY_Y, query_y)                                                                                                  \
  X(BATCH_X, batch_x)                                                                                                  \
  X(BATCH_Y, batch_y)                                                                                                  \
  X(STATE, state)                                                                                                      \
  X(DIRECTION, direction)                                                                                              \
  X(START, start)
/* Numbers: learning rate (outer update); which inner step; the part of the training that is done, in [0, 1]. */
#define IL_SLOT_NUMBER_MAP(X)                                                                                          \
  X(RATE, rate)                                                                                                        \
  X(STEP, step)                                                                                                        \
  X(PROGRESS, progress)
/* [P], [S], [P] of one task, [1], [N Q, out]. */
#define IL_SLOT_OUTPUT_MAP(X)                                                                                          \
  X(OUT_PARAMETERS, out_parameters)                                                                                    \
  X(OUT_STATE, out_state)                                                                                              \
  X(OUT_DIRECTION, out_direction)                                                                                      \
  X(OUT_LOSS, out_loss)                                                                                                \
  X(OUT_PREDICTION, out_prediction)

typedef enum il_slot {
#define IL_SLOT_ENUM(name, field) IL_SLOT_##name,
  IL_SLOT_INPUT_MAP(IL_SLOT_ENUM) IL_SLOT_NUMBER_MAP(IL_SLOT_ENUM) IL_SLOT_OUTPUT_MAP(IL_SLOT_ENUM)
#undef IL_SLOT_ENUM
} il_slot;

/* One run of a learner's program. What the program neither reads nor writes may be NULL. */
typedef struct il_call {
  const il_program *program;
  real *workspace;     /* as il_program_run */
  il_workers *workers; /* its large steps are divided among these threads; NULL: not divided */
#define IL_CALL_INPUT(name, field) const real *field;
#define IL_CALL_NUMBER(name, field) real field;
#define IL_CALL_OUTPUT(name, field) real *field;
  IL_SLOT_INPUT_MAP(IL_CALL_INPUT)
  IL_SLOT_NUMBER_MAP(IL_CALL_NUMBER)
  IL_SLOT_OUTPUT_MAP(IL_CALL_OUTPUT)
#undef IL_CALL_INPUT
#undef IL_CALL_NUMBER
#undef IL_CALL_OUTPUT
} il_call;

/* Runs it. No allocation, no lock, no failure. */
void il_learner_run(const il_call *call);

/* What a learner is made of. Everything is borrowed and outlives the learner. */
typedef struct il_learner {
  const il_algorithm *algorithm;
  const void *options;
  const il_model *model;
  const void *model_options;
  il_sections sections;   /* the algorithm's, resolved */
  il_interface interface; /* input already extended by task parameters where the algorithm takes them */
  const il_task_kind *kind;
  int ways;
  int targets; /* width of an episode's target row; 0: interface.outputs (training on single examples differs) */
  const il_kernels *kernels;
  il_compile_mode mode;
  /* filled by il_learner_prepare */
  il_task_form form;
  il_parameters parameters;
  int own;               /* the model's parameters; the algorithm's own follow them */
  il_parameters carried; /* C reals: what runs on from task to task beside optimiser state */
  bool encodes;          /* adaptation and evaluation see codes ... */
  il_shape code;         /* ... of this shape, else examples: without the batch axis */
} il_learner;

/* What the algorithm with these options sees and trains on. */
il_task_form il_learner_form(const il_algorithm *algorithm, const void *options);

/* Interface the algorithm's model sees on a suite: inputs extended by the numbers that describe a task or by what the
 * algorithm supplies, an output for every training class, as its form asks. Errors: IL_INVALID (a suite that has no
 * such numbers, or of images; images without channels; no fixed number of classes). */
il_status il_learner_interface(il_interface *interface, const il_algorithm *algorithm, const void *options,
                               const il_suite_info *suite, il_error *error);

/* Lists the model's and the algorithm's parameters. Errors: theirs, IL_MEMORY. */
il_status il_learner_prepare(il_learner *learner, il_error *error);

/* Rows of a training task's support set: ways times shots, or single examples. */
int il_learner_training_rows(const il_learner *learner, int shots);

/* S: reals of state for steps by `rule`: carried values and optimiser state. */
size_t il_learner_state_size(const il_learner *learner, const il_optimiser_options *rule);

/* Fills a state with what it is before the first task. rule: NULL: the carried values alone. */
void il_learner_state_reset(real *state, const il_learner *learner, const il_optimiser_options *rule);

/* Result of compiling a training program. */
typedef struct il_training_program {
  il_program *program;
  il_direction_kind kind;
  size_t state; /* reals that run from task to task: carried values, then carried inner-optimiser state; 0: none */
} il_training_program;

/* The program of one training task: PARAMETERS, SUPPORT, QUERY or BATCH, STATE when carried -> OUT_DIRECTION, OUT_LOSS,
 * OUT_STATE when carried; with `adapted`, OUT_PARAMETERS receives phi too. Errors: IL_INVALID, IL_MEMORY. */
il_status il_learner_training(il_training_program *training, const il_learner *learner, const il_inner_options *inner,
                              int shots, int queries, bool adapted, il_error *error);

/* The loss of one training task alone, without its direction: as above -> OUT_LOSS. Errors: as above. */
il_status il_learner_training_loss(il_program **program, const il_learner *learner, const il_inner_options *inner,
                                   int shots, int queries, il_error *error);

/* One adaptation step: PARAMETERS, START, STEP, STATE, SUPPORT (or BATCH when adapt->batch) -> OUT_PARAMETERS,
 * OUT_STATE. */
il_status il_learner_adaptation(il_program **program, const il_learner *learner, const il_inner_options *adapt,
                                int shots, il_error *error);

/* Judgement of `rows` examples: PARAMETERS, QUERY, carried STATE, and SUPPORT of `shots` where the algorithm predicts
 * by it -> OUT_LOSS, OUT_PREDICTION. */
il_status il_learner_evaluation(il_program **program, const il_learner *learner, int shots, int rows, il_error *error);

/* What adaptation and evaluation see of `rows` examples: PARAMETERS, STATE, QUERY_X -> OUT_PREDICTION [rows, code].
 * Only where the learner encodes; in the programs of adaptation and evaluation SUPPORT_X, QUERY_X and BATCH_X are then
 * codes. */
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
