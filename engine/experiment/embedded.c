#include "experiment/embedded.h"

#include <stdio.h>
#include <string.h>

const char *il_embedded_name(char name[IL_EMBEDDED_NAME], const char *path) {
  static const char *const folders[] = {"experiments/", "baselines/published/"}, suffix[] = ".yaml";
  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
    size_t length = strlen(folders[i]);
    if (strncmp(path, folders[i], length) != 0) continue;
    path += length;
    break;
  }
  snprintf(name, IL_EMBEDDED_NAME, "%s", path);
  size_t length = strlen(name), end = strlen(suffix);
  if (length > end && strcmp(name + length - end, suffix) == 0) name[length - end] = '\0';
  return name;
}

const il_embedded *il_embedded_called(const il_embedded *files, const char *name) {
  char own[IL_EMBEDDED_NAME];
  for (; files && files->path; files++)
    if (strcmp(il_embedded_name(own, files->path), name) == 0) return files;
  return NULL;
}

const il_embedded *il_embedded_find(const il_embedded *files, const char *name) {
  char wanted[IL_EMBEDDED_NAME];
  return il_embedded_called(files, il_embedded_name(wanted, name));
}
