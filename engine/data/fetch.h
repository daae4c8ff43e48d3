/* Downloads: resumed after an interruption, checked by MD5, whole or not there. */
#ifndef INNERLOOP_DATA_FETCH_H
#define INNERLOOP_DATA_FETCH_H

#include <stddef.h>

#include "data/import.h"
#include "innerloop/status.h"

enum { IL_MD5_TEXT = 33, IL_FETCH_BYTES_MAX = 1 << 30 };

/* Called now and then with bytes done and bytes in all (0: not known). May be NULL. */
typedef struct il_fetch_watch {
  void (*progress)(void *context, const char *name, unsigned long long done, unsigned long long all);
  void *context;
  int attempts;           /* connections that may fail in a row without one new byte; 0: 4 */
  int pause_milliseconds; /* before another attempt, doubled each time; 0: 500 */
} il_fetch_watch;

/* Downloads url to directory/name. What arrives is kept in directory/name.part, where a later call goes on. A file that
 * stands there with the right digest is not downloaded again. md5: 32 hex digits; what has another digest is removed;
 * NULL: any.
 * Protocols: https, http, file. Errors: IL_IO (no connection, server says no, disk), IL_DATA (digest), IL_MEMORY. */
il_status il_fetch_file(const char *url, const char *directory, const char *name, const char *md5,
                        const il_fetch_watch *watch, il_error *error);

/* Downloads the two official zips of Omniglot from `base` (NULL: the authors' repository), imports them, and removes
 * them.
 * Errors: as il_fetch_file and il_import_omniglot. */
il_status il_fetch_omniglot(il_import_report *report, const char *directory, const char *base,
                            const il_fetch_watch *watch, il_error *error);

/* Downloads a zip of pictures from `url`, imports it as the set `name` if its pixels have the digest, and removes it,
 * whatever it was. Errors: as il_fetch_file and il_import_pictures. */
il_status il_fetch_pictures(il_import_report *report, const char *directory, const char *name, const char *url,
                            const char *digest, const il_fetch_watch *watch, il_error *error);

/* The same with CIFAR-FS. url NULL: IL_INVALID, with the place where its authors keep it, which gives files to browsers
 * only. */
il_status il_fetch_cifar_fs(il_import_report *report, const char *directory, const char *url,
                            const il_fetch_watch *watch, il_error *error);

/* Number of bytes that look right on a line: "3.4 MB". */
void il_fetch_size_text(char *text, size_t size, unsigned long long bytes);

/* MD5 of a file. Errors: IL_IO, IL_MEMORY. */
il_status il_fetch_md5(char text[IL_MD5_TEXT], const char *path, il_error *error);

#endif
