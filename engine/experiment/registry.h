/* What there is to choose from: tables of algorithms, suites, models, experiments and published figures, and the table
 * of these kinds, which everything walks that lists, describes, looks up or checks rows. The command line fills it; the
 * harness only reads it. */
#ifndef INNERLOOP_EXPERIMENT_REGISTRY_H
#define INNERLOOP_EXPERIMENT_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "innerloop/algorithm.h"
#include "innerloop/arena.h"
#include "innerloop/model.h"
#include "innerloop/plugin.h"
#include "innerloop/suite.h"

/* A file compiled into the program: experiments/sinusoid/demo.yaml and the like. */
typedef struct il_embedded {
  const char *path; /* relative to the source tree: "experiments/sinusoid/demo.yaml" */
  const char *text;
  size_t size;
} il_embedded;

/* A plug-in that was loaded: for the record of a run, and so that no other one continues its trainings. */
typedef struct il_plugin_record {
  const char *file; /* without folders */
  char digest[65];  /* SHA-256, hex, of its bytes */
  const il_plugin *entry;
} il_plugin_record;

typedef struct il_registry {
  const il_algorithm *const *algorithms; /* all lists end with NULL */
  const il_suite *const *suites;
  const il_model *const *models;
  const il_embedded *experiments; /* ends with path NULL */
  const il_embedded *published;
  const il_plugin_record *plugins; /* whose rows stand behind the built-in ones; ends with file NULL; NULL: none */
} il_registry;

/* A list of a plug-in's entry: that of every kind has this layout. */
typedef struct il_plugin_list {
  const void *const *at;
  int count;
} il_plugin_list;

/* The rows of a kind (below) that the entry brings. */
il_plugin_list il_plugin_rows(const il_plugin *entry, int kind);

/* The plug-in that `row` (an algorithm, suite or model) comes from; NULL: built in. registry may be NULL. */
const il_plugin_record *il_registry_origin(const il_registry *registry, const void *row);

enum { IL_EMBEDDED_NAME = 256 };

/* A row of a table, whatever its kind. */
typedef struct il_row {
  const void *self; /* the il_algorithm, il_model, il_suite, il_optimiser, il_schedule or il_embedded */
  const char *name;
  const char *summary, *citation;   /* NULL: none, and of a file, which says it itself */
  const il_options *options;        /* NULL: none of its own */
  bool complete;                    /* the functions that it cannot do without are there */
  char file_name[IL_EMBEDDED_NAME]; /* what `name` of a file points to */
} il_row;

/* A kind of row. */
typedef struct il_row_kind {
  const char *name, *plural;           /* "algorithm", "algorithms" */
  const char *needs;                   /* functions it cannot do without; NULL: plug-ins have no such rows */
  size_t in_registry, in_plugin;       /* where plug-ins have them: offsets of their lists */
  const char *summary_key, *about_key; /* of a file: the keys of its YAML that say what it is; NULL: none */
  bool (*at)(il_row *row, const il_registry *registry, int index); /* false: there are no more */
} il_row_kind;

/* In the order of `list`. */
enum {
  IL_ROW_ALGORITHM,
  IL_ROW_MODEL,
  IL_ROW_SUITE,
  IL_ROW_OPTIMISER,
  IL_ROW_SCHEDULE,
  IL_ROW_EXPERIMENT,
  IL_ROW_PUBLISHED,
  IL_ROW_KINDS
};
enum { IL_ROWS_MAX = 128 }; /* of a kind that plug-ins add to */
extern const il_row_kind il_row_kinds[IL_ROW_KINDS];

/* The row of exactly this name. False: there is none, and *row is not. */
bool il_row_called(il_row *row, const il_registry *registry, int kind, const char *name);

/* Names of all rows of a kind behind the NULL-terminated `before` (NULL: none), in `arena`, ended by NULL; NULL: out of
 * memory. */
const char *const *il_row_names(const il_registry *registry, int kind, const char *const *before, il_arena *arena);

/* The nearest name of the kind to `name`, in `arena`: for "did you mean". Of a file it may be the path. NULL: none is
 * near, or out of memory. */
const char *il_row_nearest(const il_registry *registry, int kind, const char *name, il_arena *arena);

#endif
