/* Writes packed image sets (tasks/image_set.h): a stream of pixels after the head, the whole file or nothing. */
#ifndef INNERLOOP_DATA_IMAGE_WRITER_H
#define INNERLOOP_DATA_IMAGE_WRITER_H

#include "data/image_set.h"
#include "innerloop/status.h"

typedef struct il_image_writer il_image_writer;

/* Starts the set `name` in `directory`, which is created with its parents. Nothing stands under the set's name before
 * il_image_writer_commit; an older set stays until then. counts[classes], names[classes]. Errors: IL_INVALID, IL_IO,
 * IL_MEMORY. */
il_status il_image_writer_open(il_image_writer **writer, const char *directory, const char *name,
                               const il_image_form *form, int classes, const int *counts, const char *const *names,
                               il_error *error);

/* The same with splits of the classes. */
il_status il_image_writer_open_split(il_image_writer **writer, const char *directory, const char *name,
                                     const il_image_form *form, int classes, const int *counts,
                                     const char *const *names, const il_image_lists *lists, il_error *error);

/* The digest without which il_image_writer_commit is to fail (IL_DATA); it must stay. NULL: any. */
void il_image_writer_expect(il_image_writer *writer, const char *digest);

/* Appends bytes of pixels. */
void il_image_writer_add(il_image_writer *writer, const void *bytes, size_t size);

/* Finishes the file; digest (may be NULL) receives the SHA-256 of the pixels. The writer is released in every case.
 * Errors: IL_INVALID (not as many pixels as the head says), IL_DATA (not the digest that is expected), IL_IO,
 * IL_MEMORY. */
il_status il_image_writer_commit(il_image_writer *writer, char digest[IL_DIGEST_TEXT], il_error *error);

/* Leaves nothing behind, not even a directory that was created for it. NULL is allowed. */
void il_image_writer_discard(il_image_writer *writer);

#endif
