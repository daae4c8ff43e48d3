/* covers: harness */
/* Checkpoints: whatever happens to the bytes, a damaged one is never taken for a whole one, nothing outside the curve
 * is written, and the previous one carries on; one of another training is refused by name. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "cli/builtin.h"
#include "folders.h"
#include "formats/safetensors.h"
#include "harness/checkpoint.h"
#include "harness/runner.h"

static const char folder[] = "checkpoint-test", newest[] = "checkpoint-test/learner-seed3.safetensors",
                  previous[] = "checkpoint-test/learner-seed3.previous.safetensors";

static const char text[] =
    "experiment: checkpoint-test\n"
    "suite: {name: sinusoid}\n"
    "model: {name: mlp, hidden: [5, 4]}\n"
    "training: {iterations: 10, meta_batch: 2, shots: 5, queries: 5, validate_every: 3, validation_episodes: 2}\n"
    "evaluation: {episodes: 2, shots: [5], steps: 1}\n"
    "seeds: [3]\n"
    "algorithms: [{name: maml, label: learner}]\n";

typedef struct fixture {
  il_arena *arena;
  il_session *session;
  il_results results;
  il_checkpoints checkpoints;
} fixture;

static void open_fixture(fixture *f, const char *yaml) {
  il_error error = {0};
  il_overrides none = {0};
  il_experiment *experiment;
  *f = (fixture){.arena = il_arena_new(), .checkpoints = {folder, 0, false}};
  il_status status =
      il_experiment_parse(&experiment, "test.yaml", yaml, strlen(yaml), &none, &il_builtin_registry, f->arena, &error);
  if (status == IL_OK) status = il_session_open(&f->session, experiment, 1, NULL, NULL, &error);
  if (status == IL_OK)
    status = il_runner_prepare(&f->results, f->session, &il_builtin_registry, "test", f->arena, &error);
  if (status != IL_OK) fail_msg("%s", error.message);
}

static void close_fixture(fixture *f) {
  il_session_close(f->session);
  il_arena_free(f->arena);
}

/* A finished training: the newest checkpoint is of iteration 10, the previous one of 9. */
static void train(fixture *f) {
  il_error error = {0};
  folder_remove(folder);
  open_fixture(f, text);
  if (il_runner_run(&f->results, f->session, &f->checkpoints, NULL, NULL, &error) != IL_OK)
    fail_msg("%s", error.message);
}

/* Reads into a trainer of its own; the curve lies in memory that ends with its last point. */
static il_status read_into(fixture *f, il_run *run, il_training_position *at, il_error *error) {
  bool found = false;
  il_trainer *trainer;
  assert_int_equal(il_trainer_new(&trainer, f->session, 0, 3, NULL), IL_OK);
  *run = f->results.runs[0];
  run->restored = NULL;
  size_t points = (size_t)il_curve_points(&f->results.experiment->algorithms[0].training, 10);
  run->curve = malloc(points * sizeof *run->curve);
  run->curve_seconds = malloc(points * sizeof *run->curve_seconds);
  memset(error, 0, sizeof *error);
  il_status status = il_checkpoint_read(&found, &f->checkpoints, &f->results, run, trainer, at, f->arena, error);
  assert_true(found);
  free(run->curve);
  free(run->curve_seconds);
  il_trainer_free(trainer);
  return status;
}

static void expect_refused(fixture *f, const char *what, const char *words) {
  il_run run;
  il_error error;
  il_training_position at = {0};
  il_status status = read_into(f, &run, &at, &error);
  if (status != IL_DATA) fail_msg("%s: status %s", what, il_status_name(status));
  if (words && !strstr(error.message, words)) fail_msg("%s: %s", what, error.message);
  assert_null(strchr(error.message, '\n'));
}

static void expect_previous(fixture *f, const char *what) {
  il_run run;
  il_error error;
  il_training_position at = {0};
  il_status status = read_into(f, &run, &at, &error);
  if (status != IL_OK) fail_msg("%s: %s", what, error.message);
  assert_int_equal(at.iteration, 9);
  assert_int_equal(at.kept, -1);
  assert_true(at.damaged);
  assert_non_null(run.restored);
  assert_non_null(strstr(run.restored, "previous checkpoint, iteration 9"));
}

/* ---- damage ---- */

static void every_kind_of_flip_is_noticed(void **state) {
  (void)state;
  fixture f;
  size_t size, older_size;
  char what[64];
  train(&f);
  unsigned char *whole = file_read(newest, &size), *older = file_read(previous, &older_size);
  uint64_t random = 7;
  for (int i = 0; i < 900; i++) {
    /* every bit of the length and of the first bytes of the header, then anywhere */
    random = random * 6364136223846793005u + 1442695040888963407u;
    size_t bit = i < 300 ? (size_t)i : (size_t)(random >> 20) % (8 * size);
    whole[bit / 8] ^= (unsigned char)(1 << bit % 8);
    file_write(newest, whole, size);
    whole[bit / 8] ^= (unsigned char)(1 << bit % 8);
    snprintf(what, sizeof what, "bit %zu", bit);
    if (i % 3 == 0) {
      remove(previous);
      expect_refused(&f, what, NULL);
    } else {
      file_write(previous, older, older_size);
      expect_previous(&f, what);
    }
  }
  free(whole);
  free(older);
  close_fixture(&f);
}

static void every_length_but_its_own_is_noticed(void **state) {
  (void)state;
  fixture f;
  size_t size;
  char what[64];
  train(&f);
  unsigned char *whole = file_read(newest, &size), *longer = calloc(size + 16, 1);
  memcpy(longer, whole, size);
  for (size_t length = 0; length < size; length += length < 40 ? 1 : 61) {
    snprintf(what, sizeof what, "%zu bytes", length);
    file_write(newest, whole, length);
    expect_previous(&f, what);
  }
  for (size_t more = 1; more <= 16; more++) {
    file_write(newest, longer, size + more);
    expect_previous(&f, "bytes behind the end");
  }
  remove(newest);
  expect_previous(&f, "no newest checkpoint");
  assert_int_equal(mkdir(newest, 0777), 0);
  expect_previous(&f, "a folder in its place");
  folder_remove(newest);
  assert_int_equal(mkfifo(newest, 0666), 0);
  expect_previous(&f, "a fifo in its place");
  remove(newest);
  file_write(newest, whole, size / 2);
  file_write(previous, whole, size - 1);
  expect_refused(&f, "both damaged", "nor can the previous one be used");
  free(whole);
  free(longer);
  close_fixture(&f);
}

/* A run that goes on from the previous checkpoint ends with the bits of one that was never stopped, says so, and does
 * not take the damaged one for the previous one of the next. */
static void the_previous_one_carries_on(void **state) {
  (void)state;
  fixture f, again;
  size_t size;
  il_error error = {0};
  train(&f);
  unsigned char *whole = file_read(newest, &size);
  whole[size / 2] ^= 1;
  file_write(newest, whole, size);
  open_fixture(&again, text);
  again.checkpoints.resume = true;
  if (il_runner_run(&again.results, again.session, &again.checkpoints, NULL, NULL, &error) != IL_OK)
    fail_msg("%s", error.message);
  assert_string_equal(f.results.runs[0].parameters_digest, again.results.runs[0].parameters_digest);
  for (int i = 0; i < 4; i++) {
    const il_curve_point *one = &f.results.runs[0].curve[i], *other = &again.results.runs[0].curve[i];
    assert_int_equal(one->iteration, other->iteration);
    assert_true(one->training_loss == other->training_loss && one->validation == other->validation);
  }
  assert_non_null(again.results.runs[0].restored);
  il_run run;
  il_training_position at = {0};
  assert_int_equal(read_into(&f, &run, &at, &error), IL_OK);
  assert_int_equal(at.iteration, 10);
  remove(newest);
  expect_previous(&f, "the one before the damaged one is still there");
  free(whole);
  close_fixture(&again);
  close_fixture(&f);
}

/* ---- whole files that say wrong things ---- */

/* Writes the newest checkpoint again with another text for one note (NULL: without it), sealed. */
static void rewrite_note(const char *key, const char *changed) {
  il_safetensors file;
  il_tensor_note notes[64];
  size_t count = 0;
  il_arena *arena = il_arena_new();
  assert_int_equal(il_safetensors_read(&file, newest, arena, NULL), IL_OK);
  assert_true(file.sealed);
  assert_non_null(il_safetensors_note(&file, key));
  for (int i = 0; i < file.n_notes; i++) {
    if (strcmp(file.notes[i].key, "sha256") == 0) continue;
    notes[count] = file.notes[i];
    if (strcmp(notes[count].key, key) == 0) notes[count].text = changed;
    count += notes[count].text != NULL;
  }
  assert_int_equal(
      il_safetensors_write(folder, "learner-seed3.safetensors", file.tensors, file.count, notes, count, NULL), IL_OK);
  il_arena_free(arena);
}

#define POSITION(i, s, sum, d)                                                                                         \
  "iteration " i ", " s " since the last point of the curve, their losses " sum ", diverged " d

static void counters_are_held_against_each_other(void **state) {
  (void)state;
  static const char p3[] = "3 0x1p+0 0x1p+0 0x1p+0;", p6[] = "6 0x1p+0 0x1p+0 0x1p+0;",
                    p9[] = "9 0x1p+0 0x1p+0 0x1p+0;", p10[] = "10 0x1p+0 0x1p+0 0x1p+0;";
  static const struct {
    const char *position;
    const char *points[6];
    bool good;
  } cases[] = {
      {POSITION("10", "0", "0x0p+0", "0"), {p3, p6, p9, p10}, true},
      {POSITION("8", "2", "0x1p+0", "0"), {p3, p6}, true},
      {POSITION("9", "2", "0x1p+0", "1"), {p3, p6}, true},
      {POSITION("1", "1", "0x1p+0", "0"), {p3, p6, p9, p10}, false},       /* a full curve: the next point is outside */
      {POSITION("10", "0", "0x0p+0", "0"), {p3, p6, p9, p10, p10}, false}, /* one too many */
      {POSITION("10", "0", "0x0p+0", "0"), {p3, p6, p9, p9, p9, p10}, false},
      {POSITION("10", "0", "0x0p+0", "0"), {p3, p6, p9}, false}, /* one is missing */
      {POSITION("8", "2", "0x1p+0", "0"), {p6, p3}, false},      /* order */
      {POSITION("8", "2", "0x1p+0", "0"), {p3, p9}, false},      /* of another iteration */
      {POSITION("8", "2", "0x1p+0", "0"), {"03 0x1p+0 0x1p+0 0x1p+0;", p6}, false},
      {POSITION("8", "2", "0x1p+0", "0"), {p3, p6, " "}, false},
      {POSITION("11", "1", "0x1p+0", "0"), {p3, p6, p9, p10}, false}, /* beyond the end */
      {POSITION("2147483647", "1", "0x1p+0", "0"), {p3, p6, p9, p10}, false},
      {POSITION("-1", "0", "0x0p+0", "0"), {NULL}, false},
      {POSITION("0", "0", "0x0p+0", "1"), {NULL}, false},   /* diverged before the first */
      {POSITION("8", "1", "0x1p+0", "0"), {p3, p6}, false}, /* since */
      {POSITION("8", "2", "inf", "0"), {p3, p6}, false},
      {POSITION("9", "0", "0x1p+0", "0"), {p3, p6, p9}, false}, /* a sum of nothing */
      {POSITION("8", "2", "0x1p+0", "2"), {p3, p6}, false},
      {POSITION("8", "2", "0x1p+0", "0") " ", {p3, p6}, false},
      {POSITION("8", " 2", "0x1p+0", "0"), {p3, p6}, false},
  };
  fixture f;
  size_t size;
  train(&f);
  remove(previous);
  unsigned char *whole = file_read(newest, &size);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char curve[256] = "";
    for (int k = 0; k < 6 && cases[i].points[k]; k++) strcat(curve, cases[i].points[k]);
    file_write(newest, whole, size);
    rewrite_note("position", cases[i].position);
    rewrite_note("curve", curve);
    il_run run;
    il_error error;
    il_training_position at = {0};
    il_status status = read_into(&f, &run, &at, &error);
    if ((status == IL_OK) != cases[i].good) fail_msg("%s with %s: %s", cases[i].position, curve, error.message);
  }
  free(whole);
  close_fixture(&f);
}

static void another_training_is_refused_by_name(void **state) {
  (void)state;
  static const struct {
    const char *key, *text, *words;
  } cases[] = {{"seed", "4", "of another seed (`4`; expected `3`)"},
               {"algorithm", "reptile", "of another algorithm (`reptile`"},
               {"label", "other", "of another entry of `algorithms`"},
               {"kernels", "host", "computed by other kernels"},
               {"data_sha256", "abc", "trained on another data set"},
               {"split_sha256", "abc", "trained on other classes"},
               {"validation_data_sha256", NULL, "validated on another data set"},
               {"tasks", "5 ways", "tasks of another size"},
               {"format", "innerloop-checkpoint-2", "another version of innerloop"},
               {"format", "something", "not a checkpoint of this program"},
               {"training", "0", "another training configuration"}};
  fixture f;
  size_t size;
  train(&f);
  unsigned char *whole = file_read(newest, &size); /* the previous one is whole, and not asked */
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    file_write(newest, whole, size);
    rewrite_note(cases[i].key, cases[i].text);
    expect_refused(&f, cases[i].key,
                   strcmp(cases[i].words, "not a checkpoint of this program") ? cases[i].words : NULL);
  }
  free(whole);
  close_fixture(&f);
}

/* A checkpoint of the version before this one, which had no checksum. */
static void a_file_without_a_checksum_is_refused(void **state) {
  (void)state;
  static const char header[] = "{\"__metadata__\":{\"format\":\"innerloop-checkpoint-2\"}} ";
  unsigned char bytes[128];
  uint64_t length = (sizeof header - 1 + 7) / 8 * 8;
  fixture f;
  train(&f);
  memset(bytes, ' ', sizeof bytes);
  memcpy(bytes, &length, sizeof length);
  memcpy(bytes + 8, header, sizeof header - 1);
  file_write(newest, bytes, 8 + (size_t)length);
  expect_refused(&f, "an old format", "another version of innerloop (innerloop-checkpoint-2");
  close_fixture(&f);
}

/* Replaces text of the header by other text of the same length and seals the file anew. */
static void replace_in_header(unsigned char *bytes, size_t size, const char *from, const char *to) {
  static const char key[] = "\"sha256\":\"";
  char digest[IL_DIGEST_TEXT];
  size_t at = 0, length = strlen(from), seal = 0;
  assert_int_equal(length, strlen(to));
  while (at + length < size && memcmp(bytes + at, from, length) != 0) at++;
  assert_true(at + length < size);
  memcpy(bytes + at, to, length);
  while (memcmp(bytes + seal, key, sizeof key - 1) != 0) seal++;
  seal += sizeof key - 1;
  memset(bytes + seal, '0', IL_DIGEST_TEXT - 1);
  assert_int_equal(il_hash_bytes(digest, bytes, size, NULL), IL_OK);
  memcpy(bytes + seal, digest, IL_DIGEST_TEXT - 1);
  file_write(newest, bytes, size);
}

/* In the order of the parameters: layer1.weight [1,5], layer1.bias [5], layer2.weight [5,4], ... */
static void tensors_fill_the_data_without_overlap(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"\"data_offsets\":[20,40]", "\"data_offsets\":[00,20]"}, /* no JSON number */
      {"\"data_offsets\":[20,40]", "\"data_offsets\":[16,36]"}, /* overlaps with its neighbour */
      {"\"data_offsets\":[20,40]", "\"data_offsets\":[40,60]"}, /* the next one's */
      {"\"data_offsets\":[20,40]", "\"data_offsets\":[40,20]"}, /* backwards */
      {"\"data_offsets\":[20,40]", "\"data_offsets\":[-4,16]"},
      {"\"data_offsets\":[20,40]", "\"data_offsets\":[9e9,1]"},
      {"\"shape\":[5,4]", "\"shape\":[4,5]"}, /* another shape */
      {"\"shape\":[5,4]", "\"shape\":[20] "},
      {"parameters.layer1.bias", "parameters.layer1.bios"},
  };
  fixture f;
  size_t size;
  train(&f);
  remove(previous);
  unsigned char *whole = file_read(newest, &size), *changed = malloc(size);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    memcpy(changed, whole, size);
    replace_in_header(changed, size, cases[i][0], cases[i][1]);
    expect_refused(&f, cases[i][1], NULL);
  }
  memcpy(changed, whole, size); /* the helper itself gives a file that is taken */
  replace_in_header(changed, size, "\"data_offsets\":[20,40]", "\"data_offsets\":[20,40]");
  il_run run;
  il_error error;
  il_training_position at = {0};
  assert_int_equal(read_into(&f, &run, &at, &error), IL_OK);
  free(whole);
  free(changed);
  folder_remove(folder);
  close_fixture(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kind_of_flip_is_noticed),         cmocka_unit_test(every_length_but_its_own_is_noticed),
      cmocka_unit_test(the_previous_one_carries_on),           cmocka_unit_test(counters_are_held_against_each_other),
      cmocka_unit_test(another_training_is_refused_by_name),   cmocka_unit_test(a_file_without_a_checksum_is_refused),
      cmocka_unit_test(tensors_fill_the_data_without_overlap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
