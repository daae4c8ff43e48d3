/* The contract of a plug-in: a shared object with algorithms, suites and models of your own, given to the program with
 * `--plugin FILE.so`. Its rows are the structs the built-in ones are made of; the schema, `list`, `describe`, the
 * runner and the tables treat them alike.
 *
 *   static const il_algorithm mine = {.name = "mine", ...};
 *   static const il_algorithm *const algorithms[] = {&mine};
 *   const il_plugin il_plugin_entry = {IL_PLUGIN_VERSION, .algorithms = IL_PLUGIN_ROWS(algorithms)};
 *
 *   cc -std=c11 -O2 -ffp-contract=off -fPIC -shared -I PREFIX/include -o mine.so mine.c
 *
 * For `prove`, which computes in double, compile the same source once more with -DIL_REAL_IS_DOUBLE; one file may hold
 * both: their entries have names of their own.
 *
 * Functions of these headers are taken from the program that loads the plug-in; nothing is linked. Make everything but
 * il_plugin_entry static: a global name that the program has too would mean the program's.
 *
 * Ownership: all that the entry points to is constant and stays until the program ends; a plug-in is never unloaded.
 * Errors: by il_fail, one line; a plug-in never prints, exits or aborts. Threads: il_suite.draw and il_suite.pool are
 * called by several at once, all other functions by one at a time, not always the same.
 * A plug-in is code: it may do whatever the user may, and only its layout is checked. */
#ifndef INNERLOOP_PLUGIN_H
#define INNERLOOP_PLUGIN_H

#include "innerloop/algorithm.h"
#include "innerloop/model.h"
#include "innerloop/real.h"
#include "innerloop/suite.h"

/* Raised when fields, functions or constants of the public headers change their meaning or order, or the list below
 * changes. Fields that come or go show in the sizes. */
enum { IL_PLUGIN_ABI = 4 };

/* Types whose size a plug-in and the program must agree on. */
#define IL_PLUGIN_LAYOUT_MAP(X)                                                                                        \
  X(real)                                                                                                              \
  X(il_algorithm)                                                                                                      \
  X(il_suite)                                                                                                          \
  X(il_model)                                                                                                          \
  X(il_option)                                                                                                         \
  X(il_task)                                                                                                           \
  X(il_task_form)                                                                                                      \
  X(il_sections)                                                                                                       \
  X(il_build)                                                                                                          \
  X(il_inner_options)                                                                                                  \
  X(il_parameters)                                                                                                     \
  X(il_normalisation)                                                                                                  \
  X(il_task_kind)                                                                                                      \
  X(il_suite_info)                                                                                                     \
  X(il_episode)                                                                                                        \
  X(il_labelled_examples)                                                                                              \
  X(il_suite_digests)                                                                                                  \
  X(il_error)

#define IL_PLUGIN_COUNT(type) +1
#define IL_PLUGIN_SIZE(type) (unsigned)sizeof(type),
enum { IL_PLUGIN_LAYOUTS = 0 IL_PLUGIN_LAYOUT_MAP(IL_PLUGIN_COUNT) };

typedef struct il_plugin {
  unsigned abi;                       /* IL_PLUGIN_ABI; first in every version */
  unsigned layout[IL_PLUGIN_LAYOUTS]; /* sizes, by IL_PLUGIN_LAYOUT_MAP */
  /* Lists with their lengths, {0} for none; a NULL among the rows is refused. A name is a lower-case letter, then
   * lower-case letters, digits, `-` and `_`, at most 48, and not that of a built-in row of the same kind. Every row has
   * a summary, every option a help text. */
  struct {
    const il_algorithm *const *at;
    int count;
  } algorithms;
  struct {
    const il_suite *const *at;
    int count;
  } suites;
  struct {
    const il_model *const *at;
    int count;
  } models;
} il_plugin;

/* A list of the entry from an array of pointers. */
#define IL_PLUGIN_ROWS(array)                                                                                          \
  { (array), (int)(sizeof(array) / sizeof *(array)) }

/* The first two fields, as the headers at hand have them. */
#define IL_PLUGIN_VERSION .abi = IL_PLUGIN_ABI, .layout = {IL_PLUGIN_LAYOUT_MAP(IL_PLUGIN_SIZE)}

/* The one symbol a plug-in exports. */
extern __attribute__((visibility("default"))) const il_plugin il_plugin_entry;

#endif
