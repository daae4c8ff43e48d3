/* Procedural characters: a class is a plan of strokes, an instance a drawing of it by an unsteady hand. Everything is
 * float and a pure function of the streams, so drawings have the same bits everywhere. */
#ifndef INNERLOOP_TASKS_GLYPH_PEN_H
#define INNERLOOP_TASKS_GLYPH_PEN_H

#include "innerloop/random.h"
#include "innerloop/real.h"
#include "tasks/glyph_ink.h"

enum { IL_GLYPH_STROKES_MAX = 8 };

/* The plan, in the unit square: each stroke is a smooth curve through its knots. */
typedef struct il_glyph_strokes {
  int strokes;
  il_glyph_point knots[IL_GLYPH_STROKES_MAX][IL_GLYPH_KNOTS];
} il_glyph_strokes;

/* A random plan of least..most strokes. Strokes turn steadily; most begin somewhere on an earlier one. */
void il_glyph_strokes_draw(il_glyph_strokes *plan, il_stream *stream, int least, int most);

/* image [side, side]: one drawing, ink 1, paper 0, grey at the edges. variation scales everything that differs from
 * drawing to drawing: tremor of the knots, place of the strokes, turn, shear, size, place, width of the pen; 0: always
 * the same. */
void il_glyph_draw(real *image, const il_glyph_strokes *plan, il_stream *stream, int side, float variation);

#endif
