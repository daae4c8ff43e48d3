/* Which rows of the tables came from where. */
#include "harness/registry.h"

#include <stdbool.h>

static bool holds(const il_plugin *entry, const void *row) {
  for (const il_algorithm *const *at = entry->algorithms; at && *at; at++)
    if (*at == row) return true;
  for (const il_suite *const *at = entry->suites; at && *at; at++)
    if (*at == row) return true;
  for (const il_model *const *at = entry->models; at && *at; at++)
    if (*at == row) return true;
  return false;
}

const il_plugin_record *il_registry_origin(const il_registry *registry, const void *row) {
  for (const il_plugin_record *record = registry ? registry->plugins : NULL; record && record->file; record++)
    if (holds(record->entry, row)) return record;
  return NULL;
}
