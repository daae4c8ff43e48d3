/* The kinds of row, and which rows came from where. */
#include "experiment/registry.h"

#include <string.h>

#include "algorithms/optimiser.h"
#include "algorithms/schedule.h"
#include "experiment/embedded.h"
#include "experiment/schema.h"

static bool algorithm_at(il_row *row, const il_registry *registry, int index) {
  const il_algorithm *algorithm = registry->algorithms[index];
  if (!algorithm) return false;
  *row = (il_row){algorithm,           algorithm->name,     algorithm->summary,
                  algorithm->citation, &algorithm->options, .complete = algorithm->untrained == !algorithm->build};
  return true;
}

static bool model_at(il_row *row, const il_registry *registry, int index) {
  const il_model *model = registry->models[index];
  if (!model) return false;
  *row = (il_row){model,           model->name,     model->summary,
                  model->citation, &model->options, .complete = model->parameters && model->build};
  return true;
}

/* What everybody asks a kind of task for. */
static bool is_whole(const il_task_kind *kind) {
  return kind && kind->name && kind->loss && kind->loss_words && kind->loss_unit && kind->metric && kind->unit &&
         kind->score && kind->column && kind->column_words && kind->caption && kind->heading &&
         (int)kind->targets >= 0 && kind->targets < IL_TARGETS;
}

static bool suite_at(il_row *row, const il_registry *registry, int index) {
  const il_suite *suite = registry->suites[index];
  if (!suite) return false;
  *row = (il_row){suite,           suite->name,
                  suite->summary,  suite->citation,
                  &suite->options, .complete = suite->open && suite->info && suite->draw && is_whole(suite->kind)};
  return true;
}

static bool optimiser_at(il_row *row, const il_registry *registry, int index) {
  (void)registry;
  if (!il_optimiser_names[index]) return false;
  const il_optimiser *optimiser = il_optimiser_of(&(il_optimiser_options){.optimiser = index});
  *row = (il_row){optimiser, optimiser->name, optimiser->summary, optimiser->citation, .complete = true};
  return true;
}

static bool schedule_at(il_row *row, const il_registry *registry, int index) {
  (void)registry;
  if (!il_schedule_names[index]) return false;
  const il_schedule *schedule = il_schedule_of(&(il_outer_options){.schedule = index});
  *row = (il_row){schedule, schedule->name, schedule->summary, schedule->citation, .complete = true};
  return true;
}

static bool file_at(il_row *row, const il_embedded *files, int index) {
  if (!files || !files[index].path) return false;
  *row = (il_row){.self = &files[index], .complete = true};
  row->name = il_embedded_name(row->file_name, files[index].path);
  return true;
}

static bool experiment_at(il_row *row, const il_registry *registry, int index) {
  return file_at(row, registry->experiments, index);
}

static bool published_at(il_row *row, const il_registry *registry, int index) {
  return file_at(row, registry->published, index);
}

#define PLUGGED(table) .in_registry = offsetof(il_registry, table), .in_plugin = offsetof(il_plugin, table)

const il_row_kind il_row_kinds[IL_ROW_KINDS] = {
    [IL_ROW_ALGORITHM] = {"algorithm", "algorithms", "`build`, or `untrained` where nothing is to be trained",
                          PLUGGED(algorithms), .at = algorithm_at},
    [IL_ROW_MODEL] = {"model", "models", "`parameters` and `build`", PLUGGED(models), .at = model_at},
    [IL_ROW_SUITE] = {"suite", "suites", "`open`, `info`, `draw` and a whole `kind`", PLUGGED(suites), .at = suite_at},
    [IL_ROW_OPTIMISER] = {"optimiser", "optimisers", .at = optimiser_at},
    [IL_ROW_SCHEDULE] = {"schedule", "schedules", .at = schedule_at},
    [IL_ROW_EXPERIMENT] = {"experiment", "experiments", .summary_key = "description", .at = experiment_at},
    [IL_ROW_PUBLISHED] = {"published figures", "published", .summary_key = "title", .about_key = "paper",
                          .at = published_at},
};

bool il_row_called(il_row *row, const il_registry *registry, int kind, const char *name) {
  for (int i = 0; il_row_kinds[kind].at(row, registry, i); i++)
    if (strcmp(row->name, name) == 0) return true;
  return false;
}

const char *const *il_row_names(const il_registry *registry, int kind, const char *const *before, il_arena *arena) {
  il_row row;
  size_t rows = 0, count = 0;
  while (il_row_kinds[kind].at(&row, registry, (int)rows)) rows++;
  while (before && before[count]) count++;
  const char **names = il_arena_get(arena, count + rows + 1, sizeof *names);
  for (size_t i = 0; names && i < count; i++) names[i] = before[i];
  for (size_t i = 0; names && i < rows; i++) {
    il_row_kinds[kind].at(&row, registry, (int)i);
    names[count + i] = row.name == row.file_name ? il_arena_text(arena, row.name) : row.name;
    if (!names[count + i]) return NULL;
  }
  return names;
}

const char *il_row_nearest(const il_registry *registry, int kind, const char *name, il_arena *arena) {
  const char *const *names = il_row_names(registry, kind, NULL, arena);
  char wanted[IL_EMBEDDED_NAME];
  if (il_row_kinds[kind].summary_key) name = il_embedded_name(wanted, name);
  return names ? il_schema_nearest(name, names) : NULL;
}

il_plugin_list il_plugin_rows(const il_plugin *entry, int kind) {
  il_plugin_list list = {0};
  if (il_row_kinds[kind].needs) memcpy(&list, (const char *)entry + il_row_kinds[kind].in_plugin, sizeof list);
  return list;
}

static bool holds(const il_plugin *entry, const void *row) {
  for (int kind = 0; kind < IL_ROW_KINDS; kind++) {
    const il_plugin_list list = il_plugin_rows(entry, kind);
    for (int i = 0; i < list.count; i++)
      if (list.at[i] == row) return true;
  }
  return false;
}

const il_plugin_record *il_registry_origin(const il_registry *registry, const void *row) {
  for (const il_plugin_record *record = registry ? registry->plugins : NULL; record && record->file; record++)
    if (holds(record->entry, row)) return record;
  return NULL;
}
