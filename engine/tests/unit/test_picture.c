/* covers: formats */
/* PNG files of every kind give the pixels that PIL gives: golden/generate_pictures.py made files and pixels. */
#include "folders.h"
#include "golden.h"

#include "formats/picture.h"

static unsigned char *bytes_of(const golden_array *array) {
  unsigned char *bytes = malloc(array->size);
  assert_non_null(bytes);
  for (size_t i = 0; i < array->size; i++) bytes[i] = (unsigned char)array->values[i];
  return bytes;
}

static int worst_difference(const il_picture *picture, const golden_array *expected) {
  int worst = 0;
  assert_int_equal(picture->height, expected->dims[0]);
  assert_int_equal(picture->width, expected->dims[1]);
  assert_int_equal(picture->channels, expected->rank == 3 ? expected->dims[2] : 1);
  for (size_t i = 0; i < expected->size; i++) {
    int difference = abs(picture->samples[i] - (int)expected->values[i]);
    worst = difference > worst ? difference : worst;
  }
  return worst;
}

/* Gamma, transparency and 16 bits included: no pixel differs. */
static void test_pixels_are_those_of_pil(void **state) {
  (void)state;
  static const struct {
    const char *ending;
    int channels;
  } ways[] = {{"grey", 1}, {"colour", 3}};
  golden file = {0};
  int wrong = 0, compared = 0;
  golden_load(&file, "pictures");
  for (int i = 0; i < file.count; i++) {
    char name[GOLDEN_NAME + 16];
    const char *slash = strchr(file.at[i].name, '/');
    if (!slash || strcmp(slash, "/file") != 0) continue;
    unsigned char *bytes = bytes_of(&file.at[i]);
    for (int w = 0; w < 2; w++) {
      il_picture picture;
      il_error error = {0};
      snprintf(name, sizeof name, "%.*s/%s", (int)(slash - file.at[i].name), file.at[i].name, ways[w].ending);
      const golden_array *expected = golden_find(&file, name);
      assert_non_null(expected);
      if (il_picture_decode(&picture, bytes, file.at[i].size, ways[w].channels, name, &error) != IL_OK)
        fail_msg("%s", error.message);
      int worst = worst_difference(&picture, expected);
      if (worst > 0) print_message("%s: a pixel differs by %d\n", name, worst);
      wrong += worst > 0;
      compared++;
      il_picture_free(&picture);
    }
    free(bytes);
  }
  golden_free(&file);
  assert_int_equal(compared, 92);
  assert_int_equal(wrong, 0);
}

/* A file that ends early, or with a byte that is another one, is refused in one line or read; never more than that. */
static void test_damaged_files(void **state) {
  (void)state;
  golden file = {0};
  golden_load(&file, "pictures");
  const golden_array *whole = golden_find(&file, "palette4-clear/file");
  assert_non_null(whole);
  unsigned char *bytes = bytes_of(whole);
  for (size_t length = 0; length < whole->size; length++) {
    il_picture picture;
    il_error error = {0};
    unsigned char *part = malloc(length + 1); /* its own size: a reader beyond the end is seen by the sanitizer */
    assert_non_null(part);
    memcpy(part, bytes, length);
    assert_int_equal(il_picture_decode(&picture, part, length, 3, "x.png", &error), IL_DATA);
    assert_one_error_line(&error, IL_DATA, IL_DATA);
    assert_null(picture.samples);
    free(part);
  }
  for (size_t i = 0; i < 8 * whole->size; i++) {
    il_picture picture;
    bytes[i / 8] = (unsigned char)(bytes[i / 8] ^ 1 << i % 8);
    il_status status = il_picture_decode(&picture, bytes, whole->size, 1, "x.png", NULL);
    assert_true(status == IL_OK || status == IL_DATA);
    il_picture_free(&picture);
    bytes[i / 8] = (unsigned char)(bytes[i / 8] ^ 1 << i % 8);
  }
  free(bytes);
  golden_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pixels_are_those_of_pil),
      cmocka_unit_test(test_damaged_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
