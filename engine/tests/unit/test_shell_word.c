/* covers: cli */
/* Words for a shell: a shell reads them back to the same bytes. */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/shell_word.h"

static char *word_of(const char *text) {
  char *word = NULL;
  size_t size;
  FILE *memory = open_memstream(&word, &size);
  assert_non_null(memory);
  il_shell_word(memory, text);
  assert_int_equal(fclose(memory), 0);
  return word;
}

static void words_are_quoted_where_they_need_it(void **state) {
  static const char *const cases[][2] = {
      {"training.iterations=20", " training.iterations=20"},
      {"", " ''"},
      {"a b", " 'a b'"},
      {"it's", " 'it'\\''s'"},
      {"~", " '~'"},
      {"$HOME", " '$HOME'"},
      {"\xC3\xA4\xE2\x82\xAC", " '\xC3\xA4\xE2\x82\xAC'"},
      {"two\nlines", " $'two\\012lines'"},
      {"\xFF\\'", " $'\\377\\\\\\''"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *word = word_of(cases[i][0]);
    assert_string_equal(word, cases[i][1]);
    assert_null(strchr(word, '\n'));
    free(word);
  }
}

/* Every byte but NUL beside ordinary ones: through a real shell. */
static void a_shell_reads_them_back(void **state) {
  (void)state;
  if (system("bash -c true >/dev/null 2>&1") != 0) skip();
  for (int byte = 1; byte < 256; byte++) {
    char text[] = {'a', (char)byte, ' ', '\'', (char)byte, 'z', '\0'}, back[16] = "", *word = word_of(text);
    setenv("IL_WORD", word, 1);
    FILE *shell = popen("bash -c 'eval \"printf %s$IL_WORD\"' 2>/dev/null", "r");
    assert_non_null(shell);
    size_t length = fread(back, 1, sizeof back - 1, shell);
    assert_int_equal(pclose(shell), 0);
    assert_int_equal(length, strlen(text));
    assert_memory_equal(back, text, length);
    free(word);
  }
}

typedef struct values {
  il_texts set;
  const char *out;
  int threads;
  bool quiet;
} values;

static const il_argument rows[] = {
    {"set", IL_ARGUMENT_TEXTS, offsetof(values, set), "KEY=VALUE", 0, 0, "sets"},
    {"out", IL_ARGUMENT_TEXT, offsetof(values, out), "DIR", 0, 0, "folder"},
    {"threads", IL_ARGUMENT_INT, offsetof(values, threads), "N", 0, 64, "threads"},
    {"quiet", IL_ARGUMENT_FLAG, offsetof(values, quiet), NULL, 0, 0, "quiet"},
};
static const il_usage usage = {
    .command = "run", .summary = "runs", .positional = "FILE", .rows = rows, .count = 4, .least = 1, .most = 1};

static char *printed(const values *given, const char *file) {
  static const values defaults = {.threads = 4};
  char *line = NULL;
  size_t size;
  il_texts files = {.count = 1, .at = {file}};
  FILE *memory = open_memstream(&line, &size);
  assert_non_null(memory);
  il_arguments_print(memory, &usage, &files, given, &defaults);
  assert_int_equal(fclose(memory), 0);
  return line;
}

static void command_lines_hold_what_differs_from_the_defaults(void **state) {
  (void)state;
  values given = {.threads = 4};
  char *line = printed(&given, "a file.yaml");
  assert_string_equal(line, " run 'a file.yaml'");
  free(line);
  given = (values){.set = {.count = 2, .at = {"a=1", "b='x'"}}, .out = "-o", .threads = 0, .quiet = true};
  line = printed(&given, "-f.yaml");
  assert_string_equal(line, " run --set a=1 --set 'b='\\''x'\\''' --out -o --threads 0 --quiet -- -f.yaml");
  free(line);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_are_quoted_where_they_need_it),
      cmocka_unit_test(a_shell_reads_them_back),
      cmocka_unit_test(command_lines_hold_what_differs_from_the_defaults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
