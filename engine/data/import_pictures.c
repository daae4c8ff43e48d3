/* Pictures of a folder or a zip into packed form. All names are read and sorted first; pictures then stream into the
 * file one by one. */
#include <stdlib.h>
#include <string.h>

#include "base/name_rule.h"
#include "data/data_directory.h"
#include "data/image_layout.h"
#include "data/image_writer.h"
#include "data/import.h"
#include "data/resize.h"
#include "formats/picture.h"

/* An import under way. */
typedef struct picture_import {
  const il_import_images *options;
  il_entries *entries;
  il_image_layout layout;
  int *counts; /* [classes] pictures of a class; with skip_unreadable the readable ones, which then stand first */
  int side;    /* pixels */
} picture_import;

static il_status read_picture(il_picture *read, const picture_import *import, int picture, il_error *error) {
  unsigned char *bytes;
  char place[IL_ENTRY_PLACE];
  size_t size;
  int entry = import->layout.at[picture].entry;
  *read = (il_picture){.samples = NULL};
  il_entries_place(place, import->entries, entry);
  if (il_file_kind_of(place) == IL_FILE_FOREIGN)
    return il_fail(error, IL_DATA, "%s: a picture of a kind that is not read; expected PNG or JPEG", place);
  il_status status = il_entries_load(&bytes, &size, import->entries, entry, IL_ENTRY_BYTES_MAX, error);
  if (status != IL_OK) return status;
  status = il_picture_decode(read, bytes, size, import->options->grey ? 1 : 3, place, error);
  free(bytes);
  return status;
}

/* Takes out of a class what cannot be read. Every picture is decoded once more for it: how many there are stands before
 * the pixels in the set's file. */
static il_status leave_out(picture_import *import, int class, il_import_report *report, il_error *error) {
  il_image_layout *layout = &import->layout;
  int first = layout->first[class], all = import->counts[class], kept = first;
  for (int i = first; i < first + all; i++) {
    il_error why = {0};
    il_picture read;
    il_status status = read_picture(&read, import, i, &why);
    il_picture_free(&read);
    if (status == IL_MEMORY) return il_fail(error, status, "%s", why.message);
    if (status == IL_OK)
      layout->at[kept++] = layout->at[i];
    else if (report->skipped++ == 0)
      memcpy(report->first_skipped, why.message, sizeof report->first_skipped);
  }
  import->counts[class] = kept - first;
  if (kept > first) return IL_OK;
  return il_fail(error, IL_DATA, "%s: none of the %d pictures of class '%.80s' can be read", import->entries->path, all,
                 layout->names[class]);
}

static il_status another_size(const il_picture *read, const picture_import *import, int picture, il_error *error) {
  char place[IL_ENTRY_PLACE];
  il_entries_place(place, import->entries, import->layout.at[picture].entry);
  if (import->side == 0)
    return il_fail(error, IL_DATA, "%s: %d x %d pixels, not square; add --size PIXELS, the side to resize to", place,
                   read->width, read->height);
  return il_fail(error, IL_DATA,
                 "%s: %d x %d pixels, the pictures before it %d x %d; add --size PIXELS, the side to resize to", place,
                 read->width, read->height, import->side, import->side);
}

/* The side that is asked for, or that of the first picture. */
static il_status find_side(picture_import *import, il_error *error) {
  il_picture read;
  import->side = import->options->size;
  if (import->side > 0) return IL_OK;
  il_status status = read_picture(&read, import, 0, error);
  if (status != IL_OK) return status;
  if (read.width != read.height || read.width > IL_IMAGE_SIDE_MAX)
    status = another_size(&read, import, 0, error);
  else
    import->side = read.width;
  il_picture_free(&read);
  return status;
}

static il_status add_resized(il_image_writer *writer, const il_picture *read, const picture_import *import,
                             il_error *error) {
  const il_raster from = {read->width, read->height, read->channels, read->samples};
  size_t bytes = (size_t)import->side * (size_t)import->side * (size_t)read->channels;
  il_raster to = {import->side, import->side, read->channels, malloc(bytes ? bytes : 1)};
  if (!to.samples) return il_fail_memory(error, "a picture", bytes);
  il_status status = il_resize(&to, &from, (il_resize_filter)import->options->filter, error);
  if (status == IL_OK) il_image_writer_add(writer, to.samples, bytes);
  free(to.samples);
  return status;
}

static il_status add_pictures(il_image_writer *writer, const picture_import *import, il_error *error) {
  const il_image_layout *layout = &import->layout;
  for (int c = 0; c < layout->classes; c++) {
    for (int i = layout->first[c]; i < layout->first[c] + import->counts[c]; i++) {
      il_picture read;
      il_status status = read_picture(&read, import, i, error);
      if (status != IL_OK) return status;
      if (import->options->size == 0 && (read.width != import->side || read.height != import->side))
        status = another_size(&read, import, i, error);
      if (status == IL_OK) status = add_resized(writer, &read, import, error);
      il_picture_free(&read);
      if (status != IL_OK) return status;
    }
  }
  return IL_OK;
}

/* Files, classes, what of them can be read, and how large the pictures become. */
static il_status survey(picture_import *import, il_import_report *report, const char *path, il_error *error) {
  il_image_layout *layout = &import->layout;
  il_status status = il_entries_open(&import->entries, path, il_layout_wants, error);
  if (status == IL_OK) status = il_layout_read(layout, import->entries, error);
  if (status != IL_OK) return status;
  import->counts = il_arena_get(layout->arena, (size_t)layout->classes, sizeof *import->counts);
  if (!import->counts) return il_fail_memory(error, "classes", (unsigned long long)layout->classes * sizeof(int));
  for (int c = 0; c < layout->classes; c++) import->counts[c] = layout->first[c + 1] - layout->first[c];
  for (int c = 0; status == IL_OK && import->options->skip_unreadable && c < layout->classes; c++)
    status = leave_out(import, c, report, error);
  if (status == IL_OK) status = find_side(import, error);
  report->classes = layout->classes;
  report->splits = layout->lists.count;
  report->unlisted = layout->unlisted;
  report->size = import->side;
  for (int c = 0; c < layout->classes; c++) report->images += import->counts[c];
  return status;
}

il_status il_import_pictures(il_import_report *report, const char *directory, const char *name, const char *path,
                             const il_import_images *options, il_error *error) {
  picture_import import = {.options = options};
  const il_image_layout *layout = &import.layout;
  il_image_writer *writer = NULL;
  il_status status = IL_OK;
  *report = (il_import_report){.classes = 0};
  if (!il_name_allowed(IL_NAME_SET, name)) {
    char unused[1];
    return il_data_set_path(unused, sizeof unused, directory, name, error);
  }
  if (!options->replace) IL_TRY(il_import_may_replace(directory, name, NULL, 0, error));
  IL_TRY(survey(&import, report, path, error));
  il_image_form form = {.bits = 8, .height = import.side, .width = import.side, .channels = options->grey ? 1 : 3};
  IL_TRY(il_image_writer_open_split(&writer, directory, name, &form, layout->classes, import.counts, layout->names,
                                    &layout->lists, error));
  il_image_writer_expect(writer, options->known_digest);
  IL_TRY(add_pictures(writer, &import, error));
  status = il_image_writer_commit(writer, report->digest, error);
  writer = NULL;
done:
  il_image_writer_discard(writer);
  il_layout_free(&import.layout);
  il_entries_close(import.entries);
  return status;
}
