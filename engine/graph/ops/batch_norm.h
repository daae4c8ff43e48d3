/* What the files of batch normalisation share: its operations (batch_norm.c), their kernels (batch_norm_run.c) and the
 * same maths in primitives (batch_norm_plain.c). */
#ifndef INNERLOOP_GRAPH_OPS_BATCH_NORM_H
#define INNERLOOP_GRAPH_OPS_BATCH_NORM_H

#include "graph/node.h"

/* What every operation of one batch normalisation has in common. */
typedef struct il_norm {
  int relu;
  double epsilon;
  il_value x;          /* [..., C] */
  il_value y;          /* the result, where relu: its sign gates; else x, which is not looked at */
  il_value statistics; /* [2,C] */
} il_norm;

/* Fills in gamma = 1 and beta = 0 where there is none, and checks shapes; returns 0 on failure. */
int il_batch_norm_complete(il_graph *graph, il_value x, il_value *gamma, il_value *beta);

/* T(u, h, gamma) of batch_norm.c in primitives, h = g where y > 0; the statistics are recomputed from norm->x. A
 * scalar. */
il_value il_batch_norm_form(il_graph *graph, const il_norm *norm, il_value u, il_value g, il_value gamma);

/* `a` under a new name: equal in value, opaque to folding, gradients pass. */
il_value il_rename(il_graph *graph, il_value a);

void il_batch_norm_statistics_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
void il_batch_norm_forward_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
void il_batch_norm_sums_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
void il_batch_norm_dots_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
void il_batch_norm_backward_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
void il_batch_norm_outer_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
void il_batch_norm_slope_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
void il_batch_norm_second_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
void il_take_row_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
void il_place_row_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);

#endif
