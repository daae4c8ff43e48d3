/* Pictures in files: PNG, and JPEG where the build has libturbojpeg. Every size in a file is checked. */
#ifndef INNERLOOP_FORMATS_PICTURE_H
#define INNERLOOP_FORMATS_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "innerloop/status.h"

enum { IL_PICTURE_SIDE_MAX = 16384, IL_PICTURE_PIXELS_MAX = 1 << 26 };

typedef struct il_picture {
  int width, height, channels; /* 1 grey, 3 red, green, blue */
  bool plain;                  /* the file has neither colour nor transparency, and at most 8 bits a sample */
  unsigned char *samples;      /* [height, width, channels]; owned, il_picture_free */
} il_picture;

/* Decodes `bytes` as 8-bit samples: those of PIL's convert("RGB") or convert("L"). Colour becomes grey by 299, 587, 114
 * of 1000; transparency is left out; gamma and colour profiles are not looked at; 16 bits give their high byte (as PIL
 * for colour; of grey ones it makes nearly all white, which is no picture). name stands in messages. Errors: IL_DATA
 * (no PNG or JPEG, damaged, larger than the limits), IL_MEMORY. */
il_status il_picture_decode(il_picture *picture, const void *bytes, size_t size, int channels, const char *name,
                            il_error *error);

/* Whether this build reads JPEG. */
bool il_picture_reads_jpeg(void);

/* Releases the samples. */
void il_picture_free(il_picture *picture);

/* Writes an 8-bit PNG, whole or not at all. Errors: IL_IO, IL_MEMORY. */
il_status il_picture_write_png(const char *path, const il_picture *picture, il_error *error);

#endif
