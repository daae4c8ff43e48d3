/* Fused pointwise chains: several instructions in one cache-blocked pass over the elements of a tensor. */
#ifndef INNERLOOP_GRAPH_CHAIN_H
#define INNERLOOP_GRAPH_CHAIN_H

#include "graph/node.h"

enum { IL_CHAIN_INSTRUCTIONS = 16, IL_CHAIN_OPERANDS = 8, IL_CHAIN_REGISTERS = 6, IL_CHAIN_BLOCK = 512 };

/* How an operand covers the [rows, columns] of the result. */
typedef enum il_cover {
  IL_COVER_FULL,   /* [rows, columns] */
  IL_COVER_ROW,    /* [columns], the same for every row */
  IL_COVER_COLUMN, /* [rows], the same for every column */
  IL_COVER_SCALAR  /* one number */
} il_cover;

/* A source is a register (>= 0) or an operand (~index). */
typedef struct il_instruction {
  il_pointwise code;
  int out, a, b;
  real number;
} il_instruction;

typedef struct il_chain {
  int rows, columns; /* 1 x size when no operand is a row or a column */
  int instructions, operands;
  il_instruction code[IL_CHAIN_INSTRUCTIONS];
  il_operand operand[IL_CHAIN_OPERANDS];
  il_cover cover[IL_CHAIN_OPERANDS];
} il_chain;

/* il_step.run of a chain; of one with a single instruction on full operands. */
void il_run_chain(const il_step *step, real *const *bases);
void il_run_single(const il_step *step, real *const *bases);
/* il_step.run_part of the same. */
void il_run_chain_part(const il_step *step, real *const *bases, int part, int parts);
void il_run_single_part(const il_step *step, real *const *bases, int part, int parts);

#endif
