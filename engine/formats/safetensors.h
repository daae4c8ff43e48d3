/* Named tensors in the safetensors form: 8 bytes length of a JSON header (little-endian), the header, the data. Read by
 * Python's safetensors and by anything that knows JSON. Nothing in a file is trusted: sizes are checked first.
 *
 * Every file is sealed: the note "sha256" is the digest of all its bytes, the note's own 64 digits read as zeros. */
#ifndef INNERLOOP_FORMATS_SAFETENSORS_H
#define INNERLOOP_FORMATS_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>

#include "innerloop/arena.h"
#include "innerloop/graph.h"
#include "innerloop/status.h"

enum { IL_TENSOR_NAME_SIZE = 64, IL_TENSORS_MAX = 4 * IL_VALUES_MAX };

/* A dense tensor of `real` (dtype F32, or F64 in the double build). */
typedef struct il_tensor {
  char name[IL_TENSOR_NAME_SIZE];
  il_shape shape;
  const real *data;
} il_tensor;

/* One entry of the header's __metadata__: text to text. */
typedef struct il_tensor_note {
  const char *key;
  const char *text;
} il_tensor_note;

/* Writes directory/name, whole or not at all, sealed; keys sorted: the same tensors and notes give the same bytes.
 * Errors: IL_IO, IL_MEMORY. */
il_status il_safetensors_write(const char *directory, const char *name, const il_tensor *tensors, int count,
                               const il_tensor_note *notes, int n_notes, il_error *error);

/* A file in memory. */
typedef struct il_safetensors {
  const char *path;
  bool sealed; /* it has a checksum, and that is right */
  int count;
  il_tensor *tensors;
  int n_notes;
  il_tensor_note *notes;
} il_safetensors;

/* Reads `path`; everything lives in `arena`. The tensors fill the data without gap or overlap. A file of another
 * program may have no seal. Errors: IL_IO (cannot open or read, no regular file), IL_DATA (damaged: the checksum is
 * wrong or the header does not fit; or not of this build's type), IL_MEMORY. */
il_status il_safetensors_read(il_safetensors *file, const char *path, il_arena *arena, il_error *error);

/* The tensor, or the text of the note, of this name; NULL: there is none. */
const il_tensor *il_safetensors_find(const il_safetensors *file, const char *name);
const char *il_safetensors_note(const il_safetensors *file, const char *key);

#endif
