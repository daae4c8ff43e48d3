/* What a checkpoint must agree with, as text. Every value is written down, defaults too: a default that changes makes
 * another training of it, and the difference can be named. Only an option that was added since and changes nothing by
 * default (il_option.added_later) is left out then. Plug-ins count by their bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "experiment/config_resolver.h"

/* Whether the text is what it was before the option came: fallbacks of such rows are as values are printed. */
static bool is_as_before(const il_option *row, const void *target) {
  char value[256];
  return row->added_later && il_schema_row_value(value, sizeof value, row, target) == 0 &&
         strcmp(value, row->fallback) == 0;
}

/* "WHAT:", then a line "  key: value" for the name (NULL: none), the plug-in it comes from and every option. */
static void write_section(FILE *file, const il_experiment *experiment, const char *what,
                          const il_section_values *values) {
  const il_plugin_record *origin = values->row ? il_registry_origin(experiment->registry, values->row) : NULL;
  fprintf(file, "%s:\n", what);
  if (values->name) fprintf(file, "  name: %s\n", values->name);
  if (origin) fprintf(file, "  plugin: %s\n", origin->digest);
  il_schema_item item;
  for (int i = 0; il_schema_at(&item, values->options, i); i++) { /* what does not apply, too: it always stood there */
    if (is_as_before(item.row, values->at)) continue;
    fprintf(file, "  %s: ", item.row->name);
    il_schema_print_value(file, item.row, values->at);
    fputc('\n', file);
  }
}

static void write_training(FILE *file, const il_experiment *experiment, int algorithm) {
  const il_algorithm_config *config = &experiment->algorithms[algorithm];
  const il_evaluation *evaluation = &experiment->evaluation;
  const il_setting setting = il_experiment_setting(experiment, 0);
  for (int i = 0; i < IL_SECTIONS; i++) {
    const il_config_section *section = &il_config_sections[i];
    il_section_values values = il_config_section_values(section, experiment, algorithm, 0);
    if (i == IL_SECTION_JUDGED) values.name = NULL, values.row = NULL; /* the suite's, which stands there already */
    if (section->trained) write_section(file, experiment, section->trained, &values);
  }
  fprintf(file,
          "evaluation:\n  kernels: %s\n  curve_interval: %d\n  seed: %llu\n  shots: %d\n  queries: %d\n  transductive: "
          "%s\n",
          *experiment->kernels ? experiment->kernels : "pinned", il_training_interval(&config->training),
          (unsigned long long)evaluation->seed, setting.shots, setting.queries,
          evaluation->transductive ? "true" : "false");
}

il_status il_experiment_training_text(const char **text, const il_experiment *experiment, int algorithm,
                                      il_arena *arena, il_error *error) {
  char *written = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&written, &size);
  if (!file) return il_fail_memory(error, "the configuration", 0);
  write_training(file, experiment, algorithm);
  int failed = ferror(file);
  failed |= fclose(file) != 0;
  *text = failed ? NULL : il_arena_text(arena, written);
  free(written);
  return *text ? IL_OK : il_fail_memory(error, "the configuration", size);
}

il_status il_experiment_training_digest(char digest[65], const il_experiment *experiment, int algorithm,
                                        il_error *error) {
  const char *text;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the configuration", 0);
  il_status status = il_experiment_training_text(&text, experiment, algorithm, arena, error);
  if (status == IL_OK) status = il_hash_bytes(digest, text, strlen(text), error);
  il_arena_free(arena);
  return status;
}

/* The value behind "  key: " in the section, its length in *length; NULL: there is none. */
static const char *find_value(size_t *length, const char *text, const char *section, size_t section_length,
                              const char *key, size_t key_length) {
  bool inside = false;
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    if (*line != ' ') {
      inside = strncmp(line, section, section_length) == 0 && line[section_length] == ':';
      continue;
    }
    if (!inside || strncmp(line + 2, key, key_length) != 0 || line[2 + key_length] != ':') continue;
    const char *value = line + 2 + key_length + 1;
    value += *value == ' ';
    *length = strcspn(value, "\n");
    return value;
  }
  return NULL;
}

/* The first line of `text` that `other` does not have, put in words; 0: there is none. */
static int first_difference(char *words, size_t size, const char *text, const char *here, const char *other,
                            const char *there) {
  const char *section = "";
  size_t section_length = 0;
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    if (*line != ' ') {
      section = line;
      section_length = strcspn(line, ":");
      continue;
    }
    size_t key_length = strcspn(line + 2, ":"), mine, theirs = 0;
    const char *value = find_value(&mine, text, section, section_length, line + 2, key_length);
    const char *found = find_value(&theirs, other, section, section_length, line + 2, key_length);
    if (!value || (found && mine == theirs && strncmp(value, found, mine) == 0)) continue;
    int written = snprintf(words, size, "`%.*s.%.*s` is %.*s %s", (int)section_length, section, (int)key_length,
                           line + 2, (int)(mine < 60 ? mine : 60), value, here);
    if (written < 0 || (size_t)written >= size) return 1;
    if (found)
      snprintf(words + written, size - (size_t)written, " and %.*s %s", (int)(theirs < 60 ? theirs : 60), found, there);
    else
      snprintf(words + written, size - (size_t)written, " and does not exist %s", there);
    return 1;
  }
  return 0;
}

void il_experiment_training_difference(char *words, size_t size, const char *here, const char *there) {
  if (first_difference(words, size, here, "here", there, "in the checkpoint")) return;
  if (first_difference(words, size, there, "in the checkpoint", here, "here")) return;
  snprintf(words, size, "the order of the options differs");
}
