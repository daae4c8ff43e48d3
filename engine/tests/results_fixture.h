/* A toy experiment with hand-made scores, for tests of analysis and result files: no training, no real suite. */
#ifndef INNERLOOP_TESTS_RESULTS_FIXTURE_H
#define INNERLOOP_TESTS_RESULTS_FIXTURE_H

#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "results/analysis.h"
#include "results/results.h"

/* Never called; an algorithm without it counts as one that does not train. */
static void toy_build(il_build *build, const il_task *task) {
  (void)build;
  (void)task;
}

static const il_algorithm toy_alpha = {.name = "alpha", .summary = "first", .build = toy_build};
static const il_algorithm toy_beta = {.name = "beta", .summary = "second", .build = toy_build};
static const il_algorithm toy_gamma = {.name = "gamma", .summary = "third", .build = toy_build};
static const il_suite toy_suite = {.name = "toy", .summary = "nothing", .kind = &il_regression};
static const il_model toy_model = {.name = "toy", .summary = "nothing"};
static const il_algorithm *const toy_algorithms[] = {&toy_alpha, &toy_beta, &toy_gamma, NULL};
static const il_suite *const toy_suites[] = {&toy_suite, NULL};
static const il_model *const toy_models[] = {&toy_model, NULL};

/* A directory of its own, an arena, results with scores of zero: every test fills in what it is about. */
typedef struct toy {
  il_arena *arena;
  il_embedded published[2];
  il_registry registry;
  il_results results;
  char directory[64];
} toy;

static toy *toy_new(const char *yaml, const char *published, const il_task_kind *kind) {
  toy *t = calloc(1, sizeof *t);
  assert_non_null(t);
  t->arena = il_arena_new();
  il_error error = {0};
  if (published) t->published[0] = (il_embedded){"baselines/published/paper.yaml", published, strlen(published)};
  t->registry = (il_registry){
      .algorithms = toy_algorithms, .suites = toy_suites, .models = toy_models, .published = t->published};
  il_experiment *experiment = NULL;
  il_status status =
      il_experiment_parse(&experiment, "toy.yaml", yaml, strlen(yaml), NULL, &t->registry, t->arena, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
  int runs = experiment->n_algorithms * experiment->n_seeds;
  t->results =
      (il_results){.experiment = experiment,
                   .registry = &t->registry,
                   .suite = {.kind = kind, .interface = {.outputs = 1}, .ways = kind == &il_classification ? 5 : 1},
                   .command = "innerloop run toy.yaml",
                   .kernels = "avx2",
                   .parameters = 1761,
                   .n_runs = runs,
                   .runs = il_arena_get(t->arena, (size_t)runs, sizeof(il_run)),
                   .episode_stream_digest = "e5"};
  for (int r = 0; r < runs; r++) {
    il_run *run = &t->results.runs[r];
    run->algorithm = r / experiment->n_seeds;
    run->seed = experiment->seeds[r % experiment->n_seeds];
    run->state = IL_RUN_DONE;
    run->training_loss = 0.5;
    for (int i = 0; i < IL_LIST_MAX; i++) run->adapt_learning_rate[i] = 0.01;
    strcpy(run->parameters_digest, "d1");
    size_t steps = (size_t)experiment->algorithms[run->algorithm].adapt.steps + 1;
    size_t rows = (size_t)il_results_settings(&t->results) * (size_t)experiment->evaluation.episodes * steps;
    run->scores = il_arena_get(t->arena, rows, sizeof(il_score));
    assert_non_null(run->scores);
  }
  strcpy(t->directory, "/tmp/innerloop-results-XXXXXX");
  assert_non_null(mkdtemp(t->directory));
  return t;
}

static void toy_free(toy *t) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", t->directory);
  assert_int_equal(system(command), 0);
  il_arena_free(t->arena);
  free(t);
}

static inline il_score *toy_score(toy *t, int run, int setting, int episode, int step) {
  return (il_score *)il_results_score(&t->results, &t->results.runs[run], setting, episode, step);
}

static inline char *read_file(const toy *t, const char *name) {
  char path[256];
  static char text[1 << 17];
  snprintf(path, sizeof path, "%s/%s", t->directory, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s was not written", path);
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = '\0';
  return text;
}

static inline void expect_contains(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("`%s` is not in:\n%s", part, text);
}

static inline void write_results(toy *t) {
  il_error error = {0};
  il_status status = il_results_write(&t->results, t->directory, NULL, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
}

#endif
