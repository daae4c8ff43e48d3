/* Episodes as a learner sees them: inputs widened by task parameters, mini-batches gathered. */
#include <string.h>

#include "harness/session.h"
#include "innerloop/random.h"

/* Allocates `count` buffers of the given sizes (reals); returns 0 when out of memory. */
static int buffers(il_arena *arena, real **const at[], const size_t size[], int count) {
  for (int i = 0; i < count; i++) {
    *at[i] = il_arena_get(arena, size[i], sizeof(real));
    if (!*at[i]) return 0;
  }
  return 1;
}

il_status il_view_new(il_view *view, const il_source *source, const il_learner *learner, const il_inner_options *inner,
                      il_task_size size, il_view_purpose purpose, il_arena *arena, il_error *error) {
  il_episode *episode = &view->episode;
  bool training = purpose == IL_VIEW_TRAINING;
  *view = (il_view){.source = source,
                    .learner = learner,
                    .single = training && learner->form.examples,
                    .encoded = !training && learner->encodes,
                    .support = learner->ways * size.shots,
                    .query = learner->ways * size.queries,
                    .input = il_shape_size(training ? &learner->interface.input : &learner->code),
                    .output = (size_t)(training ? learner->interface.outputs : learner->targets)};
  if (view->single) {
    view->support = il_learner_training_rows(learner, 0);
    view->query = 0;
  }
  view->batch = view->single ? 0 : il_learner_batch_rows(inner, view->support);
  view->batches = view->batch ? inner->steps : 0;
  episode->shots = size.shots;
  episode->queries = size.queries;
  size_t input = il_shape_size(&source->info.interface.input);
  size_t support = (size_t)view->support, query = (size_t)view->query,
         batch = (size_t)view->batches * (size_t)view->batch;
  real **const at[] = {&episode->support_x,       &episode->support_y, &episode->query_x, &episode->query_y,
                       &episode->task_parameters, &view->batch_x,      &view->batch_y};
  const size_t sizes[] = {support * input,
                          support * view->output,
                          query * input,
                          query * view->output,
                          (size_t)source->info.task_parameters,
                          batch * view->input,
                          batch * view->output};
  int ok = buffers(arena, at, sizes, 7);
  view->support_x = episode->support_x;
  view->query_x = episode->query_x;
  if (ok && (view->encoded || view->input != input)) {
    real **const wide[] = {&view->support_x, &view->query_x};
    const size_t wide_sizes[] = {support * view->input, query * view->input};
    ok = buffers(arena, wide, wide_sizes, 2);
  }
  view->order = il_arena_get(arena, support, sizeof *view->order);
  if (!ok || !view->order)
    return il_fail_memory(error, "an episode", (support + query + batch) * view->input * sizeof(real));
  return IL_OK;
}

/* Rows of `from`, each followed by the task parameters. */
static void widen(const il_view *view, real *to, const real *from, int rows) {
  size_t extra = (size_t)view->source->info.task_parameters, input = view->input - extra;
  for (size_t row = 0; row < (size_t)rows; row++) {
    memcpy(to + row * view->input, from + row * input, input * sizeof *to);
    memcpy(to + row * view->input + input, view->episode.task_parameters, extra * sizeof *to);
  }
}

void il_view_gather(il_view *view, il_split split, uint64_t seed, uint64_t index) {
  if (view->batch == 0) return;
  /* evaluation episodes carry their split, as in il_episode_stream */
  il_stream stream = il_stream_open(seed, IL_PURPOSE_MINIBATCH, (uint64_t)split << 48 | index);
  size_t rows = (size_t)view->batches * (size_t)view->batch;
  for (size_t row = 0; row < rows; row++) {
    size_t at = row % (size_t)view->support;
    if (at == 0) il_random_permutation(&stream, view->order, view->support);
    size_t from = (size_t)view->order[at];
    memcpy(view->batch_x + row * view->input, view->support_x + from * view->input, view->input * sizeof(real));
    memcpy(view->batch_y + row * view->output, view->episode.support_y + from * view->output,
           view->output * sizeof(real));
  }
}

void il_view_draw(il_view *view, il_split split, uint64_t seed, uint64_t index) {
  const il_source *source = view->source;
  if (view->single) {
    il_pooled pooled = {view->support, view->episode.support_x, view->episode.support_y};
    source->suite->pool(source->state, split, seed, index, &pooled);
    return;
  }
  source->suite->draw(source->state, split, seed, index, &view->episode);
  if (view->encoded) return;
  if (view->support_x != view->episode.support_x) {
    widen(view, view->support_x, view->episode.support_x, view->support);
    widen(view, view->query_x, view->episode.query_x, view->query);
  }
  il_view_gather(view, split, seed, index);
}

void il_view_show(il_call *call, const il_view *view, int step) {
  size_t row = (size_t)step * (size_t)view->batch;
  call->support_x = view->support_x;
  call->support_y = view->episode.support_y;
  call->query_x = view->query_x;
  call->query_y = view->episode.query_y;
  call->batch_x = view->batch_x + row * view->input;
  call->batch_y = view->batch_y + row * view->output;
  call->step = (real)step;
}
