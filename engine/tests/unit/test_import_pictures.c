/* covers: data */
/* Pictures imported from zips and folders of every form people keep them in, and from forged ones: right ones give the
 * right pixels, classes and splits, wrong ones one line and a data directory as it was. */
#include "made_archive.h"

#include "data/image_layout.h"
#include "data/image_set.h"
#include "data/import.h"
#include "data/known_splits.h"
#include "data/resize.h"

enum { SIDE = 5 };

/* ---- made-up sets ---- */

/* Sample of channel k of picture `number`. */
static int sample_of(int number, int k) {
  const int samples[3] = {number, 255 - number, 77};
  return samples[k];
}

static void add_numbered(made_archive *archive, const char *name, int side, int number) {
  unsigned char samples[64 * 64 * 3];
  for (int i = 0; i < side * side * 3; i++) samples[i] = (unsigned char)sample_of(number, i % 3);
  il_picture picture = {.width = side, .height = side, .channels = 3, .samples = samples};
  add_picture(archive, name, &picture);
}

static void add_text(made_archive *archive, const char *name, const char *text) {
  add_entry(archive, name, text, strlen(text));
}

/* The archive as files below `folder`. */
static void write_folder(const char *folder, const made_archive *archive) {
  folder_make(folder);
  for (int i = 0; i < archive->count; i++) {
    char path[300];
    int length = snprintf(path, sizeof path, "%s/%s", folder, archive->at[i].name);
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
      *slash = '\0';
      (void)mkdir(path, 0777);
      *slash = '/';
    }
    if (path[length - 1] != '/') file_write(path, archive->at[i].bytes, archive->at[i].size);
  }
}

static il_status import(const char *path, int size, il_import_report *report, il_error *error) {
  const il_import_images options = {.size = size, .filter = IL_RESIZE_LANCZOS, .replace = true};
  return il_import_pictures(report, "data/new", "set", path, &options, error);
}

/* What an import must give: classes with the numbers of their pictures, -1 at their ends; splits as letters by
 * class. */
typedef struct expected_set {
  const char *classes[8]; /* NULL at the end */
  int numbers[8][8];
  const char *splits[4][2]; /* name, "tvx-": training, validation, test, none */
} expected_set;

static void assert_set(const expected_set *expected) {
  static const char letters[] = "tvx";
  il_image_set *set;
  il_error error = {0};
  int splits = 0, classes = 0;
  if (il_image_set_find(&set, "data/new", "set", IL_IMAGE_CHECK_ALWAYS, "", &error) != IL_OK)
    fail_msg("%s", error.message);
  for (; expected->classes[classes]; classes++) {
    assert_true(classes < set->classes);
    assert_string_equal(set->names[classes], expected->classes[classes]);
    int i = 0;
    for (; expected->numbers[classes][i] >= 0; i++) {
      assert_true(set->first[classes] + i < set->first[classes + 1]);
      for (int k = 0; k < SIDE * SIDE * 3; k++)
        assert_int_equal(il_image_set_sample(set, set->first[classes] + i, (size_t)k),
                         sample_of(expected->numbers[classes][i], k % 3));
    }
    assert_int_equal(set->first[classes + 1] - set->first[classes], i);
  }
  assert_int_equal(set->classes, classes);
  for (; expected->splits[splits][0]; splits++) {
    assert_true(splits < set->lists.count);
    assert_string_equal(set->lists.at[splits].name, expected->splits[splits][0]);
    for (int c = 0; c < classes; c++) {
      int of = set->lists.at[splits].of[c];
      assert_int_equal(of == IL_LIST_UNUSED ? '-' : letters[of], expected->splits[splits][1][c]);
    }
  }
  assert_int_equal(set->lists.count, splits);
  il_image_set_close(set);
}

/* From the zip and from the folder, to the same bytes. */
static void assert_imports(made_archive *archive, int size, const expected_set *expected) {
  static const char *const paths[] = {"a.zip", "a"};
  char digests[2][IL_DIGEST_TEXT];
  write_archive("a.zip", archive);
  write_folder("a", archive);
  for (int i = 0; i < 2; i++) {
    il_import_report report;
    il_error error = {0};
    folder_make("data");
    if (import(paths[i], size, &report, &error) != IL_OK) fail_msg("%s", error.message);
    assert_set(expected);
    assert_int_equal(report.size, SIDE);
    assert_int_equal(folder_count("data/new"), 1);
    memcpy(digests[i], report.digest, sizeof digests[i]);
  }
  assert_string_equal(digests[0], digests[1]);
  free_archive(archive);
}

/* ---- right ones ---- */

/* Classes by the bytes of their names, not of their paths ("a-b/" sorts before "a/"); a class may be called train. */
static void test_class_folders_and_lists(void **state) {
  (void)state;
  made_archive archive = {.count = 0};
  add_numbered(&archive, "x/data/train/2.png", SIDE, 2);
  add_numbered(&archive, "x/data/a-b/1.png", SIDE, 3);
  add_numbered(&archive, "x/data/a/10.PNG", SIDE, 4);
  add_numbered(&archive, "x/data/a/1.png", SIDE, 5);
  add_numbered(&archive, "x/data/b/1.png", SIDE, 6);
  add_numbered(&archive, "x/data/train/1.png", SIDE, 7);
  add_text(&archive, "x/data/train/notes.txt", "none");
  add_text(&archive, "x/data/.hidden/1.png", "none");
  add_text(&archive, "__MACOSX/x/data/a/._1.png", "fork");
  add_text(&archive, "x/splits/one/train.txt", "train\r\n\n  a-b \n");
  add_text(&archive, "x/splits/one/test.txt", "a");
  add_text(&archive, "x/splits/two/train.txt", "b\n");
  add_text(&archive, "x/splits/two/val.txt", "a\n");
  add_text(&archive, "x/splits/two/test.txt", "train\na-b\n");
  static const expected_set expected = {.classes = {"a", "a-b", "b", "train"},
                                        .numbers = {{5, 4, -1}, {3, -1}, {6, -1}, {7, 2, -1}},
                                        .splits = {{"one", "xt-t"}, {"two", "vxtx"}}};
  assert_imports(&archive, 0, &expected);
}

/* Class folders at the top, and pictures brought to one size. */
static void test_sizes(void **state) {
  (void)state;
  made_archive archive = {.count = 0};
  add_numbered(&archive, "a/1.png", 4, 5);
  add_numbered(&archive, "b/1.png", 60, 6);
  static const expected_set expected = {.classes = {"a", "b"}, .numbers = {{5, -1}, {6, -1}}};
  assert_imports(&archive, SIDE, &expected);
}

/* Below train and test: one class where the names are the same, a split where they are not. */
static void test_folders_of_splits(void **state) {
  (void)state;
  made_archive archive = {.count = 0};
  add_numbered(&archive, "s/test/a/1.png", SIDE, 1);
  add_numbered(&archive, "s/train/a/2.png", SIDE, 2);
  add_numbered(&archive, "s/train/b/1.png", SIDE, 3);
  add_numbered(&archive, "s/train/a/1.png", SIDE, 4);
  static const expected_set merged = {.classes = {"a", "b"}, .numbers = {{4, 2, 1, -1}, {3, -1}}};
  assert_imports(&archive, 0, &merged);
  add_numbered(&archive, "test/a/1.png", SIDE, 1);
  add_numbered(&archive, "train/b/1.png", SIDE, 2);
  add_numbered(&archive, "validation/c/1.png", SIDE, 3);
  static const expected_set split = {
      .classes = {"a", "b", "c"}, .numbers = {{1, -1}, {2, -1}, {3, -1}}, .splits = {{"folders", "xtv"}}};
  assert_imports(&archive, 0, &split);
  add_numbered(&archive, "train/b/1.png", SIDE, 2); /* one of them alone is a prefix */
  static const expected_set alone = {.classes = {"b"}, .numbers = {{2, -1}}};
  assert_imports(&archive, 0, &alone);
}

/* Ravi and Larochelle's form; a picture that no list names is left out. */
static void test_flat_folder(void **state) {
  (void)state;
  static const char *const places[] = {"m/", "m/images/", "", "images/"};
  for (int i = 0; i < 4; i++) {
    made_archive archive = {.count = 0};
    char name[64];
    const char *pictures = i < 2 ? "m/images/" : i == 2 ? "" : "images/";
    for (int number = 1; number <= 5; number++) {
      snprintf(name, sizeof name, "%sn0%d.png", pictures, number);
      add_numbered(&archive, name, SIDE, number);
    }
    snprintf(name, sizeof name, "%strain.csv", places[i]);
    add_text(&archive, name, "filename,label\r\nn03.png,n7\r\nn01.png,n7\r\n");
    snprintf(name, sizeof name, "%sval.csv", places[i]);
    add_text(&archive, name, "filename,label\nn04.png,n9\n");
    snprintf(name, sizeof name, "%stest.csv", places[i]);
    add_text(&archive, name, "filename,label\nn05.png,n8");
    static const expected_set expected = {
        .classes = {"n7", "n8", "n9"}, .numbers = {{1, 3, -1}, {5, -1}, {4, -1}}, .splits = {{"csv", "txv"}}};
    assert_imports(&archive, 0, &expected);
  }
}

/* CIFAR-100's classes have the split FC100: 60, 20 and 20 classes. Without one of them there is none. */
static void test_known_split(void **state) {
  (void)state;
  static const char *classes[] = {
      "apple",      "aquarium_fish", "baby",         "bear",       "beaver",      "bed",         "bee",
      "beetle",     "bicycle",       "bottle",       "bowl",       "boy",         "bridge",      "bus",
      "butterfly",  "camel",         "can",          "castle",     "caterpillar", "cattle",      "chair",
      "chimpanzee", "clock",         "cloud",        "cockroach",  "couch",       "crab",        "crocodile",
      "cup",        "dinosaur",      "dolphin",      "elephant",   "flatfish",    "forest",      "fox",
      "girl",       "hamster",       "house",        "kangaroo",   "keyboard",    "lamp",        "lawn_mower",
      "leopard",    "lion",          "lizard",       "lobster",    "man",         "maple_tree",  "motorcycle",
      "mountain",   "mouse",         "mushroom",     "oak_tree",   "orange",      "orchid",      "otter",
      "palm_tree",  "pear",          "pickup_truck", "pine_tree",  "plain",       "plate",       "poppy",
      "porcupine",  "possum",        "rabbit",       "raccoon",    "ray",         "road",        "rocket",
      "rose",       "sea",           "seal",         "shark",      "shrew",       "skunk",       "skyscraper",
      "snail",      "snake",         "spider",       "squirrel",   "streetcar",   "sunflower",   "sweet_pepper",
      "table",      "tank",          "telephone",    "television", "tiger",       "tractor",     "train",
      "trout",      "tulip",         "turtle",       "wardrobe",   "whale",       "willow_tree", "wolf",
      "woman",      "worm"};
  static const int expected[3] = {60, 20, 20};
  int found[3] = {0};
  il_image_lists lists;
  il_arena *arena = il_arena_new();
  il_image_set set = {.classes = 100, .names = classes};
  assert_int_equal(sizeof classes / sizeof classes[0], 100);
  assert_int_equal(il_image_set_splits(&lists, &set, arena, NULL), IL_OK);
  assert_int_equal(lists.count, 1);
  assert_string_equal(lists.at[0].name, "fc100");
  for (int c = 0; c < 100; c++) {
    assert_in_range(lists.at[0].of[c], 0, 2);
    found[lists.at[0].of[c]]++;
  }
  for (int s = 0; s < 3; s++) assert_int_equal(found[s], expected[s]);
  set.classes = 99;
  assert_int_equal(il_image_set_splits(&lists, &set, arena, NULL), IL_OK);
  assert_int_equal(lists.count, 0);
  il_arena_free(arena);
}

/* ---- refused ones ---- */

static void assert_path_refused(const char *path, int size, const char *part) {
  il_import_report report;
  il_error error = {0};
  folder_make("data");
  il_status status = import(path, size, &report, &error);
  if (status == IL_OK) fail_msg("imported; expected: %s", part);
  assert_one_error_line(&error, IL_DATA, IL_IO);
  if (!strstr(error.message, part)) fail_msg("%s; expected: %s", error.message, part);
  assert_int_equal(folder_count("data"), 0);
}

static void assert_refused(made_archive *archive, const char *part) {
  write_archive("a.zip", archive);
  assert_path_refused("a.zip", 0, part);
  free_archive(archive);
}

/* Two classes of a picture each, and one more entry. */
static void refuse_entry(const char *name, const void *bytes, size_t size, const char *part) {
  made_archive archive = {.count = 0};
  add_numbered(&archive, "p/a/1.png", SIDE, 1);
  add_numbered(&archive, "p/b/1.png", SIDE, 2);
  add_entry(&archive, name, bytes, size);
  assert_refused(&archive, part);
}

static void refuse_text(const char *name, const char *text, const char *part) {
  refuse_entry(name, text, strlen(text), part);
}

static void test_forged_entries(void **state) {
  (void)state;
  static char zeros[20 << 20];
  refuse_text("../../c/1.png", "x", "outside");
  refuse_text("/etc/1.png", "x", "outside");
  refuse_text("p\\a\\1.png", "x", "outside");
  refuse_text("p/a/..", "x", "outside");
  refuse_text("p/c/1.png", "x", "a.zip: p/c/1.png: not a readable picture");
  refuse_text("p/c/1.png", "", "not a readable picture");
  refuse_text("p/c/1.gif", "GIF89a", "of a kind that is not read");
  refuse_text("p/a/2.png/", "", "p/a/2.png: a folder; expected a file");
  refuse_text("p/a/2.png/3.png", "x", "do not lie side by side");
  refuse_text("1.png", "x", "do not lie side by side");
  refuse_text("p/a/deeper/1.png", "x", "do not lie side by side");
  refuse_text("q/a/1.png", "x", "do not lie side by side");
  refuse_text("p/a\nb/1.png", "x", "is no name for a class");
  refuse_entry("p/c/1.png", zeros, sizeof zeros, "p/c/1.png: not a readable picture"); /* deflates to 20 kB */
}

/* A name that stands twice (libzip does not write such: the second name is patched), and a size that is a lie. */
static void test_patched_archives(void **state) {
  (void)state;
  made_archive archive = {.count = 0};
  add_numbered(&archive, "p/a/1.png", SIDE, 1);
  add_numbered(&archive, "p/a/2.png", SIDE, 2);
  write_archive("a.zip", &archive);
  free_archive(&archive);
  size_t size;
  unsigned char *bytes = file_read("a.zip", &size);
  for (size_t i = 0; i + 9 <= size; i++)
    if (memcmp(bytes + i, "p/a/2.png", 9) == 0) bytes[i + 4] = '1';
  file_write("a.zip", bytes, size);
  assert_path_refused("a.zip", 0, "two entries have the same name");
  free(bytes);
}

static void put_32(unsigned char *at, unsigned value) {
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(value >> 8 * i);
}

/* Declares `declared` bytes for every entry of a.zip, in its own header and in the directory. */
static void declare(unsigned declared) {
  size_t size;
  unsigned char *bytes = file_read("a.zip", &size);
  for (size_t i = 0; i + 46 <= size; i++) {
    if (memcmp(bytes + i, "PK\3\4", 4) == 0) put_32(bytes + i + 22, declared);
    if (memcmp(bytes + i, "PK\1\2", 4) == 0) put_32(bytes + i + 24, declared);
  }
  file_write("a.zip", bytes, size);
  free(bytes);
}

static void test_lying_sizes(void **state) {
  (void)state;
  static const struct {
    unsigned size;
    const char *part;
  } cases[] = {{10, "a.zip"}, {1000, "a.zip"}, {100 << 20, "cannot hold them"}, {1u << 31, "a.zip"}};
  for (int i = 0; i < 4; i++) {
    made_archive archive = {.count = 0};
    add_numbered(&archive, "p/a/1.png", 64, 1);
    add_numbered(&archive, "p/b/2.png", 64, 2);
    write_archive("a.zip", &archive);
    free_archive(&archive);
    declare(cases[i].size);
    assert_path_refused("a.zip", 0, cases[i].part);
  }
}

static void test_wrong_lists(void **state) {
  (void)state;
  refuse_text("splits/one/train.txt", "a\nc\n", "splits/one/train.txt:2: no class 'c' among the pictures");
  refuse_text("splits/one/train.txt", "a\n\na\n",
              "splits/one/train.txt:3: class 'a' stands in the split's lists twice");
  refuse_text("splits/one/train.txt", "a\n", "the split 'one' has no classes for test");
  refuse_text("splits/one/test.txt", "a\n", "the split 'one' has no classes for training");
  refuse_text("splits/a b/train.txt", "a\n", "'a b' is no name for a split");
  refuse_entry("splits/one/train.txt", "a\0b", 3, "not a text file");
  made_archive archive = {.count = 0};
  add_numbered(&archive, "p/tulip/1.png", SIDE, 1);
  add_text(&archive, "splits/one/train.txt", "tulips\n");
  assert_refused(&archive, "did you mean 'tulip'?");
}

static void refuse_csv(const char *text, const char *part) {
  made_archive archive = {.count = 0};
  add_numbered(&archive, "m/images/1.png", SIDE, 1);
  add_numbered(&archive, "m/images/2.png", SIDE, 2);
  add_text(&archive, "m/train.csv", text);
  assert_refused(&archive, part);
}

static void test_wrong_labels(void **state) {
  (void)state;
  refuse_csv("1.png,a\n", "m/train.csv:1: '1.png,a'; expected the heading filename,label");
  refuse_csv("", "expected the heading");
  refuse_csv("filename,label\n", "name no picture");
  refuse_csv("filename,label\n1.png,a\n3.png,b\n", "m/train.csv:3: no picture '3.png'");
  refuse_csv("filename,label\n1.png,a\n1.png,b\n", "m/train.csv:3: picture '1.png' stands in the lists twice");
  refuse_csv("filename,label\n1.png\n", "m/train.csv:2: '1.png'; expected filename,label");
  refuse_csv("filename,label\n../images/1.png,a\n", "no picture '../images/1.png'");
}

static void test_sizes_that_differ(void **state) {
  (void)state;
  made_archive archive = {.count = 0};
  add_numbered(&archive, "a/1.png", 5, 1);
  add_numbered(&archive, "b/1.png", 6, 1);
  assert_refused(&archive, "b/1.png: 6 x 6 pixels, the pictures before it 5 x 5; add --size");
  unsigned char samples[5 * 6 * 3] = {0};
  add_picture(&archive, "a/1.png", &(il_picture){.width = 5, .height = 6, .channels = 3, .samples = samples});
  assert_refused(&archive, "5 x 6 pixels, not square; add --size");
}

/* Thousands of entries without a picture; no entries. */
static void test_without_pictures(void **state) {
  (void)state;
  int code;
  remove("a.zip");
  zip_t *zip = zip_open("a.zip", ZIP_CREATE | ZIP_TRUNCATE, &code);
  assert_non_null(zip);
  for (int i = 0; i < 20000; i++) {
    char name[32];
    snprintf(name, sizeof name, "class%d/%d.txt", i % 100, i);
    assert_true(zip_file_add(zip, name, zip_source_buffer(zip, "x", 1, 0), 0) >= 0);
  }
  assert_int_equal(zip_close(zip), 0);
  assert_path_refused("a.zip", 0, "no pictures in it");
  made_archive archive = {.count = 0};
  add_numbered(&archive, "1.png", SIDE, 1);
  assert_refused(&archive, "no folders in it");
  folder_make("empty");
  assert_path_refused("empty", 0, "no pictures in it");
}

/* Every truncation and many flipped bits: refused, or the same pixels. */
static void test_damaged_zips(void **state) {
  (void)state;
  static const expected_set expected = {
      .classes = {"a", "b"}, .numbers = {{1, -1}, {2, -1}}, .splits = {{"one", "tx"}}};
  made_archive archive = {.count = 0};
  size_t size;
  add_numbered(&archive, "a/1.png", SIDE, 1);
  add_numbered(&archive, "b/1.png", SIDE, 2);
  add_text(&archive, "splits/one/train.txt", "a\n");
  add_text(&archive, "splits/one/test.txt", "b\n");
  write_archive("a.zip", &archive);
  free_archive(&archive);
  unsigned char *bytes = file_read("a.zip", &size);
  for (size_t length = 0; length < size; length += 7) {
    file_write("a.zip", bytes, length);
    assert_path_refused("a.zip", 0, "a.zip");
  }
  int refused = 0;
  for (size_t at = 0; at < size; at++) {
    il_import_report report;
    il_error error = {0};
    bytes[at] ^= (unsigned char)(1 << at % 8);
    file_write("a.zip", bytes, size);
    bytes[at] ^= (unsigned char)(1 << at % 8);
    folder_make("data");
    if (import("a.zip", 0, &report, &error) == IL_OK) {
      if (report.classes == 2 && report.splits == 1) assert_set(&expected);
      continue;
    }
    refused++;
    assert_one_error_line(&error, IL_DATA, IL_IO);
    assert_int_equal(folder_count("data"), 0);
  }
  assert_true(refused > 200);
  free(bytes);
}

/* Folders only: a loop of links, a folder called like a picture, a link that leads nowhere. */
static void test_wrong_folders(void **state) {
  (void)state;
  made_archive archive = {.count = 0};
  add_numbered(&archive, "a/1.png", SIDE, 1);
  write_folder("a", &archive);
  free_archive(&archive);
  assert_int_equal(symlink("..", "a/a/loop"), 0);
  assert_path_refused("a", 0, "contains itself");
  remove("a/a/loop");
  assert_int_equal(mkdir("a/a/2.png", 0777), 0);
  assert_path_refused("a", 0, "a/a/2.png: a folder");
  folder_remove("a/a/2.png");
  assert_int_equal(symlink("nowhere", "a/a/2.png"), 0);
  assert_path_refused("a", 0, "a/a/2.png");
  assert_path_refused("absent", 0, "absent: cannot be read");
}

/* Pixels that must be known ones, and are not. */
static void test_known_digest(void **state) {
  (void)state;
  made_archive archive = {.count = 0};
  il_import_report report;
  il_error error = {0};
  add_numbered(&archive, "a/1.png", SIDE, 1);
  write_archive("a.zip", &archive);
  free_archive(&archive);
  folder_make("data");
  const il_import_images other = {.known_digest = "0123"};
  assert_int_equal(il_import_pictures(&report, "data/new", "set", "a.zip", &other, &error), IL_DATA);
  assert_one_error_line(&error, IL_DATA, IL_DATA);
  assert_non_null(strstr(error.message, "expected 0123"));
  assert_int_equal(folder_count("data"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_class_folders_and_lists),
      cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_folders_of_splits),
      cmocka_unit_test(test_flat_folder),
      cmocka_unit_test(test_known_split),
      cmocka_unit_test(test_forged_entries),
      cmocka_unit_test(test_patched_archives),
      cmocka_unit_test(test_lying_sizes),
      cmocka_unit_test(test_wrong_lists),
      cmocka_unit_test(test_wrong_labels),
      cmocka_unit_test(test_sizes_that_differ),
      cmocka_unit_test(test_without_pictures),
      cmocka_unit_test(test_damaged_zips),
      cmocka_unit_test(test_wrong_folders),
      cmocka_unit_test(test_known_digest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
