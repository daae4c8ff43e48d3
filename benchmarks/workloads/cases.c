/* The list of workloads: every family crossed with its own shapes, or with settings, models and algorithms. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "benchmarks/workloads/bench.h"

enum { CASES_MAX = 4096, SETTINGS_MAX = 64, BASE_NAME_SIZE = 64 };

/* While a list is made. used: which rows of the registry some case measures. */
typedef struct listing {
  bench_list *list;
  const bench_conditions *conditions;
  il_arena *arena;
  bench_setting settings[SETTINGS_MAX];
  int n_settings, n_written; /* written: those before have a file, the others are a suite's plain defaults */
  const il_model
      *fitting; /* on the setting at hand: the first model and algorithm that can be opened; NULL: none yet */
  const il_algorithm *fitting_algorithm;
  bool algorithm_used[256], model_used[256], suite_used[256], suite_absent[256];
} listing;

/* The same line twice is one. */
static il_status note(listing *l, const char *line, il_error *error) {
  if (line && !strstr(l->list->notes, line)) l->list->notes = il_arena_format(l->arena, "%s%s\n", l->list->notes, line);
  return l->list->notes ? IL_OK : il_fail_memory(error, "a list", 0);
}

/* version: digest of the case's name and, where it has a setting, of its whole YAML text. */
static il_status add(listing *l, const bench_case *what, il_error *error) {
  const char *text = "";
  char digest[IL_DIGEST_TEXT];
  if (l->list->count == CASES_MAX) return il_fail(error, IL_INVALID, "more than %d workloads", CASES_MAX);
  if (what->setting.name)
    text = bench_text(l->conditions->registry, &what->setting, what->model, what->algorithm, NULL, l->arena);
  if (text) text = il_arena_format(l->arena, "%s\n%s%s", what->name, text, what->set ? what->set : "");
  if (!text) return il_fail_memory(error, "a list", 0);
  il_status status = il_hash_bytes(digest, text, strlen(text), error);
  if (status != IL_OK) return status;
  bench_case *kept = &l->list->at[l->list->count++];
  *kept = *what;
  (void)snprintf(kept->version, sizeof kept->version, "%.16s", digest);
  return IL_OK;
}

static il_status add_shapes(listing *l, const bench_family *family, il_error *error) {
  il_status status = IL_OK;
  for (int shape = 0; status == IL_OK && shape < family->shapes; shape++) {
    bench_case what = {.family = family, .shape = shape};
    char name[BASE_NAME_SIZE];
    family->shape_name(name, sizeof name, shape);
    if (family->shape_case) family->shape_case(&what, shape);
    if (family->shape_case && !what.setting.name) return il_fail(error, IL_INVALID, "%s: no such setting", name);
    (void)snprintf(what.name, sizeof what.name, "%s/%s", family->name, name);
    status = add(l, &what, error);
  }
  return status;
}

/* Adds `family` for one setting, model and algorithm where it applies. first: the first algorithm that fits. */
static il_status add_learning(listing *l, const bench_case *base, bool first, il_error *error) {
  il_status status = IL_OK;
  for (int i = 0; status == IL_OK && bench_families[i]; i++) {
    const bench_family *family = bench_families[i];
    if (!family->models || (family->training && !base->algorithm->build) || (family->once && !first)) continue;
    bench_case what = *base;
    what.family = family;
    if (family->once)
      (void)snprintf(what.name, sizeof what.name, "%s/%s/%s", family->name, what.setting.name, what.model->name);
    else
      (void)snprintf(what.name, sizeof what.name, "%s/%s/%s/%s", family->name, what.setting.name, what.model->name,
                     what.algorithm->name);
    status = add(l, &what, error);
  }
  return status;
}

static il_status add_setting(listing *l, const bench_setting *setting, bool data, il_error *error) {
  il_status status = IL_OK;
  for (int i = 0; status == IL_OK && bench_families[i]; i++) {
    const bench_family *family = bench_families[i];
    if (family->models || family->shapes || (family->data_only && !data)) continue;
    bench_case what = {.family = family, .setting = *setting, .model = l->fitting, .algorithm = l->fitting_algorithm};
    (void)snprintf(what.name, sizeof what.name, "%s/%s", family->name, setting->name);
    status = add(l, &what, error);
  }
  return status;
}

/* Some methods say only when they adapt that a kind of task is not theirs. */
static bool adapts(const il_learner *learner, const il_session *session, int algorithm, il_error *misfit) {
  il_program *step = NULL;
  il_status status = il_learner_adaptation(&step, learner, &session->experiment->algorithms[algorithm].adapt,
                                           il_session_evaluation_size(session, 0).shots, misfit);
  il_program_free(step);
  return status != IL_INVALID;
}

/* Every algorithm that fits `model` on this setting. */
static il_status add_model(listing *l, const bench_setting *setting, int model, const il_session *session,
                           il_error *error) {
  static const il_overrides none = {0};
  const il_registry *registry = l->conditions->registry;
  const char *text =
      bench_text(l->conditions->registry, setting, registry->models[model], NULL, session->experiment->suite, l->arena);
  il_session probe = *session; /* the suite is open already; only the model is another */
  il_experiment *experiment;
  bool first = true;
  if (!text) return il_fail_memory(error, "a list", 0);
  il_status status =
      il_experiment_parse(&experiment, setting->name, text, strlen(text), &none, registry, l->arena, error);
  probe.experiment = experiment;
  for (int a = 0, listed = 0; status == IL_OK && registry->algorithms[a]; a++) {
    il_error misfit = {0};
    il_learner learner;
    const char *refusal = registry->algorithms[a]->refusals[session->experiment->suite->kind->targets];
    if (refusal) {
      status = note(
          l, il_arena_format(l->arena, "%s: algorithm %s: %s", setting->name, registry->algorithms[a]->name, refusal),
          error);
      continue;
    }
    int number = listed++; /* in the experiment */
    bench_case what = {.setting = *setting, .model = registry->models[model], .algorithm = registry->algorithms[a]};
    if (il_session_learner(&learner, &probe, number, &misfit) == IL_INVALID ||
        !adapts(&learner, &probe, number, &misfit)) {
      status = note(l, il_arena_format(l->arena, "%s, %s: %s", setting->name, what.model->name, misfit.message), error);
      continue;
    }
    status = add_learning(l, &what, first, error);
    first = false;
    if (!l->fitting) l->fitting = what.model, l->fitting_algorithm = what.algorithm;
    l->algorithm_used[a] = l->model_used[model] = true;
  }
  return status;
}

static int suite_number(const il_registry *registry, const il_suite *suite) {
  int i = 0;
  while (registry->suites[i] && registry->suites[i] != suite) i++;
  return i;
}

static bool needs_data(const il_session *session) {
  il_suite_digests digests = {0};
  const il_suite *suite = session->experiment->suite;
  if (suite->digests) suite->digests(session->common[0]->state, &digests);
  return digests.data[0] != 0;
}

/* A suite whose defaults are not enough to open it (one that wants a folder, say). */
static il_status leave_out_suite(listing *l, const bench_setting *setting, const il_error *why, il_error *error) {
  for (int i = 0; l->conditions->registry->suites[i]; i++)
    if (strcmp(l->conditions->registry->suites[i]->name, setting->name) == 0) l->suite_absent[i] = true;
  return note(l, il_arena_format(l->arena, "%s left out: %s", setting->name, why->message), error);
}

static il_status list_setting(listing *l, const bench_setting *setting, il_error *error) {
  static const il_overrides none = {0};
  il_error absent = {0};
  il_experiment *experiment;
  il_session *session = NULL;
  const il_registry *registry = l->conditions->registry;
  const char *text = bench_text(registry, setting, NULL, registry->algorithms[0], NULL, l->arena);
  if (!text) return il_fail_memory(error, "a list", 0);
  il_status status = il_experiment_parse(&experiment, setting->name, text, strlen(text), &none, l->conditions->registry,
                                         l->arena, &absent);
  if (status == IL_INVALID && setting >= l->settings + l->n_written) return leave_out_suite(l, setting, &absent, error);
  if (status == IL_OK) { /* the suite is known: now with all algorithms that its kind of task allows */
    text = bench_text(registry, setting, NULL, NULL, experiment->suite, l->arena);
    if (!text) return il_fail_memory(error, "a list", 0);
    status = il_experiment_parse(&experiment, setting->name, text, strlen(text), &none, registry, l->arena, &absent);
  }
  if (status != IL_OK) return il_fail(error, status, "%s", absent.message);
  int suite = suite_number(l->conditions->registry, experiment->suite);
  status = il_session_open(&session, experiment, 1, l->conditions->kernels, l->conditions->data, &absent);
  if (status == IL_DATA || status == IL_IO) {
    l->suite_absent[suite] = true;
    return note(l, il_arena_format(l->arena, "%s left out: %s", setting->name, absent.message), error);
  }
  if (status != IL_OK) return il_fail(error, status, "%s", absent.message);
  l->suite_used[suite] = true;
  l->fitting = NULL;
  for (int model = 0; status == IL_OK && l->conditions->registry->models[model]; model++)
    status = add_model(l, setting, model, session, error);
  if (status == IL_OK && l->fitting) status = add_setting(l, setting, needs_data(session), error);
  il_session_close(session);
  return status;
}

/* The settings compiled in, and the plain defaults of every suite that none of them uses. */
static il_status gather_settings(listing *l, il_error *error) {
  for (const il_embedded *file = il_embedded_settings; file->path; file++) {
    const char *slash = strrchr(file->path, '/');
    char *name = il_arena_text(l->arena, slash ? slash + 1 : file->path);
    if (!name) return il_fail_memory(error, "a list", 0);
    name[strcspn(name, ".")] = 0;
    if (l->n_settings == SETTINGS_MAX) return il_fail(error, IL_INVALID, "more than %d settings", SETTINGS_MAX);
    l->settings[l->n_settings++] = (bench_setting){name, file->text};
  }
  l->n_written = l->n_settings;
  for (int s = 0; l->conditions->registry->suites[s]; s++) {
    const char *name = l->conditions->registry->suites[s]->name;
    bool named = false;
    const char *pattern = il_arena_format(l->arena, "suite: {name: %s", name);
    for (int i = 0; pattern && i < l->n_settings; i++) {
      const char *at = strstr(l->settings[i].text, pattern);
      named = named || (at && strchr(",}", at[strlen(pattern)]));
    }
    const char *text =
        il_arena_format(l->arena, "experiment: %s\nsuite: {name: %s}\ntraining: {iterations: 100000}\n", name, name);
    if (!pattern || !text) return il_fail_memory(error, "a list", 0);
    if (named) continue;
    if (l->n_settings == SETTINGS_MAX) return il_fail(error, IL_INVALID, "more than %d settings", SETTINGS_MAX);
    l->settings[l->n_settings++] = (bench_setting){name, text};
  }
  return IL_OK;
}

static il_status check_complete(const listing *l, il_error *error) {
  const il_registry *registry = l->conditions->registry;
  for (int i = 0; registry->algorithms[i]; i++)
    if (!l->algorithm_used[i])
      return il_fail(error, IL_NEGATIVE, "no workload measures the algorithm %s", registry->algorithms[i]->name);
  for (int i = 0; registry->models[i]; i++)
    if (!l->model_used[i])
      return il_fail(error, IL_NEGATIVE, "no workload measures the model %s", registry->models[i]->name);
  for (int i = 0; registry->suites[i]; i++)
    if (!l->suite_used[i] && !l->suite_absent[i])
      return il_fail(error, IL_NEGATIVE, "no workload measures the suite %s", registry->suites[i]->name);
  return IL_OK;
}

il_status bench_list_cases(bench_list *list, const bench_conditions *conditions, il_arena *arena, il_error *error) {
  il_status status = IL_OK;
  *list = (bench_list){.at = il_arena_get(arena, CASES_MAX, sizeof *list->at), .notes = ""};
  listing *l = il_arena_get(arena, 1, sizeof *l);
  if (!list->at || !l) return il_fail_memory(error, "a list", 0);
  *l = (listing){.list = list, .conditions = conditions, .arena = arena};
  for (int i = 0; bench_families[i]; i++)
    if (bench_families[i]->shapes) IL_TRY(add_shapes(l, bench_families[i], error));
  IL_TRY(gather_settings(l, error));
  for (int i = 0; i < l->n_settings; i++) IL_TRY(list_setting(l, &l->settings[i], error));
  IL_TRY(check_complete(l, error));
done:
  return status;
}
