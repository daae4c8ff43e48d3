/* Batch normalisation: passes over all rows, a panel of up to four vectors of channels at a time, whose coefficients
 * stay in registers. The formulas are those of batch_norm.h. */
#ifndef INNERLOOP_KERNELS_ROW_BATCH_NORM_H
#define INNERLOOP_KERNELS_ROW_BATCH_NORM_H

#include "kernels/row_vector.h"
#include "kernels/rows.h"

enum { NORM_VECTORS = 4 };

/* Channels at .. of a pass: `vectors` whole vectors, or, where not `whole`, one vector with `last` lanes. */
#define NORM_PANEL const size_t at, const int vectors, const int whole, const part last

ROW_INLINE vec norm_load(const real *from, int v, const int whole, part last) {
  return whole ? v_load(from + v * LANES) : v_load_part(from, last);
}

ROW_INLINE void norm_store(real *to, vec value, int v, const int whole, part last) {
  if (whole)
    v_store(to + v * LANES, value);
  else
    v_store_part(to, value, last);
}

/* One panel of a pass. flag: what of the pass is a constant of its loop. */
typedef void (*norm_panel)(const il_norm_pass *norm, int flag, size_t at, int vectors, int whole, part last);

/* All panels; everything passed on is a constant, so that each call is a loop of its own. */
ROW_INLINE void norm_run(const il_norm_pass *norm, norm_panel panel, const int flag) {
  const size_t end = (size_t)norm->columns;
  const part all = v_part(LANES);
  size_t at = 0;
  for (; at + 4 * LANES <= end; at += 4 * LANES) panel(norm, flag, at, 4, 1, all);
  for (; at + 2 * LANES <= end; at += 2 * LANES) panel(norm, flag, at, 2, 1, all);
  for (; at + LANES <= end; at += LANES) panel(norm, flag, at, 1, 1, all);
  if (at < end) panel(norm, flag, at, 1, 0, v_part((int)(end - at)));
}

/* g where y > 0 or NaN, as in the pointwise gate. */
ROW_INLINE vec norm_gated(vec g, vec y) {
  return (vec)((mask)g & ~(y <= 0));
}

/* Sums of a panel, up to three of them, and the means of its channels. */
typedef struct norm_sums {
  vec at[3][NORM_VECTORS];
} norm_sums;

/* Adds the row that begins at `from` to vector v of the sums. */
typedef void (*norm_row)(norm_sums *block, const il_norm_pass *norm, int relu, size_t from, int v, vec mean, int whole,
                         part last);

/* `kinds` sums over all rows: blocks of 32 from 0, then the blocks from 0. */
ROW_INLINE norm_sums norm_sum(const il_norm_pass *norm, norm_row row, const int kinds, const int relu,
                              const vec mean[NORM_VECTORS], NORM_PANEL) {
  norm_sums total = {{{{0}}}};
  for (int begin = 0; begin < norm->rows; begin += IL_SUM_BLOCK) {
    const int end = norm->rows - begin < IL_SUM_BLOCK ? norm->rows : begin + IL_SUM_BLOCK;
    norm_sums block = {{{{0}}}};
    size_t from = (size_t)begin * (size_t)norm->columns + at;
    for (int i = begin; i < end; ++i, from += (size_t)norm->columns) {
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) row(&block, norm, relu, from, v, mean[v], whole, last);
    }
#pragma GCC unroll 3
    for (int k = 0; k < kinds; ++k) {
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) total.at[k][v] += block.at[k][v];
    }
  }
  return total;
}

#define NORM_ROW                                                                                                       \
  norm_sums *block, const il_norm_pass *norm, const int relu, size_t from, int v, vec mean, const int whole, part last

/* h and d of a row. */
ROW_INLINE vec norm_passed(const il_norm_pass *norm, const int relu, size_t from, int v, const int whole, part last) {
  const vec g = norm_load(norm->g + from, v, whole, last);
  return relu ? norm_gated(g, norm_load(norm->y + from, v, whole, last)) : g;
}

ROW_INLINE vec norm_centred(const il_norm_pass *norm, size_t from, int v, vec mean, const int whole, part last) {
  return norm_load(norm->x + from, v, whole, last) - mean;
}

ROW_INLINE void norm_add_x(NORM_ROW) {
  (void)relu, (void)mean;
  block->at[0][v] += norm_load(norm->x + from, v, whole, last);
}

ROW_INLINE void norm_add_square(NORM_ROW) {
  (void)relu;
  const vec d = norm_centred(norm, from, v, mean, whole, last);
  block->at[0][v] = v_fma(d, d, block->at[0][v]);
}

ROW_INLINE void norm_add_sums(NORM_ROW) {
  const vec h = norm_passed(norm, relu, from, v, whole, last);
  block->at[0][v] += h;
  block->at[1][v] = v_fma(h, norm_centred(norm, from, v, mean, whole, last), block->at[1][v]);
}

ROW_INLINE void norm_add_dots(NORM_ROW) {
  const vec u = norm_load(norm->u + from, v, whole, last);
  block->at[0][v] += u;
  block->at[1][v] = v_fma(u, norm_centred(norm, from, v, mean, whole, last), block->at[1][v]);
  block->at[2][v] = v_fma(u, norm_passed(norm, relu, from, v, whole, last), block->at[2][v]);
}

ROW_INLINE void norm_statistics_panel(const il_norm_pass *norm, const int flag, NORM_PANEL) {
  const vec count = v_set((real)norm->rows);
  vec mean[NORM_VECTORS] = {{0}};
  (void)flag;
  const norm_sums sum = norm_sum(norm, norm_add_x, 1, 0, mean, at, vectors, whole, last);
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) mean[v] = sum.at[0][v] / count;
  const norm_sums squares = norm_sum(norm, norm_add_square, 1, 0, mean, at, vectors, whole, last);
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) {
    const vec variance = squares.at[0][v] / count;
    norm_store(norm->out + at, mean[v], v, whole, last);
    norm_store(norm->out + norm->columns + at, v_set(1) / v_sqrt(variance + v_set(norm->alpha)), v, whole, last);
  }
}

static void row_norm_statistics(real *out, const real *x, int rows, int columns, real epsilon) {
  il_norm_pass norm = {.rows = rows, .columns = columns, .x = x, .alpha = epsilon};
  norm.out = out;
  norm_run(&norm, norm_statistics_panel, 0);
}

ROW_INLINE void norm_forward_panel(const il_norm_pass *norm, const int relu, NORM_PANEL) {
  vec mean[NORM_VECTORS], slope[NORM_VECTORS], shift[NORM_VECTORS];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) {
    mean[v] = norm_load(norm->statistics + at, v, whole, last);
    slope[v] =
        norm_load(norm->gamma + at, v, whole, last) * norm_load(norm->statistics + norm->columns + at, v, whole, last);
    shift[v] = norm_load(norm->beta + at, v, whole, last);
  }
  for (size_t row = 0, from = at; row < (size_t)norm->rows; ++row, from += (size_t)norm->columns) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      const vec d = norm_centred(norm, from, v, mean[v], whole, last);
      const vec y = v_fma(d, slope[v], shift[v]);
      norm_store(norm->out + from, relu ? norm_gated(y, y) : y, v, whole, last);
    }
  }
}

static void row_norm_forward(const il_norm_pass *norm) {
  if (norm->relu)
    norm_run(norm, norm_forward_panel, 1);
  else
    norm_run(norm, norm_forward_panel, 0);
}

ROW_INLINE void norm_load_means(vec mean[NORM_VECTORS], const il_norm_pass *norm, NORM_PANEL) {
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) mean[v] = norm_load(norm->statistics + at, v, whole, last);
}

/* The second of the sums is over h d or u d: times s it is over h xhat or u xhat. */
ROW_INLINE void norm_store_sums(const il_norm_pass *norm, const norm_sums *sum, const int kinds, NORM_PANEL) {
  const size_t next = (size_t)norm->columns;
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) {
    norm_store(norm->out + at, sum->at[0][v], v, whole, last);
    norm_store(norm->out + next + at, sum->at[1][v] * norm_load(norm->statistics + next + at, v, whole, last), v, whole,
               last);
    if (kinds == 3) norm_store(norm->out + 2 * next + at, sum->at[2][v], v, whole, last);
  }
}

ROW_INLINE void norm_sums_panel(const il_norm_pass *norm, const int relu, NORM_PANEL) {
  vec mean[NORM_VECTORS];
  norm_load_means(mean, norm, at, vectors, whole, last);
  const norm_sums sum = norm_sum(norm, norm_add_sums, 2, relu, mean, at, vectors, whole, last);
  norm_store_sums(norm, &sum, 2, at, vectors, whole, last);
}

static void row_norm_sums(const il_norm_pass *norm) {
  if (norm->relu)
    norm_run(norm, norm_sums_panel, 1);
  else
    norm_run(norm, norm_sums_panel, 0);
}

ROW_INLINE void norm_dots_panel(const il_norm_pass *norm, const int relu, NORM_PANEL) {
  vec mean[NORM_VECTORS];
  norm_load_means(mean, norm, at, vectors, whole, last);
  const norm_sums sum = norm_sum(norm, norm_add_dots, 3, relu, mean, at, vectors, whole, last);
  norm_store_sums(norm, &sum, 3, at, vectors, whole, last);
}

static void row_norm_dots(const il_norm_pass *norm) {
  if (norm->relu)
    norm_run(norm, norm_dots_panel, 1);
  else
    norm_run(norm, norm_dots_panel, 0);
}

/* Stores alpha value + init; init NULL: 0. */
ROW_INLINE void norm_accumulate(const il_norm_pass *norm, vec value, size_t from, int v, const int whole, part last) {
  if (norm->init)
    value = v_fma(v_set(norm->alpha), value, norm_load(norm->init + from, v, whole, last));
  else
    value = v_set(norm->alpha) * value;
  norm_store(norm->out + from, value, v, whole, last);
}

/* gate: 0 none, 1 of g, 2 of the result. */
ROW_INLINE void norm_backward_panel(const il_norm_pass *norm, const int gate, NORM_PANEL) {
  const vec share = v_set(1 / (real)norm->rows);
  vec mean[NORM_VECTORS], slope[NORM_VECTORS], shift[NORM_VECTORS], tilt[NORM_VECTORS];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) {
    const vec s = norm_load(norm->statistics + norm->columns + at, v, whole, last);
    mean[v] = norm_load(norm->statistics + at, v, whole, last);
    slope[v] = norm_load(norm->gamma + at, v, whole, last) * s;
    shift[v] = -slope[v] * (norm_load(norm->sums + at, v, whole, last) * share);
    tilt[v] = -slope[v] * s * (norm_load(norm->sums + norm->columns + at, v, whole, last) * share);
  }
  for (size_t row = 0, from = at; row < (size_t)norm->rows; ++row, from += (size_t)norm->columns) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      const vec y = gate ? norm_load(norm->y + from, v, whole, last) : (vec){0};
      const vec g = norm_load(norm->g + from, v, whole, last);
      const vec d = norm_centred(norm, from, v, mean[v], whole, last);
      const vec value = v_fma(tilt[v], d, v_fma(slope[v], gate == 1 ? norm_gated(g, y) : g, shift[v]));
      norm_accumulate(norm, gate == 2 ? norm_gated(value, y) : value, from, v, whole, last);
    }
  }
}

static void row_norm_backward(const il_norm_pass *norm) {
  if (!norm->relu)
    norm_run(norm, norm_backward_panel, 0);
  else if (norm->outer)
    norm_run(norm, norm_backward_panel, 2);
  else
    norm_run(norm, norm_backward_panel, 1);
}

/* Coefficients of `second`: factors of u, of h, of d, and the constant. */
typedef struct norm_second_factors {
  vec mean, u, h, d, shift;
} norm_second_factors;

ROW_INLINE norm_second_factors norm_second_of(const il_norm_pass *norm, size_t at, int v, const int whole, part last) {
  const size_t next = (size_t)norm->columns;
  const vec share = v_set(1 / (real)norm->rows);
  const vec s = norm_load(norm->statistics + next + at, v, whole, last);
  const vec sum = norm_load(norm->sums + at, v, whole, last), sum_x = norm_load(norm->sums + next + at, v, whole, last);
  const vec dot = norm_load(norm->dots + at, v, whole, last), dot_x = norm_load(norm->dots + next + at, v, whole, last);
  const vec both = norm_load(norm->dots + 2 * next + at, v, whole, last);
  const vec factor = -(norm_load(norm->gamma + at, v, whole, last) * s * s * share);
  const vec mixed = dot * sum_x + sum * dot_x;
  const vec rest = both - dot * sum * share - v_set(3) * dot_x * sum_x * share;
  return (norm_second_factors){.mean = norm_load(norm->statistics + at, v, whole, last),
                               .u = factor * sum_x,
                               .h = factor * dot_x,
                               .d = factor * s * rest,
                               .shift = -factor * (mixed * share)};
}

ROW_INLINE void norm_second_panel(const il_norm_pass *norm, const int relu, NORM_PANEL) {
  norm_second_factors f[NORM_VECTORS];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) f[v] = norm_second_of(norm, at, v, whole, last);
  for (size_t row = 0, from = at; row < (size_t)norm->rows; ++row, from += (size_t)norm->columns) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      const vec h = norm_passed(norm, relu, from, v, whole, last);
      const vec d = norm_centred(norm, from, v, f[v].mean, whole, last);
      const vec u = norm_load(norm->u + from, v, whole, last);
      const vec value = v_fma(f[v].u, u, v_fma(f[v].h, h, v_fma(f[v].d, d, f[v].shift)));
      norm_accumulate(norm, value, from, v, whole, last);
    }
  }
}

static void row_norm_second(const il_norm_pass *norm) {
  if (norm->relu)
    norm_run(norm, norm_second_panel, 1);
  else
    norm_run(norm, norm_second_panel, 0);
}

static const il_batch_norm_kernels row_batch_norm = {row_norm_statistics, row_norm_forward,  row_norm_sums,
                                                     row_norm_dots,       row_norm_backward, row_norm_second};

#endif
