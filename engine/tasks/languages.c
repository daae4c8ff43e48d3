/* Languages: which of N languages is a fragment of a few words in? Inputs are hashed runs of characters. Procedural
 * languages (tasks/phonology.h): no data needed, and as many as wanted; language number c of a split is a pure function
 * of (class_seed, split, c), so splits share none. */
#include <stddef.h>
#include <stdio.h>

#include "tasks/class_split.h"
#include "tasks/ngrams.h"
#include "tasks/phonology.h"
#include "tasks/sampling.h"

typedef struct languages_options {
  int ways, words, weighting;
  il_int_list classes;
  uint64_t class_seed;
} languages_options;

static const il_option languages_rows[] = {
    IL_WAYS_ROW(languages_options, "as for images: Finn et al. 2017, table 1"),
    {.name = "words",
     .type = IL_OPTION_INT,
     .offset = offsetof(languages_options, words),
     .fallback = "3",
     .low = 1,
     .high = IL_FRAGMENT_WORDS,
     .unit = "words",
     .help = "length of a fragment"},
    {.name = "weighting",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(languages_options, weighting),
     .fallback = "log_unit",
     .choices = il_ngram_weighting_names,
     .presentation = true,
     .help = "what a bucket of c n-grams is worth. log_unit: log(1 + c), the row scaled to length 1; count: c",
     .source = "Rennie et al. 2003, section 4"},
    {.name = "classes",
     .type = IL_OPTION_INT_LIST,
     .offset = offsetof(languages_options, classes),
     .fallback = "[0, 0, 0]",
     .low = 0,
     .high = 1000000000,
     .min_count = IL_SPLITS,
     .max_count = IL_SPLITS,
     .unit = "languages",
     .help = "languages for training, validation and test; 0: without limit, every task has new ones, and no labelled "
             "training"},
    {.name = "class_seed",
     .type = IL_OPTION_SEED,
     .offset = offsetof(languages_options, class_seed),
     .fallback = "1",
     .help = "seed of the languages themselves"},
};

typedef struct languages {
  languages_options options;
  il_ngrams ngrams;
  il_language_world world;
} languages;

static il_status languages_open(void **state, const void *options, const char *data, il_arena *arena, il_error *error) {
  (void)data;
  languages *suite = il_arena_get(arena, 1, sizeof *suite);
  if (!suite) return il_fail_memory(error, "the languages suite", sizeof *suite);
  suite->options = *(const languages_options *)options;
  for (int s = 0; s < IL_SPLITS; s++) {
    int classes = suite->options.classes.at[s];
    if (classes != 0 && classes < suite->options.ways)
      return il_fail_about(error, "classes", IL_INVALID,
                           "%d classes for %s; expected 0 or at least %d, one for each way", classes, il_split_names[s],
                           suite->options.ways);
  }
  il_ngrams_start(&suite->ngrams, (il_ngram_weighting)suite->options.weighting);
  il_language_world_start(&suite->world, suite->options.class_seed);
  *state = suite;
  return IL_OK;
}

static void languages_info(const void *state, il_suite_info *info) {
  const languages_options *options = &((const languages *)state)->options;
  *info = (il_suite_info){
      .kind = &il_classification,
      .interface = {.input = {.rank = 1, .dims = {IL_NGRAM_BUCKETS}}, .outputs = options->ways},
      .ways = options->ways,
      .default_shots = 1,
      .default_queries = 5,
      .example_classes = {options->classes.at[0], options->classes.at[1], options->classes.at[2]},
  };
}

/* Language `class` of a split; its words take the numbers between two languages. */
static void draw_language(il_language *language, const languages *suite, il_split split, int class) {
  enum { SPLIT_SHIFT = 48 };
  uint64_t number = ((uint64_t)split + 1) << SPLIT_SHIFT | (uint64_t) class << IL_LANGUAGE_SHIFT;
  il_language_draw(language, &suite->world, number);
}

static void draw_example(real *x, const languages *suite, il_language *language, il_stream *stream) {
  char text[IL_FRAGMENT_BYTES];
  size_t size = il_language_fragment(text, language, stream, suite->options.words);
  il_ngrams_write(x, &suite->ngrams, text, size);
}

static il_stream choose(int *chosen, const languages *suite, il_split split, uint64_t seed, uint64_t index) {
  int classes = suite->options.classes.at[split];
  il_stream stream = il_episode_stream(split, seed, index);
  il_sample_distinct(&stream, chosen, suite->options.ways, classes ? classes : INT32_MAX);
  return stream;
}

static void languages_draw(const void *state, il_split split, uint64_t seed, uint64_t index, il_episode *episode) {
  const languages *suite = state;
  int chosen[IL_WAYS_MAX], ways = suite->options.ways;
  il_stream task = choose(chosen, suite, split, seed, index);
  for (int label = 0; label < ways; label++) {
    il_language language;
    il_stream stream = il_stream_part(&task, label);
    draw_language(&language, suite, split, chosen[label]);
    for (int i = 0; i < episode->queries + episode->shots; i++)
      draw_example(il_example_row(episode, ways, label, i, IL_NGRAM_BUCKETS), suite, &language, &stream);
  }
}

static void languages_class_name(const void *state, il_split split, uint64_t seed, uint64_t index, int label,
                                 char *text, size_t size) {
  int chosen[IL_WAYS_MAX];
  (void)choose(chosen, state, split, seed, index);
  (void)snprintf(text, size, "%s %d", il_split_names[split], chosen[label]);
}

static void languages_examples(const void *state, il_split split, uint64_t seed, uint64_t index,
                               il_labelled_examples *labelled) {
  const languages *suite = state;
  int classes = suite->options.classes.at[split];
  il_stream stream = il_example_stream(split, seed, index);
  for (int row = 0; row < labelled->rows; row++) {
    il_language language;
    int label = (int)il_random_below(&stream, (uint32_t)classes);
    draw_language(&language, suite, split, label);
    draw_example(il_sample_labelled_row(labelled, row, label, classes, IL_NGRAM_BUCKETS), suite, &language, &stream);
  }
}

const il_suite il_suite_languages = {
    .name = "languages",
    .summary = "which language is a fragment of a few words in? procedural languages without end (needs no data)",
    .citation = "ours; n-grams of characters: Cavnar, Trenkle: N-gram-based text categorization, SDAIR 1994",
    .options = {languages_rows, sizeof languages_rows / sizeof languages_rows[0], sizeof(languages_options)},
    .kind = &il_classification,
    .open = languages_open,
    .info = languages_info,
    .draw = languages_draw,
    .examples = languages_examples,
    .class_name = languages_class_name,
};
