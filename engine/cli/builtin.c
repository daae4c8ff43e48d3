/* The built-in tables, expanded from the .def files: adding an algorithm, suite or model is one line there. */
#include "cli/builtin.h"

#define IL_ALGORITHM(name) extern const il_algorithm il_algorithm_##name;
#include "algorithms/algorithms.def"
#include "baselines/baselines.def"
#undef IL_ALGORITHM

#define IL_SUITE(name) extern const il_suite il_suite_##name;
#include "tasks/suites.def"
#undef IL_SUITE

#define IL_MODEL(name) extern const il_model il_model_##name;
#include "models/models.def"
#undef IL_MODEL

static const il_algorithm *const algorithms[] = {
#define IL_ALGORITHM(name) &il_algorithm_##name,
#include "algorithms/algorithms.def"
#include "baselines/baselines.def"
#undef IL_ALGORITHM
    NULL};

static const il_suite *const suites[] = {
#define IL_SUITE(name) &il_suite_##name,
#include "tasks/suites.def"
#undef IL_SUITE
    NULL};

static const il_model *const models[] = {
#define IL_MODEL(name) &il_model_##name,
#include "models/models.def"
#undef IL_MODEL
    NULL};

const il_registry il_builtin_registry = {.algorithms = algorithms,
                                         .suites = suites,
                                         .models = models,
                                         .experiments = il_embedded_experiments,
                                         .published = il_embedded_published};
