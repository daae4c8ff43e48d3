/* The data directory. */
#include "data/data_directory.h"

#include <dirent.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/name_rule.h"
#include "base/nearest_name.h"

const char il_data_set_suffix[] = ".images";

/* $HOME, else what the user database says; `entry` is filled from `buffer`. */
static const char *home(struct passwd *entry, char *buffer, size_t size) {
  const char *named = getenv("HOME");
  if (named && *named) return named;
  struct passwd *found = NULL;
  return getpwuid_r(getuid(), entry, buffer, size, &found) == 0 && found ? found->pw_dir : NULL;
}

il_status il_data_directory(char *path, size_t size, const char *asked, il_error *error) {
  struct passwd entry;
  char buffer[4096];
  const char *variable = getenv("INNERLOOP_DATA");
  if (asked && !*asked) asked = NULL;
  if (!asked && variable && *variable) asked = variable;
  const char *base = asked ? asked : home(&entry, buffer, sizeof buffer);
  if (!base || !*base)
    return il_fail(error, IL_IO, "there is no home directory for data; name one with --data or INNERLOOP_DATA");
  int length = snprintf(path, size, asked ? "%s" : "%s/.cache/innerloop", base);
  if (length > 0 && (size_t)length < size) return IL_OK;
  return il_fail(error, IL_IO, "'%.80s...': the path of the data directory is too long", base);
}

il_status il_data_set_path(char *path, size_t size, const char *asked, const char *name, il_error *error) {
  char expected[IL_NAME_EXPECTED];
  if (!il_name_allowed(IL_NAME_SET, name))
    return il_fail(error, IL_INVALID, "'%.80s' is no name for a data set; expected %s", name,
                   il_name_expected(expected, IL_NAME_SET));
  il_status status = il_data_directory(path, size, asked, error);
  if (status != IL_OK) return status;
  size_t used = strlen(path);
  int length = snprintf(path + used, size - used, "/%s%s", name, il_data_set_suffix);
  if (length > 0 && (size_t)length < size - used) return IL_OK;
  return il_fail(error, IL_IO, "%s: the path of the data directory is too long", name);
}

enum { SETS_MAX = 64 };

typedef struct set_names {
  int count;
  char at[SETS_MAX][IL_SET_NAME_SIZE];
} set_names;

static const char *name_at(const void *names, int index) {
  return ((const set_names *)names)->at[index];
}

static int by_name(const void *a, const void *b) {
  return strcmp(a, b);
}

/* Names of the sets there, but for `name` itself, in order: the folder's own order is any. */
static void read_names(set_names *names, const char *directory, const char *name) {
  DIR *folder = opendir(directory);
  if (!folder) return;
  for (struct dirent *entry; names->count < SETS_MAX && (entry = readdir(folder));) {
    size_t length = strlen(entry->d_name), tail = strlen(il_data_set_suffix);
    if (length <= tail || strcmp(entry->d_name + length - tail, il_data_set_suffix) != 0) continue;
    char *set = names->at[names->count];
    if (length - tail >= IL_SET_NAME_SIZE) continue;
    memcpy(set, entry->d_name, length - tail);
    set[length - tail] = '\0';
    names->count += strcmp(set, name) != 0;
  }
  closedir(folder);
  qsort(names->at, (size_t)names->count, sizeof names->at[0], by_name);
}

void il_data_set_nearest(char *nearest, size_t size, const char *asked, const char *name) {
  char directory[PATH_MAX];
  set_names names = {0};
  *nearest = '\0';
  if (il_data_directory(directory, sizeof directory, asked, NULL) != IL_OK) return;
  read_names(&names, directory, name);
  int index = il_nearest(name, name_at, &names, names.count);
  if (index >= 0) (void)snprintf(nearest, size, "%s", names.at[index]);
}
