/* Files of a folder or a zip, by name. */
#define _GNU_SOURCE /* strdup, struct stat */
#include "data/entries.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/regular.h"
#include "data/zip_archive.h"

enum {
  DEPTH_MAX = 16,
  PACKED_MOST = 1032, /* deflate packs at most so many bytes into one */
  PLAIN_BYTES = 1 << 20
};

typedef bool (*wanted_name)(const char *name);

static il_status add(il_entries *entries, const char *name, uint64_t index, il_error *error) {
  if (entries->count == entries->room) {
    int room = entries->room ? 2 * entries->room : 256;
    il_entry *at = room <= IL_ENTRIES_MAX ? realloc(entries->at, (size_t)room * sizeof *at) : NULL;
    if (!at) return il_fail_memory(error, "names of files", (unsigned long long)room * sizeof *at);
    entries->at = at;
    entries->room = room;
  }
  char *copy = strdup(name);
  if (!copy) return il_fail_memory(error, "a file name", strlen(name));
  entries->at[entries->count++] = (il_entry){.name = copy, .index = index};
  return IL_OK;
}

/* ---- folders ---- */

/* A folder while it is walked, and the folders it lies in. */
typedef struct walked_folder {
  const struct walked_folder *outer;
  dev_t device;
  ino_t inode;
  int depth;
} walked_folder;

static bool contains_itself(const walked_folder *folder) {
  for (const walked_folder *outer = folder->outer; outer; outer = outer->outer)
    if (outer->device == folder->device && outer->inode == folder->inode) return true;
  return false;
}

static il_status walk(il_entries *entries, const char *below, const walked_folder *outer, wanted_name wanted,
                      il_error *error);

/* What stands under `name` in the folder `below`; whether a file can be read shows when it is read, also of a link that
 * leads nowhere. */
static il_status take(il_entries *entries, const char *below, const char *name, const walked_folder *folder,
                      wanted_name wanted, il_error *error) {
  char path[PATH_MAX], full[PATH_MAX];
  struct stat facts;
  int length = snprintf(path, sizeof path, "%s%s%s", below, *below ? "/" : "", name);
  int whole = length < 0 || length >= PATH_MAX ? -1 : snprintf(full, sizeof full, "%s/%s", entries->path, path);
  if (whole < 0 || whole >= PATH_MAX) return il_fail(error, IL_IO, "%s: a name is too long", entries->path);
  if (wanted(path)) return add(entries, path, 0, error);
  if (stat(full, &facts) != 0 || !S_ISDIR(facts.st_mode)) return IL_OK;
  const walked_folder inner = {folder, facts.st_dev, facts.st_ino, folder->depth + 1};
  if (contains_itself(&inner)) return il_fail(error, IL_DATA, "%s: a folder that contains itself", full);
  if (inner.depth > DEPTH_MAX) return il_fail(error, IL_DATA, "%s: too deep; expected class folders", full);
  return walk(entries, path, &inner, wanted, error);
}

static il_status walk(il_entries *entries, const char *below, const walked_folder *folder, wanted_name wanted,
                      il_error *error) {
  char full[PATH_MAX];
  il_status status = IL_OK;
  int length = snprintf(full, sizeof full, "%s%s%s", entries->path, *below ? "/" : "", below);
  if (length < 0 || length >= PATH_MAX) return il_fail(error, IL_IO, "%s: a name is too long", entries->path);
  DIR *open = opendir(full);
  if (!open) return il_fail(error, IL_IO, "%s: cannot be read: %s", full, strerror(errno));
  errno = 0;
  for (struct dirent *entry; status == IL_OK && (entry = readdir(open)); errno = 0)
    if (entry->d_name[0] != '.') status = take(entries, below, entry->d_name, folder, wanted, error);
  if (status == IL_OK && errno != 0) status = il_fail(error, IL_IO, "%s: cannot be read: %s", full, strerror(errno));
  closedir(open);
  return status;
}

/* ---- zips ---- */

static bool is_hidden(const char *name) {
  for (const char *part = name; part; part = strchr(part, '/')) {
    part += *part == '/';
    if (*part == '.') return true;
  }
  return false;
}

static il_status list_zip(il_entries *entries, size_t bytes, wanted_name wanted, il_error *error) {
  zip_t *archive = entries->archive;
  zip_int64_t all = zip_get_num_entries(archive, 0);
  unsigned long long declared = 0;
  il_status status = IL_OK;
  for (zip_int64_t i = 0; status == IL_OK && i < all; i++) {
    const char *name;
    char plain[PATH_MAX];
    size_t size = 0;
    status = il_zip_name(&name, archive, (zip_uint64_t)i, entries->path, error);
    if (status != IL_OK) return status;
    int length = snprintf(plain, sizeof plain, "%s", name);
    if (length < 0 || length >= PATH_MAX) return il_fail(error, IL_DATA, "%s: a name is too long", entries->path);
    if (length > 0 && plain[length - 1] == '/') plain[length - 1] = '\0'; /* a folder of its own */
    if (is_hidden(plain) || !wanted(plain)) continue;
    if (il_zip_size(&size, archive, (zip_uint64_t)i) == 0) declared += size < IL_ENTRY_BYTES_MAX ? size : 0;
    status = add(entries, plain, (uint64_t)i, error);
  }
  if (status == IL_OK && declared > PLAIN_BYTES && declared / PACKED_MOST > bytes)
    status = il_fail(error, IL_DATA, "%s: its files have %llu bytes by what it says; %zu bytes cannot hold them",
                     entries->path, declared, bytes);
  return status;
}

/* ---- both ---- */

static int by_name(const void *a, const void *b) {
  return strcmp(((const il_entry *)a)->name, ((const il_entry *)b)->name);
}

static il_status sort(il_entries *entries, il_error *error) {
  char place[IL_ENTRY_PLACE];
  if (entries->count > 0) qsort(entries->at, (size_t)entries->count, sizeof *entries->at, by_name);
  for (int i = 1; i < entries->count; i++) {
    if (strcmp(entries->at[i].name, entries->at[i - 1].name) != 0) continue;
    il_entries_place(place, entries, i);
    return il_fail(error, IL_DATA, "%s: it stands there twice", place);
  }
  return IL_OK;
}

il_status il_entries_open(il_entries **out, const char *path, wanted_name wanted, il_error *error) {
  struct stat facts;
  *out = NULL;
  if (stat(path, &facts) != 0) return il_fail(error, IL_IO, "%s: cannot be read: %s", path, strerror(errno));
  il_entries *entries = calloc(1, sizeof *entries);
  if (!entries) return il_fail_memory(error, path, sizeof *entries);
  entries->path = path;
  il_status status;
  if (S_ISDIR(facts.st_mode)) {
    const walked_folder top = {NULL, facts.st_dev, facts.st_ino, 0};
    status = walk(entries, "", &top, wanted, error);
  } else {
    zip_t *archive = NULL;
    status = il_zip_open(&archive, path, "a zip", IL_ENTRIES_MAX, error);
    entries->archive = archive;
    if (status == IL_OK) status = list_zip(entries, (size_t)facts.st_size, wanted, error);
  }
  if (status == IL_OK) status = sort(entries, error);
  if (status == IL_OK)
    *out = entries;
  else
    il_entries_close(entries);
  return status;
}

void il_entries_place(char place[IL_ENTRY_PLACE], const il_entries *entries, int entry) {
  (void)snprintf(place, IL_ENTRY_PLACE, "%.300s%s%.200s", entries->path, entries->archive ? ": " : "/",
                 entries->at[entry].name);
}

static il_status load_from_zip(unsigned char **bytes, size_t *size, const il_entries *entries, int entry, size_t limit,
                               il_error *error) {
  char place[IL_ENTRY_PLACE];
  zip_t *archive = entries->archive;
  uint64_t index = entries->at[entry].index;
  const char *whole = zip_get_name(archive, index, ZIP_FL_ENC_GUESS), *wrong = NULL;
  il_entries_place(place, entries, entry);
  if (!whole || whole[strlen(whole) - 1] == '/') return il_fail(error, IL_DATA, "%s: a folder; expected a file", place);
  if (il_zip_size(size, archive, index) != 0) return il_fail(error, IL_DATA, "%s: a damaged entry", place);
  if (*size > limit) return il_fail(error, IL_DATA, "%s: %zu bytes; expected at most %zu", place, *size, limit);
  *bytes = malloc(*size + 1);
  if (!*bytes) return il_fail_memory(error, place, *size);
  wrong = il_zip_read(*bytes, *size, archive, index);
  if (!wrong) return IL_OK;
  free(*bytes);
  *bytes = NULL;
  return il_fail(error, IL_DATA, "%s: %s", place, wrong);
}

il_status il_entries_load(unsigned char **bytes, size_t *size, const il_entries *entries, int entry, size_t limit,
                          il_error *error) {
  char path[PATH_MAX];
  *bytes = NULL;
  if (limit > IL_ENTRY_BYTES_MAX) limit = IL_ENTRY_BYTES_MAX;
  if (entries->archive) return load_from_zip(bytes, size, entries, entry, limit, error);
  int length = snprintf(path, sizeof path, "%s/%s", entries->path, entries->at[entry].name);
  if (length < 0 || length >= PATH_MAX) return il_fail(error, IL_IO, "%s: a name is too long", entries->path);
  char *text;
  il_status status = il_regular_load(&text, size, path, limit, NULL, error);
  if (status == IL_OK) *bytes = (unsigned char *)text;
  return status;
}

void il_entries_close(il_entries *entries) {
  if (!entries) return;
  if (entries->archive) zip_discard(entries->archive);
  for (int i = 0; i < entries->count; i++) free(entries->at[i].name);
  free(entries->at);
  free(entries);
}
