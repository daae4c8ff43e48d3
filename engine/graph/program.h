/* Plan once, run many: a graph compiled to a flat list of steps with one memory plan. A program is constant after
 * compilation and may run on any number of threads at once, each with its own workspace. */
#ifndef INNERLOOP_GRAPH_PROGRAM_H
#define INNERLOOP_GRAPH_PROGRAM_H

#include <stddef.h>
#include <stdio.h>

#include "innerloop/graph.h"
#include "innerloop/parallel.h"
#include "kernels/kernels.h"

typedef struct il_program il_program;

/* Where a result goes: reals [offset, offset + size) of run-time slot `slot`. Output slots must not overlap input
 * slots. */
typedef struct il_output {
  il_value value;
  int slot;
  size_t offset;
} il_output;

/* What a program costs: counted from the plan, exact. */
typedef struct il_cost {
  double flops;      /* floating-point operations of one run: 2MNK a product, 1 an instruction and element */
  double gemm_flops; /* those inside products */
  double bytes; /* read and written by the kernel calls, every operand once a call: traffic if nothing stays near */
  int steps;    /* kernel calls of one run */
  size_t workspace_reals; /* scratch memory of one run */
} il_cost;

/* Plain: no fusion and no memory reuse (the slow twin tests compare with). */
typedef enum il_compile_mode { IL_COMPILE_FUSED, IL_COMPILE_PLAIN } il_compile_mode;

/* Compiles what `outputs` need. The program keeps no reference to the graph. Errors: the graph's own error, IL_INVALID
 * (an output without a value), IL_MEMORY. */
il_status il_compile(il_program **program, const il_graph *graph, const il_output *outputs, int count,
                     const il_kernels *kernels, il_compile_mode mode, il_error *error);
void il_program_free(il_program *program);

il_cost il_program_cost(const il_program *program);

/* Runs the program. slots[s] points at run-time slot s (slots the graph does not use may be NULL); workspace holds
 * cost.workspace_reals reals, 64-byte aligned. No allocation, no lock, no failure. */
void il_program_run(const il_program *program, real *workspace, real *const *slots);

/* The same, to the same bits, with the large steps divided among `workers`: for a program that nothing else
 * can run beside. Must not be called from inside an item of them. */
void il_program_run_divided(const il_program *program, real *workspace, real *const *slots, il_workers *workers);

/* One line a step, for people and tests. */
void il_program_print(const il_program *program, FILE *file);

#endif
