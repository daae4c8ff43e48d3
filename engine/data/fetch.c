/* Downloads through libcurl. A connection that breaks, or a body shorter than announced, is taken up again where it
 * ended as long as each attempt brings new bytes; a server without ranges starts the file again. */
#include "data/fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/regular.h"
#include "data/data_directory.h"
#include "data/known_sets.h"

enum { ATTEMPTS = 4, PAUSE_MILLISECONDS = 500, STALL_SECONDS = 30, CONNECT_SECONDS = 20 };

/* One download. */
typedef struct transfer_state {
  const char *url, *name;
  const il_fetch_watch *watch;
  char path[PATH_MAX], part[PATH_MAX];
  FILE *file;
  curl_off_t start;       /* bytes of the part before this attempt */
  unsigned long long got; /* bytes of this attempt */
  int disk;               /* errno of a write that failed */
  char reason[CURL_ERROR_SIZE];
} transfer_state;

/* ---- MD5 ---- */

il_status il_fetch_md5(char text[IL_MD5_TEXT], const char *path, il_error *error) {
  unsigned char block[65536], digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  size_t read;
  text[0] = '\0';
  FILE *file;
  il_status status = il_regular_stream(&file, NULL, path, error);
  if (status != IL_OK) return status;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  int good = context && EVP_DigestInit_ex(context, EVP_md5(), NULL) == 1;
  while (good && (read = fread(block, 1, sizeof block, file)) > 0) good = EVP_DigestUpdate(context, block, read) == 1;
  good = good && EVP_DigestFinal_ex(context, digest, &length) == 1;
  int broken = ferror(file);
  EVP_MD_CTX_free(context);
  fclose(file);
  if (broken) return il_fail(error, IL_IO, "%s: cannot be read", path);
  if (!good || length != 16) return il_fail(error, IL_MEMORY, "out of memory (MD5 of libcrypto failed)");
  for (int i = 0; i < 16; i++) snprintf(text + 2 * i, 3, "%02x", digest[i]);
  return IL_OK;
}

/* ---- one attempt ---- */

static size_t on_data(char *bytes, size_t size, size_t count, void *context) {
  transfer_state *transfer = context;
  (void)size; /* always 1 */
  if ((unsigned long long)transfer->start + transfer->got + count > IL_FETCH_BYTES_MAX) return 0;
  size_t written = fwrite(bytes, 1, count, transfer->file);
  if (written != count) transfer->disk = errno ? errno : EIO;
  transfer->got += written;
  return written;
}

static int on_progress(void *context, curl_off_t all, curl_off_t done, curl_off_t up_all, curl_off_t up_done) {
  transfer_state *transfer = context;
  (void)up_all, (void)up_done;
  if (transfer->watch && transfer->watch->progress)
    transfer->watch->progress(transfer->watch->context, transfer->name, (unsigned long long)(transfer->start + done),
                              all > 0 ? (unsigned long long)(transfer->start + all) : 0);
  return 0;
}

static int set_options(CURL *curl, transfer_state *transfer) {
  int wrong = 0;
  wrong |= curl_easy_setopt(curl, CURLOPT_URL, transfer->url);
  wrong |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http,file");
  wrong |= curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https,http");
  wrong |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  wrong |= curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  wrong |= curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  wrong |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  wrong |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
  wrong |= curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  wrong |= curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
  wrong |= curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)IL_FETCH_BYTES_MAX);
  wrong |= curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, transfer->start);
  wrong |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
  wrong |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
  wrong |= curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  wrong |= curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
  wrong |= curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  wrong |= curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->reason);
  wrong |= curl_easy_setopt(curl, CURLOPT_USERAGENT, "innerloop");
  return wrong;
}

static curl_off_t size_of(const char *path) {
  struct stat facts;
  return stat(path, &facts) == 0 ? (curl_off_t)facts.st_size : 0;
}

/* Appends to the part file. *answer: what libcurl says, *http: the server's status. */
static il_status attempt(transfer_state *transfer, CURLcode *answer, long *http, il_error *error) {
  il_status status = IL_OK;
  transfer->start = size_of(transfer->part);
  transfer->got = 0;
  transfer->reason[0] = '\0';
  *http = 0;
  CURL *curl = curl_easy_init();
  if (!curl) return il_fail_memory(error, "a download", 0);
  transfer->file = fopen(transfer->part, "abe");
  if (!transfer->file) {
    status = il_fail(error, IL_IO, "%s: cannot be written: %s", transfer->part, strerror(errno));
  } else {
    *answer = set_options(curl, transfer) ? CURLE_FAILED_INIT : curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, http);
    if (fclose(transfer->file) != 0 && !transfer->disk) transfer->disk = errno;
  }
  curl_easy_cleanup(curl);
  if (status == IL_OK && transfer->disk)
    status = il_fail(error, IL_IO, "%s: cannot be written: %s", transfer->part, strerror(transfer->disk));
  return status;
}

/* ---- attempts until done ---- */

/* Answers after which another attempt makes sense. */
static int is_passing(CURLcode answer, long http) {
  static const CURLcode passing[] = {CURLE_PARTIAL_FILE, CURLE_RECV_ERROR,         CURLE_GOT_NOTHING,
                                     CURLE_SEND_ERROR,   CURLE_OPERATION_TIMEDOUT, CURLE_COULDNT_CONNECT,
                                     CURLE_HTTP2,        CURLE_HTTP2_STREAM};
  if (answer == CURLE_HTTP_RETURNED_ERROR) return http == 429 || http >= 500;
  for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
    if (answer == passing[i]) return 1;
  return 0;
}

static void wait_before(const il_fetch_watch *watch, int failures) {
  int pause = watch && watch->pause_milliseconds ? watch->pause_milliseconds : PAUSE_MILLISECONDS;
  long long milliseconds = (long long)pause << (failures < 6 ? failures : 6);
  struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static il_status failed(const transfer_state *transfer, CURLcode answer, il_error *error) {
  const char *reason = transfer->reason[0] ? transfer->reason : curl_easy_strerror(answer);
  if (size_of(transfer->part) == 0) unlink(transfer->part);
  if (answer == CURLE_WRITE_ERROR || answer == CURLE_FILESIZE_EXCEEDED)
    return il_fail(error, IL_DATA, "%s: larger than %d bytes", transfer->url, IL_FETCH_BYTES_MAX);
  return il_fail(error, IL_IO, "%s: cannot be fetched: %s", transfer->url, reason);
}

/* A server that cannot resume, or has less than what is there, sends the file from the beginning. */
static int must_start_again(const transfer_state *transfer, CURLcode answer, long http) {
  if (transfer->start == 0) return 0;
  return answer == CURLE_RANGE_ERROR || answer == CURLE_BAD_DOWNLOAD_RESUME ||
         (answer == CURLE_HTTP_RETURNED_ERROR && http == 416);
}

static il_status run_attempts(transfer_state *transfer, il_error *error) {
  int most = transfer->watch && transfer->watch->attempts ? transfer->watch->attempts : ATTEMPTS;
  curl_off_t best = size_of(transfer->part); /* bytes: only what goes beyond them is progress */
  for (int failures = 0;;) {
    CURLcode answer = CURLE_OK;
    long http = 0;
    il_status status = attempt(transfer, &answer, &http, error);
    if (status != IL_OK || answer == CURLE_OK) return status;
    if (must_start_again(transfer, answer, http)) {
      if (unlink(transfer->part) != 0) return failed(transfer, answer, error);
      continue;
    }
    curl_off_t size = size_of(transfer->part);
    failures = size > best ? 0 : failures + 1;
    best = size > best ? size : best;
    if (!is_passing(answer, http) || failures >= most) return failed(transfer, answer, error);
    wait_before(transfer->watch, failures);
  }
}

/* 1 when `path` is there with this digest, 0 when not, -1: error. */
static int has_digest(const char *path, const char *md5, char found[IL_MD5_TEXT], il_error *error) {
  if (access(path, F_OK) != 0) return 0;
  if (!md5) return 1;
  if (il_fetch_md5(found, path, error) != IL_OK) return -1;
  return strcmp(found, md5) == 0;
}

static il_status set_paths(transfer_state *transfer, const char *directory, il_error *error) {
  int a = snprintf(transfer->path, PATH_MAX, "%s/%s", directory, transfer->name);
  int b = snprintf(transfer->part, PATH_MAX, "%s/%s.part", directory, transfer->name);
  if (a > 0 && b > 0 && a < PATH_MAX && b < PATH_MAX) return IL_OK;
  return il_fail(error, IL_IO, "%s: the path is too long", transfer->name);
}

/* Gives the part its name if its digest is right, else removes it. */
static il_status accept_part(const transfer_state *transfer, const char *md5, il_error *error) {
  char found[IL_MD5_TEXT] = "";
  int right = has_digest(transfer->part, md5, found, error);
  if (right < 0) return IL_IO;
  if (!right) {
    long long size = size_of(transfer->part);
    unlink(transfer->part);
    return il_fail(error, IL_DATA, "%s: what came (%lld bytes) has MD5 %s; expected %s; it was removed", transfer->url,
                   size, found[0] ? found : "of nothing", md5);
  }
  if (rename(transfer->part, transfer->path) == 0) return IL_OK;
  return il_fail(error, IL_IO, "%s: cannot be written: %s", transfer->path, strerror(errno));
}

/* A part that an earlier call left may be of another file: then everything is fetched once more. */
static il_status fetch_part(transfer_state *transfer, const char *md5, il_error *error) {
  char found[IL_MD5_TEXT];
  il_error trial = {0};
  int resumed = size_of(transfer->part) > 0;
  il_status status = IL_OK;
  if (!md5 || has_digest(transfer->part, md5, found, NULL) != 1) status = run_attempts(transfer, error);
  if (status != IL_OK) return status;
  status = accept_part(transfer, md5, resumed ? &trial : error);
  if (!resumed || status == IL_OK) return status;
  if (status != IL_DATA) return il_fail(error, status, "%s", trial.message);
  status = run_attempts(transfer, error);
  return status == IL_OK ? accept_part(transfer, md5, error) : status;
}

il_status il_fetch_file(const char *url, const char *directory, const char *name, const char *md5,
                        const il_fetch_watch *watch, il_error *error) {
  char found[IL_MD5_TEXT];
  transfer_state *transfer = calloc(1, sizeof *transfer);
  if (!transfer) return il_fail_memory(error, "a download", sizeof *transfer);
  transfer->url = url;
  transfer->name = name;
  transfer->watch = watch;
  il_status status = IL_OK;
  IL_TRY(set_paths(transfer, directory, error));
  IL_TRY(il_directory_make(directory, error));
  int there = has_digest(transfer->path, md5, found, error);
  if (there < 0) status = IL_IO;
  if (there != 0) goto done;
  status = fetch_part(transfer, md5, error);
done:
  free(transfer);
  return status;
}

/* ---- Omniglot ---- */

static const char omniglot_base[] = "https://raw.githubusercontent.com/brendenlake/omniglot/master/python";

static const struct {
  const char *name, *md5;
} omniglot_files[] = {
    {"images_background.zip", "68d2efa1b9178cc56df9314c21c6e718"},
    {"images_evaluation.zip", "6b91aef0f799c5bb55b94e3f2daec811"},
};
enum { OMNIGLOT_FILES = sizeof omniglot_files / sizeof omniglot_files[0] };

il_status il_fetch_omniglot(il_import_report *report, const char *directory, const char *base,
                            const il_fetch_watch *watch, il_error *error) {
  char url[2048], paths[OMNIGLOT_FILES][PATH_MAX];
  const char *path_at[OMNIGLOT_FILES];
  if (!base) base = omniglot_base;
  size_t length = strlen(base);
  while (length > 0 && base[length - 1] == '/') length--;
  for (int i = 0; i < OMNIGLOT_FILES; i++) {
    const char *name = omniglot_files[i].name;
    int used = snprintf(url, sizeof url, "%.*s/%s", (int)length, base, name);
    int path = snprintf(paths[i], PATH_MAX, "%s/%s", directory, name);
    if (used < 0 || (size_t)used >= sizeof url || path < 0 || path >= PATH_MAX)
      return il_fail(error, IL_INVALID, "'%.80s...': the address is too long", base);
    il_status status = il_fetch_file(url, directory, name, omniglot_files[i].md5, watch, error);
    if (status != IL_OK) return status;
    path_at[i] = paths[i];
  }
  il_status status = il_import_omniglot(report, directory, path_at, OMNIGLOT_FILES, false, error);
  for (int i = 0; status == IL_OK && i < OMNIGLOT_FILES; i++) unlink(paths[i]);
  return status;
}

/* ---- zips of pictures ---- */

il_status il_fetch_pictures(il_import_report *report, const char *directory, const char *name, const char *url,
                            const char *digest, const il_fetch_watch *watch, il_error *error) {
  char file[IL_SET_NAME_SIZE + 16], path[PATH_MAX];
  (void)snprintf(file, sizeof file, "fetched-%.63s.zip", name);
  int length = snprintf(path, sizeof path, "%s/%s", directory, file);
  if (length < 0 || length >= PATH_MAX) return il_fail(error, IL_IO, "%s: the path is too long", directory);
  il_status status = il_import_may_replace(directory, name, NULL, 0, error);
  if (status == IL_OK) status = il_fetch_file(url, directory, file, NULL, watch, error);
  if (status != IL_OK) return status;
  const il_import_images options = {.known_digest = digest};
  status = il_import_pictures(report, directory, name, path, &options, error);
  unlink(path); /* also what is no such archive: it would be taken for one the next time */
  return status;
}

/* Where its authors keep it: README of github.com/bertinetto/r2d2. Google Drive asks a human before it gives so large a
 * file, so a program has no address for it. */
static const char cifar_fs_place[] = "drive.google.com/file/d/1pTsCCMDj45kzFYgrnO67BWVbKs48Q3NI";

il_status il_fetch_cifar_fs(il_import_report *report, const char *directory, const char *url,
                            const il_fetch_watch *watch, il_error *error) {
  if (url)
    return il_fetch_pictures(report, directory, "cifar-fs", url, il_known_set_called("cifar-fs")->digest, watch, error);
  return il_fail(error, IL_INVALID,
                 "data: fetch cifar-fs: its authors' place, %s, gives it to browsers only: import what comes by `data "
                 "import images cifar-fs cifar100.zip`, or name another address by --from URL",
                 cifar_fs_place);
}

void il_fetch_size_text(char *text, size_t size, unsigned long long bytes) {
  static const char *const units[] = {"bytes", "kB", "MB", "GB"};
  double value = (double)bytes;
  int unit = 0;
  for (; value >= 1000 && unit < 3; unit++) value /= 1000;
  snprintf(text, size, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}
