/* covers: formats */
/* The YAML reader: trees with positions, and one-line errors for everything it refuses. */
#include "arena_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "formats/yaml.h"
#include "formats/yaml_bytes.h"

static il_status parse(il_yaml **root, il_arena *arena, il_error *error, const char *text) {
  il_error_clear(error);
  return il_yaml_parse(root, "t.yaml", text, strlen(text), arena, error);
}

static void positions_of_keys_and_values(void **state) {
  il_error error = {0};
  il_yaml *root;
  assert_int_equal(parse(&root, *state, &error, "a: 1\nb:\n  - x\n  - \"y\"\nc: {d: 'e', f: }\n"), IL_OK);
  assert_int_equal(root->kind, IL_YAML_MAP);
  const il_yaml *a = il_yaml_get(root, "a"), *b = il_yaml_get(root, "b"), *c = il_yaml_get(root, "c");
  assert_string_equal(a->text, "1");
  assert_false(a->quoted);
  assert_int_equal(a->line, 1);
  assert_int_equal(a->column, 4);
  assert_int_equal(a->key_column, 1);
  assert_int_equal(b->kind, IL_YAML_LIST);
  assert_int_equal(b->first->line, 3);
  assert_int_equal(b->first->column, 5);
  assert_true(b->first->next->quoted);
  assert_null(b->first->next->next);
  const il_yaml *d = il_yaml_get(c, "d"), *f = il_yaml_get(c, "f");
  assert_string_equal(d->text, "e");
  assert_true(d->quoted);
  assert_int_equal(d->line, 5);
  assert_int_equal(d->key_column, 5);
  assert_string_equal(f->text, "");
  assert_null(il_yaml_get(root, "z"));
  assert_null(il_yaml_get(b, "z"));
}

static void columns_count_characters(void **state) {
  il_error error = {0};
  il_yaml *root;
  assert_int_equal(parse(&root, *state, &error, "\xc3\xa9\xc3\xa9: \xe2\x82\xac\n"), IL_OK);
  assert_int_equal(root->first->column, 5);
  assert_int_equal(parse(&root, *state, &error, "\xc3\xa9: \x01"), IL_INVALID);
  assert_string_equal(error.message, "t.yaml:1:4: control character U+0001; expected printable text");
}

static void empty_documents_are_empty_maps(void **state) {
  static const char *const texts[] = {"", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "\xef\xbb\xbf"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    il_error error = {0};
    il_yaml *root;
    assert_int_equal(parse(&root, *state, &error, texts[i]), IL_OK);
    assert_int_equal(root->kind, IL_YAML_MAP);
    assert_null(root->first);
  }
}

static void what_is_allowed(void **state) {
  static const char *const texts[] = {
      "a: \"tab\\t and \\u00e9\"\n",
      "\xef\xbb\xbf"
      "a: 1\n",
      "\xef\xbb\xbf"
      "a: 1\nb: 2\n",
      "a: 1\r\nb: 2\r\n",
      "a: |\n  text\n  more\n",
      "a: >-\n  folded\n  text\n",
      "%YAML 1.1\n---\na: 1\n",
      "a: 1 # comment\t\n",
      "a: 1\n \t \nb: 2\n",
      "a: [1, [2, {b: 3}]]\n",
      "a: 1\n...\n",
      "{\"a\": 1}\n",
      "a:\t1\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    il_error error = {0};
    il_yaml *root;
    if (parse(&root, *state, &error, texts[i]) != IL_OK) fail_msg("text %zu: %s", i, error.message);
    assert_non_null(il_yaml_get(root, "a"));
  }
}

static void refusals_have_a_position(void **state) {
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"a: 1\na: 2\n", "t.yaml:2:1: duplicate key `a`; expected it once, it stands in line 1 too"},
      {"a: &x 1\n", "t.yaml:1:4: anchors (`&name`) are not supported; expected a plain value"},
      {"a: *x\n", "t.yaml:1:4: aliases (`*name`) are not supported; expected the value itself"},
      {"a: !!int 1\n", "t.yaml:1:4: tags (`!...`) are not supported; expected a plain value"},
      {"a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document; expected one document a file"},
      {"a:\n\tb: 1\n", "t.yaml:2:1: a tab in the indentation; expected spaces"},
      {"a: \xff\n", "t.yaml:1:4: byte 0xff is not UTF-8; expected UTF-8 text"},
      {"a: [1, 2\nb: 3\n", "t.yaml:2:2: the list in brackets does not go on here; expected `,` or `]`"},
      {"? [a]\n: b\n", "t.yaml:1:3: the key is a list or a map; expected text"},
      {"a: \"x\n", "t.yaml:2:1: the quoted text never ends; expected a closing quote"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    il_error error = {0};
    il_yaml *root;
    assert_int_equal(parse(&root, *state, &error, cases[i].text), IL_INVALID);
    assert_null(root);
    assert_string_equal(error.message, cases[i].message);
  }
}

/* Depth 32 is allowed, 33 is not; the same for 10,000 values and 1 MiB. */
static void limits(void **state) {
  char text[128] = "";
  il_error error = {0};
  il_yaml *root;
  for (int depth = 31; depth <= 32; depth++) {
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    text[2 * depth] = '\0';
    char document[140];
    snprintf(document, sizeof document, "a: %s", text);
    assert_int_equal(parse(&root, *state, &error, document), depth == 31 ? IL_OK : IL_INVALID);
  }
  assert_non_null(strstr(error.message, "nested too deeply"));
  size_t size = (1 << 20) + 1;
  char *large = malloc(size);
  assert_non_null(large);
  memset(large, '\n', size);
  il_error_clear(&error);
  assert_int_equal(il_yaml_parse(&root, "t.yaml", large, size - 1, *state, &error), IL_OK);
  assert_int_equal(il_yaml_parse(&root, "t.yaml", large, size, *state, &error), IL_INVALID);
  assert_non_null(strstr(error.message, "at most 1 MiB"));
  memset(large, '[', size);
  il_error_clear(&error);
  assert_int_equal(il_yaml_parse(&root, "t.yaml", large, size - 1, *state, &error), IL_INVALID);
  strcpy(large, "[");
  for (int i = 0; i < 9999; i++) strcpy(large + 1 + 2 * i, "1,");
  large[1 + 2 * 9999] = ']';
  il_error_clear(&error);
  assert_int_equal(il_yaml_parse(&root, "t.yaml", large, 2 + 2 * 9999, *state, &error), IL_OK);
  memcpy(large + 1 + 2 * 9999, "1]", 2);
  assert_int_equal(il_yaml_parse(&root, "t.yaml", large, 3 + 2 * 9999, *state, &error), IL_INVALID);
  assert_non_null(strstr(error.message, "too many values"));
  free(large);
}

/* Every prefix and every single changed byte of a document: an answer, no crash, one line with a position. */
static void damaged_documents_never_crash(void **state) {
  (void)state;
  static const char good[] = "a: {b: [1, \"x\\n\", 'y'], c: |\n  t\n}\nd:\n  - e: 1\n    f: \xc3\xa9 # g\n";
  static const char bytes[] = {'\0', '\t', '\n', ' ', '"', '\'', '[', ']',   '{',
                               '}',  ':',  '-',  '&', '*', '!',  '|', '\x80'};
  for (size_t at = 0; at < sizeof good; at++) {
    for (size_t change = 0; change <= sizeof bytes; change++) {
      char text[sizeof good];
      memcpy(text, good, sizeof good);
      size_t size = change == 0 ? at : sizeof good - 1;
      if (change > 0) text[at] = bytes[change - 1];
      il_arena *arena = il_arena_new();
      il_error error = {0};
      il_yaml *root;
      il_status status = il_yaml_parse(&root, "t.yaml", text, size, arena, &error);
      assert_true(status == IL_OK || status == IL_INVALID);
      if (status == IL_INVALID) assert_int_equal(strncmp(error.message, "t.yaml:", 7), 0);
      il_arena_free(arena);
    }
  }
}

static void files(void **state) {
  il_error error = {0};
  il_yaml *root;
  assert_int_equal(il_yaml_read(&root, "no-such-file.yaml", *state, &error), IL_IO);
  assert_non_null(strstr(error.message, "no-such-file.yaml: cannot open"));
  il_error_clear(&error);
  assert_int_equal(il_yaml_read(&root, "/", *state, &error), IL_INVALID);
  il_error_clear(&error);
  char name[] = "yaml-pipe-XXXXXX";
  assert_non_null(mkdtemp(name));
  char file[64];
  snprintf(file, sizeof file, "%s/pipe", name);
  assert_int_equal(mkfifo(file, 0600), 0);
  assert_int_equal(il_yaml_read(&root, file, *state, &error), IL_INVALID);
  unlink(file);
  il_error_clear(&error);
  snprintf(file, sizeof file, "%s/a.yaml", name);
  FILE *out = fopen(file, "w");
  assert_non_null(out);
  fputs("a: 5\n", out);
  assert_int_equal(fclose(out), 0);
  assert_int_equal(il_yaml_read(&root, file, *state, &error), IL_OK);
  assert_string_equal(il_yaml_get(root, "a")->origin, file);
  unlink(file);
  rmdir(name);
}

/* All of Unicode against a second definition of UTF-8: encode, decode, and every cut refused. */
static void utf8_round_trip(void **state) {
  (void)state;
  for (long code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
    char bytes[4];
    size_t size, length;
    if (code < 0x80)
      size = 1, bytes[0] = (char)code;
    else if (code < 0x800)
      size = 2, bytes[0] = (char)(0xc0 | code >> 6);
    else if (code < 0x10000)
      size = 3, bytes[0] = (char)(0xe0 | code >> 12);
    else
      size = 4, bytes[0] = (char)(0xf0 | code >> 18);
    for (size_t i = 1; i < size; i++) bytes[i] = (char)(0x80 | (code >> 6 * (size - 1 - i) & 0x3f));
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    assert_int_equal(il_utf8_character(bytes, size, &length), surrogate ? -1 : code);
    if (size > 1) assert_int_equal(il_utf8_character(bytes, size - 1, &length), -1);
  }
}

static void clip_keeps_whole_characters(void **state) {
  (void)state;
  char buffer[IL_YAML_SHOWN], text[200] = "";
  for (int i = 0; i < 60; i++) strcat(text, "\xe2\x82\xac");
  il_yaml_clip(buffer, text);
  size_t length = 0;
  for (const char *at = buffer; *at; at += length) assert_true(il_utf8_character(at, strlen(at), &length) > 0);
  assert_string_equal(buffer + strlen(buffer) - 3, "...");
  assert_string_equal(il_yaml_clip(buffer, "short"), "short");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(positions_of_keys_and_values),
      cmocka_unit_test(columns_count_characters),
      cmocka_unit_test(empty_documents_are_empty_maps),
      cmocka_unit_test(what_is_allowed),
      cmocka_unit_test(refusals_have_a_position),
      cmocka_unit_test(limits),
      cmocka_unit_test(damaged_documents_never_crash),
      cmocka_unit_test(files),
      cmocka_unit_test(utf8_round_trip),
      cmocka_unit_test(clip_keeps_whole_characters),
  };
  return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
