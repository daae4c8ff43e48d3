/* innerloop data episodes: the test episodes of an experiment as arrays, for other programs. */
#include <stdlib.h>
#include <string.h>

#include "cli/data.h"
#include "formats/npz.h"
#include "harness/session.h"

enum { ARRAYS = 5 };

/* The episodes of one setting, one after the other. */
typedef struct episode_arrays {
  const il_source *source;
  int episodes;
  size_t each[ARRAYS]; /* reals of one episode: support_x, support_y, query_x, query_y, task_parameters */
  real *data[ARRAYS];
  il_npz_array at[ARRAYS];
} episode_arrays;

/* [episodes, rows, input...] for examples, [episodes, rows, outputs] for targets. */
static void shape_array(il_npz_array *array, size_t episodes, size_t rows, const il_shape *one) {
  array->type = (il_npz_type)IL_NPZ_REAL;
  array->rank = one->rank + 2;
  array->dims[0] = episodes;
  array->dims[1] = rows;
  for (int i = 0; i < one->rank; i++) array->dims[i + 2] = (size_t)one->dims[i];
}

static il_status allocate(episode_arrays *arrays, const il_evaluation_setting *judging, int setting, il_arena *arena,
                          il_error *error) {
  static const char *const names[ARRAYS] = {"support_x", "support_y", "query_x", "query_y", "task_parameters"};
  const il_suite_info *info = &judging->source->info;
  const size_t support = (size_t)(info->ways * judging->size.shots),
               query = (size_t)(info->ways * judging->size.queries);
  const il_shape target = il_shape_vector(info->interface.outputs), number = il_shape_vector(info->task_parameters);
  const size_t rows[ARRAYS] = {support, support, query, query, 1};
  const il_shape *const ones[ARRAYS] = {&info->interface.input, &target, &info->interface.input, &target, &number};
  for (int i = 0; i < ARRAYS; i++) {
    il_npz_array *array = &arrays->at[i];
    snprintf(array->name, sizeof array->name, "setting%d.%s", setting, names[i]);
    shape_array(array, (size_t)arrays->episodes, rows[i], ones[i]);
    arrays->each[i] = rows[i] * il_shape_size(ones[i]);
    array->data = arrays->data[i] = il_arena_get(arena, (size_t)arrays->episodes * arrays->each[i] + 1, sizeof(real));
    if (!array->data)
      return il_fail_memory(error, "episodes", (size_t)arrays->episodes * arrays->each[i] * sizeof(real));
  }
  return IL_OK;
}

static void draw(const episode_arrays *arrays, const il_evaluation_setting *judging, uint64_t seed) {
  for (size_t e = 0; e < (size_t)arrays->episodes; e++) {
    real *at[ARRAYS];
    for (int i = 0; i < ARRAYS; i++) at[i] = arrays->data[i] + e * arrays->each[i];
    il_episode episode = {.shots = judging->size.shots,
                          .queries = judging->size.queries,
                          .support_x = at[0],
                          .support_y = at[1],
                          .query_x = at[2],
                          .query_y = at[3],
                          .task_parameters = at[4]};
    arrays->source->suite->draw(arrays->source->state, IL_SPLIT_TEST, seed, e, &episode);
  }
}

/* All settings, as the first algorithm chosen sees them. */
static il_status write_episodes(const il_session *session, const char *path, il_arena *arena, il_error *error) {
  const il_evaluation *evaluation = &session->experiment->evaluation;
  const int settings = il_experiment_settings(session->experiment);
  il_npz_array *list = il_arena_get(arena, (size_t)settings * ARRAYS, sizeof *list);
  if (!list) return il_fail_memory(error, "episodes", 0);
  int count = 0;
  for (int setting = 0; setting < settings; setting++) {
    const il_evaluation_setting judging = il_session_evaluation_setting(session, 0, setting);
    episode_arrays arrays = {.source = judging.source, .episodes = evaluation->episodes};
    il_status status = allocate(&arrays, &judging, setting, arena, error);
    if (status != IL_OK) return status;
    draw(&arrays, &judging, evaluation->seed);
    status = il_session_trouble(session, error);
    if (status != IL_OK) return status;
    for (int i = 0; i < ARRAYS; i++)
      if (arrays.each[i] > 0) list[count++] = arrays.at[i];
  }
  return il_npz_write(path, list, count, 0, error);
}

il_status il_data_episodes(const il_data_call *call, il_error *error) {
  const il_data_values *values = call->values;
  il_experiment *experiment;
  il_session *session = NULL;
  il_status status = IL_OK;
  if (call->words->count != 2 || !values->out)
    return il_fail(error, IL_INVALID, "data: episodes: expected `innerloop data episodes FILE.yaml --out FILE.npz`");
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the experiment", 0);
  const il_overrides overrides = {.n_set = values->set.count, .set = values->set.at, .algorithms = values->algorithms};
  IL_TRY(il_experiment_read(&experiment, call->words->at[1], &overrides, call->cli->registry, arena, error));
  IL_TRY(il_session_open(&session, experiment, 1, NULL, values->data, error));
  IL_TRY(write_episodes(session, values->out, arena, error));
  printf("%d episodes of each of %d settings, as `%s` sees them, written to %s\n", experiment->evaluation.episodes,
         il_experiment_settings(experiment), experiment->algorithms[0].label, values->out);
done:
  il_session_close(session);
  il_arena_free(arena);
  return status;
}
