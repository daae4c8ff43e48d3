/* An image set on disk: classes of equally large images, packed. One file NAME.images, little-endian:
 *
 *   128 bytes  magic "ILIMAGE2", bits, height, width, channels, classes, images (32 bits each), bytes of names, bytes
 *              of pixels (64 bits each), SHA-256 in hex of the 48 bytes before it and of the counts and names, zeros
 *   counts     images of each class, 32 bits each; then the classes' names, each with a zero byte; zeros up to 64 bytes
 *   pixels     images in class order, [height, width, channels]; 8 bits a sample, or 1 bit, without gaps, the first
 *              pixel in the highest bit (as numpy.packbits)
 *   blocks     SHA-256 in hex of every 2^20 bytes of pixels, the last block may be shorter
 *   64 bytes   SHA-256 of all pixels in hex
 *   64 bytes   SHA-256 in hex of the blocks' digests and of the pixels'
 *
 * A set with splits begins with "ILIMAGE3". Behind the classes' names stand, for each split, its name with a zero byte
 * and a byte for each class (0 training, 1 validation, 2 test, 255 none of them); the 32 bits of the header behind the
 * digest, which covers them too, are their number. Sets without are "ILIMAGE2" as ever.
 *
 * "ILIMAGE1", which earlier versions wrote, ends with the digest of all pixels: such a set is verified as a whole
 * whenever it is opened.
 *
 * Nothing in a file is trusted: every size is checked against the file's, digests tell a flipped bit. Files are read,
 * not mapped: one that is cut off while it is in use is an error, not a signal. */
#ifndef INNERLOOP_DATA_IMAGE_SET_H
#define INNERLOOP_DATA_IMAGE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "innerloop/split.h"
#include "innerloop/status.h"

enum {
  IL_IMAGE_SET_HEADER = 128,
  IL_IMAGE_BLOCK = 1 << 20, /* bytes of pixels with a digest of their own */
  IL_IMAGE_SIDE_MAX = 4096,
  IL_CLASSES_MAX = 1 << 20,
  IL_IMAGES_MAX = 1 << 28,
  IL_CLASS_NAME_SIZE = 256
};

/* What all images have in common. */
typedef struct il_image_form {
  int bits; /* 1 or 8 a sample */
  int height, width, channels;
} il_image_form;

/* Samples of one image. */
static inline size_t il_image_samples(const il_image_form *form) {
  return (size_t)form->height * (size_t)form->width * (size_t)form->channels;
}

/* Bytes of `images` images without gaps. */
size_t il_image_bytes(const il_image_form *form, size_t images);

/* Splits of the classes that came with the pictures, each by its name: of[class], an il_split or IL_LIST_UNUSED. */
enum { IL_LISTS_MAX = 16, IL_LIST_UNUSED = 255 };
typedef struct il_image_list {
  const char *name; /* as il_name_allowed has them for sets */
  const unsigned char *of;
} il_image_list;
typedef struct il_image_lists {
  int count;
  il_image_list at[IL_LISTS_MAX];
} il_image_lists;

typedef struct il_image_file il_image_file; /* image_file.h: pixels that stay on disk */

typedef struct il_image_set {
  il_image_form form;
  int classes, images;
  const char **names; /* [classes] */
  il_image_lists lists;
  int *first; /* [classes + 1] number of the first image of a class; first[classes] = images */
  const unsigned char
      *pixels; /* all of them, verified; NULL: they stay in the file and are verified as they are used */
  char digest[IL_DIGEST_TEXT]; /* SHA-256 of the pixels, as the file says */
  size_t file_bytes;
  bool old; /* written by an earlier version */
  /* owned */
  unsigned char *head, *kept;
  il_image_file *file;
} il_image_set;

/* When pixels are compared with their digests, at about 0.6 ms a megabyte. */
typedef enum il_image_check {
  IL_IMAGE_CHECK_ALWAYS, /* all when the set is opened; up to IL_IMAGE_SMALL bytes of them are kept in memory */
  IL_IMAGE_CHECK_SMALL,  /* the same up to IL_IMAGE_SMALL bytes; of larger sets each block before its first use */
  IL_IMAGE_CHECK_BLOCKS  /* each block before its first use, however small the set */
} il_image_check;
enum { IL_IMAGE_SMALL = 64 << 20 };

/* Opens and checks a set. Release with il_image_set_close. Errors: IL_IO (cannot read), IL_DATA (damaged),
 * IL_MEMORY. */
il_status il_image_set_open(il_image_set **set, const char *path, il_image_check check, il_error *error);
/* Opens the set `name` in the data directory (asked: as in data_directory.h). Where there is none, IL_DATA, and the
 * message ends with `hint`, how to get it; NULL: what il_known_set_hint says. Other errors as above. */
il_status il_image_set_find(il_image_set **set, const char *asked, const char *name, il_image_check check,
                            const char *hint, il_error *error);
void il_image_set_close(il_image_set *set);

/* Samples first .. first + count - 1 of image `image`, a byte each: 0 or 1, or 0..255. Returns where they stand: in the
 * set's own memory, or in `room` [count]. Pure and thread-safe as long as the file does not change; allocates nothing
 * in memory that stays. What is damaged or cannot be read is zeros, and il_image_set_trouble says so from then on. */
const unsigned char *il_image_set_view(const il_image_set *set, int image, size_t first, size_t count,
                                       unsigned char *room);

/* One sample of an image. */
int il_image_set_sample(const il_image_set *set, int image, size_t sample);

/* The first thing that went wrong with pixels since the set was opened: IL_DATA (a block without the digest it should
 * have, a file that was cut off), IL_IO, IL_MEMORY; IL_OK: nothing. Costs one load. */
il_status il_image_set_trouble(const il_image_set *set, il_error *error);

/* The bytes before the pixels, for the writer: header, counts, names, splits. counts[classes], names[classes]; lists
 * NULL: none. *bytes is to be released with free. Errors: IL_INVALID (a size out of range), IL_MEMORY. */
il_status il_image_set_head(unsigned char **bytes, size_t *size, const il_image_form *form, int classes,
                            const int *counts, const char *const *names, const il_image_lists *lists, il_error *error);

#endif
