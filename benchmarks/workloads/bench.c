/* Shared by the families: numbers, comparison, and the experiment behind a case. */
#include "benchmarks/workloads/bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/builtin.h"
#include "cli/plugin.h"
#include "innerloop/random.h"

const bench_family *const bench_families[] = {
#define BENCH_FAMILY_ROW(name) &bench_family_##name,
    BENCH_FAMILY_MAP(BENCH_FAMILY_ROW)
#undef BENCH_FAMILY_ROW
        NULL};

real *bench_numbers(il_arena *arena, size_t count, int stream) {
  real *numbers = il_arena_get(arena, count, sizeof *numbers);
  il_stream source = il_stream_open(1, IL_PURPOSE_NOISE, (uint64_t)stream);
  for (size_t i = 0; numbers && i < count; i++) numbers[i] = (real)il_random_normal(&source);
  return numbers;
}

il_status bench_compare(const char *what, const real *a, const real *b, size_t count, double tolerance,
                        il_error *error) {
  double largest = 0;
  for (size_t i = 0; i < count; i++) {
    double size = fabs((double)b[i]);
    if (size > largest) largest = size;
  }
  for (size_t i = 0; i < count; i++) {
    double x = (double)a[i], y = (double)b[i];
    if (!(fabs(x - y) <= tolerance * (fabs(y) + largest)))
      return il_fail(error, IL_NEGATIVE, "%s: element %zu is %.9g, its twin says %.9g", what, i, x, y);
  }
  return IL_OK;
}

il_status bench_compare_length(const char *what, const real *a, const real *b, size_t count, double tolerance,
                               il_error *error) {
  double difference = 0, length = 0;
  for (size_t i = 0; i < count; i++) {
    double x = (double)a[i], y = (double)b[i];
    difference += (x - y) * (x - y);
    length += y * y;
  }
  if (!(difference <= tolerance * tolerance * length))
    return il_fail(error, IL_NEGATIVE, "%s: differs from its twin by %.3g of its length", what,
                   sqrt(difference / length));
  return IL_OK;
}

il_status bench_conditions_read(bench_conditions *conditions, il_arena *arena, il_error *error) {
  const char *named = getenv("INNERLOOP_PLUGINS");
  char *files = il_arena_text(arena, named ? named : ""), *rest = NULL;
  il_registry *registry = il_arena_get(arena, 1, sizeof *registry);
  il_texts plugins = {0};
  if (!files || !registry) return il_fail_memory(error, "plug-ins", 0);
  for (char *file = strtok_r(files, ":", &rest); file; file = strtok_r(NULL, ":", &rest)) {
    if (plugins.count == IL_TEXTS_MAX) return il_fail(error, IL_INVALID, "INNERLOOP_PLUGINS: too many files");
    plugins.at[plugins.count++] = file;
  }
  *conditions = (bench_conditions){.registry = registry, .threads = 1, .kernels = getenv("INNERLOOP_KERNELS")};
  return il_plugins_load(registry, &il_builtin_registry, &plugins, arena, error);
}

char *bench_text(const il_registry *registry, const bench_setting *setting, const il_model *model,
                 const il_algorithm *algorithm, const il_suite *suite, il_arena *arena) {
  if (!model) model = registry->models[0];
  char *text = il_arena_format(arena, "%s\nmodel: {name: %s}\nalgorithms:\n", setting->text, model->name);
  if (algorithm) return text ? il_arena_format(arena, "%s  - {name: %s}\n", text, algorithm->name) : NULL;
  for (int i = 0; text && registry->algorithms[i]; i++)
    if (!registry->algorithms[i]->refusals[suite->kind->targets])
      text = il_arena_format(arena, "%s  - {name: %s}\n", text, registry->algorithms[i]->name);
  return text;
}

bench_setting bench_setting_find(const char *name) {
  size_t length = strlen(name);
  for (const il_embedded *file = il_embedded_settings; file->path; file++) {
    const char *slash = strrchr(file->path, '/'), *base = slash ? slash + 1 : file->path;
    if (strncmp(base, name, length) == 0 && strcmp(base + length, ".yaml") == 0)
      return (bench_setting){name, file->text};
  }
  return (bench_setting){0};
}

il_status bench_open(bench_opened *opened, const bench_case *what, const bench_conditions *conditions,
                     il_error *error) {
  il_overrides overrides = {.n_set = what->set != NULL, .set = &what->set};
  il_status status = IL_OK;
  *opened = (bench_opened){.arena = il_arena_new()};
  if (!opened->arena) return il_fail_memory(error, "a benchmark", 0);
  const char *text =
      bench_text(conditions->registry, &what->setting, what->model, what->algorithm, NULL, opened->arena);
  if (!text) {
    status = il_fail_memory(error, "a benchmark", 0);
    goto done;
  }
  IL_TRY(il_experiment_parse(&opened->experiment, what->setting.name, text, strlen(text), &overrides,
                             conditions->registry, opened->arena, error));
  IL_TRY(il_session_open(&opened->session, opened->experiment, conditions->threads, conditions->kernels,
                         conditions->data, error));
  IL_TRY(il_session_learner(&opened->learner, opened->session, 0, error));
done:
  if (status != IL_OK) bench_close(opened);
  return status;
}

void bench_close(bench_opened *opened) {
  il_session_close(opened->session);
  il_arena_free(opened->arena);
  *opened = (bench_opened){0};
}
