/* Typed options: one table row describes an option of an algorithm, suite, model or of the experiment itself: its YAML
 * key, type, range, default, help and source. Parsing, checking, `describe` and the resolved configuration all read the
 * same row. */
#ifndef INNERLOOP_OPTION_H
#define INNERLOOP_OPTION_H

#include <stdbool.h>
#include <stddef.h>

/* Types, and the C type of the field at `offset` in the options struct. */
typedef enum il_option_type {
  IL_OPTION_INT,       /* int */
  IL_OPTION_SEED,      /* uint64_t */
  IL_OPTION_REAL,      /* double */
  IL_OPTION_BOOL,      /* bool; YAML true or false only */
  IL_OPTION_TEXT,      /* const char *, owned by the configuration's arena */
  IL_OPTION_CHOICE,    /* int: index into `choices` */
  IL_OPTION_INT_LIST,  /* il_int_list */
  IL_OPTION_REAL_LIST, /* il_real_list */
  IL_OPTION_TEXT_LIST  /* il_text_list */
} il_option_type;

enum { IL_LIST_MAX = 64 };

typedef struct il_int_list {
  int count;
  int at[IL_LIST_MAX];
} il_int_list;

typedef struct il_real_list {
  int count;
  double at[IL_LIST_MAX];
} il_real_list;

typedef struct il_text_list {
  int count;
  const char *at[IL_LIST_MAX];
} il_text_list;

/* Options that come with a choice: what each optimiser, each schedule has of its own. */
struct il_options;
typedef struct il_brought {
  const char *choice;       /* the option that chooses, a CHOICE of the same table */
  size_t at;                /* offset of its field */
  const char *const *names; /* what is chosen from; ends with NULL */
  /* Rows that choice `number` brings; offsets in the struct of the whole table. */
  const struct il_options *(*rows)(int number);
} il_brought;

/* One option. `fallback` is the default written as in YAML ("0.01", "[40, 40]", "relu"); NULL makes the option
 * required. Numbers and every element of a list must lie in [low, high] (or above low where `low_open`); lists have
 * between min_count and max_count elements. */
typedef struct il_option {
  const char *name;
  il_option_type type;
  size_t offset;
  const char *fallback;
  double low, high;
  bool low_open;
  int min_count, max_count;
  const char *const *choices; /* NULL-terminated. CHOICE: the names; INT and REAL: words, the i-th stands for -1 - i */
  const char *unit;           /* NULL: none */
  const char *help;           /* one sentence, lower case, no full stop */
  const char *source;         /* where the default comes from; NULL: ours */
  bool added_later;           /* younger than stored trainings: with its default a training is what it was without the
                             * option, so the text that identifies a training leaves it out then. `fallback` is written
                             * as the value is printed */
  const il_brought *brings;   /* behind this row come those that choices first_brought .. end_brought - 1 bring; NULL:
                             * none. Not for suites, models and algorithms */
  int first_brought, end_brought;
  bool presentation; /* of a suite: how a learner sees an example, not which examples make a task. Algorithms that
                                 differ in it still see the same episodes */
} il_option;

/* A key that was an option once. `harmless`: the value it may still have, as in configurations that were written out
 * whole: it is passed over; any other is refused with what to write instead. */
typedef struct il_retired_option {
  const char *name, *harmless, *instead; /* "first_order", "false", "the algorithm `fomaml`" */
} il_retired_option;

/* A table of options and the struct they fill. */
typedef struct il_options {
  const il_option *rows;
  int count;
  size_t size; /* of the struct */
} il_options;

#endif
