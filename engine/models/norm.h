/* What models with normalised layers share: their options, parameters and the layer itself. */
#ifndef INNERLOOP_MODELS_NORM_H
#define INNERLOOP_MODELS_NORM_H

#include <stdbool.h>

#include "innerloop/model.h"

/* Batch normalisation takes the statistics of the batch at hand, of the support set in the inner loop, of the query set
 * where that is judged, unless il_normalisation gives others. It comes between a layer's linear map and its
 * activation. */
typedef struct il_norm_options {
  int norm;        /* index into il_norm_names: 0 none, 1 batch */
  int affine;      /* index into il_affine_names: 0 none, 1 beta, 2 gamma and beta */
  double epsilon;  /* added to the variance */
  bool adapt_norm; /* whether the inner loop moves gamma and beta */
} il_norm_options;

extern const char *const il_norm_names[];   /* "none", "batch", NULL */
extern const char *const il_affine_names[]; /* "none", "beta", "gamma_beta", NULL */

/* Option rows for a struct `holder` with a field `norm` of type il_norm_options; `fallback`: "none" or "batch". */
#define IL_NORM_ROWS(holder, fallback_norm)                                                                            \
  {.name = "norm",                                                                                                     \
   .type = IL_OPTION_CHOICE,                                                                                           \
   .offset = offsetof(holder, norm.norm),                                                                              \
   .fallback = fallback_norm,                                                                                          \
   .choices = il_norm_names,                                                                                           \
   .help = "batch: normalisation by the statistics of the batch before each activation"},                              \
      {.name = "affine",                                                                                               \
       .type = IL_OPTION_CHOICE,                                                                                       \
       .offset = offsetof(holder, norm.affine),                                                                        \
       .fallback = "beta",                                                                                             \
       .choices = il_affine_names,                                                                                     \
       .help = "what follows batch normalisation: nothing, a shift, or a scale and a shift per channel",               \
       .source = "github.com/cbfinn/maml, utils.py: contrib's batch_norm without scale"},                              \
      {.name = "epsilon",                                                                                              \
       .type = IL_OPTION_REAL,                                                                                         \
       .offset = offsetof(holder, norm.epsilon),                                                                       \
       .fallback = "0.001",                                                                                            \
       .low = 0,                                                                                                       \
       .low_open = true,                                                                                               \
       .high = 1,                                                                                                      \
       .help = "added to the variance in batch normalisation; 1e-5 in PyTorch",                                        \
       .source = "default of TensorFlow"},                                                                             \
  {                                                                                                                    \
    .name = "adapt_norm", .type = IL_OPTION_BOOL, .offset = offsetof(holder, norm.adapt_norm), .fallback = "false",    \
    .help = "whether the inner loop moves the shift and scale; false: they are only meta-trained",                     \
    .source = "github.com/cbfinn/maml, maml.py; true in Reptile's code"                                                \
  }

/* Lists what the options ask for: NAME.gamma [channels], 1; NAME.beta [channels], 0. Errors: as il_parameters_add. */
il_status il_norm_parameters(il_parameters *parameters, const char *name, int channels, const il_norm_options *options,
                             il_error *error);

/* Normalised x [..., C], then relu where asked for; takes its parameters from *at, which moves past them.
 * normalisation: as in il_model.features; moves to its next layer. Without norm, x or its relu. */
il_value il_norm_layer(il_graph *graph, il_value x, const il_norm_options *options, const il_value **at, bool relu,
                       il_normalisation *normalisation);

/* The bias of a normalised layer: batch normalisation subtracts the mean, so that a bias before it changes nothing and
 * its gradient is 0. The parameter is listed, as in the published networks, and not computed: IL_NO_VALUE. Where
 * statistics are given or asked for, they are those of biased values: the bias itself. */
il_value il_norm_bias(const il_norm_options *options, il_value bias, const il_normalisation *normalisation);

#endif
