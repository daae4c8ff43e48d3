/* innerloop data list and data info. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/data.h"
#include "data/data_directory.h"
#include "data/fetch.h"
#include "data/image_set.h"
#include "data/known_sets.h"
#include "data/known_splits.h"
#include "experiment/schema.h"
#include "results/contact_sheet.h"
#include "tasks/class_split.h"

/* ---- list ---- */

static int is_set(const struct dirent *entry) {
  size_t length = strlen(entry->d_name), suffix = strlen(il_data_set_suffix);
  return entry->d_name[0] != '.' && length > suffix && strcmp(entry->d_name + length - suffix, il_data_set_suffix) == 0;
}

static void print_set(const char *directory, const char *file) {
  char path[PATH_MAX], bytes[32];
  il_error trial = {0};
  il_image_set *set;
  int name = (int)(strlen(file) - strlen(il_data_set_suffix));
  int length = snprintf(path, sizeof path, "%s/%s", directory, file);
  if (length < 0 || length >= PATH_MAX) return;
  if (il_image_set_open(&set, path, IL_IMAGE_CHECK_SMALL, &trial) != IL_OK) {
    printf("  %-20.*s cannot be used: %s\n", name, file, trial.message);
    return;
  }
  il_fetch_size_text(bytes, sizeof bytes, set->file_bytes);
  char coverage[IL_COVERAGE_TEXT], called[IL_SET_NAME_SIZE];
  snprintf(called, sizeof called, "%.*s", name, file);
  il_known_set_coverage(coverage, sizeof coverage, called, set->classes);
  printf("  %-20s %d classes, %d images of %d x %d x %d, %s%s%s\n", called, set->classes, set->images, set->form.height,
         set->form.width, set->form.channels, bytes, *coverage ? "; partial: " : "", coverage);
  il_image_set_close(set);
}

il_status il_data_list(const il_data_call *call, il_error *error) {
  struct dirent **entries = NULL;
  if (call->words->count > 1) return il_fail(error, IL_INVALID, "data: list takes no name");
  int count = scandir(call->directory, &entries, is_set, alphasort);
  if (count < 0 && errno != ENOENT)
    return il_fail(error, IL_IO, "%s: cannot be read: %s", call->directory, strerror(errno));
  printf("data sets in %s:\n", call->directory);
  for (int i = 0; i < count; i++) {
    print_set(call->directory, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  if (count <= 0) puts("  none; see `innerloop data --help`");
  return IL_OK;
}

/* ---- info ---- */

/* A suite opened with its defaults but for some options. */
typedef struct opened_suite {
  const il_suite *suite;
  void *options, *state;
  il_arena *arena;
  int shown; /* classes on the contact sheet */
} opened_suite;

static const il_suite *suite_called(const il_registry *registry, const char *name) {
  il_row row;
  return il_row_called(&row, registry, IL_ROW_SUITE, name) ? row.self : NULL;
}

/* An option and its value; key NULL: none. */
typedef struct option_pair {
  const char *key, *value;
} option_pair;

static il_status open_suite(opened_suite *opened, const il_suite *suite, const option_pair pairs[2],
                            const char *directory, il_error *error) {
  *opened = (opened_suite){.suite = suite, .arena = il_arena_new()};
  if (!opened->arena) return il_fail_memory(error, "a suite", 0);
  il_schema schema = {.options = &suite->options, .what = suite->name};
  opened->options = il_arena_get(opened->arena, 1, suite->options.size);
  if (!opened->options) return il_fail_memory(error, "a suite", suite->options.size);
  il_status status = il_schema_defaults(opened->options, &schema, opened->arena, error);
  for (int i = 0; i < 2; i++)
    if (status == IL_OK && pairs[i].key)
      status = il_schema_set_text(opened->options, il_schema_row(&suite->options, pairs[i].key, NULL), pairs[i].value,
                                  "data info", opened->arena, error);
  return status == IL_OK ? suite->open(&opened->state, opened->options, directory, opened->arena, error) : status;
}

static void close_suite(opened_suite *opened) {
  if (opened->state && opened->suite->close) opened->suite->close(opened->state);
  il_arena_free(opened->arena);
}

/* Before anything is printed: an error stands alone. split: of which the test classes are shown; NULL: the only one. */
static il_status write_sheet(opened_suite *opened, const char *path, const char *split, int inverted, il_error *error) {
  il_picture sheet;
  char title[IL_SET_NAME_SIZE + 40] = "classes of the split test";
  if (split) (void)snprintf(title, sizeof title, "test classes of the split %s", split);
  il_status status = il_contact_sheet(&sheet, &opened->shown, opened->suite, opened->state, title, inverted, error);
  if (status == IL_OK) status = il_picture_write_png(path, &sheet, error);
  il_picture_free(&sheet);
  return status;
}

static void print_sheet(const char *path, int classes, const char *split) {
  if (path && split)
    printf("sheet:    %s, %d of the test classes of the split %s\n", path, classes, split);
  else if (path)
    printf("sheet:    %s, %d classes of the split test\n", path, classes);
}

static void print_set_facts(const il_image_set *set, const char *name, const char *directory) {
  int least = set->images, most = 0;
  char bytes[32];
  for (int c = 0; c < set->classes; c++) {
    int count = set->first[c + 1] - set->first[c];
    least = count < least ? count : least;
    most = count > most ? count : most;
  }
  il_fetch_size_text(bytes, sizeof bytes, set->file_bytes);
  printf("name:     %s\nfile:     %s/%s%s, %s\n", name, directory, name, il_data_set_suffix, bytes);
  printf("classes:  %d, from %s to %s\n", set->classes, set->names[0], set->names[set->classes - 1]);
  printf("images:   %d; ", set->images);
  printf(least == most ? "%d a class\n" : "%d to %d a class\n", least, most);
  printf("form:     %d x %d pixels, %d channel%s of %d bit%s\n", set->form.height, set->form.width, set->form.channels,
         set->form.channels == 1 ? "" : "s", set->form.bits, set->form.bits == 1 ? "" : "s");
  const il_known_set *known = il_known_set_called(name);
  printf("SHA-256:  %s of the pixels, checked%s\n", set->digest,
         known && known->digest && strcmp(known->digest, set->digest) == 0 ? ", the known one" : "");
  char coverage[IL_COVERAGE_TEXT];
  il_known_set_coverage(coverage, sizeof coverage, name, set->classes);
  if (*coverage) printf("partial:  %s\n", coverage);
  if (set->old && set->file_bytes > IL_IMAGE_SMALL)
    puts("file of an earlier version: read as a whole whenever it is opened; import it again and it is not");
}

/* A line for the split a suite makes with these options; the last one names it. */
static void print_split(const il_suite *suite, const option_pair pairs[2], const char *directory) {
  opened_suite opened;
  il_error trial = {0};
  il_suite_digests digests = {.split = ""};
  const option_pair *named = pairs[1].key ? &pairs[1] : &pairs[0];
  il_status status = open_suite(&opened, suite, pairs, directory, &trial);
  printf("%s:%*s%s, ", named->key, (int)(9 - strlen(named->key)), "", named->value);
  if (status == IL_OK) {
    static const char *const uses[] = {"training", "validation", "test"};
    const int *classes;
    suite->digests(opened.state, &digests);
    for (int s = 0; s < 3; s++)
      printf("%d%s for %s, ", suite->classes(opened.state, (il_split)s, &classes), s ? "" : " classes", uses[s]);
    printf("SHA-256 of its split %s\n", digests.split);
  } else {
    printf("none: %s\n", trial.message);
  }
  close_suite(&opened);
}

/* Splits by every choice of the option `split` that needs nothing else: a list of classes in a file is the user's. */
static void print_splits(const il_suite *suite, const char *directory) {
  const il_option *row = il_schema_row(&suite->options, "split", NULL);
  for (int i = 0; row && row->choices && row->choices[i]; i++)
    if (strcmp(row->choices[i], "file") != 0)
      print_split(suite, (const option_pair[2]){{"split", row->choices[i]}}, directory);
}

/* Splits of a set of the user's: those with names, else what the suite makes by default. */
static void print_named_splits(const il_suite *suite, const il_image_lists *lists, const char *set,
                               const char *directory) {
  if (lists->count == 0) print_split(suite, (const option_pair[2]){{"set", set}}, directory);
  for (int i = 0; i < lists->count; i++)
    print_split(suite, (const option_pair[2]){{"set", set}, {"split", lists->at[i].name}}, directory);
}

static il_status sheet_of_set(int *shown, const il_data_call *call, const il_suite *own, const il_image_set *set,
                              const option_pair pairs[2], il_error *error) {
  opened_suite opened;
  const il_suite *suite = own ? own : suite_called(call->cli->registry, "images");
  il_status status = open_suite(&opened, suite, pairs, call->directory, error);
  if (status == IL_OK) status = write_sheet(&opened, call->values->sheet, pairs[1].value, set->form.bits == 8, error);
  *shown = opened.shown;
  close_suite(&opened);
  return status;
}

static il_status info_of_set(const il_data_call *call, const char *name, il_error *error) {
  il_image_set *set;
  il_image_lists lists = {.count = 0};
  int shown = 0;
  il_status status = il_image_set_find(&set, call->directory, name, IL_IMAGE_CHECK_ALWAYS, NULL, error);
  if (status != IL_OK) return status;
  il_arena *arena = il_arena_new();
  if (!arena) status = il_fail_memory(error, "splits", 0);
  const il_suite *own = suite_called(call->cli->registry, name);
  if (own && !own->digests) own = NULL;
  if (status == IL_OK && !own) status = il_image_set_splits(&lists, set, arena, error);
  const char *split = lists.count > 0 ? lists.at[0].name : NULL;
  const option_pair pairs[2] = {{own ? NULL : "set", name}, {split ? "split" : NULL, split}};
  if (status == IL_OK && call->values->sheet) status = sheet_of_set(&shown, call, own, set, pairs, error);
  if (status == IL_OK) {
    print_set_facts(set, name, call->directory);
    if (own)
      print_splits(own, call->directory);
    else
      print_named_splits(suite_called(call->cli->registry, "images"), &lists, name, call->directory);
    print_sheet(call->values->sheet, shown, split);
  }
  il_arena_free(arena);
  il_image_set_close(set);
  return status;
}

/* A suite that makes its images itself. */
static il_status info_of_suite(const il_data_call *call, const il_suite *suite, il_error *error) {
  opened_suite opened;
  il_status status = open_suite(&opened, suite, (const option_pair[2]){{NULL, NULL}}, call->directory, error);
  if (status == IL_OK && call->values->sheet) status = write_sheet(&opened, call->values->sheet, NULL, 0, error);
  close_suite(&opened);
  if (status != IL_OK) return status;
  printf("name:     %s\nkind:     %s\n", suite->name, suite->summary);
  print_sheet(call->values->sheet, opened.shown, NULL);
  return IL_OK;
}

il_status il_data_info(const il_data_call *call, il_error *error) {
  if (call->words->count != 2) return il_fail(error, IL_INVALID, "data: info of what? expected `data info NAME`");
  const char *name = call->words->at[1];
  const il_suite *suite = suite_called(call->cli->registry, name);
  return suite && !suite->digests ? info_of_suite(call, suite, error) : info_of_set(call, name, error);
}
