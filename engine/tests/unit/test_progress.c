/* covers: harness */
/* Progress with a stream in memory and a clock the test moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/progress.h"

typedef struct fixture {
  double now;
  int looks; /* how often the clock was read */
  char *text;
  size_t size;
  FILE *file;
  il_progress *progress;
} fixture;

static double fake_clock(void *context) {
  fixture *f = context;
  f->looks++;
  return f->now;
}

static void open_fixture(fixture *f, il_progress_mode mode, int runs, int width) {
  *f = (fixture){.now = 100};
  f->file = open_memstream(&f->text, &f->size);
  assert_non_null(f->file);
  il_progress_options options = {.mode = mode, .runs = runs, .clock = fake_clock, .clock_context = f, .width = width};
  f->progress = il_progress_new(f->file, &options);
  assert_non_null(f->progress);
}

static void close_fixture(fixture *f) {
  il_progress_free(f->progress);
  fclose(f->file);
}

/* Runs iterations first..last of `seconds` each. */
static void iterate(fixture *f, int64_t first, int64_t last, double seconds) {
  for (int64_t i = first; i <= last; i++) {
    f->now += seconds;
    il_progress_update(f->progress, i, 1.0 / (double)i);
  }
}

static int count_of(const char *text, const char *part) {
  int count = 0;
  for (const char *p = text; (p = strstr(p, part)); p += strlen(part)) count++;
  return count;
}

/* What a terminal shows after `text`: '\r' and "\033[K" obeyed, finished lines in order. */
static void render(char *screen, size_t size, const char *text) {
  char line[1024] = "";
  size_t column = 0;
  screen[0] = '\0';
  for (const char *p = text; *p; p++) {
    if (*p == '\r')
      column = 0;
    else if (strncmp(p, "\033[K", 3) == 0)
      line[column] = '\0', p += 2;
    else if (*p == '\n') {
      assert_true(strlen(screen) + strlen(line) + 2 < size);
      strcat(strcat(screen, line), "\n");
      column = 0, line[0] = '\0';
    } else {
      assert_true(column + 1 < sizeof line);
      if (column == strlen(line)) line[column + 1] = '\0';
      line[column++] = *p;
    }
  }
  assert_true(strlen(screen) + strlen(line) + 1 < size);
  strcat(screen, line);
}

static void plain_begins_ends_and_speaks_every_ten_seconds(void **state) {
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_PLAIN, 1, 0);
  il_progress_run_begin(f.progress, "maml", 7, 1000);
  iterate(&f, 1, 1000, 0.035); /* 35 s */
  il_progress_run_end(f.progress, "accuracy 97.1 %");
  close_fixture(&f);
  assert_int_equal(count_of(f.text, "\n"), 5);
  assert_int_equal(strncmp(f.text, "maml seed 7: 1000 iterations\n", 29), 0);
  assert_non_null(strstr(f.text, "28.6 it/s  loss "));
  assert_non_null(strstr(f.text, "\nmaml seed 7: accuracy 97.1 % (35s)\n"));
  assert_null(strchr(f.text, '\r'));
  assert_null(strchr(f.text, '\033'));
  free(f.text);
}

static void bar_draws_at_most_ten_times_a_second(void **state) {
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_TERMINAL, 1, 100);
  il_progress_run_begin(f.progress, "maml", 0, 30000);
  iterate(&f, 1, 30000, 1e-4); /* 3 s */
  int drawn = count_of(f.text, "\r");
  assert_in_range(drawn, 15, 32);
  assert_in_range(f.looks, 30, 150); /* of 30,000 updates: the others compare integers */
  close_fixture(&f);
  free(f.text);
}

static void bar_follows_a_sudden_slowdown(void **state) {
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_TERMINAL, 1, 100);
  il_progress_run_begin(f.progress, "maml", 0, 100000);
  iterate(&f, 1, 20000, 1e-4);
  int drawn = count_of(f.text, "\r");
  iterate(&f, 20001, 22000, 1e-2); /* 20 s at a hundredth of the speed */
  assert_in_range(count_of(f.text, "\r") - drawn, 100, 201);
  close_fixture(&f);
  free(f.text);
}

static void bar_fits_every_width(void **state) {
  char screen[4096];
  (void)state;
  for (int width = 1; width <= 300; width = width < 20 ? width + 1 : width + 13) {
    fixture f;
    open_fixture(&f, IL_PROGRESS_TERMINAL, 1, width);
    il_progress_run_begin(f.progress, "maml", 0, 100);
    iterate(&f, 1, 50, 0.2);
    fflush(f.file);
    render(screen, sizeof screen, f.text);
    assert_true((int)strlen(screen) < width);
    close_fixture(&f);
    free(f.text);
  }
}

static void bar_shows_run_share_rate_loss_and_time_left(void **state) {
  char screen[4096];
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_TERMINAL, 2, 100);
  il_progress_run_begin(f.progress, "maml", 3, 100);
  iterate(&f, 1, 100, 1);
  il_progress_run_end(f.progress, "done");
  il_progress_run_begin(f.progress, "reptile", 3, 200);
  iterate(&f, 1, 50, 2);
  fflush(f.file);
  render(screen, sizeof screen, f.text);
  assert_non_null(strstr(screen, "[1/2] maml seed 3: done (1:40)\n[2/2] reptile seed 3  25% [====="));
  assert_non_null(strstr(screen, "0.5 it/s  loss 0.02  ETA 5:00"));
  close_fixture(&f);
  free(f.text);
}

/* Nothing is known of the speed of runs to come, and runs that ended say nothing of this one. */
static void time_left_is_that_of_the_current_training(void **state) {
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_PLAIN, 4, 0);
  il_progress_run_begin(f.progress, "transfer", 0, 27500);
  iterate(&f, 1, 27500, 0.01);
  il_progress_run_end(f.progress, NULL);
  il_progress_run_begin(f.progress, "maml", 0, 3000);
  iterate(&f, 1, 20, 0.5);
  fflush(f.file);
  assert_non_null(strstr(f.text, "\n[2/4] maml seed 0: 20/3000  2.0 it/s  loss 0.05  ETA 24:50\n"));
  close_fixture(&f);
  free(f.text);
}

/* Two seeds each of an algorithm whose work is as planned and of one that needs three times as much for it: the time
 * left of the whole is a guess until both have run, then right. */
static void time_left_of_the_whole_is_learned(void **state) {
  static const il_expected_run plan[] = {{0, {100, 10}}, {0, {100, 10}}, {1, {100, 10}}, {1, {100, 10}}};
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_QUIET, 4, 0);
  il_progress_free(f.progress);
  il_progress_options options = {
      .mode = IL_PROGRESS_PLAIN, .runs = 4, .plan = plan, .clock = fake_clock, .clock_context = &f};
  f.progress = il_progress_new(f.file, &options);
  assert_non_null(f.progress);
  for (int run = 0; run < 4; run++) {
    double slow = plan[run].algorithm ? 3 : 1;
    il_progress_run_begin(f.progress, plan[run].algorithm ? "slow" : "quick", 0, 100);
    iterate(&f, 1, 100, slow);
    il_progress_evaluation_begin(f.progress, 1, 2, 50);
    iterate(&f, 1, 50, 0.1 * slow);
    il_progress_evaluation_begin(f.progress, 2, 2, 50);
    iterate(&f, 1, 50, 0.1 * slow);
    il_progress_run_end(f.progress, NULL);
  }
  fflush(f.file);
  /* 90 s of this training, 10 of its evaluation, three runs of 110 s */
  assert_non_null(strstr(f.text, "[1/4] quick seed 0: 10/100  1.0 it/s  loss 0.1  ETA 1:30  all ~7:10\n"));
  assert_non_null(strstr(f.text, "[2/4] quick seed 0: 10/100  1.0 it/s  loss 0.1  ETA 1:30  all ~5:20\n"));
  /* 240 s of this training, 300 of the next; both evaluations guessed as quick ones, 10 s each */
  assert_non_null(strstr(f.text, "[3/4] slow seed 0: 20/100  0.3 it/s  loss 0.05  ETA 4:00  all ~9:20\n"));
  /* 240 s, and 30 of its evaluation */
  assert_non_null(strstr(f.text, "[4/4] slow seed 0: 20/100  0.3 it/s  loss 0.05  ETA 4:00  all 4:30\n"));
  close_fixture(&f);
  free(f.text);
}

static void evaluation_has_progress_of_its_own(void **state) {
  char screen[4096];
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_PLAIN, 4, 0);
  il_progress_run_begin(f.progress, "maml", 0, 3000);
  iterate(&f, 1, 3000, 0.001);
  il_progress_evaluation_begin(f.progress, 1, 2, 600);
  iterate(&f, 1, 600, 0.01); /* 6 s: too short to speak of */
  il_progress_evaluation_begin(f.progress, 2, 2, 600);
  for (int i = 2; i <= 60; i += 2) { /* as one of two threads sees it */
    f.now += 0.5;
    il_progress_update(f.progress, i, (double)NAN);
  }
  il_progress_run_end(f.progress, "accuracy 0.9");
  close_fixture(&f);
  assert_string_equal(f.text, "[1/4] maml seed 0: 3000 iterations\n"
                              "[1/4] maml seed 0 evaluation 2/2: 40/600  4.0 episodes/s  ETA 2:20\n"
                              "[1/4] maml seed 0: accuracy 0.9 (24s)\n");
  free(f.text);
  open_fixture(&f, IL_PROGRESS_TERMINAL, 1, 80);
  il_progress_run_begin(f.progress, "scratch", 7, 0);
  il_progress_evaluation_begin(f.progress, 1, 1, 600);
  for (int i = 1; i <= 300; i++) {
    f.now += 0.25;
    il_progress_update(f.progress, i, (double)NAN);
  }
  fflush(f.file);
  render(screen, sizeof screen, f.text);
  assert_non_null(strstr(screen, "scratch seed 7 evaluation  50% [=="));
  assert_non_null(strstr(screen, "4.0 episodes/s  ETA 1:15"));
  close_fixture(&f);
  free(f.text);
}

static void resumed_run_is_not_credited_with_old_iterations(void **state) {
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_TERMINAL, 1, 100);
  il_progress_run_begin(f.progress, "maml", 0, 1000);
  iterate(&f, 901, 951, 1);
  fflush(f.file);
  assert_non_null(strstr(f.text, " 95% "));
  assert_non_null(strstr(f.text, "1.0 it/s  loss 0.001052  ETA 49s"));
  close_fixture(&f);
  free(f.text);
}

static void notes_and_ends_leave_a_clean_line(void **state) {
  char screen[4096];
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_TERMINAL, 1, 60);
  il_progress_run_begin(f.progress, "maml", 0, 10);
  iterate(&f, 1, 5, 1);
  il_progress_note(f.progress, "checkpoint written");
  iterate(&f, 6, 8, 1);
  il_progress_free(f.progress); /* in the middle of a run: interrupted */
  f.progress = NULL;
  fflush(f.file);
  render(screen, sizeof screen, f.text);
  assert_string_equal(screen, "checkpoint written\n");
  close_fixture(&f);
  free(f.text);
}

static void quiet_and_null_say_nothing(void **state) {
  fixture f;
  (void)state;
  open_fixture(&f, IL_PROGRESS_QUIET, 1, 60);
  il_progress_run_begin(f.progress, "maml", 0, 10);
  iterate(&f, 1, 10, 100);
  il_progress_note(f.progress, "x");
  il_progress_run_end(f.progress, "y");
  close_fixture(&f);
  assert_int_equal(f.size, 0);
  free(f.text);
  il_progress_run_begin(NULL, "maml", 0, 10);
  il_progress_update(NULL, 1, 0);
  il_progress_evaluation_begin(NULL, 1, 1, 10);
  il_progress_note(NULL, "x");
  il_progress_run_end(NULL, NULL);
  il_progress_free(NULL);
  il_progress *silent = il_progress_new(NULL, &(il_progress_options){.mode = IL_PROGRESS_AUTO});
  il_progress_run_begin(silent, "maml", 0, 10);
  il_progress_update(silent, 1, 0);
  il_progress_run_end(silent, NULL);
  il_progress_free(silent);
}

static void odd_inputs_are_survived(void **state) {
  char label[300];
  fixture f;
  (void)state;
  memset(label, 'a', sizeof label - 1);
  label[sizeof label - 1] = '\0';
  open_fixture(&f, IL_PROGRESS_AUTO, 0, 80); /* a stream in memory is no terminal */
  il_progress_run_begin(f.progress, label, UINT64_MAX, 0);
  il_progress_update(f.progress, 5, (double)NAN); /* beyond the end, clock standing still */
  f.now += 1e9;
  il_progress_update(f.progress, 6, (double)NAN);
  il_progress_run_end(f.progress, NULL);
  il_progress_run_end(f.progress, NULL);
  close_fixture(&f);
  assert_non_null(strstr(f.text, "seed 18446744073709551615"));
  assert_int_equal(count_of(f.text, "done"), 1);
  free(f.text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_begins_ends_and_speaks_every_ten_seconds),
      cmocka_unit_test(bar_draws_at_most_ten_times_a_second),
      cmocka_unit_test(bar_follows_a_sudden_slowdown),
      cmocka_unit_test(bar_fits_every_width),
      cmocka_unit_test(bar_shows_run_share_rate_loss_and_time_left),
      cmocka_unit_test(time_left_is_that_of_the_current_training),
      cmocka_unit_test(time_left_of_the_whole_is_learned),
      cmocka_unit_test(evaluation_has_progress_of_its_own),
      cmocka_unit_test(resumed_run_is_not_credited_with_old_iterations),
      cmocka_unit_test(notes_and_ends_leave_a_clean_line),
      cmocka_unit_test(quiet_and_null_say_nothing),
      cmocka_unit_test(odd_inputs_are_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
