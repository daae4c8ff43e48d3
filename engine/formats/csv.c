/* RFC 4180: a field with a comma, a quote or a line break stands in quotes, quotes are doubled. */
#include "formats/csv.h"

#include <math.h>
#include <string.h>

static void separate(il_csv *csv) {
  if (csv->column++ > 0) il_file_write(csv->file, ",", 1);
}

void il_csv_text(il_csv *csv, const char *text) {
  separate(csv);
  if (!text) return;
  if (!strpbrk(text, ",\"\r\n")) {
    il_file_write(csv->file, text, strlen(text));
    return;
  }
  il_file_write(csv->file, "\"", 1);
  for (const char *from = text; *from;) {
    size_t length = strcspn(from, "\"");
    il_file_write(csv->file, from, length);
    from += length;
    if (*from != '"') break;
    il_file_write(csv->file, "\"\"", 2);
    from++;
  }
  il_file_write(csv->file, "\"", 1);
}

void il_csv_number(il_csv *csv, double value) {
  separate(csv);
  if (isfinite(value)) il_file_print(csv->file, "%.9g", value == 0 ? 0 : value); /* no "-0" */
}

void il_csv_integer(il_csv *csv, long long value) {
  separate(csv);
  il_file_print(csv->file, "%lld", value);
}

void il_csv_seed(il_csv *csv, unsigned long long value) {
  separate(csv);
  il_file_print(csv->file, "%llu", value);
}

void il_csv_empty(il_csv *csv, int fields) {
  for (int i = 0; i < fields; i++) separate(csv);
}

void il_csv_end(il_csv *csv) {
  il_file_write(csv->file, "\n", 1);
  csv->column = 0;
}
