/* What there is to choose from: tables of algorithms, suites, models and published figures. The command line fills it;
 * the harness only reads it. */
#ifndef INNERLOOP_HARNESS_REGISTRY_H
#define INNERLOOP_HARNESS_REGISTRY_H

#include <stddef.h>

#include "innerloop/algorithm.h"
#include "innerloop/model.h"
#include "innerloop/suite.h"

/* A file compiled into the program: experiments/sinusoid/demo.yaml and the like. */
typedef struct il_embedded {
  const char *path; /* relative to the source tree: "experiments/sinusoid/demo.yaml" */
  const char *text;
  size_t size;
} il_embedded;

typedef struct il_registry {
  const il_algorithm *const *algorithms; /* all lists end with NULL */
  const il_suite *const *suites;
  const il_model *const *models;
  const il_embedded *experiments; /* ends with path NULL */
  const il_embedded *published;
} il_registry;

#endif
