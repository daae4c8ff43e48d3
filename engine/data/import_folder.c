/* A folder of class folders into packed form. All names are read and sorted first; pictures then stream into the file
 * one by one. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/regular.h"
#include "data/data_directory.h"
#include "data/image_writer.h"
#include "data/import.h"
#include "data/resize.h"
#include "formats/picture.h"

enum { FILE_BYTES_MAX = 1 << 28 };

/* Sorted names in one folder. */
typedef struct name_listing {
  int count, room;
  char **names;
} name_listing;

static void free_listing(name_listing *listing) {
  for (int i = 0; i < listing->count; i++) free(listing->names[i]);
  free(listing->names);
  *listing = (name_listing){.names = NULL};
}

static int by_bytes(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static il_status add_name(name_listing *listing, const char *name, il_error *error) {
  if (listing->count == listing->room) {
    int room = listing->room ? 2 * listing->room : 64;
    char **names = room <= IL_IMAGES_MAX ? realloc(listing->names, (size_t)room * sizeof *names) : NULL;
    if (!names) return il_fail_memory(error, "names of files", (unsigned long long)room * sizeof *names);
    listing->names = names;
    listing->room = room;
  }
  listing->names[listing->count] = strdup(name);
  if (!listing->names[listing->count]) return il_fail_memory(error, "a file name", strlen(name));
  listing->count++;
  return IL_OK;
}

/* What a file is by its name. */
typedef enum file_kind { FILE_OTHER, FILE_PICTURE, FILE_FOREIGN } file_kind;

/* Pictures are read; those of the second list are some, but of a kind that is not read. */
static file_kind kind_of(const char *name) {
  static const struct {
    const char *text;
    file_kind kind;
  } endings[] = {{".png", FILE_PICTURE},  {".jpg", FILE_PICTURE},  {".jpeg", FILE_PICTURE}, {".gif", FILE_FOREIGN},
                 {".bmp", FILE_FOREIGN},  {".webp", FILE_FOREIGN}, {".tif", FILE_FOREIGN},  {".tiff", FILE_FOREIGN},
                 {".ppm", FILE_FOREIGN},  {".pgm", FILE_FOREIGN},  {".pbm", FILE_FOREIGN},  {".jp2", FILE_FOREIGN},
                 {".avif", FILE_FOREIGN}, {".heic", FILE_FOREIGN}};
  size_t length = strlen(name);
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    size_t ending = strlen(endings[i].text);
    if (length > ending && strcasecmp(name + length - ending, endings[i].text) == 0) return endings[i].kind;
  }
  return FILE_OTHER;
}

static int is_folder(const char *path) {
  struct stat facts;
  return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* Names of the folders (folders != 0), or of what are pictures by their names, in `path`: whether one can be read shows
 * when it is read, also of a link that leads nowhere. */
static il_status list_folder(name_listing *listing, const char *path, int folders, il_error *error) {
  il_status status = IL_OK;
  DIR *folder = opendir(path);
  if (!folder) return il_fail(error, IL_IO, "%s: cannot be read: %s", path, strerror(errno));
  errno = 0;
  for (struct dirent *entry; status == IL_OK && (entry = readdir(folder)); errno = 0) {
    char full[PATH_MAX];
    if (entry->d_name[0] == '.') continue;
    int length = snprintf(full, sizeof full, "%s/%s", path, entry->d_name);
    if (length < 0 || length >= PATH_MAX)
      status = il_fail(error, IL_IO, "%s: a name is too long", path);
    else if (folders ? is_folder(full) : kind_of(entry->d_name) != FILE_OTHER)
      status = add_name(listing, entry->d_name, error);
  }
  if (status == IL_OK && errno != 0) status = il_fail(error, IL_IO, "%s: cannot be read: %s", path, strerror(errno));
  closedir(folder);
  if (listing->count > 0) qsort(listing->names, (size_t)listing->count, sizeof *listing->names, by_bytes);
  return status;
}

/* Everything below the folder. */
typedef struct folder_tree {
  const char *folder;
  name_listing classes;
  name_listing *files; /* [classes.count] */
  int *counts;         /* [classes.count] */
} folder_tree;

static void free_tree(folder_tree *tree) {
  for (int c = 0; tree->files && c < tree->classes.count; c++) free_listing(&tree->files[c]);
  free(tree->files);
  free(tree->counts);
  free_listing(&tree->classes);
}

static il_status read_tree(folder_tree *tree, il_error *error) {
  char path[PATH_MAX];
  il_status status = list_folder(&tree->classes, tree->folder, 1, error);
  if (status != IL_OK) return status;
  int classes = tree->classes.count;
  if (classes == 0) return il_fail(error, IL_DATA, "%s: no folders in it; expected one for each class", tree->folder);
  tree->files = calloc((size_t)classes, sizeof *tree->files);
  tree->counts = calloc((size_t)classes, sizeof *tree->counts);
  if (!tree->files || !tree->counts) return il_fail_memory(error, "classes", (unsigned long long)classes * 32);
  for (int c = 0; c < classes; c++) {
    int length = snprintf(path, sizeof path, "%s/%s", tree->folder, tree->classes.names[c]);
    if (length < 0 || length >= PATH_MAX) return il_fail(error, IL_IO, "%s: a name is too long", tree->folder);
    status = list_folder(&tree->files[c], path, 0, error);
    if (status != IL_OK) return status;
    tree->counts[c] = tree->files[c].count;
    if (tree->counts[c] == 0)
      return il_fail(error, IL_DATA, "%s: no pictures in it; expected .png, .jpg or .jpeg files", path);
  }
  return IL_OK;
}

/* ---- pictures ---- */

static il_status read_picture(il_picture *read, const char *path, const il_import_images *options, il_error *error) {
  char *bytes;
  size_t size;
  *read = (il_picture){.samples = NULL};
  if (kind_of(path) == FILE_FOREIGN)
    return il_fail(error, IL_DATA, "%s: a picture of a kind that is not read; expected PNG or JPEG", path);
  il_status status = il_regular_load(&bytes, &size, path, FILE_BYTES_MAX, NULL, error);
  if (status != IL_OK) return status;
  status = il_picture_decode(read, bytes, size, options->grey ? 1 : 3, path, error);
  free(bytes);
  return status;
}

/* Path of picture `index` of a class, to path[PATH_MAX]. */
static il_status path_of(char *path, const folder_tree *tree, int class, int index, il_error *error) {
  int length =
      snprintf(path, PATH_MAX, "%s/%s/%s", tree->folder, tree->classes.names[class], tree->files[class].names[index]);
  return length > 0 && length < PATH_MAX ? IL_OK : il_fail(error, IL_IO, "%s: a name is too long", tree->folder);
}

/* Takes out of the listing what cannot be read. Every picture is decoded once more for it: how many there are stands
 * before the pixels in the set's file. */
static il_status leave_out(folder_tree *tree, int class, il_import_report *report, const il_import_images *options,
                           il_error *error) {
  char path[PATH_MAX];
  name_listing *files = &tree->files[class];
  int kept = 0;
  for (int i = 0; i < files->count; i++) {
    il_error why = {0};
    il_picture read;
    il_status status = path_of(path, tree, class, i, error);
    if (status != IL_OK) return status;
    status = read_picture(&read, path, options, &why);
    il_picture_free(&read);
    if (status == IL_MEMORY) return il_fail(error, status, "%s", why.message);
    char *name = files->names[i];
    if (status == IL_OK) {
      files->names[i] = files->names[kept];
      files->names[kept++] = name;
      continue;
    }
    if (report->skipped++ == 0) memcpy(report->first_skipped, why.message, sizeof report->first_skipped);
  }
  tree->counts[class] = kept;
  if (kept > 0) return IL_OK;
  return il_fail(error, IL_DATA, "%s/%s: none of its %d pictures can be read", tree->folder, tree->classes.names[class],
                 files->count);
}

static il_status add_resized(il_image_writer *writer, const il_picture *read, const il_import_images *options,
                             il_error *error) {
  const il_raster from = {read->width, read->height, read->channels, read->samples};
  size_t bytes = (size_t)options->size * (size_t)options->size * (size_t)read->channels;
  il_raster to = {options->size, options->size, read->channels, malloc(bytes ? bytes : 1)};
  if (!to.samples) return il_fail_memory(error, "a picture", bytes);
  il_status status = il_resize(&to, &from, (il_resize_filter)options->filter, error);
  if (status == IL_OK) il_image_writer_add(writer, to.samples, bytes);
  free(to.samples);
  return status;
}

static il_status add_pictures(il_image_writer *writer, const folder_tree *tree, const il_import_images *options,
                              il_error *error) {
  char path[PATH_MAX];
  for (int c = 0; c < tree->classes.count; c++) {
    for (int i = 0; i < tree->counts[c]; i++) {
      il_picture read;
      il_status status = path_of(path, tree, c, i, error);
      if (status == IL_OK) status = read_picture(&read, path, options, error);
      if (status != IL_OK) return status;
      status = add_resized(writer, &read, options, error);
      il_picture_free(&read);
      if (status != IL_OK) return status;
    }
  }
  return IL_OK;
}

il_status il_import_folder(il_import_report *report, const char *directory, const char *name, const char *folder,
                           const il_import_images *options, il_error *error) {
  folder_tree tree = {.folder = folder};
  il_image_writer *writer = NULL;
  il_image_form form = {.bits = 8, .height = options->size, .width = options->size, .channels = options->grey ? 1 : 3};
  *report = (il_import_report){.classes = 0};
  il_status status = IL_OK;
  char path[PATH_MAX];
  IL_TRY(il_data_set_path(path, sizeof path, directory, name, error)); /* is it a name? */
  IL_TRY(read_tree(&tree, error));
  if (!options->replace) IL_TRY(il_import_may_replace(directory, name, NULL, 0, error));
  for (int c = 0; options->skip_unreadable && c < tree.classes.count; c++)
    IL_TRY(leave_out(&tree, c, report, options, error));
  IL_TRY(il_image_writer_open(&writer, directory, name, &form, tree.classes.count, tree.counts,
                              (const char *const *)tree.classes.names, error));
  IL_TRY(add_pictures(writer, &tree, options, error));
  status = il_image_writer_commit(writer, report->digest, error);
  writer = NULL;
  report->classes = tree.classes.count;
  for (int c = 0; c < tree.classes.count; c++) report->images += tree.counts[c];
done:
  il_image_writer_discard(writer);
  free_tree(&tree);
  return status;
}
