/* Convolution and its transposed map by register tiles, straight from NHWC images: a tile is several output pixels
 * with the same valid taps times V vectors of channels, held in registers over all taps and channels, so that every
 * element is one chain. No padded tap is multiplied, nothing is copied. */
#ifndef INNERLOOP_KERNELS_ROW_CONVOLUTION_H
#define INNERLOOP_KERNELS_ROW_CONVOLUTION_H

#include "kernels/convolution.h"
#include "kernels/row_tile.h"

/* Rows of a tile at 1, 2, ... vectors. More rows than 8 would need more pointers than there are registers. */
#if defined(__AVX512F__)
enum { CONVOLVE_ROWS = 8 };
#define CONVOLVE_TALLEST                                                                                               \
  { 8, 8, 8, 6 }
#elif defined(__AVX2__)
enum { CONVOLVE_ROWS = 8 };
#define CONVOLVE_TALLEST                                                                                               \
  { 8, 6 }
#else
enum { CONVOLVE_ROWS = 4 };
#define CONVOLVE_TALLEST                                                                                               \
  { 4 }
#endif

/* Pixels images x rows x columns with the same taps. Distances in reals; `in` of the first pixel's first tap. */
typedef struct box {
  int images, rows, columns, tap_rows, tap_columns;
  ptrdiff_t in, in_image, in_row, in_column, in_tap_row, in_tap_column;
  ptrdiff_t out, out_image, out_row, out_column;
  ptrdiff_t weight, weight_tap_row, weight_tap_column;
  ptrdiff_t run; /* reals of a tap, or of a row of taps that lie side by side: contiguous in images and weights */
} box;

/* A stack of tiles of one box: `count` of them, from the pixel where it stands. */
typedef struct pixels {
  box where;
  int row, column; /* of the next pixel */
  const real *a, *b, *init;
  real *out;
  size_t n; /* reals from run to run of the weights: the channels of out */
  int init_full, count;
  real alpha;
  part last;
} pixels;

typedef void (*pixel_kernel)(pixels *stack);

/* Moves on by one pixel. */
ROW_INLINE void pixels_next(pixels *p) {
  p->where.in += p->where.in_column;
  p->where.out += p->where.out_column;
  if (++p->column < p->where.columns) return;
  p->column = 0;
  p->where.in += p->where.in_row - p->where.columns * p->where.in_column;
  p->where.out += p->where.out_row - p->where.columns * p->where.out_column;
  if (++p->row < p->where.rows) return;
  p->row = 0;
  p->where.in += p->where.in_image - p->where.rows * p->where.in_row;
  p->where.out += p->where.out_image - p->where.rows * p->where.out_row;
}

ROW_INLINE void pixels_start(vec sum[CONVOLVE_ROWS][TILE_VECTORS], const pixels *p, const ptrdiff_t *to, const int rows,
                             const int vectors, const int edge) {
  const int from_init = p->init && p->alpha == 1;
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    const real *init = p->init_full ? p->init + to[r] : p->init;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sum[r][v] = from_init ? tile_load(init, v, vectors, edge, p->last) : (vec){0};
  }
}

/* One run of products: reals `at` .. `at + run` of every pixel's pointer with as many rows of the weights. */
ROW_INLINE void pixels_run(vec sum[CONVOLVE_ROWS][TILE_VECTORS], const real *const from[CONVOLVE_ROWS], const real *b,
                           ptrdiff_t at, const pixels *p, const int rows, const int vectors, const int edge) {
  const size_t n = p->n;
  for (const ptrdiff_t end = at + p->where.run; at < end; ++at, b += n) {
    vec right[TILE_VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) right[v] = tile_load(b, v, vectors, edge, p->last);
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
      const vec left = v_set(from[r][at]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) sum[r][v] = v_fma(left, right[v], sum[r][v]);
    }
  }
}

ROW_INLINE void pixels_finish(vec sum[CONVOLVE_ROWS][TILE_VECTORS], const pixels *p, const ptrdiff_t *to,
                              const int rows, const int vectors, const int edge) {
  const vec alpha = v_set(p->alpha);
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    const real *init = p->init_full ? p->init + to[r] : p->init;
    real *out = p->out + to[r];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      if (p->alpha != 1) {
        const vec term = p->init ? tile_load(init, v, vectors, edge, p->last) : (vec){0};
        sum[r][v] = v_fma(alpha, sum[r][v], term);
      }
      if (edge && v == vectors - 1)
        v_store_part(out + v * LANES, sum[r][v], p->last);
      else
        v_store(out + v * LANES, sum[r][v]);
    }
  }
}

/* rows, vectors and edge are constants wherever this is inlined. */
ROW_INLINE void pixels_any(pixels *stack, const int rows, const int vectors, const int edge) {
  pixels p = *stack; /* its own copy, which no store can alias */
  for (int index = 0; index < p.count; ++index) {
    vec sum[CONVOLVE_ROWS][TILE_VECTORS];
    const real *from[CONVOLVE_ROWS];
    ptrdiff_t to[CONVOLVE_ROWS];
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
      from[r] = p.a + p.where.in;
      to[r] = p.where.out;
      pixels_next(&p);
    }
    pixels_start(sum, &p, to, rows, vectors, edge);
    const real *row = p.b + p.where.weight;
    ptrdiff_t at_row = 0;
    for (int i = p.where.tap_rows; i > 0; --i, row += p.where.weight_tap_row, at_row += p.where.in_tap_row) {
      const real *b = row;
      ptrdiff_t at = at_row;
      for (int j = p.where.tap_columns; j > 0; --j, b += p.where.weight_tap_column, at += p.where.in_tap_column)
        pixels_run(sum, from, b, at, &p, rows, vectors, edge);
    }
    pixels_finish(sum, &p, to, rows, vectors, edge);
  }
  stack->where = p.where;
  stack->row = p.row;
  stack->column = p.column;
}

/* Every height and width of tile, generated, and their table [edge][vectors - 1][rows - 1]. */
#define CONVOLVE_4(X, v) X(v, 1) X(v, 2) X(v, 3) X(v, 4)
#define CONVOLVE_6(X, v) CONVOLVE_4(X, v) X(v, 5) X(v, 6)
#define CONVOLVE_8(X, v) CONVOLVE_6(X, v) X(v, 7) X(v, 8)
#if defined(__AVX512F__)
#define CONVOLVE_TILES(X) CONVOLVE_8(X, 1) CONVOLVE_8(X, 2) CONVOLVE_8(X, 3) CONVOLVE_6(X, 4)
#elif defined(__AVX2__)
#define CONVOLVE_TILES(X) CONVOLVE_8(X, 1) CONVOLVE_6(X, 2)
#else
#define CONVOLVE_TILES(X) CONVOLVE_4(X, 1)
#endif

#define PIXEL_FUNCTIONS(v, r)                                                                                          \
  static void pixels_whole_##v##_##r(pixels *p) {                                                                      \
    pixels_any(p, r, v, 0);                                                                                            \
  }                                                                                                                    \
  static void pixels_edge_##v##_##r(pixels *p) {                                                                       \
    pixels_any(p, r, v, 1);                                                                                            \
  }
CONVOLVE_TILES(PIXEL_FUNCTIONS)

#define PIXEL_WHOLE(v, r) [0][v - 1][r - 1] = pixels_whole_##v##_##r,
#define PIXEL_EDGE(v, r) [1][v - 1][r - 1] = pixels_edge_##v##_##r,
static const pixel_kernel pixel_table[2][TILE_VECTORS][CONVOLVE_ROWS] = {CONVOLVE_TILES(PIXEL_WHOLE)
                                                                             CONVOLVE_TILES(PIXEL_EDGE)};
static const int convolve_tallest[TILE_VECTORS] = CONVOLVE_TALLEST;

/* All pixels of a box in tiles of nearly equal height. */
static void convolve_box(pixels *p, int vectors, int edge) {
  const int total = p->where.images * p->where.rows * p->where.columns;
  const int most = convolve_tallest[vectors - 1], count = (total + most - 1) / most;
  const int height = total / count, taller = total % count;
  p->row = p->column = 0;
  p->count = taller;
  if (taller) pixel_table[edge][vectors - 1][height](p);
  p->count = count - taller;
  pixel_table[edge][vectors - 1][height - 1](p);
}

/* The box where a span of rows meets a span of columns. */
static box box_of(const il_geometry *g, int backward, const il_span *row, const il_span *column) {
  const ptrdiff_t from = backward ? g->out_channels : g->channels, to = backward ? g->channels : g->out_channels;
  const ptrdiff_t in_width = backward ? g->out_width : g->width, out_width = backward ? g->width : g->out_width;
  const ptrdiff_t in_height = backward ? g->out_height : g->height, out_height = backward ? g->height : g->out_height;
  const ptrdiff_t way = backward ? -1 : 1, tap = from * to, step = backward ? 1 : g->stride;
  const ptrdiff_t tap_step = backward ? g->stride : 1;
  box b = {.images = g->images,
           .rows = row->pixels,
           .columns = column->pixels,
           .tap_rows = row->at.taps,
           .tap_columns = column->at.taps,
           .in = (row->at.in * in_width + column->at.in) * from,
           .in_image = in_height * in_width * from,
           .in_row = step * in_width * from,
           .in_column = step * from,
           .in_tap_row = way * in_width * from,
           .in_tap_column = way * from,
           .out = (row->first * out_width + column->first) * to,
           .out_image = out_height * out_width * to,
           .out_row = row->step * out_width * to,
           .out_column = column->step * to,
           .weight = ((ptrdiff_t)row->at.tap * g->kernel_width + column->at.tap) * tap,
           .weight_tap_row = tap_step * g->kernel_width * tap,
           .weight_tap_column = tap_step * tap,
           .run = from};
  if (!backward) { /* the taps of a row lie side by side */
    b.run *= b.tap_columns;
    b.tap_columns = b.tap_columns > 0;
  }
  return b;
}

/* The boxes of one span of rows. */
ROW_INLINE void convolve_row(pixels *p, const il_geometry *g, int backward, const il_span *row, int vectors, int edge) {
  const il_axis columns = il_axis_columns(g, backward);
  for (int x = 0; x < il_axis_classes(&columns); ++x) {
    il_span column;
    for (int k = x; k < columns.out; k += column.pixels * column.step) {
      column = il_axis_span(&columns, k);
      p->where = box_of(g, backward, row, &column);
      convolve_box(p, vectors, edge);
    }
  }
}

/* All boxes under `vectors` vectors of channels from j on. */
static void convolve_panel(const il_convolve *call, int backward, int j, int vectors) {
  const il_geometry *g = call->geometry;
  const int n = backward ? g->channels : g->out_channels, edge = n - j < vectors * LANES;
  const il_axis rows = il_axis_rows(g, backward);
  pixels p = {.a = call->a,
              .b = call->b + j,
              .init = call->init ? call->init + j : NULL,
              .out = call->out + j,
              .n = (size_t)n,
              .init_full = call->init_stride != 0,
              .alpha = call->alpha,
              .last = v_part(edge ? n - j - (vectors - 1) * LANES : LANES)};
  for (int y = 0; y < il_axis_classes(&rows); ++y) {
    il_span row;
    for (int i = y; i < rows.out; i += row.pixels * row.step) {
      row = il_axis_span(&rows, i);
      convolve_row(&p, g, backward, &row, vectors, edge);
    }
  }
}

static void convolve_any(const il_convolve *call, int backward) {
  const int n = backward ? call->geometry->channels : call->geometry->out_channels;
  const int vectors = (n + LANES - 1) / LANES, panels = (vectors + TILE_VECTORS - 1) / TILE_VECTORS;
  int j = 0;
  for (int panel = 0; panel < panels; ++panel) {
    const int width = vectors / panels + (panel < vectors % panels);
    convolve_panel(call, backward, j, width);
    j += width * LANES;
  }
}

static void row_convolve(const il_convolve *call) {
  convolve_any(call, 0);
}

static void row_convolve_input(const il_convolve *call) {
  convolve_any(call, 1);
}

#endif
