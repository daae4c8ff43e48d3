/* Plans and the hand that draws them. */
#include "tasks/glyph_pen.h"

#include <math.h>

enum { SPANS = IL_GLYPH_KNOTS - 1 };

static const float pi = 3.14159265358979323846f;

/* Standard deviations at variation 1, in units of the image's side (angles in radians). */
static const float tremor = 0.028f, misplaced = 0.03f, turn = 0.15f, shear = 0.17f, stretch = 0.12f, shift = 0.06f;
static const float pen_width = 0.058f, pen_spread = 0.14f;

/* ---- plans ---- */

static il_glyph_point between(il_glyph_point a, il_glyph_point b, float t) {
  return (il_glyph_point){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
}

/* Where stroke `stroke` begins: anywhere, or on an earlier one, often at its end. */
static il_glyph_point begin(const il_glyph_strokes *plan, il_stream *stream, int stroke) {
  float choice = il_random_uniform(stream, 0, 1), x = il_random_uniform(stream, 0, 1);
  float y = il_random_uniform(stream, 0, 1);
  if (stroke == 0 || choice < 0.3f) return (il_glyph_point){x, y};
  const il_glyph_point *other = plan->knots[il_random_below(stream, (uint32_t)stroke)];
  int knot = (int)il_random_below(stream, SPANS);
  if (choice < 0.5f) return other[0];
  if (choice < 0.65f) return other[SPANS];
  return between(other[knot], other[knot + 1], x);
}

/* A point of a stroke that would leave the unit square turns back at the edge. */
static float reflected(float value) {
  if (value < 0) value = -value;
  if (value > 1) value = 2 - value;
  return value < 0 ? 0 : value;
}

static void plan_stroke(il_glyph_strokes *plan, il_stream *stream, int stroke) {
  il_glyph_point *knots = plan->knots[stroke];
  knots[0] = begin(plan, stream, stroke);
  float heading = il_random_uniform(stream, -pi, pi);
  float step = il_random_uniform(stream, 0.12f, 0.34f);
  float bend = il_random_below(stream, 3) == 0 ? 0 : 0.75f * il_random_normal(stream); /* a third is straight */
  float change = bend == 0 ? 0 : 0.3f * il_random_normal(stream);
  for (int k = 1; k < IL_GLYPH_KNOTS; k++, heading += bend, bend += change) {
    knots[k].x = reflected(knots[k - 1].x + step * cosf(heading));
    knots[k].y = reflected(knots[k - 1].y + step * sinf(heading));
  }
}

/* Moves the plan to the middle and scales its longer side to `size`. */
static void fit(il_glyph_strokes *plan, float size) {
  il_glyph_point low = plan->knots[0][0], high = low;
  for (int i = 0; i < plan->strokes * IL_GLYPH_KNOTS; i++) {
    const il_glyph_point *knot = &plan->knots[i / IL_GLYPH_KNOTS][i % IL_GLYPH_KNOTS];
    low = (il_glyph_point){fminf(low.x, knot->x), fminf(low.y, knot->y)};
    high = (il_glyph_point){fmaxf(high.x, knot->x), fmaxf(high.y, knot->y)};
  }
  float longer = fmaxf(fmaxf(high.x - low.x, high.y - low.y), 0.05f), scale = size / longer;
  il_glyph_point middle = between(low, high, 0.5f);
  for (int i = 0; i < plan->strokes * IL_GLYPH_KNOTS; i++) {
    il_glyph_point *knot = &plan->knots[i / IL_GLYPH_KNOTS][i % IL_GLYPH_KNOTS];
    *knot = (il_glyph_point){0.5f + scale * (knot->x - middle.x), 0.5f + scale * (knot->y - middle.y)};
  }
}

void il_glyph_strokes_draw(il_glyph_strokes *plan, il_stream *stream, int least, int most) {
  plan->strokes = least + (int)il_random_below(stream, (uint32_t)(most - least + 1));
  for (int stroke = 0; stroke < plan->strokes; stroke++) plan_stroke(plan, stream, stroke);
  fit(plan, il_random_uniform(stream, 0.55f, 0.75f));
}

/* ---- drawings ---- */

enum { HAND_NORMALS = 6, STROKE_NORMALS = 2 + 2 * IL_GLYPH_KNOTS };

/* What one drawing does to all points: x' = a x + b y, y' = c x + d y around the middle, then a shift; in pixels. */
typedef struct hand_motion {
  float a, b, c, d, x, y;
} hand_motion;

static hand_motion draw_hand(const float normal[HAND_NORMALS], int side, float variation) {
  float angle = variation * turn * normal[0], lean = variation * shear * normal[1];
  float wide = 1 + variation * stretch * normal[2], high = 1 + variation * stretch * normal[3];
  float right = variation * shift * normal[4], down = variation * shift * normal[5];
  float pixels = (float)side, cosine = cosf(angle), sine = sinf(angle);
  return (hand_motion){.a = pixels * wide * cosine,
                       .b = pixels * high * (lean * cosine - sine),
                       .c = pixels * wide * sine,
                       .d = pixels * high * (lean * sine + cosine),
                       .x = pixels * (0.5f + right),
                       .y = pixels * (0.5f + down)};
}

static il_glyph_point moved(const hand_motion *hand, il_glyph_point point) {
  float x = point.x - 0.5f, y = point.y - 0.5f;
  return (il_glyph_point){hand->x + hand->a * x + hand->b * y, hand->y + hand->c * x + hand->d * y};
}

static void draw_stroke(il_ink_sheet *sheet, const il_glyph_point plan[IL_GLYPH_KNOTS], const hand_motion *hand,
                        const float normal[STROKE_NORMALS], float variation) {
  il_glyph_point knots[IL_GLYPH_KNOTS];
  float right = variation * misplaced * normal[0], down = variation * misplaced * normal[1];
  for (int k = 0; k < IL_GLYPH_KNOTS; k++) {
    knots[k].x = plan[k].x + right + variation * tremor * normal[2 + 2 * k];
    knots[k].y = plan[k].y + down + variation * tremor * normal[3 + 2 * k];
    knots[k] = moved(hand, knots[k]);
  }
  il_ink_stroke(sheet, knots);
}

void il_glyph_draw(real *image, const il_glyph_strokes *plan, il_stream *stream, int side, float variation) {
  float normals[HAND_NORMALS + 1 + IL_GLYPH_STROKES_MAX * STROKE_NORMALS], *normal = normals + HAND_NORMALS;
  il_random_normals(stream, normals, HAND_NORMALS + 1 + plan->strokes * STROKE_NORMALS);
  il_ink_sheet sheet;
  hand_motion hand = draw_hand(normals, side, variation);
  float width = pen_width * (1 + variation * pen_spread * *normal++);
  il_ink_open(&sheet, side, 0.5f * (float)side * fmaxf(width, 0.3f * pen_width));
  for (int stroke = 0; stroke < plan->strokes; stroke++, normal += STROKE_NORMALS)
    draw_stroke(&sheet, plan->knots[stroke], &hand, normal, variation);
  il_ink_image(image, &sheet);
}
