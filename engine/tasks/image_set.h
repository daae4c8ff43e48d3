/* An image set on disk: classes of equally large images, packed. One file NAME.images, little-endian:
 *
 *   128 bytes  magic "ILIMAGE1", bits, height, width, channels, classes, images (32 bits each), bytes of names, bytes of
 *              pixels (64 bits each), SHA-256 in hex of the 48 bytes before it and of the counts and names, zeros
 *   counts     images of each class, 32 bits each; then the classes' names, each with a zero byte; zeros up to 64 bytes
 *   pixels     images in class order, [height, width, channels]; 8 bits a sample, or 1 bit, without gaps, the first pixel
 *              in the highest bit (as numpy.packbits)
 *   64 bytes   SHA-256 of the pixels in hex
 *
 * Nothing in a file is believed: every size is checked against the file's, digests tell a flipped bit. */
#ifndef INNERLOOP_TASKS_IMAGE_SET_H
#define INNERLOOP_TASKS_IMAGE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "innerloop/status.h"

enum {
  IL_IMAGE_SET_HEADER = 128,
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

typedef struct il_image_set {
  il_image_form form;
  int classes, images;
  const char **names;          /* [classes] */
  int *first;                  /* [classes + 1] number of the first image of a class; first[classes] = images */
  const unsigned char *pixels; /* read-only map of the file */
  char digest[IL_DIGEST_TEXT]; /* SHA-256 of the pixels, as the file says */
  void *map;                   /* the whole file */
  size_t map_bytes;
} il_image_set;

/* How much of a file is read when it is opened. */
typedef enum il_image_check {
  IL_IMAGE_CHECK_ALWAYS, /* the digest of the pixels is computed and compared: about 0.6 ms a megabyte */
  IL_IMAGE_CHECK_SMALL   /* only where there are at most IL_IMAGE_SMALL bytes of pixels */
} il_image_check;
enum { IL_IMAGE_SMALL = 64 << 20 };

/* Opens and checks a set. Release with il_image_set_close. Errors: IL_IO (cannot read), IL_DATA (damaged), IL_MEMORY. */
il_status il_image_set_open(il_image_set **set, const char *path, il_image_check check, il_error *error);
/* Opens the set `name` in the data directory (asked: as in data_directory.h). Where there is none, IL_DATA, and the message
 * ends with `hint`: how to get it. Other errors as above. */
il_status il_image_set_find(il_image_set **set, const char *asked, const char *name, il_image_check check,
                            const char *hint, il_error *error);
void il_image_set_close(il_image_set *set);

/* Sample `sample` (0 <= sample < il_image_samples) of image `image`: 0 or 1, or 0..255. */
static inline int il_image_set_sample(const il_image_set *set, int image, size_t sample) {
  size_t index = (size_t)image * il_image_samples(&set->form) + sample;
  if (set->form.bits == 8) return set->pixels[index];
  return set->pixels[index / 8] >> (7 - index % 8) & 1;
}

/* The bytes before the pixels, for the writer: header, counts, names. counts[classes], names[classes]. *bytes is to be
 * released with free. Errors: IL_INVALID (a size out of range), IL_MEMORY. */
il_status il_image_set_head(unsigned char **bytes, size_t *size, const il_image_form *form, int classes,
                            const int *counts, const char *const *names, il_error *error);

#endif
