/* covers: tasks */
/* Omniglot itself: both forms give the same pixels and the known digest; the suite's splits and difficulty. The files
 * are those in the directory $IL_OMNIGLOT; else an imported set in $INNERLOOP_DATA is used as far as it goes. Skipped
 * without either. */
#include "folders.h"
#include "suite_images.h"

#include "data/data_directory.h"
#include "data/image_set.h"
#include "data/import.h"
#include "data/omniglot_characters.h"
#include "tasks/class_split.h"

extern const il_suite il_suite_omniglot;

enum { SKIPPED = 77, PIXELS = IL_OMNIGLOT_SIDE * IL_OMNIGLOT_SIDE };

static const char *given_files(void) {
  const char *directory = getenv("IL_OMNIGLOT");
  return directory && *directory ? directory : NULL;
}

static il_status import(const char *folder, const char *first, const char *second, il_import_report *report,
                        il_error *error) {
  char a[1024], b[1024];
  snprintf(a, sizeof a, "%s/%s", given_files(), first);
  snprintf(b, sizeof b, "%s/%s", given_files(), second);
  const char *paths[] = {a, b};
  return il_import_omniglot(report, folder, paths, 2, true, error);
}

/* All 1623 characters from the .npz files: the digest was made by another program. */
static int set_up(void **state) {
  (void)state;
  il_import_report report;
  il_error error = {0};
  if (!given_files()) return 0;
  folder_make("whole");
  if (import("whole", "images_evaluation.npz", "images_background.npz", &report, &error) != IL_OK)
    fail_msg("%s", error.message);
  assert_true(report.complete);
  assert_int_equal(report.classes, IL_OMNIGLOT_CHARACTERS);
  assert_string_equal(report.digest, IL_OMNIGLOT_DIGEST);
  return setenv("INNERLOOP_DATA", "whole", 1);
}

/* The official zips of PNGs (the small sets: 242 characters) hold the pixels of the .npz files. */
static void test_zips_and_arrays_agree(void **state) {
  (void)state;
  il_import_report report;
  il_error error = {0};
  il_image_set *part, *whole;
  if (!given_files()) skip();
  folder_make("part");
  if (import("part", "images_background_small2.zip", "images_background_small1.zip", &report, &error) != IL_OK)
    fail_msg("%s", error.message);
  assert_false(report.complete);
  assert_int_equal(il_image_set_find(&part, "part", "omniglot", IL_IMAGE_CHECK_ALWAYS, "", NULL), IL_OK);
  assert_int_equal(il_image_set_find(&whole, "whole", "omniglot", IL_IMAGE_CHECK_ALWAYS, "", NULL), IL_OK);
  assert_in_range(part->classes, 200, 300);
  for (int image = 0; image < part->images; image++) {
    int class = image / IL_OMNIGLOT_DRAWINGS, drawing = image % IL_OMNIGLOT_DRAWINGS;
    int same = (atoi(part->names[class]) - 1) * IL_OMNIGLOT_DRAWINGS + drawing;
    for (size_t i = 0; i < PIXELS; i++)
      if (il_image_set_sample(part, image, i) != il_image_set_sample(whole, same, i))
        fail_msg("%s drawing %d pixel %zu", part->names[class], drawing + 1, i);
  }
  il_image_set_close(part);
  il_image_set_close(whole);
}

/* Both at once: what overlaps agrees, and the result is the whole set. */
static void test_overlapping_files(void **state) {
  (void)state;
  il_import_report report;
  il_error error = {0};
  if (!given_files()) skip();
  folder_make("part");
  if (import("part", "images_background_small1.zip", "images_background.npz", &report, &error) != IL_OK)
    fail_msg("%s", error.message);
  assert_int_equal(report.classes, IL_OMNIGLOT_BACKGROUND);
}

/* characters.csv: character,set,alphabet,name,split, as collected from the published lists. */
static void test_table_of_alphabets(void **state) {
  (void)state;
  char path[1024], line[512];
  if (!given_files()) skip();
  snprintf(path, sizeof path, "%s/characters.csv", given_files());
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  int count = 0;
  for (; fgets(line, sizeof line, file); count++) {
    char alphabet[128], split[32];
    int character;
    assert_int_equal(sscanf(line, "%d,%*[^,],%127[^,],%*[^,],%31[a-z]", &character, alphabet, split), 3);
    assert_int_equal(character, count + 1);
    assert_string_equal(il_omniglot_alphabet(character), alphabet);
    assert_string_equal(il_split_names[il_omniglot_alphabet_split(character)], split);
  }
  fclose(file);
  assert_int_equal(count, IL_OMNIGLOT_CHARACTERS);
}

static void test_suite_contract(void **state) {
  (void)state;
  static const char *const reptile[] = {"polarity", "ink_zero",    "train_rotations", "classes", "test_rotations",
                                        "none",     "split_sizes", "[1200, 0, 423]",  NULL};
  for (int i = 0; i < 2; i++) {
    opened_suite opened = suite_open(&il_suite_omniglot, i ? reptile : NULL);
    check_draw_is_pure(&opened);
    check_support_is_a_prefix(&opened);
    check_threads_draw_the_same(&opened);
    suite_close(&opened);
  }
}

/* Nearest neighbour by pixels, 5 and 20 ways, 1 shot, all characters upright: numpy on the same reduced images gave
 * 0.372 and
 * 0.19; Vinyals et al. 2016 print 41.7 % and 26.7 % for their pixels. */
static void test_difficulty(void **state) {
  (void)state;
  static const char *const five[] = {"test_rotations", "none", "split_sizes", "[600, 0, 1023]", NULL};
  static const char *const twenty[] = {"test_rotations", "none", "ways", "20", NULL};
  opened_suite opened = suite_open(&il_suite_omniglot, five);
  double accuracy = nearest_neighbour_accuracy(&opened, 3000);
  assert_true(accuracy > 0.36 && accuracy < 0.40);
  suite_close(&opened);
  opened = suite_open(&il_suite_omniglot, twenty);
  accuracy = nearest_neighbour_accuracy(&opened, 300);
  assert_true(accuracy > 0.15 && accuracy < 0.25);
  suite_close(&opened);
}

/* Bits of the first test episodes, the same everywhere. */
static void test_known_bits(void **state) {
  (void)state;
  char digest[IL_DIGEST_TEXT];
  opened_suite opened = suite_open(&il_suite_omniglot, NULL);
  episodes_digest(digest, &opened, 20);
  assert_string_equal(digest, "d27995e967242428519143c20a5f20e786ac35e7a4877d2a5eb1fe9ec02a17e0");
  suite_close(&opened);
}

int main(void) {
  il_image_set *set;
  if (!given_files()) {
    if (il_image_set_find(&set, NULL, "omniglot", IL_IMAGE_CHECK_ALWAYS, "", NULL) != IL_OK) {
      puts(
          "skipped: no Omniglot; name a directory with its files in IL_OMNIGLOT, or an imported set in INNERLOOP_DATA");
      return SKIPPED;
    }
    int whole = set->classes == IL_OMNIGLOT_CHARACTERS;
    il_image_set_close(set);
    if (!whole) {
      puts("skipped: the imported Omniglot is a partial set");
      return SKIPPED;
    }
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_zips_and_arrays_agree),
      cmocka_unit_test(test_overlapping_files),
      cmocka_unit_test(test_table_of_alphabets),
      cmocka_unit_test(test_suite_contract),
      cmocka_unit_test(test_difficulty),
      cmocka_unit_test(test_known_bits),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
