/* From curves to pixels: the ink of a pixel falls from 1 to 0 over one pixel at the edge of the pen, by the distance
 * from its centre to the nearest segment of a curve. Everything is float and in pixels; drawings have the same bits
 * everywhere. */
#ifndef INNERLOOP_TASKS_GLYPH_INK_H
#define INNERLOOP_TASKS_GLYPH_INK_H

#include "innerloop/real.h"

enum {
  IL_GLYPH_KNOTS = 4,
  IL_GLYPH_SIDE_MAX = 105,
  IL_INK_LANES = 4 /* pixels computed at a time, and straight segments between two knots */
};
/* Of a row of so many pixels: lanes that begin at any of them end in it; a multiple of the lanes. */
#define IL_INK_STRIDE(side) (((side) + 2 * IL_INK_LANES - 2) / IL_INK_LANES * IL_INK_LANES)

typedef struct il_glyph_point {
  float x, y; /* y downwards; of the unit square in plans, in pixels on a sheet */
} il_glyph_point;

/* Squared distances from pixel centres to what was drawn so far. */
typedef struct il_ink_sheet {
  int side, stride;
  float reach; /* pixels farther from every segment than this stay paper */
  float nearest[IL_GLYPH_SIDE_MAX * IL_INK_STRIDE(IL_GLYPH_SIDE_MAX)];
} il_ink_sheet;

/* An empty sheet of side x side pixels, 1..IL_GLYPH_SIDE_MAX, and a pen of this radius, > 0. */
void il_ink_open(il_ink_sheet *sheet, int side, float radius);

/* Draws the Catmull-Rom curve through the knots as short straight segments. */
void il_ink_stroke(il_ink_sheet *sheet, const il_glyph_point knots[IL_GLYPH_KNOTS]);

/* image [side, side]: ink 1, paper 0. */
void il_ink_image(real *image, const il_ink_sheet *sheet);

#endif
