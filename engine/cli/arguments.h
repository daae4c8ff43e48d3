/* Command lines by table: --name value, --name=value, flags, repeated options, `--` before positional arguments that
 * begin with a hyphen. The same table prints the help.
 *
 *   typedef struct values { int threads; bool quiet; il_texts set; } values;
 *   static const il_argument rows[] = {
 *       {"threads", IL_ARGUMENT_INT, offsetof(values, threads), "N", 0, 1024, "worker threads; 0: all processors"},
 *       {"quiet", IL_ARGUMENT_FLAG, offsetof(values, quiet), NULL, 0, 0, "no progress"},
 *       {"set", IL_ARGUMENT_TEXTS, offsetof(values, set), "KEY=VALUE", 0, 0, "overrides a key; may be repeated"},
 *   };
 *   static const il_usage usage = {.command = "run", .summary = "trains and evaluates", .positional = "FILE.yaml",
 *                                  .rows = rows, .count = 3, .least = 1, .most = 1};
 *   values values = {.threads = 0};            defaults: what the struct holds before
 *   il_texts files;
 *   status = il_arguments_parse(&values, &files, &usage, argc, argv, error); */
#ifndef INNERLOOP_CLI_ARGUMENTS_H
#define INNERLOOP_CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "innerloop/status.h"

enum { IL_TEXTS_MAX = 256 };

/* Texts of argv, in order; not owned. */
typedef struct il_texts {
  int count;
  const char *at[IL_TEXTS_MAX];
} il_texts;

/* Types, and the C type of the field at `offset`. */
typedef enum il_argument_type {
  IL_ARGUMENT_FLAG, /* bool, becomes true */
  IL_ARGUMENT_INT,  /* int in [low, high] */
  IL_ARGUMENT_TEXT, /* const char * */
  IL_ARGUMENT_TEXTS /* il_texts; may be repeated, the others may not */
} il_argument_type;

typedef struct il_argument {
  const char *name; /* without the two hyphens */
  il_argument_type type;
  size_t offset;
  const char *value; /* placeholder in the help: "DIR"; NULL for flags */
  int low, high;     /* IL_ARGUMENT_INT */
  const char *help;  /* one sentence, lower case, no full stop */
} il_argument;

/* What a command's first word may be, in the order of the help; a word may have several rows. */
typedef struct il_action {
  const char *name;       /* "import" */
  const char *positional; /* "import omniglot PATH..." */
  const char *summary;
} il_action;

/* Everything about a command's arguments. */
typedef struct il_usage {
  const char *command;
  const char *summary;    /* one line, lower case */
  const char *positional; /* "FILE.yaml", or "" */
  const il_argument *rows;
  int count;
  int least, most;     /* number of positional arguments */
  const char *details; /* further lines of the help, as il_page_lines takes them; NULL: none */
  /* NULL: none. Else ends with name NULL; a row of options whose help begins with the name of one belongs to it
   * alone. */
  const il_action *actions;
} il_usage;

/* Reads argv[1..argc) into `values` (the command's own struct) and `positional`. Errors: IL_INVALID (unknown option,
 * missing or bad value, too few or too many positional arguments). */
il_status il_arguments_parse(void *values, il_texts *positional, const il_usage *usage, int argc, char **argv,
                             il_error *error);

/* True if -h or --help stands before any `--`. */
bool il_arguments_help_asked(int argc, char **argv);

/* The words that il_arguments_parse reads back to the same: the command's name, the positional arguments, every option
 * whose value is not that of `defaults` (of the type of `values`). */
void il_arguments_print(FILE *file, const il_usage *usage, const il_texts *positional, const void *values,
                        const void *defaults);

/* Prints the help page of a command, 80 columns wide; of one of its actions, where `action` is one (NULL: of all). */
void il_arguments_help(FILE *file, const il_usage *usage, const char *action);

#endif
