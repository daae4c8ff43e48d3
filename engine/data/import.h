/* Data sets brought into packed form. Each function either replaces the set in the data directory or leaves the
 * directory as it was. directory: where sets are (tasks/data_directory.h finds it). replace: asked to take a set's
 * place whatever is lost by it; else a set that is whole stays (il_import_may_replace). */
#ifndef INNERLOOP_DATA_IMPORT_H
#define INNERLOOP_DATA_IMPORT_H

#include <stdbool.h>

#include "base/hash.h"
#include "innerloop/status.h"

/* What came in. */
typedef struct il_import_report {
  int classes, images;
  bool complete;                       /* Omniglot: all 1623 characters, and the digest is the known one */
  char digest[IL_DIGEST_TEXT];         /* SHA-256 of the pixels */
  int splits, unlisted;                /* splits that came along; pictures left out as no list names them */
  int size;                            /* of import images: side of the pictures */
  int skipped;                         /* pictures left out because they cannot be read */
  char first_skipped[IL_MESSAGE_SIZE]; /* why, of the first of them */
} il_import_report;

/* May the set `name` be replaced unasked? Where there is none, or a damaged one, or one whose classes are all among
 * names[classes]: IL_OK. names NULL: nothing is known of what comes. Errors: IL_INVALID (not without --replace, which
 * the message names), IL_IO, IL_MEMORY. */
il_status il_import_may_replace(const char *directory, const char *name, const char *const *names, int classes,
                                il_error *error);

/* Omniglot from the official zips of PNGs (.../NNNN_DD.png: character, drawing) and from .npz archives (arrays images
 * bool [C, 20, 105, 105], False = ink, and labels [C, 20]; C = 964: background set, 659: evaluation set, 1623: both),
 * any number of them; what stands in two of them must be equal. Characters come in the order of their numbers. Errors:
 * IL_IO, IL_DATA (damaged, not Omniglot, a character without all of its 20 drawings), IL_INVALID (a set with other
 * characters is there), IL_MEMORY. */
il_status il_import_omniglot(il_import_report *report, const char *directory, const char *const *paths, int count,
                             bool replace, il_error *error);

/* How pictures are brought to one form. */
typedef struct il_import_images {
  int size;   /* side in pixels, the aspect ratio not kept, as in the papers' scripts; 0: as they are, of one size */
  bool grey;  /* one channel instead of red, green, blue */
  int filter; /* il_resize_filter */
  bool replace;
  bool skip_unreadable;     /* pictures that cannot be read are left out and counted; else the first is an error */
  const char *known_digest; /* SHA-256 that the pixels must have; NULL: any */
} il_import_images;

/* The set `name` from a folder or a zip of PNG or JPEG files, `path`: what belongs to which class, and which splits
 * come with it, by data/image_layout.h. Pictures of a class stand in the order of the bytes of their files' names
 * (those below train before those below val and test). One picture is in memory at a time. Errors: IL_INVALID (name; a
 * set of that name is there), IL_IO, IL_DATA (a picture that cannot be read or is of a kind that is not read; without
 * `size`, one of another size, or not square; lists that do not fit; another digest), IL_MEMORY. */
il_status il_import_pictures(il_import_report *report, const char *directory, const char *name, const char *path,
                             const il_import_images *options, il_error *error);

#endif
