/* What the words of a published figure mean: how it was obtained, what its +- is, which sine waves, which difference
 * matters. */
#include <math.h>
#include <string.h>

#include "results/published.h"

const char *const il_evidence_names[] = {"read", "second-hand", "memory", "derived", NULL};
const char *const il_printed_names[] = {"ci95-episodes", "ci95-runs", "sd-runs", "none", "unknown", NULL};
const char *const il_metric_names[] = {"accuracy", "mse", "return", NULL};

enum {
  SD_RUNS_UNKNOWN = 3
}; /* trained models behind an sd-runs whose source does not say how many: the fewest in use */

il_interval il_figure_interval(const il_figure *figure, double level) {
  double half = isfinite(figure->margin) ? figure->margin : 0;
  int runs = figure->runs > 1 ? figure->runs : SD_RUNS_UNKNOWN;
  if (figure->printed == IL_PRINTED_SD_RUNS)
    half *= il_student_quantile((1 + level) / 2, runs - 1) / sqrt(runs);
  else
    half *= il_normal_quantile((1 + level) / 2) / il_normal_quantile(0.975);
  return (il_interval){figure->value, figure->value - half, figure->value + half, 0};
}

/* `share` of the figure, for accuracies of the error rate; between `least` and `most`. */
typedef struct metric_margin {
  double share, least, most;
  int error_rate;
  const char *words;
} metric_margin;

static const metric_margin metric_margins[] = {
    [IL_METRIC_ACCURACY] = {0.5, 0.005, 0.01, 1,
                            "half the published error rate, at least 0.5 and at most 1 percentage point"},
    [IL_METRIC_MSE] = {0.1, 0, INFINITY, 0, "a tenth of the published figure"},
    [IL_METRIC_RETURN] = {0.1, 0, INFINITY, 0, "a tenth of the published figure"},
};

const char *il_figure_margin_words(const char *metric) {
  int row = IL_METRIC_MSE; /* of what no figure is given in: as of an error */
  for (int i = 0; il_metric_names[i]; i++)
    if (strcmp(il_metric_names[i], metric) == 0) row = i;
  return metric_margins[row].words;
}

double il_figure_equivalence(int metric, double value, double stated) {
  const metric_margin *row = &metric_margins[metric];
  if (stated > 0) return row->error_rate ? stated : stated * fabs(value);
  double size = row->error_rate ? 1 - value : fabs(value);
  return fmin(fmax(row->share * size, row->least), row->most);
}

static const il_condition finn[] = {{"suite.frequency", "[1, 1]"}, {"suite.noise", "0"}};
static const il_condition li[] = {{"suite.frequency", "[0.8, 1.2]"}, {"suite.noise", "0"}};
static const il_condition noisy[] = {{"suite.frequency", "[1, 1]"}};
static const il_condition wide[] = {{"suite.frequency", "[0.5, 2]"}};

#define CONDITIONS(list)                                                                                               \
  { sizeof(list) / sizeof((list)[0]), list }
static const il_family families[] = {
    {"sinusoid", "finn", "amplitude and phase, no noise", CONDITIONS(finn)},
    {"sinusoid", "li", "amplitude, phase and a frequency from 0.8 to 1.2, no noise", CONDITIONS(li)},
    {"sinusoid", "noisy", "amplitude and phase, noise on the targets", CONDITIONS(noisy)},
    {"sinusoid", "wide", "amplitude, phase and a frequency from 0.5 to 2, noise by the amplitude", CONDITIONS(wide)},
};
enum { FAMILIES = sizeof families / sizeof families[0] };

const il_family *il_family_find(const char *suite, const char *name) {
  for (int i = 0; i < FAMILIES; i++)
    if (strcmp(families[i].suite, suite) == 0 && (!name || strcmp(families[i].name, name) == 0)) return &families[i];
  return NULL;
}

const char *il_family_list(const char *suite, il_arena *arena) {
  const char *text = "";
  for (int i = 0; i < FAMILIES && text; i++)
    if (strcmp(families[i].suite, suite) == 0)
      text = il_arena_format(arena, "%s%s%s", text, text[0] ? ", " : "", families[i].name);
  return text ? text : "";
}
