/* Scratch folders and files of tests, below the directory the test runs in. */
#ifndef INNERLOOP_TESTS_FOLDERS_H
#define INNERLOOP_TESTS_FOLDERS_H

#include "cmocka_all.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "innerloop/status.h"

/* Removes `path` and all below it. */
static inline void folder_remove(const char *path) {
  DIR *folder = opendir(path);
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    char below[1024]; /* tests have short names */
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (snprintf(below, sizeof below, "%s/%s", path, entry->d_name) >= (int)sizeof below) continue;
    folder_remove(below);
  }
  if (folder) closedir(folder);
  remove(path);
}

/* An empty folder. */
static inline void folder_make(const char *path) {
  folder_remove(path);
  assert_int_equal(mkdir(path, 0777), 0);
}

/* Entries of a folder; -1 where there is none. */
static inline int folder_count(const char *path) {
  int count = 0;
  DIR *folder = opendir(path);
  if (!folder) return -1;
  for (struct dirent *entry; (entry = readdir(folder));)
    count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  closedir(folder);
  return count;
}

/* A new file: one that is cut and filled again may be flushed to the disk at once (ext4). */
static inline void file_write(const char *path, const void *bytes, size_t size) {
  remove(path);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

/* The whole file; release with free. */
static inline unsigned char *file_read(const char *path, size_t *size) {
  struct stat facts;
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fstat(fileno(file), &facts), 0);
  *size = (size_t)facts.st_size;
  unsigned char *bytes = malloc(*size + 1);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, *size, file), *size);
  fclose(file);
  return bytes;
}

/* The error has one line and is of one of two kinds. */
static inline void assert_one_error_line(const il_error *error, il_status status, il_status other) {
  if (error->status != status && error->status != other) fail_msg("%d: %s", error->status, error->message);
  assert_true(error->message[0] != '\0');
  assert_null(strchr(error->message, '\n'));
}

#endif
