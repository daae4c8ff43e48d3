/* The header of NumPy's .npy form (NumPy Enhancement Proposal 1): magic, version, length, a Python dictionary. */
#ifndef INNERLOOP_FORMATS_NPY_H
#define INNERLOOP_FORMATS_NPY_H

#include "formats/npz.h"

enum {
  IL_NPY_PREFIX = 12,         /* magic 6, version 2, length 2 (version 1) or 4 (version 2) */
  IL_NPY_HEADER_MAX = 1 << 14 /* bytes of dictionary that are read; NumPy writes 118 for up to 8 dimensions */
};

/* Bytes of data: product of dims x element size. Returns 0, or -1 on overflow or a rank out of range. */
int il_npy_bytes(const il_npz_array *array, size_t *bytes);

/* Writes the version 1.0 header (a multiple of 64 bytes) and returns its length; 0 when it does not fit into `size`. */
size_t il_npy_header(char *text, size_t size, const il_npz_array *array);

/* Length of the dictionary that follows the prefix, of which `read` bytes (10 or more) were read; *skip: bytes of
 * magic, version and length. Returns NULL, or what is wrong. */
const char *il_npy_prefix(const unsigned char *prefix, size_t read, size_t *skip, size_t *length);

/* Fills type, rank and dims from the dictionary (terminated by a 0 byte). Returns NULL, or what is wrong. */
const char *il_npy_parse(il_npz_array *array, const char *dictionary);

#endif
