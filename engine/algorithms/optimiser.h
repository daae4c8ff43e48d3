/* Optimisers as graph builders: one definition serves the differentiable inner loop, adaptation at test and the outer
 * loop. A row needs every field but `citation`. */
#ifndef INNERLOOP_ALGORITHMS_OPTIMISER_H
#define INNERLOOP_ALGORITHMS_OPTIMISER_H

#include "innerloop/algorithm.h"

/* One optimiser. Its state, for parameters t1..tn, is the list of values
 * [moment 1 of t1..tn, moment 2 of t1..tn, ..., powers], the powers being scalars. */
typedef struct il_optimiser {
  const char *name;
  const char *summary;
  const char *citation;
  il_options options; /* its own, beside learning_rate and weight_decay; offsets by IL_OPTIMISER_FIELD. Those of a new
                       * optimiser, and those that come later, are `added_later` */
  int (*moments)(const il_optimiser_options *options); /* per parameter */
  int (*powers)(const il_optimiser_options *options);  /* scalars, 1 before the first step */
  /* theta' from theta and its slope (il_optimiser_slopes); rate: scalar learning rate, a constant where it is one.
   * state is replaced. */
  void (*update)(il_graph *graph, const il_optimiser_options *options, il_value rate, il_values *theta,
                 const il_values *slope, il_values *state);
  /* The plain twin that `prove` compares with: the same step on `size` numbers in loops of its own. gradient holds the
   * weight decay already; state is laid out as il_optimiser_reset fills it. */
  void (*plain)(const il_optimiser_options *options, size_t size, double *theta, const double *gradient, double *state);
} il_optimiser;

/* Numbers of the optimisers: IL_OPTIMISER_sgd, ... */
typedef enum il_optimiser_number {
#define IL_OPTIMISER(name) IL_OPTIMISER_##name,
#include "algorithms/optimisers.def"
#undef IL_OPTIMISER
} il_optimiser_number;

/* Offset of `field` of optimiser NAME's own struct, of at most IL_OPTIMISER_BYTES bytes, in il_optimiser_options. */
#define IL_OPTIMISER_FIELD(name, type, field)                                                                          \
  (offsetof(il_optimiser_options, own[IL_OPTIMISER_##name]) + offsetof(type, field))

/* NULL-terminated names: the choices of every `optimiser` option. */
extern const char *const il_optimiser_names[];

/* The optimiser of these options. */
const il_optimiser *il_optimiser_of(const il_optimiser_options *options);

/* The struct of its own options. */
const void *il_optimiser_own(const il_optimiser_options *options);

/* Those of optimiser number `number`, for tables of options. */
const il_options *il_optimiser_rows(int number);

/* gradient + weight_decay theta of each pair; IL_NO_VALUE stays. */
il_values il_optimiser_slopes(il_graph *graph, const il_optimiser_options *options, const il_values *theta,
                              const il_values *gradient);

/* Reals of state for P = `parameters` reals. */
size_t il_optimiser_state_size(const il_optimiser_options *options, size_t parameters);

/* Fills a state vector with the state before the first step: zero moments, unit powers. */
void il_optimiser_reset(real *state, const il_optimiser_options *options, size_t parameters);

/* State before the first step as constants, for parameters shaped like `theta`. */
il_values il_optimiser_initial(il_graph *graph, const il_optimiser_options *options, const il_values *theta);

/* State as inputs from run-time slot `slot`, laid out as il_optimiser_reset fills it: moments in the flat order of the
 * parameters, which start at the given offsets (reals); all of it `from` reals behind the beginning of the slot. */
il_values il_optimiser_inputs(il_graph *graph, const il_optimiser_options *options, const il_values *theta,
                              const size_t *offsets, size_t parameters, int slot, size_t from);

#endif
