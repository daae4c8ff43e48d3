/* covers: data */
/* Packed image sets: what is written reads back; nothing damaged is read; a failed write leaves everything as it
 * was. */
#include "folders.h"

#include "data/data_directory.h"
#include "data/image_writer.h"

enum { CLASSES = 3, SIDE = 5 };
static const int counts[CLASSES] = {2, 1, 4};
static const char *const names[CLASSES] = {"alpha", "b", "gamma ray"};

/* Sample `sample` of image `image` of the test sets. */
static int sample_of(int image, size_t sample, int bits) {
  unsigned mixed = ((unsigned)image * 977u + (unsigned)sample * 131u + 7u) * 2654435761u;
  return (int)(mixed >> 24) & ((1 << bits) - 1);
}

static void write_pixels(il_image_writer *writer, const il_image_form *form, int images) {
  size_t samples = il_image_samples(form), bytes = il_image_bytes(form, (size_t)images);
  unsigned char *pixels = calloc(bytes, 1);
  assert_non_null(pixels);
  for (size_t i = 0; i < (size_t)images * samples; i++) {
    int value = sample_of((int)(i / samples), i % samples, form->bits);
    if (form->bits == 8)
      pixels[i] = (unsigned char)value;
    else
      pixels[i / 8] = (unsigned char)(pixels[i / 8] | value << (7 - i % 8));
  }
  il_image_writer_add(writer, pixels, bytes / 2);
  il_image_writer_add(writer, pixels + bytes / 2, bytes - bytes / 2);
  free(pixels);
}

static void write_set(const char *folder, const char *name, const il_image_form *form) {
  il_image_writer *writer;
  il_error error = {0};
  char digest[IL_DIGEST_TEXT];
  il_status status = il_image_writer_open(&writer, folder, name, form, CLASSES, counts, names, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
  write_pixels(writer, form, 7);
  assert_int_equal(il_image_writer_commit(writer, digest, &error), IL_OK);
}

static const il_image_form forms[] = {{1, SIDE, SIDE + 2, 1}, {8, SIDE, SIDE, 1}, {8, SIDE, SIDE + 1, 3}};

static void test_round_trip(void **state) {
  (void)state;
  folder_make("round");
  for (int f = 0; f < 3; f++) {
    il_image_set *set;
    il_error error = {0};
    write_set("round/deep/er", "some", &forms[f]);
    assert_int_equal(folder_count("round/deep/er"), 1);
    assert_int_equal(il_image_set_find(&set, "round/deep/er", "some", IL_IMAGE_CHECK_ALWAYS, "", &error), IL_OK);
    assert_memory_equal(&set->form, &forms[f], sizeof forms[f]);
    assert_int_equal(set->classes, CLASSES);
    assert_int_equal(set->images, 7);
    assert_int_equal(set->first[1], 2);
    assert_int_equal(set->first[3], 7);
    for (int c = 0; c < CLASSES; c++) assert_string_equal(set->names[c], names[c]);
    for (int image = 0; image < 7; image++)
      for (size_t i = 0; i < il_image_samples(&forms[f]); i++)
        assert_int_equal(il_image_set_sample(set, image, i), sample_of(image, i, forms[f].bits));
    il_image_set_close(set);
  }
}

/* Opening these bytes gives one line, of kind IL_DATA. */
static void assert_refused(const unsigned char *bytes, size_t size) {
  il_image_set *set;
  il_error error = {0};
  file_write("damaged/x.images", bytes, size);
  if (il_image_set_open(&set, "damaged/x.images", IL_IMAGE_CHECK_ALWAYS, &error) == IL_OK) {
    il_image_set_close(set);
    fail_msg("a damaged set of %zu bytes was read", size);
  }
  assert_null(set);
  assert_one_error_line(&error, IL_DATA, IL_DATA);
}

static void test_flipped_bits_are_found(void **state) {
  (void)state;
  folder_make("damaged");
  for (int f = 0; f < 2; f++) {
    size_t size;
    write_set("damaged", "whole", &forms[f]);
    unsigned char *bytes = file_read("damaged/whole.images", &size);
    for (size_t i = 0; i < 8 * size; i++) {
      if (i / 8 >= 112 && i / 8 < 128) continue;       /* zeros that nobody reads */
      if (i / 8 >= 64 && i % 8 != i / 8 % 8) continue; /* beyond the numbers of the header one bit a byte will do */
      bytes[i / 8] = (unsigned char)(bytes[i / 8] ^ 1 << i % 8);
      assert_refused(bytes, size);
      bytes[i / 8] = (unsigned char)(bytes[i / 8] ^ 1 << i % 8);
    }
    for (size_t length = 0; length < size; length++) assert_refused(bytes, length);
    assert_refused(bytes, size + 1);
    free(bytes);
  }
}

/* ---- sets larger than what is kept in memory ---- */

enum { LARGE_SIDE = 600, LARGE_IMAGES = 70, LARGE_IMAGE = LARGE_SIDE * LARGE_SIDE * 3 };
static const il_image_form large = {8, LARGE_SIDE, LARGE_SIDE, 3};

static void write_large(const char *folder) {
  static const int all[1] = {LARGE_IMAGES};
  static const char *const name[1] = {"all"};
  il_image_writer *writer;
  unsigned char *image = malloc(LARGE_IMAGE);
  assert_non_null(image);
  folder_make(folder);
  assert_int_equal(il_image_writer_open(&writer, folder, "set", &large, 1, all, name, NULL), IL_OK);
  for (int i = 0; i < LARGE_IMAGES; i++) {
    for (size_t k = 0; k < LARGE_IMAGE; k++) image[k] = (unsigned char)(k * 7 + (size_t)i);
    il_image_writer_add(writer, image, LARGE_IMAGE);
  }
  assert_int_equal(il_image_writer_commit(writer, NULL, NULL), IL_OK);
  free(image);
}

/* 1 where every sample of the set is as written, 0 where one is another. */
static int reads_as_written(const il_image_set *set) {
  static unsigned char room[LARGE_IMAGE];
  int same = 1;
  for (int i = 0; i < LARGE_IMAGES; i++) {
    const unsigned char *at = il_image_set_view(set, i, 0, LARGE_IMAGE, room);
    for (size_t k = 0; same && k < LARGE_IMAGE; k++) same = at[k] == (unsigned char)(k * 7 + (size_t)i);
  }
  return same;
}

static void flip(const char *path, long at) {
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, at, SEEK_SET), 0);
  int byte = fgetc(file);
  assert_int_equal(fseek(file, at, SEEK_SET), 0);
  assert_int_equal(fputc(byte ^ 16, file), byte ^ 16);
  assert_int_equal(fclose(file), 0);
}

/* One bit at 24 places of a set of 76 MB: each is seen when the pixels around it are used, and named. */
static void test_flips_of_a_large_set_are_found(void **state) {
  (void)state;
  il_image_set *set;
  il_error error = {0};
  write_large("large");
  assert_int_equal(il_image_set_open(&set, "large/set.images", IL_IMAGE_CHECK_SMALL, &error), IL_OK);
  assert_null(set->pixels);
  assert_true(reads_as_written(set));
  assert_int_equal(il_image_set_trouble(set, &error), IL_OK);
  il_image_set_close(set);
  for (int i = 0; i < 24; i++) {
    unsigned char room[3];
    long pixel = (long)LARGE_IMAGE * LARGE_IMAGES / 24 * i + 12345, at = 192 + pixel;
    flip("large/set.images", at);
    il_error_clear(&error);
    assert_int_equal(il_image_set_open(&set, "large/set.images", IL_IMAGE_CHECK_SMALL, &error), IL_OK);
    (void)il_image_set_view(set, (int)(pixel / LARGE_IMAGE), (size_t)(pixel % LARGE_IMAGE), 3, room);
    assert_int_equal(il_image_set_trouble(set, &error), IL_DATA);
    assert_one_error_line(&error, IL_DATA, IL_DATA);
    assert_non_null(strstr(error.message, "large/set.images"));
    il_image_set_close(set);
    il_error_clear(&error);
    assert_int_equal(il_image_set_open(&set, "large/set.images", IL_IMAGE_CHECK_ALWAYS, &error), IL_DATA);
    flip("large/set.images", at);
  }
}

/* Cut off while it is open: an error, no signal. */
static void test_cut_off_while_open(void **state) {
  (void)state;
  il_image_set *set;
  il_error error = {0};
  write_large("large");
  assert_int_equal(il_image_set_open(&set, "large/set.images", IL_IMAGE_CHECK_SMALL, &error), IL_OK);
  assert_int_equal(truncate("large/set.images", 20 << 20), 0);
  assert_false(reads_as_written(set));
  assert_int_equal(il_image_set_trouble(set, &error), IL_DATA);
  assert_non_null(strstr(error.message, "cut off"));
  il_image_set_close(set);
  folder_remove("large");
}

/* Block by block, from the file: the same samples as from memory, of 1 bit too. */
static void test_blocks_give_the_same_samples(void **state) {
  (void)state;
  folder_make("blocks");
  for (int f = 0; f < 3; f++) {
    il_image_set *set;
    write_set("blocks", "some", &forms[f]);
    assert_int_equal(il_image_set_open(&set, "blocks/some.images", IL_IMAGE_CHECK_BLOCKS, NULL), IL_OK);
    assert_null(set->pixels);
    for (int image = 0; image < 7; image++)
      for (size_t i = 0; i < il_image_samples(&forms[f]); i++)
        assert_int_equal(il_image_set_sample(set, image, i), sample_of(image, i, forms[f].bits));
    assert_int_equal(il_image_set_trouble(set, NULL), IL_OK);
    il_image_set_close(set);
  }
}

/* Files of earlier versions end with the digest of all pixels: read, and verified as a whole. */
static void test_files_of_earlier_versions(void **state) {
  (void)state;
  size_t size;
  char digest[IL_DIGEST_TEXT];
  il_image_set *set;
  folder_make("old");
  write_set("old", "x", &forms[2]);
  unsigned char *bytes = file_read("old/x.images", &size);
  size -= 2 * 64; /* one block, all pixels, these: only the last but one stays */
  memcpy(bytes + size - 64, bytes + size, 64);
  memcpy(bytes, "ILIMAGE1", 8);
  il_hash *hash = il_hash_new();
  il_hash_add(hash, bytes, 48);
  il_hash_add(hash, bytes + 128, 64);
  assert_int_equal(il_hash_finish(hash, digest, NULL), IL_OK);
  memcpy(bytes + 48, digest, 64);
  file_write("old/x.images", bytes, size);
  for (int check = IL_IMAGE_CHECK_ALWAYS; check <= IL_IMAGE_CHECK_BLOCKS; check++) {
    assert_int_equal(il_image_set_open(&set, "old/x.images", (il_image_check)check, NULL), IL_OK);
    assert_true(set->old);
    assert_int_equal(il_image_set_sample(set, 6, 5), sample_of(6, 5, 8));
    il_image_set_close(set);
    flip("old/x.images", 200);
    assert_int_equal(il_image_set_open(&set, "old/x.images", (il_image_check)check, NULL), IL_DATA);
    flip("old/x.images", 200);
  }
  free(bytes);
}

static void put32(unsigned char *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(value >> 8 * i);
}

/* Forged heads with right digests: sizes that overflow, counts that lie, names without an end. */
static void test_forged_heads(void **state) {
  (void)state;
  static const struct {
    size_t at;
    uint32_t value;
  } forgeries[] = {
      {8, 2},           {8, 0},           {12, 0},  {12, 0xffffffff}, {16, 4097},        {20, 2},           {24, 0},
      {24, 0xffffffff}, {28, 0xffffffff}, {28, 0},  {28, 8},          {32, 0xffffffff},  {32, 3},           {36, 1},
      {40, 0},          {44, 1},          {128, 0}, {128, 9},         {132, 0xffffffff}, {154, 0x41414141}, {140, 0}};
  size_t size;
  folder_make("damaged");
  write_set("damaged", "whole", &forms[1]);
  unsigned char *bytes = file_read("damaged/whole.images", &size);
  for (size_t i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
    unsigned char *forged = malloc(size);
    char digest[IL_DIGEST_TEXT];
    assert_non_null(forged);
    memcpy(forged, bytes, size);
    put32(forged + forgeries[i].at, forgeries[i].value);
    il_hash *hash = il_hash_new();
    il_hash_add(hash, forged, 48);
    il_hash_add(hash, forged + 128, 64);
    assert_int_equal(il_hash_finish(hash, digest, NULL), IL_OK);
    memcpy(forged + 48, digest, 64);
    assert_refused(forged, size);
    free(forged);
  }
  free(bytes);
}

/* Too few pixels: the older set stays, nothing else does; a directory made for nothing goes. */
static void test_failed_write_leaves_nothing(void **state) {
  (void)state;
  il_image_writer *writer;
  il_error error = {0};
  size_t before, after;
  folder_make("kept");
  write_set("kept", "set", &forms[0]);
  unsigned char *old = file_read("kept/set.images", &before);
  assert_int_equal(il_image_writer_open(&writer, "kept", "set", &forms[1], CLASSES, counts, names, &error), IL_OK);
  il_image_writer_add(writer, "x", 1);
  assert_int_equal(il_image_writer_commit(writer, NULL, &error), IL_INVALID);
  unsigned char *now = file_read("kept/set.images", &after);
  assert_int_equal(before, after);
  assert_memory_equal(old, now, before);
  assert_int_equal(folder_count("kept"), 1);
  free(old);
  free(now);
  il_error_clear(&error);
  assert_int_equal(il_image_writer_open(&writer, "kept/a//b/", "set", &forms[1], CLASSES, counts, names, &error),
                   IL_OK);
  assert_true(folder_count("kept/a/b") >= 0); /* the file itself may have no name yet */
  il_image_writer_discard(writer);
  assert_int_equal(folder_count("kept/a"), -1);
  assert_int_equal(folder_count("kept"), 1);
  il_image_writer_discard(NULL);
}

static void test_refused_writes(void **state) {
  (void)state;
  static const il_image_form wrong[] = {{2, 5, 5, 1}, {8, 0, 5, 1}, {8, 5, 5000, 1}, {8, 5, 5, 2}};
  static const char *const unnamed[CLASSES] = {"a", "", "c"};
  static const int none[CLASSES] = {1, 0, 1};
  il_image_writer *writer;
  for (int i = 0; i < 4; i++)
    assert_int_equal(il_image_writer_open(&writer, "no", "set", &wrong[i], CLASSES, counts, names, NULL), IL_INVALID);
  assert_int_equal(il_image_writer_open(&writer, "no", "set", &forms[0], CLASSES, counts, unnamed, NULL), IL_INVALID);
  assert_int_equal(il_image_writer_open(&writer, "no", "set", &forms[0], CLASSES, none, names, NULL), IL_INVALID);
  assert_int_equal(il_image_writer_open(&writer, "no", "../set", &forms[0], CLASSES, counts, names, NULL), IL_INVALID);
  assert_int_equal(folder_count("no"), -1);
}

static void test_missing_set_says_how_to_get_one(void **state) {
  (void)state;
  il_image_set *set;
  il_error error = {0};
  assert_int_equal(il_image_set_find(&set, "nowhere", "omniglot", IL_IMAGE_CHECK_ALWAYS, "do this", &error), IL_DATA);
  assert_one_error_line(&error, IL_DATA, IL_DATA);
  assert_non_null(strstr(error.message, "nowhere/omniglot.images"));
  assert_non_null(strstr(error.message, "do this"));
  il_error_clear(&error);
  folder_make("directory.images");
  assert_int_equal(il_image_set_open(&set, "directory.images", IL_IMAGE_CHECK_ALWAYS, &error), IL_IO);
}

/* Asked for, else INNERLOOP_DATA, else below the home directory. */
static void test_data_directory(void **state) {
  (void)state;
  char path[256];
  setenv("INNERLOOP_DATA", "from/variable", 1);
  setenv("HOME", "/home_of_test", 1);
  assert_int_equal(il_data_directory(path, sizeof path, "asked", NULL), IL_OK);
  assert_string_equal(path, "asked");
  assert_int_equal(il_data_directory(path, sizeof path, NULL, NULL), IL_OK);
  assert_string_equal(path, "from/variable");
  setenv("INNERLOOP_DATA", "", 1);
  assert_int_equal(il_data_set_path(path, sizeof path, NULL, "set-1.2_x", NULL), IL_OK);
  assert_string_equal(path, "/home_of_test/.cache/innerloop/set-1.2_x.images");
  assert_int_equal(il_data_directory(path, 8, "too/long/a/path", NULL), IL_IO);
  static const char *const wrong[] = {"", ".hidden", "a/b", "..", "a b", "-x"};
  for (int i = 0; i < 6; i++) assert_int_equal(il_data_set_path(path, sizeof path, "d", wrong[i], NULL), IL_INVALID);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_flipped_bits_are_found),
      cmocka_unit_test(test_forged_heads),
      cmocka_unit_test(test_failed_write_leaves_nothing),
      cmocka_unit_test(test_refused_writes),
      cmocka_unit_test(test_missing_set_says_how_to_get_one),
      cmocka_unit_test(test_data_directory),
      cmocka_unit_test(test_flips_of_a_large_set_are_found),
      cmocka_unit_test(test_cut_off_while_open),
      cmocka_unit_test(test_blocks_give_the_same_samples),
      cmocka_unit_test(test_files_of_earlier_versions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
