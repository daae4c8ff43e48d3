/* Batch normalisation at run time: which operand is which, and what a pass costs. */
#include <string.h>

#include "graph/ops/batch_norm.h"

static real *operand(const il_step *step, real *const *bases, int index) {
  return bases[step->in[index].base] + step->in[index].offset;
}

static real *result(const il_step *step, real *const *bases) {
  return bases[step->out.base] + step->out.offset;
}

/* What all passes have in common. */
static il_norm_pass pass(const il_step *step, real *const *bases) {
  return (il_norm_pass){.rows = step->m,
                        .columns = step->n,
                        .relu = step->flag,
                        .out = result(step, bases),
                        .init = step->has_init ? bases[step->init.base] + step->init.offset : NULL,
                        .alpha = step->alpha};
}

static void run_statistics(const il_step *step, real *const *bases) {
  const real *epsilon = step->plan;
  step->kernels->batch_norm->statistics(result(step, bases), operand(step, bases, 0), step->m, step->n, *epsilon);
}

static void run_forward(const il_step *step, real *const *bases) {
  il_norm_pass norm = pass(step, bases);
  norm.x = operand(step, bases, 0);
  norm.statistics = operand(step, bases, 1);
  norm.gamma = operand(step, bases, 2);
  norm.beta = operand(step, bases, 3);
  step->kernels->batch_norm->forward(&norm);
}

/* g, y, x, statistics stand at `first` and after it. */
static il_norm_pass gated_pass(const il_step *step, real *const *bases, int first) {
  il_norm_pass norm = pass(step, bases);
  norm.g = operand(step, bases, first);
  norm.y = operand(step, bases, first + 1);
  norm.x = operand(step, bases, first + 2);
  norm.statistics = operand(step, bases, first + 3);
  return norm;
}

static void run_sums(const il_step *step, real *const *bases) {
  il_norm_pass norm = gated_pass(step, bases, 0);
  step->kernels->batch_norm->sums(&norm);
}

static void run_dots(const il_step *step, real *const *bases) {
  il_norm_pass norm = gated_pass(step, bases, 1);
  norm.u = operand(step, bases, 0);
  step->kernels->batch_norm->dots(&norm);
}

static void run_backward(const il_step *step, real *const *bases) {
  il_norm_pass norm = gated_pass(step, bases, 0);
  norm.gamma = operand(step, bases, 4);
  norm.sums = operand(step, bases, 5);
  step->kernels->batch_norm->backward(&norm);
}

static void run_outer(const il_step *step, real *const *bases) {
  il_norm_pass norm = gated_pass(step, bases, 0);
  norm.outer = 1;
  norm.gamma = operand(step, bases, 4);
  norm.sums = operand(step, bases, 5); /* dots begin with the two sums of u */
  step->kernels->batch_norm->backward(&norm);
}

static void run_second(const il_step *step, real *const *bases) {
  il_norm_pass norm = gated_pass(step, bases, 1);
  norm.u = operand(step, bases, 0);
  norm.gamma = operand(step, bases, 5);
  norm.sums = operand(step, bases, 6);
  norm.dots = operand(step, bases, 7);
  step->kernels->batch_norm->second(&norm);
}

/* s (Q - U0 H0 / R - U1 H1 / R) */
static void run_slope(const il_step *step, real *const *bases) {
  const size_t next = (size_t)step->n;
  const real *s = operand(step, bases, 4) + next, *sums = operand(step, bases, 5), *dots = operand(step, bases, 6);
  const real share = 1 / (real)step->m;
  real *out = result(step, bases);
  for (size_t c = 0; c < next; c++)
    out[c] = s[c] * (dots[2 * next + c] - dots[c] * sums[c] * share - dots[next + c] * sums[next + c] * share);
}

static void run_take_row(const il_step *step, real *const *bases) {
  const size_t columns = (size_t)step->n;
  memcpy(result(step, bases), operand(step, bases, 0) + (size_t)step->flag * columns, columns * sizeof(real));
}

static void run_place_row(const il_step *step, real *const *bases) {
  const size_t columns = (size_t)step->n;
  real *out = result(step, bases);
  memset(out, 0, (size_t)step->m * columns * sizeof(real));
  memcpy(out + (size_t)step->flag * columns, operand(step, bases, 0), columns * sizeof(real));
}

/* Sizes from the x of the pass; `per_element`: operations on each of its elements. */
static void size_pass(il_step *step, const il_node *node, const il_shape *x, double per_element) {
  step->m = il_shape_rows(x);
  step->n = il_shape_columns(x);
  step->flag = node->flag;
  step->flops = per_element * (double)il_shape_size(x);
}

void il_batch_norm_statistics_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  real *epsilon = il_arena_get(arena, 1, sizeof *epsilon);
  if (!epsilon) return;
  *epsilon = (real)node->number;
  size_pass(step, node, &inputs[0], 4);
  step->plan = epsilon;
  step->run = run_statistics;
}

void il_batch_norm_forward_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  size_pass(step, node, &inputs[0], 3);
  step->in_place = 1 << 0;
  step->run = run_forward;
}

void il_batch_norm_sums_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  size_pass(step, node, &inputs[2], 4);
  step->run = run_sums;
}

void il_batch_norm_dots_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  size_pass(step, node, &inputs[3], 6);
  step->run = run_dots;
}

void il_batch_norm_backward_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  size_pass(step, node, &inputs[2], 5);
  step->in_place = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 6; /* g, y, x, init */
  step->run = run_backward;
}

void il_batch_norm_outer_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  il_batch_norm_backward_lower(step, node, inputs, arena);
  step->run = run_outer;
}

void il_batch_norm_second_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  size_pass(step, node, &inputs[3], 7);
  step->in_place = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 8; /* u, g, y, x, init */
  step->run = run_second;
}

void il_batch_norm_slope_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  size_pass(step, node, &inputs[3], 0);
  step->flops = 7.0 * step->n;
  step->run = run_slope;
}

void il_take_row_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena;
  size_pass(step, node, &inputs[0], 0);
  step->run = run_take_row;
}

void il_place_row_lower(il_step *step, const il_node *node, const il_shape *inputs, il_arena *arena) {
  (void)arena, (void)inputs;
  size_pass(step, node, &node->shape, 0);
  step->run = run_place_row;
}
