/* Where an option got its value: the tree of the file, --set applied, is kept beside what was resolved from it. */
#include <string.h>

#include "experiment/config_parts.h"

/* Whose map is looked into, under which key (NULL: the map itself). */
typedef enum il_holder { HOLDER_NONE, HOLDER_ENTRY, HOLDER_EVALUATOR, HOLDER_ROOT } il_holder;

enum { CANDIDATES_MAX = 3 };

typedef struct place_row {
  const char *section;
  struct {
    il_holder holder;
    const char *key;
  } candidates[CANDIDATES_MAX]; /* the first that holds the option gave it its value */
  bool named;                   /* a map with a `name` of its own takes nothing from those after it */
} place_row;

static const place_row rows[] = {
    {.section = "suite", .candidates = {{HOLDER_ENTRY, "suite"}, {HOLDER_ROOT, "suite"}}},
    {.section = "judged", .candidates = {{HOLDER_EVALUATOR, "suite"}, {HOLDER_ENTRY, "suite"}, {HOLDER_ROOT, "suite"}}},
    {.section = "model", .candidates = {{HOLDER_ENTRY, "model"}, {HOLDER_ROOT, "model"}}, .named = true},
    {.section = "training", .candidates = {{HOLDER_ENTRY, "training"}, {HOLDER_ROOT, "training"}}},
    {.section = "evaluation", .candidates = {{HOLDER_EVALUATOR, NULL}, {HOLDER_ROOT, "evaluation"}}},
    {.section = "inner", .candidates = {{HOLDER_ENTRY, "inner"}}},
    {.section = "adapt", .candidates = {{HOLDER_ENTRY, "adapt"}, {HOLDER_ENTRY, "inner"}}},
    {.section = "outer", .candidates = {{HOLDER_ENTRY, "outer"}}},
    {.section = "option", .candidates = {{HOLDER_ENTRY, NULL}}},
    {.section = "experiment", .candidates = {{HOLDER_ROOT, NULL}}},
};

static const il_yaml *holder_map(const il_experiment *experiment, const il_subject *subject, il_holder holder) {
  if (holder == HOLDER_ROOT) return experiment->tree;
  if (holder == HOLDER_ENTRY && subject->algorithm >= 0) return experiment->algorithms[subject->algorithm].tree;
  if (holder == HOLDER_EVALUATOR && subject->evaluator >= 0) return experiment->evaluators[subject->evaluator].tree;
  return NULL;
}

static const il_yaml *child(const il_yaml *map, const char *key) {
  return map && map->kind == IL_YAML_MAP ? il_yaml_get(map, key) : NULL;
}

/* The node that gave the option its value; of a default, the section that could have; NULL: there is none. */
static const il_yaml *find(const il_experiment *experiment, const il_subject *subject, const place_row *row,
                           const char *option) {
  const il_yaml *nearest = NULL;
  for (int i = 0; i < CANDIDATES_MAX && row->candidates[i].holder != HOLDER_NONE; i++) {
    const il_yaml *map = holder_map(experiment, subject, row->candidates[i].holder);
    if (row->candidates[i].key) map = child(map, row->candidates[i].key);
    const il_yaml *node = *option ? child(map, option) : NULL;
    if (node) return node;
    if (map && !nearest) nearest = map;
    if (map && row->named && child(map, "name")) break;
  }
  return nearest;
}

/* An algorithm's entry, an evaluator's, else the experiment. */
static const il_yaml *whole(const il_experiment *experiment, const il_subject *subject) {
  const il_yaml *entry = holder_map(experiment, subject, HOLDER_ENTRY);
  if (!entry) entry = holder_map(experiment, subject, HOLDER_EVALUATOR);
  return entry ? entry : experiment->tree;
}

static const il_yaml *locate(const il_experiment *experiment, const il_subject *subject, const char *path) {
  const char *dot = strchr(path, '.');
  const il_yaml *found = NULL;
  for (size_t i = 0; dot && i < sizeof rows / sizeof rows[0]; i++)
    if (strlen(rows[i].section) == (size_t)(dot - path) && strncmp(rows[i].section, path, (size_t)(dot - path)) == 0)
      found = find(experiment, subject, &rows[i], dot + 1);
  return found ? found : whole(experiment, subject);
}

il_status il_experiment_fail(il_error *error, const il_experiment *experiment, il_subject subject,
                             const il_error *cause) {
  const il_yaml *node = locate(experiment, &subject, cause->about);
  if (node->line > 0)
    return il_fail(error, cause->status, "%s:%d:%d: %s", node->origin, node->line, node->column, cause->message);
  return il_fail(error, cause->status, "%s: %s", node->origin, cause->message);
}
