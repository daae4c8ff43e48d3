/* covers: harness */
/* Every option of every table at both ends of its range: what the parts refuse after the schema let it pass has its
 * place in the file. */
#include <string.h>
#include <sys/resource.h>

#include "base/number_text.h"
#include "cli/builtin.h"
#include "cmocka_all.h"
#include "experiment/config_tables.h"
#include "experiment/schema.h"
#include "harness/rehearsal.h"

enum { TEXT_SIZE = 1024 };

/* A table, and the experiment one of its options is set in: "%s" is where "NAME: VALUE" goes. */
typedef struct table_case {
  const il_options *options;
  const char *text;
} table_case;

#define TAIL                                                                                                           \
  "training: {iterations: 1, meta_batch: 1, validation_episodes: 1}\n"                                                 \
  "evaluation: {episodes: 1, steps: 1}\nalgorithms: [maml]\n"
#define HEAD "experiment: ends\nsuite: {name: sinusoid}\nmodel: {name: mlp}\n"

extern const il_suite il_suite_sinusoid, il_suite_linear, il_suite_glyphs;
extern const il_model il_model_mlp, il_model_linear, il_model_conv4;

static const table_case cases[] = {
    {&il_suite_sinusoid.options, "experiment: ends\nsuite: {name: sinusoid, %s}\nmodel: {name: mlp}\n" TAIL},
    {&il_suite_linear.options, "experiment: ends\nsuite: {name: linear, %s}\nmodel: {name: mlp}\n" TAIL},
    {&il_suite_glyphs.options, "experiment: ends\nsuite: {name: glyphs, %s}\nmodel: {name: mlp}\n" TAIL},
    {&il_model_mlp.options, "experiment: ends\nsuite: {name: sinusoid}\nmodel: {name: mlp, %s}\n" TAIL},
    {&il_model_linear.options, "experiment: ends\nsuite: {name: glyphs}\nmodel: {name: linear, %s}\n" TAIL},
    {&il_model_conv4.options, "experiment: ends\nsuite: {name: glyphs, size: 8}\nmodel: {name: conv4, %s}\n" TAIL},
    {&il_training_table, HEAD "training: {%s}\nalgorithms: [{name: maml, training: {iterations: 1}}]\n"},
    {&il_evaluation_table, HEAD "training: {iterations: 1}\nevaluation: {%s}\nalgorithms: [maml]\n"},
    {&il_inner_table, HEAD "training: {iterations: 1}\nalgorithms: [{name: maml, inner: {%s}}]\n"},
    {&il_adapt_table, HEAD "training: {iterations: 1}\nalgorithms: [{name: maml, adapt: {%s}}]\n"},
    {&il_outer_table, HEAD "training: {iterations: 1}\nalgorithms: [{name: maml, outer: {%s}}]\n"},
};

/* "NAME: VALUE" with the low (0) or high (1) end of the range; of a list as many as allowed; 0: there is no such
 * end. */
static int end_text(char *text, const il_option *row, int high) {
  char number[40];
  bool list = row->type == IL_OPTION_INT_LIST || row->type == IL_OPTION_REAL_LIST;
  if (!list && row->type != IL_OPTION_INT && row->type != IL_OPTION_REAL) return 0;
  double value = high ? row->high : row->low_open ? 1e-9 : row->low;
  il_format_real(number, sizeof number, value);
  size_t used = (size_t)snprintf(text, TEXT_SIZE, list ? "%s: [%s" : "%s: %s", row->name, number);
  for (int i = 1; list && i < row->max_count; i++)
    used += (size_t)snprintf(text + used, TEXT_SIZE - used, ", %s", number);
  if (list) (void)snprintf(text + used, TEXT_SIZE - used, "]");
  return 1;
}

/* Returns 1 where it is refused, with a place. */
static int refused(const char *yaml) {
  il_arena *arena = il_arena_new();
  il_experiment *experiment;
  il_session *session = NULL;
  il_error error = {0};
  il_status status =
      il_experiment_parse(&experiment, "t.yaml", yaml, strlen(yaml), NULL, &il_builtin_registry, arena, &error);
  if (status == IL_OK) status = il_session_open(&session, experiment, 1, NULL, NULL, &error);
  if (status == IL_OK) status = il_rehearse(NULL, session, 0, 0, &error);
  int line, column;
  if (status != IL_OK && sscanf(error.message, "t.yaml:%d:%d: ", &line, &column) != 2)
    fail_msg("no place: %s\n%s", error.message, yaml);
  il_session_close(session);
  il_arena_free(arena);
  return status != IL_OK;
}

static void every_end_of_every_range(void **state) {
  (void)state;
  il_schema_item item;
  int tried = 0, count = 0;
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
    for (int i = 0; il_schema_at(&item, cases[c].options, i); i++)
      for (int high = 0; high < 2; high++) {
        char option[TEXT_SIZE], yaml[2 * TEXT_SIZE], choice[64] = "";
        if (!end_text(option, item.row, high)) continue;
        if (item.from)
          (void)snprintf(choice, sizeof choice, "%s: %s, ", item.from->choice, item.from->names[item.number]);
        const char *at = strstr(cases[c].text, "%s");
        (void)snprintf(yaml, sizeof yaml, "%.*s%s%s%s", (int)(at - cases[c].text), cases[c].text, choice, option,
                       at + 2);
        tried++;
        count += refused(yaml);
      }
  print_message("%d values, %d refused\n", tried, count);
  assert_true(tried > 100);
  assert_true(count > 5);
}

int main(void) {
  /* What needs much memory is to be refused, not tried. A sanitizer needs all addresses for itself. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const struct rlimit limit = {1UL << 30, 1UL << 30};
  if (setrlimit(RLIMIT_AS, &limit) != 0) return 1;
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_end_of_every_range)};
  return cmocka_run_group_tests(tests, NULL, NULL);
#else
  print_message("skipped: a sanitizer takes the address space\n");
  (void)every_end_of_every_range;
  return 0;
#endif
}
