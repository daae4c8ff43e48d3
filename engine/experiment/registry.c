/* Which rows of the tables came from where. */
#include "experiment/registry.h"

#include <stdbool.h>

static bool holds(const il_plugin *entry, const void *row) {
  for (int i = 0; i < entry->algorithms.count; i++)
    if (entry->algorithms.at[i] == row) return true;
  for (int i = 0; i < entry->suites.count; i++)
    if (entry->suites.at[i] == row) return true;
  for (int i = 0; i < entry->models.count; i++)
    if (entry->models.at[i] == row) return true;
  return false;
}

const il_plugin_record *il_registry_origin(const il_registry *registry, const void *row) {
  for (const il_plugin_record *record = registry ? registry->plugins : NULL; record && record->file; record++)
    if (holds(record->entry, row)) return record;
  return NULL;
}
