/* Execution of fused pointwise chains: the last instruction of a block writes the result, all others stay in registers,
 * which are blocks of IL_CHAIN_BLOCK reals that live in the first-level cache. */
#include "graph/chain.h"

typedef struct il_frame {
  real *out;
  const real *base[IL_CHAIN_OPERANDS];
  real registers[IL_CHAIN_REGISTERS][IL_CHAIN_BLOCK];
  real fills[IL_CHAIN_OPERANDS][IL_CHAIN_BLOCK]; /* repeated scalars and column entries */
} il_frame;

static void fill(real *block, real value, int count) {
  for (int i = 0; i < count; i++) block[i] = value;
}

/* Address of element (row, column) of an operand; fills repeat their one number. */
static const real *source(const il_chain *chain, il_frame *frame, int from, size_t row, size_t column) {
  if (from >= 0) return frame->registers[from];
  int i = ~from;
  switch (chain->cover[i]) {
  case IL_COVER_FULL:
    return frame->base[i] + row * (size_t)chain->columns + column;
  case IL_COVER_ROW:
    return frame->base[i] + column;
  default:
    return frame->fills[i];
  }
}

static void run_block(const il_chain *chain, const il_kernels *kernels, il_frame *frame, size_t row, size_t column,
                      size_t count) {
  int last = chain->instructions - 1;
  for (int i = 0; i <= last; i++) {
    const il_instruction *code = &chain->code[i];
    real *out = i == last ? frame->out + row * (size_t)chain->columns + column : frame->registers[code->out];
    kernels->pointwise[code->code](out, source(chain, frame, code->a, row, column),
                                   source(chain, frame, code->b, row, column), code->number, count);
  }
}

/* First of `count` things that part `part` of `parts` does. */
static size_t part_begin(size_t count, int part, int parts) {
  return count * (size_t)part / (size_t)parts;
}

void il_run_chain_part(const il_step *step, real *const *bases, int part, int parts) {
  const il_chain *chain = step->chain;
  il_frame frame;
  size_t columns = (size_t)chain->columns, blocks = (columns + IL_CHAIN_BLOCK - 1) / IL_CHAIN_BLOCK;
  size_t begin = part_begin((size_t)chain->rows * blocks, part, parts);
  size_t end = part_begin((size_t)chain->rows * blocks, part + 1, parts);
  int width = chain->columns < IL_CHAIN_BLOCK ? chain->columns : IL_CHAIN_BLOCK;
  frame.out = bases[step->out.base] + step->out.offset;
  for (int i = 0; i < chain->operands; i++) {
    frame.base[i] = bases[chain->operand[i].base] + chain->operand[i].offset;
    if (chain->cover[i] == IL_COVER_SCALAR) fill(frame.fills[i], frame.base[i][0], width);
  }
  size_t row = begin / blocks, block = begin % blocks;
  for (size_t at = begin; at < end; row++, block = 0) {
    for (int i = 0; i < chain->operands; i++)
      if (chain->cover[i] == IL_COVER_COLUMN) fill(frame.fills[i], frame.base[i][row], width);
    for (; block < blocks && at < end; block++, at++) {
      size_t column = block * IL_CHAIN_BLOCK;
      size_t count = columns - column < IL_CHAIN_BLOCK ? columns - column : IL_CHAIN_BLOCK;
      run_block(chain, step->kernels, &frame, row, column, count);
    }
  }
}

void il_run_chain(const il_step *step, real *const *bases) {
  il_run_chain_part(step, bases, 0, 1);
}

void il_run_single_part(const il_step *step, real *const *bases, int part, int parts) {
  const il_chain *chain = step->chain;
  const il_instruction *code = &chain->code[0];
  const il_operand *a = &chain->operand[~code->a], *b = &chain->operand[~code->b];
  size_t begin = part_begin((size_t)chain->columns, part, parts),
         end = part_begin((size_t)chain->columns, part + 1, parts);
  step->kernels->pointwise[code->code](bases[step->out.base] + step->out.offset + begin,
                                       bases[a->base] + a->offset + begin, bases[b->base] + b->offset + begin,
                                       code->number, end - begin);
}

void il_run_single(const il_step *step, real *const *bases) {
  il_run_single_part(step, bases, 0, 1);
}
