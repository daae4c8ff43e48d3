/* Lists of classes and of labels, line by line. */
#include "data/split_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/name_rule.h"
#include "base/nearest_name.h"
#include "data/data_directory.h"

enum { LIST_BYTES_MAX = 1 << 26, ROLES = 3 };

/* ---- paths ---- */

il_path_part il_path_folder(il_path_part path) {
  int length = path.length;
  while (length > 0 && path.at[length - 1] != '/') length--;
  return (il_path_part){path.at, length - 1};
}

il_path_part il_path_last(il_path_part path) {
  int before = il_path_folder(path).length + 1;
  return (il_path_part){path.at + before, path.length - before};
}

bool il_path_equal(il_path_part a, il_path_part b) {
  return a.length == b.length && (a.length < 1 || memcmp(a.at, b.at, (size_t)a.length) == 0);
}

static bool is(il_path_part part, const char *text) {
  return part.length == (int)strlen(text) && memcmp(part.at, text, (size_t)part.length) == 0;
}

static const struct {
  const char *name;
  il_split role;
} roles[] = {{"train", IL_SPLIT_TRAIN},
             {"val", IL_SPLIT_VALIDATION},
             {"valid", IL_SPLIT_VALIDATION},
             {"validation", IL_SPLIT_VALIDATION},
             {"test", IL_SPLIT_TEST}};

int il_role_of(il_path_part name) {
  for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
    if (is(name, roles[i].name)) return (int)roles[i].role;
  return IL_LIST_UNUSED;
}

/* The role that `name` without `ending` means. */
static int role_of_file(il_path_part name, const char *ending) {
  int length = (int)strlen(ending);
  il_path_part last = il_path_last(name);
  if (last.length <= length || memcmp(last.at + last.length - length, ending, (size_t)length) != 0)
    return IL_LIST_UNUSED;
  return il_role_of((il_path_part){last.at, last.length - length});
}

/* .../splits/NAME/train.txt: *list is NAME, the answer the role. */
static int role_of_list(il_path_part *list, il_path_part name) {
  il_path_part folder = il_path_folder(name), outer = folder.length > 0 ? il_path_folder(folder) : folder;
  if (outer.length < 1 || !is(il_path_last(outer), "splits")) return IL_LIST_UNUSED;
  *list = il_path_last(folder);
  return role_of_file(name, ".txt");
}

static il_path_part part_of(const char *name) {
  return (il_path_part){name, (int)strlen(name)};
}

bool il_is_split_list(const char *name) {
  il_path_part list;
  return role_of_list(&list, part_of(name)) != IL_LIST_UNUSED || role_of_file(part_of(name), ".csv") != IL_LIST_UNUSED;
}

/* ---- a file, line by line ---- */

/* Text in the layout's arena; lines are cut out of it as they are read. */
typedef struct list_file {
  char place[IL_ENTRY_PLACE];
  char *rest;
  int number; /* of the line that was read last */
} list_file;

static il_status open_list(list_file *file, il_image_layout *layout, int entry, il_error *error) {
  unsigned char *bytes;
  size_t size;
  il_entries_place(file->place, layout->entries, entry);
  il_status status = il_entries_load(&bytes, &size, layout->entries, entry, LIST_BYTES_MAX, error);
  if (status != IL_OK) return status;
  file->number = 0;
  file->rest = il_arena_get(layout->arena, size + 1, 1);
  if (!file->rest)
    status = il_fail_memory(error, file->place, size);
  else if (memchr(bytes, '\0', size))
    status = il_fail(error, IL_DATA, "%s: not a text file; expected lines", file->place);
  else
    memcpy(file->rest, bytes, size);
  free(bytes);
  return status;
}

/* The next line that is not blank, without spaces around it; NULL: there is none. */
static char *next_line(list_file *file) {
  while (*file->rest) {
    char *line = file->rest, *end = line + strcspn(line, "\n");
    file->rest = *end ? end + 1 : end;
    file->number++;
    while (end > line && strchr(" \t\r\n", end[-1])) end--;
    *end = '\0';
    line += strspn(line, " \t");
    if (*line) return line;
  }
  return NULL;
}

/* ---- lists of classes ---- */

static const char *class_at(const void *layout, int index) {
  return ((const il_image_layout *)layout)->names[index];
}

static int by_text(const void *key, const void *name) {
  return strcmp(key, *(const char *const *)name);
}

static il_status no_class(const il_image_layout *layout, const list_file *file, const char *line, il_error *error) {
  int nearest = il_nearest(line, class_at, layout, layout->classes);
  if (nearest < 0)
    return il_fail(error, IL_DATA, "%s:%d: no class '%.80s' among the pictures", file->place, file->number, line);
  return il_fail(error, IL_DATA, "%s:%d: no class '%.80s' among the pictures; did you mean '%.80s'?", file->place,
                 file->number, line, layout->names[nearest]);
}

static il_status read_classes(unsigned char *of, il_image_layout *layout, int entry, int role, il_error *error) {
  list_file file;
  il_status status = open_list(&file, layout, entry, error);
  if (status != IL_OK) return status;
  for (char *line; (line = next_line(&file));) {
    const char **name = bsearch(line, layout->names, (size_t)layout->classes, sizeof *layout->names, by_text);
    if (!name) return no_class(layout, &file, line, error);
    if (of[name - layout->names] != IL_LIST_UNUSED)
      return il_fail(error, IL_DATA, "%s:%d: class '%.80s' stands in the split's lists twice", file.place, file.number,
                     line);
    of[name - layout->names] = (unsigned char)role;
  }
  return IL_OK;
}

il_status il_list_named(unsigned char **of, il_image_layout *layout, il_path_part part, il_error *error) {
  il_image_lists *lists = &layout->lists;
  for (int i = 0; i < lists->count; i++) {
    *of = (unsigned char *)lists->at[i].of; /* it is this layout's own */
    if (is(part, lists->at[i].name)) return IL_OK;
  }
  if (lists->count == IL_LISTS_MAX)
    return il_fail(error, IL_DATA, "%s: more than %d splits", layout->entries->path, IL_LISTS_MAX);
  char *name = il_arena_format(layout->arena, "%.*s", part.length, part.at);
  *of = il_arena_get(layout->arena, (size_t)layout->classes, 1);
  if (!name || !*of) return il_fail_memory(error, "a split", (unsigned long long)layout->classes);
  if (!il_name_allowed(IL_NAME_SET, name))
    return il_fail(error, IL_DATA, "%s: '%.80s' is no name for a split; expected letters, digits, _ . -",
                   layout->entries->path, name);
  memset(*of, IL_LIST_UNUSED, (size_t)layout->classes);
  lists->at[lists->count++] = (il_image_list){name, *of};
  return IL_OK;
}

/* Every split has classes to learn from and to judge on. */
static il_status check_lists(const il_image_layout *layout, il_error *error) {
  for (int i = 0; i < layout->lists.count; i++) {
    const il_image_list *list = &layout->lists.at[i];
    for (int role = 0; role < ROLES; role++)
      if (role != IL_SPLIT_VALIDATION && !memchr(list->of, role, (size_t)layout->classes))
        return il_fail(error, IL_DATA, "%s: the split '%s' has no classes for %s", layout->entries->path, list->name,
                       role == IL_SPLIT_TRAIN ? "training" : "test");
  }
  return IL_OK;
}

il_status il_read_split_lists(il_image_layout *layout, il_error *error) {
  const il_entries *entries = layout->entries;
  for (int i = 0; i < entries->count; i++) {
    il_path_part name;
    unsigned char *of;
    int role = role_of_list(&name, part_of(entries->at[i].name));
    if (role == IL_LIST_UNUSED) continue;
    il_status status = il_list_named(&of, layout, name, error);
    if (status == IL_OK) status = read_classes(of, layout, i, role, error);
    if (status != IL_OK) return status;
  }
  return check_lists(layout, error);
}

/* ---- labels of pictures ---- */

static int by_entry_name(const void *key, const void *entry) {
  return strcmp(key, ((const il_entry *)entry)->name);
}

/* The file of that name in a folder, or -1. */
static int entry_in(const il_entries *entries, il_path_part folder, const char *file, const char *ending) {
  char name[4096];
  int length = snprintf(name, sizeof name, "%.*s%s%s%s", folder.length < 0 ? 0 : folder.length, folder.at,
                        folder.length > 0 ? "/" : "", file, ending);
  if (length < 0 || length >= (int)sizeof name) return -1;
  const il_entry *entry = bsearch(name, entries->at, (size_t)entries->count, sizeof *entries->at, by_entry_name);
  return entry ? (int)(entry - entries->at) : -1;
}

static int by_entry(const void *key, const void *placed) {
  int entry = ((const il_placed *)placed)->entry;
  return (*(const int *)key > entry) - (*(const int *)key < entry);
}

/* One line filename,label. */
static il_status read_label(il_image_layout *layout, il_path_part folder, const list_file *file, char *line, int role,
                            il_error *error) {
  char *comma = strrchr(line, ',');
  if (!comma || comma == line || !comma[1])
    return il_fail(error, IL_DATA, "%s:%d: '%.80s'; expected filename,label", file->place, file->number, line);
  *comma = '\0';
  int entry = entry_in(layout->entries, folder, line, "");
  il_placed *placed =
      entry < 0 ? NULL : bsearch(&entry, layout->at, (size_t)layout->pictures, sizeof *layout->at, by_entry);
  if (!placed)
    return il_fail(error, IL_DATA, "%s:%d: no picture '%.80s' in the folder", file->place, file->number, line);
  if (placed->role != IL_LIST_UNUSED)
    return il_fail(error, IL_DATA, "%s:%d: picture '%.80s' stands in the lists twice", file->place, file->number, line);
  placed->class = part_of(comma + 1);
  placed->role = (unsigned char)role;
  return IL_OK;
}

static il_status read_labels(il_image_layout *layout, il_path_part folder, int entry, int role, il_error *error) {
  list_file file;
  il_status status = open_list(&file, layout, entry, error);
  char *line = status == IL_OK ? next_line(&file) : NULL;
  if (status == IL_OK && (!line || strcmp(line, "filename,label") != 0))
    return il_fail(error, IL_DATA, "%s:1: '%.80s'; expected the heading filename,label", file.place, line ? line : "");
  while (status == IL_OK && (line = next_line(&file))) status = read_label(layout, folder, &file, line, role, error);
  return status;
}

/* Leaves out what no list names. */
static void keep_labelled(il_image_layout *layout) {
  int kept = 0;
  for (int i = 0; i < layout->pictures; i++)
    if (layout->at[i].role != IL_LIST_UNUSED) layout->at[kept++] = layout->at[i];
  layout->unlisted = layout->pictures - kept;
  layout->pictures = kept;
}

il_status il_read_csv_labels(bool *found, il_image_layout *layout, il_error *error) {
  const il_entries *entries = layout->entries;
  il_path_part folder = il_path_folder(part_of(entries->at[layout->at[0].entry].name));
  il_path_part place = folder;
  *found = false;
  if (entry_in(entries, place, "train", ".csv") < 0 && folder.length > 0) place = il_path_folder(folder);
  if (entry_in(entries, place, "train", ".csv") < 0) return IL_OK;
  *found = true;
  for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
    int entry = entry_in(entries, place, roles[i].name, ".csv");
    il_status status = entry < 0 ? IL_OK : read_labels(layout, folder, entry, (int)roles[i].role, error);
    if (status != IL_OK) return status;
  }
  keep_labelled(layout);
  if (layout->pictures > 0) return IL_OK;
  return il_fail(error, IL_DATA, "%s: train.csv, val.csv and test.csv name no picture", entries->path);
}
