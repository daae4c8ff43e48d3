/* What the golden tests of networks share (golden_conv_cases.h, golden_transfer_cases.h): a learner, the arrays of a
 * file and the slots its programs run on. The includer defines TOLERANCE: the relative L2 distance allowed. */
#ifndef INNERLOOP_TESTS_GOLDEN_BENCH_H
#define INNERLOOP_TESTS_GOLDEN_BENCH_H

#include "cmocka_all.h"

#include "algorithms/learner.h"
#include "golden.h"
#include "innerloop/arena.h"

enum { REALS = 4096 }; /* of a slot */

/* Everything one test works with. */
typedef struct bench {
  il_arena *arena;
  golden file;
  il_learner learner;
  il_inner_options inner;
  real *slots[IL_SLOTS_MAX]; /* [REALS] each */
} bench;

static const golden_array *get(const bench *b, const char *name) {
  const golden_array *array = golden_find(&b->file, name);
  if (!array) fail_msg("no golden array %s", name);
  return array;
}

static void put(bench *b, int slot, const char *name) {
  const golden_array *array = get(b, name);
  assert_true(array->size <= REALS);
  for (size_t i = 0; i < array->size; i++) b->slots[slot][i] = (real)array->values[i];
}

/* A bench with the arrays of golden/`name`.txt; the learner is the caller's to fill. */
static void new_bench(bench *b, const char *name) {
  memset(b, 0, sizeof *b);
  b->arena = il_arena_new();
  assert_non_null(b->arena);
  for (int s = 0; s < IL_SLOTS_MAX; s++) assert_non_null(b->slots[s] = il_arena_get(b->arena, REALS, sizeof(real)));
  golden_load(&b->file, name);
}

static void close_bench(bench *b) {
  golden_free(&b->file);
  il_arena_free(b->arena);
}

static void run(bench *b, il_program *program) {
  real *workspace = il_arena_get(b->arena, il_program_cost(program).workspace_reals, sizeof(real));
  assert_non_null(workspace);
  il_program_run(program, workspace, b->slots);
  il_program_free(program);
}

static void expect(const bench *b, const real *values, const char *name) {
  const golden_array *expected = get(b, name);
  double wide[REALS];
  for (size_t i = 0; i < expected->size; i++) wide[i] = (double)values[i];
  double distance = golden_distance(wide, expected->values, expected->size);
  if (getenv("IL_TEST_VERBOSE")) print_message("%-36s %.2g\n", name, distance);
  if (!(distance <= TOLERANCE)) fail_msg("%s: relative distance %.3g, expected at most %g", name, distance, TOLERANCE);
}

#endif
