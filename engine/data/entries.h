/* The files of a data set as its user has it, a folder or a zip: one list of names, and their bytes when they are asked
 * for. */
#ifndef INNERLOOP_DATA_ENTRIES_H
#define INNERLOOP_DATA_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "innerloop/status.h"

enum {
  IL_ENTRY_BYTES_MAX = 1 << 28,
  IL_ENTRIES_MAX = 1 << 24,
  IL_ENTRY_PLACE = 600 /* characters of a place in a message, with the terminator */
};

/* One file. name: below the folder or in the zip, parts separated by '/'. */
typedef struct il_entry {
  char *name;
  uint64_t index; /* in the zip */
} il_entry;

typedef struct il_entries {
  const char *path;
  int count;
  il_entry *at; /* [count], sorted by the bytes of their names, all different */
  int room;
  void *archive; /* zip_t; NULL: a folder */
} il_entries;

/* Lists what is below the folder `path`, or in the zip `path`, and is wanted by its name. Parts that begin with a dot
 * and what is below them are passed over. A folder that has a wanted name is listed and not entered: it is found to be
 * one when it is read. `path` must stay. Errors: IL_IO, IL_MEMORY, IL_DATA (a zip that is damaged or forged: names that
 * point outside, a name that stands twice, more bytes declared than can be packed so small; a folder that contains
 * itself). */
il_status il_entries_open(il_entries **entries, const char *path, bool (*wanted)(const char *name), il_error *error);

/* The whole file in *bytes, released with free; at most `limit` bytes and IL_ENTRY_BYTES_MAX. Errors: IL_IO, IL_DATA,
 * IL_MEMORY. */
il_status il_entries_load(unsigned char **bytes, size_t *size, const il_entries *entries, int entry, size_t limit,
                          il_error *error);

/* Where a file stands, for messages: "FOLDER/NAME" or "FILE.zip: NAME". */
void il_entries_place(char place[IL_ENTRY_PLACE], const il_entries *entries, int entry);

/* Releases the list. NULL is allowed. */
void il_entries_close(il_entries *entries);

#endif
