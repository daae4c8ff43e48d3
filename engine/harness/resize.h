/* Resampling of 8-bit pictures, to the bit as in PIL (Pillow's Resample.c): published data pipelines use it. */
#ifndef INNERLOOP_HARNESS_RESIZE_H
#define INNERLOOP_HARNESS_RESIZE_H

#include "harness/picture.h"

/* NULL-terminated names in the order of il_resize_filter. */
extern const char *const il_resize_filter_names[];
typedef enum il_resize_filter { IL_RESIZE_LANCZOS, IL_RESIZE_BICUBIC, IL_RESIZE_BILINEAR } il_resize_filter;

/* Makes `to` a width x height version of `from`, which stays; release with il_picture_free. Errors: IL_INVALID (a size out of
 * range), IL_MEMORY. */
il_status il_resize(il_picture *to, const il_picture *from, int width, int height, il_resize_filter filter,
                    il_error *error);

#endif
