/* covers: results */
/* Image sets of the user: folders of PNG and JPEG files imported, and the suite that draws from them. */
#include "folders.h"
#include "suite_images.h"

#include <math.h>

#ifdef IL_WITH_JPEG
#include <turbojpeg.h>
#endif

#include "base/regular.h"
#include "data/image_set.h"
#include "data/import.h"
#include "data/resize.h"
#include "formats/picture.h"
#include "results/contact_sheet.h"
#include "tasks/class_split.h"

extern const il_suite il_suite_images;

enum { CLASSES = 25, SIZE = 6 };

/* Pictures of a class; red tells the class, green the picture. File names sort in the order of the pictures, names
 * of folders in the order of the classes. */
static int pictures_of(int class) {
  return class % 2 ? 12 : class + 10;
}

/* Sample of channel k. */
static int sample_of(int class, int picture, int k) {
  const int samples[3] = {20 + 7 * class, 10 + 5 * picture, 60};
  return samples[k];
}

static void write_png(const char *path, int width, int height, int class, int number) {
  il_picture picture = {
      .width = width, .height = height, .channels = 3, .samples = malloc((size_t)(width * height * 3))};
  assert_non_null(picture.samples);
  for (int i = 0; i < width * height * 3; i++) picture.samples[i] = (unsigned char)sample_of(class, number, i % 3);
  assert_int_equal(il_picture_write_png(path, &picture, NULL), IL_OK);
  il_picture_free(&picture);
}

static void make_folder(const char *folder) {
  char path[256];
  folder_make(folder);
  for (int c = CLASSES - 1; c >= 0; c--) {
    snprintf(path, sizeof path, "%s/class %02d", folder, c);
    folder_make(path);
    for (int i = pictures_of(c) - 1; i >= 0; i--) {
      snprintf(path, sizeof path, "%s/class %02d/%03d.%s", folder, c, i, i % 2 ? "PNG" : "png");
      write_png(path, 4 + c % 3, 5 + i % 4, c, i);
    }
    snprintf(path, sizeof path, "%s/class %02d/notes.txt", folder, c);
    file_write(path, "not a picture", 13);
  }
  snprintf(path, sizeof path, "%s/list.csv", folder);
  file_write(path, "", 0);
  snprintf(path, sizeof path, "%s/.hidden", folder);
  folder_make(path);
  snprintf(path, sizeof path, "%s/splits", folder);
  folder_make(path);
  snprintf(path, sizeof path, "%s/splits/few", folder);
  folder_make(path);
  for (int s = 0; s < 3; s++) {
    static const char *const lists[3][2] = {
        {"train", "class 09\nclass 03\n"}, {"val", "class 20\nclass 01\n"}, {"test", "class 24\nclass 00\n"}};
    snprintf(path, sizeof path, "%s/splits/few/%s.txt", folder, lists[s][0]);
    file_write(path, lists[s][1], strlen(lists[s][1]));
  }
}

static const il_import_images coloured = {.size = SIZE, .filter = IL_RESIZE_LANCZOS};
static const il_import_images grey = {.size = SIZE, .grey = true, .filter = IL_RESIZE_BILINEAR};

static int set_up(void **state) {
  (void)state;
  il_import_report report;
  il_error error = {0};
  make_folder("pictures");
  folder_make("sets");
  setenv("INNERLOOP_DATA", "sets", 1);
  if (il_import_pictures(&report, "sets", "images", "pictures", &coloured, &error) != IL_OK)
    fail_msg("%s", error.message);
  assert_int_equal(report.classes, CLASSES);
  assert_int_equal(il_import_pictures(&report, "sets", "grey", "pictures", &grey, NULL), IL_OK);
  return 0;
}

static void test_import(void **state) {
  (void)state;
  il_image_set *set;
  assert_int_equal(il_image_set_find(&set, "sets", "images", IL_IMAGE_CHECK_ALWAYS, "", NULL), IL_OK);
  assert_int_equal(set->classes, CLASSES);
  assert_string_equal(set->names[7], "class 07");
  for (int c = 0; c < CLASSES; c++) {
    assert_int_equal(set->first[c + 1] - set->first[c], pictures_of(c));
    for (int i = 0; i < pictures_of(c); i++)
      for (int k = 0; k < SIZE * SIZE * 3; k++)
        assert_int_equal(il_image_set_sample(set, set->first[c] + i, (size_t)k), sample_of(c, i, k % 3));
  }
  il_image_set_close(set);
  assert_int_equal(il_image_set_find(&set, "sets", "grey", IL_IMAGE_CHECK_ALWAYS, "", NULL), IL_OK);
  assert_int_equal(set->form.channels, 1);
  assert_int_equal(il_image_set_sample(set, 0, 0), (19595 * 20 + 38470 * 10 + 7471 * 60 + 32768) >> 16); /* PIL */
  il_image_set_close(set);
}

#ifdef IL_WITH_JPEG
static void test_jpeg(void **state) {
  (void)state;
  unsigned char samples[16 * 8 * 3], *bytes = NULL;
  unsigned long size = 0;
  il_picture picture;
  for (int i = 0; i < 16 * 8; i++) samples[3 * i] = 200, samples[3 * i + 1] = 100, samples[3 * i + 2] = 50;
  tjhandle handle = tjInitCompress();
  assert_int_equal(tjCompress2(handle, samples, 16, 0, 8, TJPF_RGB, &bytes, &size, TJSAMP_444, 95, 0), 0);
  tjDestroy(handle);
  assert_int_equal(il_picture_decode(&picture, bytes, size, 3, "x.jpg", NULL), IL_OK);
  assert_int_equal(picture.width, 16);
  assert_int_equal(picture.height, 8);
  for (int i = 0; i < 16 * 8 * 3; i++) assert_true(abs(picture.samples[i] - samples[i]) <= 3);
  il_picture_free(&picture);
  for (size_t length = 0; length + 2 < size; length += 7) { /* the last two bytes are only the mark of the end */
    il_error error = {0};
    assert_int_equal(il_picture_decode(&picture, bytes, length, 3, "x.jpg", &error), IL_DATA);
    assert_one_error_line(&error, IL_DATA, IL_DATA);
  }
  tjFree(bytes);
}
#endif

static void test_contract(void **state) {
  (void)state;
  static const char *const normalised[] = {
      "mean", "[0.5, 0.4, 0.3]", "deviation", "[0.25]", "split_fractions", "[0.4, 0.3, 0.3]", NULL};
  static const char *const single[] = {"set", "grey", "ways", "2", "split_fractions", "[0.6, 0, 0.4]", NULL};
  static const char *const *const variants[] = {normalised, single};
  for (int i = 0; i < 2; i++) {
    opened_suite opened = suite_open(&il_suite_images, variants[i]);
    assert_ptr_equal(opened.info.kind, &il_classification);
    assert_int_equal(opened.info.interface.input.dims[0], SIZE);
    assert_int_equal(opened.info.interface.input.dims[2], i ? 1 : 3);
    assert_int_equal(opened.info.examples, 10);
    check_draw_is_pure(&opened);
    check_threads_draw_the_same(&opened);
    il_episode few = suite_episode(&opened, 2, 6), many = suite_episode(&opened, 4, 6);
    suite_draw(&opened, IL_SPLIT_TEST, 1, 3, &few);
    suite_draw(&opened, IL_SPLIT_TEST, 1, 3, &many);
    many.shots = 2;
    assert_true(episodes_equal(&opened, &few, &many));
    check_targets_are_one_hot(&opened, &few);
    suite_close(&opened);
  }
}

/* Number in channel k of an input row; (v - mean) / deviation undone. */
static int number_in(const real *x, int k, double mean, double deviation) {
  int sample = (int)(((double)x[k] * deviation + mean) * 255 + 0.5);
  return k == 0 ? (sample - 20) / 7 : (sample - 10) / 5;
}

/* Distinct classes and pictures, all of one class in one label, samples normalised, splits without a common class. */
static void test_draws(void **state) {
  (void)state;
  static const char *const pairs[] = {
      "mean", "[0.5, 0.25, 0.3]", "deviation", "[0.5, 0.125, 1]", "ways", "3", "split_fractions", "[0.4, 0.2, 0.2]",
      NULL};
  opened_suite opened = suite_open(&il_suite_images, pairs);
  il_episode episode = suite_episode(&opened, 3, 5);
  int where[CLASSES] = {0}, count = 0;
  for (int s = 0; s < IL_SPLITS; s++) {
    for (uint64_t index = 0; index < 100; index++) {
      suite_draw(&opened, (il_split)s, 4, index, &episode);
      unsigned classes = 0;
      uint64_t pictures[3] = {0};
      for (int i = 0; i < 24; i++) {
        const real *x =
            i < 15 ? episode.query_x + (size_t)i * opened.inputs : episode.support_x + (size_t)(i - 15) * opened.inputs;
        int class = number_in(x, 0, 0.5, 0.5), picture = number_in(x, 1, 0.25, 0.125);
        assert_in_range(picture, 0, pictures_of(class) - 1);
        assert_false(pictures[i % 3] >> picture & 1);
        pictures[i % 3] |= UINT64_C(1) << picture;
        if (i < 3) classes |= 1u << class;
        assert_true(classes >> class & 1);
        assert_int_equal(class, number_in(episode.query_x + (size_t)(i % 3) * opened.inputs, 0, 0.5, 0.5));
        where[class] |= 1 << s;
      }
      assert_int_equal(__builtin_popcount(classes), 3);
    }
  }
  for (int c = 0; c < CLASSES; c++) {
    assert_int_equal(where[c] & (where[c] - 1), 0);
    count += where[c] != 0;
  }
  assert_int_equal(count, 20); /* 10 + 5 + 5 of 25 */
  assert_true(fabs(episode.support_x[2] - (60 / 255.0 - 0.3)) < 1e-6);
  suite_close(&opened);
}

static void write_text(const char *path, const char *text) {
  file_write(path, text, strlen(text));
}

static void test_split_file(void **state) {
  (void)state;
  static const char *const pairs[] = {"split_file", "split.csv", "ways", "2", NULL};
  il_suite_digests digests;
  char digest[IL_DIGEST_TEXT];
  static const char lines[] =
      "train class 03\ntrain class 09\nvalidation class 01\nvalidation class 20\ntest class 00\n"
      "test class 24\n";
  write_text("split.csv", "class,split\r\nclass 09,train\nclass 03,train\n\nclass 24,test\nclass 00,test\n"
                          "class 20,validation\nclass 01,validation");
  opened_suite opened = suite_open(&il_suite_images, pairs);
  il_suite_images.digests(opened.state, &digests);
  assert_int_equal(il_hash_bytes(digest, lines, strlen(lines), NULL), IL_OK);
  assert_string_equal(digests.split, digest);
  suite_close(&opened);
  static const char *const named[] = {"split", "few", "ways", "2",
                                      NULL}; /* the same classes, by lists that came along */
  opened = suite_open(&il_suite_images, named);
  il_suite_images.digests(opened.state, &digests);
  assert_string_equal(digests.split, digest);
  suite_close(&opened);
}

static void refuse(const char *const *pairs, il_status status, const char *part) {
  opened_suite opened;
  il_error error = {0};
  assert_int_equal(suite_try(&opened, &il_suite_images, pairs, &error), status);
  assert_one_error_line(&error, status, status);
  if (!strstr(error.message, part)) fail_msg("%s; expected: %s", error.message, part);
  opened.state = NULL;
  suite_close(&opened);
}

static void refuse_split_file(const char *text, const char *part) {
  static const char *const pairs[] = {"split_file", "split.csv", "ways", "2", NULL};
  write_text("split.csv", text);
  refuse(pairs, IL_DATA, part);
}

static void test_refused(void **state) {
  (void)state;
  refuse_split_file("class 01,train\nclass 02\n", "split.csv:2: 'class 02'");
  refuse_split_file("class 01,learn\n", "split.csv:1:");
  refuse_split_file("class 99,train\n", "no class 'class 99'");
  refuse_split_file("class 01,train\nclass 01,test\n", "twice");
  refuse_split_file("", "0 classes for train");
  refuse((const char *const[]){"split_file", "absent.csv", NULL}, IL_IO, "absent.csv");
  refuse((const char *const[]){"set", "absent", NULL}, IL_DATA, "innerloop data import images");
  refuse((const char *const[]){"set", "../images", NULL}, IL_INVALID, "no name");
  refuse((const char *const[]){"split", "feww", NULL}, IL_DATA, "no split `feww`; did you mean `few`?");
  refuse((const char *const[]){"split", "bertinetto", NULL}, IL_DATA, "no split `bertinetto`; expected few");
  refuse((const char *const[]){"split", "few", "split_file", "split.csv", NULL}, IL_INVALID, "both given");
  refuse((const char *const[]){"split", "few", NULL}, IL_DATA, "2 classes for train");
  refuse((const char *const[]){"set", "cifar-fs", NULL}, IL_DATA, "innerloop data import images cifar-fs cifar100.zip");
  refuse((const char *const[]){"split_fractions", "[0.9, 0.2, 0.1]", NULL}, IL_INVALID, "1.2");
  refuse((const char *const[]){"mean", "[1, 2]", NULL}, IL_INVALID, "mean has 2 numbers");
  refuse((const char *const[]){"deviation", "[1, 2, 3]", "set", "grey", NULL}, IL_INVALID, "deviation has 3 numbers");
  refuse((const char *const[]){"ways", "20", NULL}, IL_DATA, "expected at least 20");
}

/* A damaged picture, an empty class, no classes: one line, and no trace in the data directory. */
static void test_refused_folders(void **state) {
  (void)state;
  il_import_report report;
  il_error error = {0};
  folder_make("bad");
  assert_int_equal(il_import_pictures(&report, "none/of/it", "x", "bad", &coloured, &error), IL_DATA);
  assert_one_error_line(&error, IL_DATA, IL_DATA);
  folder_make("bad/a");
  il_error_clear(&error);
  assert_int_equal(il_import_pictures(&report, "none/of/it", "x", "bad", &coloured, &error), IL_DATA);
  write_png("bad/a/1.png", 5, 5, 1, 1);
  write_text("bad/a/2.jpg", "\xff\xd8\xff is not enough");
  il_error_clear(&error);
  assert_int_equal(il_import_pictures(&report, "none/of/it", "x", "bad", &coloured, &error), IL_DATA);
  assert_one_error_line(&error, IL_DATA, IL_DATA);
  assert_non_null(strstr(error.message, "bad/a/2.jpg"));
  remove("bad/a/2.jpg");
  assert_int_equal(il_import_pictures(&report, "none/of/it", "a b", "bad", &coloured, NULL), IL_INVALID);
  assert_int_equal(il_import_pictures(&report, "none/of/it", "x", "absent", &coloured, NULL), IL_IO);
  assert_int_equal(folder_count("none"), -1);
  assert_int_equal(il_import_pictures(&report, "none/of/it", "x", "bad", &coloured, NULL), IL_OK);
  assert_int_equal(folder_count("none/of/it"), 1);
  folder_remove("none");
}

/* Whether something black stands on the grey ground between these columns and rows. */
static bool has_letters(const il_picture *sheet, int left, int right, int top, int bottom) {
  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      if (sheet->samples[(y * sheet->width + x) * sheet->channels] == 0) return true;
  return false;
}

/* The name is that of the class drawn: red tells the class of a picture. */
static void test_class_names(void **state) {
  (void)state;
  static const char *const pairs[] = {"ways", "3", NULL};
  opened_suite opened = suite_open(&il_suite_images, pairs);
  il_episode episode = suite_episode(&opened, 1, 1);
  for (int i = 0; i < 2 * 20; i++) {
    il_split split = i % 2 ? IL_SPLIT_TEST : IL_SPLIT_TRAIN;
    suite_draw(&opened, split, 3, (uint64_t)i, &episode);
    for (int label = 0; label < opened.info.ways; label++) {
      char name[32], expected[32];
      snprintf(expected, sizeof expected, "class %02d",
               number_in(episode.support_x + (size_t)label * opened.inputs, 0, 0, 1));
      il_suite_images.class_name(opened.state, split, 3, (uint64_t)i, label, name, sizeof name);
      assert_string_equal(name, expected);
    }
  }
  suite_close(&opened);
}

static void test_contact_sheet(void **state) {
  (void)state;
  static const char *const pairs[] = {"split_fractions", "[0.5, 0, 0.5]", NULL};
  opened_suite opened = suite_open(&il_suite_images, pairs);
  il_picture sheet, again;
  char *bytes;
  size_t size;
  int classes, margin, title = 14;
  assert_int_equal(il_contact_sheet(&sheet, &classes, &il_suite_images, opened.state, "test", 1, NULL), IL_OK);
  assert_int_equal(classes, opened.info.example_classes[IL_SPLIT_TEST]); /* each once, as often as tasks draw it */
  assert_true(classes < IL_SHEET_ROWS);
  margin = sheet.width - (IL_SHEET_COLUMNS * (SIZE + 2) + 2);
  assert_int_equal(sheet.height, title + classes * (SIZE + 2) + 2);
  assert_true(margin >= 8 && has_letters(&sheet, 0, margin, 0, title));
  for (int row = 0; row < classes; row++)
    assert_true(has_letters(&sheet, 0, margin, title + row * (SIZE + 2) + 2, title + (row + 1) * (SIZE + 2)));
  assert_int_equal(il_picture_write_png("sheet.png", &sheet, NULL), IL_OK);
  assert_int_equal(il_regular_load(&bytes, &size, "sheet.png", 1 << 20, NULL, NULL), IL_OK);
  assert_int_equal(il_picture_decode(&again, bytes, size, 3, "sheet.png", NULL), IL_OK);
  assert_memory_equal(again.samples, sheet.samples, (size_t)(sheet.width * sheet.height * 3));
  free(bytes);
  assert_int_equal(il_regular_load(&bytes, &size, "sheet.png", 10, NULL, NULL), IL_DATA);
  assert_null(bytes);
  il_picture_free(&again);
  il_picture_free(&sheet);
  suite_close(&opened);
}

/* Red tells the class of a picture drawn alone, green the picture: the label is the class, of every picture of it. */
static void test_pool(void **state) {
  (void)state;
  enum { ROWS = 600 };
  static const char *const pairs[] = {"ways", "3", NULL};
  opened_suite opened = suite_open(&il_suite_images, pairs);
  int classes = opened.info.example_classes[IL_SPLIT_TRAIN], class_of[CLASSES], seen[CLASSES] = {0};
  assert_int_equal(classes, 16); /* 0.64 of 25 */
  for (int i = 0; i < CLASSES; i++) class_of[i] = -1;
  il_labelled_examples labelled = suite_examples(&opened, IL_SPLIT_TRAIN, 1, 2, ROWS);
  for (int row = 0; row < ROWS; row++) {
    const real *x = labelled.x + row * SIZE * SIZE * 3;
    int label = example_label(&opened, &labelled, IL_SPLIT_TRAIN, row);
    int class = (int)((double)x[0] * 255 - 20 + 0.5) / 7, picture = (int)((double)x[1] * 255 - 10 + 0.5) / 5;
    if (class_of[label] < 0) class_of[label] = class;
    assert_int_equal(class, class_of[label]);
    assert_in_range(picture, 0, pictures_of(class) - 1);
    seen[class] = 1;
  }
  for (int a = 0; a < classes; a++) {
    assert_true(class_of[a] >= 0 && seen[class_of[a]]);
    for (int b = 0; b < a; b++) assert_int_not_equal(class_of[a], class_of[b]);
  }
  check_pool_is_pure(&opened);
  suite_close(&opened);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_import),
#ifdef IL_WITH_JPEG
      cmocka_unit_test(test_jpeg),
#endif
      cmocka_unit_test(test_contract),
      cmocka_unit_test(test_draws),
      cmocka_unit_test(test_split_file),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_refused_folders),
      cmocka_unit_test(test_contact_sheet),
      cmocka_unit_test(test_class_names),
      cmocka_unit_test(test_pool),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
