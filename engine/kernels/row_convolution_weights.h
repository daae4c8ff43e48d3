/* The derivative of a convolution by its weights: a tile is several (tap, input channel) pairs times V vectors of output
 * channels, held in registers over the pixels of a block. */
#ifndef INNERLOOP_KERNELS_ROW_CONVOLUTION_WEIGHTS_H
#define INNERLOOP_KERNELS_ROW_CONVOLUTION_WEIGHTS_H

#include "kernels/row_convolution.h"

/* One row of a tile: its x relative to that of tap (0,0), channel 0, and the output pixels where its tap is valid. */
typedef struct weight_row {
  ptrdiff_t from;
  il_range rows, columns;
} weight_row;

/* A tile and the block of output rows it adds up. `all`: where every row of the tile is valid; `any`: where one may be. */
typedef struct weights {
  const il_geometry *geometry;
  const real *x, *y; /* y at the first column of the panel */
  const real *init;  /* NULL: 0 */
  real *out;         /* [rows of the tile, n] */
  real alpha;
  int begin, end; /* output rows, counted over all images */
  weight_row row[CONVOLVE_ROWS];
  il_range all_rows, all_columns, any_rows, any_columns;
  part last;
} weights;

typedef void (*weight_kernel)(const weights *w);

/* sum += x y' for one output pixel, and only where `valid`. */
ROW_INLINE void weights_step(vec sum[CONVOLVE_ROWS][TILE_VECTORS], const real *const from[CONVOLVE_ROWS], ptrdiff_t at,
                             const real *y, const int *valid, part last, const int rows, const int vectors,
                             const int edge) {
  vec right[TILE_VECTORS];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) right[v] = tile_load(y, v, vectors, edge, last);
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    if (valid && !valid[r]) continue;
    const vec left = v_set(from[r][at]);
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sum[r][v] = v_fma(left, right[v], sum[r][v]);
  }
}

ROW_INLINE int in_range(int value, il_range range) {
  return value >= range.begin && value < range.end;
}

ROW_INLINE void weights_any(const weights *w, const int rows, const int vectors, const int edge) {
  const il_geometry *g = w->geometry;
  const size_t n = (size_t)g->out_channels;
  const ptrdiff_t step = (ptrdiff_t)g->stride * g->channels;
  const part last = w->last;
  const real *from[CONVOLVE_ROWS];
  vec sum[CONVOLVE_ROWS][TILE_VECTORS];
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    from[r] = w->x + w->row[r].from;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sum[r][v] = (vec){0};
  }
  int image = w->begin / g->out_height, row = w->begin % g->out_height;
  for (int index = w->begin; index < w->end; ++index, ++row) {
    if (row == g->out_height) {
      row = 0;
      ++image;
    }
    if (!in_range(row, w->any_rows)) continue;
    const int inside = in_range(row, w->all_rows);
    int column = w->any_columns.begin;
    const real *y = w->y + ((size_t)index * (size_t)g->out_width + (size_t)column) * n;
    const ptrdiff_t line = (ptrdiff_t)image * g->height + (ptrdiff_t)row * g->stride;
    ptrdiff_t at = (line * g->width) * g->channels + column * step;
    while (column < w->any_columns.end) {
      if (inside && in_range(column, w->all_columns)) {
        for (; column < w->all_columns.end; ++column, y += n, at += step)
          weights_step(sum, from, at, y, NULL, last, rows, vectors, edge);
        continue;
      }
      int valid[CONVOLVE_ROWS];
      for (int r = 0; r < rows; ++r) valid[r] = in_range(row, w->row[r].rows) && in_range(column, w->row[r].columns);
      weights_step(sum, from, at, y, valid, last, rows, vectors, edge);
      ++column, y += n, at += step;
    }
  }
  const vec alpha = v_set(w->alpha);
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    const size_t to = (size_t)r * n;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      const vec init = w->init ? tile_load(w->init + to, v, vectors, edge, last) : (vec){0};
      const vec value = v_fma(alpha, sum[r][v], init);
      if (edge && v == vectors - 1)
        v_store_part(w->out + to + v * LANES, value, last);
      else
        v_store(w->out + to + v * LANES, value);
    }
  }
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

static il_range range_and(il_range a, il_range b) {
  const int begin = il_most(a.begin, b.begin);
  return (il_range){begin, il_most(begin, il_least(a.end, b.end))};
}

static il_range range_or(il_range a, il_range b) {
  if (a.begin == a.end || b.begin == b.end) return a.begin == a.end ? b : a;
  return (il_range){il_least(a.begin, b.begin), il_most(a.end, b.end)};
}

/* Fills in the rows of the tile: (tap, channel) pairs from `first` on. */
static void weights_rows(weights *w, int first, int rows) {
  const il_geometry *g = w->geometry;
  const il_axis down = il_axis_rows(g, 0), across = il_axis_columns(g, 0);
  for (int r = 0; r < rows; ++r) {
    const int tap = (first + r) / g->channels, channel = (first + r) % g->channels;
    const int i = tap / g->kernel_width, j = tap % g->kernel_width;
    weight_row *row = &w->row[r];
    if (r > 0 && channel > 0) {
      *row = row[-1];
      ++row->from;
      continue;
    }
    row->from = ((ptrdiff_t)(i - g->top) * g->width + j - g->left) * g->channels + channel;
    row->rows = il_axis_range(&down, i);
    row->columns = il_axis_range(&across, j);
    w->all_rows = r ? range_and(w->all_rows, row->rows) : row->rows;
    w->all_columns = r ? range_and(w->all_columns, row->columns) : row->columns;
    w->any_rows = r ? range_or(w->any_rows, row->rows) : row->rows;
    w->any_columns = r ? range_or(w->any_columns, row->columns) : row->columns;
  }
}

/* One block: all (tap, channel) pairs under `vectors` vectors of output channels from j on. Tiles stay within a tap where
 * it has the channels to fill them. */
static void weights_block(weights *w, const il_convolve *call, int j, int vectors) {
  const il_geometry *g = call->geometry;
  const int left = g->out_channels - j, edge = left < vectors * LANES;
  const int most = convolve_tallest[vectors - 1], taps = g->kernel_height * g->kernel_width;
  const int group = g->channels >= most ? g->channels : taps * g->channels;
  const int count = (group + most - 1) / most, height = group / count, taller = group % count;
  w->y = call->b + j;
  w->last = v_part(edge ? left - (vectors - 1) * LANES : LANES);
  for (int first = 0; first < taps * g->channels;) {
    for (int index = 0; index < count; ++index) {
      const int rows = height + (index < taller);
      const size_t to = (size_t)first * (size_t)g->out_channels + (size_t)j;
      const real *init = w->begin ? call->out : call->init;
      w->init = init ? init + to : NULL;
      w->out = call->out + to;
      weights_rows(w, first, rows);
      weight_table[edge][vectors - 1][rows - 1](w);
      first += rows;
    }
  }
}

static void row_convolve_weights(const il_convolve *call) {
  const il_geometry *g = call->geometry;
  const int total = g->images * g->out_height, block = il_geometry_block(g);
  const int vectors = (g->out_channels + LANES - 1) / LANES, panels = (vectors + TILE_VECTORS - 1) / TILE_VECTORS;
  weights w = {.geometry = g, .x = call->a, .alpha = call->alpha};
  for (w.begin = 0; w.begin < total; w.begin = w.end) {
    w.end = il_least(total, w.begin + block);
    int j = 0;
    for (int panel = 0; panel < panels; ++panel) {
      const int width = vectors / panels + (panel < vectors % panels);
      weights_block(&w, call, j, width);
      j += width * LANES;
    }
  }
}

#endif
