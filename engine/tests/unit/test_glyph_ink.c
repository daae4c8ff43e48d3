/* covers: tasks; precision: float double */
/* Drawing against a slow reference to the last bit: every pixel looks at every segment, one at a time. Float and double
 * give the same pixels. */
#include "cmocka_all.h"

#include <math.h>
#include <string.h>

#include "innerloop/random.h"
#include "tasks/glyph_ink.h"

enum { PIECES = 4, KNOTS = IL_GLYPH_KNOTS, STROKES_MAX = 6 };

typedef struct drawing {
  int side, strokes;
  float radius;
  il_glyph_point knots[STROKES_MAX][KNOTS];
} drawing;

static float curve_at(float a, float b, float c, float d, float t) {
  float linear = 0.5f * (c - a), quadratic = a - 2.5f * b + 2 * c - 0.5f * d;
  float cubic = 1.5f * (b - c) + 0.5f * (d - a);
  return b + t * (linear + t * (quadratic + t * cubic));
}

/* Point `step` of the curve, 0..(KNOTS - 1) PIECES; the neighbours of the ends are the ends themselves. */
static il_glyph_point point_at(const il_glyph_point *knots, int step) {
  if (step == 0) return knots[0];
  int span = (step - 1) / PIECES;
  il_glyph_point b = knots[span], c = knots[span + 1];
  il_glyph_point a = span > 0 ? knots[span - 1] : b, d = span + 2 < KNOTS ? knots[span + 2] : c;
  float t = (float)(step - span * PIECES) / PIECES;
  return (il_glyph_point){curve_at(a.x, b.x, c.x, d.x, t), curve_at(a.y, b.y, c.y, d.y, t)};
}

static float square_between(int column, int row, il_glyph_point from, il_glyph_point to) {
  float dx = to.x - from.x, dy = to.y - from.y, length = dx * dx + dy * dy;
  float inverse = length > 1e-12f ? 1 / length : 0;
  float x = (float)column + 0.5f - from.x, y = (float)row + 0.5f - from.y;
  float t = (x * dx + y * dy) * inverse;
  t = fminf(fmaxf(t, 0), 1);
  float away_x = x - t * dx, away_y = y - t * dy;
  return away_x * away_x + away_y * away_y;
}

static real slow_pixel(const drawing *what, int column, int row) {
  float reach = what->radius + 0.5f, limit = reach * reach, nearest = limit;
  for (int stroke = 0; stroke < what->strokes; stroke++) {
    const il_glyph_point *knots = what->knots[stroke];
    for (int step = 0; step < (KNOTS - 1) * PIECES; step++)
      nearest = fminf(nearest, square_between(column, row, point_at(knots, step), point_at(knots, step + 1)));
  }
  return (real)(nearest < limit ? fminf(reach - sqrtf(nearest), 1) : 0);
}

/* Returns the number of pixels with ink. */
static int check_drawing(const drawing *what) {
  static real image[IL_GLYPH_SIDE_MAX * IL_GLYPH_SIDE_MAX + 1];
  static il_ink_sheet sheet;
  int side = what->side, inked = 0;
  image[side * side] = -1;
  il_ink_open(&sheet, side, what->radius);
  for (int stroke = 0; stroke < what->strokes; stroke++) il_ink_stroke(&sheet, what->knots[stroke]);
  il_ink_image(image, &sheet);
  assert_true(image[side * side] == -1); /* nothing is written behind the image */
  for (int row = 0; row < side; row++)
    for (int column = 0; column < side; column++) {
      real expected = slow_pixel(what, column, row), *drawn = &image[row * side + column];
      assert_memory_equal(drawn, &expected, sizeof expected);
      inked += expected > 0;
    }
  return inked;
}

/* Knots in a square `spread` times the sheet around its middle; one stroke in five has points that coincide. */
static void random_drawing(drawing *what, il_stream *stream, int side, float spread) {
  what->side = side;
  what->strokes = 1 + (int)il_random_below(stream, STROKES_MAX);
  what->radius = (float)side * il_random_uniform(stream, 0.005f, 0.06f);
  float middle = 0.5f * (float)side, half = middle * spread;
  for (int i = 0; i < what->strokes * KNOTS; i++) {
    il_glyph_point *knot = &what->knots[i / KNOTS][i % KNOTS];
    knot->x = middle + il_random_uniform(stream, -half, half);
    knot->y = middle + il_random_uniform(stream, -half, half);
    if (i % KNOTS > 0 && il_random_below(stream, 15) == 0) *knot = knot[-1];
  }
}

/* Every side, from strokes of a pixel to strokes that mostly miss the sheet. */
static void test_same_as_slow_drawing(void **state) {
  (void)state;
  static const float spreads[] = {0.05f, 0.4f, 0.8f, 1.5f, 6};
  il_stream stream = il_stream_open(11, IL_PURPOSE_SUITE, 1);
  int inked = 0;
  for (int side = 1; side <= IL_GLYPH_SIDE_MAX; side += side < 36 ? 1 : 23)
    for (int i = 0; i < 20; i++) {
      drawing what;
      random_drawing(&what, &stream, side, spreads[i % 5]);
      inked += check_drawing(&what);
    }
  assert_true(inked > 10000);
}

/* Ends on pixel centres and borders, where comparisons are ties; strokes along the edges and around the sheet. */
static void test_ties_and_edges(void **state) {
  (void)state;
  static const float places[] = {-2, -1, -0.5f, 0, 0.5f, 1, 3.5f, 4, 7.5f, 8, 8.5f, 9, 10};
  enum { PLACES = sizeof places / sizeof places[0] };
  for (int i = 0; i < PLACES * PLACES; i++) {
    float x = places[i / PLACES], y = places[i % PLACES];
    drawing what = {.side = 8, .strokes = 3, .radius = (float)(1 + i % 3) * 0.5f};
    for (int k = 0; k < KNOTS; k++) {
      what.knots[0][k] = (il_glyph_point){x, y};
      what.knots[1][k] = (il_glyph_point){x, y + (float)k};
      what.knots[2][k] = (il_glyph_point){x + 2 * (float)k, y};
    }
    (void)check_drawing(&what);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_as_slow_drawing),
                                     cmocka_unit_test(test_ties_and_edges)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
