/* Omniglot: N-way classification of handwritten characters from K drawings each. Data: a packed set (tasks/image_set.h)
 * that `innerloop data import omniglot` writes; its classes are called by character number, "0001" to "1623".
 *
 * A partial set (only some characters) works: splits are made for all 1623 and then restricted to what is there. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "data/image_set.h"
#include "data/known_sets.h"
#include "data/omniglot_characters.h"
#include "tasks/class_split.h"
#include "tasks/omniglot_pixels.h"
#include "tasks/sampling.h"

enum { SPLIT_RANDOM, SPLIT_ALPHABET, SPLIT_ALPHABET_JOINED, SPLIT_FILE };
enum { ROTATIONS_NONE, ROTATIONS_AUGMENTATION, ROTATIONS_CLASSES };
enum { POLARITY_INK_ONE, POLARITY_INK_ZERO };
enum { QUARTERS = 4 };

static const char *const split_names[] = {"random", "alphabet", "alphabet_joined", "file", NULL};
static const char *const rotation_names[] = {"none", "augmentation", "classes", NULL};
static const char *const polarity_names[] = {"ink_one", "ink_zero", NULL};

typedef struct omniglot_options {
  int ways, size, resize, resize_side, polarity;
  double mean, deviation;
  int split;
  il_int_list split_sizes;
  uint64_t split_seed;
  int train_rotations, test_rotations;
  int task_pool;
  const char *split_file;
} omniglot_options;

static const il_option omniglot_rows[] = {
    IL_WAYS_ROW(omniglot_options, "Finn et al. 2017, table 1"),
    {.name = "size",
     .type = IL_OPTION_INT,
     .offset = offsetof(omniglot_options, size),
     .fallback = "28",
     .low = 1,
     .high = IL_OMNIGLOT_SIDE,
     .unit = "pixels",
     .help = "side of the images, reduced from 105",
     .source = "Finn et al. 2017, section 5.2; cbfinn/maml resize_images.py"},
    {.name = "resize",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(omniglot_options, resize),
     .fallback = "nearest",
     .choices = il_omniglot_resize_names,
     .presentation = true,
     .help = "nearest: black and white, as PIL resizes 1-bit images whatever filter it is given; the others go through "
             "grey, to PIL's bits",
     .source =
         "nearest: cbfinn/maml, Reptile, Prototypical Networks, MAML++; lanczos: iMAML; bilinear: Chen et al. 2019"},
    {.name = "resize_side",
     .type = IL_OPTION_INT,
     .offset = offsetof(omniglot_options, resize_side),
     .fallback = "0",
     .low = 0,
     .high = IL_OMNIGLOT_SIDE,
     .unit = "pixels",
     .presentation = true,
     .help = "reduced to this side, of which the middle, `size`, is kept; 0: to `size`",
     .source = "Chen et al. 2019: 32 for 28, CloserLookFewShot data/datamgr.py"},
    {.name = "polarity",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(omniglot_options, polarity),
     .fallback = "ink_one",
     .choices = polarity_names,
     .presentation = true,
     .help = "ink_one: ink is 1, paper 0; ink_zero: the other way round, as in Reptile's and MAML++'s code",
     .source = "cbfinn/maml data_generator.py"},
    {.name = "mean",
     .type = IL_OPTION_REAL,
     .offset = offsetof(omniglot_options, mean),
     .fallback = "0",
     .low = -1e6,
     .high = 1e6,
     .presentation = true,
     .help = "subtracted from the pixels, 0 to 1 by `polarity`",
     .source = "none in cbfinn/maml data_generator.py; Chen et al. 2019: 0.485"},
    {.name = "deviation",
     .type = IL_OPTION_REAL,
     .offset = offsetof(omniglot_options, deviation),
     .fallback = "1",
     .low = 0,
     .low_open = true,
     .high = 1e6,
     .presentation = true,
     .help = "divides the pixels after the mean is subtracted",
     .source = "Chen et al. 2019: 0.229"},
    {.name = "split",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(omniglot_options, split),
     .fallback = "random",
     .choices = split_names,
     .help = "random: split_sizes characters of all alphabets; alphabet: 1028, 172, 423 by Vinyals et al. 2016; "
             "alphabet_joined: the same with validation joined to training, 1200, 0, 423; file: split_file",
     .source = "Finn et al. 2017, section 5.2; alphabet: Snell et al. 2017"},
    {.name = "split_sizes",
     .type = IL_OPTION_INT_LIST,
     .offset = offsetof(omniglot_options, split_sizes),
     .fallback = "[1100, 100, 423]",
     .low = 0,
     .high = IL_OMNIGLOT_CHARACTERS,
     .min_count = IL_SPLITS,
     .max_count = IL_SPLITS,
     .unit = "characters",
     .help = "characters for training, validation, test where split is random; with none for validation, validation "
             "episodes come from the training characters",
     .source = "cbfinn/maml data_generator.py; Reptile: [1200, 0, 423]; MAML++: [1150, 50, 423]"},
    IL_SPLIT_SEED_ROW(omniglot_options, "seed of the random split, which depends on nothing else"),
    {.name = "split_file",
     .type = IL_OPTION_TEXT,
     .offset = offsetof(omniglot_options, split_file),
     .fallback = "",
     .help = "where split is file: csv file of lines CHARACTER,SPLIT, characters 0001 to 1623 in the order of the data "
             "set, SPLIT train, validation or test; characters it does not name are left out"},
    {.name = "train_rotations",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(omniglot_options, train_rotations),
     .fallback = "augmentation",
     .choices = rotation_names,
     .help = "quarter turns in training. augmentation: each class of a task turned by 0 to 3, support and query alike; "
             "classes: every turn of a character is a class of its own",
     .source = "cbfinn/maml data_generator.py; classes: Reptile, Prototypical Networks"},
    {.name = "test_rotations",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(omniglot_options, test_rotations),
     .fallback = "augmentation",
     .choices = rotation_names,
     .help = "quarter turns in validation and test",
     .source = "cbfinn/maml data_generator.py turns them at test too; none: Reptile, MAML++; classes: Prototypical "
               "Networks"},
    {.name = "task_pool",
     .type = IL_OPTION_INT,
     .offset = offsetof(omniglot_options, task_pool),
     .fallback = "0",
     .low = 0,
     .high = 1000000000,
     .unit = "tasks",
     .help =
         "training tasks drawn once and cycled, classes, labels and drawings fixed, rotations by augmentation drawn "
         "anew; 0: always new tasks",
     .source = "200000 in cbfinn/maml data_generator.py"},
};

typedef struct omniglot {
  omniglot_options options;
  il_class_split split; /* classes: index into the set */
  int rotations[IL_SPLITS];
  const char **names;        /* [classes] of the set */
  il_omniglot_pixels pixels; /* [classes][20] images */
  char digest[IL_DIGEST_TEXT];
  char coverage[IL_COVERAGE_TEXT];
} omniglot;

/* ---- open ---- */

/* Number of a character from its class name, or 0. */
static int character_of(const char *name) {
  int number = 0;
  if (strlen(name) != 4 || strspn(name, "0123456789") != 4) return 0;
  for (int i = 0; i < 4; i++) number = 10 * number + name[i] - '0';
  return number <= IL_OMNIGLOT_CHARACTERS ? number : 0;
}

/* class_of[character - 1]: index in the set or -1. */
static il_status check_set(int *class_of, const il_image_set *set, il_error *error) {
  const il_image_form *form = &set->form;
  if (form->bits != 1 || form->channels != 1 || form->height != IL_OMNIGLOT_SIDE || form->width != IL_OMNIGLOT_SIDE)
    return il_fail(error, IL_DATA, "data set omniglot: images of %d x %d pixels; expected 105 x 105 of 1 bit",
                   form->height, form->width);
  for (int i = 0; i < IL_OMNIGLOT_CHARACTERS; i++) class_of[i] = -1;
  for (int c = 0; c < set->classes; c++) {
    int character = character_of(set->names[c]);
    if (!character || class_of[character - 1] >= 0 || set->first[c + 1] - set->first[c] != IL_OMNIGLOT_DRAWINGS)
      return il_fail(error, IL_DATA, "data set omniglot: class '%.20s'; expected characters of 20 drawings",
                     set->names[c]);
    class_of[character - 1] = c;
  }
  return IL_OK;
}

/* Split of all characters, in order[0..1623) by class index; those that are not there become unused. */
static void assign(int *splits, int *order, const int *class_of, const omniglot_options *options) {
  const int *sizes = options->split_sizes.at;
  int joined = options->split == SPLIT_ALPHABET_JOINED;
  if (options->split == SPLIT_RANDOM)
    il_class_split_shuffle(order, IL_OMNIGLOT_CHARACTERS, options->split_seed);
  else
    for (int i = 0; i < IL_OMNIGLOT_CHARACTERS; i++) order[i] = i;
  for (int i = 0; i < IL_OMNIGLOT_CHARACTERS; i++) {
    int split = i < sizes[0] ? IL_SPLIT_TRAIN : i < sizes[0] + sizes[1] ? IL_SPLIT_VALIDATION : IL_SPLIT_TEST;
    if (options->split == SPLIT_RANDOM && i >= sizes[0] + sizes[1] + sizes[2]) split = IL_SPLIT_UNUSED;
    if (options->split != SPLIT_RANDOM) split = (int)il_omniglot_alphabet_split(i + 1);
    if (joined && split == IL_SPLIT_VALIDATION) split = IL_SPLIT_TRAIN;
    order[i] = class_of[order[i]];
    splits[i] = order[i] < 0 ? IL_SPLIT_UNUSED : split;
  }
}

static il_status split_classes(omniglot *suite, const il_image_set *set, const int *class_of, il_arena *arena,
                               il_error *error) {
  int splits[IL_OMNIGLOT_CHARACTERS], order[IL_OMNIGLOT_CHARACTERS], copies[IL_SPLITS];
  const omniglot_options *options = &suite->options;
  il_status status = IL_OK;
  int entries = options->split == SPLIT_FILE ? set->classes : IL_OMNIGLOT_CHARACTERS;
  if (options->split == SPLIT_FILE)
    status = il_class_split_read(splits, order, options->split_file, set->names, entries, error);
  else
    assign(splits, order, class_of, options);
  if (status == IL_OK) status = il_class_split_fill(&suite->split, splits, order, entries, set->names, arena, error);
  if (status != IL_OK) return status;
  for (int s = 0; s < IL_SPLITS; s++) {
    il_split used = il_class_split_used(&suite->split, (il_split)s);
    suite->rotations[s] = used == IL_SPLIT_TRAIN ? suite->options.train_rotations : suite->options.test_rotations;
    copies[s] = suite->rotations[s] == ROTATIONS_CLASSES ? QUARTERS : 1;
  }
  return il_class_split_check(&suite->split, suite->options.ways, copies, error);
}

static il_status reduce(omniglot *suite, const il_image_set *set, il_arena *arena, il_error *error) {
  const omniglot_options *options = &suite->options;
  const il_omniglot_look look = {.size = options->size,
                                 .side = options->resize_side,
                                 .resize = (il_omniglot_resize)options->resize,
                                 .ink_zero = options->polarity == POLARITY_INK_ZERO,
                                 .mean = options->mean,
                                 .deviation = options->deviation};
  return il_omniglot_reduce(&suite->pixels, set, &look, arena, error);
}

/* The set is closed when its pixels are reduced; names stay. */
static il_status keep_names(omniglot *suite, const il_image_set *set, il_arena *arena, il_error *error) {
  suite->names = il_arena_get(arena, (size_t)set->classes, sizeof *suite->names);
  for (int c = 0; suite->names && c < set->classes; c++)
    if (!(suite->names[c] = il_arena_text(arena, set->names[c]))) suite->names = NULL;
  return suite->names ? IL_OK : il_fail_memory(error, "class names", (size_t)set->classes * sizeof *suite->names);
}

static il_status check_options(const omniglot_options *options, il_error *error) {
  const int *sizes = options->split_sizes.at;
  int sum = sizes[0] + sizes[1] + sizes[2];
  if (options->resize_side && options->resize_side < options->size)
    return il_fail_about(error, "resize_side", IL_INVALID, "resize_side is %d, below size, %d", options->resize_side,
                         options->size);
  if (sum <= IL_OMNIGLOT_CHARACTERS) return IL_OK;
  return il_fail_about(error, "split_sizes", IL_INVALID, "split_sizes add to %d characters; expected at most %d", sum,
                       IL_OMNIGLOT_CHARACTERS);
}

static il_status omniglot_open(void **state, const void *options, const char *data, il_arena *arena, il_error *error) {
  int class_of[IL_OMNIGLOT_CHARACTERS];
  il_image_set *set = NULL;
  il_status status = check_options(options, error);
  if (status != IL_OK) return status;
  omniglot *suite = il_arena_get(arena, 1, sizeof *suite);
  if (!suite) return il_fail_memory(error, "the omniglot suite", sizeof *suite);
  suite->options = *(const omniglot_options *)options;
  IL_TRY(il_image_set_find(&set, data, "omniglot", IL_IMAGE_CHECK_ALWAYS, NULL, error));
  IL_TRY(check_set(class_of, set, error));
  IL_TRY(split_classes(suite, set, class_of, arena, error));
  IL_TRY(keep_names(suite, set, arena, error));
  IL_TRY(reduce(suite, set, arena, error));
  memcpy(suite->digest, set->digest, sizeof suite->digest);
  il_known_set_coverage(suite->coverage, sizeof suite->coverage, "omniglot", set->classes);
  *state = suite;
done:
  il_image_set_close(set);
  return status;
}

/* ---- draw ---- */

/* Classes a split has, turns counted where they are classes. */
static int classes_of(const omniglot *suite, il_split split) {
  int copies = suite->rotations[split] == ROTATIONS_CLASSES ? QUARTERS : 1;
  return suite->split.count[il_class_split_used(&suite->split, split)] * copies;
}

static void omniglot_info(const void *state, il_suite_info *info) {
  const omniglot *suite = state;
  int size = suite->options.size;
  *info = (il_suite_info){.kind = &il_classification,
                          .interface = {.input = {.rank = 3, .dims = {size, size, 1}}, .outputs = suite->options.ways},
                          .ways = suite->options.ways,
                          .default_shots = 1,
                          .default_queries = 1,
                          .examples = IL_OMNIGLOT_DRAWINGS};
  for (int s = 0; s < IL_SPLITS; s++) info->example_classes[s] = classes_of(suite, (il_split)s);
}

static void write_image(real *x, const void *state, int class, int example, int quarters) {
  const omniglot *suite = state;
  il_omniglot_write(x, &suite->pixels, (size_t) class * IL_OMNIGLOT_DRAWINGS + (size_t)example, quarters);
}

static il_examples examples_of(const omniglot *suite, int class, int quarters) {
  size_t size = (size_t)suite->options.size;
  return (il_examples){.suite = suite,
                       .write = write_image,
                       .class = class,
                       .quarters = quarters,
                       .count = IL_OMNIGLOT_DRAWINGS,
                       .size = size * size};
}

/* The examples that class number `chosen` of a split stands for. Rotations by augmentation come from `turns`. */
static il_examples chosen_examples(const omniglot *suite, il_split split, int chosen, il_stream *turns) {
  int rotations = suite->rotations[split], copies = rotations == ROTATIONS_CLASSES ? QUARTERS : 1;
  il_split used = il_class_split_used(&suite->split, split);
  int quarters = chosen % copies;
  if (rotations == ROTATIONS_AUGMENTATION) quarters = (int)il_random_below(turns, QUARTERS);
  return examples_of(suite, suite->split.classes[used][chosen / copies], quarters);
}

/* Rotations by augmentation have a stream of their own, so that a task of a pool comes back with others. */
static il_stream choose(int *chosen, const omniglot *suite, il_split split, uint64_t seed, uint64_t index) {
  const omniglot_options *options = &suite->options;
  uint64_t task = split == IL_SPLIT_TRAIN && options->task_pool ? index % (uint64_t)options->task_pool : index;
  il_stream stream = il_episode_stream(split, seed, task);
  il_sample_distinct(&stream, chosen, options->ways, classes_of(suite, split));
  return stream;
}

static void omniglot_draw(const void *state, il_split split, uint64_t seed, uint64_t index, il_episode *episode) {
  const omniglot *suite = state;
  const omniglot_options *options = &suite->options;
  int chosen[IL_WAYS_MAX];
  il_stream stream = choose(chosen, suite, split, seed, index), turns = il_episode_noise_stream(split, seed, index);
  for (int label = 0; label < options->ways; label++) {
    il_examples examples = chosen_examples(suite, split, chosen[label], &turns);
    il_draw_examples(episode, &stream, options->ways, label, &examples);
  }
}

/* Turned characters that are classes of their own have the turn in their name. */
static void omniglot_class_name(const void *state, il_split split, uint64_t seed, uint64_t index, int label, char *text,
                                size_t size) {
  const omniglot *suite = state;
  int chosen[IL_WAYS_MAX], copies = suite->rotations[split] == ROTATIONS_CLASSES ? QUARTERS : 1;
  (void)choose(chosen, suite, split, seed, index);
  int class = suite->split.classes[il_class_split_used(&suite->split, split)][chosen[label] / copies];
  int turn = chosen[label] % copies;
  (void)snprintf(text, size, turn ? "%s turned %d" : "%s", suite->names[class], 360 / QUARTERS * turn);
}

static int omniglot_classes(const void *state, il_split split, const int **classes) {
  const omniglot *suite = state;
  *classes = suite->split.classes[split];
  return suite->split.count[split];
}

static void omniglot_examples(const void *state, il_split split, uint64_t seed, uint64_t index,
                              il_labelled_examples *labelled) {
  const omniglot *suite = state;
  int classes = classes_of(suite, split);
  il_stream stream = il_example_stream(split, seed, index);
  for (int row = 0; row < labelled->rows; row++) {
    int label = (int)il_random_below(&stream, (uint32_t)classes);
    il_examples examples = chosen_examples(suite, split, label, &stream);
    il_sample_labelled_example(labelled, &stream, row, label, classes, &examples);
  }
}

static void omniglot_digests(const void *state, il_suite_digests *digests) {
  const omniglot *suite = state;
  memcpy(digests->data, suite->digest, sizeof digests->data);
  memcpy(digests->split, suite->split.digest, sizeof digests->split);
  memcpy(digests->coverage, suite->coverage, sizeof digests->coverage);
}

const il_suite il_suite_omniglot = {
    .name = "omniglot",
    .summary = "classification of handwritten characters from few drawings (needs data)",
    .citation =
        "Lake, Salakhutdinov, Tenenbaum: Human-level concept learning through probabilistic program induction, "
        "Science 350, 2015; few-shot protocol: Vinyals et al., Matching networks for one shot learning, NIPS 2016",
    .options = {omniglot_rows, sizeof omniglot_rows / sizeof omniglot_rows[0], sizeof(omniglot_options)},
    .kind = &il_classification,
    .open = omniglot_open,
    .info = omniglot_info,
    .draw = omniglot_draw,
    .classes = omniglot_classes,
    .examples = omniglot_examples,
    .class_name = omniglot_class_name,
    .digests = omniglot_digests,
};
