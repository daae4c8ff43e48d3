/* Atomic files: a file without a name, write, fflush, fsync, link, rename, fsync of the directory. Where the file
 * system knows no files without a name (POSIX does not), a temporary name instead. A link never replaces a file, so
 * that a process killed before the rename leaves the temporary name in either case: the next writer of that file
 * removes it. */
#define _GNU_SOURCE /* O_TMPFILE */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { MACHINE_SIZE = 32 };

struct il_file {
  FILE *stream;
  il_hash *hash;
  unsigned long long bytes;
  int nameless; /* no name stands for it before the commit */
  int failure;  /* errno of the first failure, 0: none */
  char directory[PATH_MAX], path[PATH_MAX], temporary[PATH_MAX];
};

static void keep_failure(il_file *file, int reason) {
  if (file->failure == 0) file->failure = reason ? reason : EIO;
}

static int join(char *path, const char *directory, const char *name, const char *suffix) {
  int length = snprintf(path, PATH_MAX, "%s/%s%s", directory, name, suffix);
  return length > 0 && length < PATH_MAX;
}

/* The file that `descriptor` is, as a path that can be linked to. */
static void path_of(char path[48], int descriptor) {
  snprintf(path, 48, "/proc/self/fd/%d", descriptor);
}

/* A descriptor to write to, or -1 with errno. */
static int open_unnamed(il_file *file) {
  char path[48];
  int descriptor = open(file->directory, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
  if (descriptor >= 0) {
    path_of(path, descriptor);
    file->nameless = access(path, F_OK) == 0; /* without /proc it could never get a name */
    if (file->nameless) return descriptor;
    close(descriptor);
  }
  return open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static void remove_temporary(const il_file *file) {
  if (!file->nameless) unlink(file->temporary);
}

/* A name that stands for this machine: processes have numbers of their own on every machine that shares a folder. */
static void machine_name(char name[MACHINE_SIZE]) {
  struct utsname system;
  if (uname(&system) != 0) system.nodename[0] = '\0';
  snprintf(name, MACHINE_SIZE, "%.*s", MACHINE_SIZE - 1, system.nodename);
  for (char *c = name; *c; c++)
    if (*c == '/' || *c == '.') *c = '-';
}

/* "NAME.tmp.MACHINE.PROCESS" of a process of this machine that has ended. */
static int is_left_behind(const char *entry, const char *name, const char *machine) {
  static const char mark[] = ".tmp.";
  char *end;
  const char *at = strstr(entry, mark);
  if (!at || (name && (strncmp(entry, name, (size_t)(at - entry)) != 0 || name[at - entry]))) return 0;
  at += sizeof mark - 1;
  size_t length = strlen(machine);
  if (strncmp(at, machine, length) == 0 && at[length] == '.') at += length + 1;
  long process = strtol(at, &end, 10);
  if (end == at || *end || process <= 0) return 0;
  if (process == (long)getpid()) return name != NULL; /* of one that had this number before */
  return kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

void il_temporaries_remove(const char *directory, const char *name) {
  char path[PATH_MAX], machine[MACHINE_SIZE];
  DIR *folder = opendir(directory);
  machine_name(machine);
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (is_left_behind(entry->d_name, name, machine) && join(path, directory, entry->d_name, "")) unlink(path);
  if (folder) closedir(folder);
}

/* The temporary name is of this process, so that two runs into one directory do not write into each other's file.
 * Devices and directories are refused: the rename would put a file in their place. */
static il_status open_temporary(il_file *file, const char *directory, const char *name, il_error *error) {
  char suffix[MACHINE_SIZE + 32], machine[MACHINE_SIZE];
  struct stat facts;
  machine_name(machine);
  snprintf(suffix, sizeof suffix, ".tmp.%s.%ld", machine, (long)getpid());
  int fits = join(file->path, directory, name, "") && join(file->temporary, directory, name, suffix);
  if (!fits) return il_fail(error, IL_IO, "%s: cannot write: the path is too long", name);
  if (stat(file->path, &facts) == 0 && !S_ISREG(facts.st_mode))
    return il_fail(error, IL_IO, "%s: cannot write: it is there and no regular file", file->path);
  memcpy(file->directory, directory, strlen(directory) + 1);
  il_temporaries_remove(directory, name);
  int descriptor = open_unnamed(file);
  if (descriptor < 0) return il_fail(error, IL_IO, "%s: cannot write: %s", file->path, strerror(errno));
  file->stream = fdopen(descriptor, "w");
  if (file->stream) return IL_OK;
  int reason = errno;
  close(descriptor);
  remove_temporary(file);
  return il_fail(error, IL_IO, "%s: cannot write: %s", file->path, strerror(reason));
}

static void release(il_file *file) {
  char unused[IL_DIGEST_TEXT];
  if (file->hash) il_hash_finish(file->hash, unused, NULL);
  free(file);
}

il_status il_file_open(il_file **result, const char *directory, const char *name, il_error *error) {
  *result = NULL;
  il_file *file = calloc(1, sizeof *file);
  if (!file) return il_fail_memory(error, "a file writer", sizeof *file);
  file->hash = il_hash_new();
  il_status status = file->hash ? IL_OK : il_fail_memory(error, "a digest", 0);
  if (status == IL_OK) status = open_temporary(file, directory, name, error);
  if (status != IL_OK) {
    release(file);
    return status;
  }
  *result = file;
  return IL_OK;
}

void il_file_write(il_file *file, const void *bytes, size_t size) {
  if (!file || file->failure || size == 0) return;
  if (fwrite(bytes, 1, size, file->stream) != size) {
    keep_failure(file, errno);
    return;
  }
  il_hash_add(file->hash, bytes, size);
  file->bytes += size;
}

void il_file_print(il_file *file, const char *format, ...) {
  enum { SHORT = 512, LONG = 65536 };
  if (!file || file->failure) return;
  char text[SHORT];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length < 0 || length > LONG) {
    keep_failure(file, EOVERFLOW);
    return;
  }
  if (length < SHORT) {
    il_file_write(file, text, (size_t)length);
    return;
  }
  char *longer = malloc((size_t)length + 1);
  if (!longer) {
    keep_failure(file, ENOMEM);
    return;
  }
  va_start(arguments, format);
  vsnprintf(longer, (size_t)length + 1, format, arguments);
  va_end(arguments);
  il_file_write(file, longer, (size_t)length);
  free(longer);
}

/* A rename is on the disk once its directory is. Some file systems cannot sync a directory (EINVAL): not a failure. */
static void sync_directory(il_file *file) {
  int descriptor = open(file->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  if (fsync(descriptor) != 0 && errno == EIO) keep_failure(file, EIO);
  close(descriptor);
}

/* A file without a name gets the temporary one: a link never replaces, a rename does. */
static void name_it(il_file *file) {
  char path[48];
  path_of(path, fileno(file->stream));
  if (linkat(AT_FDCWD, path, AT_FDCWD, file->temporary, AT_SYMLINK_FOLLOW) != 0)
    keep_failure(file, errno);
  else
    file->nameless = 0;
}

static void finish(il_file *file) {
  if (!file->failure && fflush(file->stream) != 0) keep_failure(file, errno);
  if (!file->failure && fsync(fileno(file->stream)) != 0 && errno != EINVAL) keep_failure(file, errno);
  if (!file->failure && file->nameless) name_it(file);
  if (fclose(file->stream) != 0) keep_failure(file, errno);
  if (!file->failure && rename(file->temporary, file->path) != 0) keep_failure(file, errno);
  if (file->failure)
    remove_temporary(file);
  else
    sync_directory(file);
}

il_status il_file_commit(il_file *file, il_file_facts *facts, il_error *error) {
  il_file_facts unwanted;
  if (!facts) facts = &unwanted;
  memset(facts, 0, sizeof *facts);
  finish(file);
  il_status status = IL_OK;
  if (file->failure == ENOMEM)
    status = il_fail_memory(error, file->path, 0);
  else if (file->failure)
    status = il_fail(error, IL_IO, "%s: cannot write: %s", file->path, strerror(file->failure));
  facts->bytes = file->bytes;
  if (status == IL_OK) {
    status = il_hash_finish(file->hash, facts->digest, error);
    file->hash = NULL;
  }
  release(file);
  return status;
}

void il_file_discard(il_file *file) {
  if (!file) return;
  fclose(file->stream);
  remove_temporary(file);
  release(file);
}

il_status il_file_save(const char *directory, const char *name, const void *bytes, size_t size, il_file_facts *facts,
                       il_error *error) {
  il_file *file;
  il_status status = il_file_open(&file, directory, name, error);
  if (status != IL_OK) return status;
  il_file_write(file, bytes, size);
  return il_file_commit(file, facts, error);
}

/* One level; an existing directory (or a link to one) is fine. */
static il_status make_one(const char *directory, il_error *error) {
  struct stat facts;
  if (mkdir(directory, 0777) == 0) return IL_OK;
  int reason = errno;
  if (stat(directory, &facts) == 0) {
    if (S_ISDIR(facts.st_mode)) return IL_OK;
    reason = ENOTDIR;
  }
  return il_fail(error, IL_IO, "%s: cannot create the directory: %s", directory, strerror(reason));
}

il_status il_directory_make(const char *directory, il_error *error) {
  char path[PATH_MAX];
  size_t length = strlen(directory);
  if (length == 0 || length >= sizeof path)
    return il_fail(error, IL_IO, "'%.80s': cannot create the directory: the path is %s", directory,
                   length ? "too long" : "empty");
  memcpy(path, directory, length + 1);
  for (size_t i = 1; i < length; i++) {
    if (path[i] != '/' || path[i - 1] == '/') continue;
    path[i] = '\0';
    il_status status = make_one(path, error);
    path[i] = '/';
    if (status != IL_OK) return status;
  }
  return make_one(path, error);
}

il_plain_locale il_plain_locale_begin(void) {
  il_plain_locale locale = {.plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), .before = (locale_t)0};
  if (locale.plain) locale.before = uselocale(locale.plain);
  return locale;
}

void il_plain_locale_end(il_plain_locale *locale) {
  if (!locale->plain) return;
  uselocale(locale->before);
  freelocale(locale->plain);
  locale->plain = (locale_t)0;
}
