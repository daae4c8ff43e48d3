/* The reference row's batch normalisation and pooling: the definitions of batch_norm.h as plain loops. */
#include <math.h>
#include <stddef.h>

#include "kernels/rows.h"

/* A chain over the rows [begin, end) of column c, from 0. */
typedef real (*chain)(const il_norm_pass *n, size_t c, int begin, int end);

/* Its sum over all rows: blocks of 32, then the blocks in order. */
static real blocks(const il_norm_pass *n, size_t c, chain block) {
  real total = 0;
  for (int begin = 0; begin < n->rows; begin += IL_SUM_BLOCK)
    total += block(n, c, begin, begin + IL_SUM_BLOCK < n->rows ? begin + IL_SUM_BLOCK : n->rows);
  return total;
}

/* The chain over rows r, i = the element's index. */
#define CHAIN(name, next_sum)                                                                                          \
  static real name(const il_norm_pass *n, size_t c, int begin, int end) {                                              \
    real sum = 0;                                                                                                      \
    for (int r = begin; r < end; ++r) {                                                                                \
      const size_t i = (size_t)r * (size_t)n->columns + c;                                                             \
      sum = (next_sum);                                                                                                \
    }                                                                                                                  \
    return sum;                                                                                                        \
  }

/* h of element i. */
static real passed(const il_norm_pass *n, size_t i) {
  return n->relu && n->y[i] <= 0 ? 0 : n->g[i];
}

/* d of element i of column c. */
static real centred(const il_norm_pass *n, size_t i, size_t c) {
  return n->x[i] - n->statistics[c];
}

CHAIN(sum_x, sum + n->x[i])
CHAIN(sum_squares, il_reference_fma(centred(n, i, c), centred(n, i, c), sum))
CHAIN(sum_h, sum + passed(n, i))
CHAIN(sum_h_d, il_reference_fma(passed(n, i), centred(n, i, c), sum))
CHAIN(sum_u, sum + n->u[i])
CHAIN(sum_u_d, il_reference_fma(n->u[i], centred(n, i, c), sum))
CHAIN(sum_u_h, il_reference_fma(n->u[i], passed(n, i), sum))

static void statistics(real *out, const real *x, int rows, int columns, real epsilon) {
  const size_t next = (size_t)columns;
  const il_norm_pass pass = {.rows = rows, .columns = columns, .x = x, .statistics = out};
  for (size_t c = 0; c < next; ++c) {
    out[c] = blocks(&pass, c, sum_x) / (real)rows;
    out[next + c] = 1 / (real)sqrt((double)(blocks(&pass, c, sum_squares) / (real)rows + epsilon));
  }
}

static void forward(const il_norm_pass *n) {
  const size_t next = (size_t)n->columns;
  for (size_t i = 0; i < (size_t)n->rows * next; ++i) {
    const size_t c = i % next;
    const real y = il_reference_fma(n->x[i] - n->statistics[c], n->gamma[c] * n->statistics[next + c], n->beta[c]);
    n->out[i] = n->relu && y <= 0 ? 0 : y;
  }
}

static void sums(const il_norm_pass *n) {
  const size_t next = (size_t)n->columns;
  for (size_t c = 0; c < next; ++c) {
    n->out[c] = blocks(n, c, sum_h);
    n->out[next + c] = blocks(n, c, sum_h_d) * n->statistics[next + c];
  }
}

static void dots(const il_norm_pass *n) {
  const size_t next = (size_t)n->columns;
  for (size_t c = 0; c < next; ++c) {
    n->out[c] = blocks(n, c, sum_u);
    n->out[next + c] = blocks(n, c, sum_u_d) * n->statistics[next + c];
    n->out[2 * next + c] = blocks(n, c, sum_u_h);
  }
}

static void accumulate(const il_norm_pass *n, size_t i, real value) {
  n->out[i] = n->init ? il_reference_fma(n->alpha, value, n->init[i]) : n->alpha * value;
}

static void backward(const il_norm_pass *n) {
  const size_t next = (size_t)n->columns;
  const real share = 1 / (real)n->rows;
  for (size_t i = 0; i < (size_t)n->rows * next; ++i) {
    const size_t c = i % next;
    const real s = n->statistics[next + c], slope = n->gamma[c] * s;
    const real shift = -slope * (n->sums[c] * share), tilt = -slope * s * (n->sums[next + c] * share);
    const real h = n->outer ? n->g[i] : passed(n, i);
    const real value = il_reference_fma(tilt, n->x[i] - n->statistics[c], il_reference_fma(slope, h, shift));
    accumulate(n, i, n->relu && n->outer && n->y[i] <= 0 ? 0 : value);
  }
}

static void second(const il_norm_pass *n) {
  const size_t next = (size_t)n->columns;
  const real share = 1 / (real)n->rows;
  for (size_t i = 0; i < (size_t)n->rows * next; ++i) {
    const size_t c = i % next;
    const real s = n->statistics[next + c], sum = n->sums[c], sum_x = n->sums[next + c];
    const real dot = n->dots[c], dot_x = n->dots[next + c], both = n->dots[2 * next + c];
    const real factor = -(n->gamma[c] * s * s * share);
    const real mixed = dot * sum_x + sum * dot_x;
    const real rest = both - dot * sum * share - 3 * dot_x * sum_x * share;
    const real straight = il_reference_fma(factor * s * rest, n->x[i] - n->statistics[c], -factor * (mixed * share));
    accumulate(n, i,
               il_reference_fma(factor * sum_x, n->u[i], il_reference_fma(factor * dot_x, passed(n, i), straight)));
  }
}

/* Index of the chosen pixel of a window, channel included. */
static size_t chosen_of(const real *x, const il_pool_geometry *g, size_t image, size_t row, size_t column, size_t c) {
  const size_t height = (size_t)g->height, width = (size_t)g->width, channels = (size_t)g->channels;
  size_t best = ((image * height + 2 * row) * width + 2 * column) * channels + c;
  for (size_t i = 2 * row; i < 2 * row + 2 && i < height; ++i) {
    for (size_t j = 2 * column; j < 2 * column + 2 && j < width; ++j) {
      const size_t at = ((image * height + i) * width + j) * channels + c;
      if (x[at] > x[best] || (isnan(x[at]) && !isnan(x[best]))) best = at;
    }
  }
  return best;
}

/* Calls move for every result: its index and the index of its chosen pixel. */
static void each_window(real *out, const real *a, const real *x, const il_pool_geometry *g,
                        void (*move)(real *out, const real *a, size_t result, size_t pixel)) {
  const size_t tall = (size_t)g->out_height, wide = (size_t)g->out_width, channels = (size_t)g->channels;
  for (size_t at = 0; at < (size_t)g->images * tall * wide * channels; ++at) {
    const size_t window = at / channels, line = window / wide;
    move(out, a, at, chosen_of(x, g, line / tall, line % tall, window % wide, at % channels));
  }
}

static void move_out(real *out, const real *a, size_t result, size_t pixel) {
  out[result] = a[pixel];
}

static void move_back(real *out, const real *a, size_t result, size_t pixel) {
  out[pixel] = a[result];
}

static void gather(real *out, const real *a, const real *x, const il_pool_geometry *g) {
  each_window(out, a, x, g, move_out);
}

static void scatter(real *out, const real *a, const real *x, const il_pool_geometry *g) {
  const size_t size = (size_t)g->images * (size_t)g->height * (size_t)g->width * (size_t)g->channels;
  for (size_t i = 0; i < size; ++i) out[i] = 0;
  each_window(out, a, x, g, move_back);
}

const il_batch_norm_kernels il_reference_batch_norm = {statistics, forward, sums, dots, backward, second};
const il_pool_kernels il_reference_pool = {gather, scatter};
