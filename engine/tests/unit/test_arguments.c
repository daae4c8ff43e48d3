/* covers: cli */
/* Command lines by table. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"

typedef struct values {
  int threads;
  bool quiet;
  const char *out;
  il_texts set;
} values;

static const il_argument rows[] = {
    {"threads", IL_ARGUMENT_INT, offsetof(values, threads), "N", 0, 64, "worker threads"},
    {"quiet", IL_ARGUMENT_FLAG, offsetof(values, quiet), NULL, 0, 0, "no progress"},
    {"out", IL_ARGUMENT_TEXT, offsetof(values, out), "DIR", 0, 0, "directory of the results"},
    {"set", IL_ARGUMENT_TEXTS, offsetof(values, set), "KEY=VALUE", 0, 0, "overrides a key"},
};
static const il_usage usage = {.command = "run",
                               .summary = "runs",
                               .positional = "FILE [MORE]",
                               .rows = rows,
                               .count = 4,
                               .least = 1,
                               .most = 2,
                               .details = "More.\n"};

enum { WORDS_MAX = 12 };

static il_status parse(values *target, il_texts *files, il_error *error, const char *const *words) {
  char *argv[WORDS_MAX + 2] = {(char *)"run"};
  int argc = 1;
  for (; words[argc - 1]; argc++) argv[argc] = (char *)words[argc - 1];
  memset(target, 0, sizeof *target);
  il_error_clear(error);
  return il_arguments_parse(target, files, &usage, argc, argv, error);
}

static void every_form(void **state) {
  (void)state;
  values target;
  il_texts files;
  il_error error;
  const char *words[] = {"--threads", "4",         "a.yaml", "--quiet", "--out=x=y", "--set",
                         "a=1",       "--set=b=2", "--",     "--b",     NULL};
  assert_int_equal(parse(&target, &files, &error, words), IL_OK);
  assert_int_equal(target.threads, 4);
  assert_true(target.quiet);
  assert_string_equal(target.out, "x=y");
  assert_int_equal(target.set.count, 2);
  assert_string_equal(target.set.at[0], "a=1");
  assert_string_equal(target.set.at[1], "b=2");
  assert_int_equal(files.count, 2);
  assert_string_equal(files.at[0], "a.yaml");
  assert_string_equal(files.at[1], "--b");
}

static void refusals(void **state) {
  (void)state;
  static const struct {
    const char *words[4], *message;
  } cases[] = {
      {{NULL}, "run: an argument is missing; expected `innerloop run FILE [MORE]`"},
      {{"a", "b", "c", NULL}, "run: `c` is one argument too many; expected `innerloop run FILE [MORE]`"},
      {{"--thread", "4", NULL}, "run: unknown option --thread; did you mean --threads?"},
      {{"--Quiet", NULL}, "run: unknown option --Quiet; did you mean --quiet?"},
      {{"--zzzzzzzz", NULL}, "run: unknown option --zzzzzzzz; see `innerloop run --help`"},
      {{"-q", NULL}, "run: unknown option -q; expected options with two hyphens"},
      {{"--threads", NULL}, "run: --threads has no value; expected --threads N"},
      {{"--threads", "3.7", NULL}, "run: --threads `3.7` is not a whole number; expected a whole number from 0 to 64"},
      {{"--threads=65", NULL}, "run: --threads `65` is out of range; expected a whole number from 0 to 64"},
      {{"--threads=", NULL}, "run: --threads `` is empty; expected a whole number from 0 to 64"},
      {{"--quiet=1", NULL}, "run: --quiet takes no value; expected --quiet alone"},
      {{"--quiet", "--quiet", NULL}, "run: --quiet stands there twice; expected it once"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    values target;
    il_texts files;
    il_error error;
    assert_int_equal(parse(&target, &files, &error, cases[i].words), IL_INVALID);
    assert_string_equal(error.message, cases[i].message);
  }
}

static void help_names_every_option(void **state) {
  (void)state;
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream(&text, &size);
  assert_non_null(file);
  il_arguments_help(file, &usage, NULL);
  assert_int_equal(fclose(file), 0);
  for (int i = 0; i < usage.count; i++) {
    assert_non_null(strstr(text, rows[i].name));
    assert_non_null(strstr(text, rows[i].help));
  }
  assert_non_null(strstr(text, "usage: innerloop run FILE [MORE] [options]\n"));
  assert_non_null(strstr(text, "More.\n"));
  free(text);
  char *asked[] = {(char *)"run", (char *)"x", (char *)"--help"};
  char *not_asked[] = {(char *)"run", (char *)"--", (char *)"--help"};
  assert_true(il_arguments_help_asked(3, asked));
  assert_false(il_arguments_help_asked(3, not_asked));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_form), cmocka_unit_test(refusals),
                                     cmocka_unit_test(help_names_every_option)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
