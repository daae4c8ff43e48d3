/* Zips that came from somewhere else: opened with every check of libzip, entries read only as far as their sizes allow.
 * Nothing is ever written under an entry's name. */
#ifndef INNERLOOP_DATA_ZIP_ARCHIVE_H
#define INNERLOOP_DATA_ZIP_ARCHIVE_H

#include <stddef.h>
#include <zip.h>

#include "innerloop/status.h"

/* Opens `path` for reading; released with zip_discard. what: "a zip", in "PATH: cannot be read as WHAT: ...". Errors:
 * IL_IO (absent, no regular file, unreadable), IL_DATA (damaged, two entries of one name, more than entries_max). */
il_status il_zip_open(zip_t **archive, const char *path, const char *what, zip_int64_t entries_max, il_error *error);

/* Name of an entry, owned by the archive. Errors: IL_DATA (damaged, a name that points outside of the archive). */
il_status il_zip_name(const char **name, zip_t *archive, zip_uint64_t index, const char *path, il_error *error);

/* Bytes that an entry declares to have. Returns 0, or -1: it does not say. */
int il_zip_size(size_t *size, zip_t *archive, zip_uint64_t index);

/* Reads an entry of exactly `size` bytes, whose checksum libzip compares. Returns NULL, or what is wrong. */
const char *il_zip_read(unsigned char *bytes, size_t size, zip_t *archive, zip_uint64_t index);

#endif
