/* Linear regression: y = x W + b + noise with standard normal inputs. The tasks' maps scatter around a common one,
 *   W = (common C + spread Z) / sqrt(inputs), C fixed by map_seed, Z new in every task, both standard normal,
 * so that a target has variance common^2 + spread^2 (+ noise^2), and meta-learning can learn C. The offset b, where
 * there is one, is common c + spread z. Drawn in float in every build. */
#include <math.h>
#include <stdbool.h>

#include "innerloop/random.h"
#include "innerloop/suite.h"

typedef struct linear_options {
  int inputs, outputs;
  int signal;
  bool bias;
  double common, spread, noise;
  uint64_t map_seed;
} linear_options;

enum { SIGNAL_LINEAR, SIGNAL_NONE };
static const char *const signal_names[] = {"linear", "none", NULL};

enum { WIDTH_MAX = 4096, COMMON_MAP = 0 /* index within IL_PURPOSE_SUITE */ };

static const il_option linear_rows[] = {
    {.name = "inputs",
     .type = IL_OPTION_INT,
     .offset = offsetof(linear_options, inputs),
     .fallback = "10",
     .low = 1,
     .high = WIDTH_MAX,
     .help = "numbers in one input"},
    {.name = "outputs",
     .type = IL_OPTION_INT,
     .offset = offsetof(linear_options, outputs),
     .fallback = "1",
     .low = 1,
     .high = WIDTH_MAX,
     .help = "numbers in one target"},
    {.name = "signal",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(linear_options, signal),
     .fallback = "linear",
     .choices = signal_names,
     .help = "linear: targets are a linear map of the inputs; none: standard normal numbers that no input explains"},
    {.name = "bias",
     .type = IL_OPTION_BOOL,
     .offset = offsetof(linear_options, bias),
     .fallback = "false",
     .help = "whether the true maps have an offset"},
    {.name = "common",
     .type = IL_OPTION_REAL,
     .offset = offsetof(linear_options, common),
     .fallback = "1",
     .low = 0,
     .high = 1e6,
     .help = "scale of the map all tasks share: the standard deviation it gives a target"},
    {.name = "spread",
     .type = IL_OPTION_REAL,
     .offset = offsetof(linear_options, spread),
     .fallback = "0.5",
     .low = 0,
     .high = 1e6,
     .help = "scale of what is a task's own, in the same unit; 0: all tasks are the same"},
    {.name = "noise",
     .type = IL_OPTION_REAL,
     .offset = offsetof(linear_options, noise),
     .fallback = "0",
     .low = 0,
     .high = 1e6,
     .help = "standard deviation of the normal noise on the targets, support and query alike"},
    {.name = "map_seed",
     .type = IL_OPTION_SEED,
     .offset = offsetof(linear_options, map_seed),
     .fallback = "0",
     .help = "seed of the common map, which is the same for all splits and all seeds of an experiment"},
};

/* weights: inputs x outputs, row-major; then `outputs` offsets where there is a bias. */
typedef struct linear_suite {
  linear_options options;
  int parameters; /* numbers in a map; 0 without signal */
  float *common;  /* [parameters], common C / sqrt(inputs) and common c */
} linear_suite;

/* What a standard normal number at `parameter` of a map is multiplied with, besides common or spread. */
static float map_scale(const linear_options *options, int parameter) {
  return parameter < options->inputs * options->outputs ? 1.0f / sqrtf((float)options->inputs) : 1.0f;
}

static void draw_common_map(linear_suite *suite) {
  const linear_options *options = &suite->options;
  il_stream stream = il_stream_open(options->map_seed, IL_PURPOSE_SUITE, COMMON_MAP);
  for (int i = 0; i < suite->parameters; i++)
    suite->common[i] = (float)options->common * map_scale(options, i) * il_random_normal(&stream);
}

static il_status linear_open(void **state, const void *options, const char *data, il_arena *arena, il_error *error) {
  (void)data;
  linear_suite *suite = il_arena_get(arena, 1, sizeof *suite);
  if (suite == NULL) return il_fail_memory(error, "the linear suite", sizeof *suite);
  suite->options = *(const linear_options *)options;
  const linear_options *chosen = &suite->options;
  if (chosen->signal == SIGNAL_LINEAR) suite->parameters = (chosen->inputs + (chosen->bias ? 1 : 0)) * chosen->outputs;
  suite->common = il_arena_get(arena, (size_t)suite->parameters, sizeof *suite->common);
  if (suite->common == NULL)
    return il_fail_memory(error, "the common map of the linear suite", (size_t)suite->parameters * sizeof(float));
  draw_common_map(suite);
  *state = suite;
  return IL_OK;
}

static void linear_info(const void *state, il_suite_info *info) {
  const linear_suite *suite = state;
  *info = (il_suite_info){
      .kind = &il_regression,
      .interface = {.input = {.rank = 1, .dims = {suite->options.inputs}}, .outputs = suite->options.outputs},
      .ways = 1,
      .task_parameters = suite->parameters,
      .default_shots = 5,
      .default_queries = 3,
  };
}

/* Where the examples of one episode come from. map: the task's parameters, floats stored as real. */
typedef struct linear_source {
  const linear_suite *suite;
  const real *map;
  il_stream examples, noise;
} linear_source;

/* Target `output` of the input x [inputs] without noise. */
static float true_target(linear_source *source, const real *x, int output) {
  const linear_options *options = &source->suite->options;
  if (options->signal == SIGNAL_NONE) return il_random_normal(&source->examples);
  int outputs = options->outputs;
  float sum = options->bias ? (float)source->map[options->inputs * outputs + output] : 0.0f;
  for (int i = 0; i < options->inputs; i++) sum += (float)x[i] * (float)source->map[i * outputs + output];
  return sum;
}

/* x [examples, inputs], y [examples, outputs]. */
static void draw_examples(linear_source *source, real *x, real *y, int examples) {
  const linear_options *options = &source->suite->options;
  float noise = (float)options->noise;
  for (int row = 0; row < examples; row++, x += options->inputs, y += options->outputs) {
    for (int i = 0; i < options->inputs; i++) x[i] = (real)il_random_normal(&source->examples);
    for (int j = 0; j < options->outputs; j++) {
      float target = true_target(source, x, j);
      if (noise > 0) target += noise * il_random_normal(&source->noise);
      y[j] = (real)target;
    }
  }
}

static void linear_draw(const void *state, il_split split, uint64_t seed, uint64_t index, il_episode *episode) {
  const linear_suite *suite = state;
  const linear_options *options = &suite->options;
  linear_source source = {.suite = suite,
                          .map = episode->task_parameters,
                          .examples = il_episode_stream(split, seed, index),
                          .noise = il_episode_noise_stream(split, seed, index)};
  for (int i = 0; i < suite->parameters; i++) {
    float own = (float)options->spread * map_scale(options, i) * il_random_normal(&source.examples);
    episode->task_parameters[i] = (real)(suite->common[i] + own);
  }
  draw_examples(&source, episode->query_x, episode->query_y, episode->queries);
  draw_examples(&source, episode->support_x, episode->support_y, episode->shots);
}

const il_suite il_suite_linear = {
    .name = "linear",
    .summary = "regression on linear maps that scatter around a common one",
    .options = {linear_rows, sizeof linear_rows / sizeof linear_rows[0], sizeof(linear_options)},
    .kind = &il_regression,
    .open = linear_open,
    .info = linear_info,
    .draw = linear_draw,
};
