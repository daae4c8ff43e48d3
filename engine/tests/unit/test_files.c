/* covers: base */
/* The atomic writer: whole or absent, errors that name the path, the digest of what stands on the disk. */
#define _GNU_SOURCE /* O_TMPFILE */
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/regular.h"
#include "folders.h"

static int scratch_new(void **state) {
  char *directory = strdup("/tmp/innerloop-files-XXXXXX");
  *state = directory;
  return directory && mkdtemp(directory) ? 0 : -1;
}

static int scratch_free(void **state) {
  char command[200];
  snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
  int failed = system(command);
  free(*state);
  return failed;
}

/* Bytes as they are, zeros among them, and one zero behind; nothing in hand after an error. */
static void a_file_is_loaded_whole_or_not_at_all(void **state) {
  static const char bytes[] = "a\0b";
  char path[300], *loaded;
  size_t size;
  il_error error = {0};
  il_arena *arena = il_arena_new();
  snprintf(path, sizeof path, "%s/bytes", (char *)*state);
  assert_int_equal(il_file_save(*state, "bytes", bytes, 3, NULL, NULL), IL_OK);
  assert_int_equal(il_regular_load(&loaded, &size, path, 3, NULL, NULL), IL_OK);
  assert_int_equal(size, 3);
  assert_memory_equal(loaded, bytes, sizeof bytes);
  free(loaded);
  assert_int_equal(il_regular_load(&loaded, &size, path, 3, arena, NULL), IL_OK);
  assert_memory_equal(loaded, bytes, sizeof bytes);
  assert_int_equal(il_regular_load(&loaded, &size, path, 2, NULL, &error), IL_DATA);
  assert_non_null(strstr(error.message, "3 bytes; expected at most 2"));
  assert_null(loaded);
  assert_int_equal(il_regular_load(&loaded, &size, *state, 2, arena, NULL), IL_IO); /* a folder */
  assert_null(loaded);
  il_arena_free(arena);
}

static size_t content(const char *directory, const char *name, char *text, size_t size) {
  char path[300];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t length = fread(text, 1, size - 1, file);
  fclose(file);
  text[length] = '\0';
  return length;
}

static void a_file_appears_whole(void **state) {
  il_error error = {0};
  il_file *file;
  char text[100000];
  assert_int_equal(il_file_save(*state, "a.csv", "old", 3, NULL, &error), IL_OK);
  assert_int_equal(il_file_open(&file, *state, "a.csv", &error), IL_OK);
  il_file_print(file, "%s", "abc");
  content(*state, "a.csv", text, sizeof text);
  assert_string_equal(text, "old"); /* until the commit */
  il_file_facts facts;
  assert_int_equal(il_file_commit(file, &facts, &error), IL_OK);
  content(*state, "a.csv", text, sizeof text);
  assert_string_equal(text, "abc");
  assert_int_equal(facts.bytes, 3);
  /* FIPS 180-2 appendix B.1 */
  assert_string_equal(facts.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_int_equal(folder_count(*state), 1);
}

static void long_lines_and_discard(void **state) {
  il_error error = {0};
  il_file *file;
  char *text = malloc(60001);
  memset(text, 'x', 60000);
  text[60000] = '\0';
  assert_int_equal(il_file_open(&file, *state, "long", &error), IL_OK);
  il_file_print(file, "%s", text);
  il_file_facts facts;
  assert_int_equal(il_file_commit(file, &facts, &error), IL_OK);
  assert_int_equal(facts.bytes, 60000);
  assert_int_equal(il_file_open(&file, *state, "gone", &error), IL_OK);
  il_file_print(file, "half");
  il_file_discard(file);
  il_file_discard(NULL);
  il_file_print(NULL, "nothing");
  assert_int_equal(folder_count(*state), 1);
  free(text);
}

static void a_missing_directory_is_an_error_with_the_path(void **state) {
  il_error error = {0};
  il_file *file;
  char directory[300];
  snprintf(directory, sizeof directory, "%s/no/such", (char *)*state);
  assert_int_equal(il_file_open(&file, directory, "a", &error), IL_IO);
  assert_null(file);
  assert_non_null(strstr(error.message, "no/such/a: cannot write: No such file"));
}

/* A limit on the file size stands for a full disk: the write fails although the file could be opened. */
static void a_full_disk_leaves_nothing(void **state) {
  il_error error = {0};
  struct rlimit before, small;
  char bytes[8192] = {0};
  assert_int_equal(il_file_save(*state, "kept", "old", 3, NULL, &error), IL_OK);
  getrlimit(RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 4096;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  il_status status = il_file_save(*state, "kept", bytes, sizeof bytes, NULL, &error);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_DFL);
  assert_int_equal(status, IL_IO);
  assert_non_null(strstr(error.message, "kept: cannot write: File too large"));
  content(*state, "kept", bytes, sizeof bytes);
  assert_string_equal(bytes, "old");
  assert_int_equal(folder_count(*state), 1);
}

/* A process that is killed half-way leaves the older file and nothing else. */
static void a_killed_writer_leaves_nothing(void **state) {
  il_error error = {0};
  il_file *file;
  char text[16];
  assert_int_equal(il_file_save(*state, "kept", "old", 3, NULL, &error), IL_OK);
  int probe = open(*state, O_WRONLY | O_TMPFILE, 0600);
  if (probe < 0) skip(); /* a file system that knows only files with names */
  close(probe);
  pid_t child = fork();
  if (child == 0) {
    if (il_file_open(&file, *state, "kept", &error) == IL_OK) il_file_write(file, "new", 3);
    raise(SIGKILL);
  }
  assert_int_equal(waitpid(child, NULL, 0), child);
  content(*state, "kept", text, sizeof text);
  assert_string_equal(text, "old");
  assert_int_equal(folder_count(*state), 1);
}

static bool killed_before_rename; /* tests only */

/* In the place of the C library's: the instant between link and rename. */
int rename(const char *from, const char *to) {
  if (killed_before_rename) raise(SIGKILL);
  return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

/* A link never replaces: what a process leaves that is killed before the rename goes when the file is written again, or
 * its folder swept; what a living one is writing, or another machine, stays. */
static void temporaries_of_ended_processes_are_removed(void **state) {
  il_error error = {0};
  char text[16], path[300];
  pid_t child = fork();
  if (child == 0) {
    killed_before_rename = true;
    il_file_save(*state, "kept", "new", 3, NULL, &error);
    _exit(1);
  }
  assert_int_equal(waitpid(child, NULL, 0), child);
  assert_int_equal(folder_count(*state), 1);
  const char *const others[] = {"other.tmp.%ld", "kept.tmp.%ld", "kept.tmp.elsewhere.%ld"};
  for (int i = 0; i < 3; i++) {
    char name[64];
    snprintf(name, sizeof name, others[i], (long)(i == 1 ? getppid() : child));
    snprintf(path, sizeof path, "%s/%s", (char *)*state, name);
    file_write(path, "x", 1);
  }
  assert_int_equal(il_file_save(*state, "kept", "newer", 5, NULL, &error), IL_OK);
  content(*state, "kept", text, sizeof text);
  assert_string_equal(text, "newer");
  assert_int_equal(folder_count(*state), 4);
  il_temporaries_remove(*state, NULL);
  assert_int_equal(folder_count(*state), 3);
}

/* A rename would put a file in the place of a device (or of what a link to one names). */
static void only_regular_files_are_replaced(void **state) {
  il_error error = {0};
  char path[300];
  struct stat facts;
  const char *const names[] = {"pipe", "folder", "link"};
  for (int i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "%s/%s", (char *)*state, names[i]);
    assert_int_equal(i == 0 ? mkfifo(path, 0600) : i == 1 ? mkdir(path, 0700) : symlink("/dev/null", path), 0);
    il_error_clear(&error);
    assert_int_equal(il_file_save(*state, names[i], "x", 1, NULL, &error), IL_IO);
    assert_non_null(strstr(error.message, "cannot write: it is there and no regular file"));
    assert_true(lstat(path, &facts) == 0 && !S_ISREG(facts.st_mode));
  }
  assert_int_equal(folder_count(*state), 3);
}

static void directories_with_parents(void **state) {
  il_error error = {0};
  char path[300];
  snprintf(path, sizeof path, "%s/a//b/c/", (char *)*state);
  assert_int_equal(il_directory_make(path, &error), IL_OK);
  assert_int_equal(il_directory_make(path, &error), IL_OK); /* again */
  struct stat facts;
  assert_true(stat(path, &facts) == 0 && S_ISDIR(facts.st_mode));
  assert_int_equal(il_file_save(*state, "plain", "x", 1, NULL, &error), IL_OK);
  snprintf(path, sizeof path, "%s/plain/below", (char *)*state);
  assert_int_equal(il_directory_make(path, &error), IL_IO);
  assert_non_null(strstr(error.message, "plain: cannot create the directory: Not a directory"));
  il_error_clear(&error);
  assert_int_equal(il_directory_make("", &error), IL_IO);
}

static void the_decimal_point_is_a_point(void **state) {
  (void)state;
  char text[32];
  const char *comma = setlocale(LC_NUMERIC, "de_DE.UTF-8"); /* where the machine has it */
  il_plain_locale locale = il_plain_locale_begin();
  snprintf(text, sizeof text, "%.2f", 1.5);
  il_plain_locale_end(&locale);
  assert_string_equal(text, "1.50");
  if (comma) {
    snprintf(text, sizeof text, "%.2f", 1.5);
    assert_string_equal(text, "1,50"); /* the program's own locale is back */
    setlocale(LC_NUMERIC, "C");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_file_appears_whole, scratch_new, scratch_free),
      cmocka_unit_test_setup_teardown(a_file_is_loaded_whole_or_not_at_all, scratch_new, scratch_free),
      cmocka_unit_test_setup_teardown(long_lines_and_discard, scratch_new, scratch_free),
      cmocka_unit_test_setup_teardown(a_missing_directory_is_an_error_with_the_path, scratch_new, scratch_free),
      cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing, scratch_new, scratch_free),
      cmocka_unit_test_setup_teardown(a_killed_writer_leaves_nothing, scratch_new, scratch_free),
      cmocka_unit_test_setup_teardown(temporaries_of_ended_processes_are_removed, scratch_new, scratch_free),
      cmocka_unit_test_setup_teardown(only_regular_files_are_replaced, scratch_new, scratch_free),
      cmocka_unit_test_setup_teardown(directories_with_parents, scratch_new, scratch_free),
      cmocka_unit_test(the_decimal_point_is_a_point),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
