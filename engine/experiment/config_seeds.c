/* Seeds: a list of whole numbers, or text such as 0-4 or 0,2,5-7. */
#include <stdlib.h>
#include <string.h>

#include "experiment/config_resolver.h"
#include "formats/yaml_bytes.h"

static const char expected_seeds[] = "a list such as [0, 1, 2] or a range such as 0-4, of at most 256 different seeds";

static il_status refuse(const il_resolver *resolver, const il_yaml *node, const char *text, const char *wrong) {
  char clipped[IL_YAML_SHOWN];
  return il_yaml_fail(resolver->error, node, "seed `%s` %s; expected %s", il_yaml_clip(clipped, text), wrong,
                      expected_seeds);
}

static il_status add(const il_resolver *resolver, const il_yaml *node, uint64_t seed) {
  il_experiment *experiment = resolver->experiment;
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
  for (int i = 0; i < experiment->n_seeds; i++)
    if (experiment->seeds[i] == seed) return refuse(resolver, node, text, "stands there twice");
  if (experiment->n_seeds == IL_SEEDS_MAX) return refuse(resolver, node, text, "is one too many");
  experiment->seeds[experiment->n_seeds++] = seed;
  return IL_OK;
}

/* "3" or "0-4"; cut in place at the hyphen. */
static il_status add_item(const il_resolver *resolver, const il_yaml *node, char *item) {
  uint64_t first, last;
  const char *wrong;
  char *hyphen = *item ? strchr(item + 1, '-') : NULL;
  if (hyphen) *hyphen = '\0';
  if (il_schema_natural(&first, item, &wrong) != 0) return refuse(resolver, node, item, wrong);
  last = first;
  if (hyphen && il_schema_natural(&last, hyphen + 1, &wrong) != 0) return refuse(resolver, node, hyphen + 1, wrong);
  if (last < first) return refuse(resolver, node, hyphen + 1, "ends the range before its beginning");
  if (last - first >= IL_SEEDS_MAX) return refuse(resolver, node, hyphen + 1, "ends too long a range");
  for (uint64_t i = 0; i <= last - first; i++) {
    il_status status = add(resolver, node, first + i);
    if (status != IL_OK) return status;
  }
  return IL_OK;
}

static il_status add_text(const il_resolver *resolver, const il_yaml *node) {
  if (node->kind != IL_YAML_SCALAR || node->quoted || !*node->text)
    return il_yaml_fail(resolver->error, node, "`seeds` holds something else than seeds; expected %s", expected_seeds);
  char *copy = il_arena_text(resolver->arena, node->text);
  if (!copy) return il_fail_memory(resolver->error, "seeds", strlen(node->text) + 1);
  for (char *item = copy, *comma; item; item = comma ? comma + 1 : NULL) {
    comma = strchr(item, ',');
    if (comma) *comma = '\0';
    il_status status = add_item(resolver, node, item);
    if (status != IL_OK) return status;
  }
  return IL_OK;
}

il_status il_config_seeds(const il_resolver *resolver, const il_yaml *node) {
  resolver->experiment->n_seeds = 0;
  if (node->kind != IL_YAML_LIST) return add_text(resolver, node);
  for (const il_yaml *child = node->first; child; child = child->next) {
    il_status status = add_text(resolver, child);
    if (status != IL_OK) return status;
  }
  if (resolver->experiment->n_seeds > 0) return IL_OK;
  return il_yaml_fail(resolver->error, node, "`seeds` is an empty list; expected %s", expected_seeds);
}
