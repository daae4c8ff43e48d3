/* Nothing whole is replaced by something else unasked. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/data_directory.h"
#include "data/image_set.h"
#include "data/import.h"

static int is_among(const char *name, const char *const *names, int count) {
  for (int i = 0; i < count; i++)
    if (strcmp(names[i], name) == 0) return 1;
  return 0;
}

/* Classes of `set` that would be gone. */
static int lost(const il_image_set *set, const char *const *names, int classes) {
  int count = 0;
  for (int c = 0; c < set->classes; c++) count += !names || !is_among(set->names[c], names, classes);
  return count;
}

il_status il_import_may_replace(const char *directory, const char *name, const char *const *names, int classes,
                                il_error *error) {
  char path[PATH_MAX];
  il_image_set *set;
  il_status status = il_data_set_path(path, sizeof path, directory, name, error);
  if (status != IL_OK) return status;
  if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) return IL_OK;
  il_error why = {0};
  status = il_image_set_open(&set, path, IL_IMAGE_CHECK_ALWAYS, &why);
  if (status == IL_DATA) return IL_OK; /* damaged: nothing that could be used is lost */
  if (status != IL_OK) return il_fail(error, status, "%s", why.message);
  int gone = lost(set, names, classes);
  if (gone > 0 && names)
    status = il_fail(error, IL_INVALID,
                     "%s: a set of %d classes is there, of which %d would be lost; to replace it all the same, add "
                     "--replace",
                     path, set->classes, gone);
  else if (gone > 0)
    status = il_fail(error, IL_INVALID,
                     "%s: a set of %d classes and %d images is there; to replace it, add --replace, or choose another "
                     "name",
                     path, set->classes, set->images);
  il_image_set_close(set);
  return status;
}
