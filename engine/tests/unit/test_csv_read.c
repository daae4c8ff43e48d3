/* covers: formats */
/* Reading tables: what csv.h writes comes back, and what is no table is refused with its line. */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "folders.h"
#include "formats/csv.h"
#include "formats/csv_read.h"

static il_status read_text(il_csv_table *table, il_arena *arena, const char *text, size_t size, il_error *error) {
  file_write("table.csv", text, size);
  return il_csv_read(table, "table.csv", arena, error);
}

/* Every kind of field that needs quotes, written by the writer. */
static void test_round_trip(void **state) {
  (void)state;
  static const char *const texts[] = {"plain", "a,b", "say \"so\"", "two\nlines", "", "\"", "é", " spaced "};
  enum { TEXTS = sizeof texts / sizeof *texts };
  il_csv_table table;
  il_file *file;
  il_arena *arena = il_arena_new();
  assert_int_equal(il_file_open(&file, ".", "written.csv", NULL), IL_OK);
  il_table_column columns[TEXTS];
  for (int i = 0; i < TEXTS; i++)
    columns[i] = (il_table_column){i == 0 ? "head" : texts[i], 0, IL_CSV_TEXT, (size_t)i * sizeof(char *)};
  il_csv csv = il_csv_begin(file, columns, TEXTS);
  for (int row = 1; row < 3; row++) {
    const char *fields[TEXTS];
    for (int i = 0; i < TEXTS; i++) fields[i] = texts[(row + i) % TEXTS];
    il_csv_row(&csv, (const void *[]){fields});
  }
  assert_int_equal(il_file_commit(file, NULL, NULL), IL_OK);
  assert_int_equal(il_csv_read(&table, "written.csv", arena, NULL), IL_OK);
  assert_int_equal(table.rows, 2);
  assert_int_equal(table.columns, TEXTS);
  for (int row = 0; row < 2; row++)
    for (int i = 0; i < TEXTS; i++) assert_string_equal(il_csv_field(&table, row, i), texts[(row + 1 + i) % TEXTS]);
  assert_int_equal(il_csv_column(&table, "head"), 0);
  assert_int_equal(il_csv_column(&table, "absent"), -1);
  assert_string_equal(il_csv_field(&table, 0, -1), "");
  il_arena_free(arena);
}

static void test_endings(void **state) {
  (void)state;
  static const char *const same[] = {"a,b\n1,2\n", "a,b\n1,2", "a,b\r\n1,2\r\n", "\"a\",b\n\"1\",\"2\"",
                                     "a,b\r\n1,\"2\"\r\n"};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    il_csv_table table;
    il_arena *arena = il_arena_new();
    assert_int_equal(read_text(&table, arena, same[i], strlen(same[i]), NULL), IL_OK);
    assert_int_equal(table.rows, 1);
    assert_string_equal(il_csv_field(&table, 0, il_csv_column(&table, "a")), "1");
    assert_string_equal(il_csv_field(&table, 0, il_csv_column(&table, "b")), "2");
    il_arena_free(arena);
  }
}

static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"a,b\n1\n", "table.csv:2: 1 fields; expected 2"},
      {"a,b\n1,2,3\n", "table.csv:2: 3 fields; expected 2"},
      {"a,b\n1,\"2\n", "table.csv:2: a quote"},
      {"a,b\n1,2\n\"x\"y,2\n", "table.csv:3: a quote"},
      {"\"a\nb\",c\n1,2\n3\n", "table.csv:4: 1 fields; e"},
      {"", "table.csv: no text"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    il_csv_table table;
    il_error error = {0};
    il_arena *arena = il_arena_new();
    assert_int_equal(read_text(&table, arena, cases[i].text, strlen(cases[i].text), &error), IL_DATA);
    if (!strstr(error.message, cases[i].message)) fail_msg("%s", error.message);
    il_arena_free(arena);
  }
  il_csv_table table;
  il_arena *arena = il_arena_new();
  assert_int_equal(read_text(&table, arena, "a\0b", 3, NULL), IL_DATA);
  assert_int_equal(il_csv_read(&table, "absent.csv", arena, NULL), IL_IO);
  il_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_endings),
                                     cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
