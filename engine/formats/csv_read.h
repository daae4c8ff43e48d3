/* Reads tables that csv.h writes: one header line, then rows; fields by their column's name. */
#ifndef INNERLOOP_FORMATS_CSV_READ_H
#define INNERLOOP_FORMATS_CSV_READ_H

#include <stddef.h>

#include "innerloop/arena.h"
#include "innerloop/status.h"

enum { IL_CSV_COLUMNS_MAX = 128 };

typedef struct il_csv_table {
  const char *path; /* for messages */
  int columns, rows;
  const char **fields; /* [rows + 1][columns], the header first */
} il_csv_table;

/* Reads a whole file of at most 64 MiB; the table lives in `arena`. Errors: IL_IO (no such file), IL_DATA with
 * FILE:LINE (a row of another length, an open quote, a NUL byte), IL_MEMORY. */
il_status il_csv_read(il_csv_table *table, const char *path, il_arena *arena, il_error *error);

/* Number of the column called `name`, or -1. */
int il_csv_column(const il_csv_table *table, const char *name);

/* Field of row `row` (0-based, without the header); "" for column -1. */
const char *il_csv_field(const il_csv_table *table, int row, int column);

#endif
