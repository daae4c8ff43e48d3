/* covers: tasks */
/* The Omniglot suite on made-up drawings that carry their own numbers: which character, drawing and turn an episode
 * shows can be read off its pixels. */
#include "folders.h"
#include "suite_images.h"

#include "data/image_writer.h"
#include "data/omniglot_characters.h"
#include "tasks/class_split.h"

extern const il_suite il_suite_omniglot;

enum { CHARACTERS = IL_OMNIGLOT_CHARACTERS, DRAWINGS = IL_OMNIGLOT_DRAWINGS, SIDE = IL_OMNIGLOT_SIDE };

/* Pixel of the large image that the nearest-pixel rule of PIL takes for pixel i of 28. */
static int source_of(int i) {
  return (int)((i + 0.5) * 3.75);
}

static void set_ink(unsigned char *bits, size_t image, int y, int x) {
  size_t at = image * SIDE * SIDE + (size_t)(source_of(y) * SIDE + source_of(x));
  bits[at / 8] = (unsigned char)(bits[at / 8] | 1 << (7 - at % 8));
}

/* A mark at the upper left, the character in row 10, the drawing in row 20. Ink lies only where 28 pixels look. */
static void write_drawing(unsigned char *bits, size_t image, int character, int drawing) {
  set_ink(bits, image, 0, 0);
  for (int b = 0; b < 11; b++)
    if (character >> b & 1) set_ink(bits, image, 10, 5 + b);
  for (int b = 0; b < 5; b++)
    if (drawing >> b & 1) set_ink(bits, image, 20, 5 + b);
}

/* The set of the characters first, first + step, ... in `folder`. */
static void make_set(const char *folder, int first, int step) {
  static const il_image_form form = {1, SIDE, SIDE, 1};
  static char names[CHARACTERS][12];
  static const char *name_at[CHARACTERS];
  static int counts[CHARACTERS];
  int classes = 0;
  size_t bytes = il_image_bytes(&form, (size_t)CHARACTERS * DRAWINGS);
  unsigned char *bits = calloc(bytes, 1);
  assert_non_null(bits);
  for (int character = first; character <= CHARACTERS; character += step, classes++) {
    snprintf(names[classes], sizeof names[classes], "%04d", character);
    name_at[classes] = names[classes];
    counts[classes] = DRAWINGS;
    for (int d = 0; d < DRAWINGS; d++) write_drawing(bits, (size_t)(classes * DRAWINGS + d), character, d);
  }
  il_image_writer *writer;
  il_error error = {0};
  folder_make(folder);
  if (il_image_writer_open(&writer, folder, "omniglot", &form, classes, counts, name_at, &error) != IL_OK)
    fail_msg("%s", error.message);
  il_image_writer_add(writer, bits, il_image_bytes(&form, (size_t)(classes * DRAWINGS)));
  assert_int_equal(il_image_writer_commit(writer, NULL, &error), IL_OK);
  free(bits);
}

/* What an image [28, 28] shows. turn: clockwise quarter turns, found by the mark. */
typedef struct shown_drawing {
  int character, drawing, turn;
} shown_drawing;

static shown_drawing read_drawing(const real *image, real ink) {
  static const int corners[4] = {0, 27, 27 * 28 + 27, 27 * 28};
  shown_drawing shown = {.turn = -1};
  for (int t = 0; t < 4; t++)
    if (image[corners[t]] == ink) shown.turn = t;
  assert_true(shown.turn >= 0);
  for (int y = 0; y < 28; y++) {
    for (int x = 0; x < 28; x++) {
      int row = y, column = x; /* of the original: undone clockwise turns */
      for (int t = 0; t < shown.turn; t++) {
        int kept = row;
        row = 27 - column;
        column = kept;
      }
      real value = image[y * 28 + x];
      assert_true(value == 0 || value == 1);
      if (value != ink) continue;
      if (row == 10) shown.character |= 1 << (column - 5);
      if (row == 20) shown.drawing |= 1 << (column - 5);
      assert_true(row == 10 || row == 20 || (row == 0 && column == 0));
    }
  }
  return shown;
}

/* Everything an episode shows: rows of class `label`, query first. */
typedef struct shown_task {
  int ways, examples;
  shown_drawing at[20][20];
} shown_task;

static shown_task read_task(const opened_suite *opened, const il_episode *episode, real ink) {
  shown_task task = {.ways = opened->info.ways, .examples = episode->queries + episode->shots};
  for (int label = 0; label < task.ways; label++) {
    for (int i = 0; i < task.examples; i++) {
      int query = i < episode->queries, row = (query ? i : i - episode->queries) * task.ways + label;
      task.at[label][i] = read_drawing((query ? episode->query_x : episode->support_x) + row * 784, ink);
    }
  }
  return task;
}

/* One class: one character and turn, all drawings different. */
static void check_task(const shown_task *task) {
  for (int label = 0; label < task->ways; label++) {
    int seen = 0;
    for (int i = 0; i < task->examples; i++) {
      const shown_drawing *shown = &task->at[label][i];
      assert_int_equal(shown->character, task->at[label][0].character);
      assert_int_equal(shown->turn, task->at[label][0].turn);
      assert_false(seen >> shown->drawing & 1);
      assert_in_range(shown->drawing, 0, DRAWINGS - 1);
      seen |= 1 << shown->drawing;
    }
  }
}

static int set_up(void **state) {
  (void)state;
  make_set("whole", 1, 1);
  make_set("part", 3, 4);
  return setenv("INNERLOOP_DATA", "whole", 1);
}

static void test_contract(void **state) {
  (void)state;
  static const char *const reptile[] = {"polarity", "ink_zero",    "train_rotations", "classes", "test_rotations",
                                        "none",     "split_sizes", "[1200, 0, 423]",  NULL};
  static const char *const pool[] = {"task_pool", "200000", "ways", "20", NULL};
  static const char *const small[] = {"size", "13", "split", "alphabet", NULL};
  static const char *const *const variants[] = {NULL, reptile, pool, small};
  for (int i = 0; i < 4; i++) {
    opened_suite opened = suite_open(&il_suite_omniglot, variants[i]);
    assert_ptr_equal(opened.info.kind, &il_classification);
    assert_int_equal(opened.info.interface.input.rank, 3);
    assert_int_equal(opened.info.interface.input.dims[1], i == 3 ? 13 : 28);
    assert_int_equal(opened.info.ways, i == 2 ? 20 : 5);
    assert_int_equal(opened.info.default_shots, 1);
    assert_int_equal(opened.info.default_queries, 1);
    assert_int_equal(opened.info.examples, DRAWINGS);
    if (i < 3) check_draw_is_pure(&opened);
    check_support_is_a_prefix(&opened);
    check_threads_draw_the_same(&opened);
    il_episode episode = suite_episode(&opened, 5, 15);
    suite_draw(&opened, IL_SPLIT_TEST, 1, 1, &episode);
    check_targets_are_one_hot(&opened, &episode);
    suite_close(&opened);
  }
}

/* What one split showed in many episodes. */
typedef struct split_survey {
  int characters[CHARACTERS + 1];
  int turns[4];
  int twins; /* classes whose character another class of the task shows too */
} split_survey;

static split_survey look(opened_suite *opened, il_split split, int episodes, real ink) {
  split_survey survey = {.twins = 0};
  il_episode episode = suite_episode(opened, 2, 3);
  for (int e = 0; e < episodes; e++) {
    suite_draw(opened, split, 5, (uint64_t)e, &episode);
    shown_task task = read_task(opened, &episode, ink);
    check_task(&task);
    for (int label = 0; label < task.ways; label++) {
      survey.characters[task.at[label][0].character]++;
      survey.turns[task.at[label][0].turn]++;
      for (int other = 0; other < label; other++) {
        int same = task.at[other][0].character == task.at[label][0].character;
        if (same) assert_int_not_equal(task.at[other][0].turn, task.at[label][0].turn);
        survey.twins += same;
      }
    }
  }
  return survey;
}

static int different(const split_survey *survey) {
  int count = 0;
  for (int c = 1; c <= CHARACTERS; c++) count += survey->characters[c] > 0;
  return count;
}

static int common(const split_survey *a, const split_survey *b) {
  int count = 0;
  for (int c = 1; c <= CHARACTERS; c++) count += a->characters[c] > 0 && b->characters[c] > 0;
  return count;
}

/* Three splits share no character; every character of a split appears; turns as asked. 1100 characters in 12000 draws:
 * the expected number that never appears is 0.02. */
static void test_splits_and_augmentation(void **state) {
  (void)state;
  opened_suite opened = suite_open(&il_suite_omniglot, NULL);
  static const int sizes[3] = {1100, 100, 423};
  split_survey surveys[3];
  for (int s = 0; s < 3; s++) {
    surveys[s] = look(&opened, (il_split)s, 2400, 1);
    assert_in_range(different(&surveys[s]), sizes[s] - 2, sizes[s]);
    assert_int_equal(surveys[s].twins, 0);
    for (int t = 0; t < 4; t++) assert_in_range(surveys[s].turns[t], 2750, 3250);
    for (int other = 0; other < s; other++) assert_int_equal(common(&surveys[s], &surveys[other]), 0);
  }
  suite_close(&opened);
}

/* Reptile's: 4 classes of each character in training, upright ones in test, validation from training. */
static void test_rotations_as_classes(void **state) {
  (void)state;
  static const char *const reptile[] = {"split_sizes", "[12, 0, 30]",    "polarity", "ink_zero", "train_rotations",
                                        "classes",     "test_rotations", "none",     NULL};
  opened_suite opened = suite_open(&il_suite_omniglot, reptile);
  split_survey train = look(&opened, IL_SPLIT_TRAIN, 400, 0), test = look(&opened, IL_SPLIT_TEST, 400, 0);
  split_survey validation = look(&opened, IL_SPLIT_VALIDATION, 400, 0);
  assert_int_equal(different(&train), 12);
  assert_int_equal(different(&test), 30);
  assert_int_equal(common(&train, &validation), 12);
  assert_int_equal(common(&train, &test), 0);
  /* Pairs of classes with one character: 10 pairs a task, 3 of 47 each: 255 of 4000, standard deviation below 16. */
  assert_in_range(train.twins, 255 - 80, 255 + 80);
  assert_true(train.turns[1] > 0 && train.turns[2] > 0 && train.turns[3] > 0 && validation.turns[1] > 0);
  assert_int_equal(test.turns[0], 2000);
  suite_close(&opened);
}

/* Rows of Vinyals' split: numbers and a few characters known from the published lists. */
static void test_split_by_alphabet(void **state) {
  (void)state;
  static const char *const by_alphabet[] = {"split", "alphabet", NULL};
  static const char *const joined[] = {"split", "alphabet_joined", NULL};
  int counts[3] = {0};
  for (int c = 1; c <= CHARACTERS; c++) counts[il_omniglot_alphabet_split(c)]++;
  assert_int_equal(counts[IL_SPLIT_TRAIN], 1028);
  assert_int_equal(counts[IL_SPLIT_VALIDATION], 172);
  assert_int_equal(counts[IL_SPLIT_TEST], 423);
  assert_string_equal(il_omniglot_alphabet(1), "Arcadian");
  assert_string_equal(il_omniglot_alphabet(466), "Hebrew");
  assert_string_equal(il_omniglot_alphabet(487), "Hebrew");
  assert_string_equal(il_omniglot_alphabet(1623), "ULOG");
  for (int i = 0; i < 2; i++) {
    opened_suite opened = suite_open(&il_suite_omniglot, i ? joined : by_alphabet);
    for (int s = 0; s < 3; s++) {
      split_survey survey = look(&opened, (il_split)s, 300, 1);
      for (int c = 1; c <= CHARACTERS; c++) {
        if (!survey.characters[c]) continue;
        il_split own = il_omniglot_alphabet_split(c);
        assert_int_equal(i && own == IL_SPLIT_VALIDATION ? IL_SPLIT_TRAIN : own, i && s == 1 ? IL_SPLIT_TRAIN : s);
      }
    }
    suite_close(&opened);
  }
}

/* Ten characters for each split, as the file says, and nothing else. */
static void test_split_by_file(void **state) {
  (void)state;
  static const char *const by_file[] = {"split", "file", "split_file", "split.csv", NULL};
  FILE *file = fopen("split.csv", "w");
  assert_non_null(file);
  for (int c = 1; c <= 30; c++) fprintf(file, "%04d,%s\n", 50 * c, il_split_names[c % 3]);
  assert_int_equal(fclose(file), 0);
  opened_suite opened = suite_open(&il_suite_omniglot, by_file);
  for (int s = 0; s < 3; s++) {
    const int *classes;
    split_survey survey = look(&opened, (il_split)s, 200, 1);
    assert_int_equal(different(&survey), 10);
    for (int c = 1; c <= CHARACTERS; c++) assert_true(!survey.characters[c] || (c % 50 == 0 && c / 50 % 3 == s));
    assert_int_equal(il_suite_omniglot.classes(opened.state, (il_split)s, &classes), 10);
  }
  suite_close(&opened);
}

/* A task of the pool comes back with its classes, labels and drawings, but turned anew; other splits have no pool. */
static void test_task_pool(void **state) {
  (void)state;
  static const char *const pool[] = {"task_pool", "7", NULL};
  opened_suite opened = suite_open(&il_suite_omniglot, pool), fresh = suite_open(&il_suite_omniglot, NULL);
  il_episode a = suite_episode(&opened, 2, 1), b = suite_episode(&opened, 2, 1);
  int turned = 0;
  for (uint64_t index = 0; index < 7; index++) {
    suite_draw(&opened, IL_SPLIT_TRAIN, 3, index, &a);
    suite_draw(&fresh, IL_SPLIT_TRAIN, 3, index, &b);
    assert_true(episodes_equal(&opened, &a, &b)); /* the pool begins like a stream of new tasks */
    suite_draw(&opened, IL_SPLIT_TRAIN, 3, index + 7 * 1000, &b);
    shown_task first = read_task(&opened, &a, 1), later = read_task(&opened, &b, 1);
    for (int label = 0; label < 5; label++) {
      turned += first.at[label][0].turn != later.at[label][0].turn;
      for (int i = 0; i < 3; i++) {
        assert_int_equal(first.at[label][i].character, later.at[label][i].character);
        assert_int_equal(first.at[label][i].drawing, later.at[label][i].drawing);
      }
    }
  }
  assert_in_range(turned, 15, 34); /* of 35, three quarters expected */
  suite_draw(&opened, IL_SPLIT_TEST, 3, 1, &a);
  suite_draw(&opened, IL_SPLIT_TEST, 3, 8, &b);
  assert_false(episodes_equal(&opened, &a, &b));
  suite_close(&opened);
  suite_close(&fresh);
}

/* Labels carry nothing: over many tasks the label of a character is uniform. Two ways, two characters. */
static void test_labels_are_random(void **state) {
  (void)state;
  static const char *const pair[] = {"split_sizes", "[2, 0, 2]", "ways", "2", NULL};
  opened_suite opened = suite_open(&il_suite_omniglot, pair);
  il_episode episode = suite_episode(&opened, 1, 1);
  int lower_first = 0;
  for (int e = 0; e < 1000; e++) {
    suite_draw(&opened, IL_SPLIT_TRAIN, 9, (uint64_t)e, &episode);
    shown_task task = read_task(&opened, &episode, 1);
    lower_first += task.at[0][0].character < task.at[1][0].character;
  }
  assert_in_range(lower_first, 420, 580); /* five standard deviations */
  suite_close(&opened);
}

/* With a part of the characters the split is the whole one's, restricted. */
static void test_partial_set(void **state) {
  (void)state;
  opened_suite whole = suite_open(&il_suite_omniglot, NULL);
  setenv("INNERLOOP_DATA", "part", 1);
  opened_suite part = suite_open(&il_suite_omniglot, NULL);
  for (int s = 0; s < 3; s++) {
    split_survey all = look(&whole, (il_split)s, 2400, 1), some = look(&part, (il_split)s, 1200, 1);
    for (int c = 1; c <= CHARACTERS; c++) {
      if (some.characters[c]) assert_int_equal(c % 4, 3);
      if (some.characters[c] && s > 0) assert_true(all.characters[c] > 0);
    }
  }
  il_suite_digests digests[2];
  il_suite_omniglot.digests(whole.state, &digests[0]);
  il_suite_omniglot.digests(part.state, &digests[1]);
  assert_string_not_equal(digests[0].data, digests[1].data);
  assert_string_not_equal(digests[0].split, digests[1].split);
  setenv("INNERLOOP_DATA", "whole", 1);
  suite_close(&whole);
  suite_close(&part);
}

/* The lists of the default split, as they were first published with this program. */
static void test_split_digest(void **state) {
  (void)state;
  static const char *const other[] = {"split_seed", "2", NULL};
  il_suite_digests digests[2];
  opened_suite a = suite_open(&il_suite_omniglot, NULL), b = suite_open(&il_suite_omniglot, other);
  il_suite_omniglot.digests(a.state, &digests[0]);
  il_suite_omniglot.digests(b.state, &digests[1]);
  assert_string_equal(digests[0].split, "652e33342d0cf1736bb1610c237c88f1e8d510d7f3709e71e545c57d0e7d6300");
  assert_string_not_equal(digests[0].split, digests[1].split);
  suite_close(&a);
  suite_close(&b);
}

static void assert_open_fails(const char *folder, const char *const *pairs, il_status status, const char *part) {
  opened_suite opened;
  il_error error = {0};
  setenv("INNERLOOP_DATA", folder, 1);
  assert_int_equal(suite_try(&opened, &il_suite_omniglot, pairs, &error), status);
  assert_one_error_line(&error, status, status);
  if (!strstr(error.message, part)) fail_msg("%s", error.message);
  opened.state = NULL;
  suite_close(&opened);
  setenv("INNERLOOP_DATA", "whole", 1);
}

static void test_refused(void **state) {
  (void)state;
  static const char *const narrow[] = {"resize_side", "20", NULL};
  static const char *const many[] = {"split_sizes", "[1200, 100, 423]", NULL};
  static const char *const few[] = {"split_sizes", "[1200, 4, 400]", NULL};
  static const char *const wide[] = {"split_sizes", "[100, 0, 19]", "ways", "20", NULL};
  static const il_image_form grey = {8, 28, 28, 1}, small = {1, SIDE, SIDE, 1};
  static const char *const names[] = {"1624"};
  static const int twenty[] = {20}, one[] = {1};
  assert_open_fails("whole", many, IL_INVALID, "1723");
  assert_open_fails("whole", narrow, IL_INVALID, "resize_side is 20");
  assert_open_fails("whole", few, IL_DATA, "validation");
  assert_open_fails("whole", wide, IL_DATA, "test");
  assert_open_fails("nowhere", NULL, IL_DATA, "innerloop data import omniglot");
  assert_open_fails("nowhere", NULL, IL_DATA, "innerloop data fetch omniglot");
  for (int i = 0; i < 3; i++) {
    il_image_writer *writer;
    const il_image_form *form = i == 0 ? &grey : &small;
    const int *counts = i == 1 ? one : twenty;
    char zeros[20 * 28 * 28 * 2] = {0};
    folder_make("wrong");
    assert_int_equal(il_image_writer_open(&writer, "wrong", "omniglot", form, 1, counts, names, NULL), IL_OK);
    size_t bytes = il_image_bytes(form, (size_t)counts[0]);
    assert_true(bytes <= sizeof zeros);
    il_image_writer_add(writer, zeros, bytes);
    assert_int_equal(il_image_writer_commit(writer, NULL, NULL), IL_OK);
    assert_open_fails("wrong", NULL, IL_DATA, "omniglot");
  }
}

/* The label of a draw of single examplesing is its character, or its character and turn; turns by augmentation are
 * chance. */
static void test_pool(void **state) {
  (void)state;
  enum { ROWS = 400, CLASSES = 12 };
  static const char *const names[] = {"none", "augmentation", "classes"};
  static const int classes[] = {CLASSES, CLASSES, 4 * CLASSES};
  for (int rotations = 0; rotations < 3; rotations++) {
    const char *pairs[] = {"split_sizes", "[12, 0, 8]", "train_rotations", names[rotations], NULL};
    opened_suite opened = suite_open(&il_suite_omniglot, pairs);
    shown_drawing of[4 * CLASSES] = {{0}};
    int turns = 0, labels = 0, drawings = 0;
    assert_int_equal(opened.info.example_classes[IL_SPLIT_TRAIN], classes[rotations]);
    assert_int_equal(opened.info.example_classes[IL_SPLIT_VALIDATION], classes[rotations]); /* training's */
    assert_int_equal(opened.info.example_classes[IL_SPLIT_TEST], 8);
    il_labelled_examples labelled = suite_examples(&opened, IL_SPLIT_TRAIN, 1, 2, ROWS);
    for (int row = 0; row < ROWS; row++) {
      int label = example_label(&opened, &labelled, IL_SPLIT_TRAIN, row);
      shown_drawing shown = read_drawing(labelled.x + row * 784, 1);
      labels += of[label].character == 0;
      if (of[label].character == 0) of[label] = shown;
      assert_int_equal(shown.character, of[label].character);
      if (rotations != 1) assert_int_equal(shown.turn, of[label].turn);
      turns |= 1 << shown.turn;
      drawings |= 1 << shown.drawing;
    }
    assert_int_equal(labels, classes[rotations]);
    assert_int_equal(turns, rotations ? 15 : 1);
    assert_int_equal(drawings, (1 << DRAWINGS) - 1);
    for (int a = 0; a < labels; a++)
      for (int b = 0; b < a; b++)
        assert_true(of[a].character != of[b].character || (rotations == 2 && of[a].turn != of[b].turn));
    check_pool_is_pure(&opened);
    suite_close(&opened);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_contract),
      cmocka_unit_test(test_splits_and_augmentation),
      cmocka_unit_test(test_rotations_as_classes),
      cmocka_unit_test(test_split_by_alphabet),
      cmocka_unit_test(test_split_by_file),
      cmocka_unit_test(test_task_pool),
      cmocka_unit_test(test_labels_are_random),
      cmocka_unit_test(test_partial_set),
      cmocka_unit_test(test_split_digest),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_pool),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
