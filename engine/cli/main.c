/* The program: finds the command, prints its one error line and ends with its status. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/registry.h"
#include "harness/schema.h"
#include "harness/yaml_bytes.h"
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
  for (int i = 0; i < COMMANDS; i++)
    fprintf(file, "  %-10s %-24s %s\n", commands[i]->usage->command, commands[i]->usage->positional,
            commands[i]->usage->summary);
  fputs("\n`innerloop COMMAND --help` explains a command; `innerloop --version` prints the version.\n"
        "exit status: 0 done; 1 a negative answer; 2 bad command line or YAML; 3 input, data or resources; "
        "130 interrupted\n",
        file);
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

static il_status run_command(int argc, char **argv, il_error *error) {
  il_cli cli = {.registry = &il_builtin_registry, .argc = argc, .argv = argv};
  for (int i = 0; i < COMMANDS; i++) {
    if (strcmp(commands[i]->usage->command, argv[1]) != 0) continue;
    if (!il_arguments_help_asked(argc - 1, argv + 1)) return commands[i]->run(&cli, argc - 1, argv + 1, error);
    il_arguments_help(stdout, commands[i]->usage);
    return IL_OK;
  }
  return unknown_command(argv[1], error);
}

static il_status start(int argc, char **argv, il_error *error) {
  if (argc < 2) return il_fail(error, IL_INVALID, "no command; see `innerloop --help`");
  bool help = strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0;
  if (help)
    print_help(stdout);
  else if (strcmp(argv[1], "--version") == 0)
    printf("innerloop %s (%.12s)\n", IL_VERSION, IL_SOURCE_COMMIT);
  else
    return run_command(argc, argv, error);
  return IL_OK;
}

int main(int argc, char **argv) {
  il_error error = {0};
  signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is a failed write, told in one line, not the end */
  il_status status = start(argc, argv, &error);
  if (status == IL_OK && (fflush(stdout) != 0 || ferror(stdout)))
    status = il_fail(&error, IL_IO, "cannot write to standard output");
  if (error.message[0]) fprintf(stderr, "innerloop: %s\n", error.message);
  return il_status_exit(status);
}
