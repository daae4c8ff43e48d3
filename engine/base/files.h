/* Files that are either whole or absent: a writer fills a file that has no name yet, flushes it to the disk and names
 * it, and checks every step (a full disk shows in fwrite, fflush, fsync or fclose). A process that is killed leaves
 * nothing where the file system knows files without a name (O_TMPFILE: not NFS), but for the instant between link and
 * rename; what it leaves, NAME.tmp.MACHINE.PROCESS, goes when that file is written again. Errors are sticky: prints
 * need no check, il_file_commit tells. */
#ifndef INNERLOOP_BASE_FILES_H
#define INNERLOOP_BASE_FILES_H

#include <locale.h>
#include <stddef.h>
#include <stdio.h>

#include "base/hash.h"
#include "innerloop/status.h"

typedef struct il_file il_file;

/* What was written: for manifests. */
typedef struct il_file_facts {
  unsigned long long bytes;
  char digest[IL_DIGEST_TEXT]; /* SHA-256 */
} il_file_facts;

/* Starts the file directory/name. Nothing stands under that name before il_file_commit; an older file stays until then.
 * Errors: IL_IO, also where something other than a regular file stands under that name; IL_MEMORY. */
il_status il_file_open(il_file **file, const char *directory, const char *name, il_error *error);

/* Appends bytes, or formatted text (one call: at most 64 KiB). NULL file is allowed and does nothing. */
void il_file_write(il_file *file, const void *bytes, size_t size);
void il_file_print(il_file *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes everything to the disk and gives the file its name. `facts` may be NULL. On an error nothing is left behind.
 * The writer is released in every case. Errors: IL_IO with the path and the reason, IL_MEMORY. */
il_status il_file_commit(il_file *file, il_file_facts *facts, il_error *error);

/* Removes the temporary file and releases the writer. NULL is allowed. */
void il_file_discard(il_file *file);

/* Removes what writers of directory/name (NULL: of any file there) left that were killed: temporary names of processes
 * of this machine that have ended. Files of living processes and of other machines stay. */
void il_temporaries_remove(const char *directory, const char *name);

/* Creates `directory` and its parents (mode 0777 less umask); one that exists is fine. Errors: IL_IO. */
il_status il_directory_make(const char *directory, il_error *error);

/* One file in one call. */
il_status il_file_save(const char *directory, const char *name, const void *bytes, size_t size, il_file_facts *facts,
                       il_error *error);

/* Numbers are written and read with '.' whatever the program's locale: between begin and end this thread is in "C". */
typedef struct il_plain_locale {
  locale_t plain, before;
} il_plain_locale;
il_plain_locale il_plain_locale_begin(void);
void il_plain_locale_end(il_plain_locale *locale);

#endif
