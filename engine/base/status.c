/* Status codes and the one-line error record. */
#include "innerloop/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct status_row {
  const char *name;
  int exit_status;
} status_row;

static const status_row status_rows[] = {
#define STATUS_ROW(name, exit_status, text) [IL_##name] = {#name, exit_status},
    IL_STATUS_MAP(STATUS_ROW)
#undef STATUS_ROW
};

enum { STATUS_COUNT = sizeof status_rows / sizeof status_rows[0], EXIT_UNKNOWN = 3 };

static int status_known(il_status status) {
  return (unsigned)status < (unsigned)STATUS_COUNT;
}

/* Text from files and options ends up in messages: nothing in it may break the line or drive a terminal. */
static void make_one_line(char *text) {
  for (unsigned char *byte = (unsigned char *)text; *byte != '\0'; byte++) {
    if (*byte < 0x20 || *byte == 0x7f) *byte = '?';
  }
}

/* The first error recorded wins. */
__attribute__((format(printf, 4, 0))) static void record(il_error *error, const char *option, il_status status,
                                                         const char *format, va_list arguments) {
  if (error == NULL || error->status != IL_OK) return;
  int length = vsnprintf(error->message, sizeof error->message, format, arguments);
  if (length < 0) error->message[0] = '\0';
  make_one_line(error->message);
  (void)snprintf(error->about, sizeof error->about, "%s", option);
  error->status = status;
}

il_status il_fail(il_error *error, il_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  record(error, "", status, format, arguments);
  va_end(arguments);
  return status;
}

il_status il_fail_about(il_error *error, const char *option, il_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  record(error, option, status, format, arguments);
  va_end(arguments);
  return status;
}

il_status il_fail_of(il_error *error, const char *section, const char *kind, const char *name, const il_error *cause) {
  char option[2 * IL_ABOUT_SIZE];
  bool whole = strchr(cause->about, '.') != NULL;
  (void)snprintf(option, sizeof option, "%.30s%s%s", whole ? "" : section, whole ? "" : ".", cause->about);
  return il_fail_about(error, option, cause->status, "%s `%s`: %s", kind, name, cause->message);
}

il_status il_fail_memory(il_error *error, const char *what, unsigned long long bytes) {
  return il_fail(error, IL_MEMORY, "out of memory (%llu bytes for %s)", bytes, what);
}

void il_error_clear(il_error *error) {
  if (error == NULL) return;
  error->status = IL_OK;
  error->message[0] = '\0';
  error->about[0] = '\0';
}

int il_status_exit(il_status status) {
  return status_known(status) ? status_rows[status].exit_status : EXIT_UNKNOWN;
}

const char *il_status_name(il_status status) {
  return status_known(status) ? status_rows[status].name : "UNKNOWN";
}
