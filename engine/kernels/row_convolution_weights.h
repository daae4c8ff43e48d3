/* The derivative of a convolution by its weights: a tile is several (tap, input channel) pairs times V vectors of
 * output channels, held in registers over the pixels of a block, of which there is a list that all tiles of a tap
 * share. */
#ifndef INNERLOOP_KERNELS_ROW_CONVOLUTION_WEIGHTS_H
#define INNERLOOP_KERNELS_ROW_CONVOLUTION_WEIGHTS_H

#include "kernels/row_convolution.h"

/* One row of a tile: its x relative to that of tap (0,0), channel 0, and its tap relative to the padding. */
typedef struct weight_row {
  ptrdiff_t from;
  int down, across;
} weight_row;

/* Pixels of the block side by side: where tap (0,0) finds the first in x, and y, in reals; bit r of `valid`: row r of
 * the tile is valid there. */
typedef struct weight_run {
  ptrdiff_t x, y;
  int pixels;
  unsigned valid;
} weight_run;

enum { VALID_EVERYWHERE = (1 << CONVOLVE_ROWS) - 1 };

/* A tile and the block of pixels it adds up. `all`: where every row of the tile is valid; `any`: where one may be. */
typedef struct weights {
  const il_geometry *geometry;
  const real *x, *y, *init; /* x, y at the first channel and column of the tile; init NULL: 0 */
  real *out;                /* [rows of the tile, n] */
  real alpha;
  part last;
  int rows, runs;
  il_range all_rows, all_columns, any_rows, any_columns;
  weight_row row[CONVOLVE_ROWS];
  weight_run run[IL_CONVOLVE_BLOCK];
} weights;

typedef void (*weight_kernel)(const weights *w);

/* sum += x y' for one pixel, in the rows that are valid. */
ROW_INLINE void weights_step(vec sum[CONVOLVE_ROWS][TILE_VECTORS], const real *const from[CONVOLVE_ROWS], const real *y,
                             ptrdiff_t at, part last, unsigned valid, const int rows, const int vectors,
                             const int edge) {
  vec right[TILE_VECTORS];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) right[v] = tile_load(y, v, vectors, edge, last);
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    if (!(valid >> r & 1)) continue;
    const vec left = v_set(from[r][at]);
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sum[r][v] = v_fma(left, right[v], sum[r][v]);
  }
}

ROW_INLINE void weights_finish(vec sum[CONVOLVE_ROWS][TILE_VECTORS], const weights *w, const int rows,
                               const int vectors, const int edge) {
  const size_t n = (size_t)w->geometry->out_channels;
  const vec alpha = v_set(w->alpha);
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    const size_t to = (size_t)r * n;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      const vec init = w->init ? tile_load(w->init + to, v, vectors, edge, w->last) : (vec){0};
      const vec value = v_fma(alpha, sum[r][v], init);
      if (edge && v == vectors - 1)
        v_store_part(w->out + to + v * LANES, value, w->last);
      else
        v_store(w->out + to + v * LANES, value);
    }
  }
}

/* rows, vectors and edge are constants wherever this is inlined. */
ROW_INLINE void weights_any(const weights *w, const int rows, const int vectors, const int edge) {
  const real *const y = w->y;
  const part last = w->last;
  const size_t n = (size_t)w->geometry->out_channels;
  const ptrdiff_t step = (ptrdiff_t)w->geometry->stride * w->geometry->channels;
  const real *from[CONVOLVE_ROWS];
  vec sum[CONVOLVE_ROWS][TILE_VECTORS];
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    from[r] = w->x + w->row[r].from;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sum[r][v] = (vec){0};
  }
  for (const weight_run *run = w->run, *end = run + w->runs; run < end; ++run) {
    const real *at_y = y + run->y;
    ptrdiff_t at = run->x;
    if (run->valid == VALID_EVERYWHERE) {
      for (int left = run->pixels; left > 0; --left, at += step, at_y += n)
        weights_step(sum, from, at_y, at, last, VALID_EVERYWHERE, rows, vectors, edge);
      continue;
    }
    for (int left = run->pixels; left > 0; --left, at += step, at_y += n)
      weights_step(sum, from, at_y, at, last, run->valid, rows, vectors, edge);
  }
  weights_finish(sum, w, rows, vectors, edge);
}

#define WEIGHT_FUNCTIONS(v, r)                                                                                         \
  static void weights_whole_##v##_##r(const weights *w) {                                                              \
    weights_any(w, r, v, 0);                                                                                           \
  }                                                                                                                    \
  static void weights_edge_##v##_##r(const weights *w) {                                                               \
    weights_any(w, r, v, 1);                                                                                           \
  }
CONVOLVE_TILES(WEIGHT_FUNCTIONS)

#define WEIGHT_WHOLE(v, r) [0][v - 1][r - 1] = weights_whole_##v##_##r,
#define WEIGHT_EDGE(v, r) [1][v - 1][r - 1] = weights_edge_##v##_##r,
static const weight_kernel weight_table[2][TILE_VECTORS][CONVOLVE_ROWS] = {CONVOLVE_TILES(WEIGHT_WHOLE)
                                                                               CONVOLVE_TILES(WEIGHT_EDGE)};

/* Numbers of a tap and a channel, counted on without division. */
typedef struct weight_index {
  int row, column, channel;
} weight_index;

static il_range range_and(il_range a, il_range b) {
  const int begin = il_most(a.begin, b.begin);
  return (il_range){begin, il_most(begin, il_least(a.end, b.end))};
}

/* Pixels where taps first and last of an axis are valid, and where any between may be: both ends fall with the tap. */
static void weights_ranges(il_range *all, il_range *any, const il_axis *axis, int first, int last) {
  const il_range a = il_axis_range(axis, first), b = first == last ? a : il_axis_range(axis, last);
  *all = range_and(a, b);
  *any = (il_range){il_least(a.begin, b.begin), il_most(a.end, b.end)};
}

/* The rows of a tile, from `index` on, which moves behind them. */
static void weights_rows(weights *w, weight_index *index, int rows) {
  const il_geometry *g = w->geometry;
  const il_axis down = il_axis_rows(g, 0), across = il_axis_columns(g, 0);
  const weight_index first = *index;
  int last_row = first.row, last_column = first.column;
  w->rows = rows;
  for (int r = 0; r < rows; ++r) {
    weight_row *row = &w->row[r];
    last_row = index->row;
    last_column = index->column;
    row->down = index->row - g->top;
    row->across = index->column - g->left;
    row->from = ((ptrdiff_t)row->down * g->width + row->across) * g->channels + index->channel;
    if (++index->channel < g->channels) continue;
    index->channel = 0;
    if (++index->column < g->kernel_width) continue;
    index->column = 0;
    ++index->row;
  }
  const int wraps = last_row != first.row;
  weights_ranges(&w->all_rows, &w->any_rows, &down, first.row, last_row);
  weights_ranges(&w->all_columns, &w->any_columns, &across, wraps ? 0 : first.column,
                 wraps ? g->kernel_width - 1 : last_column);
}

/* Which rows of the tile are valid in a row, or a column, of output pixels. */
static unsigned weights_valid(const weights *w, int pixel, int is_column) {
  const il_geometry *g = w->geometry;
  const il_range all = is_column ? w->all_columns : w->all_rows;
  unsigned valid = 0;
  if (pixel >= all.begin && pixel < all.end) return VALID_EVERYWHERE;
  for (int r = 0; r < w->rows; ++r) {
    const int at = pixel * g->stride + (is_column ? w->row[r].across : w->row[r].down);
    valid |= (unsigned)(at >= 0 && at < (is_column ? g->width : g->height)) << r;
  }
  return valid;
}

/* Lists the pixels of the block [begin, end) where a row of the tile is valid. */
static void weights_list(weights *w, int begin, int end) {
  const il_geometry *g = w->geometry;
  const int width = g->out_width;
  const ptrdiff_t step = (ptrdiff_t)g->stride * g->channels;
  int line = begin / width, image = line / g->out_height, row = line % g->out_height;
  w->runs = 0;
  for (; line * width < end; ++line, ++row) {
    if (row == g->out_height) {
      row = 0;
      ++image;
    }
    if (row < w->any_rows.begin || row >= w->any_rows.end) continue;
    const unsigned valid = weights_valid(w, row, 0);
    const il_range block = {begin - line * width, end - line * width}, columns = range_and(w->any_columns, block);
    const ptrdiff_t x = ((ptrdiff_t)image * g->height + (ptrdiff_t)row * g->stride) * g->width * g->channels;
    const ptrdiff_t y = (ptrdiff_t)line * width * g->out_channels;
    for (int column = columns.begin, count; column < columns.end; column += count) {
      const int inside = column >= w->all_columns.begin && column < w->all_columns.end;
      count = inside ? il_least(columns.end, w->all_columns.end) - column : 1;
      const unsigned here = valid & (inside ? VALID_EVERYWHERE : weights_valid(w, column, 1));
      if (here)
        w->run[w->runs++] = (weight_run){x + column * step, y + (ptrdiff_t)column * g->out_channels, count, here};
    }
  }
}

/* The tile under all columns; `at` its first weight. */
static void weights_tile(weights *w, const il_convolve *call, const real *init, ptrdiff_t at) {
  const int n = call->geometry->out_channels, vectors = (n + LANES - 1) / LANES;
  const int panels = (vectors + TILE_VECTORS - 1) / TILE_VECTORS;
  int j = 0;
  for (int panel = 0; panel < panels; ++panel) {
    const int width = vectors / panels + (panel < vectors % panels), edge = n - j < width * LANES;
    w->y = call->b + j;
    w->init = init ? init + at + j : NULL;
    w->out = call->out + at + j;
    w->last = v_part(edge ? n - j - (width - 1) * LANES : LANES);
    weight_table[edge][width - 1][w->rows - 1](w);
    j += width * LANES;
  }
}

/* Tiles of nearly equal height under each other. */
typedef struct weight_stack {
  int rows, tiles, within; /* rows of the stack; within: it is one tap's channels, otherwise all taps' */
} weight_stack;

/* One stack of tiles of one block. Tiles of one tap share rows and list: only the channel moves on. */
static ptrdiff_t weights_stack(weights *w, const il_convolve *call, weight_stack stack, weight_index index,
                               const int block[2], ptrdiff_t at) {
  const real *init = block[0] ? call->out : call->init;
  w->x = call->a;
  for (int tile = 0; tile < stack.tiles; ++tile) {
    const int rows = stack.rows / stack.tiles + (tile < stack.rows % stack.tiles);
    if (tile == 0 || !stack.within) {
      weights_rows(w, &index, rows);
      weights_list(w, block[0], block[1]);
    }
    w->rows = rows;
    weights_tile(w, call, init, at);
    at += (ptrdiff_t)rows * call->geometry->out_channels;
    w->x += stack.within ? rows : 0;
  }
  return at;
}

static void weights_block(weights *w, const il_convolve *call, weight_stack stack, int begin, int end) {
  const il_geometry *g = call->geometry;
  const int taps = stack.within ? g->kernel_height * g->kernel_width : 1, block[2] = {begin, end};
  ptrdiff_t at = 0;
  for (int tap = 0; tap < taps; ++tap)
    at = weights_stack(w, call, stack, (weight_index){tap / g->kernel_width, tap % g->kernel_width, 0}, block, at);
}

/* Tiles stay within a tap where it has the channels to fill them. */
static void row_convolve_weights(const il_convolve *call) {
  const il_geometry *g = call->geometry;
  const int pixels_all = g->images * g->out_height * g->out_width;
  const int vectors = (g->out_channels + LANES - 1) / LANES, panels = (vectors + TILE_VECTORS - 1) / TILE_VECTORS;
  const int most = convolve_tallest[(vectors - 1) / panels];
  weight_stack stack = {.rows = g->channels, .within = g->channels >= most};
  if (!stack.within) stack.rows *= g->kernel_height * g->kernel_width;
  stack.tiles = (stack.rows + most - 1) / most;
  weights w = {.geometry = g, .alpha = call->alpha};
  for (int begin = 0; begin < pixels_all; begin += IL_CONVOLVE_BLOCK)
    weights_block(&w, call, stack, begin, il_least(pixels_all, begin + IL_CONVOLVE_BLOCK));
}

#endif
