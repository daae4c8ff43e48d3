/* Plug-ins (innerloop/plugin.h) on the command line: loaded, checked and put behind the built-in tables. */
#ifndef INNERLOOP_CLI_PLUGIN_H
#define INNERLOOP_CLI_PLUGIN_H

#include "cli/arguments.h"
#include "experiment/registry.h"
#include "innerloop/arena.h"

/* The row `--plugin` of a command whose struct `values` has a field `il_texts plugins`. */
#define IL_PLUGIN_ARGUMENT(values)                                                                                     \
  {                                                                                                                    \
    "plugin", IL_ARGUMENT_TEXTS, offsetof(values, plugins), "FILE.so", 0, 0,                                           \
        "algorithms, suites and models from a shared object; may be repeated"                                          \
  }

/* *merged: `base` with the rows of the plug-ins `files` behind its own; without files it is `base`. Its lists live in
 * `arena`; the plug-ins stay loaded until the program ends. Errors, each naming the file: IL_IO (cannot be read),
 * IL_INVALID (no shared object, no plug-in, compiled with other headers, a broken row, a name that is taken),
 * IL_MEMORY. */
il_status il_plugins_load(il_registry *merged, const il_registry *base, const il_texts *files, il_arena *arena,
                          il_error *error);

#endif
