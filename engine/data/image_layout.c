/* Classes out of the names of files. */
#include "data/image_layout.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/split_lists.h"

il_file_kind il_file_kind_of(const char *name) {
  static const struct {
    const char *text;
    il_file_kind kind;
  } endings[] = {{".png", IL_FILE_PICTURE},  {".jpg", IL_FILE_PICTURE},  {".jpeg", IL_FILE_PICTURE},
                 {".gif", IL_FILE_FOREIGN},  {".bmp", IL_FILE_FOREIGN},  {".webp", IL_FILE_FOREIGN},
                 {".tif", IL_FILE_FOREIGN},  {".tiff", IL_FILE_FOREIGN}, {".ppm", IL_FILE_FOREIGN},
                 {".pgm", IL_FILE_FOREIGN},  {".pbm", IL_FILE_FOREIGN},  {".jp2", IL_FILE_FOREIGN},
                 {".avif", IL_FILE_FOREIGN}, {".heic", IL_FILE_FOREIGN}};
  size_t length = strlen(name);
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    size_t ending = strlen(endings[i].text);
    if (length > ending && strcasecmp(name + length - ending, endings[i].text) == 0) return endings[i].kind;
  }
  return IL_FILE_OTHER;
}

bool il_layout_wants(const char *name) {
  return il_file_kind_of(name) != IL_FILE_OTHER || il_is_split_list(name);
}

static il_path_part whole_name(const il_image_layout *layout, int picture) {
  const char *name = layout->entries->at[layout->at[picture].entry].name;
  return (il_path_part){name, (int)strlen(name)};
}

static il_path_part folder_of(const il_image_layout *layout, int picture) {
  return il_path_folder(whole_name(layout, picture));
}

/* All pictures in the order of their entries; the class is the folder a picture lies in. */
static il_status place(il_image_layout *layout, il_error *error) {
  const il_entries *entries = layout->entries;
  layout->at = il_arena_get(layout->arena, (size_t)entries->count, sizeof *layout->at);
  if (!layout->at) return il_fail_memory(error, "pictures", (unsigned long long)entries->count * sizeof *layout->at);
  for (int i = 0; i < entries->count; i++) {
    if (il_file_kind_of(entries->at[i].name) == IL_FILE_OTHER) continue;
    il_placed *placed = &layout->at[layout->pictures++];
    *placed = (il_placed){.entry = i, .role = IL_LIST_UNUSED};
    placed->class = il_path_last(folder_of(layout, layout->pictures - 1));
  }
  if (layout->pictures > 0 && layout->pictures <= IL_IMAGES_MAX) return IL_OK;
  return il_fail(error, IL_DATA, "%s: no pictures in it; expected .png, .jpg or .jpeg files in a folder for each class",
                 entries->path);
}

static bool all_in_one_folder(const il_image_layout *layout) {
  il_path_part first = folder_of(layout, 0);
  for (int i = 1; i < layout->pictures; i++)
    if (!il_path_equal(folder_of(layout, i), first)) return false;
  return true;
}

static il_status scattered(const il_image_layout *layout, int a, int b, il_error *error) {
  il_path_part one = whole_name(layout, a), other = whole_name(layout, b);
  return il_fail(error, IL_DATA,
                 "%s: '%.100s' and '%.100s' do not lie side by side; expected class folders in one place, or below "
                 "train, val and test",
                 layout->entries->path, one.at, other.at);
}

/* Class folders lie in one place, or below train, val and test, which then tell the roles. */
static il_status find_roles(il_image_layout *layout, il_error *error) {
  il_path_part first = il_path_folder(folder_of(layout, 0));
  int other = 0;
  for (int i = 0; i < layout->pictures; i++) {
    il_path_part folder = folder_of(layout, i);
    if (folder.length < 0 && all_in_one_folder(layout))
      return il_fail(error, IL_DATA,
                     "%s: no folders in it; expected one for each class, or lists train.csv and test.csv",
                     layout->entries->path);
    if (folder.length < 0) return scattered(layout, i, i ? 0 : layout->pictures - 1, error);
    if (!il_path_equal(il_path_folder(folder), first)) other = other ? other : i;
  }
  for (int i = 0; other && i < layout->pictures; i++) {
    il_path_part prefix = il_path_folder(folder_of(layout, i));
    int role = prefix.length < 0 ? IL_LIST_UNUSED : il_role_of(il_path_last(prefix));
    if (role == IL_LIST_UNUSED || !il_path_equal(il_path_folder(prefix), il_path_folder(first)))
      return scattered(layout, i ? 0 : other, i ? i : 0, error);
    layout->at[i].role = (unsigned char)role;
  }
  return IL_OK;
}

/* ---- order ---- */

static int compare_parts(il_path_part a, il_path_part b) {
  int shorter = a.length < b.length ? a.length : b.length, order = memcmp(a.at, b.at, (size_t)shorter);
  return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* qsort has no context: entries are in the order of their names, and pictures of one class and role in one folder. */
static int by_class(const void *left, const void *right) {
  const il_placed *a = left, *b = right;
  int order = compare_parts(a->class, b->class);
  if (order == 0) order = (a->role > b->role) - (a->role < b->role);
  return order ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

static il_status check_name(const il_image_layout *layout, int picture, il_error *error) {
  char place[IL_ENTRY_PLACE];
  il_path_part class = layout->at[picture].class;
  int wrong = class.length < 1 || class.length >= IL_CLASS_NAME_SIZE;
  for (int i = 0; i < class.length; i++) wrong |= (unsigned char)class.at[i] < 0x20 || class.at[i] == 0x7f;
  if (!wrong) return IL_OK;
  il_entries_place(place, layout->entries, layout->at[picture].entry);
  return il_fail(error, IL_DATA, "%s: '%.*s' is no name for a class; expected 1 to %d bytes and no control characters",
                 place, class.length < 40 ? class.length : 40, class.at, IL_CLASS_NAME_SIZE - 1);
}

/* Pictures by class; counts the classes and names them. */
static il_status make_classes(il_image_layout *layout, il_error *error) {
  qsort(layout->at, (size_t)layout->pictures, sizeof *layout->at, by_class);
  for (int i = 0; i < layout->pictures; i++)
    layout->classes += i == 0 || compare_parts(layout->at[i].class, layout->at[i - 1].class) != 0;
  layout->names = il_arena_get(layout->arena, (size_t)layout->classes, sizeof *layout->names);
  layout->first = il_arena_get(layout->arena, (size_t)layout->classes + 1, sizeof *layout->first);
  if (!layout->names || !layout->first)
    return il_fail_memory(error, "classes", (unsigned long long)layout->classes * sizeof *layout->names);
  if (layout->classes > IL_CLASSES_MAX)
    return il_fail(error, IL_DATA, "%s: %d classes; expected at most %d", layout->entries->path, layout->classes,
                   IL_CLASSES_MAX);
  for (int i = 0, class = 0; i < layout->pictures; i++) {
    il_path_part name = layout->at[i].class;
    if (i > 0 && compare_parts(name, layout->at[i - 1].class) == 0) continue;
    il_status status = check_name(layout, i, error);
    if (status != IL_OK) return status;
    layout->first[class] = i;
    layout->names[class] = il_arena_format(layout->arena, "%.*s", name.length, name.at);
    if (!layout->names[class ++]) return il_fail_memory(error, "a class", (unsigned long long)name.length);
  }
  layout->first[layout->classes] = layout->pictures;
  return IL_OK;
}

/* Roles are a split where no class has two of them, and there is something to learn from and to judge on. */
static il_status list_roles(il_image_layout *layout, const char *name, il_error *error) {
  bool have[IL_LIST_UNUSED + 1] = {false};
  unsigned char *of;
  for (int c = 0; c < layout->classes; c++) {
    int role = layout->at[layout->first[c]].role;
    if (layout->at[layout->first[c + 1] - 1].role != role) return IL_OK;
    have[role] = true;
  }
  if (!have[IL_SPLIT_TRAIN] || !have[IL_SPLIT_TEST]) return IL_OK;
  il_status status = il_list_named(&of, layout, (il_path_part){name, (int)strlen(name)}, error);
  for (int c = 0; status == IL_OK && c < layout->classes; c++) of[c] = layout->at[layout->first[c]].role;
  return status;
}

il_status il_layout_read(il_image_layout *layout, const il_entries *entries, il_error *error) {
  bool labelled = false;
  *layout = (il_image_layout){.entries = entries, .arena = il_arena_new()};
  if (!layout->arena) return il_fail_memory(error, "classes", 0);
  il_status status = place(layout, error);
  if (status == IL_OK && all_in_one_folder(layout)) status = il_read_csv_labels(&labelled, layout, error);
  if (status == IL_OK && !labelled) status = find_roles(layout, error);
  if (status == IL_OK) status = make_classes(layout, error);
  if (status == IL_OK) status = list_roles(layout, labelled ? "csv" : "folders", error);
  return status == IL_OK ? il_read_split_lists(layout, error) : status;
}

void il_layout_free(il_image_layout *layout) {
  il_arena_free(layout->arena);
  *layout = (il_image_layout){.entries = NULL};
}
