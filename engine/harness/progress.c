#include "harness/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { LABEL_SIZE = 64, LINE_SIZE = 512, BAR_MIN = 8, BAR_MAX = 40, WIDTH_DEFAULT = 80 };

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
  double start;      /* when the experiment began */
  int64_t work_seen; /* iterations whose time lies between start and now: not those done before a resume */
  int64_t work_done; /* iterations of ended runs */
  bool drawn;        /* a bar stands on the current line */
  /* the current run */
  bool running;
  char label[LABEL_SIZE];
  uint64_t seed;
  int64_t iterations;
  double run_start;
  int64_t base_iteration; /* first iteration seen, and when: the origin of the rate */
  double base_time;
  int64_t last_look; /* iteration and time of the last look at the clock */
  double last_time;
  int64_t next_look; /* the iteration update waits for */
  double last_draw;
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
  progress->start = now_of(progress);
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

/* Iterations a second of the current run, 0 when unknown. */
static double run_rate(const il_progress *progress) {
  double seconds = progress->last_time - progress->base_time;
  int64_t count = progress->last_look - progress->base_iteration;
  return seconds > 0 && count > 0 ? (double)count / seconds : 0;
}

/* Seconds to the end of the experiment: this run at its own rate, the others at the mean rate so far. */
static double seconds_left(const il_progress *progress) {
  double rate = run_rate(progress);
  if (rate <= 0) return -1;
  double left = (double)(progress->iterations - progress->last_look) / rate;
  int64_t others = progress->options.total_work - progress->work_done - progress->iterations;
  if (others <= 0) return left;
  double seen = (double)(progress->work_seen + progress->last_look - progress->base_iteration);
  return left + (double)others * (progress->last_time - progress->start) / seen;
}

static void format_state(const il_progress *progress, char *text, size_t size, double loss) {
  char left[32], rate[32] = "? it/s";
  double per_second = run_rate(progress);
  format_duration(left, sizeof left, seconds_left(progress));
  if (per_second > 0) snprintf(rate, sizeof rate, per_second < 100 ? "%.1f it/s" : "%.0f it/s", per_second);
  snprintf(text, size, "%s  loss %.4g  ETA %s", rate, loss, left);
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
  char head[LABEL_SIZE + 64], state[160], line[LINE_SIZE], bar[BAR_MAX + 1] = "";
  double share = progress->iterations > 0 ? (double)progress->last_look / (double)progress->iterations : 1;
  share = share > 1 ? 1 : share;
  snprintf(head, sizeof head, "%s seed %llu %3.0f%%", progress->label, (unsigned long long)progress->seed,
           floor(100 * share));
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
  char state[160];
  if (progress->mode == IL_PROGRESS_TERMINAL) {
    draw_bar(progress, loss);
    return;
  }
  format_state(progress, state, sizeof state, loss);
  say(progress, "%s seed %llu: %lld/%lld  %s", progress->label, (unsigned long long)progress->seed,
      (long long)progress->last_look, (long long)progress->iterations, state);
}

void il_progress_run_begin(il_progress *progress, const char *label, uint64_t seed, int64_t iterations) {
  if (!progress || progress->mode == IL_PROGRESS_QUIET) return;
  snprintf(progress->label, sizeof progress->label, "%s", label);
  progress->seed = seed;
  progress->iterations = iterations;
  progress->running = true;
  progress->run_start = progress->last_time = progress->last_draw = now_of(progress);
  progress->base_iteration = progress->last_look = 0;
  progress->base_time = progress->run_start;
  progress->next_look = 0; /* the first update tells where a resumed run begins */
  if (progress->mode == IL_PROGRESS_PLAIN)
    say(progress, "%s seed %llu: %lld iterations", progress->label, (unsigned long long)seed, (long long)iterations);
}

/* Iterations until the next look, from the time the last ones took; grows at most 8-fold, so that a burst of quick
 * iterations does not freeze the bar. */
static int64_t next_step(const il_progress *progress, int64_t count, double seconds) {
  double limit = 8 * (double)count;
  double wanted = seconds > 0 ? (double)count * paces[progress->mode].look / seconds : limit;
  wanted = wanted < limit ? wanted : limit;
  return wanted > 1 ? (int64_t)wanted : 1;
}

static void look(il_progress *progress, int64_t iteration, double loss) {
  double now = now_of(progress);
  bool first = progress->next_look == 0;
  int64_t count = iteration - progress->last_look;
  progress->next_look = iteration + (first ? 1 : next_step(progress, count, now - progress->last_time));
  if (first) {
    /* A fresh run is timed from its beginning, a resumed one from here. */
    progress->base_iteration = iteration > 1 ? iteration : 0;
    progress->base_time = iteration > 1 ? now : progress->run_start;
  }
  progress->last_look = iteration;
  progress->last_time = now;
  bool show = first ? progress->mode == IL_PROGRESS_TERMINAL : now - progress->last_draw >= paces[progress->mode].draw;
  if (!show) return;
  progress->last_draw = now;
  draw(progress, loss);
}

void il_progress_update(il_progress *progress, int64_t iteration, double loss) {
  if (progress && iteration >= progress->next_look) look(progress, iteration, loss);
}

void il_progress_run_end(il_progress *progress, const char *summary) {
  char duration[32];
  if (!progress || !progress->running) return;
  double seconds = now_of(progress) - progress->run_start;
  if (seconds < 9.95)
    snprintf(duration, sizeof duration, "%.1fs", seconds);
  else
    format_duration(duration, sizeof duration, seconds);
  say(progress, "%s seed %llu: %s (%s)", progress->label, (unsigned long long)progress->seed,
      summary ? summary : "done", duration);
  progress->work_done += progress->iterations;
  progress->work_seen += progress->iterations - progress->base_iteration;
  progress->running = false;
  progress->next_look = INT64_MAX;
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
