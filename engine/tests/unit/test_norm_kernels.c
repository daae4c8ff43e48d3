/* covers: kernels */
/* Kernels of batch normalisation and pooling: every row against the definitions in loops, rows against each other bit
 * by bit, between fences. */
#include "kernel_checks.h"

enum { BUFFERS = 9, OUTPUTS = 2 };

/* One pass through every row of the table. Buffers: x, y, g, u, init, statistics, gamma, sums, dots; outputs: two to
 * compare. */
typedef struct norm_case {
  int rows, columns, relu, outer, has_init, in_place, at_end;
  real alpha;
} norm_case;

typedef void (*pass)(const il_kernels *row, const il_norm_pass *norm);

static void statistics(const il_kernels *row, const il_norm_pass *norm) {
  row->batch_norm->statistics(norm->out, norm->x, norm->rows, norm->columns, (real)1e-3);
}
static void forward(const il_kernels *row, const il_norm_pass *norm) {
  row->batch_norm->forward(norm);
}
static void sums(const il_kernels *row, const il_norm_pass *norm) {
  row->batch_norm->sums(norm);
}
static void dots(const il_kernels *row, const il_norm_pass *norm) {
  row->batch_norm->dots(norm);
}
static void backward(const il_kernels *row, const il_norm_pass *norm) {
  row->batch_norm->backward(norm);
}
static void second(const il_kernels *row, const il_norm_pass *norm) {
  row->batch_norm->second(norm);
}

/* name, number of rows [C] of the result (0: an image) */
static const struct {
  pass run;
  int results;
} passes[] = {{statistics, 2}, {forward, 0}, {sums, 2}, {dots, 3}, {backward, 0}, {second, 0}};

enum { PASSES = sizeof passes / sizeof *passes };

static real *drawn(fenced buffer, size_t count, int at_end, uint64_t *state) {
  real *values = fenced_reals(buffer, count, at_end);
  fill(values, count, 0, state);
  return values;
}

static il_norm_pass draw(const fenced buffers[BUFFERS], const norm_case *c, uint64_t *state) {
  const size_t next = (size_t)c->columns, size = (size_t)c->rows * next;
  const int end = c->at_end;
  real *y = drawn(buffers[1], size, end, state);
  for (size_t i = 0; i < size; i += 3) y[i] = 0; /* relu's zeros: closed */
  return (il_norm_pass){.rows = c->rows,
                        .columns = c->columns,
                        .relu = c->relu,
                        .outer = c->outer,
                        .x = drawn(buffers[0], size, end, state),
                        .y = y,
                        .g = drawn(buffers[2], size, end, state),
                        .u = drawn(buffers[3], size, end, state),
                        .init = c->has_init ? drawn(buffers[4], size, end, state) : NULL,
                        .statistics = drawn(buffers[5], 2 * next, end, state),
                        .gamma = drawn(buffers[6], next, end, state),
                        .beta = drawn(buffers[6], next, end, state),
                        .sums = drawn(buffers[7], 2 * next, end, state),
                        .dots = drawn(buffers[8], 3 * next, end, state),
                        .alpha = c->alpha};
}

static void check_case(const fenced buffers[BUFFERS], const fenced outputs[OUTPUTS], const norm_case *c,
                       uint64_t *state) {
  const il_kernels *rows[8], *reference = il_kernels_find("reference");
  const int row_count = vector_rows(rows);
  const size_t next = (size_t)c->columns, size = (size_t)c->rows * next;
  for (int p = 0; p < PASSES; ++p) {
    il_norm_pass norm = draw(buffers, c, state);
    const size_t count = passes[p].results ? (size_t)passes[p].results * next : size;
    real *expected = fenced_reals(outputs[0], count, c->at_end), *got = fenced_reals(outputs[1], count, c->at_end);
    norm.out = expected;
    passes[p].run(reference, &norm);
    for (int r = 0; r < row_count; ++r) {
      il_norm_pass run = norm;
      fill(got, count, 1, state);
      run.out = got;
      if (c->in_place && !passes[p].results) { /* over x, which the pass reads element by element */
        memcpy(run.out, norm.x, size * sizeof(real));
        run.x = run.out;
      }
      passes[p].run(rows[r], &run);
      assert_true(same_bits(run.out, expected, count));
    }
  }
}

static void passes_have_one_set_of_bits(void **state) {
  (void)state;
  fenced buffers[BUFFERS], outputs[OUTPUTS];
  uint64_t random = 3;
  for (int i = 0; i < BUFFERS; ++i) buffers[i] = fenced_new();
  for (int i = 0; i < OUTPUTS; ++i) outputs[i] = fenced_new();
  for (int i = 0; i < 1500; ++i) {
    const norm_case c = {.rows = 1 + random_below(&random, i % 10 ? 20 : 300),
                         .columns = 1 + random_below(&random, i % 4 ? 70 : 200),
                         .relu = i & 1,
                         .outer = i >> 1 & 1,
                         .has_init = i >> 2 & 1,
                         .in_place = i >> 3 & 1,
                         .at_end = i >> 4 & 1,
                         .alpha = i % 3 ? 1 : (real)-0.37};
    check_case(buffers, outputs, &c, &random);
  }
  for (int i = 0; i < BUFFERS; ++i) fenced_free(buffers[i]);
  for (int i = 0; i < OUTPUTS; ++i) fenced_free(outputs[i]);
}

/* The sums as batch_norm.h words them: one chain a block of 32 rows. */
static void sums_follow_their_blocks(void **state) {
  (void)state;
  enum { ROWS = 100, COLUMNS = 7 };
  static real x[ROWS * COLUMNS], u[ROWS * COLUMNS], g[ROWS * COLUMNS], out[3 * COLUMNS], centred[ROWS], dot[ROWS];
  real statistics_of[2 * COLUMNS];
  const il_kernels *rows[8];
  uint64_t random = 4;
  (void)vector_rows(rows);
  fill(x, ROWS * COLUMNS, 0, &random), fill(u, ROWS * COLUMNS, 0, &random), fill(g, ROWS * COLUMNS, 0, &random);
  rows[0]->batch_norm->statistics(statistics_of, x, ROWS, COLUMNS, (real)1e-5);
  il_norm_pass norm = {
      .rows = ROWS, .columns = COLUMNS, .x = x, .g = g, .u = u, .statistics = statistics_of, .out = out};
  rows[0]->batch_norm->dots(&norm);
  for (int c = 0; c < COLUMNS; ++c) {
    assert_true(statistics_of[c] == blocked_sum(x + c, COLUMNS, ROWS) / ROWS);
    assert_true(out[c] == blocked_sum(u + c, COLUMNS, ROWS));
    real tilted = 0, both = 0;
    for (int begin = 0; begin < ROWS; begin += 32) {
      centred[0] = dot[0] = 0;
      for (int i = begin; i < ROWS && i < begin + 32; ++i) {
        centred[0] = exact_fma(u[i * COLUMNS + c], x[i * COLUMNS + c] - statistics_of[c], centred[0]);
        dot[0] = exact_fma(u[i * COLUMNS + c], g[i * COLUMNS + c], dot[0]);
      }
      tilted += centred[0];
      both += dot[0];
    }
    assert_true(out[COLUMNS + c] == tilted * statistics_of[COLUMNS + c]);
    assert_true(out[2 * COLUMNS + c] == both);
  }
}

/* Mean 100, standard deviation near 1, thousands of rows: plain float sums would lose digits of the variance. */
static void statistics_are_accurate(void **state) {
  (void)state;
  enum { ROWS = 3920 };
  static real x[ROWS];
  real out[2];
  const il_kernels *rows[8];
  uint64_t random = 5;
  double mean = 0, variance = 0;
  (void)vector_rows(rows);
  for (int i = 0; i < ROWS; ++i) x[i] = 100 + random_real(&random);
  for (int i = 0; i < ROWS; ++i) mean += (double)x[i] / ROWS;
  for (int i = 0; i < ROWS; ++i) variance += ((double)x[i] - mean) * ((double)x[i] - mean) / ROWS;
  rows[0]->batch_norm->statistics(out, x, ROWS, 1, 0);
  assert_true(fabs(out[0] - mean) < 1e-6 * mean);
  assert_true(fabs(out[1] * sqrt(variance) - 1) < 1e-6);
}

static void pooling_moves_what_the_definition_says(void **state) {
  (void)state;
  fenced buffers[4];
  const il_kernels *rows[8], *reference = il_kernels_find("reference");
  const int row_count = vector_rows(rows);
  uint64_t random = 6;
  for (int i = 0; i < 4; ++i) buffers[i] = fenced_new();
  for (int i = 0; i < 1000; ++i) {
    il_pool_geometry g = {.images = 1 + random_below(&random, 3),
                          .height = 2 + random_below(&random, 8),
                          .width = 2 + random_below(&random, 8),
                          .channels = 1 + random_below(&random, 40)};
    g.out_height = (g.height + (i & 1)) / 2;
    g.out_width = (g.width + (i & 1)) / 2;
    const size_t size = (size_t)g.images * (size_t)(g.height * g.width * g.channels);
    const size_t small = (size_t)g.images * (size_t)(g.out_height * g.out_width * g.channels);
    real *x = fenced_reals(buffers[0], size, i & 2), *a = fenced_reals(buffers[1], size, i & 2);
    fill(x, size, i & 4, &random), fill(a, size, 1, &random);
    for (size_t j = 0; j < size; ++j) x[j] = i & 8 ? (real)random_below(&random, 2) : x[j]; /* ties */
    for (int back = 0; back < 2; ++back) {
      const size_t count = back ? size : small;
      real *expected = fenced_reals(buffers[2], count, i & 2), *got = fenced_reals(buffers[3], count, i & 2);
      (back ? reference->pool->scatter : reference->pool->gather)(expected, a, x, &g);
      for (int r = 0; r < row_count; ++r) {
        fill(got, count, 1, &random);
        (back ? rows[r]->pool->scatter : rows[r]->pool->gather)(got, a, x, &g);
        assert_true(same_bits(got, expected, count));
      }
    }
  }
  for (int i = 0; i < 4; ++i) fenced_free(buffers[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(passes_have_one_set_of_bits),
      cmocka_unit_test(sums_follow_their_blocks),
      cmocka_unit_test(statistics_are_accurate),
      cmocka_unit_test(pooling_moves_what_the_definition_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
