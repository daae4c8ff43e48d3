/* RFC 4180: a field with a comma, a quote or a line break stands in quotes, quotes are doubled. */
#include "formats/csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 1024 };

/* A row on its way into the file: short fields are put together first, hundreds of thousands of rows cost that much
 * less. */
typedef struct csv_line {
  il_file *file;
  size_t used;
  char text[LINE_SIZE];
} csv_line;

static void flush(csv_line *line) {
  il_file_write(line->file, line->text, line->used);
  line->used = 0;
}

static void append(csv_line *line, const char *bytes, size_t size) {
  if (size > LINE_SIZE - line->used) flush(line);
  if (size > LINE_SIZE) {
    il_file_write(line->file, bytes, size);
    return;
  }
  memcpy(line->text + line->used, bytes, size);
  line->used += size;
}

static void write_text(csv_line *line, const char *text) {
  if (!text) return;
  if (!strpbrk(text, ",\"\r\n")) {
    append(line, text, strlen(text));
    return;
  }
  append(line, "\"", 1);
  for (const char *from = text; *from;) {
    size_t length = strcspn(from, "\"");
    append(line, from, length);
    from += length;
    if (*from != '"') break;
    append(line, "\"\"", 2);
    from++;
  }
  append(line, "\"", 1);
}

static void write_number(csv_line *line, double value) {
  char text[32];
  if (!isfinite(value)) return;
  append(line, text, (size_t)snprintf(text, sizeof text, "%.9g", value == 0 ? 0 : value)); /* no "-0" */
}

static void write_unsigned(csv_line *line, uint64_t value) {
  char text[32];
  size_t at = sizeof text;
  do text[--at] = (char)('0' + value % 10);
  while (value /= 10);
  append(line, text + at, sizeof text - at);
}

static void write_integer(csv_line *line, int64_t value) {
  if (value < 0) append(line, "-", 1);
  write_unsigned(line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void write_field(csv_line *line, const il_table_column *column, const char *part) {
  const void *field = part + column->offset;
  switch (column->type) {
  case IL_CSV_TEXT:
    write_text(line, *(const char *const *)field);
    break;
  case IL_CSV_CHARACTERS:
    write_text(line, field);
    break;
  case IL_CSV_NUMBER:
    write_number(line, *(const double *)field);
    break;
  case IL_CSV_INT:
    write_integer(line, *(const int *)field);
    break;
  case IL_CSV_LONG:
    write_integer(line, *(const int64_t *)field);
    break;
  case IL_CSV_UNSIGNED:
    write_unsigned(line, *(const uint64_t *)field);
    break;
  }
}

il_csv il_csv_begin(il_file *file, const il_table_column *columns, int count) {
  csv_line line = {.file = file};
  for (int i = 0; i < count; i++) {
    if (i > 0) append(&line, ",", 1);
    write_text(&line, columns[i].name);
  }
  append(&line, "\n", 1);
  flush(&line);
  return (il_csv){file, columns, count};
}

void il_csv_row(const il_csv *csv, const void *const *parts) {
  csv_line line;
  line.file = csv->file, line.used = 0;
  for (int i = 0; i < csv->count; i++) {
    const il_table_column *column = &csv->columns[i];
    if (i > 0) append(&line, ",", 1);
    if (parts[column->part]) write_field(&line, column, parts[column->part]);
  }
  append(&line, "\n", 1);
  flush(&line);
}
