/* Pieces of the configuration reader that config.c puts together. */
#ifndef INNERLOOP_EXPERIMENT_CONFIG_RESOLVER_H
#define INNERLOOP_EXPERIMENT_CONFIG_RESOLVER_H

#include "experiment/config.h"
#include "experiment/config_sections.h"
#include "experiment/schema.h"
#include "formats/yaml.h"

/* What resolving an experiment needs everywhere. */
typedef struct il_resolver {
  il_experiment *experiment;
  const il_registry *registry;
  il_yaml *root;
  il_arena *arena;
  il_error *error;
} il_resolver;

/* Turns the short forms `suite: sinusoid` and `- maml` of an experiment's tree into maps with a `name`. Errors:
 * IL_MEMORY. */
il_status il_config_expand(il_yaml *root, il_arena *arena, il_error *error);

/* What an entry of a list is called: its `label`, else its `name`, else NULL. */
const char *il_config_entry_label(const il_yaml *entry);

/* Lays read->tree over the file its key `extends` names, that over what it extends, and so on; sets read->extends.
 * Errors: IL_INVALID ("FILE:LINE:COLUMN: ..." of the file at fault), IL_IO, IL_MEMORY. */
il_status il_config_extend(il_experiment_file *read, const il_registry *registry, il_arena *arena, il_error *error);

/* Applies "a.b=value" to the tree: makes maps that are missing, finds list entries by index, label or name. Errors:
 * IL_INVALID ("--set a.b=value: ..."), IL_MEMORY. */
il_status il_config_set(const il_resolver *resolver, const char *assignment);

/* Reads what an entry is called; `what` stands in messages: "label". Errors: IL_INVALID, IL_MEMORY. */
il_status il_config_label(const il_resolver *resolver, const char **label, const il_yaml *node, const char *what);

/* Reads seeds: a list of whole numbers, or text such as 0-4 or 0,1,2. Duplicates are errors. */
il_status il_config_seeds(const il_resolver *resolver, const il_yaml *node);

/* The row of the kind that `name` in `map` names. Errors: IL_INVALID, IL_MEMORY. */
il_status il_config_choose(const il_resolver *resolver, il_row *row, const il_yaml *map, int kind);

/* A copy of `size` bytes in the arena, NULL when out of memory. */
void *il_config_copy(const il_resolver *resolver, const void *from, size_t size);

/* Options of the experiment's suite with the keys of `map` (NULL: none) changed. Errors: IL_INVALID, IL_MEMORY. */
il_status il_config_suite(const il_resolver *resolver, void **options, const il_yaml *map);

/* The section `evaluation` (read already) and the list `evaluators`. */
il_status il_config_evaluators(const il_resolver *resolver);

/* Fills config->judged_suite, once its suite_options are known. Errors: IL_MEMORY. */
il_status il_config_present(const il_resolver *resolver, il_algorithm_config *config);

/* Chooses and reads a section `model`. Errors: IL_INVALID, IL_MEMORY. */
il_status il_config_model(const il_resolver *resolver, const il_model **model, void **options, const il_yaml *map);

/* All entries of `algorithms`. */
il_status il_config_algorithms(const il_resolver *resolver, const il_yaml *list);

/* Keeps only the labels in "a,b". */
il_status il_config_keep(const il_resolver *resolver, const char *labels);

#endif
