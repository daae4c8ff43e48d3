/* OFD locks (fcntl): of the open file, not of the process, and on NFS of all its clients. */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include "results/folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { HOLDER_SIZE = 160, ATTEMPTS = 100 };

static int path_of(char path[PATH_MAX], const char *directory) {
  int length = snprintf(path, PATH_MAX, "%s/.lock", directory);
  return length > 0 && length < PATH_MAX;
}

/* 0: locked, 1: somebody else has it, -1: the file system has no locks. */
static int take(int descriptor) {
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(descriptor, F_OFD_SETLK, &whole) == 0) return 0;
  return errno == EAGAIN || errno == EACCES ? 1 : -1;
}

/* Who waits on a file whose holder has just removed it has locked nothing that others see. */
static int still_named(int descriptor, const char *path) {
  struct stat open_one, named;
  return fstat(descriptor, &open_one) == 0 && stat(path, &named) == 0 && open_one.st_ino == named.st_ino &&
         open_one.st_dev == named.st_dev;
}

static il_status taken(int descriptor, const char *directory, il_error *error) {
  char holder[HOLDER_SIZE] = "another process";
  ssize_t size = pread(descriptor, holder, sizeof holder - 1, 0);
  if (size > 0) holder[size] = '\0';
  holder[strcspn(holder, "\n")] = '\0';
  return il_fail(error, IL_IO, "%s: %s is writing there; expected one run in a folder: wait, or --out DIR", directory,
                 holder);
}

static void sign(int descriptor) {
  char text[HOLDER_SIZE];
  struct utsname system;
  if (uname(&system) != 0) system.nodename[0] = '\0';
  int length = snprintf(text, sizeof text, "process %ld on %.64s\n", (long)getpid(), system.nodename);
  if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text, (size_t)length, 0) == length) return;
  /* a full disk: the lock holds, only its holder is not named */
}

il_status il_folder_lock(int *lock, const char *directory, il_error *error) {
  char path[PATH_MAX];
  struct stat facts;
  *lock = -1;
  if (!path_of(path, directory)) return il_fail(error, IL_IO, "%s: the path is too long", directory);
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0666);
    if (descriptor < 0) return il_fail(error, IL_IO, "%s: cannot write: %s", path, strerror(errno));
    facts.st_mode = 0;
    int answer = fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode) ? take(descriptor) : -1;
    if (answer == 0 && !still_named(descriptor, path)) {
      close(descriptor);
      continue;
    }
    il_status status = answer == 1 ? taken(descriptor, directory, error) : IL_OK;
    if (answer == 0) {
      sign(descriptor);
      *lock = descriptor;
    } else {
      if (answer < 0 && S_ISREG(facts.st_mode)) unlink(path);
      close(descriptor);
    }
    return status;
  }
  return il_fail(error, IL_IO, "%s: cannot be locked: it comes and goes", path);
}

void il_folder_unlock(int lock, const char *directory) {
  char path[PATH_MAX];
  if (lock < 0) return;
  if (path_of(path, directory)) unlink(path);
  close(lock);
}
