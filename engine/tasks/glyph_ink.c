/* Pixels, and points of a curve, are computed four at a time, each exactly as if alone: a lane has the same bits in any
 * vector and without vectors. A segment is about one pixel long and reaches three or four rows, most often of at most
 * four pixels. */
#include "tasks/glyph_ink.h"

#include <math.h>
#include <string.h>

enum { LANES = IL_INK_LANES, SPANS = IL_GLYPH_KNOTS - 1, SEGMENTS = SPANS * LANES };

typedef float four __attribute__((vector_size(LANES * sizeof(float))));
typedef int whole __attribute__((vector_size(LANES * sizeof(float)))); /* also of a comparison: all ones or 0 */
typedef real four_real __attribute__((vector_size(LANES * sizeof(real))));

static const float margin = 0.02f; /* pixels; far more than what rounding adds to the reach of a segment */

/* ---- lanes; loops over them become one instruction ---- */

static inline four all(float value) {
  return (four){value, value, value, value};
}

static inline four load(const float *from) {
  four value;
  memcpy(&value, from, sizeof value);
  return value;
}

static inline void store(void *to, four value) {
  memcpy(to, &value, sizeof value);
}

static inline four least(four a, four b) {
  for (int lane = 0; lane < LANES; lane++) a[lane] = a[lane] < b[lane] ? a[lane] : b[lane];
  return a;
}

static inline four most(four a, four b) {
  for (int lane = 0; lane < LANES; lane++) a[lane] = a[lane] > b[lane] ? a[lane] : b[lane];
  return a;
}

static inline four root(four a) {
  for (int lane = 0; lane < LANES; lane++) a[lane] = sqrtf(a[lane]);
  return a;
}

/* a where the mask is set, else 0 */
static inline four where(whole mask, four a) {
  return (four)((whole)a & mask);
}

/* ---- segments ---- */

/* The segments of a stroke: where they begin, their vectors, 1 / squared length, and the pixels first..last of every
 * axis that they can reach; none where last < first. */
typedef struct ink_axis {
  float from[SEGMENTS + 1], by[SEGMENTS];
  int first[SEGMENTS], last[SEGMENTS];
} ink_axis;

typedef struct ink_stroke {
  ink_axis x, y;
  float inverse[SEGMENTS];
} ink_stroke;

/* Four points of the Catmull-Rom curve in every span, the last of them the knot. The neighbours of the ends are the
 * ends themselves. */
static void trace(float points[SEGMENTS + 1], const float knots[IL_GLYPH_KNOTS]) {
  static const four t = {0.25f, 0.5f, 0.75f, 1};
  points[0] = knots[0];
  for (int span = 0; span < SPANS; span++) {
    float b = knots[span], c = knots[span + 1], a = span > 0 ? knots[span - 1] : b;
    float d = span + 1 < SPANS ? knots[span + 2] : c;
    float linear = 0.5f * (c - a), quadratic = a - 2.5f * b + 2 * c - 0.5f * d;
    float cubic = 1.5f * (b - c) + 0.5f * (d - a);
    store(points + 1 + span * LANES, all(b) + t * (all(linear) + t * (all(quadratic) + t * all(cubic))));
  }
}

static void lay(ink_axis *axis, const float knots[IL_GLYPH_KNOTS], const il_ink_sheet *sheet) {
  four away = all(sheet->reach + margin), half = all(0.5f), edge = all((float)(sheet->side - 1)), none = all(-1);
  trace(axis->from, knots);
  for (int i = 0; i < SEGMENTS; i += LANES) {
    four from = load(axis->from + i), to = load(axis->from + i + 1);
    whole first = __builtin_convertvector(most(least(from, to) - away + half, all(0)), whole);
    whole last = __builtin_convertvector(most(least(most(from, to) + away - half, edge), none), whole);
    store(axis->by + i, to - from);
    memcpy(axis->first + i, &first, sizeof first);
    memcpy(axis->last + i, &last, sizeof last);
  }
}

static void lay_stroke(ink_stroke *stroke, const il_glyph_point knots[IL_GLYPH_KNOTS], const il_ink_sheet *sheet) {
  float x[IL_GLYPH_KNOTS], y[IL_GLYPH_KNOTS];
  for (int k = 0; k < IL_GLYPH_KNOTS; k++) x[k] = knots[k].x, y[k] = knots[k].y;
  lay(&stroke->x, x, sheet);
  lay(&stroke->y, y, sheet);
  for (int i = 0; i < SEGMENTS; i += LANES) {
    four dx = load(stroke->x.by + i), dy = load(stroke->y.by + i), length = dx * dx + dy * dy;
    store(stroke->inverse + i, where(length > 1e-12f, 1 / length)); /* 0: a point */
  }
}

static void draw_segment(il_ink_sheet *sheet, const ink_stroke *stroke, int i) {
  static const four centres = {0.5f, 1.5f, 2.5f, 3.5f};
  four dx = all(stroke->x.by[i]), dy = all(stroke->y.by[i]), inverse = all(stroke->inverse[i]);
  four from_x = all(stroke->x.from[i]), from_y = all(stroke->y.from[i]);
  int left = stroke->x.first[i], top = stroke->y.first[i], rows = stroke->y.last[i] - top + 1;
  for (; left <= stroke->x.last[i]; left += LANES) {
    four x = all((float)left) + centres - from_x, along = x * dx, row = all((float)top + 0.5f);
    float *nearest = sheet->nearest + top * sheet->stride + left;
    for (int count = rows; count > 0; count--, row += all(1), nearest += sheet->stride) {
      four y = row - from_y, t = least(most((along + y * dy) * inverse, all(0)), all(1));
      four away_x = x - t * dx, away_y = y - t * dy;
      store(nearest, least(away_x * away_x + away_y * away_y, load(nearest)));
    }
  }
}

/* ---- the sheet ---- */

void il_ink_open(il_ink_sheet *sheet, int side, float radius) {
  sheet->side = side;
  sheet->stride = IL_INK_STRIDE(side);
  sheet->reach = radius + 0.5f;
  four limit = all(sheet->reach * sheet->reach);
  for (int i = 0, count = side * sheet->stride; i < count; i += LANES) store(sheet->nearest + i, limit);
}

void il_ink_stroke(il_ink_sheet *sheet, const il_glyph_point knots[IL_GLYPH_KNOTS]) {
  ink_stroke stroke;
  lay_stroke(&stroke, knots, sheet);
  for (int i = 0; i < SEGMENTS; i++) draw_segment(sheet, &stroke, i);
}

void il_ink_image(real *image, const il_ink_sheet *sheet) {
  four reach = all(sheet->reach);
  int side = sheet->side;
  for (int row = 0; row < side; row++, image += side) {
    const float *nearest = sheet->nearest + row * sheet->stride;
    for (int column = 0; column < side; column += LANES) {
      four ink = least(reach - root(load(nearest + column)), all(1)); /* paper: the root of a square is exact, so 0 */
      four_real pixels = __builtin_convertvector(ink, four_real);
      int left = side - column;
      if (left >= LANES)
        memcpy(image + column, &pixels, sizeof pixels);
      else
        memcpy(image + column, &pixels, (size_t)left * sizeof *image);
    }
  }
}
