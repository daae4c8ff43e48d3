/* CSV as RFC 4180 wants it, with LF: quotes where needed, %.9g, empty for what is missing (the row's `status` column
 * says why). A file is a table of columns: each has a name, and says where in the structs of a row its field is. The
 * same table writes the header and the rows. */
#ifndef INNERLOOP_FORMATS_CSV_H
#define INNERLOOP_FORMATS_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "base/files.h"

/* A field by its type in C. */
typedef enum il_csv_type {
  IL_CSV_TEXT,       /* const char *; NULL is empty */
  IL_CSV_CHARACTERS, /* char [] */
  IL_CSV_NUMBER,     /* double; NaN and infinity are empty */
  IL_CSV_INT,
  IL_CSV_LONG,    /* 64 bits */
  IL_CSV_UNSIGNED /* 64 bits */
} il_csv_type;

typedef struct il_table_column {
  const char *name; /* in the header */
  int part;         /* which of a row's structs holds the field */
  il_csv_type type;
  size_t offset; /* within that struct */
} il_table_column;

/* The column `name`: the field of a row's struct number `part`, which is of type `record`. */
#define IL_CSV_COLUMN(name, part, record, field)                                                                         \
  {                                                                                                                      \
    name, part,                                                                                                        \
        _Generic(((record *)0)->field, const char *: IL_CSV_TEXT, char *: IL_CSV_CHARACTERS, double: IL_CSV_NUMBER,    \
                 int: IL_CSV_INT, int64_t: IL_CSV_LONG, long long: IL_CSV_LONG, uint64_t: IL_CSV_UNSIGNED),            \
        offsetof(record, field) \
  }

typedef struct il_csv {
  il_file *file;
  const il_table_column *columns;
  int count;
} il_csv;

/* A file with these columns: writes the header. */
il_csv il_csv_begin(il_file *file, const il_table_column *columns, int count);

/* A row from its structs, by their numbers; the fields of one that is NULL are empty. */
void il_csv_row(const il_csv *csv, const void *const *parts);

#endif
