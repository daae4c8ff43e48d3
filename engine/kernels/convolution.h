/* Which pixels and taps of a convolution meet, along one axis. Rows and columns are independent: pixels with the same
 * taps form boxes, and within a box everything is a distance times a counter. */
#ifndef INNERLOOP_KERNELS_CONVOLUTION_H
#define INNERLOOP_KERNELS_CONVOLUTION_H

#include "kernels/kernels.h"

/* One axis of a linear map from pixels in [0, in) to pixels in [0, out). Forward, output pixel o reads o stride + tap
 * - before; transposed (`backward`), it reads the p with o = p stride + tap - before. */
typedef struct il_axis {
  int backward, out, in, kernel, stride, before;
} il_axis;

/* The valid taps of one pixel: tap, tap + step, ... `taps` of them, step 1 forward and stride backward; `in` is the
 * pixel that the first reads, the next reads in + 1 (forward) or in - 1 (backward). */
typedef struct il_taps {
  int tap, taps, in;
} il_taps;

/* Pixels first, first + step, ... `pixels` of them, with the same valid taps; at.in is that of the first. */
typedef struct il_span {
  int first, pixels, step;
  il_taps at;
} il_span;

static inline int il_least(int a, int b) {
  return a < b ? a : b;
}
static inline int il_most(int a, int b) {
  return a > b ? a : b;
}

static inline il_taps il_axis_taps(const il_axis *axis, int pixel) {
  if (!axis->backward) {
    const int base = pixel * axis->stride - axis->before;
    const int begin = il_most(0, -base), end = il_least(axis->kernel, axis->in - base);
    return end > begin ? (il_taps){begin, end - begin, base + begin} : (il_taps){0};
  }
  const int first = (pixel + axis->before) % axis->stride, highest = (pixel + axis->before) / axis->stride;
  const int skipped = il_most(0, highest - axis->in + 1);
  const int all = first < axis->kernel ? (axis->kernel - first - 1) / axis->stride + 1 : 0;
  const int end = il_least(all, highest + 1);
  if (end <= skipped) return (il_taps){0};
  return (il_taps){first + skipped * axis->stride, end - skipped, highest - skipped};
}

/* The longest span from `pixel` on. */
static inline il_span il_axis_span(const il_axis *axis, int pixel) {
  il_span span = {pixel, 1, axis->backward ? axis->stride : 1, il_axis_taps(axis, pixel)};
  for (int next = pixel + span.step; next < axis->out; next += span.step, ++span.pixels) {
    const il_taps taps = il_axis_taps(axis, next);
    if (taps.tap != span.at.tap || taps.taps != span.at.taps) break;
  }
  return span;
}

/* Number of interleaved classes of pixels: spans begin at 0 .. classes - 1 and after the end of a span. */
static inline int il_axis_classes(const il_axis *axis) {
  return axis->backward ? il_least(axis->stride, axis->out) : 1;
}

/* Output pixels [begin, end) for which `tap` lies inside an image; forward axes. begin <= end. */
typedef struct il_range {
  int begin, end;
} il_range;

static inline il_range il_axis_range(const il_axis *axis, int tap) {
  const int offset = tap - axis->before; /* 0 <= pixel stride + offset < in */
  const int begin = offset >= 0 ? 0 : (-offset + axis->stride - 1) / axis->stride;
  const int end = axis->in > offset ? (axis->in - offset - 1) / axis->stride + 1 : 0;
  return (il_range){il_least(begin, axis->out), il_most(il_least(begin, axis->out), il_least(end, axis->out))};
}

/* The axes of a geometry. */
static inline il_axis il_axis_rows(const il_geometry *g, int backward) {
  return (il_axis){
      backward, backward ? g->height : g->out_height, backward ? g->out_height : g->height, g->kernel_height, g->stride,
      g->top};
}
static inline il_axis il_axis_columns(const il_geometry *g, int backward) {
  return (il_axis){
      backward, backward ? g->width : g->out_width, backward ? g->out_width : g->width, g->kernel_width, g->stride,
      g->left};
}

#endif
