/* Omniglot into packed form. All ink bits are collected in memory in the order of the complete set (45 MB), then
 * written; a partial set is moved together first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/image_writer.h"
#include "data/import.h"
#include "data/omniglot_characters.h"
#include "data/zip_archive.h"
#include "formats/npz.h"
#include "formats/picture.h"

enum {
  CHARACTERS = IL_OMNIGLOT_CHARACTERS,
  DRAWINGS = IL_OMNIGLOT_DRAWINGS,
  SIDE = IL_OMNIGLOT_SIDE,
  PIXELS = SIDE * SIDE,
  PNG_BYTES_MAX = 65536, /* the official ones have about 300 */
  ENTRIES_MAX = 100000
};

/* Ink bits of all drawings, [1623][20][105 * 105], first in the highest bit; present: bit d, drawing d is there. */
typedef struct ink_collection {
  unsigned char *bits;
  uint32_t present[CHARACTERS];
} ink_collection;

static const size_t ink_bytes = ((size_t)CHARACTERS * DRAWINGS * PIXELS + 7) / 8;

static int ink_bit(const unsigned char *bits, size_t at) {
  return bits[at / 8] >> (7 - at % 8) & 1;
}

/* One drawing: ink[PIXELS], 1 = ink. Returns 0, or -1 where another one stands there already. character from 0. */
static int collect(ink_collection *all, int character, int drawing, const unsigned char *ink) {
  size_t at = ((size_t)character * DRAWINGS + (size_t)drawing) * PIXELS;
  if (all->present[character] >> drawing & 1) {
    for (size_t i = 0; i < PIXELS; i++)
      if (ink_bit(all->bits, at + i) != ink[i]) return -1;
    return 0;
  }
  all->present[character] |= 1u << drawing;
  for (size_t i = 0; i < PIXELS; i++)
    all->bits[(at + i) / 8] = (unsigned char)(all->bits[(at + i) / 8] | ink[i] << (7 - (at + i) % 8));
  return 0;
}

static il_status two_drawings(const char *path, int character, int drawing, il_error *error) {
  return il_fail(error, IL_DATA, "%s: drawing %d of character %04d differs from the one read before", path, drawing + 1,
                 character + 1);
}

/* ---- zips of PNGs ---- */

static int number_of(const char *digits, int count) {
  int number = 0;
  for (int i = 0; i < count; i++) number = 10 * number + digits[i] - '0';
  return number;
}

/* "NNNN_DD.png" at the end of a path: character and drawing from 0. Returns 0, or -1 for other names. */
static int parse_name(int *character, int *drawing, const char *name) {
  const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
  if (strlen(base) != 11 || strspn(base, "0123456789") != 4 || base[4] != '_') return -1;
  if (strspn(base + 5, "0123456789") != 2 || strcmp(base + 7, ".png") != 0) return -1;
  *character = number_of(base, 4) - 1;
  *drawing = number_of(base + 5, 2) - 1;
  return *character >= 0 && *character < CHARACTERS && *drawing >= 0 && *drawing < DRAWINGS ? 0 : -1;
}

/* PNGs that are not drawings: resource forks of macOS. Everything else that is no PNG is passed over too. */
static int is_foreign(const char *name) {
  const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
  size_t length = strlen(base);
  return length < 4 || strcmp(base + length - 4, ".png") != 0 || strncmp(base, "._", 2) == 0;
}

/* Reads entry `index` into png[PNG_BYTES_MAX]. Returns NULL, or what is wrong. */
static const char *read_entry(unsigned char *png, size_t *size, zip_t *archive, zip_uint64_t index) {
  if (il_zip_size(size, archive, index) != 0) return "a damaged entry";
  if (*size > PNG_BYTES_MAX) return "an entry too large for a drawing";
  return il_zip_read(png, *size, archive, index);
}

/* A drawing in black (ink) on white. */
static il_status ink_of_png(unsigned char ink[PIXELS], const unsigned char *png, size_t size, const char *name,
                            il_error *error) {
  il_picture picture;
  il_status status = il_picture_decode(&picture, png, size, 1, name, error);
  if (status != IL_OK) return status;
  if (!picture.plain || picture.width != SIDE || picture.height != SIDE)
    status = il_fail(error, IL_DATA, "%s: %d x %d pixels%s; expected 105 x 105 in black and white", name, picture.width,
                     picture.height, picture.plain ? "" : " in colour, with transparency or 16 bits");
  for (size_t i = 0; status == IL_OK && i < PIXELS; i++) {
    ink[i] = picture.samples[i] == 0;
    if (picture.samples[i] != 0 && picture.samples[i] != 255)
      status = il_fail(error, IL_DATA, "%s: grey pixels; expected black and white", name);
  }
  il_picture_free(&picture);
  return status;
}

/* Messages name archive and entry. */
static il_status collect_entry(ink_collection *all, zip_t *archive, zip_uint64_t index, const char *path,
                               il_error *error) {
  unsigned char png[PNG_BYTES_MAX], ink[PIXELS];
  char place[512];
  size_t size = 0;
  int character, drawing;
  const char *name;
  il_status status = il_zip_name(&name, archive, index, path, error);
  if (status != IL_OK || is_foreign(name)) return status;
  snprintf(place, sizeof place, "%.300s: %.150s", path, name);
  if (parse_name(&character, &drawing, name) != 0)
    return il_fail(error, IL_DATA, "%s: not a drawing's name; expected NNNN_DD.png, 0001_01 to 1623_20", place);
  const char *wrong = read_entry(png, &size, archive, index);
  if (wrong) return il_fail(error, IL_DATA, "%s: %s", place, wrong);
  status = ink_of_png(ink, png, size, place, error);
  if (status != IL_OK) return status;
  return collect(all, character, drawing, ink) == 0 ? IL_OK : two_drawings(path, character, drawing, error);
}

static il_status collect_zip(ink_collection *all, zip_t *archive, const char *path, il_error *error) {
  zip_int64_t entries = zip_get_num_entries(archive, 0);
  il_status status = IL_OK;
  for (zip_int64_t i = 0; status == IL_OK && i < entries; i++)
    status = collect_entry(all, archive, (zip_uint64_t)i, path, error);
  return status;
}

/* ---- .npz ---- */

static const struct {
  size_t characters;
  int first;
} npz_sets[] = {
    {IL_OMNIGLOT_BACKGROUND, 0},
    {CHARACTERS - IL_OMNIGLOT_BACKGROUND, IL_OMNIGLOT_BACKGROUND},
    {CHARACTERS, 0},
};

/* labels [C, 20]: every drawing of a character has the character's label, one more than the character before. */
static int labels_are_right(const il_npz_array *labels, size_t characters) {
  if (labels->rank != 2 || labels->dims[0] != characters || labels->dims[1] != DRAWINGS) return 0;
  if (labels->type != IL_NPZ_INT64) return 0;
  const int64_t *label = labels->data;
  for (size_t i = 0; i < characters * DRAWINGS; i++)
    if (label[i] < 0 || label[i] - label[0] != (int64_t)(i / DRAWINGS)) return 0;
  return 1;
}

/* Character number of the first, or -1 where the arrays are not Omniglot's. */
static int npz_first(const il_npz_array *images, const il_npz_array *labels) {
  if (images->type != IL_NPZ_BOOL || images->rank != 4) return -1;
  if (images->dims[1] != DRAWINGS || images->dims[2] != SIDE || images->dims[3] != SIDE) return -1;
  for (size_t i = 0; i < sizeof npz_sets / sizeof npz_sets[0]; i++)
    if (npz_sets[i].characters == images->dims[0] && labels_are_right(labels, images->dims[0]))
      return npz_sets[i].first;
  return -1;
}

static il_status collect_arrays(ink_collection *all, const il_npz_array *images, int first, const char *path,
                                il_error *error) {
  const unsigned char *paper = images->data;
  unsigned char ink[PIXELS];
  for (size_t image = 0; image < images->dims[0] * DRAWINGS; image++, paper += PIXELS) {
    int character = first + (int)(image / DRAWINGS), drawing = (int)(image % DRAWINGS);
    for (size_t i = 0; i < PIXELS; i++) ink[i] = paper[i] == 0;
    if (collect(all, character, drawing, ink) != 0) return two_drawings(path, character, drawing, error);
  }
  return IL_OK;
}

static il_status collect_npz(ink_collection *all, const char *path, il_error *error) {
  enum { IMAGES_LIMIT = CHARACTERS * DRAWINGS * PIXELS, LABELS_LIMIT = CHARACTERS * DRAWINGS * 8 };
  il_npz *npz = NULL;
  il_npz_array images, labels;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, path, 0);
  il_status status = il_npz_open(&npz, path, error);
  if (status == IL_OK) status = il_npz_read(&labels, npz, "labels", LABELS_LIMIT, arena, error);
  if (status == IL_OK) status = il_npz_read(&images, npz, "images", IMAGES_LIMIT, arena, error);
  if (status == IL_OK) {
    int first = npz_first(&images, &labels);
    if (first < 0)
      status = il_fail(error, IL_DATA,
                       "%s: not Omniglot's arrays; expected images bool (C, 20, 105, 105) and labels int64 (C, 20), "
                       "C = 964, 659 or 1623",
                       path);
    else
      status = collect_arrays(all, &images, first, path, error);
  }
  il_npz_close(npz);
  il_arena_free(arena);
  return status;
}

/* ---- all of them ---- */

static il_status collect_file(ink_collection *all, const char *path, il_error *error) {
  zip_t *archive;
  il_status status = il_zip_open(&archive, path, "a zip or .npz archive", ENTRIES_MAX, error);
  if (status != IL_OK) return status;
  int arrays = zip_name_locate(archive, "images.npy", 0) >= 0;
  status = arrays ? IL_OK : collect_zip(all, archive, path, error);
  zip_discard(archive);
  return arrays ? collect_npz(all, path, error) : status;
}

/* Moves the characters that are there together; counts and names for the head. */
static il_status gather(ink_collection *all, int *classes, char names[CHARACTERS][8], il_error *error) {
  static const uint32_t whole = (1u << DRAWINGS) - 1;
  enum { BLOCK = DRAWINGS * PIXELS };
  *classes = 0;
  for (int character = 0; character < CHARACTERS; character++) {
    if (!all->present[character]) continue;
    if (all->present[character] != whole)
      return il_fail(error, IL_DATA, "character %04d has %d drawings; expected %d", character + 1,
                     __builtin_popcount(all->present[character]), DRAWINGS);
    size_t from = (size_t)character * BLOCK, to = (size_t)*classes * BLOCK;
    for (size_t i = 0; from != to && i < BLOCK; i++) {
      int shift = 7 - (int)((to + i) % 8);
      unsigned char *byte = &all->bits[(to + i) / 8];
      *byte = (unsigned char)((*byte & ~(1 << shift)) | ink_bit(all->bits, from + i) << shift);
    }
    snprintf(names[(*classes)++], 8, "%04d", character + 1);
  }
  return *classes > 0 ? IL_OK : il_fail(error, IL_DATA, "no drawings were found; expected files NNNN_DD.png");
}

static il_status write_set(il_import_report *report, const char *directory, ink_collection *all, bool replace,
                           il_error *error) {
  static const il_image_form form = {.bits = 1, .height = SIDE, .width = SIDE, .channels = 1};
  char names[CHARACTERS][8];
  const char *name_at[CHARACTERS];
  int counts[CHARACTERS], classes;
  il_image_writer *writer;
  il_status status = gather(all, &classes, names, error);
  if (status != IL_OK) return status;
  for (int c = 0; c < classes; c++) {
    name_at[c] = names[c];
    counts[c] = DRAWINGS;
  }
  size_t bits = (size_t)classes * DRAWINGS * PIXELS, bytes = il_image_bytes(&form, (size_t)(classes * DRAWINGS));
  if (bits % 8) all->bits[bytes - 1] = (unsigned char)(all->bits[bytes - 1] & 0xff << (8 - bits % 8));
  *report = (il_import_report){.classes = classes, .images = classes * DRAWINGS, .complete = classes == CHARACTERS};
  status = il_hash_bytes(report->digest, all->bits, bytes, error);
  if (status != IL_OK) return status;
  if (report->complete && strcmp(report->digest, IL_OMNIGLOT_DIGEST) != 0)
    return il_fail(error, IL_DATA, "the ink of all characters has SHA-256 %.12s...; expected %.12s...", report->digest,
                   IL_OMNIGLOT_DIGEST);
  if (!replace) status = il_import_may_replace(directory, "omniglot", name_at, classes, error);
  if (status != IL_OK) return status;
  status = il_image_writer_open(&writer, directory, "omniglot", &form, classes, counts, name_at, error);
  if (status != IL_OK) return status;
  il_image_writer_add(writer, all->bits, bytes);
  return il_image_writer_commit(writer, report->digest, error);
}

il_status il_import_omniglot(il_import_report *report, const char *directory, const char *const *paths, int count,
                             bool replace, il_error *error) {
  ink_collection *all = calloc(1, sizeof *all);
  if (!all) return il_fail_memory(error, "Omniglot", sizeof *all);
  il_status status = IL_OK;
  all->bits = calloc(ink_bytes, 1);
  if (!all->bits) status = il_fail_memory(error, "Omniglot", ink_bytes);
  for (int i = 0; status == IL_OK && i < count; i++) status = collect_file(all, paths[i], error);
  if (status == IL_OK) status = write_set(report, directory, all, replace, error);
  free(all->bits);
  free(all);
  return status;
}
