/* Passes over memory: pointwise instructions, sums, softmax, against the reference row; and a fused chain of a compiled
 * program, against the same program compiled plainly. */
#include <stdio.h>
#include <string.h>

#include "benchmarks/workloads/bench.h"
#include "graph/program.h"

enum { POINTWISE_COUNT = 4096 };

typedef struct pass_state pass_state;
struct pass_state {
  il_arena *arena;
  const il_kernels *kernels;
  int shape;
  const real *a, *b;
  real *out;
  size_t count; /* elements of the result */
  void (*run)(const pass_state *state, const il_kernels *kernels, real *out);
  il_program *program, *twin;
  real *workspace, *twin_workspace;
};

static void pass_close(void *opened) {
  pass_state *state = opened;
  if (!state) return;
  il_program_free(state->program);
  il_program_free(state->twin);
  il_arena_free(state->arena);
}

/* inputs, outputs: elements of each. */
static il_status pass_open(bench_work *work, const bench_conditions *conditions, size_t inputs, size_t outputs,
                           il_error *error) {
  il_arena *arena = il_arena_new();
  pass_state *state = arena ? il_arena_get(arena, 1, sizeof *state) : NULL;
  if (!state) {
    il_arena_free(arena);
    return il_fail_memory(error, "a benchmark", 0);
  }
  work->state = state;
  state->arena = arena;
  state->count = outputs;
  state->a = bench_numbers(arena, inputs, 5);
  real *positive = bench_numbers(arena, inputs, 6); /* also right for a divisor */
  for (size_t i = 0; positive && i < inputs; i++) positive[i] = positive[i] * positive[i] + 1;
  state->b = positive;
  state->out = il_arena_get(arena, outputs, sizeof(real));
  if (!state->a || !state->b || !state->out) return il_fail_memory(error, "a benchmark", 0);
  return il_kernels_select(&state->kernels, conditions->kernels, error);
}

static void pass_run(void *opened) {
  const pass_state *state = opened;
  state->run(state, state->kernels, state->out);
}

/* Sums in another order and libm instead of our own functions: a few units in the last place. */
static il_status pass_check(void *opened, il_error *error) {
  pass_state *state = opened;
  real *twin = il_arena_get(state->arena, state->count, sizeof *twin);
  if (!twin) return il_fail_memory(error, "a benchmark", 0);
  pass_run(state);
  state->run(state, il_kernels_find("reference"), twin);
  return bench_compare("pass", state->out, twin, state->count, 1e-5, error);
}

/* ---- pointwise: one instruction over 4096 numbers ---- */

static void pointwise_name(char *name, size_t size, int shape) {
  (void)snprintf(name, size, "%s/%d", il_pointwise_name((il_pointwise)shape), POINTWISE_COUNT);
}

static void pointwise_pass(const pass_state *state, const il_kernels *kernels, real *out) {
  /* logarithms and roots want positive numbers: b; the others see both signs */
  bool positive = state->shape == IL_POINTWISE_LOG || state->shape == IL_POINTWISE_SQRT;
  kernels->pointwise[state->shape](out, positive ? state->b : state->a, state->b, (real)0.5, POINTWISE_COUNT);
}

static il_status pointwise_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                                il_error *error) {
  il_status status = pass_open(work, conditions, POINTWISE_COUNT, POINTWISE_COUNT, error);
  if (status != IL_OK) return status;
  pass_state *state = work->state;
  state->shape = what->shape;
  state->run = pointwise_pass;
  work->flops = POINTWISE_COUNT;
  return IL_OK;
}

const bench_family bench_family_pointwise = {.name = "pointwise",
                                             .repetitions = 20,
                                             .shapes = IL_POINTWISE_COUNT,
                                             .shape_name = pointwise_name,
                                             .open = pointwise_open,
                                             .run = pass_run,
                                             .check = pass_check,
                                             .close = pass_close};

/* ---- sums ---- */

static const struct { int m, n; } matrices[] = {{25, 40}, {1000, 64}, {100, 20}, {20000, 32}};
enum { MATRICES = sizeof matrices / sizeof *matrices, SLOTS = 25, SLOT_SIZE = 16384 };

static void rows_pass(const pass_state *state, const il_kernels *kernels, real *out) {
  kernels->sum_rows(out, state->a, matrices[state->shape].m, matrices[state->shape].n, NULL, 1);
}
static void columns_pass(const pass_state *state, const il_kernels *kernels, real *out) {
  kernels->sum_columns(out, state->a, matrices[state->shape].m, matrices[state->shape].n, NULL, 1);
}
static void slots_pass(const pass_state *state, const il_kernels *kernels, real *out) {
  kernels->sum_slots(out, state->a, SLOTS, SLOT_SIZE, 0, SLOT_SIZE, (real)(1.0 / SLOTS));
}
static void transpose_pass(const pass_state *state, const il_kernels *kernels, real *out) {
  kernels->transpose(out, state->a, matrices[state->shape].m, matrices[state->shape].n);
}

static const struct {
  const char *name;
  void (*run)(const pass_state *state, const il_kernels *kernels, real *out);
} reductions[] = {{"rows", rows_pass}, {"columns", columns_pass}, {"transpose", transpose_pass}};
enum { REDUCTIONS = sizeof reductions / sizeof *reductions };

/* The last shape is the sum of a meta-batch of directions. */
static void reduction_name(char *name, size_t size, int shape) {
  if (shape == REDUCTIONS * MATRICES)
    (void)snprintf(name, size, "slots/%dx%d", SLOTS, SLOT_SIZE);
  else
    (void)snprintf(name, size, "%s/%dx%d", reductions[shape / MATRICES].name, matrices[shape % MATRICES].m,
                   matrices[shape % MATRICES].n);
}

static il_status reduction_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                                il_error *error) {
  bool slots = what->shape == REDUCTIONS * MATRICES;
  int row = slots ? 0 : what->shape % MATRICES;
  size_t inputs = slots ? (size_t)SLOTS * SLOT_SIZE : (size_t)matrices[row].m * (size_t)matrices[row].n;
  size_t outputs = slots ? SLOT_SIZE : (size_t)matrices[row].m;
  if (!slots && reductions[what->shape / MATRICES].run == rows_pass) outputs = (size_t)matrices[row].n;
  if (!slots && reductions[what->shape / MATRICES].run == transpose_pass) outputs = inputs;
  il_status status = pass_open(work, conditions, inputs, outputs, error);
  if (status != IL_OK) return status;
  pass_state *state = work->state;
  state->shape = row;
  state->run = slots ? slots_pass : reductions[what->shape / MATRICES].run;
  work->flops = state->run == transpose_pass ? 0 : (double)inputs;
  return IL_OK;
}

const bench_family bench_family_reduction = {.name = "reduction",
                                             .repetitions = 20,
                                             .shapes = REDUCTIONS * MATRICES + 1,
                                             .shape_name = reduction_name,
                                             .open = reduction_open,
                                             .run = pass_run,
                                             .check = pass_check,
                                             .close = pass_close};

/* ---- softmax ---- */

static const struct { int m, n; } logits[] = {{5, 5}, {25, 5}, {100, 20}};
enum { LOGITS = sizeof logits / sizeof *logits };

static void softmax_pass(const pass_state *state, const il_kernels *kernels, real *out) {
  kernels->softmax(out, state->a, logits[state->shape].m, logits[state->shape].n);
}
static void log_softmax_pass(const pass_state *state, const il_kernels *kernels, real *out) {
  kernels->log_softmax(out, state->a, logits[state->shape].m, logits[state->shape].n);
}

static void softmax_name(char *name, size_t size, int shape) {
  (void)snprintf(name, size, "%s/%dx%d", shape < LOGITS ? "plain" : "log", logits[shape % LOGITS].m,
                 logits[shape % LOGITS].n);
}

static il_status softmax_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                              il_error *error) {
  int row = what->shape % LOGITS;
  size_t count = (size_t)logits[row].m * (size_t)logits[row].n;
  il_status status = pass_open(work, conditions, count, count, error);
  if (status != IL_OK) return status;
  pass_state *state = work->state;
  state->shape = row;
  state->run = what->shape < LOGITS ? softmax_pass : log_softmax_pass;
  work->flops = 4.0 * (double)count; /* subtract, exponential, sum, divide */
  return IL_OK;
}

const bench_family bench_family_softmax = {.name = "softmax",
                                           .repetitions = 20,
                                           .shapes = 2 * LOGITS,
                                           .shape_name = softmax_name,
                                           .open = softmax_open,
                                           .run = pass_run,
                                           .check = pass_check,
                                           .close = pass_close};

/* ---- a chain of pointwise instructions that the compiler fuses: tanh(a b + a) (1 - b) ---- */

static const int chain_sizes[] = {400, 16384, 262144};
enum { SLOT_A, SLOT_B, SLOT_OUT };

static void chain_name(char *name, size_t size, int shape) {
  (void)snprintf(name, size, "%d", chain_sizes[shape]);
}

static void chain_pass(const pass_state *state, const il_kernels *kernels, real *out) {
  real *slots[IL_SLOTS_MAX] = {[SLOT_A] = (real *)state->a, [SLOT_B] = (real *)state->b, [SLOT_OUT] = out};
  bool twin = kernels != state->kernels;
  il_program_run(twin ? state->twin : state->program, twin ? state->twin_workspace : state->workspace, slots);
}

static il_status chain_compile(pass_state *state, int size, il_error *error) {
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_value a = il_input(graph, SLOT_A, 0, il_shape_vector(size)), b = il_input(graph, SLOT_B, 0, il_shape_vector(size));
  il_value hidden = il_tanh(graph, il_add(graph, il_multiply(graph, a, b), a));
  il_output output = {il_multiply(graph, hidden, il_shift(graph, il_scale(graph, b, -1), 1)), SLOT_OUT, 0};
  il_status status = il_compile(&state->program, graph, &output, 1, state->kernels, IL_COMPILE_FUSED, error);
  if (status == IL_OK)
    status = il_compile(&state->twin, graph, &output, 1, il_kernels_find("reference"), IL_COMPILE_PLAIN, error);
  il_graph_free(graph);
  if (status != IL_OK) return status;
  state->workspace = il_arena_get(state->arena, il_program_cost(state->program).workspace_reals, sizeof(real));
  state->twin_workspace = il_arena_get(state->arena, il_program_cost(state->twin).workspace_reals, sizeof(real));
  if (!state->workspace || !state->twin_workspace) return il_fail_memory(error, "a workspace", 0);
  return IL_OK;
}

static il_status chain_open(bench_work *work, const bench_case *what, const bench_conditions *conditions,
                            il_error *error) {
  size_t size = (size_t)chain_sizes[what->shape];
  il_status status = pass_open(work, conditions, size, size, error);
  if (status != IL_OK) return status;
  pass_state *state = work->state;
  state->run = chain_pass;
  status = chain_compile(state, (int)size, error);
  if (status != IL_OK) return status;
  work->flops = il_program_cost(state->program).flops;
  work->workspace_bytes = il_program_cost(state->program).workspace_reals * sizeof(real);
  return IL_OK;
}

const bench_family bench_family_chain = {.name = "chain",
                                         .repetitions = 20,
                                         .shapes = sizeof chain_sizes / sizeof *chain_sizes,
                                         .shape_name = chain_name,
                                         .open = chain_open,
                                         .run = pass_run,
                                         .check = pass_check,
                                         .close = pass_close};
