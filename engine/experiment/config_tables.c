/* The option tables of an experiment's own sections. Ranges are wide enough for every published protocol and narrow
 * enough that a typing error (a meta-batch of 1e9) is refused before it eats the machine. */
#include "experiment/config_tables.h"

#include "algorithms/optimiser.h"
#include "algorithms/schedule.h"

const char *const il_kernels_choices[] = {"pinned", "host", NULL};
const char *const il_state_rule_names[] = {"reset", "carry", NULL};
const char *const il_parameters_names[] = {"last", "best", "mean", "ensemble", NULL};
const char *const il_loss_scale_names[] = {"mean", "per_class_sum", "sum", NULL};
static const char *const suite_word[] = {"suite", NULL};
static const char *const training_word[] = {"training", NULL};
static const char *const auto_word[] = {"auto", NULL};
static const char *const evaluation_word[] = {"evaluation", NULL};
static const char *const last_word[] = {"last", NULL};
static const char *const none_word[] = {"none", NULL};
static const char *const learning_rate_word[] = {"learning_rate", NULL};

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))

static const il_option experiment_rows[] = {
    {.name = "experiment",
     .type = IL_OPTION_TEXT,
     .offset = offsetof(il_experiment_head, name),
     .help = "name of the experiment and of its results directory: lower-case letters, digits and hyphens"},
    {.name = "description",
     .type = IL_OPTION_TEXT,
     .offset = offsetof(il_experiment_head, description),
     .fallback = "",
     .help = "what the experiment shows, for readers of the report"},
    {.name = "kernels",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(il_experiment_head, kernels),
     .fallback = "pinned",
     .choices = il_kernels_choices,
     .help = "pinned: the same bits on every processor; host: whatever is fastest here, results are marked"},
    {.name = "published",
     .type = IL_OPTION_TEXT_LIST,
     .offset = offsetof(il_experiment_head, published),
     .fallback = "[]",
     .max_count = 16,
     .help = "published figures to stand beside the results, see `innerloop list published`"},
};

static const il_option training_rows[] = {
    {.name = "iterations",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_training, iterations),
     .low = 0,
     .high = 100000000,
     .unit = "meta-iterations",
     .help = "meta-iterations; 0 evaluates the initial parameters"},
    {.name = "meta_batch",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_training, meta_batch),
     .fallback = "25",
     .low = 1,
     .high = 4096,
     .unit = "tasks",
     .help = "tasks per meta-iteration",
     .source = "github.com/cbfinn/maml, main.py"},
    {.name = "shots",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_training, shots),
     .fallback = "suite",
     .low = 1,
     .high = 1000,
     .choices = suite_word,
     .unit = "examples per class",
     .help = "size of the support set; suite: the suite's default"},
    {.name = "queries",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_training, queries),
     .fallback = "suite",
     .low = 1,
     .high = 1000,
     .choices = suite_word,
     .unit = "examples per class",
     .help = "size of the query set; suite: the suite's default"},
    {.name = "validate_every",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_training, validate_every),
     .fallback = "auto",
     .low = 0,
     .high = 100000000,
     .choices = auto_word,
     .unit = "meta-iterations",
     .help = "meta-iterations between points of the validation curve; auto: a twentieth of the training; 0: only the "
             "end"},
    {.name = "validation_episodes",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_training, validation_episodes),
     .fallback = "100",
     .low = 1,
     .high = 100000,
     .unit = "episodes",
     .help = "episodes of the validation split per point of the curve"},
    {.name = "validation_steps",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_training, validation_steps),
     .fallback = "evaluation",
     .low = 0,
     .high = 1000,
     .choices = evaluation_word,
     .unit = "steps",
     .help = "adaptation steps before validating; evaluation: as many as in the evaluation"},
    {.name = "patience",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_training, patience),
     .fallback = "none",
     .low = 1,
     .high = 100000000,
     .choices = none_word,
     .unit = "validations",
     .help = "points of the curve in a row that are no better than the best before; training then ends; none: never"},
};

#define SHOTS_ROW                                                                                                      \
  {                                                                                                                    \
    .name = "shots", .type = IL_OPTION_INT_LIST, .offset = offsetof(il_evaluation, shots), .fallback = "[]", .low = 1, \
    .high = 1000, .min_count = 0, .max_count = 16, .unit = "examples per class",                                       \
    .help = "sizes of the support set, one setting each; empty: training.shots"                                        \
  }
#define QUERIES_ROW                                                                                                    \
  {                                                                                                                    \
    .name = "queries", .type = IL_OPTION_INT, .offset = offsetof(il_evaluation, queries), .fallback = "training",      \
    .low = 1, .high = 1000, .choices = training_word, .unit = "examples per class",                                    \
    .help = "size of the query set; training: as in training"                                                          \
  }
#define TRANSDUCTIVE_ROW                                                                                               \
  {                                                                                                                    \
    .name = "transductive", .type = IL_OPTION_BOOL, .offset = offsetof(il_evaluation, transductive),                   \
    .fallback = "true",                                                                                                \
    .help = "whether batch normalisation sees the whole query set at once; false: the support set and one query at a " \
            "time",                                                                                                    \
    .source = "true: Finn et al. 2017; Nichol et al. 2018 report both"                                                 \
  }

static const il_option evaluation_rows[] = {
    {.name = "episodes",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_evaluation, episodes),
     .fallback = "600",
     .low = 1,
     .high = 1000000,
     .unit = "episodes",
     .help = "test episodes per setting and run",
     .source = "Finn et al. 2017: 600 tasks"},
    {.name = "seed",
     .type = IL_OPTION_SEED,
     .offset = offsetof(il_evaluation, seed),
     .fallback = "1",
     .help = "seed of the test episodes; every algorithm and run sees the same ones"},
    SHOTS_ROW,
    QUERIES_ROW,
    {.name = "steps",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_evaluation, steps),
     .fallback = "10",
     .low = 0,
     .high = 1000,
     .unit = "steps",
     .help = "adaptation steps; results are recorded after each of them"},
    TRANSDUCTIVE_ROW,
    {.name = "level",
     .type = IL_OPTION_REAL,
     .offset = offsetof(il_evaluation, level),
     .fallback = "0.95",
     .low = 0.5,
     .high = 0.9999,
     .help = "level of the confidence intervals"},
    {.name = "compare_steps",
     .type = IL_OPTION_INT_LIST,
     .offset = offsetof(il_evaluation, compare_steps),
     .fallback = "[]",
     .low = 0,
     .high = 1000,
     .min_count = 0,
     .max_count = 16,
     .unit = "steps",
     .help = "paired differences also at these steps, of every two algorithms that take them; always: each algorithm "
             "at its "
             "adapt.report_step"},
    {.name = "parameters",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(il_evaluation, parameters),
     .fallback = "last",
     .choices = il_parameters_names,
     .help = "what is judged: the parameters as training left them, those of the best point of the validation curve, "
             "the mean of those of the best best_of points, or the mean prediction of the networks of these; of equal "
             "points the earlier is better",
     .source = "ensemble: Antoniou et al. 2019, the authors' code"},
    {.name = "best_of",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_evaluation, best_of),
     .fallback = "5",
     .low = 1,
     .high = IL_KEPT_MAX,
     .unit = "points of the curve",
     .help = "how many points of the curve the mean or the ensemble is of",
     .source = "Antoniou et al. 2019: the best 5 checkpoints"},
};

static const il_option evaluator_rows[] = {SHOTS_ROW, QUERIES_ROW, TRANSDUCTIVE_ROW};

/* The struct of every section with a rule begins with it. */
_Static_assert(offsetof(il_inner_options, rule) == 0 && offsetof(il_outer_options, rule) == 0, "the rule comes first");

const il_brought il_by_optimiser = {.choice = "optimiser",
                                    .at = offsetof(il_optimiser_options, optimiser),
                                    .names = il_optimiser_names,
                                    .rows = il_optimiser_rows};
const il_brought il_by_schedule = {.choice = "schedule",
                                   .at = offsetof(il_outer_options, schedule),
                                   .names = il_schedule_names,
                                   .rows = il_schedule_rows};

/* The order is that of the text that identifies a training: what is new comes behind, or is `added_later`. */
#define OPTIMISER_ROWS(default_name, default_rate)                                                                     \
  {.name = "optimiser",                                                                                                \
   .type = IL_OPTION_CHOICE,                                                                                           \
   .offset = offsetof(il_optimiser_options, optimiser),                                                                \
   .fallback = default_name,                                                                                           \
   .choices = il_optimiser_names,                                                                                      \
   .help = "how parameters move along a gradient"},                                                                    \
      {.name = "learning_rate",                                                                                        \
       .type = IL_OPTION_REAL,                                                                                         \
       .offset = offsetof(il_optimiser_options, learning_rate),                                                        \
       .fallback = default_rate,                                                                                       \
       .low = 0,                                                                                                       \
       .low_open = true,                                                                                               \
       .high = 1000,                                                                                                   \
       .help = "size of a step",                                                                                       \
       .source = "Finn et al. 2017, section 5.1",                                                                      \
       .brings = &il_by_optimiser,                                                                                     \
       .end_brought = 1},                                                                                              \
  {                                                                                                                    \
    .name = "weight_decay", .type = IL_OPTION_REAL, .offset = offsetof(il_optimiser_options, weight_decay),            \
    .fallback = "0", .low = 0, .high = 1000, .help = "times the parameter, added to its gradient",                     \
    .brings = &il_by_optimiser, .first_brought = 1, .end_brought = IL_OPTIMISERS_MAX                                   \
  }

#define INNER_ROWS                                                                                                     \
  OPTIMISER_ROWS("sgd", "0.01"),                                                                                       \
      {.name = "steps",                                                                                                \
       .type = IL_OPTION_INT,                                                                                          \
       .offset = offsetof(il_inner_options, steps),                                                                    \
       .fallback = "1",                                                                                                \
       .low = 0,                                                                                                       \
       .high = 1000,                                                                                                   \
       .unit = "steps",                                                                                                \
       .help = "steps on the support set of a task"},                                                                  \
      {.name = "batch",                                                                                                \
       .type = IL_OPTION_INT,                                                                                          \
       .offset = offsetof(il_inner_options, batch),                                                                    \
       .fallback = "0",                                                                                                \
       .low = 0,                                                                                                       \
       .high = 100000,                                                                                                 \
       .unit = "examples",                                                                                             \
       .help = "rows of the support set per step, cycled without replacement; 0: all of them"},                        \
      {.name = "loss_scale",                                                                                           \
       .type = IL_OPTION_CHOICE,                                                                                       \
       .offset = offsetof(il_inner_options, loss_scale),                                                               \
       .fallback = "mean",                                                                                             \
       .choices = il_loss_scale_names,                                                                                 \
       .help = "what the mean loss of a step is multiplied by: 1, the number of classes, or of examples",              \
       .source = "per_class_sum: Finn et al. 2017, the authors' code; sum: Nichol et al. 2018, the authors' code"},    \
  {                                                                                                                    \
    .name = "state", .type = IL_OPTION_CHOICE, .offset = offsetof(il_inner_options, state), .fallback = "reset",       \
    .choices = il_state_rule_names,                                                                                    \
    .help = "whether the optimiser's moments start anew in every task or run on from task to task",                    \
    .source = "carry: Nichol et al. 2018, the authors' code"                                                           \
  }

static const il_option inner_rows[] = {INNER_ROWS};

/* What is reported changes no training: the digest of a training leaves it out. */
static const il_option adapt_rows[] = {
    INNER_ROWS,
    {.name = "tune",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(il_inner_options, tune),
     .fallback = "[]",
     .low = 0,
     .low_open = true,
     .high = 1000,
     .min_count = 0,
     .max_count = 32,
     .help = "learning rates tried on the validation episodes; the best replaces learning_rate",
     .source = "Finn et al. 2017, section 5.1: automatically tuned step size"},
    {.name = "report_step",
     .type = IL_OPTION_INT,
     .offset = offsetof(il_inner_options, report_step),
     .fallback = "last",
     .low = 0,
     .high = 1000,
     .choices = last_word,
     .unit = "steps",
     .help = "the step at which the algorithm is compared with the others; last: after all of its steps"},
};

static const il_option outer_rows[] = {
    OPTIMISER_ROWS("adam", "0.001"),
    {.name = "final_learning_rate",
     .type = IL_OPTION_REAL,
     .offset = offsetof(il_outer_options, final_learning_rate),
     .fallback = "learning_rate",
     .low = 0,
     .high = 1000,
     .choices = learning_rate_word,
     .help = "where schedules that have an end go to; learning_rate: the rate does not change"},
    {.name = "schedule",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(il_outer_options, schedule),
     .fallback = "linear",
     .choices = il_schedule_names,
     .help = "how the learning rate changes during the training; linear without a final_learning_rate: not at all",
     .added_later = true,
     .brings = &il_by_schedule,
     .end_brought = IL_SCHEDULES_MAX},
    {.name = "clip",
     .type = IL_OPTION_REAL,
     .offset = offsetof(il_outer_options, clip),
     .fallback = "none",
     .low = 0,
     .low_open = true,
     .high = 1000000,
     .choices = none_word,
     .help = "clamps each coordinate of the meta-batch's mean direction to [-clip, clip], before weight decay. The "
             "direction of a gradient method is that of the mean query loss: code that clamps another multiple of it "
             "(Finn et al. 2017, mini-ImageNet: 10 for the sum of the query losses over the shots, 75 times the mean "
             "at 1 shot and 15 times at 5) clamps here at its bound divided by that: 10/75 = 0.13333333, "
             "10/15 = 0.66666667",
     .added_later = true},
};

const il_options il_experiment_table = {experiment_rows, COUNT(experiment_rows), sizeof(il_experiment_head)};
const il_options il_training_table = {training_rows, COUNT(training_rows), sizeof(il_training)};
const il_options il_evaluation_table = {evaluation_rows, COUNT(evaluation_rows), sizeof(il_evaluation)};
const il_options il_evaluator_table = {evaluator_rows, COUNT(evaluator_rows), sizeof(il_evaluation)};
const il_options il_inner_table = {inner_rows, COUNT(inner_rows), sizeof(il_inner_options)};
const il_options il_adapt_table = {adapt_rows, COUNT(adapt_rows), sizeof(il_inner_options)};
const il_options il_validation_table = {adapt_rows, COUNT(adapt_rows) - 1, sizeof(il_inner_options)};
const il_options il_outer_table = {outer_rows, COUNT(outer_rows), sizeof(il_outer_options)};
