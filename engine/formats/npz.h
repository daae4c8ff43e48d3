/* Named arrays in NumPy's .npz form: a zip archive of NAME.npy entries (NumPy Enhancement Proposal 1). Only what other
 * programs and we exchange: C order, little-endian, at most IL_NPZ_RANK dimensions. */
#ifndef INNERLOOP_FORMATS_NPZ_H
#define INNERLOOP_FORMATS_NPZ_H

#include <stddef.h>

#include "innerloop/arena.h"
#include "innerloop/real.h"
#include "innerloop/status.h"

enum { IL_NPZ_RANK = 8, IL_NPZ_NAME_SIZE = 64 };

/* name, NumPy's descr, bytes of an element */
#define IL_NPZ_TYPE_MAP(X)                                                                                             \
  X(FLOAT64, "<f8", 8)                                                                                                 \
  X(FLOAT32, "<f4", 4)                                                                                                 \
  X(INT64, "<i8", 8)                                                                                                   \
  X(INT32, "<i4", 4)                                                                                                   \
  X(UINT8, "|u1", 1)                                                                                                   \
  X(BOOL, "|b1", 1)

typedef enum il_npz_type {
#define IL_NPZ_TYPE_ENUM(name, descr, bytes) IL_NPZ_##name,
  IL_NPZ_TYPE_MAP(IL_NPZ_TYPE_ENUM) IL_NPZ_TYPES
#undef IL_NPZ_TYPE_ENUM
} il_npz_type;

/* The type of `real` in this build. */
#ifdef IL_REAL_IS_DOUBLE
enum { IL_NPZ_REAL = IL_NPZ_FLOAT64 };
#else
enum { IL_NPZ_REAL = IL_NPZ_FLOAT32 };
#endif

typedef struct il_npz_array {
  char name[IL_NPZ_NAME_SIZE]; /* without .npy: a letter or _, then letters, digits, _ . - */
  il_npz_type type;
  int rank;                 /* 0 for a scalar */
  size_t dims[IL_NPZ_RANK]; /* an axis may be 0 long */
  const void *data;         /* product of dims elements, row-major */
} il_npz_array;

/* Product of the dimensions; 1 for a scalar. Meaningful for arrays that were read or written without an error. */
size_t il_npz_size(const il_npz_array *array);

/* Bytes of an element, and NumPy's name of the type ("<f8"). */
size_t il_npz_type_bytes(il_npz_type type);
const char *il_npz_type_text(il_npz_type type);

/* Writes all arrays to `path`, uncompressed or deflated (`compress` != 0), in their order and without time stamps: the
 * same arrays give the same bytes. A temporary file beside it is renamed over `path` at the end. Errors: IL_INVALID (a
 * name that is not allowed or stands twice, a shape that overflows), IL_IO, IL_MEMORY. */
il_status il_npz_write(const char *path, const il_npz_array *arrays, int count, int compress, il_error *error);

/* An open archive. Not thread-safe. */
typedef struct il_npz il_npz;

/* Opens `path`. Nothing in the file is trusted: sizes are checked before memory is asked for. Release with
 * il_npz_close.
 * Errors: IL_IO (cannot open), IL_DATA (no zip archive, damaged), IL_MEMORY. */
il_status il_npz_open(il_npz **npz, const char *path, il_error *error);
void il_npz_close(il_npz *npz);

/* Number of entries, and the array name of one (0 <= index < count), NULL for entries that are not NAME.npy. The text
 * lives as long as the archive. */
int il_npz_count(const il_npz *npz);
const char *il_npz_name(const il_npz *npz, int index);

/* Reads one array; its data live in `arena`, aligned to 64. limit: bytes of data the caller is ready to take. Errors:
 * IL_DATA (no such array, damaged, another type of element, Fortran order, larger than limit), IL_MEMORY. */
il_status il_npz_read(il_npz_array *array, il_npz *npz, const char *name, size_t limit, il_arena *arena,
                      il_error *error);

#endif
