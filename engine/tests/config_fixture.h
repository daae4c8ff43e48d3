/* A registry of stubs and two experiments on it, for tests of the configuration reader. */
#ifndef INNERLOOP_TESTS_CONFIG_FIXTURE_H
#define INNERLOOP_TESTS_CONFIG_FIXTURE_H

#include "arena_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "base/hash.h"
#include "experiment/config.h"

/* ---- stubs ---- */
typedef struct wave_options {
  il_real_list amplitude;
  bool upside_down;
} wave_options;
static const il_option wave_rows[] = {{.name = "amplitude",
                                       .type = IL_OPTION_REAL_LIST,
                                       .offset = offsetof(wave_options, amplitude),
                                       .fallback = "[0.1, 5]",
                                       .low = 0,
                                       .high = 10,
                                       .min_count = 2,
                                       .max_count = 2},
                                      {.name = "upside_down",
                                       .type = IL_OPTION_BOOL,
                                       .offset = offsetof(wave_options, upside_down),
                                       .fallback = "false",
                                       .presentation = true}};
static const il_suite wave = {.name = "wave", .kind = &il_regression, .options = {wave_rows, 2, sizeof(wave_options)}};
static const il_suite bare = {.name = "bare", .kind = &il_regression};

typedef struct net_options {
  il_int_list hidden;
  double scale;
} net_options;
static const il_option net_rows[] = {
    {.name = "hidden",
     .type = IL_OPTION_INT_LIST,
     .offset = offsetof(net_options, hidden),
     .fallback = "[4]",
     .low = 1,
     .high = 64},
    {.name = "scale", .type = IL_OPTION_REAL, .offset = offsetof(net_options, scale), .low = 0, .high = 1}};
static const il_model net = {.name = "net", .options = {net_rows, 2, sizeof(net_options)}};

typedef struct learner_options {
  bool first_order;
} learner_options;
static const il_option learner_rows[] = {{.name = "first_order",
                                          .type = IL_OPTION_BOOL,
                                          .offset = offsetof(learner_options, first_order),
                                          .fallback = "false"}};
static void build(il_build *made, const il_task *task) {
  (void)made, (void)task;
}
static const il_algorithm learner = {
    .name = "learner", .options = {learner_rows, 1, sizeof(learner_options)}, .build = build};
static const il_default mover_defaults[] = {{"outer.optimiser", "sgd"},
                                            {"outer.learning_rate", "0.5"},
                                            {"training.meta_batch", "5"},
                                            {"training.shots", "7"},
                                            {"inner.steps", "3"},
                                            {"adapt.momentum", "0.5"},
                                            {"outer.final_learning_rate", "0"},
                                            {NULL, NULL}};
static const il_algorithm mover = {.name = "mover", .defaults = mover_defaults, .build = build};
static const il_algorithm idle = {.name = "idle"};

static const il_algorithm *const algorithms[] = {&learner, &mover, &idle, NULL};
static const il_suite *const suites[] = {&wave, &bare, NULL};
static const il_model *const models[] = {&net, NULL};
static const char embedded_text[] =
    "experiment: inside\nsuite: bare\nmodel: {name: net, scale: 0.5}\nalgorithms: [idle]\n";
static const il_embedded experiments[] = {{"experiments/some/inside.yaml", embedded_text, sizeof embedded_text - 1},
                                          {NULL, NULL, 0}};
static const il_embedded published[] = {{"baselines/published/finn2017.yaml", "", 0}, {NULL, NULL, 0}};
static const il_registry stubs = {algorithms, suites, models, experiments, published, NULL};

static const char base_text[] = "experiment: test-1\n"
                                "suite: {name: wave}\n"
                                "model: {name: net, scale: 0.01}\n"
                                "training: {iterations: 100, shots: 9}\n"
                                "evaluation: {steps: 4}\n"
                                "algorithms:\n"
                                "  - name: learner\n"
                                "  - name: mover\n"
                                "    label: slow\n"
                                "    training: {meta_batch: 2}\n"
                                "    inner: {learning_rate: 0.3, batch: 6}\n"
                                "  - idle\n";

static inline il_experiment *parse_with(void **state, const char *text, const il_overrides *overrides,
                                        il_error *error) {
  il_experiment *experiment;
  il_error_clear(error);
  il_status status = il_experiment_parse(&experiment, "e.yaml", text, strlen(text), overrides, &stubs, *state, error);
  assert_int_equal(status == IL_OK, experiment != NULL);
  return experiment;
}

static inline il_experiment *parse(void **state, const char *text) {
  il_error error;
  il_experiment *experiment = parse_with(state, text, NULL, &error);
  if (!experiment) fail_msg("%s", error.message);
  return experiment;
}

static const char judged_text[] = "experiment: test-2\n"
                                  "suite: {name: wave, amplitude: [1, 2]}\n"
                                  "model: {name: net, scale: 0.01}\n"
                                  "training: {iterations: 100, shots: 9, queries: 3}\n"
                                  "evaluation: {steps: 4, shots: [1, 5], queries: 2}\n"
                                  "evaluators:\n"
                                  "  - {name: alone, transductive: false, shots: []}\n"
                                  "  - {name: wide, queries: training, suite: {amplitude: [3, 4]}}\n"
                                  "algorithms:\n"
                                  "  - learner\n"
                                  "  - name: mover\n"
                                  "    suite: {amplitude: [5, 6], upside_down: true}\n"
                                  "    model: {hidden: [8]}\n"
                                  "  - {name: mover, label: other, model: {name: net, scale: 0.5}}\n";

#endif
