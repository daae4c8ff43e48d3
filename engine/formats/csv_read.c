/* RFC 4180: fields in quotes may hold commas, line breaks and doubled quotes. The text is cut into fields in place. */
#include "formats/csv_read.h"

#include <string.h>

#include "base/regular.h"

enum { LIMIT = 64 << 20 };

typedef struct reading {
  char *at;
  int line;
} reading;

/* The field at the cursor, ended and unquoted in place; *last: it was the last of its row. NULL: a quote that does not
 * end, or text behind it. */
static const char *next_field(reading *cursor, int *last) {
  char *field = cursor->at, *to = field, *from = field;
  if (*from != '"') {
    from += strcspn(from, ",\n");
    to = from > field && from[-1] == '\r' ? from - 1 : from;
  } else {
    for (from++; *from && !(from[0] == '"' && from[1] != '"'); *to++ = *from++) {
      cursor->line += *from == '\n';
      from += from[0] == '"';
    }
    if (*from++ != '"') return NULL;
    from += *from == '\r';
    if (*from && *from != ',' && *from != '\n') return NULL;
  }
  *last = *from != ',';
  cursor->at = *from ? from + 1 : from;
  *to = '\0';
  return field;
}

/* Counts lines: an upper bound for rows. */
static size_t lines_of(const char *text) {
  size_t lines = 1;
  for (; (text = strchr(text, '\n')) != NULL; text++) lines++;
  return lines;
}

static il_status read_row(il_csv_table *table, reading *cursor, il_error *error) {
  const char *row[IL_CSV_COLUMNS_MAX];
  int count = 0, last = 0, line = cursor->line;
  while (!last) {
    if (count == IL_CSV_COLUMNS_MAX)
      return il_fail(error, IL_DATA, "%s:%d: more than %d fields", table->path, line, IL_CSV_COLUMNS_MAX);
    row[count] = next_field(cursor, &last);
    if (!row[count++]) return il_fail(error, IL_DATA, "%s:%d: a quote that does not end its field", table->path, line);
  }
  cursor->line++;
  if (table->rows == -1) table->columns = count;
  if (count != table->columns)
    return il_fail(error, IL_DATA, "%s:%d: %d fields; expected %d, as in the header", table->path, line, count,
                   table->columns);
  table->rows++;
  memcpy(table->fields + (size_t)table->rows * (size_t)count, row, (size_t)count * sizeof *row);
  return IL_OK;
}

static int columns_of(const char *text) {
  int count = 1;
  for (; *text && *text != '\n'; text++) count += *text == ',';
  return count;
}

il_status il_csv_read(il_csv_table *table, const char *path, il_arena *arena, il_error *error) {
  char *text;
  size_t size;
  *table = (il_csv_table){.path = path, .rows = -1};
  il_status status = il_regular_load(&text, &size, path, LIMIT, arena, error);
  if (status != IL_OK) return status;
  if (strlen(text) != size || size == 0) return il_fail(error, IL_DATA, "%s: no text; expected a table", path);
  size_t columns = (size_t)columns_of(text);
  table->fields = il_arena_get(arena, lines_of(text) * columns, sizeof *table->fields);
  if (!table->fields) return il_fail_memory(error, path, size);
  reading cursor = {text, 1};
  while (*cursor.at && status == IL_OK) status = read_row(table, &cursor, error);
  return status;
}

int il_csv_column(const il_csv_table *table, const char *name) {
  for (int i = 0; i < table->columns; i++)
    if (strcmp(table->fields[i], name) == 0) return i;
  return -1;
}

const char *il_csv_field(const il_csv_table *table, int row, int column) {
  return column < 0 ? "" : table->fields[(size_t)(row + 1) * (size_t)table->columns + (size_t)column];
}
