/* Which published figure stands beside a result, and what is said about the two. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/embedded.h"
#include "results/published.h"

static il_status fail_unknown(const char *name, const il_registry *registry, il_arena *arena, il_error *error) {
  const char *nearest = il_row_nearest(registry, IL_ROW_PUBLISHED, name, arena);
  if (nearest) return il_fail(error, IL_INVALID, "no published figures `%s`; did you mean `%s`?", name, nearest);
  return il_fail(error, IL_INVALID, "no published figures `%s`; see `innerloop list published`", name);
}

il_status il_published_read(const il_published **result, const il_registry *registry, const il_text_list *names,
                            il_arena *arena, il_error *error) {
  il_published *published = il_arena_get(arena, 1, sizeof *published);
  if (!published) return il_fail_memory(error, "published figures", sizeof *published);
  for (int i = 0; i < names->count; i++) {
    const il_embedded *file = il_embedded_called(registry->published, names->at[i]);
    if (!file) return fail_unknown(names->at[i], registry, arena, error);
    il_status status = il_published_parse(published, names->at[i], file->text, file->size, arena, error);
    if (status != IL_OK) return status;
  }
  *result = published;
  return IL_OK;
}

/* The next word of a YAML value: "[40, 0.5]" gives "40" and "0.5". NULL at the end. */
static const char *next_word(char *word, size_t size, const char *text) {
  static const char separators[] = "[], \"'";
  text += strspn(text, separators);
  size_t length = strcspn(text, separators);
  if (length == 0 || length >= size) return NULL;
  memcpy(word, text, length);
  word[length] = '\0';
  return text + length;
}

static int equal_words(const char *a, const char *b) {
  char *end_a, *end_b;
  double number_a = strtod(a, &end_a), number_b = strtod(b, &end_b);
  if (*end_a == '\0' && *end_b == '\0') return number_a == number_b;
  return strcmp(a, b) == 0;
}

/* Numbers by value (1e-2 is 0.01), lists element by element, else as text. */
static int equal_values(const char *a, const char *b) {
  char word_a[128], word_b[128];
  for (;;) {
    a = next_word(word_a, sizeof word_a, a);
    b = next_word(word_b, sizeof word_b, b);
    if (!a || !b) return a == b;
    if (!equal_words(word_a, word_b)) return 0;
  }
}

static int condition_holds(const il_condition *condition, const il_experiment *experiment, const il_result *result,
                           char *value, size_t size) {
  if (il_experiment_value(experiment, result->algorithm, result->evaluator, condition->path, value, size) != 0) {
    snprintf(value, size, "not set");
    return 0;
  }
  return equal_values(value, condition->value);
}

static int applies(const il_figure *figure, const il_experiment *experiment, const il_result *result) {
  const il_algorithm_config *config = &experiment->algorithms[result->algorithm];
  int step = figure->step < 0 ? config->adapt.steps : figure->step;
  int setting = strcmp(figure->setting, "any") == 0 || strcmp(figure->setting, result->setting) == 0;
  char value[256];
  if (step != result->step || !setting || strcmp(figure->algorithm, config->algorithm->name) != 0 ||
      strcmp(figure->suite, experiment->suite->name) != 0 || strcmp(figure->metric, result->metric) != 0)
    return 0;
  for (int i = 0; i < figure->when.count; i++)
    if (!condition_holds(&figure->when.at[i], experiment, result, value, sizeof value)) return 0;
  return 1;
}

/* Writes "not comparable: PATH is VALUE, published VALUE" with the number of further differences; 0 when all hold. */
static int differs(char *text, size_t size, const il_figure *figure, const il_experiment *experiment,
                   const il_result *result) {
  int found = 0;
  char value[256];
  for (int i = 0; i < figure->protocol.count; i++) {
    const il_condition *condition = &figure->protocol.at[i];
    if (condition_holds(condition, experiment, result, value, sizeof value)) continue;
    if (found++ == 0)
      snprintf(text, size, "not comparable: %s is %.80s, published %.80s", condition->path, value, condition->value);
  }
  size_t length = strlen(text);
  if (found > 1) snprintf(text + length, size - length, " (and %d more)", found - 1);
  return found;
}

static const char *side(int above, const il_result *result) {
  if (above) return result->higher_better ? "above (better)" : "above (worse)";
  return result->higher_better ? "below (worse)" : "below (better)";
}

enum { MOST_MORE = 1000 };

/* Up to two digits that count: what is known of it. */
static double round_up(double count) {
  double unit = 1;
  while (count / unit >= 100) unit *= 10;
  return unit * ceil(count / unit * (1 - 1e-9));
}

/* What would decide: "about 2400 episodes would tell". */
static void say_needed(char *text, size_t size, double more, const il_result *result) {
  if (isinf(more))
    snprintf(text, size, "the published ± alone is too wide to tell");
  else if (more > MOST_MORE)
    snprintf(text, size, "the difference found lies at the margin");
  else if (result->n_seeds > 1)
    snprintf(text, size, "%.1f times the seeds and episodes would tell", fmax(more, 1.1));
  else
    snprintf(text, size, "about %.0f episodes would tell", round_up(fmax(more, 1.1) * result->n_episodes));
}

/* Which verdicts the interval leaves open, and what would decide. */
static void say_undecided(char *text, size_t size, const il_equivalence *found, const il_result *result) {
  char needed[128];
  const il_interval *difference = &found->difference;
  if (!isfinite(difference->low) || !isfinite(difference->high)) {
    snprintf(text, size, "inconclusive: no interval");
    return;
  }
  int above = difference->high >= found->margin, below = difference->low <= -found->margin;
  say_needed(needed, sizeof needed, found->more, result);
  if (above && below)
    snprintf(text, size, "inconclusive: reproduced, above or below; %s", needed);
  else
    snprintf(text, size, "inconclusive: reproduced or %s; %s", above ? "above" : "below", needed);
}

static void say_verdict(char *text, size_t size, const il_equivalence *found, const il_result *result) {
  switch (found->kind) {
  case IL_EQUIVALENT:
    snprintf(text, size, "reproduced");
    return;
  case IL_ABOVE:
    snprintf(text, size, "%s", side(1, result));
    return;
  case IL_BELOW:
    snprintf(text, size, "%s", side(0, result));
    return;
  case IL_UNDECIDED:
    say_undecided(text, size, found, result);
    return;
  }
}

void il_published_judge(il_verdict *verdict, const il_published *published, const il_experiment *experiment,
                        const il_result *result) {
  *verdict = (il_verdict){.equivalence = {.kind = IL_UNDECIDED, .margin = NAN, .power = NAN, .more = NAN}};
  for (int i = 0; i < published->count && !verdict->figure; i++)
    if (applies(&published->at[i], experiment, result)) verdict->figure = &published->at[i];
  if (!verdict->figure) return;
  if (differs(verdict->text, sizeof verdict->text, verdict->figure, experiment, result)) return;
  if (!isfinite(result->interval.mean)) {
    snprintf(verdict->text, sizeof verdict->text, "not comparable: %s", result->missing);
    return;
  }
  if (result->n_episodes < IL_JUDGED_EPISODES) {
    snprintf(verdict->text, sizeof verdict->text, "inconclusive: %d test episode%s; at least %d are judged",
             result->n_episodes, result->n_episodes == 1 ? "" : "s", IL_JUDGED_EPISODES);
    return;
  }
  il_interval theirs = il_figure_interval(verdict->figure, result->level);
  il_equivalence_test(&verdict->equivalence, &result->interval, &theirs, verdict->figure->equivalence, result->level);
  say_verdict(verdict->text, sizeof verdict->text, &verdict->equivalence, result);
}
