/* covers: data */
/* Importing Omniglot from archives made here: right ones give the right bits, damaged and forged ones give one line and
 * leave the data directory as it was. */
#include "made_archive.h"

#include "data/image_set.h"
#include "data/import.h"
#include "data/omniglot_characters.h"
#include "formats/npz.h"
#include "formats/picture.h"

enum { SIDE = IL_OMNIGLOT_SIDE, PIXELS = SIDE * SIDE, DRAWINGS = IL_OMNIGLOT_DRAWINGS };

/* ---- made-up archives ---- */

static int ink_at(int character, int drawing, int pixel) {
  unsigned mixed = ((unsigned)character * 31u + (unsigned)drawing) * 40503u + (unsigned)pixel * 2654435761u;
  return (mixed >> 13 & 15) == 0;
}

static void add_drawing(made_archive *archive, int character, int drawing) {
  static unsigned char samples[PIXELS];
  char name[64];
  for (int i = 0; i < PIXELS; i++) samples[i] = ink_at(character, drawing, i) ? 0 : 255;
  il_picture picture = {.width = SIDE, .height = SIDE, .channels = 1, .samples = samples};
  snprintf(name, sizeof name, "images/Alphabet/character01/%04d_%02d.png", character, drawing);
  add_picture(archive, name, &picture);
}

static void add_character(made_archive *archive, int character) {
  for (int drawing = 1; drawing <= DRAWINGS; drawing++) add_drawing(archive, character, drawing);
}

static il_status import(const char *a, const char *b, il_import_report *report, il_error *error) {
  const char *paths[] = {a, b};
  return il_import_omniglot(report, "data/new", paths, b ? 2 : 1, true, error);
}

/* ---- right ones ---- */

static void assert_set_holds(const int *characters, int count) {
  il_image_set *set;
  il_error error = {0};
  if (il_image_set_find(&set, "data/new", "omniglot", IL_IMAGE_CHECK_ALWAYS, "", &error) != IL_OK)
    fail_msg("%s", error.message);
  assert_int_equal(set->classes, count);
  for (int image = 0; image < set->images; image++)
    for (int i = 0; i < PIXELS; i++)
      assert_int_equal(il_image_set_sample(set, image, (size_t)i),
                       ink_at(characters[image / DRAWINGS], image % DRAWINGS + 1, i));
  for (int c = 0; c < count; c++) {
    char name[12];
    snprintf(name, sizeof name, "%04d", characters[c]);
    assert_string_equal(set->names[c], name);
  }
  il_image_set_close(set);
}

/* Two overlapping zips, entries in any order, other files between them: characters in the order of their numbers. */
static void test_zips(void **state) {
  (void)state;
  static const int characters[] = {3, 700, 1623};
  made_archive first = {.count = 0}, second = {.count = 0};
  il_import_report report;
  il_error error = {0};
  folder_make("data");
  add_character(&first, 1623);
  add_entry(&first, "images/README.txt", "hello", 5);
  add_entry(&first, "__MACOSX/images/._0003_01.png", "fork", 4);
  add_character(&first, 3);
  add_character(&second, 3);
  add_character(&second, 700);
  write_archive("a.zip", &first);
  write_archive("b.zip", &second);
  if (import("a.zip", "b.zip", &report, &error) != IL_OK) fail_msg("%s", error.message);
  assert_int_equal(report.classes, 3);
  assert_int_equal(report.images, 60);
  assert_false(report.complete);
  assert_set_holds(characters, 3);
  assert_int_equal(folder_count("data/new"), 1);
  free_archive(&first);
  free_archive(&second);
}

/* ---- refused ones ---- */

/* Imports a.zip (and b): one line; nothing in the data directory. */
static void assert_refused(const char *b, const char *part) {
  il_import_report report;
  il_error error = {0};
  folder_make("data");
  il_status status = import("a.zip", b, &report, &error);
  if (status == IL_OK) fail_msg("imported; expected: %s", part);
  assert_one_error_line(&error, IL_DATA, IL_IO);
  if (!strstr(error.message, part)) fail_msg("%s; expected: %s", error.message, part);
  assert_int_equal(folder_count("data"), 0);
}

/* Character 5 whole, and one more entry. */
static void refuse_entry(const char *name, const void *bytes, size_t size, const char *part) {
  static made_archive archive;
  if (archive.count == 0) add_character(&archive, 5);
  add_entry(&archive, name, bytes, size);
  write_archive("a.zip", &archive);
  assert_refused(NULL, part);
  free(archive.at[--archive.count].bytes);
}

static void test_forged_entries(void **state) {
  (void)state;
  static char zeros[10 << 20];
  refuse_entry("../../0006_01.png", "x", 1, "outside");
  refuse_entry("/etc/0006_01.png", "x", 1, "outside");
  refuse_entry("a/..", "x", 1, "outside");
  refuse_entry("a\\b.txt", "x", 1, "outside");
  refuse_entry("a/1624_01.png", "x", 1, "NNNN_DD.png");
  refuse_entry("a/0000_01.png", "x", 1, "NNNN_DD.png");
  refuse_entry("a/0006_21.png", "x", 1, "NNNN_DD.png");
  refuse_entry("a/0006_00.png", "x", 1, "NNNN_DD.png");
  refuse_entry("a/+006_01.png", "x", 1, "NNNN_DD.png");
  refuse_entry("a/picture.png", "x", 1, "NNNN_DD.png");
  refuse_entry("a/0006_01.png", "x", 1, "not a readable picture");
  refuse_entry("a/0006_01.png", "", 0, "not a readable picture");
  refuse_entry("a/0006_01.png", "\x89PNG\r\n\x1a\n", 8, "not a readable picture");
  refuse_entry("a/0006_01.png", zeros, sizeof zeros, "too large"); /* deflates to 10 kB */
  refuse_entry("a/\n0006_01.png", "x", 1, "NNNN_DD.png");
  png_uint_16 deep[PIXELS] = {0};
  png_image image = {.version = PNG_IMAGE_VERSION, .width = SIDE, .height = SIDE, .format = PNG_FORMAT_LINEAR_Y};
  unsigned char file[4096];
  png_alloc_size_t size = sizeof file;
  assert_true(png_image_write_to_memory(&image, file, &size, 0, deep, 0, NULL));
  refuse_entry("a/0006_01.png", file, size, "16 bits");
}

static void refuse_picture(int width, int height, int channels, int level, const char *part) {
  made_archive archive = {.count = 0};
  il_picture picture = {.width = width, .height = height, .channels = channels};
  picture.samples = malloc((size_t)(width * height * channels));
  assert_non_null(picture.samples);
  memset(picture.samples, level, (size_t)(width * height * channels));
  add_picture(&archive, "a/0006_01.png", &picture);
  write_archive("a.zip", &archive);
  assert_refused(NULL, part);
  free_archive(&archive);
  il_picture_free(&picture);
}

static void test_pictures_of_the_wrong_kind(void **state) {
  (void)state;
  refuse_picture(104, 105, 1, 255, "104 x 105");
  refuse_picture(105, 2000, 1, 255, "105 x 2000");
  refuse_picture(105, 105, 3, 255, "colour");
  refuse_picture(105, 105, 1, 128, "grey");
}

static void test_incomplete_and_contradicting(void **state) {
  (void)state;
  made_archive archive = {.count = 0};
  for (int drawing = 1; drawing <= 19; drawing++) add_drawing(&archive, 5, drawing);
  write_archive("a.zip", &archive);
  assert_refused(NULL, "0005 has 19 drawings");
  add_drawing(&archive, 5, 20);
  write_archive("b.zip", &archive);
  snprintf(archive.at[0].name, sizeof archive.at[0].name, "x/0005_02.png"); /* drawing 1 under the name of drawing 2 */
  write_archive("a.zip", &archive);
  assert_refused(NULL, "differs");
  assert_refused("b.zip", "differs");
  free_archive(&archive);
  write_archive("a.zip", &(made_archive){.count = 1, .at = {{"only.txt", (unsigned char *)"x", 1}}});
  assert_refused(NULL, "no drawings");
}

/* Every truncation and many flipped bits: refused, or harmless (names and times that nobody reads). */
static void test_damaged_zips(void **state) {
  (void)state;
  static const int characters[] = {5};
  made_archive archive = {.count = 0};
  il_import_report report;
  size_t size;
  add_character(&archive, 5);
  write_archive("whole.zip", &archive);
  free_archive(&archive);
  unsigned char *bytes = file_read("whole.zip", &size);
  for (size_t length = 0; length < size; length += size / 40) {
    file_write("a.zip", bytes, length);
    assert_refused(NULL, "a.zip");
  }
  int refused = 0;
  for (size_t at = 3; at < size; at += size / 150) {
    il_error error = {0};
    bytes[at] ^= (unsigned char)(1 << at % 8);
    file_write("a.zip", bytes, size);
    bytes[at] ^= (unsigned char)(1 << at % 8);
    folder_make("data");
    if (import("a.zip", NULL, &report, &error) == IL_OK) {
      assert_set_holds(characters, 1);
      continue;
    }
    refused++;
    assert_one_error_line(&error, IL_DATA, IL_IO);
    assert_int_equal(folder_count("data"), 0);
  }
  assert_true(refused > 100);
  free(bytes);
}

/* An older set stays when an import fails. */
static void test_older_set_stays(void **state) {
  (void)state;
  static const int characters[] = {9};
  made_archive archive = {.count = 0};
  il_import_report report;
  il_error error = {0};
  folder_make("data");
  add_character(&archive, 9);
  write_archive("a.zip", &archive);
  free_archive(&archive);
  assert_int_equal(import("a.zip", NULL, &report, &error), IL_OK);
  assert_int_equal(import("a.zip", "absent.zip", &report, &error), IL_IO);
  assert_one_error_line(&error, IL_IO, IL_IO);
  assert_set_holds(characters, 1);
  il_error_clear(&error);
  file_write("a.zip", "not a zip", 9);
  assert_int_equal(import("a.zip", NULL, &report, &error), IL_DATA);
  assert_set_holds(characters, 1);
  assert_int_equal(folder_count("data/new"), 1);
}

/* ---- .npz ---- */

/* Arrays as given; images hold zeros. */
static void refuse_npz(il_npz_type type, int rank, size_t c, size_t d, size_t h, il_npz_type label_type, int64_t step,
                       const char *part) {
  size_t images = c * d * h * SIDE * il_npz_type_bytes(type), labels = c * d;
  void *zeros = calloc(images, 1);
  int64_t *label = calloc(labels, sizeof *label);
  assert_non_null(zeros);
  assert_non_null(label);
  for (size_t i = 0; i < labels; i++) label[i] = (int64_t)(i / d) * step;
  const il_npz_array arrays[] = {{"images", type, rank, {c, d, h, SIDE}, zeros},
                                 {"labels", label_type, 2, {c, d}, label}};
  assert_int_equal(il_npz_write("a.zip", arrays, 2, 1, NULL), IL_OK);
  assert_refused(NULL, part);
  free(zeros);
  free(label);
}

static void test_arrays_of_the_wrong_kind(void **state) {
  (void)state;
  refuse_npz(IL_NPZ_BOOL, 4, 7, 20, SIDE, IL_NPZ_INT64, 1, "expected images bool");
  refuse_npz(IL_NPZ_BOOL, 4, 659, 1, SIDE, IL_NPZ_INT64, 1, "expected images bool");
  refuse_npz(IL_NPZ_BOOL, 4, 659, 20, 5, IL_NPZ_INT64, 1, "expected images bool");
  refuse_npz(IL_NPZ_UINT8, 4, 659, 20, 5, IL_NPZ_INT64, 1, "expected images bool");
  refuse_npz(IL_NPZ_BOOL, 4, 659, 20, 5, IL_NPZ_FLOAT64, 1, "expected images bool");
  refuse_npz(IL_NPZ_BOOL, 4, 659, 20, SIDE, IL_NPZ_INT64, 2, "expected images bool");
  const il_npz_array alone = {"images", IL_NPZ_BOOL, 1, {1}, "x"};
  assert_int_equal(il_npz_write("a.zip", &alone, 1, 1, NULL), IL_OK);
  assert_refused(NULL, "no array labels");
}

/* All characters, but not Omniglot's ink. */
static void test_complete_set_must_have_the_digest(void **state) {
  (void)state;
  refuse_npz(IL_NPZ_BOOL, 4, 1623, 20, SIDE, IL_NPZ_INT64, 1, "SHA-256");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_zips),
      cmocka_unit_test(test_forged_entries),
      cmocka_unit_test(test_pictures_of_the_wrong_kind),
      cmocka_unit_test(test_incomplete_and_contradicting),
      cmocka_unit_test(test_damaged_zips),
      cmocka_unit_test(test_older_set_stays),
      cmocka_unit_test(test_arrays_of_the_wrong_kind),
      cmocka_unit_test(test_complete_set_must_have_the_digest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
