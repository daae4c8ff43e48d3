/* Compilation and execution of programs. */
#include "graph/program.h"

#include <stdlib.h>
#include <string.h>

#include "graph/compile.h"

struct il_program {
  il_arena *arena;
  int n_steps;
  const il_step *steps;
  real *constants;
  il_cost cost;
};

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

void il_program_free(il_program *program) {
  if (!program) return;
  il_arena_free(program->arena);
  free(program);
}

il_cost il_program_cost(const il_program *program) {
  return program->cost;
}

static void fill_bases(real **bases, const il_program *program, real *workspace, real *const *slots) {
  bases[IL_BASE_WORKSPACE] = workspace;
  bases[IL_BASE_CONSTANTS] = program->constants;
  memcpy(bases + IL_BASE_SLOTS, slots, IL_SLOTS_MAX * sizeof *bases);
}

typedef struct il_divided {
  const il_step *step;
  real *const *bases;
  int parts;
} il_divided;

static void run_part(void *context, int item, int worker) {
  const il_divided *divided = context;
  (void)worker;
  divided->step->run_part(divided->step, divided->bases, item, divided->parts);
}

void il_program_run_divided(const il_program *program, real *workspace, real *const *slots, il_pool *pool) {
  real *bases[IL_BASES];
  int threads = il_pool_threads(pool);
  fill_bases(bases, program, workspace, slots);
  const il_step *end = program->steps + program->n_steps;
  for (const il_step *step = program->steps; step < end; step++) {
    il_divided divided = {step, bases, step->parts < threads ? step->parts : threads};
    if (divided.parts > 1)
      il_pool_run(pool, divided.parts, run_part, &divided);
    else
      step->run(step, bases);
  }
}

void il_program_run(const il_program *program, real *workspace, real *const *slots) {
  real *bases[IL_BASES];
  fill_bases(bases, program, workspace, slots);
  const il_step *end = program->steps + program->n_steps;
  for (const il_step *step = program->steps; step < end; step++) step->run(step, bases);
}

static void print_operand(FILE *file, il_operand operand) {
  static const char *const names[] = {[IL_BASE_WORKSPACE] = "work", [IL_BASE_CONSTANTS] = "const"};
  if (operand.base < IL_BASE_SLOTS)
    fprintf(file, "%s[%zu]", names[operand.base], operand.offset);
  else
    fprintf(file, "slot%d[%zu]", operand.base - IL_BASE_SLOTS, operand.offset);
}

static void print_chain(FILE *file, const il_chain *chain) {
  static const char *const covers[] = {"full", "row", "column", "scalar"};
  fprintf(file, " %dx%d", chain->rows, chain->columns);
  for (int i = 0; i < chain->operands; i++) {
    fprintf(file, " %c=", 'a' + i);
    print_operand(file, chain->operand[i]);
    fprintf(file, ":%s", covers[chain->cover[i]]);
  }
  for (int i = 0; i < chain->instructions; i++) {
    const il_instruction *code = &chain->code[i];
    fprintf(file, "; r%d=%s(", code->out, il_pointwise_name(code->code));
    int sources[2] = {code->a, code->b};
    for (int s = 0; s < il_pointwise_operands(code->code); s++)
      fprintf(file, sources[s] < 0 ? "%s%c" : "%sr%d", s ? "," : "", sources[s] < 0 ? 'a' + ~sources[s] : sources[s]);
    fprintf(file, "|%g)", (double)code->number);
  }
}

void il_program_print(const il_program *program, FILE *file) {
  for (int i = 0; i < program->n_steps; i++) {
    const il_step *step = &program->steps[i];
    fprintf(file, "%4d %-10s ", i, step->name);
    print_operand(file, step->out);
    if (step->chain) {
      print_chain(file, step->chain);
    } else {
      fprintf(file, " m=%d n=%d k=%d%s alpha=%g in=", step->m, step->n, step->k, step->flag ? " a'" : "",
              (double)step->alpha);
      for (int s = 0; s < step->inputs; s++, fputc(' ', file)) print_operand(file, step->in[s]);
      if (step->has_init) {
        fputs(step->init_stride ? "+" : "+row ", file);
        print_operand(file, step->init);
      }
    }
    fputc('\n', file);
  }
}
