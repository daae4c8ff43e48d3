/* Regular files, and nothing else. */
#include "base/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind_of(mode_t mode) {
  static const struct {
    mode_t mode;
    const char *name;
  } kinds[] = {{S_IFDIR, "a folder"}, {S_IFIFO, "a named pipe"}, {S_IFSOCK, "a socket"}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if ((mode & S_IFMT) == kinds[i].mode) return kinds[i].name;
  return "a device";
}

il_status il_regular_descriptor(int *descriptor, size_t *size, const char *path, il_error *error) {
  struct stat facts;
  *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* a pipe without a writer blocks otherwise */
  if (*descriptor < 0) return il_fail(error, IL_IO, "%s: cannot be read: %s", path, strerror(errno));
  il_status status = IL_OK;
  if (fstat(*descriptor, &facts) != 0)
    status = il_fail(error, IL_IO, "%s: cannot be read: %s", path, strerror(errno));
  else if (!S_ISREG(facts.st_mode))
    status = il_fail(error, IL_IO, "%s: %s; expected a regular file", path, kind_of(facts.st_mode));
  if (status != IL_OK) {
    close(*descriptor);
    *descriptor = -1;
  } else if (size) {
    *size = (size_t)facts.st_size;
  }
  return status;
}

il_status il_regular_stream(FILE **stream, size_t *size, const char *path, il_error *error) {
  int descriptor;
  *stream = NULL;
  il_status status = il_regular_descriptor(&descriptor, size, path, error);
  if (status != IL_OK) return status;
  *stream = fdopen(descriptor, "rb");
  if (*stream) return IL_OK;
  close(descriptor);
  return il_fail_memory(error, path, 0);
}

static il_status load(char **bytes, FILE *file, size_t size, const char *path, il_arena *arena, il_error *error) {
  *bytes = arena ? il_arena_get(arena, size + 1, 1) : malloc(size + 1);
  if (!*bytes) return il_fail_memory(error, path, size);
  (*bytes)[size] = '\0';
  if (fread(*bytes, 1, size, file) == size) return IL_OK;
  if (!arena) free(*bytes);
  *bytes = NULL;
  return il_fail(error, IL_IO, "%s: cannot be read: it became shorter", path);
}

il_status il_regular_load(char **bytes, size_t *size, const char *path, size_t limit, il_arena *arena,
                          il_error *error) {
  FILE *file;
  *bytes = NULL;
  il_status status = il_regular_stream(&file, size, path, error);
  if (status != IL_OK) return status;
  if (*size > limit)
    status = il_fail(error, IL_DATA, "%s: %zu bytes; expected at most %zu", path, *size, limit);
  else
    status = load(bytes, file, *size, path, arena, error);
  fclose(file);
  return status;
}

il_status il_regular_check(const char *path, il_error *error) {
  int descriptor;
  il_status status = il_regular_descriptor(&descriptor, NULL, path, error);
  if (status == IL_OK) close(descriptor);
  return status;
}

il_status il_regular_hash(char digest[IL_DIGEST_TEXT], FILE *stream, const char *path, il_error *error) {
  unsigned char block[1 << 14];
  size_t size;
  il_hash *hash = il_hash_new();
  while ((size = fread(block, 1, sizeof block, stream)) > 0) il_hash_add(hash, block, size);
  int reason = errno;
  bool failed = ferror(stream) != 0;
  il_status status = il_hash_finish(hash, digest, error);
  return failed ? il_fail(error, IL_IO, "%s: cannot be read: %s", path, strerror(reason)) : status;
}
