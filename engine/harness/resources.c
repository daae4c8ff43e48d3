/* Memory and room on the disk. */
#include "harness/resources.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

void il_bytes_text(char *text, size_t size, double bytes) {
  static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < sizeof units / sizeof units[0]; unit++) bytes /= 1024;
  (void)snprintf(text, size, bytes < 10 && unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

/* 0: unknown. */
static double memory_total(void) {
  long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  double bytes = pages > 0 && page > 0 ? (double)pages * (double)page : 0;
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      (bytes == 0 || (double)limit.rlim_cur < bytes))
    bytes = (double)limit.rlim_cur;
  return bytes;
}

il_status il_memory_check(const char *what, double bytes, il_error *error) {
  char needed[32], there[32];
  double total = memory_total();
  if (total == 0 || bytes <= total) return IL_OK;
  il_bytes_text(needed, sizeof needed, bytes);
  il_bytes_text(there, sizeof there, total);
  return il_fail(error, IL_MEMORY, "%s needs %s of memory; this machine has %s", what, needed, there);
}

double il_memory_peak(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? 1024.0 * (double)usage.ru_maxrss : 0;
}

/* Cuts the last name off; 0 when there is none. */
static int to_parent(char *path) {
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') path[--length] = '\0';
  char *slash = strrchr(path, '/');
  if (strcmp(path, "/") == 0 || strcmp(path, ".") == 0) return 0;
  if (!slash)
    memcpy(path, ".", 2);
  else
    slash[slash == path] = '\0';
  return 1;
}

il_status il_directory_examine(double *free_bytes, const char *directory, il_error *error) {
  char path[PATH_MAX];
  struct stat facts;
  struct statvfs room;
  *free_bytes = -1;
  if (strlen(directory) >= sizeof path || !*directory)
    return il_fail(error, IL_IO, "'%.80s': cannot create the directory: the path is %s", directory,
                   *directory ? "too long" : "empty");
  memcpy(path, directory, strlen(directory) + 1);
  while (stat(path, &facts) != 0) {
    if (errno != ENOENT && errno != ENOTDIR)
      return il_fail(error, IL_IO, "%s: cannot create the directory: %s", path, strerror(errno));
    if (!to_parent(path)) break;
  }
  if (!S_ISDIR(facts.st_mode))
    return il_fail(error, IL_IO, "%s: cannot create the directory: %s", path, strerror(ENOTDIR));
  if (access(path, W_OK | X_OK) != 0) return il_fail(error, IL_IO, "%s: cannot write: %s", path, strerror(errno));
  if (statvfs(path, &room) == 0) *free_bytes = (double)room.f_bavail * (double)room.f_frsize;
  return IL_OK;
}

il_status il_file_examine(const char *directory, const char *name, il_error *error) {
  char path[PATH_MAX];
  struct stat facts;
  if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
    return il_fail(error, IL_IO, "%s: cannot write: the path is too long", name);
  if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode))
    return il_fail(error, IL_IO, "%s: cannot write: it is there and no regular file", path);
  return IL_OK;
}
