/* Sinusoid regression: y = A sin(w x - phi) of Finn et al., "Model-agnostic meta-learning" (ICML 2017, section 5.1), or
 * y = a sin(w x + b) of Nichol et al., "On first-order meta-learning algorithms" (2018). Both have w = 1; Li et al.,
 * "Meta-SGD" (2017), draw it. All float in every build. */
#include <math.h>
#include <stdbool.h>

#include "innerloop/random.h"
#include "innerloop/suite.h"

typedef struct sinusoid_options {
  int parametrisation;
  il_real_list amplitude;
  il_real_list input_range;
  il_real_list frequency;
  int inputs;
  int grid_points;
  double noise;
} sinusoid_options;

/* y = amplitude sin(frequency x + sign phase), phase uniform in [0, phase_end). */
typedef struct parametrisation {
  float sign, phase_end;
} parametrisation;

static const char *const parametrisation_names[] = {"maml", "reptile", NULL};
static const parametrisation parametrisations[] = {{-1, 3.14159265358979324f}, {1, 6.28318530717958648f}};

enum { INPUTS_UNIFORM, INPUTS_GRID };
static const char *const input_names[] = {"uniform", "grid", NULL};

static const il_option sinusoid_rows[] = {
    {.name = "parametrisation",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(sinusoid_options, parametrisation),
     .fallback = "maml",
     .choices = parametrisation_names,
     .help = "maml: y = A sin(w x - phi), phi in [0, pi]; reptile: y = a sin(w x + b), b in [0, 2 pi]; w: `frequency`",
     .source = "Finn et al. 2017, section 5.1; Nichol et al. 2018"},
    {.name = "amplitude",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(sinusoid_options, amplitude),
     .fallback = "[0.1, 5]",
     .low = -1e6,
     .high = 1e6,
     .min_count = 2,
     .max_count = 2,
     .help = "range of the amplitudes, lowest and highest",
     .source = "Finn et al. 2017, section 5.1"},
    {.name = "input_range",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(sinusoid_options, input_range),
     .fallback = "[-5, 5]",
     .low = -1e6,
     .high = 1e6,
     .min_count = 2,
     .max_count = 2,
     .unit = "radians",
     .help = "range of the inputs, lowest and highest",
     .source = "Finn et al. 2017, section 5.1"},
    {.name = "frequency",
     .type = IL_OPTION_REAL_LIST,
     .offset = offsetof(sinusoid_options, frequency),
     .fallback = "[1, 1]",
     .low = 0,
     .high = 1e6,
     .min_count = 2,
     .max_count = 2,
     .unit = "radians a unit of input",
     .help = "range of the frequencies, lowest and highest; equal: every task has this one, and nothing is drawn",
     .source = "Finn et al. 2017, section 5.1: 1; Li et al. 2017 (Meta-SGD): [0.8, 1.2]"},
    {.name = "inputs",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(sinusoid_options, inputs),
     .fallback = "uniform",
     .choices = input_names,
     .help =
         "uniform over the range, or from a grid: each point once, in order, when as many examples as grid points are "
         "asked for, else with replacement",
     .source = "Finn et al. 2017, section 5.1; grid: Schulman's Reptile demo script"},
    {.name = "grid_points",
     .type = IL_OPTION_INT,
     .offset = offsetof(sinusoid_options, grid_points),
     .fallback = "50",
     .low = 2,
     .high = 1000000,
     .unit = "points",
     .help = "points of the grid, both ends of the range included",
     .source = "Schulman's Reptile demo script"},
    {.name = "noise",
     .type = IL_OPTION_REAL,
     .offset = offsetof(sinusoid_options, noise),
     .fallback = "0",
     .low = 0,
     .high = 1e6,
     .help = "standard deviation of the normal noise on the targets, support and query alike",
     .source = "none in Finn et al. 2017"},
};

static int is_point(const il_real_list *range) {
  return range->at[0] == range->at[1];
}

/* `point`: both ends may be the same. */
static il_status check_range(const char *name, const il_real_list *range, int point, il_error *error) {
  if (range->at[0] < range->at[1] || (point && is_point(range))) return IL_OK;
  return il_fail_about(error, name, IL_INVALID, "%s is [%g, %g]; expected the lower bound first", name, range->at[0],
                       range->at[1]);
}

static il_status sinusoid_open(void **state, const void *options, const char *data, il_arena *arena, il_error *error) {
  (void)data;
  const sinusoid_options *chosen = options;
  il_status status = check_range("amplitude", &chosen->amplitude, 0, error);
  if (status != IL_OK) return status;
  status = check_range("input_range", &chosen->input_range, 0, error);
  if (status != IL_OK) return status;
  status = check_range("frequency", &chosen->frequency, 1, error);
  if (status != IL_OK) return status;
  sinusoid_options *kept = il_arena_get(arena, 1, sizeof *kept);
  if (kept == NULL) return il_fail_memory(error, "the sinusoid suite", sizeof *kept);
  *kept = *chosen;
  *state = kept;
  return IL_OK;
}

static void sinusoid_info(const void *state, il_suite_info *info) {
  const sinusoid_options *options = state;
  *info = (il_suite_info){
      .kind = &il_regression,
      .interface = {.input = {.rank = 1, .dims = {1}}, .outputs = 1},
      .ways = 1,
      .task_parameters = is_point(&options->frequency) ? 2 : 3, /* amplitude, phase, frequency where it varies */
      .default_shots = 10,
      .default_queries = 10,
  };
}

/* One task, and what its examples are drawn with. */
typedef struct sinusoid_task {
  const sinusoid_options *options;
  float amplitude, phase, sign, frequency;
  il_stream inputs, noise;
} sinusoid_task;

static float grid_point(const sinusoid_options *options, uint32_t point) {
  double low = options->input_range.at[0], high = options->input_range.at[1];
  return (float)(low + (high - low) * point / (options->grid_points - 1));
}

static float draw_input(sinusoid_task *task, int example, int examples) {
  const sinusoid_options *options = task->options;
  if (options->inputs == INPUTS_UNIFORM)
    return il_random_uniform(&task->inputs, (float)options->input_range.at[0], (float)options->input_range.at[1]);
  if (examples == options->grid_points) return grid_point(options, (uint32_t)example);
  return grid_point(options, il_random_below(&task->inputs, (uint32_t)options->grid_points));
}

/* x [examples, 1], y [examples, 1]. */
static void draw_examples(sinusoid_task *task, real *x, real *y, int examples) {
  float noise = (float)task->options->noise;
  for (int i = 0; i < examples; i++) {
    float input = draw_input(task, i, examples);
    float target = task->amplitude * sinf(task->frequency * input + task->sign * task->phase);
    if (noise > 0) target += noise * il_random_normal(&task->noise);
    x[i] = (real)input;
    y[i] = (real)target;
  }
}

static void sinusoid_draw(const void *state, il_split split, uint64_t seed, uint64_t index, il_episode *episode) {
  const sinusoid_options *options = state;
  const parametrisation *form = &parametrisations[options->parametrisation];
  sinusoid_task task = {.options = options,
                        .sign = form->sign,
                        .inputs = il_episode_stream(split, seed, index),
                        .noise = il_episode_noise_stream(split, seed, index)};
  task.amplitude = il_random_uniform(&task.inputs, (float)options->amplitude.at[0], (float)options->amplitude.at[1]);
  task.phase = il_random_uniform(&task.inputs, 0, form->phase_end);
  task.frequency = (float)options->frequency.at[0];
  if (!is_point(&options->frequency)) {
    task.frequency = il_random_uniform(&task.inputs, task.frequency, (float)options->frequency.at[1]);
    episode->task_parameters[2] = (real)task.frequency;
  }
  episode->task_parameters[0] = (real)task.amplitude;
  episode->task_parameters[1] = (real)task.phase;
  draw_examples(&task, episode->query_x, episode->query_y, episode->queries);
  draw_examples(&task, episode->support_x, episode->support_y, episode->shots);
}

const il_suite il_suite_sinusoid = {
    .name = "sinusoid",
    .summary = "regression on sine waves of random amplitude and phase",
    .citation = "Finn, Abbeel, Levine: Model-agnostic meta-learning for fast adaptation of deep networks, ICML 2017",
    .options = {sinusoid_rows, sizeof sinusoid_rows / sizeof sinusoid_rows[0], sizeof(sinusoid_options)},
    .kind = &il_regression,
    .open = sinusoid_open,
    .info = sinusoid_info,
    .draw = sinusoid_draw,
};
