/* A folder of class folders into packed form. All names are read and sorted first; pictures then stream into the file one by
 * one. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "harness/image_writer.h"
#include "harness/import.h"
#include "harness/picture.h"
#include "tasks/data_directory.h"
#include "tasks/resize.h"

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

static int is_picture(const char *name) {
  static const char *const endings[] = {".png", ".jpg", ".jpeg"};
  size_t length = strlen(name);
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    size_t ending = strlen(endings[i]);
    if (length > ending && strcasecmp(name + length - ending, endings[i]) == 0) return 1;
  }
  return 0;
}

/* Names of the folders (folders != 0) or pictures in `path`. */
static il_status list_folder(name_listing *listing, const char *path, int folders, il_error *error) {
  il_status status = IL_OK;
  DIR *folder = opendir(path);
  if (!folder) return il_fail(error, IL_IO, "%s: cannot be read: %s", path, strerror(errno));
  errno = 0;
  for (struct dirent *entry; status == IL_OK && (entry = readdir(folder)); errno = 0) {
    char full[PATH_MAX];
    struct stat facts;
    if (entry->d_name[0] == '.') continue;
    int length = snprintf(full, sizeof full, "%s/%s", path, entry->d_name);
    if (length < 0 || length >= PATH_MAX) {
      status = il_fail(error, IL_IO, "%s: a name is too long", path);
    } else if (stat(full, &facts) == 0) {
      int wanted = folders ? S_ISDIR(facts.st_mode) : S_ISREG(facts.st_mode) && is_picture(entry->d_name);
      if (wanted) status = add_name(listing, entry->d_name, error);
    }
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

static il_status add_resized(il_image_writer *writer, const il_picture *read, const il_import_images *options,
                             il_error *error) {
  const il_raster from = {read->width, read->height, read->channels, read->samples};
  size_t bytes = (size_t)options->size * (size_t)options->size * (size_t)read->channels;
  il_raster to = {options->size, options->size, read->channels, malloc(bytes)};
  if (!to.samples) return il_fail_memory(error, "a picture", bytes);
  il_status status = il_resize(&to, &from, (il_resize_filter)options->filter, error);
  if (status == IL_OK) il_image_writer_add(writer, to.samples, bytes);
  free(to.samples);
  return status;
}

static il_status add_picture(il_image_writer *writer, const char *path, const il_import_images *options,
                             il_error *error) {
  unsigned char *bytes;
  size_t size;
  il_picture read = {.samples = NULL};
  il_status status = il_picture_load(&bytes, &size, path, FILE_BYTES_MAX, error);
  if (status != IL_OK) return status;
  status = il_picture_decode(&read, bytes, size, options->grey ? 1 : 3, path, error);
  free(bytes);
  if (status == IL_OK) status = add_resized(writer, &read, options, error);
  il_picture_free(&read);
  return status;
}

static il_status add_pictures(il_image_writer *writer, const folder_tree *tree, const il_import_images *options,
                              il_error *error) {
  char path[PATH_MAX];
  for (int c = 0; c < tree->classes.count; c++) {
    for (int i = 0; i < tree->counts[c]; i++) {
      int length =
          snprintf(path, sizeof path, "%s/%s/%s", tree->folder, tree->classes.names[c], tree->files[c].names[i]);
      if (length < 0 || length >= PATH_MAX) return il_fail(error, IL_IO, "%s: a name is too long", tree->folder);
      il_status status = add_picture(writer, path, options, error);
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
