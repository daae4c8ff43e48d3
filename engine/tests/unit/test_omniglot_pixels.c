/* covers: tasks */
/* Omniglot's drawings through grey, as in the pipelines that resize with a filter: every pixel of an episode against
 * PIL's filter (tests of its own: test_resize) on drawings that are turned and cut by hand. */
#include <math.h>

#include "folders.h"
#include "suite_images.h"

#include "data/image_writer.h"
#include "data/omniglot_characters.h"
#include "data/resize.h"

extern const il_suite il_suite_omniglot;

enum { CHARACTERS = 6, DRAWINGS = IL_OMNIGLOT_DRAWINGS, SIDE = IL_OMNIGLOT_SIDE };

/* A drawing of its own, [105, 105], ink 0 on paper 255, in which no turn looks like another. */
static void make_drawing(unsigned char *greys, int character, int drawing) {
  for (int i = 0; i < SIDE * SIDE; i++) {
    int y = i / SIDE, x = i % SIDE, stroke = 10 + character * 7 + drawing * 3;
    greys[i] = abs(2 * x - y - stroke) < 5 || abs(y - 20 - drawing) < 2 ? 0 : 255;
  }
}

/* Six characters of such drawings, two for each split. */
static void make_strokes(const char *folder) {
  static const il_image_form form = {1, SIDE, SIDE, 1};
  static const char *const names[] = {"0001", "0002", "0003", "0004", "0005", "0006"};
  static const int counts[] = {DRAWINGS, DRAWINGS, DRAWINGS, DRAWINGS, DRAWINGS, DRAWINGS};
  static unsigned char greys[SIDE * SIDE], bits[CHARACTERS * DRAWINGS * SIDE * SIDE / 8 + 1];
  size_t at = 0;
  memset(bits, 0, sizeof bits);
  for (int image = 0; image < CHARACTERS * DRAWINGS; image++) {
    make_drawing(greys, image / DRAWINGS + 1, image % DRAWINGS);
    for (int i = 0; i < SIDE * SIDE; i++, at++)
      if (!greys[i]) bits[at / 8] = (unsigned char)(bits[at / 8] | 1 << (7 - at % 8));
  }
  il_image_writer *writer;
  folder_make(folder);
  assert_int_equal(il_image_writer_open(&writer, folder, "omniglot", &form, CHARACTERS, counts, names, NULL), IL_OK);
  il_image_writer_add(writer, bits, il_image_bytes(&form, CHARACTERS * DRAWINGS));
  assert_int_equal(il_image_writer_commit(writer, NULL, NULL), IL_OK);
  FILE *split = fopen("strokes/split.csv", "w");
  assert_non_null(split);
  assert_true(fputs("0001,train\n0002,train\n0003,validation\n0004,validation\n0005,test\n0006,test\n", split) >= 0);
  assert_int_equal(fclose(split), 0);
}

static int set_up(void **state) {
  (void)state;
  make_strokes("strokes");
  return setenv("INNERLOOP_DATA", "strokes", 1);
}

/* How many of the support rows show `expected`. PIL rounds to 8 bits after each of its passes, rows first, so a picture
 * turned after the filter may be one grey off one turned before. */
static int count_shown(const il_episode *episode, int rows, const real *expected, real tolerance) {
  int found = 0;
  for (int row = 0; row < rows; row++) {
    int same = 1;
    for (int i = 0; i < 784; i++) same &= fabs(episode->support_x[row * 784 + i] - expected[i]) <= tolerance;
    found += same;
  }
  return found;
}

/* Chen et al.: PIL's filter on the turned drawing, 32 pixels, the middle 28, less the mean, by the deviation. */
static void expect_picture(real *expected, const unsigned char *drawing, int turns) {
  static unsigned char turned[SIDE * SIDE], samples[32 * 32];
  const il_raster from = {SIDE, SIDE, 1, turned}, to = {32, 32, 1, samples};
  for (int i = 0; i < SIDE * SIDE; i++) {
    int row = i / SIDE, column = i % SIDE;
    for (int t = 0; t < turns; t++) {
      int kept = row;
      row = SIDE - 1 - column;
      column = kept;
    }
    turned[i] = drawing[row * SIDE + column];
  }
  assert_int_equal(il_resize(&to, &from, IL_RESIZE_BILINEAR, NULL), IL_OK);
  for (int i = 0; i < 784; i++) {
    float value = (float)samples[(i / 28 + 2) * 32 + i % 28 + 2] / 255;
    expected[i] = (real)((value - 0.485F) / 0.229F);
  }
}

static void test_grey_pictures(void **state) {
  (void)state;
  static const char *const chen[] = {
      "polarity", "ink_zero", "resize", "bilinear",   "resize_side",       "32",   "mean", "0.485", "deviation",
      "0.229",    "split",    "file",   "split_file", "strokes/split.csv", "ways", "2",    NULL};
  static unsigned char drawing[SIDE * SIDE];
  static real expected[784];
  opened_suite opened = suite_open(&il_suite_omniglot, chen);
  il_episode episode = suite_episode(&opened, 10, 1);
  int found = 0, rows = 10 * opened.info.ways;
  suite_draw(&opened, IL_SPLIT_TRAIN, 3, 0, &episode);
  for (int character = 1; character <= CHARACTERS; character++) {
    for (int d = 0; d < DRAWINGS; d++) {
      make_drawing(drawing, character, d);
      for (int turns = 0; turns < 4; turns++) {
        expect_picture(expected, drawing, turns);
        found += count_shown(&episode, rows, expected, (real)(turns ? 1.01 / 255 / 0.229 : 0));
      }
    }
  }
  assert_int_equal(found, rows);
  suite_close(&opened);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_grey_pictures)};
  return cmocka_run_group_tests(tests, set_up, NULL);
}
