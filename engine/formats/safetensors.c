/* Reading and writing safetensors files on top of jansson. */
#define _GNU_SOURCE /* memmem */
#include "formats/safetensors.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/regular.h"

enum { HEADER_MOST = 4 << 20, LENGTH_BYTES = 8 };

static const char *const dtype = sizeof(real) == 8 ? "F64" : "F32";

/* The seal in a header: no text within a JSON string looks like it, because quotes are escaped there. */
static const char seal_name[] = "sha256", seal_key[] = "\"sha256\":\"";
static const char no_digest[] = "0000000000000000000000000000000000000000000000000000000000000000";
enum { SEAL_DIGITS = IL_DIGEST_TEXT - 1 };

/* Where the digits of the seal are in the header; NULL: there is none. */
static char *find_seal(char *header, size_t length) {
  char *key = memmem(header, length, seal_key, sizeof seal_key - 1);
  if (!key || (size_t)(key - header) + sizeof seal_key - 1 + SEAL_DIGITS > length) return NULL;
  return key + sizeof seal_key - 1;
}

static json_t *tensor_entry(const il_tensor *tensor, size_t begin) {
  json_t *dims = json_array();
  for (int i = 0; i < tensor->shape.rank; i++) json_array_append_new(dims, json_integer(tensor->shape.dims[i]));
  size_t end = begin + il_shape_size(&tensor->shape) * sizeof(real);
  return json_pack("{s:s, s:o, s:[I, I]}", "dtype", dtype, "shape", dims, "data_offsets", (json_int_t)begin,
                   (json_int_t)end);
}

/* The header as text, padded with blanks to a multiple of 8, or NULL when out of memory. */
static char *header_text(const il_tensor *tensors, int count, const il_tensor_note *notes, int n_notes) {
  json_t *root = json_object(), *metadata = json_object();
  int failed = !root || !metadata;
  size_t begin = 0;
  failed |= json_object_set_new(metadata, seal_name, json_string(no_digest));
  for (int i = 0; i < n_notes; i++) failed |= json_object_set_new(metadata, notes[i].key, json_string(notes[i].text));
  for (int i = 0; i < count; i++) {
    failed |= json_object_set_new(root, tensors[i].name, tensor_entry(&tensors[i], begin));
    begin += il_shape_size(&tensors[i].shape) * sizeof(real);
  }
  failed |= json_object_set_new(root, "__metadata__", metadata);
  char *compact = failed ? NULL : json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT);
  json_decref(root);
  if (!compact) return NULL;
  size_t length = strlen(compact), padded = (length + 7) / 8 * 8;
  char *text = malloc(padded + 1);
  if (text) {
    memcpy(text, compact, length);
    memset(text + length, ' ', padded - length);
    text[padded] = '\0';
  }
  free(compact);
  return text;
}

/* Replaces the zeros of the seal by the digest of the whole file. */
static il_status seal(char *header, const il_tensor *tensors, int count, il_error *error) {
  char digest[IL_DIGEST_TEXT];
  uint64_t length = strlen(header);
  il_hash *hash = il_hash_new();
  if (!hash) return il_fail_memory(error, "a digest", 0);
  il_hash_add(hash, &length, sizeof length);
  il_hash_add(hash, header, length);
  for (int i = 0; i < count; i++) il_hash_add(hash, tensors[i].data, il_shape_size(&tensors[i].shape) * sizeof(real));
  il_status status = il_hash_finish(hash, digest, error);
  if (status == IL_OK) memcpy(find_seal(header, length), digest, SEAL_DIGITS);
  return status;
}

il_status il_safetensors_write(const char *directory, const char *name, const il_tensor *tensors, int count,
                               const il_tensor_note *notes, int n_notes, il_error *error) {
  il_file *file;
  char *header = header_text(tensors, count, notes, n_notes);
  if (!header) return il_fail_memory(error, "a checkpoint", 0);
  il_status status;
  uint64_t length = strlen(header);
  IL_TRY(seal(header, tensors, count, error));
  IL_TRY(il_file_open(&file, directory, name, error));
  il_file_write(file, &length, sizeof length);
  il_file_write(file, header, length);
  for (int i = 0; i < count; i++) il_file_write(file, tensors[i].data, il_shape_size(&tensors[i].shape) * sizeof(real));
  status = il_file_commit(file, NULL, error);
done:
  free(header);
  return status;
}

static il_status damaged(il_error *error, const char *path, const char *what) {
  return il_fail(error, IL_DATA, "%s: %s; expected a safetensors file of %s", path, what, dtype);
}

/* Compares the seal, where there is one, with the bytes. */
static il_status check_seal(il_safetensors *file, char *bytes, size_t size, size_t header, il_error *error) {
  char found[IL_DIGEST_TEXT] = "", digest[IL_DIGEST_TEXT];
  char *digits = find_seal(bytes + LENGTH_BYTES, header);
  if (!digits) return IL_OK;
  memcpy(found, digits, SEAL_DIGITS);
  memcpy(digits, no_digest, SEAL_DIGITS);
  il_status status = il_hash_bytes(digest, bytes, size, error);
  if (status != IL_OK) return status;
  memcpy(digits, found, SEAL_DIGITS);
  if (strcmp(found, digest) != 0)
    return il_fail(error, IL_DATA, "%s: damaged: its bytes do not have the checksum it names", file->path);
  file->sealed = true;
  return IL_OK;
}

/* Shape and place of one tensor; its bytes must lie inside the file's data and match the shape. */
static int parse_tensor(il_tensor *tensor, const char *name, json_t *entry, const char *data, size_t data_size) {
  const char *type;
  json_t *dims;
  json_int_t begin, end;
  if (json_unpack(entry, "{s:s, s:o, s:[I, I]}", "dtype", &type, "shape", &dims, "data_offsets", &begin, &end) != 0)
    return 0;
  if (strcmp(type, dtype) != 0 || !json_is_array(dims) || json_array_size(dims) > IL_MAX_RANK) return 0;
  if (strlen(name) >= IL_TENSOR_NAME_SIZE || begin < 0 || end < begin || (uint64_t)end > data_size) return 0;
  if ((size_t)begin % sizeof(real) != 0) return 0;
  snprintf(tensor->name, sizeof tensor->name, "%s", name);
  tensor->shape.rank = (int)json_array_size(dims);
  uint64_t elements = 1;
  for (int i = 0; i < tensor->shape.rank; i++) {
    const json_t *entry_dim = json_array_get(dims, (size_t)i);
    json_int_t dim = json_integer_value(entry_dim);
    if (!json_is_integer(entry_dim) || dim < 0 || dim > INT32_MAX) return 0;
    tensor->shape.dims[i] = (int)dim;
    elements *= (uint64_t)dim;
    if (elements > data_size) return 0;
  }
  tensor->data = (const real *)(const void *)(data + begin);
  return elements * sizeof(real) == (uint64_t)(end - begin);
}

static int by_place(const void *a, const void *b) {
  const il_tensor *one = a, *other = b;
  if (one->data != other->data) return one->data < other->data ? -1 : 1;
  return (il_shape_size(&one->shape) > 0) - (il_shape_size(&other->shape) > 0); /* empty ones first */
}

/* Puts the tensors in the order of their data; 1 when these follow each other without gap or overlap to the end. */
static int tensors_fill(il_safetensors *file, const char *data, size_t data_size) {
  const char *at = data;
  qsort(file->tensors, (size_t)file->count, sizeof *file->tensors, by_place);
  for (int i = 0; i < file->count; i++) {
    const il_tensor *tensor = &file->tensors[i];
    if ((const char *)tensor->data != at) return 0;
    at += il_shape_size(&tensor->shape) * sizeof(real);
  }
  return at == data + data_size;
}

static il_status parse_notes(il_safetensors *file, json_t *metadata, il_arena *arena, il_error *error) {
  const char *key;
  json_t *text;
  file->notes = il_arena_get(arena, json_object_size(metadata) + 1, sizeof *file->notes);
  if (!file->notes) return il_fail_memory(error, file->path, 0);
  json_object_foreach(metadata, key, text) {
    if (!json_is_string(text)) return damaged(error, file->path, "a note that is no text");
    il_tensor_note note = {il_arena_text(arena, key), il_arena_text(arena, json_string_value(text))};
    if (!note.key || !note.text) return il_fail_memory(error, file->path, 0);
    file->notes[file->n_notes++] = note;
  }
  return IL_OK;
}

static il_status parse_header(il_safetensors *file, json_t *root, const char *data, size_t data_size, il_arena *arena,
                              il_error *error) {
  const char *name;
  json_t *entry;
  if (json_object_size(root) > IL_TENSORS_MAX) return damaged(error, file->path, "too many tensors");
  file->tensors = il_arena_get(arena, json_object_size(root) + 1, sizeof *file->tensors);
  if (!file->tensors) return il_fail_memory(error, file->path, 0);
  json_object_foreach(root, name, entry) {
    il_status status = IL_OK;
    if (strcmp(name, "__metadata__") == 0)
      status = parse_notes(file, entry, arena, error);
    else if (parse_tensor(&file->tensors[file->count], name, entry, data, data_size))
      file->count++;
    else
      status = damaged(error, file->path, "a tensor whose header does not fit its data");
    if (status != IL_OK) return status;
  }
  if (!tensors_fill(file, data, data_size))
    return damaged(error, file->path, "tensors that overlap or leave gaps in the data");
  return IL_OK;
}

il_status il_safetensors_read(il_safetensors *file, const char *path, il_arena *arena, il_error *error) {
  char *bytes = NULL;
  size_t size = 0;
  uint64_t length;
  *file = (il_safetensors){.path = path};
  il_status status = il_regular_load(&bytes, &size, path, SIZE_MAX, arena, error);
  if (status != IL_OK) return status;
  if (size < LENGTH_BYTES) return damaged(error, path, "too short");
  memcpy(&length, bytes, sizeof length);
  /* the data must be aligned for `real`: writers pad the header to a multiple of 8 */
  if (length > HEADER_MOST || length > size - LENGTH_BYTES || length % sizeof(real) != 0)
    return damaged(error, path, "a header longer than the file");
  status = check_seal(file, bytes, size, (size_t)length, error);
  if (status != IL_OK) return status;
  json_error_t ignored;
  json_t *root = json_loadb(bytes + LENGTH_BYTES, (size_t)length, JSON_REJECT_DUPLICATES, &ignored);
  if (!json_is_object(root)) {
    json_decref(root);
    return damaged(error, path, "a header that is no JSON object");
  }
  size_t used = LENGTH_BYTES + (size_t)length;
  status = parse_header(file, root, bytes + used, size - used, arena, error);
  json_decref(root);
  return status;
}

const il_tensor *il_safetensors_find(const il_safetensors *file, const char *name) {
  for (int i = 0; i < file->count; i++)
    if (strcmp(file->tensors[i].name, name) == 0) return &file->tensors[i];
  return NULL;
}

const char *il_safetensors_note(const il_safetensors *file, const char *key) {
  for (int i = 0; i < file->n_notes; i++)
    if (strcmp(file->notes[i].key, key) == 0) return file->notes[i].text;
  return NULL;
}
