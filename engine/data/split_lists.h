/* Lists that travel with pictures: which classes are for training, validation and test, and of flat folders also which
 * picture is of which class. */
#ifndef INNERLOOP_DATA_SPLIT_LISTS_H
#define INNERLOOP_DATA_SPLIT_LISTS_H

#include "data/image_layout.h"

/* The last part of a path, and what is before it and its slash (length -1: nothing). */
il_path_part il_path_last(il_path_part path);
il_path_part il_path_folder(il_path_part path);
bool il_path_equal(il_path_part a, il_path_part b);

/* The split that the name of a folder or of a list without its ending means: an il_split, or IL_LIST_UNUSED. */
int il_role_of(il_path_part name);

/* Is it .../splits/NAME/train.txt, or some train.csv (val, test)? */
bool il_is_split_list(const char *name);

/* Reads train.csv, val.csv and test.csv in the flat folder of all pictures, layout->at[pictures] in the order of their
 * entries, or beside it: class and role of each picture. *found: whether there are such files. Errors: IL_DATA with
 * FILE:LINE, IL_IO, IL_MEMORY. */
il_status il_read_csv_labels(bool *found, il_image_layout *layout, il_error *error);

/* Reads .../splits/NAME/{train,val,test}.txt into layout->lists; classes are known by then. Errors as above. */
il_status il_read_split_lists(il_image_layout *layout, il_error *error);

/* A list of that name whose classes are all unused, to be filled; the one that is there already where there is one.
 * Errors: IL_DATA (no name, too many), IL_MEMORY. */
il_status il_list_named(unsigned char **of, il_image_layout *layout, il_path_part name, il_error *error);

#endif
