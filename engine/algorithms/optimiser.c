/* The optimiser table, and optimiser state as flat vectors and as graph values. */
#include "algorithms/optimiser.h"

#include <string.h>

#define IL_OPTIMISER(name) extern const il_optimiser il_optimiser_##name;
#include "algorithms/optimisers.def"
#undef IL_OPTIMISER

static const il_optimiser *const table[] = {
#define IL_OPTIMISER(name) &il_optimiser_##name,
#include "algorithms/optimisers.def"
#undef IL_OPTIMISER
};

const char *const il_optimiser_names[] = {
#define IL_OPTIMISER(name) #name,
#include "algorithms/optimisers.def"
#undef IL_OPTIMISER
    NULL};

_Static_assert(sizeof il_optimiser_names / sizeof(char *) <= IL_OPTIMISERS_MAX + 1,
               "there is no room for so many optimisers");

const void *il_optimiser_own(const il_optimiser_options *options) {
  return options->own[options->optimiser];
}

const il_options *il_optimiser_rows(int number) {
  return &table[number]->options;
}

const il_optimiser *il_optimiser_of(const il_optimiser_options *options) {
  return table[options->optimiser];
}

il_values il_optimiser_slopes(il_graph *graph, const il_optimiser_options *options, const il_values *theta,
                              const il_values *gradient) {
  il_values slopes = *gradient;
  for (int i = 0; options->weight_decay != 0 && i < slopes.count; i++)
    if (slopes.at[i] != IL_NO_VALUE)
      slopes.at[i] = il_add(graph, slopes.at[i], il_scale(graph, theta->at[i], options->weight_decay));
  return slopes;
}

size_t il_optimiser_state_size(const il_optimiser_options *options, size_t parameters) {
  const il_optimiser *optimiser = il_optimiser_of(options);
  return (size_t)optimiser->moments(options) * parameters + (size_t)optimiser->powers(options);
}

void il_optimiser_reset(real *state, const il_optimiser_options *options, size_t parameters) {
  const il_optimiser *optimiser = il_optimiser_of(options);
  size_t moments = (size_t)optimiser->moments(options) * parameters;
  memset(state, 0, moments * sizeof *state);
  for (int i = 0; i < optimiser->powers(options); i++) state[moments + (size_t)i] = 1;
}

il_values il_optimiser_initial(il_graph *graph, const il_optimiser_options *options, const il_values *theta) {
  const il_optimiser *optimiser = il_optimiser_of(options);
  il_values state = {0};
  for (int m = 0; m < optimiser->moments(options); m++)
    for (int i = 0; i < theta->count; i++)
      il_values_append(graph, &state, il_constant(graph, il_shape_of(graph, theta->at[i]), 0));
  for (int i = 0; i < optimiser->powers(options); i++)
    il_values_append(graph, &state, il_constant(graph, il_shape_scalar(), 1));
  return state;
}

il_values il_optimiser_inputs(il_graph *graph, const il_optimiser_options *options, const il_values *theta,
                              const size_t *offsets, size_t parameters, int slot, size_t from) {
  const il_optimiser *optimiser = il_optimiser_of(options);
  int moments = optimiser->moments(options);
  il_values state = {0};
  for (int m = 0; m < moments; m++)
    for (int i = 0; i < theta->count; i++)
      il_values_append(
          graph, &state,
          il_input(graph, slot, from + (size_t)m * parameters + offsets[i], il_shape_of(graph, theta->at[i])));
  for (int i = 0; i < optimiser->powers(options); i++)
    il_values_append(graph, &state,
                     il_input(graph, slot, from + (size_t)moments * parameters + (size_t)i, il_shape_scalar()));
  return state;
}
