#include "harness/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
  LABEL_SIZE = 64,
  STAGE_SIZE = 32,
  HEAD_SIZE = 192,
  LINE_SIZE = 512,
  BAR_MIN = 8,
  BAR_MAX = 40,
  WIDTH_DEFAULT = 80
};

/* How a mode spends its time, in seconds. */
typedef struct pace {
  double look; /* wanted time between two looks at the clock */
  double draw; /* least time between two drawings */
} pace;

static const pace paces[] = {
    [IL_PROGRESS_TERMINAL] = {.look = 0.05, .draw = 0.1},
    [IL_PROGRESS_PLAIN] = {.look = 0.5, .draw = 10},
    [IL_PROGRESS_QUIET] = {.look = INFINITY, .draw = INFINITY},
};

struct il_progress {
  FILE *file;
  il_progress_mode mode; /* never AUTO */
  il_progress_options options;
  bool drawn; /* a bar stands on the current line */
  /* the current run */
  int run; /* 1 for the first */
  bool running;
  char label[LABEL_SIZE];
  uint64_t seed;
  double run_start;
  /* its current stage */
  char stage[STAGE_SIZE]; /* "" while training */
  const char *unit;       /* what is counted */
  int64_t total;
  int64_t base_done; /* first count seen, and when: the origin of the rate */
  double base_time;
  int64_t last_done; /* count and time of the last look at the clock */
  double last_time;
  int64_t next_look; /* the count update waits for */
  double last_draw;
  /* the whole experiment */
  il_outlook outlook;
  il_stage kind;             /* of the current stage */
  double piece, pieces_left; /* the current stage's share of its kind, and what of the kind comes after it */
};

static double monotonic_seconds(void *context) {
  struct timespec now;
  (void)context;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double now_of(const il_progress *progress) {
  return progress->options.clock(progress->options.clock_context);
}

static il_progress_mode resolve_mode(il_progress_mode mode, FILE *file) {
  if (!file) return IL_PROGRESS_QUIET;
  if (mode != IL_PROGRESS_AUTO) return mode;
  int descriptor = fileno(file); /* -1 for a stream in memory */
  return descriptor >= 0 && isatty(descriptor) ? IL_PROGRESS_TERMINAL : IL_PROGRESS_PLAIN;
}

il_progress *il_progress_new(FILE *file, const il_progress_options *options) {
  il_progress *progress = calloc(1, sizeof *progress);
  if (!progress) return NULL;
  progress->file = file;
  progress->options = *options;
  if (!progress->options.clock) progress->options.clock = monotonic_seconds;
  progress->mode = resolve_mode(options->mode, file);
  progress->next_look = INT64_MAX;
  progress->outlook = (il_outlook){.runs = options->plan, .count = options->plan ? options->runs : 0};
  return progress;
}

static int width_of(const il_progress *progress) {
  struct winsize size;
  if (progress->options.width > 0) return progress->options.width;
  int descriptor = fileno(progress->file);
  if (descriptor >= 0 && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return WIDTH_DEFAULT;
}

static void wipe_bar(il_progress *progress) {
  if (!progress->drawn) return;
  fputs("\r\033[K", progress->file);
  progress->drawn = false;
}

/* Writes one line of its own. */
static void say(il_progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(il_progress *progress, const char *format, ...) {
  va_list arguments;
  wipe_bar(progress);
  va_start(arguments, format);
  vfprintf(progress->file, format, arguments);
  va_end(arguments);
  fputc('\n', progress->file);
  fflush(progress->file);
}

/* "7s", "1:02" (minutes), "1:02:03" (hours), "?" when unknown. */
static void format_duration(char *text, size_t size, double seconds) {
  if (!(seconds >= 0 && seconds < 3600.0 * 24 * 365)) {
    snprintf(text, size, "?");
    return;
  }
  long whole = lround(seconds);
  if (whole < 60)
    snprintf(text, size, "%lds", whole);
  else if (whole < 3600)
    snprintf(text, size, "%ld:%02ld", whole / 60, whole % 60);
  else
    snprintf(text, size, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
}

/* Counts a second of the current stage, 0 when unknown. */
static double stage_rate(const il_progress *progress) {
  double seconds = progress->last_time - progress->base_time;
  int64_t count = progress->last_done - progress->base_done;
  return seconds > 0 && count > 0 ? (double)count / seconds : 0;
}

/* "[2/5] maml seed 0", and the stage behind it. */
static void format_head(const il_progress *progress, char *text, size_t size) {
  char number[32] = "";
  if (progress->options.runs > 1) snprintf(number, sizeof number, "[%d/%d] ", progress->run, progress->options.runs);
  snprintf(text, size, "%s%s seed %llu%s%s", number, progress->label, (unsigned long long)progress->seed,
           progress->stage[0] ? " " : "", progress->stage);
}

/* What the current stage has shown: seconds, and the share of its kind of work. */
static double seen_share(const il_progress *progress) {
  double count = (double)(progress->last_done - progress->base_done);
  return progress->total > 0 ? progress->piece * count / (double)progress->total : 0;
}

/* "  all ~1:02:00"; nothing where there is no plan, or nothing known. */
static void format_whole(const il_progress *progress, char *text, size_t size, double stage_left) {
  char left[32];
  bool guessed;
  text[0] = '\0';
  if (progress->outlook.count < 2) return;
  double rest = il_outlook_rest(&guessed, &progress->outlook, progress->run - 1, progress->kind, progress->pieces_left,
                                progress->last_time - progress->base_time, seen_share(progress));
  if (!isfinite(rest)) return;
  format_duration(left, sizeof left, stage_left + rest);
  snprintf(text, size, "  all %s%s", guessed ? "~" : "", left);
}

/* Rate, loss where there is one, the time left of the stage and of the whole experiment. */
static void format_state(const il_progress *progress, char *text, size_t size, double loss) {
  char left[32] = "?", rate[32] = "?", shown_loss[32] = "", whole[48] = "";
  double per_second = stage_rate(progress);
  if (per_second > 0) {
    snprintf(rate, sizeof rate, per_second < 100 ? "%.1f" : "%.0f", per_second);
    double seconds = (double)(progress->total - progress->last_done) / per_second;
    format_duration(left, sizeof left, seconds);
    format_whole(progress, whole, sizeof whole, seconds);
  }
  if (!isnan(loss)) snprintf(shown_loss, sizeof shown_loss, "  loss %.4g", loss);
  snprintf(text, size, "%s %s/s%s  ETA %s%s", rate, progress->unit, shown_loss, left, whole);
}

/* "[=====>    ]" of `width` characters in all. */
static void format_bar(char *text, int width, double share) {
  int inside = width - 2, filled = (int)(share * inside);
  text[0] = '[';
  for (int i = 0; i < inside; i++) text[1 + i] = i < filled ? '=' : i == filled ? '>' : ' ';
  text[width - 1] = ']';
  text[width] = '\0';
}

static void draw_bar(il_progress *progress, double loss) {
  char head[HEAD_SIZE], state[160], line[LINE_SIZE], bar[BAR_MAX + 1] = "";
  double share = progress->total > 0 ? (double)progress->last_done / (double)progress->total : 1;
  share = share > 1 ? 1 : share;
  format_head(progress, head, sizeof head);
  size_t length = strlen(head);
  snprintf(head + length, sizeof head - length, " %3.0f%%", floor(100 * share));
  format_state(progress, state, sizeof state, loss);
  int columns = width_of(progress) - 1; /* the last column would wrap on some terminals */
  int room = columns - (int)strlen(head) - (int)strlen(state) - 3;
  if (room >= BAR_MIN) format_bar(bar, room < BAR_MAX ? room : BAR_MAX, share);
  snprintf(line, sizeof line, bar[0] ? "%s %s  %s" : "%s%s  %s", head, bar, state);
  if (columns < (int)sizeof line) line[columns < 0 ? 0 : columns] = '\0';
  fprintf(progress->file, "\r%s\033[K", line);
  fflush(progress->file);
  progress->drawn = true;
}

static void draw(il_progress *progress, double loss) {
  char head[HEAD_SIZE], state[160];
  if (progress->mode == IL_PROGRESS_TERMINAL) {
    draw_bar(progress, loss);
    return;
  }
  format_head(progress, head, sizeof head);
  format_state(progress, state, sizeof state, loss);
  say(progress, "%s: %lld/%lld  %s", head, (long long)progress->last_done, (long long)progress->total, state);
}

/* What the stage that ends has shown is kept. */
static void end_stage(il_progress *progress) {
  if (!progress->unit) return;
  il_outlook_learn(&progress->outlook, progress->run - 1, progress->kind, seen_share(progress),
                   progress->last_time - progress->base_time);
  progress->unit = NULL;
}

static void begin_stage(il_progress *progress, const char *stage, const char *unit, int64_t total) {
  snprintf(progress->stage, sizeof progress->stage, "%s", stage);
  progress->unit = unit;
  progress->total = total;
  progress->base_done = progress->last_done = 0;
  progress->base_time = progress->last_time = progress->last_draw = now_of(progress);
  progress->next_look = 0; /* the first update tells where a resumed run begins */
}

void il_progress_run_begin(il_progress *progress, const char *label, uint64_t seed, int64_t iterations) {
  char head[HEAD_SIZE];
  if (!progress || progress->mode == IL_PROGRESS_QUIET) return;
  snprintf(progress->label, sizeof progress->label, "%s", label);
  progress->seed = seed;
  progress->run++;
  progress->running = true;
  progress->kind = IL_STAGE_TRAINING;
  progress->piece = 1;
  progress->pieces_left = 0;
  begin_stage(progress, "", "it", iterations);
  progress->run_start = progress->base_time;
  format_head(progress, head, sizeof head);
  if (progress->mode == IL_PROGRESS_PLAIN && iterations > 0)
    say(progress, "%s: %lld iterations", head, (long long)iterations);
}

void il_progress_evaluation_begin(il_progress *progress, int setting, int settings, int64_t episodes) {
  char stage[STAGE_SIZE];
  if (!progress || !progress->running) return;
  end_stage(progress);
  progress->kind = IL_STAGE_EVALUATION;
  progress->piece = 1.0 / settings;
  progress->pieces_left = (double)(settings - setting) / settings;
  snprintf(stage, sizeof stage, settings > 1 ? "evaluation %d/%d" : "evaluation", setting, settings);
  begin_stage(progress, stage, "episodes", episodes);
}

/* Counts until the next look, from the time the last ones took; grows at most 8-fold, so that a burst of quick ones
 * does not freeze the bar. */
static int64_t next_step(const il_progress *progress, int64_t count, double seconds) {
  double limit = 8 * (double)count;
  double wanted = seconds > 0 ? (double)count * paces[progress->mode].look / seconds : limit;
  wanted = wanted < limit ? wanted : limit;
  return wanted > 1 ? (int64_t)wanted : 1;
}

static void look(il_progress *progress, int64_t done, double loss) {
  double now = now_of(progress);
  bool first = progress->next_look == 0;
  int64_t count = done - progress->last_done;
  progress->next_look = done + (first ? 1 : next_step(progress, count, now - progress->last_time));
  if (first && done > 1) {
    /* A fresh run is timed from its beginning, a resumed one from here. */
    progress->base_done = done;
    progress->base_time = now;
  }
  progress->last_done = done;
  progress->last_time = now;
  bool show = first ? progress->mode == IL_PROGRESS_TERMINAL : now - progress->last_draw >= paces[progress->mode].draw;
  if (!show) return;
  progress->last_draw = now;
  draw(progress, loss);
}

void il_progress_update(il_progress *progress, int64_t done, double loss) {
  if (progress && done >= progress->next_look) look(progress, done, loss);
}

void il_progress_run_end(il_progress *progress, const char *summary) {
  char head[HEAD_SIZE], duration[32];
  if (!progress || !progress->running) return;
  double seconds = now_of(progress) - progress->run_start;
  end_stage(progress);
  if (seconds < 9.95)
    snprintf(duration, sizeof duration, "%.1fs", seconds);
  else
    format_duration(duration, sizeof duration, seconds);
  progress->stage[0] = '\0';
  format_head(progress, head, sizeof head);
  say(progress, "%s: %s (%s)", head, summary ? summary : "done", duration);
  progress->running = false;
  progress->next_look = INT64_MAX;
}

void il_progress_warn(il_progress *progress, const char *text) {
  if (progress && progress->file) say(progress, "innerloop: %s", text);
}

void il_progress_note(il_progress *progress, const char *text) {
  if (progress && progress->mode != IL_PROGRESS_QUIET) say(progress, "%s", text);
}

void il_progress_free(il_progress *progress) {
  if (!progress) return;
  if (progress->drawn) {
    wipe_bar(progress);
    fflush(progress->file);
  }
  free(progress);
}
