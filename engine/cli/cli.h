/* A command of the program: one file, one exported il_command, one line in commands.def. */
#ifndef INNERLOOP_CLI_CLI_H
#define INNERLOOP_CLI_CLI_H

#include "cli/arguments.h"
#include "experiment/registry.h"
#include "innerloop/status.h"

/* What every command gets. */
typedef struct il_cli {
  const il_registry *registry;
  int argc; /* the whole command line, for the record of a run */
  char **argv;
  char *
      *advice; /* *advice: a line with a command to paste, which main prints below the error's and frees; NULL: none */
} il_cli;

/* The rows --set, --algorithms and --seeds of a command whose struct `values` has fields `il_texts set` and `const char
 * *algorithms, *seeds`: what becomes an il_overrides. */
/* clang-format off */
#define IL_SELECTION_ARGUMENTS(values)                                                                                 \
  {"set", IL_ARGUMENT_TEXTS, offsetof(values, set), "KEY.PATH=VALUE", 0, 0,                                            \
   "overrides a key; may be repeated; list entries by index or label"},                                                \
  {"algorithms", IL_ARGUMENT_TEXT, offsetof(values, algorithms), "A,B", 0, 0, "only these labels"},                    \
  {"seeds", IL_ARGUMENT_TEXT, offsetof(values, seeds), "0,1,2 or 0-4", 0, 0, "these seeds instead"}

/* The rows --threads, --out and --data of a command whose struct has fields `int threads` and `const char *out,
 * *data`. */
#define IL_PLACE_ARGUMENTS(values)                                                                                     \
  {"threads", IL_ARGUMENT_INT, offsetof(values, threads), "N", 0, 1024,                                                \
   "worker threads; 0: all processors; the results do not depend on it"},                                              \
  {"out", IL_ARGUMENT_TEXT, offsetof(values, out), "DIR", 0, 0,                                                        \
   "where results go (default results/<experiment>)"},                                                                 \
  {"data", IL_ARGUMENT_TEXT, offsetof(values, data), "DIR", 0, 0,                                                      \
   "data directory (default $INNERLOOP_DATA, else ~/.cache/innerloop)"}
/* clang-format on */

/* main prints the help of `usage` on --help; otherwise it calls run with argv[0] = the command's name. Results go to
 * stdout, progress to stderr; an error is returned, and main prints its one line and chooses the exit status. */
typedef struct il_command {
  const il_usage *usage;
  il_status (*run)(const il_cli *cli, int argc, char **argv, il_error *error);
} il_command;

#define IL_COMMAND(name) extern const il_command il_command_##name;
#include "cli/commands.def"
#undef IL_COMMAND

#endif
