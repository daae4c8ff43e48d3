/* What happens before learning: an episode is drawn, a YAML file is read, a data set is opened. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/workloads/bench.h"
#include "cli/builtin.h"

typedef struct task_state {
  bench_opened opened;
  bench_conditions conditions;
  bench_case what;
  const char *text; /* YAML of the case */
  il_episode_buffers view;
  uint64_t index;
  il_status failed; /* of the last run; OK */
} task_state;

static void task_close(void *opened) {
  task_state *state = opened;
  bench_close(&state->opened);
  free(state);
}

static il_status task_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                           il_error *error) {
  task_state *state = calloc(1, sizeof *state);
  if (!state) return il_fail_memory(error, "a benchmark", 0);
  work->state = state;
  state->conditions = *conditions;
  state->what = *what;
  return bench_open(&state->opened, what, conditions, error);
}

/* ---- one training episode ---- */

static il_status episode_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                              il_error *error) {
  il_status status = task_open(work, what, conditions, error);
  if (status != IL_OK) return status;
  task_state *state = work->state;
  work->episodes = 1;
  return il_episode_buffers_new(&state->view, state->opened.session->common[0], &state->opened.learner,
                                &state->opened.experiment->algorithms[0].inner,
                                il_session_training_size(state->opened.session, 0), IL_BUFFERS_TRAINING,
                                state->opened.arena, error);
}

static void episode_run(void *opened) {
  task_state *state = opened;
  il_episode_buffers_draw(&state->view, IL_SPLIT_TRAIN, 1, state->index++);
}

/* An episode is a pure function of its number: drawn again after another it is the same, and the other is not. */
static il_status episode_check(void *opened, il_error *error) {
  task_state *state = opened;
  const il_episode *episode = &state->view.episode;
  size_t count = (size_t)state->view.query * il_shape_size(&state->opened.session->info.interface.input);
  real *kept = il_arena_get(state->opened.arena, count, sizeof *kept);
  if (!kept) return il_fail_memory(error, "an episode", 0);
  for (int i = 0; i < 3; i++) {
    state->index = i == 1 ? 1 : 0;
    episode_run(state);
    bool same = memcmp(kept, episode->query_x, count * sizeof *kept) == 0;
    if (i > 0 && same != (i == 2))
      return il_fail(error, IL_NEGATIVE, "episode %s", i == 1 ? "1 is episode 0" : "0 is another the second time");
    if (i == 0) memcpy(kept, episode->query_x, count * sizeof *kept);
  }
  for (size_t i = 0; i < count; i++)
    if (!isfinite((double)kept[i])) return il_fail(error, IL_NEGATIVE, "an episode with a number that is not finite");
  return IL_OK;
}

const bench_family bench_family_episode = {.name = "episode",
                                           .repetitions = 20,
                                           .open = episode_open,
                                           .run = episode_run,
                                           .check = episode_check,
                                           .close = task_close};

/* ---- reading and resolving an experiment with every registered algorithm ---- */

static il_status read_again(il_experiment **experiment, const il_registry *registry, const char *text, il_arena *arena,
                            il_error *error) {
  static const il_overrides none = {0};
  return il_experiment_parse(experiment, "benchmark.yaml", text, strlen(text), &none, registry, arena, error);
}

static il_status yaml_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                           il_error *error) {
  il_status status = task_open(work, what, conditions, error);
  if (status != IL_OK) return status;
  task_state *state = work->state;
  state->text =
      bench_text(conditions->registry, &what->setting, what->model, what->algorithm, NULL, state->opened.arena);
  return state->text ? IL_OK : il_fail_memory(error, "a benchmark", 0);
}

static void yaml_run(void *opened) {
  task_state *state = opened;
  il_experiment *experiment = NULL;
  il_arena *arena = il_arena_new();
  state->failed = arena ? read_again(&experiment, state->conditions.registry, state->text, arena, NULL) : IL_MEMORY;
  il_arena_free(arena);
}

/* What is printed reads back to the same experiment. */
static il_status yaml_check(void *opened, il_error *error) {
  task_state *state = opened;
  char *text = NULL;
  size_t size = 0;
  il_experiment *again;
  FILE *file = open_memstream(&text, &size);
  if (!file) return il_fail_memory(error, "a benchmark", 0);
  il_experiment_print(state->opened.experiment, file);
  bool lost = fclose(file) != 0;
  il_status status = lost ? il_fail_memory(error, "a benchmark", 0)
                          : read_again(&again, state->conditions.registry, text, state->opened.arena, error);
  free(text);
  if (status != IL_OK) return status;
  if (strcmp(again->digest, state->opened.experiment->digest) != 0)
    return il_fail(error, IL_NEGATIVE, "the resolved configuration reads back to another experiment");
  yaml_run(state);
  return state->failed == IL_OK ? IL_OK : il_fail(error, state->failed, "the experiment does not read again");
}

const bench_family bench_family_yaml = {
    .name = "yaml", .repetitions = 2, .open = yaml_open, .run = yaml_run, .check = yaml_check, .close = task_close};

/* ---- opening a suite that reads a data set ---- */

static void data_run(void *opened) {
  task_state *state = opened;
  bench_opened again;
  state->failed = bench_open(&again, &state->what, &state->conditions, NULL);
  if (state->failed == IL_OK) bench_close(&again);
}

static il_status data_check(void *opened, il_error *error) {
  task_state *state = opened;
  bench_opened again;
  il_suite_digests first = {0}, second = {0};
  il_status status = bench_open(&again, &state->what, &state->conditions, error);
  if (status != IL_OK) return status;
  const il_suite *suite = again.experiment->suite;
  suite->digests(state->opened.session->common[0]->state, &first);
  suite->digests(again.session->common[0]->state, &second);
  bench_close(&again);
  if (strcmp(first.data, second.data) != 0 || strcmp(first.split, second.split) != 0)
    return il_fail(error, IL_NEGATIVE, "the data set is another the second time");
  return IL_OK;
}

const bench_family bench_family_data = {.name = "data",
                                        .repetitions = 1,
                                        .data_only = true,
                                        .open = task_open,
                                        .run = data_run,
                                        .check = data_check,
                                        .close = task_close};
