/* .npz archives through libzip. Writing keeps each entry as one block in memory (header + data); reading goes straight
 * into the arena after the header was checked against the entry's size and the caller's limit. */
#include "formats/npz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/name_rule.h"
#include "base/nearest_name.h"
#include "base/regular.h"
#include "formats/npy.h"

struct il_npz {
  zip_t *archive;
  char *path;
  int count;
  char (*names)[IL_NPZ_NAME_SIZE]; /* [count]; "" for entries that are no arrays */
};

/* ---- writing ---- */

static il_status check_arrays(const char *path, const il_npz_array *arrays, int count, il_error *error) {
  for (int i = 0; i < count; i++) {
    size_t bytes;
    char expected[IL_NAME_EXPECTED];
    if (!il_name_allowed(IL_NAME_ARRAY, arrays[i].name))
      return il_fail(error, IL_INVALID, "%s: '%.*s' is not allowed as the name of an array; expected %s", path,
                     IL_NPZ_NAME_SIZE - 1, arrays[i].name, il_name_expected(expected, IL_NAME_ARRAY));
    if ((unsigned)arrays[i].type >= IL_NPZ_TYPES || il_npy_bytes(&arrays[i], &bytes) != 0) {
      return il_fail(error, IL_INVALID, "%s: array %s: its type is unknown or its shape too large", path,
                     arrays[i].name);
    }
    for (int j = 0; j < i; j++) {
      if (strcmp(arrays[i].name, arrays[j].name) == 0) {
        return il_fail(error, IL_INVALID, "%s: two arrays are called %s", path, arrays[i].name);
      }
    }
  }
  return IL_OK;
}

static il_status write_failed(const char *path, zip_t *archive, il_error *error) {
  zip_error_t *reason = zip_get_error(archive);
  il_status status = zip_error_code_zip(reason) == ZIP_ER_MEMORY ? IL_MEMORY : IL_IO;
  return il_fail(error, status, "%s: cannot be written: %s", path, zip_error_strerror(reason));
}

/* Appends one entry; libzip owns the block from then on. */
static il_status add_entry(zip_t *archive, const char *path, const il_npz_array *array, int compress, il_error *error) {
  char header[512], entry[IL_NPZ_NAME_SIZE + 4];
  size_t bytes = 0, head = il_npy_header(header, sizeof header, array);
  if (head == 0 || il_npy_bytes(array, &bytes) != 0) {
    return il_fail(error, IL_INVALID, "%s: array %s: the shape is too large", path, array->name);
  }
  char *block = malloc(head + bytes);
  if (!block) return il_fail_memory(error, array->name, head + bytes);
  memcpy(block, header, head);
  if (bytes > 0) memcpy(block + head, array->data, bytes);
  zip_source_t *source = zip_source_buffer(archive, block, head + bytes, 1);
  if (!source) {
    free(block);
    return write_failed(path, archive, error);
  }
  snprintf(entry, sizeof entry, "%s.npy", array->name);
  zip_int64_t index = zip_file_add(archive, entry, source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return write_failed(path, archive, error);
  }
  /* 1980-01-01, the earliest date of the form: the bytes do not depend on the clock */
  int method = compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE;
  if (zip_set_file_compression(archive, (zip_uint64_t)index, method, 0) != 0 ||
      zip_file_set_dostime(archive, (zip_uint64_t)index, 0, 1 << 5 | 1, 0) != 0) {
    return write_failed(path, archive, error);
  }
  return IL_OK;
}

il_status il_npz_write(const char *path, const il_npz_array *arrays, int count, int compress, il_error *error) {
  il_status status = check_arrays(path, arrays, count, error);
  if (status != IL_OK) return status;
  if (count < 1) return il_fail(error, IL_INVALID, "%s: there are no arrays to write", path);

  zip_t *archive = NULL;
  size_t size = strlen(path) + sizeof ".part";
  char *part = malloc(size);
  if (!part) return il_fail_memory(error, "a file name", size);
  snprintf(part, size, "%s.part", path);
  int code = 0;
  archive = zip_open(part, ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (!archive) {
    zip_error_t reason;
    zip_error_init_with_code(&reason, code);
    status = il_fail(error, IL_IO, "%s: cannot be written: %s", path, zip_error_strerror(&reason));
    zip_error_fini(&reason);
    goto done;
  }
  for (int i = 0; i < count; i++) IL_TRY(add_entry(archive, path, &arrays[i], compress, error));
  if (zip_close(archive) != 0) {
    status = write_failed(path, archive, error);
    goto done;
  }
  archive = NULL;
  if (rename(part, path) != 0) {
    status = il_fail(error, IL_IO, "%s: cannot be written: %s", path, strerror(errno));
    remove(part);
  }
done:
  if (archive) zip_discard(archive); /* leaves no file behind */
  free(part);
  return status;
}

/* ---- reading ---- */

/* Copies the entry names that end in .npy. A table of our own: names in the archive may be anything. */
static il_status read_names(il_npz *npz, il_error *error) {
  zip_int64_t entries = zip_get_num_entries(npz->archive, 0);
  enum { ENTRIES_MAX = 65536 };
  if (entries < 0 || entries > ENTRIES_MAX) return il_fail(error, IL_DATA, "%s: too many arrays", npz->path);
  npz->names = calloc((size_t)entries + 1, sizeof *npz->names);
  if (!npz->names) return il_fail_memory(error, "names of arrays", (unsigned long long)entries * IL_NPZ_NAME_SIZE);
  npz->count = (int)entries;
  for (int i = 0; i < npz->count; i++) {
    const char *entry = zip_get_name(npz->archive, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
    size_t length = entry ? strlen(entry) : 0;
    if (length < 5 || length - 4 >= IL_NPZ_NAME_SIZE || strcmp(entry + length - 4, ".npy") != 0) continue;
    memcpy(npz->names[i], entry, length - 4);
  }
  return IL_OK;
}

il_status il_npz_open(il_npz **npz, const char *path, il_error *error) {
  *npz = NULL;
  il_status status = IL_OK;
  il_npz *opened = calloc(1, sizeof *opened);
  if (!opened || !(opened->path = strdup(path))) {
    free(opened);
    return il_fail_memory(error, "an archive", sizeof *opened);
  }
  int code = 0;
  IL_TRY(il_regular_check(path, error));
  opened->archive = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (!opened->archive) {
    int system = code == ZIP_ER_OPEN || code == ZIP_ER_READ || code == ZIP_ER_NOENT || code == ZIP_ER_SEEK;
    zip_error_t reason;
    zip_error_init_with_code(&reason, code);
    status = il_fail(error, system ? IL_IO : IL_DATA, "%s: cannot be read as an .npz archive: %s", path,
                     zip_error_strerror(&reason));
    zip_error_fini(&reason);
    goto done;
  }
  IL_TRY(read_names(opened, error));
  *npz = opened;
  return IL_OK;
done:
  il_npz_close(opened);
  return status;
}

void il_npz_close(il_npz *npz) {
  if (!npz) return;
  if (npz->archive) zip_discard(npz->archive);
  free(npz->names);
  free(npz->path);
  free(npz);
}

int il_npz_count(const il_npz *npz) {
  return npz->count;
}

const char *il_npz_name(const il_npz *npz, int index) {
  return npz->names[index][0] ? npz->names[index] : NULL;
}

static const char *candidate(const void *context, int index) {
  return ((const il_npz *)context)->names[index];
}

static il_status find_array(int *index, const il_npz *npz, const char *name, il_error *error) {
  for (*index = 0; *index < npz->count; (*index)++) {
    if (name[0] && strcmp(npz->names[*index], name) == 0) return IL_OK;
  }
  int near = il_nearest(name, candidate, npz, npz->count);
  if (near < 0 || !npz->names[near][0]) return il_fail(error, IL_DATA, "%s: there is no array %s", npz->path, name);
  return il_fail(error, IL_DATA, "%s: there is no array %s; did you mean %s?", npz->path, name, npz->names[near]);
}

/* Exactly `size` bytes. Returns NULL, or what is wrong. */
static const char *read_bytes(zip_file_t *file, void *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    zip_int64_t count = zip_fread(file, (char *)bytes + done, size - done);
    if (count < 0) return zip_error_strerror(zip_file_get_error(file));
    if (count == 0) return "the array is cut off";
    done += (size_t)count;
  }
  return NULL;
}

/* The .npy header: fills type and shape; *data: bytes that must follow. Returns NULL, or what is wrong. */
static const char *read_header(il_npz_array *array, zip_file_t *file, zip_uint64_t entry_size, size_t *data) {
  unsigned char prefix[IL_NPY_PREFIX];
  char dictionary[IL_NPY_HEADER_MAX + 1];
  size_t skip, length;
  const char *wrong = read_bytes(file, prefix, 10);
  if (!wrong && prefix[6] > 1) wrong = read_bytes(file, prefix + 10, 2);
  if (!wrong) wrong = il_npy_prefix(prefix, prefix[6] > 1 ? 12 : 10, &skip, &length);
  if (!wrong) wrong = read_bytes(file, dictionary, length);
  if (wrong) return wrong;
  dictionary[length] = '\0';
  if (strlen(dictionary) != length) return "a damaged .npy header";
  wrong = il_npy_parse(array, dictionary);
  if (wrong) return wrong;
  if (il_npy_bytes(array, data) != 0 || entry_size < skip + length || entry_size - skip - length != *data) {
    return "its shape does not fit the size of its entry";
  }
  return NULL;
}

/* Data of `bytes` bytes into the arena, then the end of the entry, where libzip checks the CRC. */
static il_status read_data(il_npz_array *array, zip_file_t *file, size_t bytes, const char *path, il_arena *arena,
                           il_error *error) {
  void *data = il_arena_get(arena, bytes, 1);
  if (!data) return il_fail_memory(error, array->name, bytes);
  const char *wrong = read_bytes(file, data, bytes);
  char beyond;
  zip_int64_t rest = wrong ? 0 : zip_fread(file, &beyond, 1);
  if (rest < 0) wrong = zip_error_strerror(zip_file_get_error(file));
  if (rest > 0) wrong = "the entry is longer than it says";
  if (wrong) return il_fail(error, IL_DATA, "%s: array %s: %s", path, array->name, wrong);
  array->data = data;
  return IL_OK;
}

il_status il_npz_read(il_npz_array *array, il_npz *npz, const char *name, size_t limit, il_arena *arena,
                      il_error *error) {
  int index;
  *array = (il_npz_array){.rank = 0};
  il_status status = find_array(&index, npz, name, error);
  if (status != IL_OK) return status;
  memcpy(array->name, npz->names[index], IL_NPZ_NAME_SIZE);

  zip_stat_t facts;
  zip_stat_init(&facts);
  zip_file_t *file = NULL;
  int known = zip_stat_index(npz->archive, (zip_uint64_t)index, 0, &facts) == 0 && facts.valid & ZIP_STAT_SIZE;
  if (known) file = zip_fopen_index(npz->archive, (zip_uint64_t)index, 0);
  if (!file) {
    return il_fail(error, IL_DATA, "%s: array %s: %s", npz->path, name,
                   zip_error_strerror(zip_get_error(npz->archive)));
  }
  size_t bytes = 0;
  const char *wrong = read_header(array, file, facts.size, &bytes);
  if (wrong) {
    status = il_fail(error, IL_DATA, "%s: array %s: %s", npz->path, name, wrong);
  } else if (bytes > limit) {
    status =
        il_fail(error, IL_DATA, "%s: array %s holds %zu bytes; expected at most %zu", npz->path, name, bytes, limit);
  } else {
    status = read_data(array, file, bytes, npz->path, arena, error);
  }
  zip_fclose(file);
  return status;
}
