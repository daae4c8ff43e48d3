/* host.json: the machine and its load, and the command as it was typed. Nothing else that names the machine or its
 * user. Linux: /proc. */
#include <gnu/libc-version.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "formats/json_text.h"
#include "results/result_writers.h"

/* The value of the first line "KEY<spaces>: VALUE" of a file in /proc; null where there is none. */
static json_t *proc_value(const char *path, const char *key) {
  char line[1024];
  json_t *value = NULL;
  size_t length = strlen(key);
  FILE *file = fopen(path, "r");
  if (!file) return json_null();
  while (!value && fgets(line, sizeof line, file)) {
    if (strncmp(line, key, length) != 0) continue;
    const char *text = line + length;
    text += strspn(text, " \t");
    if (*text != ':') continue;
    text++;
    text += strspn(text, " \t");
    value = json_stringn(text, strcspn(text, "\n"));
  }
  fclose(file);
  return value ? value : json_null();
}

static json_t *load_averages(void) {
  double load[3];
  if (getloadavg(load, 3) != 3) return json_null();
  return json_pack("[f, f, f]", load[0], load[1], load[2]);
}

static json_t *memory_bytes(void) {
  long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? json_integer((json_int_t)pages * size) : json_null();
}

/* -1: the runs differ (a resumed experiment). */
static int threads_of(const il_results *results) {
  int threads = results->n_runs ? results->runs[0].timing.threads : 0;
  for (int r = 1; r < results->n_runs; r++)
    if (results->runs[r].timing.threads != threads) return -1;
  return threads;
}

/* A line for every run that went on from the checkpoint before the last. */
static json_t *restored(const il_results *results) {
  json_t *list = json_array();
  for (int r = 0; list && r < results->n_runs; r++)
    if (results->runs[r].restored) json_array_append_new(list, json_string(results->runs[r].restored));
  return list;
}

il_status il_host_write(const char *directory, const il_results *results, il_error *error) {
  struct utsname system;
  memset(&system, 0, sizeof system);
  uname(&system); /* of its fields only those without the host's name are used */
  json_t *root = json_pack(
      "{s:s, s:o, s:o, s:i, s:o, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:i, s:f}", "command",
      results->typed ? results->typed : "", "previous_checkpoints_used", restored(results), "cpu_model",
      proc_value("/proc/cpuinfo", "model name"), "processors", (int)sysconf(_SC_NPROCESSORS_ONLN), "memory_bytes",
      memory_bytes(), "system", system.sysname, "kernel", system.release, "architecture", system.machine,
      "load_average", load_averages(), "glibc", gnu_get_libc_version(), "openblas_core",
      results->gemm_rate > 0 ? results->gemm_note : "", "gemm_not_measured",
      results->gemm_rate > 0 ? "" : results->gemm_note, "kernels_that_ran", results->kernels ? results->kernels : "",
      "threads", threads_of(results), "gemm_flops_per_s", isfinite(results->gemm_rate) ? results->gemm_rate : 0);
  return il_json_save(directory, "host.json", root, NULL, error);
}
