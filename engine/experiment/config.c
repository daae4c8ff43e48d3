/* An experiment, from YAML to il_experiment: parse, apply the command line, bind section by section, check the
 * whole. */
#include "experiment/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/name_rule.h"
#include "experiment/config_resolver.h"
#include "experiment/config_tables.h"
#include "experiment/embedded.h"
#include "formats/yaml_bytes.h"

enum { WHAT_SIZE = 96 };

/* Scores of all runs are held in memory until they are written: 32 bytes each. */
static const double scores_max = 2e8;

static const char *const name_key[] = {"name", NULL};

static const char *listed(const char *const *names, il_arena *arena) {
  const char *all = "";
  for (int i = 0; names[i] && all; i++) all = il_arena_format(arena, "%s%s%s", all, i ? ", " : "", names[i]);
  return all;
}

il_status il_config_choose(const il_resolver *resolver, il_row *row, const il_yaml *map, int kind) {
  const char *what = il_row_kinds[kind].name;
  const il_yaml *name = il_yaml_get(map, "name");
  bool is_text = name && name->kind == IL_YAML_SCALAR && *name->text;
  if (is_text && il_row_called(row, resolver->registry, kind, name->text)) return IL_OK;
  const char *const *names = il_row_names(resolver->registry, kind, NULL, resolver->arena);
  const char *all = names ? listed(names, resolver->arena) : NULL;
  if (!all) return il_fail_memory(resolver->error, "names", 0);
  if (!is_text)
    return il_yaml_fail(resolver->error, name ? name : map, "%s without a `name`; expected one of %s", what, all);
  char clipped[IL_YAML_SHOWN];
  const char *nearest = il_schema_nearest(name->text, names);
  il_yaml_clip(clipped, name->text);
  if (nearest)
    return il_yaml_fail(resolver->error, name, "unknown %s `%s`; did you mean `%s`?", what, clipped, nearest);
  return il_yaml_fail(resolver->error, name, "unknown %s `%s`; expected one of %s", what, clipped, all);
}

/* The section `key`, which must be there. */
static il_status demand(const il_resolver *resolver, const il_yaml **node, const char *key, const char *expected) {
  *node = il_yaml_get(resolver->root, key);
  if (*node) return IL_OK;
  return il_yaml_fail(resolver->error, resolver->root, "`%s` is missing in the experiment; expected %s", key, expected);
}

static il_status read_options(const il_resolver *resolver, void **target, const il_options *options, const char *kind,
                              const char *name, const il_yaml *map) {
  char what[WHAT_SIZE];
  snprintf(what, sizeof what, "%s `%.60s`", kind, name);
  *target = il_arena_get(resolver->arena, 1, options->size ? options->size : 1);
  if (!*target) return il_fail_memory(resolver->error, "options", options->size);
  il_schema schema = {.options = options, .others = name_key, .what = what};
  return il_schema_read(*target, &schema, map, map, resolver->arena, resolver->error);
}

static il_status read_suite(const il_resolver *resolver) {
  il_experiment *experiment = resolver->experiment;
  const il_yaml *map;
  il_row row;
  il_status status = demand(resolver, &map, "suite", "a map with the `name` of a suite");
  if (status == IL_OK) status = il_config_choose(resolver, &row, map, IL_ROW_SUITE);
  if (status != IL_OK) return status;
  experiment->suite = row.self;
  return read_options(resolver, &experiment->suite_options, &experiment->suite->options, "suite",
                      experiment->suite->name, map);
}

il_status il_config_model(const il_resolver *resolver, const il_model **model, void **options, const il_yaml *map) {
  il_row row;
  il_status status = il_config_choose(resolver, &row, map, IL_ROW_MODEL);
  if (status != IL_OK) return status;
  *model = row.self;
  return read_options(resolver, options, &(*model)->options, "model", (*model)->name, map);
}

static il_status read_model(const il_resolver *resolver) {
  il_experiment *experiment = resolver->experiment;
  const il_yaml *map;
  il_status status = demand(resolver, &map, "model", "a map with the `name` of a model");
  if (status != IL_OK) return status;
  return il_config_model(resolver, &experiment->model, &experiment->model_options, map);
}

static il_status check_name(const il_resolver *resolver) {
  char clipped[IL_YAML_SHOWN], expected[IL_NAME_EXPECTED];
  const char *name = resolver->experiment->name;
  if (il_name_allowed(IL_NAME_EXPERIMENT, name)) return IL_OK;
  return il_yaml_fail(resolver->error, il_yaml_get(resolver->root, "experiment"), "`experiment` is `%s`; expected %s",
                      il_yaml_clip(clipped, name), il_name_expected(expected, IL_NAME_EXPERIMENT));
}

static il_status check_published(const il_resolver *resolver) {
  const il_text_list *list = &resolver->experiment->published;
  const il_yaml *node = il_yaml_get(resolver->root, "published");
  const il_yaml *child = node ? node->first : NULL;
  for (int i = 0; i < list->count; i++, child = child ? child->next : NULL) {
    if (il_embedded_called(resolver->registry->published, list->at[i])) continue;
    char clipped[IL_YAML_SHOWN];
    return il_yaml_fail(resolver->error, child ? child : resolver->root,
                        "no published figures `%s`; expected names that `innerloop list published` prints",
                        il_yaml_clip(clipped, list->at[i]));
  }
  return IL_OK;
}

static il_status read_head(const il_resolver *resolver) {
  il_experiment *experiment = resolver->experiment;
  il_experiment_head head;
  const char *keys[IL_SECTION_KEYS_MAX];
  il_schema schema = {.options = &il_experiment_table,
                      .others = il_config_section_keys(keys, IL_HOLDER_ROOT),
                      .what = "the experiment"};
  il_status status = il_schema_read(&head, &schema, resolver->root, resolver->root, resolver->arena, resolver->error);
  if (status != IL_OK) return status;
  experiment->name = head.name;
  experiment->description = head.description;
  experiment->kernels = head.kernels == 0 ? "" : il_kernels_choices[head.kernels];
  experiment->published = head.published;
  status = check_name(resolver);
  return status == IL_OK ? check_published(resolver) : status;
}

/* The shared sections. `iterations` may be missing here: entries can have their own. */
static il_status read_shared(const il_resolver *resolver) {
  il_experiment *experiment = resolver->experiment;
  il_schema training = {.options = &il_training_table, .what = "section `training`"};
  il_schema evaluation = {.options = &il_evaluation_table, .what = "section `evaluation`"};
  il_status status = il_schema_defaults(&experiment->training, &training, resolver->arena, resolver->error);
  if (status == IL_OK)
    status = il_schema_bind(&experiment->training, NULL, &training, il_yaml_get(resolver->root, "training"),
                            resolver->arena, resolver->error);
  if (status != IL_OK) return status;
  return il_schema_read(&experiment->evaluation, &evaluation, il_yaml_get(resolver->root, "evaluation"), resolver->root,
                        resolver->arena, resolver->error);
}

static il_status read_seeds(const il_resolver *resolver, const char *override) {
  il_yaml option = {.kind = IL_YAML_SCALAR, .origin = "--seeds", .text = override};
  const il_yaml *node = il_yaml_get(resolver->root, "seeds");
  resolver->experiment->n_seeds = 1; /* without a key: seed 0 */
  il_status status = node ? il_config_seeds(resolver, node) : IL_OK;
  return status == IL_OK && override ? il_config_seeds(resolver, &option) : status;
}

static il_status check_size(const il_resolver *resolver) {
  const il_experiment *experiment = resolver->experiment;
  int settings = il_experiment_settings(experiment);
  double scores = 0;
  for (int i = 0; i < experiment->n_algorithms; i++)
    scores += (experiment->algorithms[i].adapt.steps + 1.0) * experiment->evaluation.episodes * settings *
              experiment->n_seeds;
  if (scores <= scores_max) return IL_OK;
  const il_yaml *evaluation = il_yaml_get(resolver->root, "evaluation");
  return il_yaml_fail(resolver->error, evaluation ? evaluation : resolver->root,
                      "%.3g scores (episodes x steps x settings x runs); expected at most %.3g", scores, scores_max);
}

/* A comparison needs two. */
static il_status check_compare_steps(const il_resolver *resolver) {
  const il_experiment *experiment = resolver->experiment;
  const il_int_list *steps = &experiment->evaluation.compare_steps;
  const il_yaml *evaluation = il_yaml_get(resolver->root, "evaluation");
  for (int i = 0; i < steps->count; i++) {
    int have = 0;
    for (int a = 0; a < experiment->n_algorithms; a++) have += experiment->algorithms[a].adapt.steps >= steps->at[i];
    if (have < 2)
      return il_yaml_fail(resolver->error, il_yaml_get(evaluation, "compare_steps"),
                          "`compare_steps` holds %d, which %s; expected a step of at least two algorithms",
                          steps->at[i], have ? "only one algorithm takes" : "no algorithm takes");
    for (int j = 0; j < i; j++)
      if (steps->at[j] == steps->at[i])
        return il_yaml_fail(resolver->error, il_yaml_get(evaluation, "compare_steps"),
                            "`compare_steps` holds %d twice; expected different numbers", steps->at[i]);
  }
  return IL_OK;
}

static il_status read_algorithms(const il_resolver *resolver) {
  const il_yaml *list;
  il_status status = demand(resolver, &list, "algorithms", "a list of algorithms, lines `- name: ALGORITHM`");
  if (status == IL_OK) status = il_config_algorithms(resolver, list);
  return status == IL_OK ? check_compare_steps(resolver) : status;
}

static il_status digest(const il_resolver *resolver) {
  size_t size;
  char *text = il_experiment_text(resolver->experiment, &size);
  if (!text) return il_fail_memory(resolver->error, "the configuration", 0);
  il_status status = il_hash_bytes(resolver->experiment->digest, text, size, resolver->error);
  free(text);
  return status;
}

static il_status apply_sets(const il_resolver *resolver, const il_overrides *overrides) {
  if (resolver->root->kind != IL_YAML_MAP) return IL_OK; /* read_head says so */
  il_status status = il_config_expand(resolver->root, resolver->arena, resolver->error);
  for (int i = 0; i < overrides->n_set && status == IL_OK; i++) status = il_config_set(resolver, overrides->set[i]);
  return status;
}

static il_status resolve(const il_resolver *resolver, const il_overrides *overrides) {
  il_status status = apply_sets(resolver, overrides);
  if (status == IL_OK) status = read_head(resolver);
  if (status == IL_OK) status = read_suite(resolver);
  if (status == IL_OK) status = read_model(resolver);
  if (status == IL_OK) status = read_shared(resolver);
  if (status == IL_OK) status = read_seeds(resolver, overrides->seeds);
  if (status == IL_OK) status = il_config_evaluators(resolver);
  if (status == IL_OK) status = read_algorithms(resolver);
  if (status == IL_OK && overrides->algorithms) status = il_config_keep(resolver, overrides->algorithms);
  if (status == IL_OK) status = check_size(resolver);
  return status == IL_OK ? digest(resolver) : status;
}

static il_status resolve_file(il_experiment **experiment, const il_experiment_file *file, const il_overrides *overrides,
                              const il_registry *registry, il_arena *arena, il_error *error) {
  static const il_overrides nothing = {0};
  il_experiment *made = il_arena_get(arena, 1, sizeof *made);
  if (!made) return il_fail_memory(error, "the experiment", sizeof *made);
  made->registry = registry;
  made->tree = file->tree;
  made->extends = file->extends;
  made->file = il_arena_text(arena, file->name);
  if (!made->file) return il_fail_memory(error, "the experiment", strlen(file->name) + 1);
  il_resolver resolver = {.experiment = made, .registry = registry, .root = file->tree, .arena = arena, .error = error};
  il_status status = resolve(&resolver, overrides ? overrides : &nothing);
  if (status == IL_OK) *experiment = made;
  return status;
}

il_status il_experiment_parse(il_experiment **experiment, const char *name, const char *text, size_t size,
                              const il_overrides *overrides, const il_registry *registry, il_arena *arena,
                              il_error *error) {
  il_experiment_file file = {.name = name, .extends = ""};
  *experiment = NULL;
  il_status status = il_yaml_parse(&file.tree, name, text, size, arena, error);
  if (status == IL_OK) status = il_config_extend(&file, registry, arena, error);
  return status == IL_OK ? resolve_file(experiment, &file, overrides, registry, arena, error) : status;
}

il_status il_experiment_read(il_experiment **experiment, const char *file, const il_overrides *overrides,
                             const il_registry *registry, il_arena *arena, il_error *error) {
  il_experiment_file read;
  *experiment = NULL;
  il_status status = il_experiment_tree(&read, file, registry, arena, error);
  return status == IL_OK ? resolve_file(experiment, &read, overrides, registry, arena, error) : status;
}
