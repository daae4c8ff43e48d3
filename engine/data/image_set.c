/* Reading packed image sets, and the head of one. */
#include "data/image_set.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/name_rule.h"
#include "base/regular.h"
#include "data/data_directory.h"
#include "data/image_file.h"
#include "data/known_sets.h"

static const char magic[8] = "ILIMAGE2", split_magic[8] = "ILIMAGE3", old_magic[8] = "ILIMAGE1";
enum { HASHED = 48, DIGEST = IL_DIGEST_TEXT - 1, LISTS_AT = HASHED + DIGEST, ALIGNMENT = 64 };

/* The numbers of the header, in its order. */
typedef struct head_numbers {
  uint32_t bits, height, width, channels, classes, images, lists;
  uint64_t names_bytes, pixel_bytes; /* names: of splits too, with what they say of each class */
} head_numbers;

static uint64_t get(const unsigned char *at, int bytes) {
  uint64_t value = 0;
  for (int i = bytes - 1; i >= 0; i--) value = value << 8 | at[i];
  return value;
}

static void put(unsigned char *at, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; i++, value >>= 8) at[i] = (unsigned char)value;
}

size_t il_image_bytes(const il_image_form *form, size_t images) {
  return (images * il_image_samples(form) * (size_t)form->bits + 7) / 8;
}

static int form_is_allowed(const il_image_form *form) {
  return (form->bits == 1 || form->bits == 8) && (form->channels == 1 || form->channels == 3) && form->height >= 1 &&
         form->height <= IL_IMAGE_SIDE_MAX && form->width >= 1 && form->width <= IL_IMAGE_SIDE_MAX;
}

static size_t aligned(size_t size) {
  return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static il_status damaged(const char *path, const char *what, il_error *error) {
  return il_fail(error, IL_DATA, "%s: a damaged image set: %s; import it again", path, what);
}

/* ---- writing the head ---- */

static int has_splits(const unsigned char *bytes) {
  return memcmp(bytes, split_magic, sizeof split_magic) == 0;
}

static il_status head_digest(char digest[IL_DIGEST_TEXT], const unsigned char *bytes, size_t size, il_error *error) {
  size_t behind = has_splits(bytes) ? LISTS_AT : IL_IMAGE_SET_HEADER;
  il_hash *hash = il_hash_new();
  il_hash_add(hash, bytes, HASHED);
  il_hash_add(hash, bytes + behind, size - behind);
  return il_hash_finish(hash, digest, error);
}

/* Images in all, or -1 where a count is not in range. */
static int64_t total(const int *counts, int classes) {
  int64_t images = 0;
  for (int c = 0; c < classes; c++) {
    if (counts[c] < 1) return -1;
    images += counts[c];
  }
  return images <= IL_IMAGES_MAX ? images : -1;
}

static void fill_head(unsigned char *bytes, const il_image_form *form, int classes, const int *counts,
                      const char *const *names, const il_image_lists *lists, size_t names_bytes) {
  uint64_t images = (uint64_t)total(counts, classes);
  const uint32_t numbers[6] = {(uint32_t)form->bits,     (uint32_t)form->height, (uint32_t)form->width,
                               (uint32_t)form->channels, (uint32_t)classes,      (uint32_t)images};
  memcpy(bytes, lists->count > 0 ? split_magic : magic, sizeof magic);
  if (lists->count > 0) put(bytes + LISTS_AT, (uint64_t)lists->count, 4);
  for (int i = 0; i < 6; i++) put(bytes + 8 + 4 * i, numbers[i], 4);
  put(bytes + 32, names_bytes, 8);
  put(bytes + 40, il_image_bytes(form, images), 8);
  unsigned char *at = bytes + IL_IMAGE_SET_HEADER;
  for (int c = 0; c < classes; c++, at += 4) put(at, (uint64_t)counts[c], 4);
  for (int c = 0; c < classes; c++) {
    size_t length = strlen(names[c]) + 1;
    memcpy(at, names[c], length);
    at += length;
  }
  for (int i = 0; i < lists->count; i++) {
    size_t length = strlen(lists->at[i].name) + 1;
    memcpy(at, lists->at[i].name, length);
    memcpy(at + length, lists->at[i].of, (size_t)classes);
    at += length + (size_t)classes;
  }
}

il_status il_image_set_head(unsigned char **bytes, size_t *size, const il_image_form *form, int classes,
                            const int *counts, const char *const *names, const il_image_lists *lists, il_error *error) {
  static const il_image_lists none = {.count = 0};
  *bytes = NULL;
  size_t names_bytes = 0;
  if (!lists) lists = &none;
  if (!form_is_allowed(form) || classes < 1 || classes > IL_CLASSES_MAX || total(counts, classes) < 1)
    return il_fail(error, IL_INVALID, "an image set of %d classes of %d x %d x %d samples; expected fewer or smaller",
                   classes, form->height, form->width, form->channels);
  for (int c = 0; c < classes; c++) {
    size_t length = strlen(names[c]);
    if (length == 0 || length >= IL_CLASS_NAME_SIZE)
      return il_fail(error, IL_INVALID, "'%.40s': a class name of %zu bytes; expected 1 to %d", names[c], length,
                     IL_CLASS_NAME_SIZE - 1);
    names_bytes += length + 1;
  }
  for (int i = 0; i < lists->count; i++) names_bytes += strlen(lists->at[i].name) + 1 + (size_t)classes;
  *size = aligned(IL_IMAGE_SET_HEADER + 4 * (size_t)classes + names_bytes);
  unsigned char *made = calloc(*size, 1);
  if (!made) return il_fail_memory(error, "the head of an image set", *size);
  fill_head(made, form, classes, counts, names, lists, names_bytes);
  char digest[IL_DIGEST_TEXT];
  il_status status = head_digest(digest, made, *size, error);
  if (status != IL_OK) {
    free(made);
    return status;
  }
  memcpy(made + HASHED, digest, DIGEST);
  *bytes = made;
  return IL_OK;
}

/* ---- reading ---- */

/* A set while it is opened. */
typedef struct opening {
  il_image_set *set;
  const char *path;
  int descriptor;      /* -1: handed on */
  size_t start, size;  /* of the pixels in the file */
  unsigned char *tail; /* what follows the pixels */
  size_t tail_bytes;
} opening;

static il_status open_file(opening *o, il_error *error) {
  il_status status = il_regular_descriptor(&o->descriptor, &o->set->file_bytes, o->path, error);
  if (status != IL_OK) return status;
  return o->set->file_bytes < IL_IMAGE_SET_HEADER ? damaged(o->path, "it is cut off", error) : IL_OK;
}

static head_numbers parse_head(const unsigned char *bytes) {
  uint32_t numbers[6];
  for (int i = 0; i < 6; i++) numbers[i] = (uint32_t)get(bytes + 8 + 4 * i, 4);
  uint32_t lists = has_splits(bytes) ? (uint32_t)get(bytes + LISTS_AT, 4) : 0;
  return (head_numbers){numbers[0], numbers[1], numbers[2],         numbers[3],        numbers[4],
                        numbers[5], lists,      get(bytes + 32, 8), get(bytes + 40, 8)};
}

/* Sizes against their limits, each other and the file's size. Says where pixels begin and end. */
static il_status check_head(opening *o, const unsigned char *bytes, const head_numbers *head, il_error *error) {
  il_image_set *set = o->set;
  set->old = memcmp(bytes, old_magic, sizeof old_magic) == 0;
  if (!set->old && !has_splits(bytes) && memcmp(bytes, magic, sizeof magic) != 0)
    return damaged(o->path, "not in the form of one", error);
  if (head->height > IL_IMAGE_SIDE_MAX || head->width > IL_IMAGE_SIDE_MAX || head->channels > 3 || head->bits > 8 ||
      head->classes < 1 || head->classes > IL_CLASSES_MAX || head->images < head->classes ||
      head->images > IL_IMAGES_MAX || head->lists > IL_LISTS_MAX ||
      head->names_bytes >
          (uint64_t)head->classes * (IL_CLASS_NAME_SIZE + head->lists) + IL_LISTS_MAX * IL_SET_NAME_SIZE)
    return damaged(o->path, "a size is out of range", error);
  set->form = (il_image_form){(int)head->bits, (int)head->height, (int)head->width, (int)head->channels};
  set->classes = (int)head->classes;
  set->images = (int)head->images;
  if (!form_is_allowed(&set->form)) return damaged(o->path, "a size is out of range", error);
  o->start = aligned(IL_IMAGE_SET_HEADER + 4 * (size_t)head->classes + (size_t)head->names_bytes);
  o->size = il_image_bytes(&set->form, head->images);
  o->tail_bytes = set->old ? DIGEST : (il_image_blocks(o->size) + 2) * DIGEST;
  if (head->pixel_bytes != o->size || set->file_bytes != o->start + o->size + o->tail_bytes)
    return damaged(o->path, "its size is not what its header says", error);
  return IL_OK;
}

/* The splits behind the names. */
static il_status read_lists(il_image_set *set, int lists, const char *at, const char *end, const char *path,
                            il_error *error) {
  for (; set->lists.count < lists; set->lists.count++) {
    const char *stop = at < end ? memchr(at, '\0', (size_t)(end - at)) : NULL;
    if (!stop || end - stop - 1 < set->classes || !il_name_allowed(IL_NAME_SET, at))
      return damaged(path, "a split is wrong", error);
    set->lists.at[set->lists.count] = (il_image_list){at, (const unsigned char *)stop + 1};
    at = stop + 1 + set->classes;
  }
  return at == end ? IL_OK : damaged(path, "a class is wrong", error);
}

/* Counts and names; the digest of the head is known to be right, but not who wrote it. */
static il_status read_classes(il_image_set *set, const head_numbers *head, const char *path, il_error *error) {
  const unsigned char *counts = set->head + IL_IMAGE_SET_HEADER;
  const char *name = (const char *)counts + 4 * (size_t)set->classes, *end = name + head->names_bytes;
  set->names = calloc((size_t)set->classes, sizeof *set->names);
  set->first = calloc((size_t)set->classes + 1, sizeof *set->first);
  if (!set->names || !set->first) return il_fail_memory(error, "classes", (unsigned long long)set->classes * 16);
  int64_t images = 0;
  for (int c = 0; c < set->classes; c++) {
    uint64_t count = get(counts + 4 * (size_t)c, 4);
    const char *stop = memchr(name, '\0', (size_t)(end - name));
    if (count < 1 || count > IL_IMAGES_MAX || !stop || stop == name) return damaged(path, "a class is wrong", error);
    set->names[c] = name;
    set->first[c] = (int)images;
    images += (int64_t)count;
    if (images > set->images) return damaged(path, "a class is wrong", error);
    name = stop + 1;
  }
  set->first[set->classes] = (int)images;
  if (images != set->images) return damaged(path, "a class is wrong", error);
  return read_lists(set, (int)head->lists, name, end, path, error);
}

static il_status read_head(opening *o, il_error *error) {
  unsigned char numbers[IL_IMAGE_SET_HEADER];
  char digest[IL_DIGEST_TEXT];
  il_status status = il_image_file_load(o->descriptor, o->path, 0, numbers, sizeof numbers, error);
  if (status != IL_OK) return status;
  head_numbers head = parse_head(numbers);
  status = check_head(o, numbers, &head, error);
  if (status != IL_OK) return status;
  o->set->head = malloc(o->start);
  if (!o->set->head) return il_fail_memory(error, o->path, o->start);
  status = il_image_file_load(o->descriptor, o->path, 0, o->set->head, o->start, error);
  if (status == IL_OK && memcmp(o->set->head, numbers, sizeof numbers) != 0)
    status = damaged(o->path, "it changes while it is read", error);
  if (status == IL_OK) status = head_digest(digest, o->set->head, o->start, error);
  if (status != IL_OK) return status;
  if (memcmp(digest, (const char *)o->set->head + HASHED, DIGEST) != 0)
    return damaged(o->path, "its header does not have the digest it names", error);
  return read_classes(o->set, &head, o->path, error);
}

/* The digests at the end, which have one of their own. */
static il_status read_tail(opening *o, il_error *error) {
  char digest[IL_DIGEST_TEXT];
  o->tail = malloc(o->tail_bytes);
  if (!o->tail) return il_fail_memory(error, o->path, o->tail_bytes);
  il_status status = il_image_file_load(o->descriptor, o->path, o->start + o->size, o->tail, o->tail_bytes, error);
  if (status != IL_OK) return status;
  const unsigned char *last = o->tail + o->tail_bytes - DIGEST;
  memcpy(o->set->digest, o->set->old ? last : last - DIGEST, DIGEST);
  o->set->digest[DIGEST] = '\0';
  if (strspn(o->set->digest, "0123456789abcdef") != DIGEST) return damaged(o->path, "its digest is no digest", error);
  if (o->set->old) return IL_OK;
  status = il_hash_bytes(digest, o->tail, o->tail_bytes - DIGEST, error);
  if (status != IL_OK || memcmp(digest, last, DIGEST) == 0) return status;
  return damaged(o->path, "its digests do not have the digest they should have", error);
}

/* All pixels into memory. */
static il_status keep_pixels(opening *o, il_error *error) {
  o->set->kept = malloc(o->size);
  if (!o->set->kept) return il_fail_memory(error, o->path, o->size);
  o->set->pixels = o->set->kept;
  return il_image_file_load(o->descriptor, o->path, o->start, o->set->kept, o->size, error);
}

static il_status check_pixels(opening *o, il_image_check check, il_error *error) {
  il_image_set *set = o->set;
  char digest[IL_DIGEST_TEXT];
  int in_memory = o->size <= IL_IMAGE_SMALL && check != IL_IMAGE_CHECK_BLOCKS;
  il_status status = IL_OK;
  if (in_memory) {
    status = keep_pixels(o, error);
    if (status == IL_OK) status = il_hash_bytes(digest, set->pixels, o->size, error);
  } else {
    const unsigned char *blocks = set->old ? NULL : o->tail;
    status = il_image_file_new(&set->file, o->descriptor, o->path, o->start, o->size, blocks, error);
    o->descriptor = -1;
    if (status == IL_OK && check != IL_IMAGE_CHECK_ALWAYS && !set->old) return IL_OK;
    if (status == IL_OK) status = il_image_file_digest(digest, set->file, error);
  }
  if (status != IL_OK) return status;
  if (strcmp(digest, set->digest) != 0) return damaged(o->path, "its pixels do not have the digest it names", error);
  if (set->file) il_image_file_mark_verified(set->file);
  return IL_OK;
}

il_status il_image_set_open(il_image_set **set, const char *path, il_image_check check, il_error *error) {
  *set = calloc(1, sizeof **set);
  if (!*set) return il_fail_memory(error, "an image set", sizeof **set);
  opening o = {.set = *set, .path = path, .descriptor = -1};
  il_status status = open_file(&o, error);
  if (status == IL_OK) status = read_head(&o, error);
  if (status == IL_OK) status = read_tail(&o, error);
  if (status == IL_OK) status = check_pixels(&o, check, error);
  if (o.descriptor >= 0) close(o.descriptor);
  free(o.tail);
  if (status == IL_OK) return IL_OK;
  il_image_set_close(*set);
  *set = NULL;
  return status;
}

il_status il_image_set_find(il_image_set **set, const char *asked, const char *name, il_image_check check,
                            const char *hint, il_error *error) {
  char path[PATH_MAX], known[IL_SET_HINT];
  *set = NULL;
  il_status status = il_data_set_path(path, sizeof path, asked, name, error);
  if (status != IL_OK) return status;
  if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    il_known_set_hint(known, sizeof known, name);
    return il_fail(error, IL_DATA, "there is no data set %s; %s", path, hint ? hint : known);
  }
  return il_image_set_open(set, path, check, error);
}

void il_image_set_close(il_image_set *set) {
  if (!set) return;
  il_image_file_close(set->file);
  free(set->head);
  free(set->kept);
  free(set->names);
  free(set->first);
  free(set);
}

/* ---- pixels ---- */

enum { PIECE = 4096 };

/* Bits from..from+count-1 of pixels that begin with byte from / 8. */
static void unpack(unsigned char *samples, const unsigned char *bytes, size_t from, size_t count) {
  for (size_t i = 0, at = from % 8; i < count; i++, at++)
    samples[i] = (unsigned char)(bytes[at / 8] >> (7 - at % 8) & 1);
}

const unsigned char *il_image_set_view(const il_image_set *set, int image, size_t first, size_t count,
                                       unsigned char *room) {
  size_t from = (size_t)image * il_image_samples(&set->form) + first;
  if (set->form.bits == 8) {
    if (set->pixels) return set->pixels + from;
    il_image_file_read(set->file, from, count, room);
    return room;
  }
  for (size_t done = 0; done < count; done += PIECE) {
    unsigned char packed[PIECE / 8 + 2];
    size_t at = from + done, some = count - done < PIECE ? count - done : PIECE;
    size_t bytes = (at + some + 7) / 8 - at / 8;
    if (!set->pixels) il_image_file_read(set->file, at / 8, bytes, packed);
    unpack(room + done, set->pixels ? set->pixels + at / 8 : packed, at, some);
  }
  return room;
}

int il_image_set_sample(const il_image_set *set, int image, size_t sample) {
  unsigned char room;
  return *il_image_set_view(set, image, sample, 1, &room);
}

il_status il_image_set_trouble(const il_image_set *set, il_error *error) {
  return set->file ? il_image_file_trouble(set->file, error) : IL_OK;
}
