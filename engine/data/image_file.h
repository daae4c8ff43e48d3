/* Pixels of an image set that stay in their file: read as they are needed, each block compared with its digest before
 * its first use. */
#ifndef INNERLOOP_DATA_IMAGE_FILE_H
#define INNERLOOP_DATA_IMAGE_FILE_H

#include "data/image_set.h"

/* Reads size bytes from `offset` of a file into `bytes`, all of them. Errors: IL_IO; IL_DATA (the file ends before). */
il_status il_image_file_load(int descriptor, const char *path, size_t offset, void *bytes, size_t size,
                             il_error *error);

/* Takes over `descriptor` (closed in every case but success, then by il_image_file_close). The pixels are `size` bytes
 * from `start` on. blocks: digests in hex, one after the other, of every IL_IMAGE_BLOCK bytes; copied; NULL: the pixels
 * are verified already. Errors: IL_MEMORY. */
il_status il_image_file_new(il_image_file **file, int descriptor, const char *path, size_t start, size_t size,
                            const unsigned char *blocks, il_error *error);
void il_image_file_close(il_image_file *file);

/* size bytes of pixels from byte `from` on, in `bytes`. Zeros, and trouble, where they cannot be had. Thread-safe. */
void il_image_file_read(il_image_file *file, size_t from, size_t size, unsigned char *bytes);

/* As il_image_set_trouble. */
il_status il_image_file_trouble(const il_image_file *file, il_error *error);

/* The digest of all pixels as they are, read piece by piece. Errors: IL_IO, IL_DATA, IL_MEMORY. */
il_status il_image_file_digest(char digest[IL_DIGEST_TEXT], il_image_file *file, il_error *error);

/* Every block counts as verified from now on. For pixels whose digest as a whole was found to be right. */
void il_image_file_mark_verified(il_image_file *file);

/* Number of blocks that so many bytes of pixels have. */
static inline size_t il_image_blocks(size_t bytes) {
  return (bytes + IL_IMAGE_BLOCK - 1) / IL_IMAGE_BLOCK;
}

#endif
