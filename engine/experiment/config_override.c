/* What the command line changes: --set edits the tree before it is bound, so that the same checks apply; --algorithms
 * filters what was resolved. */
#include <stdlib.h>
#include <string.h>

#include "experiment/config_resolver.h"
#include "formats/yaml_bytes.h"

/* One --set on its way through the tree. */
typedef struct assignment {
  const il_resolver *resolver;
  const char *origin; /* "--set a.b=c" */
  const char *path;   /* "a.b" */
} assignment;

static il_status refuse(const assignment *set, const char *wrong, const char *expected) {
  return il_fail(set->resolver->error, IL_INVALID, "%s: %s; expected %s", set->origin, wrong, expected);
}

/* Overrides have no position in a file: messages about them start with the option itself. */
static void forget_position(il_yaml *node) {
  node->line = node->column = node->key_line = node->key_column = 0;
  for (il_yaml *child = node->first; child; child = child->next) forget_position(child);
}

/* Makes a node a map with one key `name` that holds what the node was. */
static il_status name_it(il_yaml *node, il_arena *arena, il_error *error) {
  if (node->kind != IL_YAML_SCALAR || !*node->text) return IL_OK;
  il_yaml *name = il_arena_get(arena, 1, sizeof *name);
  if (!name) return il_fail_memory(error, "the YAML tree", sizeof *name);
  *name = *node;
  name->key = "name";
  name->key_line = name->line;
  name->key_column = name->column;
  name->next = NULL;
  node->kind = IL_YAML_MAP;
  node->text = NULL;
  node->quoted = false;
  node->first = name;
  return IL_OK;
}

static il_yaml *child_of(const il_yaml *map, const char *key) {
  for (il_yaml *child = map->kind == IL_YAML_MAP ? map->first : NULL; child; child = child->next)
    if (strcmp(child->key, key) == 0) return child;
  return NULL;
}

il_status il_config_expand(il_yaml *root, il_arena *arena, il_error *error) {
  static const char *const keys[] = {"suite", "model"};
  for (int i = 0; i < 2; i++) {
    il_yaml *node = child_of(root, keys[i]);
    il_status status = node ? name_it(node, arena, error) : IL_OK;
    if (status != IL_OK) return status;
  }
  il_yaml *list = child_of(root, "algorithms");
  for (il_yaml *entry = list && list->kind == IL_YAML_LIST ? list->first : NULL; entry; entry = entry->next) {
    il_status status = name_it(entry, arena, error);
    il_yaml *model = child_of(entry, "model");
    if (status == IL_OK && model) status = name_it(model, arena, error);
    if (status != IL_OK) return status;
  }
  return IL_OK;
}

static const char *text_of(const il_yaml *entry, const char *key) {
  const il_yaml *node = il_yaml_get(entry, key);
  return node && node->kind == IL_YAML_SCALAR ? node->text : NULL;
}

const char *il_config_entry_label(const il_yaml *entry) {
  const char *label = text_of(entry, "label");
  return label ? label : text_of(entry, "name");
}

/* The entry of a list with this label, else the only one with this name, else NULL. */
static il_yaml *entry_of(const il_yaml *list, const char *segment) {
  for (il_yaml *entry = list->first; entry; entry = entry->next) {
    const char *label = il_config_entry_label(entry);
    if (label && strcmp(label, segment) == 0) return entry;
  }
  il_yaml *named = NULL;
  int count = 0;
  for (il_yaml *entry = list->first; entry; entry = entry->next) {
    const char *name = text_of(entry, "name");
    if (!name || strcmp(name, segment) != 0) continue;
    named = entry;
    count++;
  }
  return count == 1 ? named : NULL;
}

static il_yaml *element_of(const il_yaml *list, const char *segment) {
  uint64_t index;
  const char *wrong;
  if (il_schema_natural(&index, segment, &wrong) != 0) return entry_of(list, segment);
  il_yaml *child = list->first;
  for (uint64_t i = 0; child && i < index; i++) child = child->next;
  return child;
}

static il_status no_element(const assignment *set, const il_yaml *list, const char *segment) {
  const char *names[IL_ALGORITHMS_MAX + 1] = {NULL};
  int count = 0, named = 0;
  for (const il_yaml *entry = list->first; entry; entry = entry->next, count++) {
    const char *label = il_config_entry_label(entry);
    if (label && named < IL_ALGORITHMS_MAX) names[named++] = label;
  }
  char wrong[160], expected[160], clipped[IL_YAML_SHOWN];
  const char *nearest = il_schema_nearest(segment, names);
  snprintf(wrong, sizeof wrong, "no entry `%s` in the list", il_yaml_clip(clipped, segment));
  if (nearest)
    snprintf(expected, sizeof expected, "a label; did you mean `%s`?", nearest);
  else if (count == 0)
    snprintf(expected, sizeof expected, "a list that is not empty");
  else
    snprintf(expected, sizeof expected, "an index from 0 to %d or a label", count - 1);
  return refuse(set, wrong, expected);
}

/* The child called `segment` of a map or list; in maps it is made when missing. */
static il_status descend(const assignment *set, il_yaml **node, const char *segment) {
  il_yaml *parent = *node;
  if (!*segment) return refuse(set, "an empty name in the path", "KEY.PATH=VALUE");
  if (parent->kind == IL_YAML_LIST) {
    *node = element_of(parent, segment);
    return *node ? IL_OK : no_element(set, parent, segment);
  }
  if (parent->kind == IL_YAML_SCALAR) return refuse(set, "the path goes through a single value", "a path to a value");
  *node = child_of(parent, segment);
  if (*node) return IL_OK;
  il_yaml *made = il_arena_get(set->resolver->arena, 1, sizeof *made);
  if (!made) return il_fail_memory(set->resolver->error, "the YAML tree", sizeof *made);
  *made = (il_yaml){.kind = IL_YAML_MAP, .origin = set->origin, .key = segment};
  il_yaml **tail = &parent->first;
  while (*tail) tail = &(*tail)->next;
  *node = *tail = made;
  return IL_OK;
}

/* `path` is cut into its segments in place. */
static il_status walk(const assignment *set, il_yaml **node, char *path) {
  *node = set->resolver->root;
  for (char *segment = path; segment;) {
    char *dot = strchr(segment, '.');
    if (dot) *dot = '\0';
    il_status status = descend(set, node, segment);
    if (status != IL_OK) return status;
    segment = dot ? dot + 1 : NULL;
  }
  return IL_OK;
}

il_status il_config_set(const il_resolver *resolver, const char *text) {
  char clipped[IL_YAML_SHOWN];
  const char *origin = il_arena_format(resolver->arena, "--set %s", il_yaml_clip(clipped, text));
  char *path = il_arena_text(resolver->arena, text);
  if (!origin || !path) return il_fail_memory(resolver->error, "an override", strlen(text) + 1);
  assignment set = {.resolver = resolver, .origin = origin, .path = path};
  char *equals = strchr(path, '=');
  if (!equals || equals == path || !equals[1]) return refuse(&set, "no path or no value", "--set KEY.PATH=VALUE");
  *equals = '\0';
  if (strcmp(path, "extends") == 0)
    return refuse(&set, "what a file extends is settled before --set", "the key in the file");
  il_yaml *value, *node;
  il_status status = il_yaml_parse(&value, origin, equals + 1, strlen(equals + 1), resolver->arena, resolver->error);
  if (status == IL_OK) status = walk(&set, &node, path);
  if (status != IL_OK) return status;
  forget_position(value);
  value->key = node->key;
  value->next = node->next;
  *node = *value;
  return il_config_expand(resolver->root, resolver->arena, resolver->error);
}

/* Index of the algorithm with this label among those not yet kept, or -1. */
static int labelled(const il_experiment *experiment, const char *label) {
  for (int i = 0; i < experiment->n_algorithms; i++)
    if (strcmp(experiment->algorithms[i].label, label) == 0) return i;
  return -1;
}

static il_status unknown_label(const il_resolver *resolver, const char *label) {
  const il_experiment *experiment = resolver->experiment;
  const char *names[IL_ALGORITHMS_MAX + 1] = {NULL};
  for (int i = 0; i < experiment->n_algorithms; i++) names[i] = experiment->algorithms[i].label;
  const char *nearest = il_schema_nearest(label, names);
  char text[256] = "", clipped[IL_YAML_SHOWN];
  for (int i = 0; names[i] && !nearest; i++) {
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s%s", i ? ", " : "expected labels among ", names[i]);
  }
  if (nearest) snprintf(text, sizeof text, "did you mean `%s`?", nearest);
  return il_fail(resolver->error, IL_INVALID, "--algorithms: `%s` is no label of this experiment; %s",
                 il_yaml_clip(clipped, label), text);
}

il_status il_config_keep(const il_resolver *resolver, const char *labels) {
  il_experiment *experiment = resolver->experiment;
  bool keep[IL_ALGORITHMS_MAX] = {false};
  char *copy = il_arena_text(resolver->arena, labels);
  if (!copy) return il_fail_memory(resolver->error, "labels", strlen(labels) + 1);
  for (char *label = copy, *comma; label; label = comma ? comma + 1 : NULL) {
    comma = strchr(label, ',');
    if (comma) *comma = '\0';
    int index = labelled(experiment, label);
    if (index < 0) return unknown_label(resolver, label);
    if (keep[index])
      return il_fail(resolver->error, IL_INVALID, "--algorithms: `%s` stands there twice; expected it once", label);
    keep[index] = true;
  }
  int kept = 0;
  for (int i = 0; i < experiment->n_algorithms; i++)
    if (keep[i]) experiment->algorithms[kept++] = experiment->algorithms[i];
  experiment->n_algorithms = kept;
  return IL_OK;
}
