/* From a graph to a program: fusion (fuse.c), memory plan (plan.c), and here what is around them.
 *
 * Example: the outputs {loss -> slot 3, gradient -> slot 4} of a graph of 900 nodes. fuse.c makes some 120 units of
 * them, each a kernel call that knows which values it reads; plan.c says where in the workspace each value lives and
 * writes the addresses into the units; assemble copies their steps into the program's own memory, in order, and adds up
 * what they cost. Nothing of the graph is needed afterwards. */
#include "graph/compile.h"

#include <stdlib.h>

static il_status check_outputs(const il_graph *graph, const il_output *outputs, int count, il_error *error) {
  il_status status = il_graph_status(graph, error);
  if (status != IL_OK) return status;
  for (int i = 0; i < count; i++) {
    if (outputs[i].value < 0 || outputs[i].value >= il_graph_size(graph))
      return il_fail(error, IL_INVALID, "graph: output %d has no value", i);
    if (outputs[i].slot < 0 || outputs[i].slot >= IL_SLOTS_MAX)
      return il_fail(error, IL_INVALID, "graph: output %d goes to slot %d; expected 0..%d", i, outputs[i].slot,
                     IL_SLOTS_MAX - 1);
  }
  return IL_OK;
}

static il_status prepare(il_compiler *c, int outputs, il_error *error) {
  size_t nodes = (size_t)c->count;
  size_t units = nodes + (size_t)outputs;
  c->reached = il_arena_get(c->arena, nodes, sizeof *c->reached);
  c->home = il_arena_get(c->arena, nodes, sizeof *c->home);
  c->uses = il_arena_get(c->arena, nodes, sizeof *c->uses);
  c->root = il_arena_get(c->arena, nodes, sizeof *c->root);
  c->place = il_arena_get(c->arena, nodes, sizeof *c->place);
  c->units = il_arena_get(c->arena, units, sizeof *c->units);
  if (!c->reached || !c->home || !c->uses || !c->root || !c->place || !c->units)
    return il_fail_memory(error, "compiling a graph", units * sizeof *c->units);
  return IL_OK;
}

/* Of the operands of a unit and its result; a copy (no value of its own) writes what it reads. */
static double unit_bytes(const il_compiler *c, const il_unit *unit) {
  size_t reals = 0;
  for (int i = 0; i < unit->n_reads; i++) reals += il_shape_size(&il_graph_node(c->graph, unit->reads[i])->shape);
  reals += unit->value == IL_NO_VALUE ? reals : il_shape_size(&il_graph_node(c->graph, unit->value)->shape);
  return (double)reals * sizeof(real);
}

/* Copies the finished steps into the program's own memory and adds up what they cost. */
static il_status assemble(il_program *program, const il_compiler *c, il_error *error) {
  il_step *steps = il_arena_get(c->program, (size_t)c->n_units, sizeof *steps);
  if (!steps) return il_fail_memory(error, "a program", (size_t)c->n_units * sizeof *steps);
  for (int i = 0; i < c->n_units; i++) {
    steps[i] = c->units[i].step;
    program->cost.flops += steps[i].flops;
    program->cost.gemm_flops += steps[i].gemm_flops;
    program->cost.bytes += unit_bytes(c, &c->units[i]);
  }
  program->steps = steps;
  program->n_steps = program->cost.steps = c->n_units;
  program->cost.workspace_reals = c->workspace_reals;
  program->constants = c->constants;
  return IL_OK;
}

il_status il_compile(il_program **out, const il_graph *graph, const il_output *outputs, int count,
                     const il_kernels *kernels, il_compile_mode mode, il_error *error) {
  *out = NULL;
  il_status status = check_outputs(graph, outputs, count, error);
  if (status != IL_OK) return status;
  il_program *program = calloc(1, sizeof *program);
  il_compiler c = {.graph = graph, .kernels = kernels, .mode = mode, .count = il_graph_size(graph)};
  c.arena = il_arena_new();
  c.program = il_arena_new();
  if (!program || !c.arena || !c.program) {
    status = il_fail_memory(error, "a program", sizeof *program);
    goto done;
  }
  program->arena = c.program;
  /* every scalar read of a constant has an entry of its own: a few per node at most */
  size_t constants = (size_t)(c.count + count) * IL_NODE_INPUTS + 1;
  c.constants = il_arena_get(c.program, constants, sizeof *c.constants);
  if (!c.constants) {
    status = il_fail_memory(error, "a program", constants * sizeof *c.constants);
    goto done;
  }
  IL_TRY(prepare(&c, count, error));
  IL_TRY(il_compiler_fuse(&c, outputs, count, error));
  IL_TRY(il_compiler_plan(&c, outputs, count, error));
  IL_TRY(assemble(program, &c, error));
  *out = program;
done:
  il_arena_free(c.arena);
  if (status != IL_OK) {
    il_arena_free(c.program);
    free(program);
  }
  return status;
}
