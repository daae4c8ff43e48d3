/* What there is to choose from: tables of algorithms, suites, models and published figures. The command line fills it;
 * the harness only reads it. */
#ifndef INNERLOOP_EXPERIMENT_REGISTRY_H
#define INNERLOOP_EXPERIMENT_REGISTRY_H

#include <stddef.h>

#include "innerloop/algorithm.h"
#include "innerloop/model.h"
#include "innerloop/plugin.h"
#include "innerloop/suite.h"

/* A file compiled into the program: experiments/sinusoid/demo.yaml and the like. */
typedef struct il_embedded {
  const char *path; /* relative to the source tree: "experiments/sinusoid/demo.yaml" */
  const char *text;
  size_t size;
} il_embedded;

/* A plug-in that was loaded: for the record of a run, and so that no other one continues its trainings. */
typedef struct il_plugin_record {
  const char *file; /* without folders */
  char digest[65];  /* SHA-256, hex, of its bytes */
  const il_plugin *entry;
} il_plugin_record;

typedef struct il_registry {
  const il_algorithm *const *algorithms; /* all lists end with NULL */
  const il_suite *const *suites;
  const il_model *const *models;
  const il_embedded *experiments; /* ends with path NULL */
  const il_embedded *published;
  const il_plugin_record *plugins; /* whose rows stand behind the built-in ones; ends with file NULL; NULL: none */
} il_registry;

/* The plug-in that `row` (an algorithm, suite or model) comes from; NULL: built in. registry may be NULL. */
const il_plugin_record *il_registry_origin(const il_registry *registry, const void *row);

#endif
