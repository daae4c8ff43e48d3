/* covers: data */
/* The real CIFAR-FS: IL_CIFAR_FS names the archive cifar100.zip. Skipped without. */
#include "folders.h"

#include "data/fetch.h"
#include "data/image_set.h"
#include "data/known_sets.h"

enum { SKIPPED = 77 };

/* Fetched from its file as from a server: 100 classes of 600 pictures with the known digest, which a decoder in Python
 * found too, and the means of CIFAR-100's channels. */
static void test_fetch(void **state) {
  char url[1024];
  il_import_report report;
  il_image_set *set;
  il_error error = {0};
  folder_make("fetched");
  snprintf(url, sizeof url, "file://%s", (const char *)*state);
  if (il_fetch_cifar_fs(&report, "fetched", url, NULL, &error) != IL_OK) fail_msg("%s", error.message);
  assert_int_equal(report.classes, 100);
  assert_int_equal(report.images, 60000);
  assert_int_equal(report.splits, 1);
  assert_string_equal(report.digest, il_known_set_called("cifar-fs")->digest);
  assert_int_equal(folder_count("fetched"), 1);
  assert_int_equal(il_image_set_find(&set, "fetched", "cifar-fs", IL_IMAGE_CHECK_BLOCKS, NULL, NULL), IL_OK);
  assert_string_equal(set->lists.at[0].name, "bertinetto");
  static const int expected[3] = {64, 16, 20};
  int count[3] = {0};
  for (int c = 0; c < 100; c++) count[set->lists.at[0].of[c]]++;
  for (int s = 0; s < 3; s++) assert_int_equal(count[s], expected[s]);
  double sums[3] = {0};
  for (int image = 0; image < set->images; image++) {
    unsigned char room[32 * 32 * 3];
    const unsigned char *pixels = il_image_set_view(set, image, 0, sizeof room, room);
    for (size_t i = 0; i < sizeof room; i++) sums[i % 3] += pixels[i];
  }
  /* The constants that everybody uses are those of the 50,000 training pictures; the other 10,000 move them little. */
  static const double means[3] = {.5071, .4865, .4409};
  for (int k = 0; k < 3; k++) {
    double mean = sums[k] / (255.0 * 1024 * set->images);
    assert_true(mean > means[k] - .002 && mean < means[k] + .002);
  }
  il_image_set_close(set);
  folder_remove("fetched");
}

int main(void) {
  const char *archive = getenv("IL_CIFAR_FS");
  if (!archive || access(archive, R_OK) != 0) {
    puts("skipped: IL_CIFAR_FS does not name the archive of CIFAR-FS");
    return SKIPPED;
  }
  const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(test_fetch, (void *)(uintptr_t)archive)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
