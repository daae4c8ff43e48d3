/* The program: finds the command, prints its one error line and ends with its status. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/builtin.h"
#include "cli/cli.h"
#include "cli/page.h"
#include "experiment/schema.h"
#include "formats/yaml_bytes.h"
#include "innerloop_build.h"

static const il_command *const commands[] = {
#define IL_COMMAND(name) &il_command_##name,
#include "cli/commands.def"
#undef IL_COMMAND
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *file) {
  fputs("usage: innerloop COMMAND [arguments]\n"
        "A benchmark and reproducibility harness for few-shot meta-learning.\n\ncommands:\n",
        file);
  for (int i = 0; i < COMMANDS; i++) {
    char left[64];
    (void)snprintf(left, sizeof left, "%-9s%s", commands[i]->usage->command, commands[i]->usage->positional);
    il_page_row(file, 35, left, commands[i]->usage->summary);
  }
  il_page_lines(file, "\n`innerloop help COMMAND` explains a command; `innerloop --version` prints the version.\n"
                      "\nexit status:\n"
                      "  0 done; 1 a negative answer; 2 bad command line or YAML;\n"
                      "  3 input, data or resources; 130 interrupted\n");
}

static il_status unknown_command(const char *name, il_error *error) {
  const char *names[COMMANDS + 1] = {NULL};
  for (int i = 0; i < COMMANDS; i++) names[i] = commands[i]->usage->command;
  char clipped[IL_YAML_SHOWN];
  const char *nearest = il_schema_nearest(name, names);
  il_yaml_clip(clipped, name);
  if (nearest) return il_fail(error, IL_INVALID, "unknown command `%s`; did you mean `%s`?", clipped, nearest);
  return il_fail(error, IL_INVALID, "unknown command `%s`; see `innerloop --help`", clipped);
}

static const il_command *command_of(const char *name) {
  for (int i = 0; i < COMMANDS; i++)
    if (strcmp(commands[i]->usage->command, name) == 0) return commands[i];
  return NULL;
}

/* words: COMMAND [ACTION], as far as there are any. */
static il_status help(int count, char **words, il_error *error) {
  const il_command *command = count > 0 ? command_of(words[0]) : NULL;
  if (count > 0 && !command) return unknown_command(words[0], error);
  if (command)
    il_arguments_help(stdout, command->usage, count > 1 ? words[1] : NULL);
  else
    print_help(stdout);
  return IL_OK;
}

static il_status run_command(int argc, char **argv, char **advice, il_error *error) {
  il_cli cli = {.registry = &il_builtin_registry, .argc = argc, .argv = argv, .advice = advice};
  const il_command *command = command_of(argv[1]);
  if (!command) return unknown_command(argv[1], error);
  if (il_arguments_help_asked(argc - 1, argv + 1)) return help(argc - 1, argv + 1, error);
  return command->run(&cli, argc - 1, argv + 1, error);
}

/* Whether `word` is one of the two. */
static bool is(const char *word, const char *brief, const char *full) {
  return strcmp(word, brief) == 0 || strcmp(word, full) == 0;
}

static il_status start(int argc, char **argv, char **advice, il_error *error) {
  if (argc < 2) {
    print_help(stdout);
    return il_fail(error, IL_INVALID, "no command; expected one of those above");
  }
  if (is(argv[1], "-h", "--help")) return help(0, NULL, error);
  if (strcmp(argv[1], "help") == 0) return help(argc - 2, argv + 2, error);
  if (!is(argv[1], "-V", "--version")) return run_command(argc, argv, advice, error);
  printf("innerloop %s (%.12s)\n", IL_VERSION, IL_SOURCE_COMMIT);
  return IL_OK;
}

int main(int argc, char **argv) {
  il_error error = {0};
  char *advice = NULL;
  signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is a failed write, reported in one line, not the end */
  il_status status = start(argc, argv, &advice, &error);
  if (status == IL_OK && (fflush(stdout) != 0 || ferror(stdout)))
    status = il_fail(&error, IL_IO, "cannot write to standard output");
  if ((il_status_exit(status) == 2 || il_status_exit(status) == 3) && !error.message[0]) { /* a plug-in's, perhaps */
    il_error_clear(&error);
    (void)il_fail(&error, status, "failed and does not say why (status %s)", il_status_name(status));
  }
  if (error.message[0]) fprintf(stderr, "innerloop: %s\n", error.message);
  if (advice) fprintf(stderr, "%s\n", advice);
  free(advice);
  return il_status_exit(status);
}
