/* Memory plan: values live from the unit that makes them to the last one that reads them; first fit in one workspace. A
 * pointwise unit, and a product with a full init, may overwrite an operand that dies there.
 *
 * Example, every value of 16 reals, x and y in slots:
 *   0  a = x y'      a lives 0..2: at 0
 *   1  b = relu a    b lives 1..3, and a is read again: b gets the next gap, at 16
 *   2  c = a + 1     a dies here and c is pointwise: c overwrites it, at 0
 *   3  d = b c       an output: in its slot, no workspace at all
 * 32 reals for three values. Blocks are in order of their beginning, so the first gap that is large enough is found in
 * one walk; blocks whose last reader has run are dropped before. */
#include "graph/compile.h"

enum { IL_PLAN_ALIGN = 16 }; /* reals: 64 bytes in float */

typedef struct il_block {
  size_t begin, end;
  int last; /* position of the last reader */
} il_block;

typedef struct il_plan {
  il_block *live; /* sorted by begin */
  int n_live;
  int *last;     /* [nodes] position of the last unit that reads a home; -1: nobody */
  int *assigned; /* [nodes] 1: place is set */
} il_plan;

static size_t rounded(size_t size) {
  return (size + IL_PLAN_ALIGN - 1) / IL_PLAN_ALIGN * IL_PLAN_ALIGN;
}

/* Drops blocks whose last reader is before `position`. */
static void expire(il_plan *plan, int position) {
  int kept = 0;
  for (int i = 0; i < plan->n_live; i++)
    if (plan->live[i].last >= position) plan->live[kept++] = plan->live[i];
  plan->n_live = kept;
}

/* The first gap of `size` reals. */
static size_t first_fit(il_plan *plan, size_t size, int last) {
  size_t begin = 0;
  int at = 0;
  while (at < plan->n_live && plan->live[at].begin < begin + size) begin = plan->live[at++].end;
  for (int i = plan->n_live; i > at; i--) plan->live[i] = plan->live[i - 1];
  plan->live[at] = (il_block){begin, begin + size, last};
  plan->n_live++;
  return begin;
}

/* 1 when read `index` of the unit at `position` may be overwritten by the unit's result. */
static int can_overwrite(const il_compiler *c, const il_plan *plan, const il_unit *unit, int position, int index) {
  il_value h = unit->reads[index];
  if (!plan->assigned[h] || c->place[h].base != IL_BASE_WORKSPACE || plan->last[h] != position) return 0;
  const il_shape *shape = &il_graph_node(c->graph, h)->shape;
  if (il_shape_size(shape) != il_shape_size(&il_graph_node(c->graph, unit->value)->shape)) return 0;
  for (int i = 0; i < unit->n_reads; i++)
    if (i != index && unit->reads[i] == h) return 0;
  if (unit->chain) return unit->chain->cover[index] == IL_COVER_FULL;
  if (unit->step.in_place >> index & 1) return 1;
  return unit->step.has_init && index == unit->n_reads - 1 && unit->step.gemm_flops > 0;
}

static int overwrite(il_compiler *c, il_plan *plan, const il_unit *unit, int position) {
  for (int i = 0; i < unit->n_reads; i++) {
    if (!can_overwrite(c, plan, unit, position, i)) continue;
    c->place[unit->value] = c->place[unit->reads[i]];
    for (int b = 0; b < plan->n_live; b++)
      if (plan->live[b].begin == c->place[unit->value].offset) plan->live[b].last = plan->last[unit->value];
    return 1;
  }
  return 0;
}

static void place_unit(il_compiler *c, il_plan *plan, int position) {
  const il_unit *unit = &c->units[position];
  if (unit->value == IL_NO_VALUE || plan->assigned[unit->value]) return;
  int plain = c->mode == IL_COMPILE_PLAIN;
  plan->assigned[unit->value] = 1;
  if (!plain) expire(plan, position);
  if (!plain && overwrite(c, plan, unit, position)) return;
  size_t size = rounded(il_shape_size(&il_graph_node(c->graph, unit->value)->shape));
  size_t offset = first_fit(plan, size, plan->last[unit->value]);
  c->place[unit->value] = (il_operand){IL_BASE_WORKSPACE, offset};
  if (offset + size > c->workspace_reals) c->workspace_reals = offset + size;
}

/* Outputs get their slot as place; an output that is an input, or a second home of a value, is copied at the end. */
static il_status place_outputs(il_compiler *c, il_plan *plan, const il_output *outputs, int count, il_error *error) {
  for (int i = 0; i < count; i++) {
    il_value h = c->home[outputs[i].value];
    il_operand place = {IL_BASE_SLOTS + outputs[i].slot, outputs[i].offset};
    if (il_graph_node(c->graph, h)->op != IL_OP_input && !plan->assigned[h]) {
      c->place[h] = place;
      plan->assigned[h] = 1;
      continue;
    }
    il_chain *chain = il_arena_get(c->program, 1, sizeof *chain);
    if (!chain) return il_fail_memory(error, "a program", sizeof *chain);
    size_t size = il_shape_size(&il_graph_node(c->graph, h)->shape);
    *chain = (il_chain){.rows = 1, .columns = (int)size, .instructions = 1, .operands = 1};
    chain->code[0] = (il_instruction){.code = IL_POINTWISE_COPY, .a = ~0, .b = ~0};
    il_unit *unit = &c->units[c->n_units++];
    *unit = (il_unit){.value = IL_NO_VALUE, .n_reads = 1, .reads = {h}, .chain = chain};
    unit->step = (il_step){.run = il_run_single, .kernels = c->kernels, .out = place, .chain = chain, .name = "copy"};
  }
  return IL_OK;
}

/* Address of a read: scalar constants come from the program's pool. */
static il_operand address(il_compiler *c, const il_unit *unit, int index) {
  const il_node *node = il_graph_node(c->graph, unit->reads[index]);
  if (node->op == IL_OP_input) return (il_operand){IL_BASE_SLOTS + node->slot, node->offset};
  if (node->op == IL_OP_constant && unit->chain && unit->chain->cover[index] == IL_COVER_SCALAR) {
    c->constants[c->n_constants] = (real)node->number;
    return (il_operand){IL_BASE_CONSTANTS, (size_t)c->n_constants++};
  }
  return c->place[unit->reads[index]];
}

static void resolve(il_compiler *c, il_unit *unit) {
  if (unit->value != IL_NO_VALUE) unit->step.out = c->place[unit->value];
  for (int i = 0; i < unit->n_reads; i++) {
    il_operand from = address(c, unit, i);
    if (unit->chain)
      unit->chain->operand[i] = from;
    else if (unit->step.has_init && i == unit->n_reads - 1)
      unit->step.init = from;
    else
      unit->step.in[i] = from;
  }
}

il_status il_compiler_plan(il_compiler *c, const il_output *outputs, int count, il_error *error) {
  size_t nodes = (size_t)c->count;
  il_plan plan = {.live = il_arena_get(c->arena, nodes + 1, sizeof *plan.live),
                  .last = il_arena_get(c->arena, nodes, sizeof *plan.last),
                  .assigned = il_arena_get(c->arena, nodes, sizeof *plan.assigned)};
  if (!plan.live || !plan.last || !plan.assigned) return il_fail_memory(error, "a memory plan", nodes);
  il_status status = place_outputs(c, &plan, outputs, count, error);
  if (status != IL_OK) return status;
  for (size_t v = 0; v < nodes; v++) plan.last[v] = -1;
  for (int u = 0; u < c->n_units; u++)
    for (int i = 0; i < c->units[u].n_reads; i++) plan.last[c->units[u].reads[i]] = u;
  for (int u = 0; u < c->n_units; u++) place_unit(c, &plan, u);
  for (int u = 0; u < c->n_units; u++) resolve(c, &c->units[u]);
  return IL_OK;
}
