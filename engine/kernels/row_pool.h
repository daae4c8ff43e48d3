/* 2 x 2 maximum pooling: a window at a time, channels across the lanes. */
#ifndef INNERLOOP_KERNELS_ROW_POOL_H
#define INNERLOOP_KERNELS_ROW_POOL_H

#include "kernels/row_vector.h"
#include "kernels/rows.h"

/* Reals from the first pixel of a window to its pixels in order; a cut window has 1 or 2 of them. */
typedef struct pool_window {
  int pixels;
  size_t at[4];
  size_t begin, out; /* first pixel, result */
} pool_window;

ROW_INLINE pool_window pool_window_of(const il_pool_geometry *g, int image, int row, int column) {
  const size_t channels = (size_t)g->channels, line = (size_t)g->width * channels;
  const int has_below = 2 * row + 1 < g->height, has_right = 2 * column + 1 < g->width;
  pool_window w = {.pixels = 1};
  w.begin = (((size_t)image * (size_t)g->height + 2 * (size_t)row) * (size_t)g->width + 2 * (size_t)column) * channels;
  w.out = (((size_t)image * (size_t)g->out_height + (size_t)row) * (size_t)g->out_width + (size_t)column) * channels;
  if (has_right) w.at[w.pixels++] = channels;
  if (has_below) w.at[w.pixels++] = line;
  if (has_below && has_right) w.at[w.pixels++] = line + channels;
  return w;
}

ROW_INLINE vec pool_load(const real *from, const int whole, part last) {
  return whole ? v_load(from) : v_load_part(from, last);
}

ROW_INLINE void pool_store(real *to, vec value, const int whole, part last) {
  if (whole)
    v_store(to, value);
  else
    v_store_part(to, value, last);
}

/* Where a later pixel replaces the best one so far: larger, or the first NaN. */
ROW_INLINE mask pool_better(vec value, vec best) {
  return (mask)(value > best) | ((mask)(value != value) & (mask)(best == best));
}

ROW_INLINE void pool_gather_lanes(real *out, const real *a, const real *x, const pool_window *w, size_t c,
                                  const int whole, part last) {
  vec best = pool_load(x + w->begin + c, whole, last), chosen = pool_load(a + w->begin + c, whole, last);
  for (int p = 1; p < w->pixels; ++p) {
    const vec value = pool_load(x + w->begin + w->at[p] + c, whole, last);
    const mask better = pool_better(value, best);
    chosen = v_select(better, pool_load(a + w->begin + w->at[p] + c, whole, last), chosen);
    best = v_select(better, value, best);
  }
  pool_store(out + w->out + c, chosen, whole, last);
}

ROW_INLINE void pool_scatter_lanes(real *out, const real *a, const real *x, const pool_window *w, size_t c,
                                   const int whole, part last) {
  vec best = pool_load(x + w->begin + c, whole, last);
  mask chosen = {0}; /* number of the chosen pixel */
  for (int p = 1; p < w->pixels; ++p) {
    const vec value = pool_load(x + w->begin + w->at[p] + c, whole, last);
    const mask better = pool_better(value, best);
    chosen = (chosen & ~better) | (v_set_bits(p) & better);
    best = v_select(better, value, best);
  }
  const vec given = pool_load(a + w->out + c, whole, last);
  for (int p = 0; p < w->pixels; ++p) {
    const vec here = (vec)((mask)given & (mask)(chosen == v_set_bits(p)));
    pool_store(out + w->begin + w->at[p] + c, here, whole, last);
  }
}

typedef void (*pool_lanes)(real *out, const real *a, const real *x, const pool_window *w, size_t c, int whole,
                           part last);

ROW_INLINE void pool_run(real *out, const real *a, const real *x, const il_pool_geometry *g, pool_lanes lanes) {
  const size_t channels = (size_t)g->channels;
  for (int window = 0; window < g->images * g->out_height * g->out_width; ++window) {
    const int line = window / g->out_width;
    const pool_window w = pool_window_of(g, line / g->out_height, line % g->out_height, window % g->out_width);
    size_t c = 0;
    for (; c + LANES <= channels; c += LANES) lanes(out, a, x, &w, c, 1, v_part(LANES));
    if (c < channels) lanes(out, a, x, &w, c, 0, v_part((int)(channels - c)));
  }
}

static void row_pool_gather(real *out, const real *a, const real *x, const il_pool_geometry *g) {
  pool_run(out, a, x, g, pool_gather_lanes);
}

static void row_pool_scatter(real *out, const real *a, const real *x, const il_pool_geometry *g) {
  if (2 * g->out_height < g->height || 2 * g->out_width < g->width) /* pixels in no window */
    memset(out, 0, (size_t)g->images * (size_t)g->height * (size_t)g->width * (size_t)g->channels * sizeof *out);
  pool_run(out, a, x, g, pool_scatter_lanes);
}

static const il_pool_kernels row_pool = {row_pool_gather, row_pool_scatter};

#endif
