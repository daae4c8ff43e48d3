/* CSV rows as RFC 4180 wants them, with LF: quotes where needed, %.9g, empty for what is missing (the row's `status`
 * column says why). */
#ifndef INNERLOOP_FORMATS_CSV_H
#define INNERLOOP_FORMATS_CSV_H

#include "base/files.h"

typedef struct il_csv {
  il_file *file;
  int column; /* fields of this row so far */
} il_csv;

/* A field. NULL text, NaN and infinity are written as empty. */
void il_csv_text(il_csv *csv, const char *text);
void il_csv_number(il_csv *csv, double value);
void il_csv_integer(il_csv *csv, long long value);
void il_csv_seed(il_csv *csv, unsigned long long value);
void il_csv_empty(il_csv *csv, int fields);
/* Ends the row. */
void il_csv_end(il_csv *csv);

#endif
