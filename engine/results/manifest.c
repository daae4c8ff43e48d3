/* manifest.json: everything that determines the results, and the digests of what came out. It holds no time, path,
 * thread count or processor, so that two runs that agree have identical manifests. Sorted keys; 64-bit integers as
 * text, floats as text that reads back to the same bits. */
#include <gnu/libc-version.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/crypto.h>
#include <yaml.h>

#include "base/regular.h"
#include "formats/json_text.h"
#include "results/result_writers.h"
#if __has_include("innerloop_build.h")
#include "innerloop_build.h"
#endif
#ifndef IL_VERSION
#define IL_VERSION "unknown"
#define IL_SOURCE_COMMIT "unknown"
#define IL_SOURCE_DIRTY 0
#define IL_BUILD_COMPILER "unknown"
#define IL_BUILD_FLAGS "unknown"
#endif

enum { MANIFEST_SCHEMA = 1 };

/* "OpenBLAS 0.3.21 NO_LAPACKE ...", whose tail names the processor: where it computed. As the yardstick it changes no
 * result and stands in host.json. */
static json_t *openblas_version(const char *text) {
  if (!text || strncmp(text, "OpenBLAS ", 9) != 0) return json_null();
  text += 9;
  return json_stringn(text, strcspn(text, " "));
}

static json_t *libraries(const il_results *results) {
  return json_pack("{s:s, s:s, s:s, s:s, s:o}", "libyaml", yaml_get_version_string(), "jansson", jansson_version_str(),
                   "openssl", OpenSSL_version(OPENSSL_VERSION_STRING), "glibc", gnu_get_libc_version(), "openblas",
                   openblas_version(results->blas));
}

static json_t *source(void) {
  return json_pack("{s:s, s:s, s:b}", "version", IL_VERSION, "commit", IL_SOURCE_COMMIT, "dirty", IL_SOURCE_DIRTY);
}

static json_t *build(void) {
  return json_pack("{s:s, s:s, s:s}", "compiler", IL_BUILD_COMPILER, "flags", IL_BUILD_FLAGS, "real", IL_REAL_NAME);
}

/* The resolved configuration, a line of YAML an element. */
static json_t *configuration_lines(const il_experiment *experiment) {
  size_t size;
  char *text = il_experiment_text(experiment, &size);
  json_t *lines = text ? json_array() : NULL;
  for (const char *line = text; lines && line && *line;) {
    size_t length = strcspn(line, "\n");
    if (json_array_append_new(lines, json_stringn(line, length)) != 0) {
      json_decref(lines);
      lines = NULL;
    }
    line += length + (line[length] == '\n');
  }
  free(text);
  return lines;
}

static json_t *configuration(const il_experiment *experiment) {
  return json_pack("{s:s, s:s, s:o}", "experiment", experiment->name, "sha256", experiment->digest, "lines",
                   configuration_lines(experiment));
}

static json_t *digest_or_null(const char *digest) {
  return *digest ? json_string(digest) : json_null();
}

/* One learning rate a setting. */
static json_t *adapt_learning_rates(const il_results *results, const il_run *run) {
  json_t *rates = json_array();
  for (int setting = 0; rates && setting < il_results_settings(results); setting++)
    json_array_append_new(rates, il_json_real(run->adapt_learning_rate[setting]));
  return rates;
}

/* The iterations whose parameters were judged; NULL where it is always the last. */
static json_t *judged_iterations(const il_results *results, const il_run *run) {
  if (results->experiment->evaluation.parameters == IL_PARAMETERS_LAST) return NULL;
  json_t *list = json_array();
  for (int i = 0; list && i < run->n_judged; i++) json_array_append_new(list, json_integer(run->judged[i]));
  return list;
}

static json_t *one_run(const il_results *results, const il_run *run) {
  char seed[32], status[IL_STATUS_SIZE];
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
  il_run_status(run, status, sizeof status);
  return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o*}", "algorithm",
                   results->experiment->algorithms[run->algorithm].label, "seed", seed, "status", status,
                   "parameters_sha256", run->parameters_digest, "adapt_learning_rates",
                   adapt_learning_rates(results, run), "split_sha256", digest_or_null(run->split_digest),
                   "judged_iterations", judged_iterations(results, run));
}

/* A NULL element makes the append fail, so one test at the end is enough. */
static json_t *runs(const il_results *results) {
  json_t *list = json_array();
  for (int r = 0; list && r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (!il_run_listed(run)) continue;
    if (json_array_append_new(list, one_run(results, run)) == 0) continue;
    json_decref(list);
    list = NULL;
  }
  return list;
}

static json_t *output_list(const il_output *outputs, int n_outputs) {
  json_t *list = json_array();
  for (int i = 0; list && i < n_outputs; i++) {
    const il_output *output = &outputs[i];
    json_t *entry = json_pack("{s:s, s:I, s:s}", "file", output->name, "bytes", (json_int_t)output->facts.bytes,
                              "sha256", output->facts.digest);
    if (json_array_append_new(list, entry) == 0) continue;
    json_decref(list);
    list = NULL;
  }
  return list;
}

static json_t *episodes(const il_results *results) {
  char seed[32];
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)results->experiment->evaluation.seed);
  return json_pack("{s:s, s:s, s:i}", "stream_sha256", results->episode_stream_digest, "seed", seed, "per_setting",
                   results->experiment->evaluation.episodes);
}

/* "coverage" stands there only for a partial set. */
static json_t *data(const il_results *results) {
  const char *coverage = results->digests.coverage;
  return json_pack("{s:o, s:o, s:s*}", "sha256", digest_or_null(results->digests.data), "split_sha256",
                   digest_or_null(results->digests.split), "coverage", *coverage ? coverage : NULL);
}

/* Plug-ins by name and content; NULL: out of memory. */
static json_t *plugins(const il_plugin_record *record) {
  json_t *list = json_array();
  for (; list && record->file; record++) {
    if (json_array_append_new(list, json_pack("{s:s, s:s}", "file", record->file, "sha256", record->digest)) == 0)
      continue;
    json_decref(list);
    list = NULL;
  }
  return list;
}

/* The key stands there only when a plug-in was loaded. */
static json_t *with_plugins(json_t *root, const il_registry *registry) {
  if (!root || !registry || !registry->plugins) return root;
  if (json_object_set_new(root, "plugins", plugins(registry->plugins)) == 0) return root;
  json_decref(root);
  return NULL;
}

static const char *kernels_of(const il_results *results) {
  return strcmp(results->experiment->kernels, "host") == 0 ? "host" : "pinned";
}

/* 1 when `root` has under `key` what this program would write there now. The expected value is released. */
static int agrees(const json_t *root, const char *key, json_t *expected) {
  const json_t *found = json_object_get(root, key);
  int same = found || expected ? json_equal(found, expected) : 1;
  json_decref(expected);
  return same;
}

/* Two programs built from changed sources may differ although they have one name. */
static int is_same(const json_t *root, const il_results *results) {
  json_t *loaded = with_plugins(json_object(), results->registry);
  int same = !IL_SOURCE_DIRTY && agrees(root, "source", source()) && agrees(root, "data", data(results)) &&
             agrees(root, "kernels", json_string(kernels_of(results))) &&
             agrees(root, "plugins", json_incref(json_object_get(loaded, "plugins")));
  json_decref(loaded);
  return same;
}

static int any_diverged(const json_t *list) {
  size_t index;
  const json_t *run;
  json_array_foreach(list, index, run) {
    const char *status = json_string_value(json_object_get(run, "status"));
    if (!status || strcmp(status, "ok") != 0) return 1;
  }
  return 0;
}

il_status il_manifest_look(il_manifest_facts *facts, const char *directory, const il_results *results,
                           il_error *error) {
  char path[PATH_MAX];
  FILE *file;
  const char *digest = NULL;
  *facts = (il_manifest_facts){.found = false};
  int length = snprintf(path, sizeof path, "%s/manifest.json", directory);
  if (length < 0 || (size_t)length >= sizeof path) return il_fail(error, IL_IO, "%s: the path is too long", directory);
  if (access(path, F_OK) != 0) return IL_OK;
  il_status status = il_regular_stream(&file, NULL, path, error);
  if (status != IL_OK) return status;
  json_error_t ignored;
  json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &ignored);
  fclose(file);
  facts->found = true;
  json_unpack(root, "{s:{s:s}}", "configuration", "sha256", &digest);
  if (digest) snprintf(facts->configuration, sizeof facts->configuration, "%s", digest);
  facts->whole = json_is_false(json_object_get(root, "interrupted"));
  facts->same = is_same(root, results);
  facts->diverged = any_diverged(json_object_get(root, "runs"));
  json_decref(root);
  return IL_OK;
}

il_status il_manifest_write(const char *directory, const il_results *results, const il_output *outputs, int n_outputs,
                            il_error *error) {
  json_t *root =
      json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:I, s:b}", "schema", MANIFEST_SCHEMA, "source",
                source(), "build", build(), "libraries", libraries(results), "configuration",
                configuration(results->experiment), "runs", runs(results), "outputs", output_list(outputs, n_outputs),
                "episodes", episodes(results), "data", data(results), "kernels", kernels_of(results), "parameters",
                (json_int_t)results->parameters, "interrupted", results->interrupted != 0);
  return il_json_save(directory, "manifest.json", with_plugins(root, results->registry), NULL, error);
}
