/* Omniglot's drawings, 105 x 105 pixels of 1 bit, as a network sees them: reduced, by the nearest pixel as the code of
 * most papers does, or through grey by one of PIL's filters. */
#ifndef INNERLOOP_TASKS_OMNIGLOT_PIXELS_H
#define INNERLOOP_TASKS_OMNIGLOT_PIXELS_H

#include <stdbool.h>

#include "data/image_set.h"
#include "innerloop/arena.h"
#include "innerloop/real.h"

enum { IL_OMNIGLOT_GREYS = 256 };

/* NULL-terminated names in the order of il_omniglot_resize. */
extern const char *const il_omniglot_resize_names[];
typedef enum il_omniglot_resize {
  IL_OMNIGLOT_NEAREST, /* of a 1-bit image, whatever PIL is asked for: source floor((i + 0.5) 105 / size) */
  IL_OMNIGLOT_LANCZOS,
  IL_OMNIGLOT_BICUBIC,
  IL_OMNIGLOT_BILINEAR
} il_omniglot_resize;

/* How the drawings are to look. */
typedef struct il_omniglot_look {
  int size; /* side, pixels */
  int side; /* reduced to this side, at least size, of which the middle is kept; 0: size */
  il_omniglot_resize resize;
  bool ink_zero;          /* ink 0 on paper 1, else the other way round */
  double mean, deviation; /* subtracted; divides */
} il_omniglot_look;

typedef struct il_omniglot_pixels {
  int size;
  size_t stride;                 /* bytes of one image */
  unsigned char *bits;           /* nearest: [images][stride] ink = 1, first pixel in the highest bit; else NULL */
  unsigned char *greys;          /* else: [images][size, size], paper 255; or NULL */
  real level[IL_OMNIGLOT_GREYS]; /* value of a grey; paper and ink are the last and the first */
} il_omniglot_pixels;

/* Reduces all images of `set`, 105 x 105 of 1 bit, into memory of `arena`. Errors: IL_MEMORY. */
il_status il_omniglot_reduce(il_omniglot_pixels *pixels, const il_image_set *set, const il_omniglot_look *look,
                             il_arena *arena, il_error *error);

/* x [size, size, 1]: one image after so many quarter turns. */
void il_omniglot_write(real *x, const il_omniglot_pixels *pixels, size_t image, int quarters);

#endif
