/* Where an option got its value: the tree of the file, --set applied, is kept beside what was resolved from it. */
#include <string.h>

#include "experiment/config_resolver.h"

static const il_yaml *holder_map(const il_experiment *experiment, const il_subject *subject, il_holder holder) {
  if (holder == IL_HOLDER_ROOT) return experiment->tree;
  if (holder == IL_HOLDER_ENTRY && subject->algorithm >= 0) return experiment->algorithms[subject->algorithm].tree;
  if (holder == IL_HOLDER_EVALUATOR && subject->evaluator >= 0) return experiment->evaluators[subject->evaluator].tree;
  return NULL;
}

static const il_yaml *child(const il_yaml *map, const char *key) {
  return map && map->kind == IL_YAML_MAP ? il_yaml_get(map, key) : NULL;
}

/* The node that gave the option its value; of a default, the section that could have; NULL: there is none. */
static const il_yaml *find(const il_experiment *experiment, const il_subject *subject, const il_config_section *section,
                           const char *option) {
  const il_yaml *nearest = NULL;
  for (int i = 0; i < IL_SECTION_PLACES && section->places[i].holder != IL_HOLDER_NONE; i++) {
    const il_yaml *map = holder_map(experiment, subject, section->places[i].holder);
    if (section->places[i].key) map = child(map, section->places[i].key);
    const il_yaml *node = *option ? child(map, option) : NULL;
    if (node) return node;
    if (map && !nearest) nearest = map;
    if (map && section->named && child(map, "name")) break;
  }
  return nearest;
}

/* An algorithm's entry, an evaluator's, else the experiment. */
static const il_yaml *whole(const il_experiment *experiment, const il_subject *subject) {
  const il_yaml *entry = holder_map(experiment, subject, IL_HOLDER_ENTRY);
  if (!entry) entry = holder_map(experiment, subject, IL_HOLDER_EVALUATOR);
  return entry ? entry : experiment->tree;
}

static const il_yaml *locate(const il_experiment *experiment, const il_subject *subject, const char *path) {
  const char *dot = strchr(path, '.');
  const il_config_section *section = dot ? il_config_section_called(path, (size_t)(dot - path)) : NULL;
  const il_yaml *found = section ? find(experiment, subject, section, dot + 1) : NULL;
  return found ? found : whole(experiment, subject);
}

il_status il_experiment_fail(il_error *error, const il_experiment *experiment, il_subject subject,
                             const il_error *cause) {
  const il_yaml *node = locate(experiment, &subject, cause->about);
  if (node->line > 0)
    return il_fail(error, cause->status, "%s:%d:%d: %s", node->origin, node->line, node->column, cause->message);
  return il_fail(error, cause->status, "%s: %s", node->origin, cause->message);
}
