/* Analysis and fusion: from the last node to the first, every value somebody reads becomes a unit; single-use producers
 * are absorbed into it: alpha and init of products and sums, chains of pointwise instructions, broadcasts read in
 * place.
 *
 * Example: h = relu(x W + b), W <- W - 0.1 x' g, with x [4,3], W [3,2], b [2]. Nodes, in the order they were made:
 *   p = matmul(x, W)   r = broadcast(b)   s = add(p, r)   h = relu(s)
 *   q = matmul(x', g)  t = scale(q, 0.1)  u = subtract(W, t)
 * From the last to the first:
 *   u is an output. It is W - 0.1 q, q read once: one product with init W and alpha -0.1. t and q never exist.
 *   h is an output: a chain of one instruction. s, read once, could be inlined, but it is a product plus a row, which
 *   the product can add itself: s becomes a unit, p and r never exist.
 * Reversed, the program is s = x W + row b; h = relu s; u = W - 0.1 x' g: three kernel calls for seven nodes. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "graph/compile.h"

static const il_node *node_at(const il_compiler *c, il_value v) {
  return il_graph_node(c->graph, v);
}

static const il_op *op_at(const il_compiler *c, il_value v) {
  return il_op_of(node_at(c, v)->op);
}

/* Homes, reachability and use counts. */
static void analyse(il_compiler *c, const il_output *outputs, int count) {
  for (il_value v = 0; v < c->count; v++)
    c->home[v] = op_at(c, v)->traits & IL_OP_ALIAS ? c->home[node_at(c, v)->inputs[0]] : v;
  for (int i = 0; i < count; i++) {
    c->reached[outputs[i].value] = 1;
    c->uses[c->home[outputs[i].value]]++;
    c->root[c->home[outputs[i].value]] = 1;
  }
  for (il_value v = c->count - 1; v >= 0; v--) {
    if (!c->reached[v]) continue;
    const il_op *op = op_at(c, v);
    for (int i = 0; i < op->inputs; i++) {
      il_value from = node_at(c, v)->inputs[i];
      c->reached[from] = 1;
      if (!(op->traits & IL_OP_ALIAS)) c->uses[c->home[from]]++;
    }
  }
}

/* 1 when `v` may disappear into its only reader: it is computed, read once, and its memory has the shape it is read
 * in. */
static int is_absorbable(const il_compiler *c, il_value v) {
  il_value h = c->home[v];
  if (c->mode == IL_COMPILE_PLAIN || c->uses[h] != 1 || c->root[h]) return 0;
  return il_shape_equal(&node_at(c, v)->shape, &node_at(c, h)->shape);
}

/* alpha * core + init, as found by match_accumulation. */
typedef struct il_match {
  il_value core; /* a product or sum */
  il_value init; /* IL_NO_VALUE: 0 */
  il_cover cover;
  double alpha;
} il_match;

/* Looks through a single-use scale for an accumulating operation; `v` itself must be absorbable. */
static int match_core(const il_compiler *c, il_value v, il_match *match) {
  double alpha = 1;
  if (!is_absorbable(c, v)) return 0;
  v = c->home[v];
  if (node_at(c, v)->op == IL_OP_scale) {
    alpha = node_at(c, v)->number;
    v = node_at(c, v)->inputs[0];
    if (!is_absorbable(c, v)) return 0;
    v = c->home[v];
  }
  if (!(op_at(c, v)->traits & IL_OP_ACCUMULATES)) return 0;
  match->core = v;
  match->alpha = alpha;
  return 1;
}

/* How `v` covers a result of `shape`, and the value to read for it: with `through`, a broadcast is read in place. */
static il_cover cover_of(const il_compiler *c, il_value v, const il_shape *shape, int through, il_value *read) {
  il_value h = c->home[v];
  *read = h;
  if (node_at(c, h)->op == IL_OP_constant) return IL_COVER_SCALAR;
  if (node_at(c, h)->op != IL_OP_broadcast || !through) return IL_COVER_FULL;
  il_value from = node_at(c, h)->inputs[0];
  const il_shape *small = &node_at(c, from)->shape;
  *read = c->home[from];
  if (il_shape_size(small) == 1) return IL_COVER_SCALAR;
  return il_shape_columns(small) == il_shape_columns(shape) && il_shape_rows(small) == 1 ? IL_COVER_ROW
                                                                                         : IL_COVER_COLUMN;
}

/* An init operand: full, or one row repeated where the operation can take it. */
static int match_init(const il_compiler *c, il_value init, il_match *match) {
  const il_node *core = node_at(c, match->core);
  match->cover = cover_of(c, init, &core->shape, 1, &match->init);
  if (match->cover == IL_COVER_FULL) return 1;
  return match->cover == IL_COVER_ROW && op_at(c, match->core)->traits & IL_OP_ROW_INIT;
}

/* Recognises alpha * core + init in the node `v`, which is being materialised. */
static int match_accumulation(const il_compiler *c, il_value v, il_match *match) {
  const il_node *node = node_at(c, v);
  *match = (il_match){.core = v, .init = IL_NO_VALUE, .alpha = 1};
  if (op_at(c, v)->traits & IL_OP_ACCUMULATES) return 1;
  if (c->mode == IL_COMPILE_PLAIN) return 0;
  if (node->op == IL_OP_scale) {
    if (!match_core(c, node->inputs[0], match)) return 0;
    match->alpha *= node->number;
    return 1;
  }
  if (node->op != IL_OP_add && node->op != IL_OP_subtract) return 0;
  for (int i = 1; i >= 0; i--) { /* the later operand first: it is the one still to be computed */
    if (i == 0 && node->op == IL_OP_subtract) return 0;
    if (!match_core(c, node->inputs[i], match) || !match_init(c, node->inputs[1 - i], match)) continue;
    if (node->op == IL_OP_subtract) match->alpha = -match->alpha;
    return 1;
  }
  return 0;
}

/* Notes that the unit reads home `h`; returns its index among the reads. */
static int read_home(il_compiler *c, il_unit *unit, il_value h) {
  c->root[h] = 1;
  unit->reads[unit->n_reads] = h;
  return unit->n_reads++;
}

static int chain_operand(il_compiler *c, il_unit *unit, il_value v, const il_shape *shape) {
  il_value read;
  int through = c->mode == IL_COMPILE_FUSED || v == unit->value; /* a broadcast itself is a copy that reads in place */
  il_cover cover = cover_of(c, v, shape, through, &read);
  for (int i = 0; i < unit->n_reads; i++)
    if (unit->reads[i] == read && unit->chain->cover[i] == cover) return ~i;
  int index = unit->n_reads++;
  unit->reads[index] = read;
  unit->chain->cover[index] = cover;
  unit->chain->operands = unit->n_reads;
  if (node_at(c, read)->op != IL_OP_constant) c->root[read] = 1;
  return ~index;
}

/* 1 when `v` can become instructions of the chain instead of a value in memory: there is room for it and for everything
 * that is still open. */
static int is_inlinable(const il_compiler *c, const il_unit *unit, il_value v, int reg) {
  il_match match;
  il_value h = c->home[v];
  const il_op *op = op_at(c, h);
  if (!is_absorbable(c, v) || op->pointwise == IL_NOT_POINTWISE || node_at(c, h)->op == IL_OP_broadcast) return 0;
  if (op->traits & IL_OP_LEAF || match_accumulation(c, h, &match)) return 0;
  return unit->chain->instructions + unit->open_instructions < IL_CHAIN_INSTRUCTIONS && reg + 1 < IL_CHAIN_REGISTERS &&
         unit->n_reads + unit->open_reads - 1 + op->inputs <= IL_CHAIN_OPERANDS;
}

static void chain_node(il_compiler *c, il_unit *unit, il_value h, const il_shape *shape, int reg);

static int chain_source(il_compiler *c, il_unit *unit, il_value v, const il_shape *shape, int reg) {
  int inline_it = is_inlinable(c, unit, v, reg);
  unit->open_reads--;
  if (!inline_it) return chain_operand(c, unit, v, shape);
  chain_node(c, unit, c->home[v], shape, reg);
  return reg;
}

/* Appends the instructions that leave node `h` in register `reg`. Constants and broadcasts are copies of themselves. */
static void chain_node(il_compiler *c, il_unit *unit, il_value h, const il_shape *shape, int reg) {
  const il_node *node = node_at(c, h);
  int is_copy = op_at(c, h)->pointwise == IL_POINTWISE_COPY;
  int binary = !is_copy && op_at(c, h)->inputs == 2;
  il_instruction code = {.code = (il_pointwise)op_at(c, h)->pointwise, .out = reg, .number = (real)node->number};
  unit->open_instructions++;
  unit->open_reads += binary ? 2 : 1;
  code.a = chain_source(c, unit, is_copy ? h : node->inputs[0], shape, reg);
  code.b = binary ? chain_source(c, unit, node->inputs[1], shape, code.a >= 0 ? reg + 1 : reg) : code.a;
  unit->open_instructions--;
  unit->chain->code[unit->chain->instructions++] = code;
}

/* Handing a part to another thread costs some 2 us; a core does 5-10 pointwise flop/ns. */
static const double least_part_flops = 3e4;

static il_status make_chain(il_compiler *c, il_unit *unit, il_value h, il_error *error) {
  const il_shape *shape = &node_at(c, h)->shape;
  il_chain *chain = il_arena_get(c->program, 1, sizeof *chain);
  if (!chain) return il_fail_memory(error, "a program", sizeof *chain);
  unit->chain = chain;
  chain_node(c, unit, h, shape, 0);
  int flat = 1, full = 1;
  for (int i = 0; i < chain->operands; i++) {
    full &= chain->cover[i] == IL_COVER_FULL;
    flat &= chain->cover[i] == IL_COVER_FULL || chain->cover[i] == IL_COVER_SCALAR;
  }
  chain->rows = flat ? 1 : il_shape_rows(shape);
  chain->columns = flat ? (int)il_shape_size(shape) : il_shape_columns(shape);
  unit->step.run = full && chain->instructions == 1 ? il_run_single : il_run_chain;
  unit->step.run_part = full && chain->instructions == 1 ? il_run_single_part : il_run_chain_part;
  unit->step.flops = (double)il_shape_size(shape) * chain->instructions;
  unit->step.parts = (int)fmin(unit->step.flops / least_part_flops, INT_MAX);
  unit->step.name = chain->instructions == 1 ? il_pointwise_name(chain->code[0].code) : "chain";
  unit->step.chain = chain;
  return IL_OK;
}

/* The unit of a product, sum, transpose, softmax: an operation with a kernel of its own. */
static void make_kernel(il_compiler *c, il_unit *unit, const il_match *match) {
  const il_node *node = node_at(c, match->core);
  const il_op *op = op_at(c, match->core);
  il_shape inputs[IL_NODE_INPUTS] = {{0}};
  for (int i = 0; i < op->inputs; i++) {
    inputs[i] = node_at(c, node->inputs[i])->shape;
    read_home(c, unit, c->home[node->inputs[i]]);
  }
  op->lower(&unit->step, node, inputs, c->program);
  unit->step.inputs = op->inputs;
  unit->step.name = op->name;
  unit->step.alpha = (real)match->alpha;
  if (match->init == IL_NO_VALUE) return;
  read_home(c, unit, match->init);
  unit->step.has_init = 1;
  unit->step.init_stride = match->cover == IL_COVER_FULL ? unit->step.n : 0;
}

static il_status make_unit(il_compiler *c, il_value h, il_error *error) {
  il_unit *unit = &c->units[c->n_units++];
  il_match match;
  unit->value = h;
  unit->step.alpha = 1;
  unit->step.kernels = c->kernels;
  if (match_accumulation(c, h, &match) || op_at(c, h)->lower) {
    make_kernel(c, unit, &match);
    return unit->step.run ? IL_OK : il_fail_memory(error, "a program", 0);
  }
  return make_chain(c, unit, h, error);
}

static void reverse_units(il_compiler *c) {
  for (int i = 0, j = c->n_units - 1; i < j; i++, j--) {
    il_unit swap = c->units[i];
    c->units[i] = c->units[j];
    c->units[j] = swap;
  }
}

il_status il_compiler_fuse(il_compiler *c, const il_output *outputs, int count, il_error *error) {
  analyse(c, outputs, count);
  for (il_value v = c->count - 1; v >= 0; v--) {
    if (!c->root[v] || node_at(c, v)->op == IL_OP_input) continue;
    il_status status = make_unit(c, v, error);
    if (status != IL_OK) return status;
  }
  reverse_units(c);
  return IL_OK;
}
