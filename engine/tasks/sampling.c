/* Sampling without replacement, and where examples go. */
#include "tasks/sampling.h"

static int contains(const int *chosen, int count, int value) {
  for (int i = 0; i < count; i++)
    if (chosen[i] == value) return 1;
  return 0;
}

void il_sample_distinct(il_stream *stream, int *chosen, int count, int bound) {
  for (int i = 0; i < count; i++) {
    do {
      chosen[i] = (int)il_random_below(stream, (uint32_t)bound);
    } while (contains(chosen, i, chosen[i]));
  }
}

il_stream il_stream_part(const il_stream *stream, int part) {
  il_stream own = *stream;
  own.counter[0] = ((uint32_t)part + 1) << 20;
  own.left = 0;
  return own;
}

real *il_example_row(il_episode *episode, int ways, int label, int example, size_t size) {
  int query = example < episode->queries;
  size_t row = (size_t)(query ? example : example - episode->queries) * (size_t)ways + (size_t)label;
  real *target = (query ? episode->query_y : episode->support_y) + row * (size_t)ways;
  for (int i = 0; i < ways; i++) target[i] = i == label;
  return (query ? episode->query_x : episode->support_x) + row * size;
}

void il_draw_examples(il_episode *episode, const il_stream *task, int ways, int label, const il_examples *examples) {
  int chosen[IL_EXAMPLES_MAX], count = episode->queries + episode->shots;
  il_stream stream = il_stream_part(task, label);
  if (count > examples->count) count = examples->count;
  if (count > IL_EXAMPLES_MAX) count = IL_EXAMPLES_MAX;
  il_sample_distinct(&stream, chosen, count, examples->count);
  for (int i = 0; i < count; i++)
    examples->write(il_example_row(episode, ways, label, i, examples->size), examples->suite, examples->class,
                    chosen[i], examples->quarters);
}

real *il_sample_labelled_row(il_labelled_examples *labelled, int row, int label, int classes, size_t size) {
  real *target = labelled->y + (size_t)row * (size_t)classes;
  for (int i = 0; i < classes; i++) target[i] = i == label;
  return labelled->x + (size_t)row * size;
}

void il_sample_labelled_example(il_labelled_examples *labelled, il_stream *stream, int row, int label, int classes,
                                const il_examples *examples) {
  int example = (int)il_random_below(stream, (uint32_t)examples->count);
  real *x = il_sample_labelled_row(labelled, row, label, classes, examples->size);
  examples->write(x, examples->suite, examples->class, example, examples->quarters);
}

il_turn il_turn_of(int side, int channels, int quarters) {
  int step = channels, line = side * channels, last = side - 1;
  const il_turn turns[4] = {
      {0, line, step},
      {last * line, step, -line}, /* (y, x) <- (last - x, y) */
      {last * line + last * step, -line, -step} /* (last - y, last - x) */,
      {last * step, -step, line}, /* (x, last - y) */
  };
  return turns[quarters & 3];
}
