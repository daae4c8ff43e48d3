/* Reading and writing safetensors files on top of jansson. */
#include "harness/safetensors.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "harness/files.h"

enum { HEADER_MOST = 4 << 20, LENGTH_BYTES = 8 };

static const char *const dtype = sizeof(real) == 8 ? "F64" : "F32";

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

il_status il_safetensors_write(const char *directory, const char *name, const il_tensor *tensors, int count,
                               const il_tensor_note *notes, int n_notes, il_error *error) {
  il_file *file;
  char *header = header_text(tensors, count, notes, n_notes);
  if (!header) return il_fail_memory(error, "a checkpoint", 0);
  il_status status = il_file_open(&file, directory, name, error);
  if (status == IL_OK) {
    uint64_t length = strlen(header);
    il_file_write(file, &length, sizeof length);
    il_file_write(file, header, length);
    for (int i = 0; i < count; i++)
      il_file_write(file, tensors[i].data, il_shape_size(&tensors[i].shape) * sizeof(real));
    status = il_file_commit(file, NULL, error);
  }
  free(header);
  return status;
}

static il_status damaged(il_error *error, const char *path, const char *what) {
  return il_fail(error, IL_DATA, "%s: %s; expected a safetensors file of %s", path, what, dtype);
}

/* The whole file in the arena. */
static il_status read_bytes(char **bytes, size_t *size, const char *path, il_arena *arena, il_error *error) {
  FILE *file = fopen(path, "rb");
  if (!file) return il_fail(error, IL_IO, "%s: %s", path, strerror(errno));
  long length = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
  il_status status = IL_OK;
  if (length < LENGTH_BYTES || fseek(file, 0, SEEK_SET) != 0)
    status = damaged(error, path, "too short");
  else if (!(*bytes = il_arena_get(arena, (size_t)length + 1, 1)))
    status = il_fail_memory(error, path, (unsigned long long)length);
  else if (fread(*bytes, 1, (size_t)length, file) != (size_t)length)
    status = il_fail(error, IL_IO, "%s: cannot read", path);
  *size = length > 0 ? (size_t)length : 0;
  fclose(file);
  return status;
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
    json_int_t dim = json_integer_value(json_array_get(dims, (size_t)i));
    if (dim < 0 || dim > INT32_MAX) return 0;
    tensor->shape.dims[i] = (int)dim;
    elements *= (uint64_t)dim;
    if (elements > data_size) return 0;
  }
  tensor->data = (const real *)(const void *)(data + begin);
  return elements * sizeof(real) == (uint64_t)(end - begin);
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
  return IL_OK;
}

il_status il_safetensors_read(il_safetensors *file, const char *path, il_arena *arena, il_error *error) {
  char *bytes = NULL;
  size_t size = 0;
  uint64_t length;
  *file = (il_safetensors){.path = path};
  il_status status = read_bytes(&bytes, &size, path, arena, error);
  if (status != IL_OK) return status;
  memcpy(&length, bytes, sizeof length);
  /* the data must be aligned for `real`: writers pad the header to a multiple of 8 */
  if (length > HEADER_MOST || length > size - LENGTH_BYTES || length % sizeof(real) != 0)
    return damaged(error, path, "a header longer than the file");
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
