/* An experiment, read from YAML and fully resolved: every default filled in, every name looked up, every value
 * checked. */
#ifndef INNERLOOP_EXPERIMENT_CONFIG_H
#define INNERLOOP_EXPERIMENT_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "experiment/registry.h"
#include "innerloop/arena.h"
#include "innerloop/option.h"

struct il_yaml;

/* Section `training`; an algorithm's own `training` section overrides single keys of it. */
typedef struct il_training {
  int iterations;          /* meta-iterations */
  int meta_batch;          /* tasks per meta-iteration */
  int shots, queries;      /* per class; -1 in the YAML (`suite`) takes the suite's default */
  int validate_every;      /* meta-iterations between points of the validation curve; -1: auto; 0: only the end */
  int validation_episodes; /* episodes of the validation split per point */
  int validation_steps;    /* adaptation steps before validating; -1: as in evaluation */
  int patience;            /* points of the curve without improvement after which training ends; -1: never */
} il_training;

/* Meta-iterations between points of the validation curve: validate_every, or, where that is `auto`, a twentieth of the
 * training, rounded up. 0: only the end has a point. */
int il_training_interval(const il_training *training);

/* Which parameters of a training are judged at its end. */
typedef enum il_judged_parameters {
  IL_PARAMETERS_LAST,    /* as training left them */
  IL_PARAMETERS_BEST,    /* of the best point of the validation curve */
  IL_PARAMETERS_MEAN,    /* the mean of those of the best `best_of` points */
  IL_PARAMETERS_ENSEMBLE /* those of the best `best_of` points, whose predictions are averaged */
} il_judged_parameters;

enum { IL_KEPT_MAX = 64 };

/* Section `evaluation`. One setting per entry of shots: "5-shot", "10-shot"; ways are the suite's ("5-way 1-shot"). */
typedef struct il_evaluation {
  int episodes;
  uint64_t seed;             /* evaluation seed: independent of the run seeds */
  il_int_list shots;         /* empty in the YAML: training.shots */
  int queries;               /* per class; -1: as in training */
  int steps;                 /* adaptation steps; metrics are recorded after 0..steps */
  bool transductive;         /* the query set is judged as one batch; else each query beside the support set alone */
  il_int_list compare_steps; /* paired differences also at these steps, of every two algorithms that have them */
  double level;              /* of intervals: 0.95 */
  int parameters;            /* il_judged_parameters */
  int best_of;               /* points of the curve that `mean` and `ensemble` are of; at most IL_KEPT_MAX */
} il_evaluation;

enum { IL_ALGORITHMS_MAX = 32, IL_SEEDS_MAX = 256, IL_EVALUATORS_MAX = 8 };

struct il_yaml;

/* A way of judging. The first is the section `evaluation` on the experiment's own suite; entries of `evaluators`
 * follow, in which single keys of both are changed. Episodes, their seed, steps and level are the same in all. */
typedef struct il_evaluator_config {
  const char *name; /* "" for the first */
  il_evaluation evaluation;
  void *suite_options;
  const struct il_yaml *tree; /* its entry; NULL for the first */
} il_evaluator_config;

/* One entry of `algorithms`. */
typedef struct il_algorithm_config {
  const char *label;         /* unique in the experiment; the algorithm's name unless given */
  bool own_suite, own_model; /* its sections `suite` and `model` are in the file */
  void *suite_options;       /* of the experiment's suite: what it trains on */
  const il_model *model;
  void *model_options;
  /* of the experiment's suite, per evaluator: the evaluator's tasks, presented as in training
   * (il_option.presentation) */
  void *judged_suite[IL_EVALUATORS_MAX];
  const il_algorithm *algorithm;
  void *options; /* the algorithm's own struct */
  il_training training;
  il_inner_options inner;
  il_inner_options adapt; /* starts as a copy of inner; steps from evaluation.steps, batch and state from inner */
  il_outer_options outer;
  il_inner_options validation; /* how it adapts on validation episodes: `adapt` with the steps of validation */
  const struct il_yaml *tree;  /* its entry */
} il_algorithm_config;

typedef struct il_experiment {
  const il_registry *registry; /* names were looked up in; borrowed */
  const char *file;            /* as given on the command line */
  const char *extends;         /* the files it extends, for readers: il_experiment_file */
  const char *name;            /* key `experiment`; names the results directory: [a-z0-9-]+ */
  const char *description;
  const char *kernels; /* "" pinned choice (the default); "host": opts out of the bit-for-bit promise */
  const il_suite *suite;
  void *suite_options;
  const il_model *model;
  void *model_options;
  il_training training;
  il_evaluation evaluation; /* that of evaluators[0] */
  int n_evaluators;
  il_evaluator_config evaluators[IL_EVALUATORS_MAX];
  int n_seeds;
  uint64_t seeds[IL_SEEDS_MAX];
  int n_algorithms;
  il_algorithm_config algorithms[IL_ALGORITHMS_MAX];
  il_text_list published;     /* names of files of baselines/published, without .yaml */
  const struct il_yaml *tree; /* the file over what it extends, with --set applied: where every option stands */
  char digest[65];            /* SHA-256, hex, of the resolved configuration as il_experiment_print writes it */
} il_experiment;

/* What the command line adds to the file. */
typedef struct il_overrides {
  int n_set;
  const char *const
      *set; /* "training.iterations=100"; list entries by index or label: "algorithms.maml.inner.steps=5" */
  const char *algorithms; /* "maml,reptile" or NULL: only these labels */
  const char *seeds;      /* "0,1,2" or "0-4" or NULL */
} il_overrides;

/* What `run` takes, before it is resolved. */
typedef struct il_experiment_file {
  struct il_yaml *tree;        /* laid over what it extends; every node knows the file it was written in */
  const char *name;            /* the FILE of messages */
  const char *extends;         /* names of the files of the chain, nearest first, ", " between them; "": none */
  const il_embedded *embedded; /* NULL: a file on disk */
} il_experiment_file;

/* Reads a file, or a built-in experiment by its name, and what it extends. Lives in `arena`. Errors: IL_IO (no such
 * file; nearest name), IL_INVALID, IL_MEMORY. */
il_status il_experiment_tree(il_experiment_file *read, const char *file, const il_registry *registry, il_arena *arena,
                             il_error *error);

/* Reads and resolves `file`; everything lives in `arena`. The first error ends it with one line "FILE:LINE:COLUMN: what
 * is wrong; what was expected". Errors: IL_INVALID, IL_IO (cannot read), IL_MEMORY. */
il_status il_experiment_read(il_experiment **experiment, const char *file, const il_overrides *overrides,
                             const il_registry *registry, il_arena *arena, il_error *error);

/* The same from memory; `name` stands where the file name stands in messages and is where `extends` is looked up
 * from. */
il_status il_experiment_parse(il_experiment **experiment, const char *name, const char *text, size_t size,
                              const il_overrides *overrides, const il_registry *registry, il_arena *arena,
                              il_error *error);

/* Writes the resolved configuration as YAML that reads back to the same experiment. Deterministic. */
void il_experiment_print(const il_experiment *experiment, FILE *file);

/* The same as a text of *size bytes that the caller frees; NULL: out of memory. */
char *il_experiment_text(const il_experiment *experiment, size_t *size);

/* Whose options an error is about; -1: of no algorithm, no evaluator in particular. */
typedef struct il_subject {
  int algorithm, evaluator;
} il_subject;

/* Passes on `cause` with "FILE:LINE:COLUMN: " in front ("--set PATH=VALUE: " where the command line gave the value):
 * the place of cause->about, whose sections are those of il_experiment_value and `experiment` for the keys at the top.
 * Of an option that has its default it is the place of its section; without section or option, of the entry. Returns
 * cause->status. */
il_status il_experiment_fail(il_error *error, const il_experiment *experiment, il_subject subject,
                             const il_error *cause);

/* Evaluation settings: every evaluator with every entry of its shots (at least one), evaluators in order. */
typedef struct il_setting {
  int evaluator;
  int shots, queries; /* per class; -1: the suite's default */
} il_setting;
int il_experiment_settings(const il_experiment *experiment);
il_setting il_experiment_setting(const il_experiment *experiment, int setting);

/* Parameter vectors that a training of algorithm `algorithm` keeps for its evaluation, beside the current ones: 0 where
 * the last are judged or nothing trains, 1 for the best, `best_of` for a mean or an ensemble. */
int il_experiment_kept(const il_experiment *experiment, int algorithm);

/* Everything of the configuration that the training of algorithm `algorithm` and its validation curve depend on, every
 * value, defaults too: sections "NAME:" with lines "  key: value". Plug-ins count by their bytes. The seed, other
 * algorithms, the test settings and the text of the experiment do not change it. *text lives in `arena`. Errors:
 * IL_MEMORY. */
il_status il_experiment_training_text(const char **text, const il_experiment *experiment, int algorithm,
                                      il_arena *arena, il_error *error);

/* The first value in which two such texts differ, in words: "`training.meta_batch` is 24 here and 25 in the
 * checkpoint". */
void il_experiment_training_difference(char *words, size_t size, const char *here, const char *there);

/* SHA-256, hex, of that text. Errors: IL_MEMORY. */
il_status il_experiment_training_digest(char digest[65], const il_experiment *experiment, int algorithm,
                                        il_error *error);

/* The resolved value at a dotted path for one algorithm judged by one evaluator ("inner.steps", "suite.amplitude",
 * "model.hidden", "training.iterations", "option.first_order", "evaluation.queries", "judged.test_rotations": an option
 * of the suite the episodes come from), written as in YAML into `text`. Returns 0, or -1 when there is no such path. */
int il_experiment_value(const il_experiment *experiment, int algorithm, int evaluator, const char *path, char *text,
                        size_t size);

#endif
