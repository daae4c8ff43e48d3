/* The compiler's working state, shared by its passes: analysis and fusion (fuse.c), memory plan (plan.c), assembly
 * (compile.c). */
#ifndef INNERLOOP_GRAPH_COMPILE_H
#define INNERLOOP_GRAPH_COMPILE_H

#include "graph/chain.h"
#include "graph/node.h"
#include "graph/program.h"
#include "innerloop/arena.h"

enum { IL_UNIT_READS = IL_NODE_INPUTS + 1 }; /* init; chains read at most IL_CHAIN_OPERANDS */
_Static_assert((int)IL_UNIT_READS >= (int)IL_CHAIN_OPERANDS, "a chain has more operands than a unit has reads");

/* One step to be: it produces the value of one graph node from values that exist. */
typedef struct il_unit {
  il_value value; /* node whose value it produces; IL_NO_VALUE for a copy into a further output */
  il_step step;
  int n_reads;
  il_value reads[IL_UNIT_READS]; /* homes of the operands, in the step's or chain's order; init comes last */
  il_chain *chain;
  int open_instructions, open_reads; /* while the chain is built: promised but not yet appended */
} il_unit;

typedef struct il_compiler {
  const il_graph *graph;
  const il_kernels *kernels;
  il_compile_mode mode;
  il_arena *arena;   /* the compiler's own scratch */
  il_arena *program; /* memory that outlives it */
  int count;         /* nodes */
  char *reached;     /* [count] an output needs it */
  il_value *home;    /* [count] the node whose memory holds the value (aliases resolved) */
  int *uses;         /* [count] reads of a home by reached nodes and outputs */
  char *root;        /* [count] the home is materialised by a unit of its own */
  il_operand *place; /* [count] where a home lives */
  int n_units, unit_capacity;
  il_unit *units; /* in execution order once fused */
  int n_constants;
  real *constants; /* [count] at most */
  size_t workspace_reals;
} il_compiler;

/* What il_compile makes and program.c runs. */
struct il_program {
  il_arena *arena;
  int n_steps;
  const il_step *steps;
  real *constants;
  il_cost cost;
};

/* Divides the nodes that `outputs` need into units. Errors: IL_MEMORY. */
il_status il_compiler_fuse(il_compiler *compiler, const il_output *outputs, int count, il_error *error);

/* Gives every home a place: outputs in their slots, the others in the workspace by liveness (first fit). */
il_status il_compiler_plan(il_compiler *compiler, const il_output *outputs, int count, il_error *error);

#endif
