#include "experiment/embedded.h"

#include <stdio.h>
#include <string.h>

#include "experiment/schema.h"

enum { FILES_MAX = 256 };

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

const char *il_embedded_nearest(const il_embedded *files, const char *name, il_arena *arena) {
  const char *names[FILES_MAX + 1] = {NULL};
  char wanted[IL_EMBEDDED_NAME], own[IL_EMBEDDED_NAME];
  for (int i = 0; files && files[i].path && i < FILES_MAX; i++) {
    names[i] = il_arena_text(arena, il_embedded_name(own, files[i].path));
    if (!names[i]) return NULL;
  }
  return il_schema_nearest(il_embedded_name(wanted, name), names);
}
