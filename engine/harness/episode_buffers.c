/* Episodes as a learner sees them: inputs widened by task parameters, mini-batches gathered. */
#include <string.h>

#include "harness/session.h"
#include "innerloop/random.h"

/* Allocates `count` buffers of the given sizes (reals); returns 0 when out of memory. */
static int allocate_buffers(il_arena *arena, real **const at[], const size_t size[], int count) {
  for (int i = 0; i < count; i++) {
    *at[i] = il_arena_get(arena, size[i], sizeof(real));
    if (!*at[i]) return 0;
  }
  return 1;
}

il_status il_episode_buffers_new(il_episode_buffers *buffers, const il_source *source, const il_learner *learner,
                                 const il_inner_options *inner, il_task_size size, il_buffers_purpose purpose,
                                 il_arena *arena, il_error *error) {
  il_episode *episode = &buffers->episode;
  bool training = purpose == IL_BUFFERS_TRAINING;
  *buffers = (il_episode_buffers){.source = source,
                                  .learner = learner,
                                  .single = training && learner->form.examples,
                                  .encoded = !training && learner->encodes,
                                  .support = learner->ways * size.shots,
                                  .query = learner->ways * size.queries,
                                  .input = il_shape_size(training ? &learner->interface.input : &learner->code),
                                  .output = (size_t)(training ? learner->interface.outputs : learner->targets)};
  if (buffers->single) {
    buffers->support = il_learner_training_rows(learner, 0);
    buffers->query = 0;
  }
  buffers->batch = buffers->single ? 0 : il_learner_batch_rows(inner, buffers->support);
  buffers->batches = buffers->batch ? inner->steps : 0;
  episode->shots = size.shots;
  episode->queries = size.queries;
  size_t input = il_shape_size(&source->info.interface.input);
  size_t support = (size_t)buffers->support, query = (size_t)buffers->query,
         batch = (size_t)buffers->batches * (size_t)buffers->batch;
  real **const at[] = {&episode->support_x,       &episode->support_y, &episode->query_x, &episode->query_y,
                       &episode->task_parameters, &buffers->batch_x,   &buffers->batch_y};
  const size_t sizes[] = {support * input,
                          support * buffers->output,
                          query * input,
                          query * buffers->output,
                          (size_t)source->info.task_parameters,
                          batch * buffers->input,
                          batch * buffers->output};
  int ok = allocate_buffers(arena, at, sizes, 7);
  buffers->support_x = episode->support_x;
  buffers->query_x = episode->query_x;
  if (ok && (buffers->encoded || buffers->input != input)) {
    real **const wide[] = {&buffers->support_x, &buffers->query_x};
    const size_t wide_sizes[] = {support * buffers->input, query * buffers->input};
    ok = allocate_buffers(arena, wide, wide_sizes, 2);
  }
  buffers->order = il_arena_get(arena, support, sizeof *buffers->order);
  if (!ok || !buffers->order)
    return il_fail_memory(error, "an episode", (support + query + batch) * buffers->input * sizeof(real));
  return IL_OK;
}

/* Rows of `from`, each followed by the task parameters. */
static void widen(const il_episode_buffers *buffers, real *to, const real *from, int rows) {
  size_t extra = (size_t)buffers->source->info.task_parameters, input = buffers->input - extra;
  for (size_t row = 0; row < (size_t)rows; row++) {
    memcpy(to + row * buffers->input, from + row * input, input * sizeof *to);
    memcpy(to + row * buffers->input + input, buffers->episode.task_parameters, extra * sizeof *to);
  }
}

void il_episode_buffers_gather(il_episode_buffers *buffers, il_split split, uint64_t seed, uint64_t index) {
  if (buffers->batch == 0) return;
  /* evaluation episodes carry their split, as in il_episode_stream */
  il_stream stream = il_stream_open(seed, IL_PURPOSE_MINIBATCH, (uint64_t)split << 48 | index);
  size_t rows = (size_t)buffers->batches * (size_t)buffers->batch;
  for (size_t row = 0; row < rows; row++) {
    size_t at = row % (size_t)buffers->support;
    if (at == 0) il_random_permutation(&stream, buffers->order, buffers->support);
    size_t from = (size_t)buffers->order[at];
    memcpy(buffers->batch_x + row * buffers->input, buffers->support_x + from * buffers->input,
           buffers->input * sizeof(real));
    memcpy(buffers->batch_y + row * buffers->output, buffers->episode.support_y + from * buffers->output,
           buffers->output * sizeof(real));
  }
}

void il_episode_buffers_draw(il_episode_buffers *buffers, il_split split, uint64_t seed, uint64_t index) {
  const il_source *source = buffers->source;
  if (buffers->single) {
    il_labelled_examples labelled = {buffers->support, buffers->episode.support_x, buffers->episode.support_y};
    source->suite->examples(source->state, split, seed, index, &labelled);
    return;
  }
  source->suite->draw(source->state, split, seed, index, &buffers->episode);
  if (buffers->encoded) return;
  if (buffers->support_x != buffers->episode.support_x) {
    widen(buffers, buffers->support_x, buffers->episode.support_x, buffers->support);
    widen(buffers, buffers->query_x, buffers->episode.query_x, buffers->query);
  }
  il_episode_buffers_gather(buffers, split, seed, index);
}

void il_episode_buffers_give(il_call *call, const il_episode_buffers *buffers, int step) {
  size_t row = (size_t)step * (size_t)buffers->batch;
  call->support_x = buffers->support_x;
  call->support_y = buffers->episode.support_y;
  call->query_x = buffers->query_x;
  call->query_y = buffers->episode.query_y;
  call->batch_x = buffers->batch_x + row * buffers->input;
  call->batch_y = buffers->batch_y + row * buffers->output;
  call->step = (real)step;
}
