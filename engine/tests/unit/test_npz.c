/* covers: formats */
/* .npz archives: what we write reads back, what NumPy wrote reads right, and no damaged file does more than give one
 * line. */
#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zip.h>

#include "formats/npz.h"

enum { LIMIT = 1 << 20 };

/* ---- helpers ---- */

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  char *bytes = malloc(LIMIT);
  assert_non_null(bytes);
  *size = fread(bytes, 1, LIMIT, file);
  fclose(file);
  return bytes;
}

static void write_file(const char *path, const char *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

static void assert_one_line(const il_error *error) {
  assert_true(strlen(error->message) > 0);
  assert_null(strchr(error->message, '\n'));
}

/* Opens `path` and reads every array. Returns the first status that is not OK; its line is checked. */
static il_status read_all(const char *path) {
  il_error error = {0};
  il_npz *npz;
  il_status status = il_npz_open(&npz, path, &error);
  il_arena *arena = il_arena_new();
  assert_non_null(arena);
  for (int i = 0; status == IL_OK && i < il_npz_count(npz); i++) {
    il_npz_array array;
    if (il_npz_name(npz, i)) status = il_npz_read(&array, npz, il_npz_name(npz, i), LIMIT, arena, &error);
  }
  if (status != IL_OK) assert_one_line(&error);
  il_npz_close(npz);
  il_arena_free(arena);
  return status;
}

static const double matrix[6] = {0.1, -2.5, 3e300, 1.0 / 3, -0.0, 5e-324};
static const float vector[4] = {1, -2, 3.5f, 1e-40f};
static const int64_t number = INT64_MIN;

static void make_arrays(il_npz_array arrays[4]) {
  arrays[0] = (il_npz_array){"layer1.weight", IL_NPZ_FLOAT64, 2, {2, 3}, matrix};
  arrays[1] = (il_npz_array){"support_x", IL_NPZ_FLOAT32, 1, {4}, vector};
  arrays[2] = (il_npz_array){"number", IL_NPZ_INT64, 0, {0}, &number};
  arrays[3] = (il_npz_array){"empty", IL_NPZ_FLOAT32, 3, {2, 0, 5}, NULL};
}

/* An archive with one entry x.npy: version 1.0, this dictionary, `data` bytes of zeros. */
static void write_crafted(const char *path, const char *magic, const char *dictionary, size_t data) {
  char entry[1024] = {0};
  size_t length = strlen(dictionary);
  memcpy(entry, magic, 8);
  entry[8] = (char)(length & 255);
  entry[9] = (char)(length >> 8);
  memcpy(entry + 10, dictionary, length);
  remove(path);
  int code;
  zip_t *archive = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
  assert_non_null(archive);
  zip_source_t *source = zip_source_buffer(archive, entry, 10 + length + data, 0);
  assert_non_null(source);
  assert_true(zip_file_add(archive, "x.npy", source, 0) >= 0);
  assert_int_equal(zip_close(archive), 0);
}

/* ---- tests ---- */

static void test_round_trip(void **state) {
  (void)state;
  il_npz_array arrays[4];
  make_arrays(arrays);
  for (int compress = 0; compress < 2; compress++) {
    il_error error = {0};
    assert_int_equal(il_npz_write("round.npz", arrays, 4, compress, &error), IL_OK);
    il_npz *npz;
    assert_int_equal(il_npz_open(&npz, "round.npz", &error), IL_OK);
    il_arena *arena = il_arena_new();
    assert_int_equal(il_npz_count(npz), 4);
    for (int i = 0; i < 4; i++) {
      il_npz_array back;
      assert_string_equal(il_npz_name(npz, i), arrays[i].name);
      assert_int_equal(il_npz_read(&back, npz, arrays[i].name, LIMIT, arena, &error), IL_OK);
      assert_string_equal(back.name, arrays[i].name);
      assert_int_equal(back.type, arrays[i].type);
      assert_int_equal(back.rank, arrays[i].rank);
      assert_memory_equal(back.dims, arrays[i].dims, (size_t)back.rank * sizeof *back.dims);
      assert_int_equal((uintptr_t)back.data % 64, 0);
      size_t bytes = il_npz_size(&back) * il_npz_type_bytes(back.type);
      if (bytes > 0) assert_memory_equal(back.data, arrays[i].data, bytes);
    }
    il_npz_close(npz);
    il_arena_free(arena);
  }
}

static void test_same_arrays_give_the_same_bytes(void **state) {
  (void)state;
  il_npz_array arrays[4];
  make_arrays(arrays);
  assert_int_equal(il_npz_write("a.npz", arrays, 4, 0, NULL), IL_OK);
  assert_int_equal(setenv("TZ", "Pacific/Auckland", 1), 0);
  assert_int_equal(il_npz_write("b.npz", arrays, 4, 0, NULL), IL_OK);
  size_t a_size, b_size;
  char *a = read_file("a.npz", &a_size), *b = read_file("b.npz", &b_size);
  assert_int_equal(a_size, b_size);
  assert_memory_equal(a, b, a_size);
  free(a);
  free(b);
}

static void test_uncompressed_data_stand_at_multiples_of_64_of_the_entry(void **state) {
  (void)state;
  il_npz_array arrays[4];
  make_arrays(arrays);
  assert_int_equal(il_npz_write("a.npz", arrays, 1, 0, NULL), IL_OK);
  size_t size;
  char *bytes = read_file("a.npz", &size);
  const char *entry = memmem(bytes, size, "\x93NUMPY\x01\x00", 8);
  assert_non_null(entry);
  const char *data = memmem(bytes, size, matrix, sizeof matrix);
  assert_non_null(data);
  assert_int_equal((data - entry) % 64, 0);
  assert_non_null(memmem(entry, 128, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", 59));
  free(bytes);
}

static void test_numpy_fixture(void **state) {
  (void)state;
  const char *source = getenv("IL_SOURCE_DIR");
  char path[4096];
  snprintf(path, sizeof path, "%s/engine/tests/golden/fixture.npz", source ? source : ".");
  il_error error = {0};
  il_npz *npz;
  assert_int_equal(il_npz_open(&npz, path, &error), IL_OK);
  il_arena *arena = il_arena_new();
  il_npz_array array;

  assert_int_equal(il_npz_read(&array, npz, "float64", LIMIT, arena, &error), IL_OK);
  const double expected[6] = {0.1, -2.5, 3e300, 1.0 / 0.0, -0.0, 5e-324};
  assert_true(array.rank == 2 && array.dims[0] == 2 && array.dims[1] == 3);
  assert_memory_equal(array.data, expected, sizeof expected);
  assert_int_equal(il_npz_read(&array, npz, "float32", LIMIT, arena, &error), IL_OK);
  assert_true(((const float *)array.data)[3] == 1.0f && array.dims[0] == 4);
  assert_int_equal(il_npz_read(&array, npz, "int64", LIMIT, arena, &error), IL_OK);
  assert_true(*(const int64_t *)array.data == INT64_MIN && array.rank == 0);
  assert_int_equal(il_npz_read(&array, npz, "int32", LIMIT, arena, &error), IL_OK);
  assert_true(array.rank == 3 && array.dims[2] == 3 && ((const int32_t *)array.data)[0] == -3);
  assert_int_equal(il_npz_read(&array, npz, "uint8", LIMIT, arena, &error), IL_OK);
  for (int i = 0; i < 256; i++) assert_int_equal(((const uint8_t *)array.data)[i], i);
  assert_int_equal(il_npz_read(&array, npz, "bool", LIMIT, arena, &error), IL_OK);
  assert_memory_equal(array.data, "\1\0\0\1", 4);
  assert_int_equal(il_npz_read(&array, npz, "empty", LIMIT, arena, &error), IL_OK);
  assert_int_equal(il_npz_size(&array), 0);

  static const char *const refused[][2] = {
      {"fortran", "Fortran order"}, {"big_endian", "type"}, {"text", "type"}, {"float65", "did you mean float6"}};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    il_error_clear(&error);
    assert_int_equal(il_npz_read(&array, npz, refused[i][0], LIMIT, arena, &error), IL_DATA);
    assert_one_line(&error);
    assert_non_null(strstr(error.message, refused[i][1]));
  }
  il_npz_close(npz);
  il_arena_free(arena);
}

static void test_limit(void **state) {
  (void)state;
  il_npz_array arrays[4], array;
  make_arrays(arrays);
  assert_int_equal(il_npz_write("limit.npz", arrays, 4, 0, NULL), IL_OK);
  il_error error = {0};
  il_npz *npz;
  il_arena *arena = il_arena_new();
  assert_int_equal(il_npz_open(&npz, "limit.npz", &error), IL_OK);
  assert_int_equal(il_npz_read(&array, npz, "layer1.weight", 48, arena, &error), IL_OK);
  assert_int_equal(il_npz_read(&array, npz, "layer1.weight", 47, arena, &error), IL_DATA);
  assert_non_null(strstr(error.message, "limit.npz: array layer1.weight holds 48 bytes; expected at most 47"));
  il_npz_close(npz);
  il_arena_free(arena);
}

static void test_bad_headers(void **state) {
  (void)state;
  static const struct {
    const char *magic, *dictionary;
    size_t data;
    il_status expected;
  } rows[] = {
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", 16, IL_OK},
      {"\x93NUMPY\1\0", "{ 'shape':(2,),'fortran_order':False ,'descr':'<f8'}", 16, IL_OK},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", 15, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", 24, IL_DATA},
      {"\x93NUMPZ\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", 16, IL_DATA},
      {"\x93NUMPY\4\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", 16, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }\n", 16, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (2 }\n", 16, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), } x", 16, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'shape': (2,), }\n", 16, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'descr': '<f8', 'shape': (2,), }\n", 16, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': 'O', 'fortran_order': False, 'shape': (2,), }\n", 16, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2), }\n", 16, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,), }\n", 0, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", 0, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296), }", 0, IL_DATA},
      {"\x93NUMPY\1\0", "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }\n", 0, IL_DATA},
      {"\x93NUMPY\1\0", "", 0, IL_DATA},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    write_crafted("crafted.npz", rows[i].magic, rows[i].dictionary, rows[i].data);
    assert_int_equal(read_all("crafted.npz"), rows[i].expected);
  }
}

static void test_every_cut_is_an_error(void **state) {
  (void)state;
  il_npz_array arrays[4];
  make_arrays(arrays);
  assert_int_equal(il_npz_write("whole.npz", arrays, 2, 1, NULL), IL_OK);
  size_t size;
  char *bytes = read_file("whole.npz", &size);
  for (size_t length = 0; length < size; length++) {
    write_file("cut.npz", bytes, length);
    assert_int_not_equal(read_all("cut.npz"), IL_OK);
  }
  free(bytes);
}

/* Under the sanitizers and Valgrind this is the proof that no size of the file is believed. */
static void test_every_flipped_byte_gives_one_line_or_nothing(void **state) {
  (void)state;
  il_npz_array arrays[4];
  make_arrays(arrays);
  assert_int_equal(il_npz_write("whole.npz", arrays, 2, 0, NULL), IL_OK);
  size_t size;
  char *bytes = read_file("whole.npz", &size);
  const char *data = memmem(bytes, size, matrix, sizeof matrix);
  assert_non_null(data);
  for (size_t i = 0; i < size; i++) {
    for (int mask = 1; mask < 256; mask = mask * 15 + 1) { /* 1, 16, 241 */
      bytes[i] = (char)(bytes[i] ^ mask);
      write_file("flipped.npz", bytes, size);
      il_status status = read_all("flipped.npz");
      if (bytes + i >= data && bytes + i < data + sizeof matrix) assert_int_equal(status, IL_DATA);
      bytes[i] = (char)(bytes[i] ^ mask);
    }
  }
  free(bytes);
}

static void test_refused_names_and_places(void **state) {
  (void)state;
  static const char *const names[] = {"", "a/b", "../x", "1x", "a b", "x\n"};
  il_npz_array arrays[2] = {{"x", IL_NPZ_FLOAT32, 1, {4}, vector}, {"x", IL_NPZ_FLOAT32, 1, {4}, vector}};
  il_error error = {0};
  assert_int_equal(il_npz_write("names.npz", arrays, 2, 0, &error), IL_INVALID);
  assert_non_null(strstr(error.message, "two arrays are called x"));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    il_error_clear(&error);
    strcpy(arrays[0].name, names[i]);
    assert_int_equal(il_npz_write("names.npz", arrays, 1, 0, &error), IL_INVALID);
    assert_one_line(&error);
  }
  assert_null(fopen("names.npz", "rb"));
  il_error_clear(&error);
  strcpy(arrays[0].name, "x");
  assert_int_equal(il_npz_write("no/such/directory/x.npz", arrays, 1, 0, &error), IL_IO);
  assert_one_line(&error);
  il_error_clear(&error);
  il_npz *npz;
  assert_int_equal(il_npz_open(&npz, "no-such-file.npz", &error), IL_IO);
  assert_null(npz);
  assert_one_line(&error);
}

static void test_a_failed_write_leaves_the_old_file(void **state) {
  (void)state;
  il_npz_array array = {"x", IL_NPZ_FLOAT32, 1, {4}, vector};
  assert_int_equal(il_npz_write("old.npz", &array, 1, 0, NULL), IL_OK);
  size_t before, after;
  char *old = read_file("old.npz", &before);
  array.name[0] = '/';
  assert_int_equal(il_npz_write("old.npz", &array, 1, 0, NULL), IL_INVALID);
  char *now = read_file("old.npz", &after);
  assert_int_equal(before, after);
  assert_memory_equal(old, now, before);
  assert_null(fopen("old.npz.part", "rb"));
  free(old);
  free(now);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_same_arrays_give_the_same_bytes),
      cmocka_unit_test(test_uncompressed_data_stand_at_multiples_of_64_of_the_entry),
      cmocka_unit_test(test_numpy_fixture),
      cmocka_unit_test(test_limit),
      cmocka_unit_test(test_bad_headers),
      cmocka_unit_test(test_every_cut_is_an_error),
      cmocka_unit_test(test_every_flipped_byte_gives_one_line_or_nothing),
      cmocka_unit_test(test_refused_names_and_places),
      cmocka_unit_test(test_a_failed_write_leaves_the_old_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
