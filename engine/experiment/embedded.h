/* Files compiled into the program and what they are called: experiments/omniglot/quick.yaml is `omniglot/quick`,
 * baselines/published/chen2019.yaml is `chen2019`. The one place that knows. */
#ifndef INNERLOOP_EXPERIMENT_EMBEDDED_H
#define INNERLOOP_EXPERIMENT_EMBEDDED_H

#include "experiment/registry.h"

/* The name of the file at `path`: without the folder of its kind and without .yaml; any other path as it is. Cut to
 * fit. Returns `name`. */
const char *il_embedded_name(char name[IL_EMBEDDED_NAME], const char *path);

/* The file of exactly this name in a list that ends with path NULL (the list may be NULL); NULL: there is none. */
const il_embedded *il_embedded_called(const il_embedded *files, const char *name);

/* The file of this name or path in a list that ends with path NULL (the list may be NULL); NULL: there is none. */
const il_embedded *il_embedded_find(const il_embedded *files, const char *name);

#endif
