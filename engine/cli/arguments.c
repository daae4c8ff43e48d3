/* Command lines by table. */
#include "cli/arguments.h"

#include <string.h>

#include "cli/page.h"
#include "cli/shell_word.h"
#include "experiment/schema.h"
#include "formats/yaml_bytes.h"

enum { ROWS_MAX = 64 };

/* A command line on its way into the struct. */
typedef struct argument_reader {
  const il_usage *usage;
  void *values;
  il_texts *positional;
  int argc;
  char **argv;
  int at; /* index of the argument being read */
  bool seen[ROWS_MAX];
  il_error *error;
} argument_reader;

static il_status unknown_option(const argument_reader *reader, const char *name) {
  const char *names[ROWS_MAX + 2] = {NULL};
  int count = 0;
  for (; count < reader->usage->count && count < ROWS_MAX; count++) names[count] = reader->usage->rows[count].name;
  names[count] = "help";
  char clipped[IL_YAML_SHOWN];
  const char *nearest = il_schema_nearest(name, names);
  il_yaml_clip(clipped, name);
  if (nearest)
    return il_fail(reader->error, IL_INVALID, "%s: unknown option --%s; did you mean --%s?", reader->usage->command,
                   clipped, nearest);
  return il_fail(reader->error, IL_INVALID, "%s: unknown option --%s; see `innerloop %s --help`",
                 reader->usage->command, clipped, reader->usage->command);
}

static il_status bad_value(const argument_reader *reader, const il_argument *row, const char *text, const char *wrong) {
  char clipped[IL_YAML_SHOWN];
  return il_fail(reader->error, IL_INVALID, "%s: --%s `%s` %s; expected a whole number from %d to %d",
                 reader->usage->command, row->name, il_yaml_clip(clipped, text), wrong, row->low, row->high);
}

static il_status store(argument_reader *reader, const il_argument *row, const char *text) {
  void *field = (char *)reader->values + row->offset;
  if (row->type == IL_ARGUMENT_TEXT) *(const char **)field = text;
  if (row->type == IL_ARGUMENT_TEXTS) {
    il_texts *texts = field;
    if (texts->count == IL_TEXTS_MAX)
      return il_fail(reader->error, IL_INVALID, "%s: --%s stands there too often; expected at most %d times",
                     reader->usage->command, row->name, IL_TEXTS_MAX);
    texts->at[texts->count++] = text;
  }
  if (row->type != IL_ARGUMENT_INT) return IL_OK;
  long long number;
  const char *wrong;
  if (il_schema_integer(&number, text, &wrong) != 0) return bad_value(reader, row, text, wrong);
  if (number < row->low || number > row->high) return bad_value(reader, row, text, "is out of range");
  *(int *)field = (int)number;
  return IL_OK;
}

static const il_argument *find_row(const il_usage *usage, const char *name) {
  for (int i = 0; i < usage->count; i++)
    if (strcmp(usage->rows[i].name, name) == 0) return &usage->rows[i];
  return NULL;
}

/* --name, --name value or --name=value; `text` begins after the hyphens. */
static il_status read_option(argument_reader *reader, const char *text) {
  const char *command = reader->usage->command;
  char name[64];
  const char *equals = strchr(text, '=');
  size_t length = equals ? (size_t)(equals - text) : strlen(text);
  if (length >= sizeof name) return unknown_option(reader, text);
  memcpy(name, text, length);
  name[length] = '\0';
  const il_argument *row = find_row(reader->usage, name);
  if (!row) return unknown_option(reader, name);
  bool *seen = &reader->seen[row - reader->usage->rows];
  if (*seen && row->type != IL_ARGUMENT_TEXTS)
    return il_fail(reader->error, IL_INVALID, "%s: --%s stands there twice; expected it once", command, name);
  *seen = true;
  if (row->type == IL_ARGUMENT_FLAG && equals)
    return il_fail(reader->error, IL_INVALID, "%s: --%s takes no value; expected --%s alone", command, name, name);
  if (row->type == IL_ARGUMENT_FLAG) {
    *(bool *)((char *)reader->values + row->offset) = true;
    return IL_OK;
  }
  if (!equals && reader->at + 1 >= reader->argc)
    return il_fail(reader->error, IL_INVALID, "%s: --%s has no value; expected --%s %s", command, name, name,
                   row->value);
  return store(reader, row, equals ? equals + 1 : reader->argv[++reader->at]);
}

static il_status read_positional(argument_reader *reader, const char *text) {
  const il_usage *usage = reader->usage;
  char clipped[IL_YAML_SHOWN];
  if (reader->positional->count >= usage->most)
    return il_fail(reader->error, IL_INVALID, "%s: `%s` is one argument too many; expected `innerloop %s%s%s`",
                   usage->command, il_yaml_clip(clipped, text), usage->command, *usage->positional ? " " : "",
                   usage->positional);
  reader->positional->at[reader->positional->count++] = text;
  return IL_OK;
}

static il_status read_argument(argument_reader *reader, bool options) {
  const char *text = reader->argv[reader->at];
  if (options && strncmp(text, "--", 2) == 0) return read_option(reader, text + 2);
  if (!options || text[0] != '-' || text[1] == '\0') return read_positional(reader, text);
  char clipped[IL_YAML_SHOWN];
  return il_fail(reader->error, IL_INVALID, "%s: unknown option %s; expected options with two hyphens",
                 reader->usage->command, il_yaml_clip(clipped, text));
}

il_status il_arguments_parse(void *values, il_texts *positional, const il_usage *usage, int argc, char **argv,
                             il_error *error) {
  argument_reader reader = {
      .usage = usage, .values = values, .positional = positional, .argc = argc, .argv = argv, .error = error};
  positional->count = 0;
  bool options = true;
  for (reader.at = 1; reader.at < argc; reader.at++) {
    bool end = options && strcmp(argv[reader.at], "--") == 0;
    if (end) options = false;
    il_status status = end ? IL_OK : read_argument(&reader, options);
    if (status != IL_OK) return status;
  }
  if (positional->count >= usage->least) return IL_OK;
  return il_fail(error, IL_INVALID, "%s: an argument is missing; expected `innerloop %s %s`", usage->command,
                 usage->command, usage->positional);
}

static void print_option(FILE *file, const il_argument *row, const char *value) {
  char name[72];
  snprintf(name, sizeof name, "--%.64s", row->name);
  il_shell_word(file, name);
  if (value) il_shell_word(file, value);
}

static void print_row(FILE *file, const il_argument *row, const void *field, const void *usual) {
  char number[16];
  if (row->type == IL_ARGUMENT_FLAG && *(const bool *)field) print_option(file, row, NULL);
  if (row->type == IL_ARGUMENT_INT && *(const int *)field != *(const int *)usual) {
    snprintf(number, sizeof number, "%d", *(const int *)field);
    print_option(file, row, number);
  }
  if (row->type == IL_ARGUMENT_TEXT && *(const char *const *)field &&
      *(const char *const *)field != *(const char *const *)usual)
    print_option(file, row, *(const char *const *)field);
  const il_texts *texts = row->type == IL_ARGUMENT_TEXTS ? field : NULL;
  for (int i = 0; texts && i < texts->count; i++) print_option(file, row, texts->at[i]);
}

void il_arguments_print(FILE *file, const il_usage *usage, const il_texts *positional, const void *values,
                        const void *defaults) {
  bool hyphen = false;
  for (int i = 0; i < positional->count; i++) hyphen |= positional->at[i][0] == '-';
  il_shell_word(file, usage->command);
  for (int i = 0; i < positional->count && !hyphen; i++) il_shell_word(file, positional->at[i]);
  for (int i = 0; i < usage->count; i++) {
    const il_argument *row = &usage->rows[i];
    print_row(file, row, (const char *)values + row->offset, (const char *)defaults + row->offset);
  }
  if (hyphen) fputs(" --", file);
  for (int i = 0; i < positional->count && hyphen; i++) il_shell_word(file, positional->at[i]);
}

bool il_arguments_help_asked(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) return true;
  return false;
}

/* Whether a text begins with the word `name`. */
static bool begins_with(const char *text, const char *name) {
  size_t length = strlen(name);
  return strncmp(text, name, length) == 0 && strchr(" :", text[length]);
}

static bool is_action(const il_usage *usage, const char *name) {
  for (const il_action *row = usage->actions; row && row->name && name; row++)
    if (strcmp(row->name, name) == 0) return true;
  return false;
}

/* Whether an option is of use with this action: its help names it, or no action at all. action NULL: any. */
static bool belongs(const il_argument *option, const il_usage *usage, const char *action) {
  if (!action || begins_with(option->help, action)) return true;
  for (const il_action *row = usage->actions; row->name; row++)
    if (begins_with(option->help, row->name)) return false;
  return true;
}

static void print_usage(FILE *file, const il_usage *usage, const char *action) {
  const char *options = usage->count > 0 ? " [options]" : "", *word = "usage:";
  for (const il_action *row = usage->actions; action && row->name; row++) {
    if (strcmp(row->name, action) != 0) continue;
    fprintf(file, "%s innerloop %s %s\n", word, usage->command, row->positional);
    il_page_text(file, 0, 9, row->summary);
    word = "   or:";
  }
  if (action) return;
  fprintf(file, "usage: innerloop %s%s%s%s\n", usage->command, *usage->positional ? " " : "", usage->positional,
          options);
  il_page_text(file, 0, 0, usage->summary);
}

void il_arguments_help(FILE *file, const il_usage *usage, const char *action) {
  enum { MIDDLE = 27 };
  if (!is_action(usage, action)) action = NULL;
  print_usage(file, usage, action);
  if (usage->actions && !action) fputs("\nactions:\n", file);
  for (const il_action *row = usage->actions; row && row->name && !action; row++)
    il_page_row(file, MIDDLE, row->positional, row->summary);
  fputs("\noptions:\n", file);
  for (int i = 0; i < usage->count; i++) {
    const il_argument *row = &usage->rows[i];
    char left[64];
    if (!belongs(row, usage, action)) continue;
    snprintf(left, sizeof left, "--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
    il_page_row(file, MIDDLE, left, row->help);
  }
  il_page_row(file, MIDDLE, "-h, --help", "prints this page");
  if (usage->details) fputc('\n', file);
  if (usage->details) il_page_lines(file, usage->details);
}
