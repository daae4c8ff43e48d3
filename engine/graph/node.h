/* Nodes and the operation table: what graph builders, gradient and compiler share. */
#ifndef INNERLOOP_GRAPH_NODE_H
#define INNERLOOP_GRAPH_NODE_H

#include <stddef.h>

#include "innerloop/arena.h"
#include "innerloop/graph.h"
#include "kernels/kernels.h"

typedef enum il_op_code {
#define IL_OP(name) IL_OP_##name,
#include "graph/ops.def"
#undef IL_OP
  IL_OP_COUNT
} il_op_code;

enum { IL_NODE_INPUTS = 8 };

/* Geometry of a convolution or pooling: kernel, stride, and zeros (or nothing) before the first row and column. */
typedef struct il_window {
  int height, width, stride, top, left;
} il_window;

/* One node. All bytes count for equality (nodes are hash-consed), so nodes are made with il_node_of, which zeroes
 * them. */
typedef struct il_node {
  il_op_code op;
  il_value inputs[IL_NODE_INPUTS];
  il_shape shape;
  int slot; /* input: run-time slot */
  int flag; /* matmul: a is transposed; batch norm: relu follows; take_row, place_row: which one; slice ...: the axis */
  size_t offset;    /* input: reals from the beginning of the slot; slice, pad: elements before */
  il_window window; /* convolution and pooling */
  double number;    /* constant: value; scale: factor; shift: term; batch norm: epsilon */
} il_node;

typedef struct il_step il_step;

/* Where an operand lives at run time: bases[base] + offset. */
typedef struct il_operand {
  int base;
  size_t offset;
} il_operand;

/* bases[]: the workspace, the program's constants, then the run-time slots. */
enum { IL_BASE_WORKSPACE, IL_BASE_CONSTANTS, IL_BASE_SLOTS, IL_BASES = IL_BASE_SLOTS + IL_SLOTS_MAX };

/* One kernel call of a program, resolved but for the base addresses. */
struct il_step {
  void (*run)(const il_step *step, real *const *bases);
  /* Does part `part` of `parts` of what run does; the parts in any order, or at once, leave the same bits. NULL: one
   * piece. */
  void (*run_part)(const il_step *step, real *const *bases, int part, int parts);
  int parts; /* into at most so many it is worth dividing; 0: not at all */
  const il_kernels *kernels;
  il_operand out;
  il_operand in[IL_NODE_INPUTS];
  int inputs;      /* how many of `in` */
  il_operand init; /* accumulating operations: added to alpha times the result */
  int has_init, init_stride;
  unsigned in_place; /* bit i: element by element, the result may overwrite operand i (bit `inputs`: init) */
  real alpha;
  int m, n, k, flag;
  const void *plan;             /* whatever the operation's lowering prepared; owned by the program */
  const struct il_chain *chain; /* fused pointwise instructions, owned by the program */
  const char *name;
  double flops, gemm_flops;
};

/* What an operation is to the compiler. */
enum {
  IL_OP_LEAF = 1,        /* no computation: input, constant */
  IL_OP_ALIAS = 2,       /* the same memory under another shape or without gradient */
  IL_OP_ACCUMULATES = 4, /* its kernel computes init + alpha * result */
  IL_OP_ROW_INIT = 8     /* ... and its init may be one row [columns] repeated */
};

enum { IL_NOT_POINTWISE = -1 };

/* A row of the operation table. */
typedef struct il_op {
  const char *name;
  int inputs;
  unsigned traits;
  int pointwise; /* il_pointwise of the instruction, or IL_NOT_POINTWISE */
  /* What il_graph_add does before there is a node, operand i by bit i: a constant 0 there makes the result 0; a scale
   * there becomes a scale of the result, where it ends in the alpha of a product or a sum instead of a pass over
   * memory.
   * Example: matmul(scale(a, 2), scale(b, 3)) is kept as scale(matmul(a, b), 6). */
  unsigned zero, factor;
  /* Then: the value this node is known to equal, or IL_NO_VALUE: there is none, the node is made (or an error is
   * recorded). May change the node. NULL: never. */
  il_value (*simplify)(il_graph *graph, il_node *node);
  /* Emits the gradient: inputs[i] = adjoint of input i given `gradient`, the adjoint of `self`; entries stay
   * IL_NO_VALUE where no gradient flows. May only use operations that have a gradient themselves (a test walks the
   * table). */
  void (*gradient)(il_graph *graph, const il_node *node, il_value self, il_value gradient, il_value *inputs);
  /* Fills run, sizes and flops of the step; operands and the accumulation fields are filled by the compiler. What the
   * step plans (step->plan) lives in `arena`, the program's memory; a step left without `run` means that it was
   * exhausted. */
  void (*lower)(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena);
} il_op;

/* The row of an operation. */
const il_op *il_op_of(il_op_code op);

/* A zeroed node of this operation, shape and first two inputs (IL_NO_VALUE where unused, as the others are). */
il_node il_node_of(il_op_code op, il_shape shape, il_value a, il_value b);

/* The value of `node`: what the traits of its operation make of it, an existing equal one, or a new one. IL_NO_VALUE
 * when an input of the operation is IL_NO_VALUE or out of memory (recorded). */
il_value il_graph_add(il_graph *graph, const il_node *node);

/* The node of a value; valid until the graph grows. value must be a value of this graph. */
const il_node *il_graph_node(const il_graph *graph, il_value value);

/* Number of nodes. */
int il_graph_size(const il_graph *graph);

/* The factor of a scaled value, which is replaced by what it scales; 1 and the value itself where it is not scaled. */
double il_take_factor(const il_graph *graph, il_value *value);

/* 1 when `value` is a constant equal to `number` in every element. */
int il_is_constant(const il_graph *graph, il_value value, double number);

/* The window of `height` x `width` that slides over images [N,H,W,C] by `stride` with this padding (graph.h:
 * il_convolution), and the rows and columns of what it gives. Returns 0, with an error recorded, where no window
 * fits. */
int il_window_of(il_graph *graph, il_window *window, int out[2], const il_shape *images, int height, int width,
                 int stride, int padding);

/* A node of a unary pointwise operation. */
il_value il_unary(il_graph *graph, il_op_code op, il_value a);

/* Rows and columns a kernel sees: columns = last dimension, rows = product of the others (1 x 1 for a scalar). */
int il_shape_columns(const il_shape *shape);
int il_shape_rows(const il_shape *shape);

#endif
