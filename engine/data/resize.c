/* Separable resampling, rows first, as in Pillow's Resample.c: the filter is widened when the picture shrinks; weights
 * are normalised, rounded to 22 bits, and each pass is rounded to 8 bits. */
#include "data/resize.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WEIGHT_BITS = 32 - 8 - 2 };

static double sinc(double x) {
  return x == 0 ? 1 : sin(M_PI * x) / (M_PI * x);
}

static double lanczos(double x) {
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

static double bicubic(double x) {
  const double a = -0.5;
  x = fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

static double bilinear(double x) {
  return fabs(x) < 1 ? 1 - fabs(x) : 0;
}

static const struct {
  double support;
  double (*weight)(double x);
} filters[] = {
    [IL_RESIZE_LANCZOS] = {3, lanczos}, [IL_RESIZE_BICUBIC] = {2, bicubic}, [IL_RESIZE_BILINEAR] = {1, bilinear}};

const char *const il_resize_filter_names[] = {"lanczos", "bicubic", "bilinear", NULL};

/* Weights of one axis: output i is the sum over taps t of weight[i * taps + t] * input[first[i] + t]. */
typedef struct axis_weights {
  int taps;
  int *first, *used;
  int32_t *weight;
} axis_weights;

static void free_axis(axis_weights *axis) {
  free(axis->first);
  free(axis->used);
  free(axis->weight);
}

/* Output i: centre and extent in the input, weights that add to 1. row[taps] is scratch. */
static void weigh(axis_weights *axis, double *row, int i, int from, int to, il_resize_filter filter) {
  double scale = (double)from / to, widened = scale < 1 ? 1 : scale, support = filters[filter].support * widened;
  double centre = (i + 0.5) * scale, sum = 0;
  int low = (int)(centre - support + 0.5), high = (int)(centre + support + 0.5);
  if (low < 0) low = 0;
  if (high > from) high = from;
  for (int t = 0; t < high - low; t++) {
    row[t] = filters[filter].weight((t + low - centre + 0.5) * (1 / widened));
    sum += row[t];
  }
  axis->first[i] = low;
  axis->used[i] = high - low;
  for (int t = 0; t < high - low; t++) {
    double weight = sum != 0 ? row[t] / sum : row[t];
    axis->weight[(size_t)i * (size_t)axis->taps + (size_t)t] =
        (int32_t)((weight < 0 ? -0.5 : 0.5) + weight * (1 << WEIGHT_BITS));
  }
}

static il_status make_axis(axis_weights *axis, int from, int to, il_resize_filter filter, il_error *error) {
  double scale = (double)from / to, widened = scale < 1 ? 1 : scale;
  axis->taps = (int)ceil(filters[filter].support * widened) * 2 + 1;
  axis->first = calloc((size_t)to, sizeof(int));
  axis->used = calloc((size_t)to, sizeof(int));
  axis->weight = calloc((size_t)to * (size_t)axis->taps, sizeof(int32_t));
  double *row = calloc((size_t)axis->taps, sizeof *row);
  il_status status = IL_OK;
  if (!axis->first || !axis->used || !axis->weight || !row)
    status = il_fail_memory(error, "a picture", (unsigned long long)to * (unsigned long long)axis->taps * 4);
  for (int i = 0; status == IL_OK && i < to; i++) weigh(axis, row, i, from, to, filter);
  free(row);
  return status;
}

static unsigned char clipped(int32_t sum) {
  int value = sum >> WEIGHT_BITS;
  return (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* out[lines, count, inner] from in[lines, length, inner]; the axis in the middle is resampled. */
static void resample(unsigned char *out, const unsigned char *in, const axis_weights *axis, int lines, int count,
                     int length, int inner) {
  size_t step = (size_t)inner;
  for (int line = 0; line < lines; line++, in += (size_t)length * step) {
    for (int i = 0; i < count; i++) {
      const int32_t *weight = axis->weight + (size_t)i * (size_t)axis->taps;
      const unsigned char *at = in + (size_t)axis->first[i] * step;
      for (size_t k = 0; k < step; k++) {
        int32_t sum = 1 << (WEIGHT_BITS - 1);
        for (int t = 0; t < axis->used[i]; t++) sum += weight[t] * at[(size_t)t * step + k];
        *out++ = clipped(sum);
      }
    }
  }
}

static il_status resize_axes(const il_raster *to, const il_raster *from, il_resize_filter filter, axis_weights axes[2],
                             il_error *error) {
  il_status status = make_axis(&axes[0], from->width, to->width, filter, error);
  if (status == IL_OK) status = make_axis(&axes[1], from->height, to->height, filter, error);
  if (status != IL_OK) return status;
  size_t narrow = (size_t)from->height * (size_t)to->width * (size_t)from->channels;
  unsigned char *between = malloc(narrow);
  if (!between) return il_fail_memory(error, "a picture", narrow);
  resample(between, from->samples, &axes[0], from->height, to->width, from->width, from->channels);
  resample(to->samples, between, &axes[1], 1, to->height, from->height, to->width * from->channels);
  free(between);
  return IL_OK;
}

il_status il_resize(const il_raster *to, const il_raster *from, il_resize_filter filter, il_error *error) {
  axis_weights axes[2] = {{.taps = 0}, {.taps = 0}};
  if (to->width < 1 || to->height < 1 || to->channels != from->channels)
    return il_fail(error, IL_INVALID, "a picture of %d x %d pixels of %d channels out of one of %d", to->width,
                   to->height, to->channels, from->channels);
  if (to->width == from->width && to->height == from->height) { /* PIL: a copy */
    memcpy(to->samples, from->samples, (size_t)to->width * (size_t)to->height * (size_t)to->channels);
    return IL_OK;
  }
  il_status status = resize_axes(to, from, filter, axes, error);
  free_axis(&axes[0]);
  free_axis(&axes[1]);
  return status;
}
