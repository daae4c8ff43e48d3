/* covers: data */
/* Downloads from a server that drops connections, forgets ranges and lies about lengths (fetch_server.py). Skipped
 * without python3. */
#include "made_archive.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "data/fetch.h"

enum { SKIPPED = 77, BODY = 100000 };

typedef struct test_server {
  pid_t process;
  char port[16];
} test_server;

static const il_fetch_watch quick = {.attempts = 3, .pause_milliseconds = 1};

/* Starts the server; 0 when there is no python3. */
static int start(test_server *server) {
  const char *source = getenv("IL_SOURCE_DIR");
  char script[1024];
  snprintf(script, sizeof script, "%s/engine/tests/scripts/fetch_server.py", source ? source : ".");
  remove("port");
  if (system("python3 -c 'import http.server' >/dev/null 2>&1") != 0) return 0;
  server->process = fork();
  assert_true(server->process >= 0);
  if (server->process == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp("python3", "python3", script, "port", (char *)NULL);
    _exit(127);
  }
  for (int i = 0; i < 3000 && access("port", F_OK) != 0; i++) usleep(10000);
  FILE *file = fopen("port", "r");
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%15s", server->port), 1);
  fclose(file);
  return 1;
}

static void stop(test_server *server) {
  kill(server->process, SIGKILL);
  waitpid(server->process, NULL, 0);
}

/* What every path but /lies and /short is to give. */
static unsigned char body_at(unsigned long long i) {
  return (unsigned char)(i * 2654435761ull >> 13);
}

static void write_part(const char *path, size_t size, int wrong) {
  unsigned char *bytes = malloc(size + 1);
  assert_non_null(bytes);
  for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)(body_at(i) ^ wrong);
  file_write(path, bytes, size);
  free(bytes);
}

static void digest_of_body(char md5[IL_MD5_TEXT]) {
  write_part("body", BODY, 0);
  assert_int_equal(il_fetch_md5(md5, "body", NULL), IL_OK);
}

static il_status fetch(const test_server *server, const char *path, const char *md5, il_error *error) {
  char url[128];
  snprintf(url, sizeof url, "http://127.0.0.1:%s/%s", server->port, path);
  *error = (il_error){0};
  return il_fetch_file(url, "got/here", "file.zip", md5, &quick, error);
}

static void assert_fetched(const test_server *server, const char *path) {
  char md5[IL_MD5_TEXT], found[IL_MD5_TEXT];
  il_error error;
  digest_of_body(md5);
  if (fetch(server, path, md5, &error) != IL_OK) fail_msg("%s: %s", path, error.message);
  assert_int_equal(il_fetch_md5(found, "got/here/file.zip", NULL), IL_OK);
  assert_string_equal(found, md5);
  assert_int_equal(folder_count("got/here"), 1);
}

static void assert_fails(const test_server *server, const char *path, il_status status, const char *part) {
  char md5[IL_MD5_TEXT];
  il_error error;
  digest_of_body(md5);
  assert_int_equal(fetch(server, path, md5, &error), status);
  assert_one_error_line(&error, status, status);
  if (!strstr(error.message, part)) fail_msg("%s; expected: %s", error.message, part);
}

static void begin(void) {
  folder_remove("got");
  assert_int_equal(mkdir("got", 0777), 0);
  assert_int_equal(mkdir("got/here", 0777), 0);
}

static void test_whole_files(void **state) {
  const test_server *server = *state;
  static const char *const paths[] = {"good", "noranges", "drop", "broken", "moved"};
  for (int i = 0; i < 5; i++) {
    folder_remove("got");
    assert_fetched(server, paths[i]);
  }
  assert_fetched(server, "missing"); /* it is there already: not fetched again */
}

/* A part that an earlier call left: gone on with; begun again where the server cannot, or where it is of another
 * file. */
static void test_resume(void **state) {
  const test_server *server = *state;
  static const struct {
    const char *path;
    size_t size;
    int wrong;
  } cases[] = {{"good", 40000, 0},    {"drop", 40000, 0},   {"noranges", 40000, 0},
               {"good", 40000, 1},    {"good", BODY, 0},    {"good", BODY, 1},
               {"good", BODY + 7, 0}, {"missing", BODY, 0}, {"noranges", BODY, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    begin();
    write_part("got/here/file.zip.part", cases[i].size, cases[i].wrong);
    assert_fetched(server, cases[i].path);
  }
}

static void test_failures(void **state) {
  const test_server *server = *state;
  begin();
  assert_fails(server, "missing", IL_IO, "404");
  assert_int_equal(folder_count("got/here"), 0);
  assert_fails(server, "stuck", IL_IO, "cannot be fetched");
  assert_int_equal(folder_count("got/here"), 0);
  assert_fails(server, "forgets", IL_IO, "cannot be fetched");
  remove("got/here/file.zip.part");
  assert_fails(server, "short", IL_DATA, "99999 bytes");
  assert_int_equal(folder_count("got/here"), 0);
  assert_fails(server, "lies", IL_DATA, "1000 bytes");
  assert_int_equal(folder_count("got/here"), 0);
  il_error error = {0};
  static const char *const others[] = {"ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "http://127.0.0.1:1/x", "nonsense"};
  for (int i = 0; i < 4; i++) {
    assert_int_equal(il_fetch_file(others[i], "got/here", "file.zip", "0", &quick, &error), IL_IO);
    assert_one_error_line(&error, IL_IO, IL_IO);
    il_error_clear(&error);
  }
}

/* What is announced never comes: what came is kept, and it is all of the file. */
static void test_more_announced_than_sent(void **state) {
  begin();
  assert_fetched(*state, "long");
}

/* The official names below another address; nothing is imported from what has the wrong digest. */
static void test_omniglot_checks_digests(void **state) {
  const test_server *server = *state;
  il_import_report report;
  char base[128];
  il_error error = {0};
  begin();
  snprintf(base, sizeof base, "http://127.0.0.1:%s//", server->port);
  assert_int_equal(il_fetch_omniglot(&report, "got/here", base, &quick, &error), IL_IO);
  assert_non_null(strstr(error.message, "/images_background.zip"));
  il_error_clear(&error);
  folder_make("mirror");
  file_write("mirror/images_background.zip", "PK", 2);
  char here[512];
  assert_non_null(getcwd(here, sizeof here));
  char file_base[600];
  snprintf(file_base, sizeof file_base, "file://%s/mirror", here);
  assert_int_equal(il_fetch_omniglot(&report, "got/here", file_base, &quick, &error), IL_DATA);
  assert_non_null(strstr(error.message, "68d2efa1b9178cc56df9314c21c6e718"));
  assert_int_equal(folder_count("got/here"), 0);
}

/* An archive of pictures in pieces: imported when its pixels have the digest, gone in every case. */
static void test_pictures(void **state) {
  const test_server *server = *state;
  static unsigned char samples[48 * 48 * 3];
  static made_archive archive;
  il_import_report report;
  char url[128], digest[IL_DIGEST_TEXT];
  il_error error = {0};
  unsigned noise = 1;
  for (int i = 0; i < 6; i++) {
    char name[32];
    for (size_t k = 0; k < sizeof samples; k++)
      samples[k] = (unsigned char)((noise = noise * 1664525u + 1013904223u) >> 24);
    snprintf(name, sizeof name, "%c/1.png", 'a' + i);
    add_picture(&archive, name, &(il_picture){.width = 48, .height = 48, .channels = 3, .samples = samples});
  }
  add_entry(&archive, "splits/one/train.txt", "a\nb\nc", 5);
  add_entry(&archive, "splits/one/test.txt", "d\ne\nf", 5);
  write_archive("archive.zip", &archive);
  free_archive(&archive);
  const il_import_images options = {.size = 0};
  begin();
  assert_int_equal(il_import_pictures(&report, "got", "direct", "archive.zip", &options, NULL), IL_OK);
  memcpy(digest, report.digest, sizeof digest);
  snprintf(url, sizeof url, "http://127.0.0.1:%s/archive", server->port);
  if (il_fetch_pictures(&report, "got/here", "six", url, digest, &quick, &error) != IL_OK)
    fail_msg("%s", error.message);
  assert_int_equal(report.classes, 6);
  assert_int_equal(report.splits, 1);
  assert_int_equal(folder_count("got/here"), 1); /* six.images */
  assert_int_equal(il_fetch_pictures(&report, "got/here", "six", url, digest, &quick, &error), IL_INVALID);
  il_error_clear(&error);
  begin();
  digest[0] = digest[0] == '0' ? '1' : '0';
  assert_int_equal(il_fetch_pictures(&report, "got/here", "six", url, digest, &quick, &error), IL_DATA);
  assert_non_null(strstr(error.message, "the pixels have SHA-256"));
  assert_int_equal(folder_count("got/here"), 0);
  il_error_clear(&error);
  snprintf(url, sizeof url, "http://127.0.0.1:%s/good", server->port); /* a page instead of the archive */
  assert_int_equal(il_fetch_cifar_fs(&report, "got/here", url, &quick, &error), IL_DATA);
  assert_non_null(strstr(error.message, "cannot be read as a zip"));
  assert_int_equal(folder_count("got/here"), 0);
  il_error_clear(&error);
  assert_int_equal(il_fetch_cifar_fs(&report, "got/here", NULL, &quick, &error), IL_INVALID);
  assert_one_error_line(&error, IL_INVALID, IL_INVALID);
}

static void test_size_text(void **state) {
  (void)state;
  char text[32];
  static const struct {
    unsigned long long bytes;
    const char *text;
  } cases[] = {
      {0, "0 bytes"}, {999, "999 bytes"}, {1000, "1.0 kB"}, {44733938, "44.7 MB"}, {5000000000000, "5000.0 GB"}};
  for (int i = 0; i < 5; i++) {
    il_fetch_size_text(text, sizeof text, cases[i].bytes);
    assert_string_equal(text, cases[i].text);
  }
}

int main(void) {
  static test_server server;
  setenv("no_proxy", "*", 1);
  if (!start(&server)) {
    puts("skipped: there is no python3 to serve files");
    return SKIPPED;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(test_whole_files, &server),
      cmocka_unit_test_prestate(test_resume, &server),
      cmocka_unit_test_prestate(test_failures, &server),
      cmocka_unit_test_prestate(test_more_announced_than_sent, &server),
      cmocka_unit_test_prestate(test_omniglot_checks_digests, &server),
      cmocka_unit_test_prestate(test_pictures, &server),
      cmocka_unit_test(test_size_text),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  stop(&server);
  return failed;
}
