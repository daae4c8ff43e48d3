/* Contact sheets. Values are stretched over the whole sheet: least to white, greatest to black, or the other way
 * round. */
#include "results/contact_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/lettering.h"

enum {
  GAP = 2,
  TRIES = 1000,   /* tasks looked at for classes that are not on the sheet yet */
  NAME_SIZE = 32, /* of a class, cut */
  LETTERS = 2,    /* pixels of a raster point of the lettering */
  TITLE_HEIGHT = (IL_LETTER_HEIGHT + 2) * LETTERS
};

/* Images of a task, [columns of the sheet] rows of `ways` images; and what has been taken from the tasks so far. */
typedef struct sheet_task {
  il_episode episode;
  il_suite_info info;
  int height, width, channels;
  size_t input;
  int rows; /* classes on the sheet */
  char names[IL_SHEET_ROWS][NAME_SIZE];
} sheet_task;

static il_status new_task(sheet_task *task, const il_suite *suite, const void *state, il_arena *arena,
                          il_error *error) {
  suite->info(state, &task->info);
  const il_shape *shape = &task->info.interface.input;
  int channels = shape->rank == 3 ? shape->dims[2] : 0;
  if (channels != 1 && channels != 3)
    return il_fail(error, IL_INVALID, "suite `%s` draws no images; there is nothing to show", suite->name);
  task->height = shape->dims[0];
  task->width = shape->dims[1];
  task->channels = channels;
  task->input = (size_t)task->height * (size_t)task->width * (size_t)channels;
  int columns = IL_SHEET_COLUMNS;
  if (task->info.examples > 0 && columns > task->info.examples) columns = task->info.examples;
  size_t ways = (size_t)task->info.ways, rows = ways * (size_t)columns;
  task->episode = (il_episode){.shots = columns - columns / 2,
                               .queries = columns / 2,
                               .support_x = il_arena_get(arena, rows * task->input, sizeof(real)),
                               .support_y = il_arena_get(arena, rows * ways, sizeof(real)),
                               .query_x = il_arena_get(arena, rows * task->input, sizeof(real)),
                               .query_y = il_arena_get(arena, rows * ways, sizeof(real)),
                               .task_parameters = NULL};
  const il_episode *e = &task->episode;
  if (e->support_x && e->support_y && e->query_x && e->query_y) return IL_OK;
  return il_fail_memory(error, "a contact sheet", rows * task->input * sizeof(real));
}

/* Image `column` of class `label`: support, then query. */
static const real *image_of(const sheet_task *task, int label, int column) {
  const il_episode *e = &task->episode;
  int query = column >= e->shots;
  int row = (query ? column - e->shots : column) * task->info.ways + label;
  return (query ? e->query_x : e->support_x) + (size_t)row * task->input;
}

/* A class that has no name is one of its task. */
static void name_class(char name[NAME_SIZE], const il_suite *suite, const void *state, int index, int label) {
  if (suite->class_name)
    suite->class_name(state, IL_SPLIT_TEST, 0, (uint64_t)index, label, name, NAME_SIZE);
  else
    (void)snprintf(name, NAME_SIZE, "task %d class %d", index, label);
}

static bool is_shown(const sheet_task *task, const char *name) {
  for (int row = 0; row < task->rows; row++)
    if (strcmp(task->names[row], name) == 0) return true;
  return false;
}

/* [rows of classes][10 columns][input]: different classes, from as many tasks as it takes. */
static void collect(real *values, sheet_task *task, const il_suite *suite, const void *state) {
  int columns = task->episode.shots + task->episode.queries;
  for (int index = 0; index < TRIES && task->rows < IL_SHEET_ROWS; index++) {
    suite->draw(state, IL_SPLIT_TEST, 0, (uint64_t)index, &task->episode);
    for (int label = 0; label < task->info.ways && task->rows < IL_SHEET_ROWS; label++) {
      char *name = task->names[task->rows];
      name_class(name, suite, state, index, label);
      if (is_shown(task, name)) continue;
      for (int column = 0; column < columns; column++)
        memcpy(values + (size_t)(task->rows * IL_SHEET_COLUMNS + column) * task->input, image_of(task, label, column),
               task->input * sizeof(real));
      task->rows++;
    }
  }
}

/* Pixels left of the images: room for the longest name. */
static int margin_of(const sheet_task *task) {
  size_t most = 0;
  for (int row = 0; row < task->rows; row++) {
    size_t length = strlen(task->names[row]);
    most = length > most ? length : most;
  }
  return (int)most * IL_LETTER_ADVANCE * LETTERS + GAP;
}

static void paint_cell(il_picture *sheet, const sheet_task *task, int left, int top, const real *from, real least,
                       real scale, int inverted) {
  size_t line = (size_t)task->width * (size_t)task->channels;
  for (int y = 0; y < task->height; y++, from += line) {
    unsigned char *to =
        sheet->samples + ((size_t)(top + y) * (size_t)sheet->width + (size_t)left) * (size_t)task->channels;
    for (size_t i = 0; i < line; i++) {
      real level = (from[i] - least) * scale;
      to[i] = (unsigned char)((inverted ? level : 255 - level) + (real)0.5);
    }
  }
}

static void paint(il_picture *sheet, const real *values, const sheet_task *task, const char *title, int inverted) {
  size_t count = (size_t)task->rows * IL_SHEET_COLUMNS * task->input;
  real least = values[0], most = values[0];
  int margin = margin_of(task), columns = task->episode.shots + task->episode.queries;
  for (size_t i = 0; i < count; i++) {
    least = values[i] < least ? values[i] : least;
    most = values[i] > most ? values[i] : most;
  }
  real scale = most > least ? (real)255 / (most - least) : 0;
  memset(sheet->samples, 200, (size_t)sheet->width * (size_t)sheet->height * (size_t)sheet->channels);
  il_lettering_draw(sheet, GAP, GAP, LETTERS, title);
  for (int row = 0; row < task->rows; row++) {
    int top = TITLE_HEIGHT + row * (task->height + GAP) + GAP;
    il_lettering_draw(sheet, GAP, top + (task->height - IL_LETTER_HEIGHT * LETTERS) / 2, LETTERS, task->names[row]);
    for (int column = 0; column < columns; column++)
      paint_cell(sheet, task, margin + column * (task->width + GAP) + GAP, top,
                 values + (size_t)(row * IL_SHEET_COLUMNS + column) * task->input, least, scale, inverted);
  }
}

il_status il_contact_sheet(il_picture *sheet, int *classes, const il_suite *suite, const void *state, const char *title,
                           int inverted, il_error *error) {
  sheet_task task = {.rows = 0};
  *sheet = (il_picture){.samples = NULL};
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "a contact sheet", 0);
  il_status status = IL_OK;
  IL_TRY(new_task(&task, suite, state, arena, error));
  real *values = il_arena_get(arena, IL_SHEET_ROWS * IL_SHEET_COLUMNS * task.input, sizeof(real));
  if (!values) {
    status = il_fail_memory(error, "a contact sheet", IL_SHEET_ROWS * IL_SHEET_COLUMNS * task.input * sizeof(real));
    goto done;
  }
  collect(values, &task, suite, state);
  if (suite->trouble) IL_TRY(suite->trouble(state, error));
  sheet->width = margin_of(&task) + IL_SHEET_COLUMNS * (task.width + GAP) + GAP;
  sheet->height = TITLE_HEIGHT + task.rows * (task.height + GAP) + GAP;
  sheet->channels = task.channels;
  size_t size = (size_t)sheet->width * (size_t)sheet->height * (size_t)sheet->channels;
  sheet->samples = malloc(size);
  if (!sheet->samples) {
    status = il_fail_memory(error, "a contact sheet", size);
    goto done;
  }
  paint(sheet, values, &task, title, inverted);
  *classes = task.rows;
done:
  il_arena_free(arena);
  return status;
}
