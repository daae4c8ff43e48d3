/* Running programs, and printing them. A step is one kernel call; bases are the addresses that change from run to run:
 * the workspace, the constants, the slots. Example: the line
 * `3 matmul slot1[0] m=4 n=2 k=3 alpha=1 in=slot0[0] work[16]` of il_program_print multiplies the 4 x 3 reals at the
 * beginning of slot 0 with the 3 x 2 at 16 in the workspace. */
#include "graph/program.h"

#include <stdlib.h>
#include <string.h>

#include "graph/compile.h"

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

void il_program_run_divided(const il_program *program, real *workspace, real *const *slots, il_workers *workers) {
  real *bases[IL_BASES];
  int threads = il_workers_count(workers);
  fill_bases(bases, program, workspace, slots);
  const il_step *end = program->steps + program->n_steps;
  for (const il_step *step = program->steps; step < end; step++) {
    il_divided divided = {step, bases, step->parts < threads ? step->parts : threads};
    if (divided.parts > 1)
      il_workers_run(workers, divided.parts, run_part, &divided);
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
