/* A YAML document as a tree with source positions, read through libyaml. Plain YAML 1.1 core only: no tags, anchors and
 * aliases are errors, one document a file, duplicate keys are errors. Scalars stay text: the schema gives them
 * types. */
#ifndef INNERLOOP_FORMATS_YAML_H
#define INNERLOOP_FORMATS_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "innerloop/arena.h"
#include "innerloop/status.h"

typedef enum il_yaml_kind { IL_YAML_SCALAR, IL_YAML_LIST, IL_YAML_MAP } il_yaml_kind;

typedef struct il_yaml il_yaml;
struct il_yaml {
  il_yaml_kind kind;
  const char *origin; /* the FILE of messages: a file name, or "--set a.b=c" */
  int line, column;   /* from 1; 0: no position (overrides, defaults), messages then start with "ORIGIN: " */
  const char *key;    /* of a map's child, else NULL */
  int key_line, key_column;
  const char *text; /* scalars */
  bool quoted;      /* "1" and '1' are text, never a number */
  il_yaml *first;   /* children of lists and maps, in order */
  il_yaml *next;    /* sibling */
};

/* Parses text; the tree lives in `arena`. An empty document gives an empty map. Limits: 1 MiB, depth 32, 10,000 nodes.
 * Errors: IL_INVALID with "FILE:LINE:COLUMN: ...", IL_MEMORY. */
il_status il_yaml_parse(il_yaml **root, const char *name, const char *text, size_t size, il_arena *arena,
                        il_error *error);

/* The same from a file. Errors: also IL_IO (cannot open or read), IL_INVALID (not a regular file, too large). */
il_status il_yaml_read(il_yaml **root, const char *file, il_arena *arena, il_error *error);

/* The child of a map with this key, or NULL. */
const il_yaml *il_yaml_get(const il_yaml *map, const char *key);

/* IL_INVALID with "FILE:LINE:COLUMN: " in front, at the node's position ("FILE: " where it has none). */
il_status il_yaml_fail(il_error *error, const il_yaml *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
