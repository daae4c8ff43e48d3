/* From a YAML map to a C struct and back, by a table of options (innerloop/option.h). Typing is strict: what is not
 * exactly a value of the option's type is refused (3.7, 3x, 010, 0x3 and 1e3 are no whole numbers; nan, inf, 1,5 and
 * 0.1x are no numbers; quoted text is never a number). Defaults are read by the same code as the user's values. */
#ifndef INNERLOOP_EXPERIMENT_SCHEMA_H
#define INNERLOOP_EXPERIMENT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "formats/yaml.h"
#include "innerloop/arena.h"
#include "innerloop/option.h"
#include "innerloop/status.h"

enum { IL_SCHEMA_ROWS_MAX = 64 };

/* A table, and how the map it reads is to be treated. */
typedef struct il_schema {
  const il_options *options;
  const char *const *others;        /* keys of the map that the caller reads itself, NULL-terminated; NULL: none */
  const il_retired_option *retired; /* keys that were options once; NULL: none */
  const char *what;                 /* stands in messages: "section `inner`", "suite `sinusoid`" */
} il_schema;

/* Fills `target` with the defaults; required options become zero. Errors: IL_INVALID (a default that breaks its own
 * row), IL_MEMORY. */
il_status il_schema_defaults(void *target, const il_schema *schema, il_arena *arena, il_error *error);

/* Reads the keys that stand in `map` (NULL: none) into `target`, leaves the rest: first those that choose, then the
 * others; what another choice would bring is refused unless it changes nothing. Bit i of *seen is set for row i read.
 * Errors: IL_INVALID (not a map, unknown key, wrong type, out of range), IL_MEMORY. */
il_status il_schema_bind(void *target, uint64_t *seen, const il_schema *schema, const il_yaml *map, il_arena *arena,
                         il_error *error);

/* Fails at `where` if a required row is not in `seen`. */
il_status il_schema_require(uint64_t seen, const il_schema *schema, const il_yaml *where, il_error *error);

/* The three in a row: a map (NULL: `where` with nothing in it) read completely. */
il_status il_schema_read(void *target, const il_schema *schema, const il_yaml *map, const il_yaml *where,
                         il_arena *arena, il_error *error);

/* Reads one value into row->offset of `target`. */
il_status il_schema_set(void *target, const il_option *row, const il_yaml *value, il_arena *arena, il_error *error);

/* The same from text as an il_option.fallback holds it; `origin` stands in messages. */
il_status il_schema_set_text(void *target, const il_option *row, const char *text, const char *origin, il_arena *arena,
                             il_error *error);

/* A row of a table, and what brought it; from NULL: the table itself. */
typedef struct il_schema_item {
  const il_option *row;
  const il_brought *from;
  int number; /* the choice that brings it */
} il_schema_item;

/* Row `index` of the table, from 0, those that choices bring among them. false: there are not so many. */
bool il_schema_at(il_schema_item *item, const il_options *options, int index);

/* Whether the row means something, given what is chosen in `target`: its own, or brought by that choice. */
bool il_schema_applies(const il_schema_item *item, const void *target);

/* The row called `name`, or NULL; *index (may be NULL) receives its number. Two choices may bring rows of one name:
 * il_schema_find prefers the one that applies to `target` (NULL: whichever comes first). */
const il_option *il_schema_row(const il_options *options, const char *name, int *index);
const il_option *il_schema_find(const il_options *options, const void *target, const char *name, int *index);

/* Strict numbers. Return 0, or -1 with *wrong naming what is wrong ("has a leading zero"). `integer`: decimal digits
 * after an optional minus; `natural`: without it; `real`: decimal or exponent, finite. */
int il_schema_integer(long long *value, const char *text, const char **wrong);
int il_schema_natural(uint64_t *value, const char *text, const char **wrong);
int il_schema_real(double *value, const char *text, const char **wrong);

/* What a row accepts, for messages and `describe`: "a whole number from 0 to 1000". */
void il_schema_expected(char *text, size_t size, const il_option *row);

/* Bytes of a field of this type. */
size_t il_schema_size(il_option_type type);

/* Type of a row in a word or two: "integer", "list of numbers". */
const char *il_schema_type_name(il_option_type type);

/* The one of NULL-terminated `names` that `name` was probably meant to be, or NULL: for "did you mean". */
const char *il_schema_nearest(const char *name, const char *const *names);

/* Writes row's value in `target` as YAML that reads back to the same bits. */
void il_schema_print_value(FILE *file, const il_option *row, const void *target);

/* The same into `text`, cut to size. 0, or -1: out of memory. */
int il_schema_row_value(char *text, size_t size, const il_option *row, const void *target);

/* Writes "INDENTname: value" lines for all rows that apply. */
void il_schema_print(FILE *file, const il_options *options, const void *target, const char *indent);

/* Writes text as a plain scalar where that is safe, else in double quotes. */
void il_schema_print_text(FILE *file, const char *text);

/* Whether all rows have the same value in both. */
bool il_schema_equal(const il_options *options, const void *a, const void *b);

/* The value of option `name`, one that applies before others, as YAML in `text` (cut to size). 0, or -1 where there is
 * no such option. */
int il_schema_value(char *text, size_t size, const il_options *options, const void *target, const char *name);

#endif
