/* Images: N-way classification on any image set in packed form (`innerloop data import images NAME PATH`), such as
 * mini-ImageNet or CIFAR-FS as their users have them. The pixels of large sets stay in the file; a draw reads and
 * converts what it needs. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest_name.h"
#include "data/data_directory.h"
#include "data/image_set.h"
#include "data/known_sets.h"
#include "data/known_splits.h"
#include "tasks/class_split.h"
#include "tasks/sampling.h"

enum { CHANNELS_MAX = 3, LEVELS = 256, PIECE = 24576 }; /* a piece: samples, a multiple of the channels */

typedef struct images_options {
  int ways;
  const char *set, *split, *split_file;
  il_real_list split_fractions, mean, deviation;
  uint64_t split_seed;
} images_options;

static const il_option images_rows[] = {
    {.name = "set",
     .type = IL_OPTION_TEXT,
     .offset = offsetof(images_options, set),
     .fallback = "images",
     .help = "name of the image set in the data directory"},
    IL_WAYS_ROW(images_options, "Finn et al. 2017, table 1"),
    {.name = "split",
     .type = IL_OPTION_TEXT,
     .offset = offsetof(images_options, split),
     .fallback = "",
     .help = "a split that came with the set or is known for its classes, by name (`innerloop data info SET` lists "
             "them); empty: split_file, split_fractions"},
    {.name = "split_file",
     .type = IL_OPTION_TEXT,
     .offset = offsetof(images_options, split_file),
     .fallback = "",
     .help =
         "csv file of lines CLASS,SPLIT with SPLIT train, validation or test; classes it does not name are left out; "
         "empty: split_fractions"},
    {.name = "split_fractions",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(images_options, split_fractions),
     .fallback = "[0.64, 0.16, 0.2]",
     .low = 0,
     .high = 1,
     .min_count = IL_SPLITS,
     .max_count = IL_SPLITS,
     .help =
         "share of the classes for training, validation and test, in an order shuffled by split_seed; the number of a "
         "split is rounded, test takes what is left where the shares add to 1",
     .source = "64, 16, 20 of 100 classes: Ravi, Larochelle 2017"},
    IL_SPLIT_SEED_ROW(images_options, "seed of the order for split_fractions"),
    {.name = "mean",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(images_options, mean),
     .fallback = "[0]",
     .low = -1e6,
     .high = 1e6,
     .min_count = 1,
     .max_count = CHANNELS_MAX,
     .presentation = true,
     .help = "subtracted from each channel of the images, whose samples are 0 to 1; one number or one for each channel",
     .source = "none in cbfinn/maml data_generator.py"},
    {.name = "deviation",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(images_options, deviation),
     .fallback = "[1]",
     .low = 0,
     .low_open = true,
     .high = 1e6,
     .min_count = 1,
     .max_count = CHANNELS_MAX,
     .presentation = true,
     .help = "divides each channel after the mean is subtracted; one number or one for each channel"},
};

typedef struct images_state {
  images_options options;
  il_image_set *set;
  il_class_split split;
  int examples;                     /* of the smallest class */
  real level[CHANNELS_MAX][LEVELS]; /* value of a sample */
} images_state;

/* ---- splits ---- */

static void split_by_fractions(int *splits, int *order, int classes, const images_options *options) {
  const double *share = options->split_fractions.at;
  int bounds[IL_SPLITS];
  double sum = 0;
  for (int s = 0; s < IL_SPLITS; s++) {
    sum += share[s];
    bounds[s] = (int)(sum * classes + 0.5);
  }
  il_class_split_shuffle(order, classes, options->split_seed);
  for (int c = 0; c < classes; c++) {
    splits[c] = IL_SPLIT_UNUSED;
    for (int s = IL_SPLITS - 1; s >= 0; s--)
      if (c < bounds[s]) splits[c] = s;
  }
}

static const char *list_name(const void *lists, int index) {
  return ((const il_image_lists *)lists)->at[index].name;
}

static il_status no_split(const images_options *options, const il_image_lists *lists, il_error *error) {
  char names[IL_LISTS_MAX * (IL_SET_NAME_SIZE + 2)] = "";
  int nearest = il_nearest(options->split, list_name, lists, lists->count);
  if (nearest >= 0)
    return il_fail_about(error, "split", IL_DATA, "image set `%s` has no split `%.60s`; did you mean `%s`?",
                         options->set, options->split, lists->at[nearest].name);
  for (int i = 0; i < lists->count; i++) {
    size_t used = strlen(names);
    (void)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", lists->at[i].name);
  }
  return il_fail_about(error, "split", IL_DATA, "image set `%s` has no split `%.60s`; expected %s", options->set,
                       options->split, lists->count > 0 ? names : "none: none came with it; use split_file");
}

/* The split called options->split. */
static il_status split_by_name(int *splits, int *order, const images_state *suite, il_arena *arena, il_error *error) {
  const images_options *options = &suite->options;
  il_image_lists lists;
  if (*options->split_file)
    return il_fail_about(error, "split", IL_INVALID, "split and split_file are both given; expected one of them");
  il_status status = il_image_set_splits(&lists, suite->set, arena, error);
  if (status != IL_OK) return status;
  int found = 0;
  while (found < lists.count && strcmp(lists.at[found].name, options->split) != 0) found++;
  if (found == lists.count) return no_split(options, &lists, error);
  for (int c = 0; c < suite->set->classes; c++) {
    order[c] = c;
    splits[c] = lists.at[found].of[c] < IL_SPLITS ? lists.at[found].of[c] : IL_SPLIT_UNUSED;
  }
  return IL_OK;
}

static il_status split_classes(images_state *suite, il_arena *arena, il_error *error) {
  static const int copies[IL_SPLITS] = {1, 1, 1};
  const images_options *options = &suite->options;
  const il_image_set *set = suite->set;
  int *splits = il_arena_get(arena, (size_t)set->classes, sizeof *splits);
  int *order = il_arena_get(arena, (size_t)set->classes, sizeof *order);
  if (!splits || !order) return il_fail_memory(error, "classes", (unsigned long long)set->classes * 8);
  il_status status = IL_OK;
  if (*options->split)
    status = split_by_name(splits, order, suite, arena, error);
  else if (*options->split_file)
    status = il_class_split_read(splits, order, options->split_file, set->names, set->classes, error);
  else
    split_by_fractions(splits, order, set->classes, options);
  if (status == IL_OK)
    status = il_class_split_fill(&suite->split, splits, order, set->classes, set->names, arena, error);
  return status == IL_OK ? il_class_split_check(&suite->split, options->ways, copies, error) : status;
}

/* ---- open ---- */

static il_status set_levels(images_state *suite, il_error *error) {
  const images_options *options = &suite->options;
  int channels = suite->set->form.channels, most = suite->set->form.bits == 1 ? 1 : 255;
  const il_real_list *lists[2] = {&options->mean, &options->deviation};
  for (int i = 0; i < 2; i++)
    if (lists[i]->count != 1 && lists[i]->count != channels)
      return il_fail_about(error, i ? "deviation" : "mean", IL_INVALID,
                           "%s has %d numbers; expected 1 or %d, one for each channel of the set",
                           i ? "deviation" : "mean", lists[i]->count, channels);
  for (int c = 0; c < channels; c++) {
    float mean = (float)options->mean.at[options->mean.count > 1 ? c : 0];
    float deviation = (float)options->deviation.at[options->deviation.count > 1 ? c : 0];
    for (int sample = 0; sample <= most; sample++)
      suite->level[c][sample] = (real)(((float)sample / (float)most - mean) / deviation);
  }
  return IL_OK;
}

static void images_close(void *state) {
  il_image_set_close(((images_state *)state)->set);
}

static il_status keep_options(images_state *suite, const images_options *options, il_arena *arena, il_error *error) {
  double sum = 0;
  for (int s = 0; s < IL_SPLITS; s++) sum += options->split_fractions.at[s];
  if (sum > 1 + 1e-9)
    return il_fail_about(error, "split_fractions", IL_INVALID, "split_fractions add to %g; expected at most 1", sum);
  suite->options = *options;
  suite->options.set = il_arena_text(arena, options->set);
  suite->options.split = il_arena_text(arena, options->split);
  suite->options.split_file = il_arena_text(arena, options->split_file);
  const images_options *kept = &suite->options;
  return kept->set && kept->split && kept->split_file ? IL_OK : il_fail_memory(error, "options", 0);
}

static il_status find_set(images_state *suite, const char *data, il_error *error) {
  il_error cause = {0};
  il_status status = il_image_set_find(&suite->set, data, suite->options.set, IL_IMAGE_CHECK_SMALL, NULL, &cause);
  if (status == IL_OK) return IL_OK;
  char nearest[IL_SET_NAME_SIZE];
  il_data_set_nearest(nearest, sizeof nearest, data, suite->options.set);
  if (status != IL_DATA || !*nearest) return il_fail_about(error, "set", status, "%s", cause.message);
  return il_fail_about(error, "set", status, "%s; did you mean `%s`?", cause.message, nearest);
}

static il_status images_open(void **state, const void *options, const char *data, il_arena *arena, il_error *error) {
  images_state *suite = il_arena_get(arena, 1, sizeof *suite);
  if (!suite) return il_fail_memory(error, "the images suite", sizeof *suite);
  il_status status = IL_OK;
  IL_TRY(keep_options(suite, options, arena, error));
  IL_TRY(find_set(suite, data, error));
  IL_TRY(set_levels(suite, error));
  IL_TRY(split_classes(suite, arena, error));
  suite->examples = IL_EXAMPLES_MAX;
  for (int s = 0; s < IL_SPLITS; s++) {
    for (int i = 0; i < suite->split.count[s]; i++) {
      const int *first = suite->set->first + suite->split.classes[s][i];
      if (first[1] - first[0] < suite->examples) suite->examples = first[1] - first[0];
    }
  }
  *state = suite;
done:
  if (status != IL_OK) images_close(suite);
  return status;
}

/* ---- draw ---- */

static void images_info(const void *state, il_suite_info *info) {
  const images_state *suite = state;
  const il_image_form *form = &suite->set->form;
  const il_class_split *split = &suite->split;
  *info = (il_suite_info){
      .kind = &il_classification,
      .interface = {.input = {.rank = 3, .dims = {form->height, form->width, form->channels}},
                    .outputs = suite->options.ways},
      .ways = suite->options.ways,
      .default_shots = 1,
      .default_queries = 15,
      .examples = suite->examples,
      .example_classes = {split->count[0], split->count[il_class_split_used(split, IL_SPLIT_VALIDATION)],
                          split->count[2]},
  };
}

static void write_image(real *x, const void *state, int class, int example, int quarters) {
  const images_state *suite = state;
  const il_image_set *set = suite->set;
  size_t samples = il_image_samples(&set->form), channels = (size_t)set->form.channels;
  unsigned char room[PIECE];
  int image = set->first[class] + example;
  (void)quarters;
  for (size_t done = 0; done < samples; done += PIECE) {
    size_t count = samples - done < PIECE ? samples - done : PIECE;
    const unsigned char *at = il_image_set_view(set, image, done, count, room);
    for (size_t i = 0; i < count; i += channels)
      for (size_t c = 0; c < channels; c++) *x++ = suite->level[c][at[i + c]];
  }
}

static il_examples examples_of(const images_state *suite, int class) {
  const il_image_set *set = suite->set;
  return (il_examples){.suite = suite,
                       .write = write_image,
                       .class = class,
                       .count = set->first[class + 1] - set->first[class],
                       .size = il_image_samples(&set->form)};
}

/* The classes of an episode, numbers in the set; returns the stream behind the choice. */
static il_stream choose(int *chosen, const images_state *suite, il_split split, uint64_t seed, uint64_t index) {
  il_split used = il_class_split_used(&suite->split, split);
  il_stream stream = il_episode_stream(split, seed, index);
  il_sample_distinct(&stream, chosen, suite->options.ways, suite->split.count[used]);
  for (int label = 0; label < suite->options.ways; label++) chosen[label] = suite->split.classes[used][chosen[label]];
  return stream;
}

static void images_draw(const void *state, il_split split, uint64_t seed, uint64_t index, il_episode *episode) {
  const images_state *suite = state;
  int chosen[IL_WAYS_MAX], ways = suite->options.ways;
  il_stream stream = choose(chosen, suite, split, seed, index);
  for (int label = 0; label < ways; label++) {
    il_examples examples = examples_of(suite, chosen[label]);
    il_draw_examples(episode, &stream, ways, label, &examples);
  }
}

static void images_class_name(const void *state, il_split split, uint64_t seed, uint64_t index, int label, char *text,
                              size_t size) {
  const images_state *suite = state;
  int chosen[IL_WAYS_MAX];
  (void)choose(chosen, suite, split, seed, index);
  (void)snprintf(text, size, "%s", suite->set->names[chosen[label]]);
}

static void images_examples(const void *state, il_split split, uint64_t seed, uint64_t index,
                            il_labelled_examples *labelled) {
  const images_state *suite = state;
  il_split used = il_class_split_used(&suite->split, split);
  int classes = suite->split.count[used];
  il_stream stream = il_example_stream(split, seed, index);
  for (int row = 0; row < labelled->rows; row++) {
    int label = (int)il_random_below(&stream, (uint32_t)classes);
    il_examples examples = examples_of(suite, suite->split.classes[used][label]);
    il_sample_labelled_example(labelled, &stream, row, label, classes, &examples);
  }
}

static int images_classes(const void *state, il_split split, const int **classes) {
  const images_state *suite = state;
  *classes = suite->split.classes[split];
  return suite->split.count[split];
}

static void images_digests(const void *state, il_suite_digests *digests) {
  const images_state *suite = state;
  memcpy(digests->data, suite->set->digest, sizeof digests->data);
  memcpy(digests->split, suite->split.digest, sizeof digests->split);
  il_known_set_coverage(digests->coverage, sizeof digests->coverage, suite->options.set, suite->set->classes);
}

static il_status images_trouble(const void *state, il_error *error) {
  return il_image_set_trouble(((const images_state *)state)->set, error);
}

const il_suite il_suite_images = {
    .name = "images",
    .summary =
        "classification of images of any set imported from pictures in class folders or a zip of them (needs data)",
    .citation = "few-shot protocol: Vinyals et al.: Matching networks for one shot learning, NIPS 2016",
    .options = {images_rows, sizeof images_rows / sizeof images_rows[0], sizeof(images_options)},
    .kind = &il_classification,
    .open = images_open,
    .info = images_info,
    .draw = images_draw,
    .examples = images_examples,
    .class_name = images_class_name,
    .close = images_close,
    .classes = images_classes,
    .digests = images_digests,
    .trouble = images_trouble,
};
