/* covers: harness */
/* One experiment, several suites: what an algorithm trains on, what it is judged on, and what is refused. On a made-up
 * Omniglot whose every pixel column tells the character. */
#include "cli/builtin.h"
#include "cmocka_all.h"
#include "data/image_writer.h"
#include "data/omniglot_characters.h"
#include "folders.h"
#include "harness/session.h"

enum { CHARACTERS = 40, DRAWINGS = IL_OMNIGLOT_DRAWINGS, SIDE = IL_OMNIGLOT_SIDE };

#define HEAD                                                                                                           \
  "experiment: session-test\n"                                                                                         \
  "suite: {name: omniglot, split: file, split_file: split.csv, train_rotations: none, test_rotations: none}\n"         \
  "model: {name: mlp, hidden: [8]}\n"                                                                                  \
  "training: {iterations: 4, shots: 2, queries: 3}\n"                                                                  \
  "evaluation: {episodes: 4, shots: [1], queries: 2, steps: 1}\n"

static void make_data(void) {
  static const il_image_form form = {1, SIDE, SIDE, 1};
  static char names[CHARACTERS][8];
  static const char *name_at[CHARACTERS];
  static int counts[CHARACTERS];
  size_t bytes = il_image_bytes(&form, (size_t)CHARACTERS * DRAWINGS);
  unsigned char *bits = calloc(bytes, 1);
  assert_non_null(bits);
  for (size_t c = 0; c < CHARACTERS; c++) {
    snprintf(names[c], 8, "%04d", (int)c + 1);
    name_at[c] = names[c];
    counts[c] = DRAWINGS;
    for (size_t d = 0; d < DRAWINGS; d++)
      for (size_t row = 0; row < SIDE; row++) {
        size_t at = ((c * DRAWINGS + d) * SIDE + row) * SIDE + c + d;
        bits[at / 8] = (unsigned char)(bits[at / 8] | 1 << (7 - at % 8));
      }
  }
  il_image_writer *writer;
  il_error error = {0};
  folder_make("data");
  assert_int_equal(il_image_writer_open(&writer, "data", "omniglot", &form, CHARACTERS, counts, name_at, &error),
                   IL_OK);
  il_image_writer_add(writer, bits, bytes);
  assert_int_equal(il_image_writer_commit(writer, NULL, &error), IL_OK);
  free(bits);
}

/* Character c goes to splits[c / 10]. */
static void make_split(const char *path, const char *const splits[4]) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (int c = 0; c < CHARACTERS; c++)
    if (splits[c / 10]) fprintf(file, "%04d,%s\n", c + 1, splits[c / 10]);
  assert_int_equal(fclose(file), 0);
}

typedef struct fixture {
  il_arena *arena;
  il_experiment *experiment;
  il_session *session;
} fixture;

static il_status open_fixture(fixture *f, const char *yaml, il_error *error) {
  *f = (fixture){.arena = il_arena_new()};
  il_status status =
      il_experiment_parse(&f->experiment, "t.yaml", yaml, strlen(yaml), NULL, &il_builtin_registry, f->arena, error);
  if (status != IL_OK) fail_msg("%s", error->message);
  return il_session_open(&f->session, f->experiment, 1, NULL, "data", error);
}

static void close_fixture(fixture *f) {
  il_session_close(f->session);
  il_arena_free(f->arena);
}

/* First episode of `split` from a source. */
static const il_episode *first_episode(il_episode_buffers *buffers, const fixture *f, const il_source *source,
                                       il_split split) {
  static const il_inner_options none = {0};
  il_learner learner;
  assert_int_equal(il_session_learner(&learner, f->session, 0, NULL), IL_OK);
  assert_int_equal(il_episode_buffers_new(buffers, source, &learner, &none, (il_task_size){1, 2}, IL_BUFFERS_EVALUATION,
                                          f->arena, NULL),
                   IL_OK);
  il_episode_buffers_draw(buffers, split, 1, 0);
  return &buffers->episode;
}

/* The algorithm that sees ink as 0 is tested on the same drawings as the others, negated; an evaluator of its own has
 * the same suite only where the options are the same. */
static void the_same_episodes_in_another_presentation(void **state) {
  (void)state;
  fixture f;
  il_error error = {0};
  il_episode_buffers plain_view, negated_view;
  assert_int_equal(open_fixture(&f,
                                HEAD "evaluators:\n  - {name: alone, transductive: false}\n"
                                     "  - {name: turned, queries: 5, suite: {test_rotations: augmentation}}\n"
                                     "algorithms:\n  - maml\n  - {name: reptile, suite: {polarity: ink_zero}}\n",
                                &error),
                   IL_OK);
  const il_session *s = f.session;
  assert_int_equal(s->n_sources, 4); /* upright and turned, in two polarities */
  assert_ptr_equal(s->judging[0][0], s->judging[0][1]);
  assert_ptr_equal(s->judging[0][0], s->training[0]);
  assert_ptr_not_equal(s->judging[0][0], s->judging[0][2]);
  assert_ptr_equal(s->judging[1][0], s->training[1]);
  assert_ptr_not_equal(s->judging[1][0], s->judging[0][0]);
  const il_episode *plain = first_episode(&plain_view, &f, s->judging[0][0], IL_SPLIT_TEST);
  const il_episode *negated = first_episode(&negated_view, &f, s->judging[1][0], IL_SPLIT_TEST);
  int ink = 0;
  for (size_t i = 0; i < 2 * 5 * 28 * 28; i++) {
    assert_true(plain->query_x[i] == 1 - negated->query_x[i]);
    ink += plain->query_x[i] == 1;
  }
  assert_true(ink > 0);
  il_evaluation_setting judging = il_session_evaluation_setting(s, 1, 2);
  assert_int_equal(judging.size.queries, 5);
  assert_true(judging.transductive);
  assert_false(il_session_evaluation_setting(s, 0, 1).transductive);
  close_fixture(&f);
}

static void refused(const char *yaml, const char *message) {
  fixture f;
  il_error error = {0};
  assert_int_equal(open_fixture(&f, yaml, &error), IL_INVALID);
  if (!strstr(error.message, message)) fail_msg("%s; expected: %s", error.message, message);
  close_fixture(&f);
}

static void classes_of_training_are_no_test_classes(void **state) {
  (void)state;
  fixture f;
  il_error error = {0};
  refused(HEAD "algorithms:\n  - maml\n  - {name: reptile, suite: {split_file: leaky.csv}}\n",
          "t.yaml:8:28: classes of training are among the test classes of an evaluator");
  refused(HEAD "evaluators:\n  - {name: other, suite: {split_file: leaky.csv}}\nalgorithms: [maml]\n",
          "classes of training are among the test classes");
  /* more classes for training, none for validation, the same for the test: allowed; and who trains nothing learns
   * nothing */
  assert_int_equal(open_fixture(&f,
                                HEAD "algorithms:\n  - {name: maml, suite: {split_file: joined.csv}}\n"
                                     "  - {name: nearest, suite: {split_file: leaky.csv}, adapt: {steps: 0}}\n",
                                &error),
                   IL_OK);
  close_fixture(&f);
}

static void tasks_have_one_shape(void **state) {
  (void)state;
  refused(HEAD "algorithms:\n  - maml\n  - {name: reptile, suite: {ways: 4}}\n", "tasks of another shape");
  refused(HEAD "algorithms:\n  - maml\n  - {name: reptile, suite: {size: 20}}\n", "tasks of another shape");
  refused(HEAD "algorithms:\n  - {name: maml, training: {shots: 18}}\n", "18 shots and 3 queries of a class");
  refused(HEAD "evaluators:\n  - {name: many, queries: 20}\nalgorithms: [maml]\n", "1 shots and 20 queries of a class");
}

int main(void) {
  make_data();
  make_split("split.csv", (const char *const[]){"train", "train", "validation", "test"});
  make_split("joined.csv", (const char *const[]){"train", "train", "train", "test"});
  make_split("leaky.csv", (const char *const[]){"test", "validation", "train", "train"});
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_episodes_in_another_presentation),
      cmocka_unit_test(classes_of_training_are_no_test_classes),
      cmocka_unit_test(tasks_have_one_shape),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
