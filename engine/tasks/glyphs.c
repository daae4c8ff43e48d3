/* Glyphs: N-way classification of procedural characters that look like handwriting: no data set needed, and as many
 * classes as wanted. The class with number c of a split is a pure function of (class_seed, split, c), so splits share
 * no class. */
#include <stddef.h>
#include <stdio.h>

#include "tasks/class_split.h"
#include "tasks/glyph_pen.h"
#include "tasks/sampling.h"

typedef struct glyphs_options {
  int ways, size;
  il_int_list classes, strokes;
  double variation;
  uint64_t class_seed;
} glyphs_options;

static const il_option glyphs_rows[] = {
    IL_WAYS_ROW(glyphs_options, "as for Omniglot: Finn et al. 2017, table 1"),
    {.name = "size",
     .type = IL_OPTION_INT,
     .offset = offsetof(glyphs_options, size),
     .fallback = "28",
     .low = 8,
     .high = IL_GLYPH_SIDE_MAX,
     .unit = "pixels",
     .help = "side of the images",
     .source = "as for Omniglot: Finn et al. 2017, section 5.2"},
    {.name = "classes",
     .type = IL_OPTION_INT_LIST,
     .offset = offsetof(glyphs_options, classes),
     .fallback = "[0, 0, 0]",
     .low = 0,
     .high = 1000000000,
     .min_count = IL_SPLITS,
     .max_count = IL_SPLITS,
     .unit = "classes",
     .help = "classes for training, validation and test; 0: without limit, every task has new ones, and no labelled "
             "training"},
    {.name = "strokes",
     .type = IL_OPTION_INT_LIST,
     .offset = offsetof(glyphs_options, strokes),
     .fallback = "[2, 5]",
     .low = 1,
     .high = IL_GLYPH_STROKES_MAX,
     .min_count = 2,
     .max_count = 2,
     .help = "strokes of a character, fewest and most"},
    {.name = "variation",
     .type = IL_OPTION_REAL,
     .offset = offsetof(glyphs_options, variation),
     .fallback = "1",
     .low = 0,
     .high = 4,
     .help = "how much drawings of one character differ: a factor on tremor, place, turn, shear, size and pen; 1: the "
             "nearest neighbour by pixels does about as well as on Omniglot, 0: all drawings are equal"},
    {.name = "class_seed",
     .type = IL_OPTION_SEED,
     .offset = offsetof(glyphs_options, class_seed),
     .fallback = "1",
     .help = "seed of the characters themselves"},
};

static il_status check_options(const glyphs_options *options, il_error *error) {
  const int *strokes = options->strokes.at;
  if (strokes[0] > strokes[1])
    return il_fail_about(error, "strokes", IL_INVALID, "strokes is [%d, %d]; expected the smaller number first",
                         strokes[0], strokes[1]);
  for (int s = 0; s < IL_SPLITS; s++) {
    int classes = options->classes.at[s];
    if (classes != 0 && classes < options->ways)
      return il_fail_about(error, "classes", IL_INVALID,
                           "%d classes for %s; expected 0 or at least %d, one for each way", classes, il_split_names[s],
                           options->ways);
  }
  return IL_OK;
}

static il_status glyphs_open(void **state, const void *options, const char *data, il_arena *arena, il_error *error) {
  (void)data;
  il_status status = check_options(options, error);
  if (status != IL_OK) return status;
  glyphs_options *kept = il_arena_get(arena, 1, sizeof *kept);
  if (!kept) return il_fail_memory(error, "the glyphs suite", sizeof *kept);
  *kept = *(const glyphs_options *)options;
  *state = kept;
  return IL_OK;
}

static void glyphs_info(const void *state, il_suite_info *info) {
  const glyphs_options *options = state;
  *info = (il_suite_info){
      .kind = &il_classification,
      .interface = {.input = {.rank = 3, .dims = {options->size, options->size, 1}}, .outputs = options->ways},
      .ways = options->ways,
      .default_shots = 1,
      .default_queries = 1,
      .example_classes = {options->classes.at[0], options->classes.at[1], options->classes.at[2]},
  };
}

/* The character with number `class` of a split. */
static il_glyph_strokes plan_of(const glyphs_options *options, il_split split, int class) {
  enum { SPLIT_SHIFT = 48 };
  il_stream stream =
      il_stream_open(options->class_seed, IL_PURPOSE_SUITE, ((uint64_t)split + 1) << SPLIT_SHIFT | (uint64_t) class);
  il_glyph_strokes plan;
  il_glyph_strokes_draw(&plan, &stream, options->strokes.at[0], options->strokes.at[1]);
  return plan;
}

static void draw_class(const glyphs_options *options, il_episode *episode, il_stream stream, int label, int class,
                       il_split split) {
  il_glyph_strokes plan = plan_of(options, split, class);
  size_t size = (size_t)options->size * (size_t)options->size;
  for (int i = 0; i < episode->queries + episode->shots; i++) {
    real *x = il_example_row(episode, options->ways, label, i, size);
    il_glyph_draw(x, &plan, &stream, options->size, (float)options->variation);
  }
}

static il_stream choose(int *chosen, const glyphs_options *options, il_split split, uint64_t seed, uint64_t index) {
  int classes = options->classes.at[split];
  il_stream stream = il_episode_stream(split, seed, index);
  il_sample_distinct(&stream, chosen, options->ways, classes ? classes : INT32_MAX);
  return stream;
}

static void glyphs_draw(const void *state, il_split split, uint64_t seed, uint64_t index, il_episode *episode) {
  const glyphs_options *options = state;
  int chosen[IL_WAYS_MAX];
  il_stream stream = choose(chosen, options, split, seed, index);
  for (int label = 0; label < options->ways; label++)
    draw_class(options, episode, il_stream_part(&stream, label), label, chosen[label], split);
}

static void glyphs_class_name(const void *state, il_split split, uint64_t seed, uint64_t index, int label, char *text,
                              size_t size) {
  int chosen[IL_WAYS_MAX];
  (void)choose(chosen, state, split, seed, index);
  (void)snprintf(text, size, "%s %d", il_split_names[split], chosen[label]);
}

static void glyphs_examples(const void *state, il_split split, uint64_t seed, uint64_t index,
                            il_labelled_examples *labelled) {
  const glyphs_options *options = state;
  int classes = options->classes.at[split];
  size_t size = (size_t)options->size * (size_t)options->size;
  il_stream stream = il_example_stream(split, seed, index);
  for (int row = 0; row < labelled->rows; row++) {
    int label = (int)il_random_below(&stream, (uint32_t)classes);
    il_glyph_strokes plan = plan_of(options, split, label);
    il_glyph_draw(il_sample_labelled_row(labelled, row, label, classes, size), &plan, &stream, options->size,
                  (float)options->variation);
  }
}

const il_suite il_suite_glyphs = {
    .name = "glyphs",
    .summary = "classification of procedural characters from few drawings, classes without end (needs no data)",
    .citation =
        "ours; in the manner of Lake, Salakhutdinov, Tenenbaum, Science 350, 2015: characters as motor programs",
    .options = {glyphs_rows, sizeof glyphs_rows / sizeof glyphs_rows[0], sizeof(glyphs_options)},
    .kind = &il_classification,
    .open = glyphs_open,
    .info = glyphs_info,
    .draw = glyphs_draw,
    .examples = glyphs_examples,
    .class_name = glyphs_class_name,
};
