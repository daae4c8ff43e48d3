/* Which picture belongs to which class, told from the names of files as people keep data sets:
 *
 *   P/CLASS/x.png              class folders below any prefix P, such as cifar100/data
 *   P/train/CLASS/x.png        the same below train, val (or valid, validation) and test: a class that lies in several
 *                              of them is one class; where none does, they are a split, called `folders`
 *   P/images/x.jpg             one flat folder with train.csv, val.csv, test.csv (filename,label) in it or beside it,
 *                              as Ravi and Larochelle's: the labels are the classes, the files a split, called `csv`
 *   .../splits/NAME/train.txt  with val.txt, test.txt: lists of class names, a split called NAME
 *
 * Neither names nor lists are trusted: they came with the pictures. */
#ifndef INNERLOOP_DATA_IMAGE_LAYOUT_H
#define INNERLOOP_DATA_IMAGE_LAYOUT_H

#include "data/entries.h"
#include "data/image_set.h"
#include "innerloop/arena.h"

/* What a file is by its name: pictures are read; foreign ones are some, but of a kind that is not read. */
typedef enum il_file_kind { IL_FILE_OTHER, IL_FILE_PICTURE, IL_FILE_FOREIGN } il_file_kind;
il_file_kind il_file_kind_of(const char *name);

/* Is it a picture, or a list that tells classes or a split? For il_entries_open. */
bool il_layout_wants(const char *name);

/* Part of a path, not terminated. length -1: there is none. */
typedef struct il_path_part {
  const char *at;
  int length;
} il_path_part;

/* One picture. */
typedef struct il_placed {
  int entry;
  il_path_part class;
  unsigned char role; /* the split that a folder or a list names, else IL_LIST_UNUSED */
} il_placed;

typedef struct il_image_layout {
  const il_entries *entries;
  il_arena *arena;
  int pictures, classes;
  il_placed *at;      /* [pictures], by class (the bytes of its name), role, file name */
  const char **names; /* [classes] */
  int *first;         /* [classes + 1] number of the first picture of a class; first[classes] = pictures */
  il_image_lists lists;
  int unlisted; /* pictures of a flat folder that no .csv names: left out */
} il_image_layout;

/* `entries` must stay. Errors: IL_DATA with FILE:LINE or the place of a file, IL_IO, IL_MEMORY. Release with
 * il_layout_free in every case. */
il_status il_layout_read(il_image_layout *layout, const il_entries *entries, il_error *error);
void il_layout_free(il_image_layout *layout);

#endif
