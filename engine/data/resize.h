/* Resampling of 8-bit pictures, to the bit as in PIL (Pillow's Resample.c): published data pipelines use it. */
#ifndef INNERLOOP_DATA_RESIZE_H
#define INNERLOOP_DATA_RESIZE_H

#include "innerloop/status.h"

/* NULL-terminated names in the order of il_resize_filter. */
extern const char *const il_resize_filter_names[];
typedef enum il_resize_filter { IL_RESIZE_LANCZOS, IL_RESIZE_BICUBIC, IL_RESIZE_BILINEAR } il_resize_filter;

/* Samples of a picture, [height, width, channels]. */
typedef struct il_raster {
  int width, height, channels;
  unsigned char *samples;
} il_raster;

/* Fills `to`, whose samples the caller allocated, with a version of `from` in to's size and the same channels; from's
 * samples are only read. Errors: IL_INVALID (a size below 1, other channels), IL_MEMORY. */
il_status il_resize(const il_raster *to, const il_raster *from, il_resize_filter filter, il_error *error);

#endif
