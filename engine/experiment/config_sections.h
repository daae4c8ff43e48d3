/* The sections of options in an experiment and in its entries, a row each. Whatever reads, prints, describes, finds or
 * digests sections, or refuses their names to options, walks this table. */
#ifndef INNERLOOP_EXPERIMENT_CONFIG_SECTIONS_H
#define INNERLOOP_EXPERIMENT_CONFIG_SECTIONS_H

#include "experiment/config.h"

/* Whose map a key stands in. */
typedef enum il_holder { IL_HOLDER_NONE, IL_HOLDER_ENTRY, IL_HOLDER_EVALUATOR, IL_HOLDER_ROOT } il_holder;

/* What a section is once it is resolved. */
typedef struct il_section_values {
  const char *name; /* of the suite, model or algorithm whose options these are; NULL: a section without a name */
  const void *row;  /* that suite, model or algorithm */
  const il_options *options;
  const void *at; /* NULL: this section is not resolved as one */
} il_section_values;

enum { IL_SECTION_PLACES = 3, IL_SECTION_KEYS_MAX = 16 };

typedef struct il_config_section {
  const char *name;          /* "inner" in paths such as `inner.steps` */
  const char *what;          /* in messages: "section `inner`" */
  const char *trained;       /* in the text a checkpoint must agree with; NULL: no training depends on it */
  const char *summary;       /* for `describe`; NULL: it is described as what has it, a suite, model or algorithm */
  const il_options *options; /* NULL: those of the suite, model or algorithm */
  size_t offset;             /* of the values in il_algorithm_config, where there is no `find` */
  /* Where the values are otherwise. */
  il_section_values (*find)(const il_experiment *experiment, const il_algorithm_config *config, int evaluator);
  /* Whose map holds the options, and under which key (NULL: that map itself): the first place that has an option
   * gave it its value. */
  struct {
    il_holder holder;
    const char *key;
  } places[IL_SECTION_PLACES];
  bool named; /* a map with a `name` of its own takes nothing from the places after it */
} il_config_section;

/* In the order of an entry as it is printed, and of the text a checkpoint must agree with. */
enum {
  IL_SECTION_OPTION,
  IL_SECTION_SUITE,
  IL_SECTION_MODEL,
  IL_SECTION_TRAINING,
  IL_SECTION_EVALUATION,
  IL_SECTION_EVALUATORS,
  IL_SECTION_INNER,
  IL_SECTION_ADAPT,
  IL_SECTION_OUTER,
  IL_SECTION_VALIDATION,
  IL_SECTION_JUDGED,
  IL_SECTION_EXPERIMENT,
  IL_SECTIONS
};
extern const il_config_section il_config_sections[IL_SECTIONS];

/* The section whose name is the first `length` bytes of `name`; NULL: there is none. */
const il_config_section *il_config_section_called(const char *name, size_t length);

/* The section has a table of its own and stands in entries of `algorithms`: training, inner, adapt, outer. */
bool il_config_section_of_entry(const il_config_section *section);

/* The section's values for an algorithm as an evaluator judges it. */
il_section_values il_config_section_values(const il_config_section *section, const il_experiment *experiment,
                                           int algorithm, int evaluator);

/* The keys of the holder's map that are no options: those of its sections, and those it has beside them. Returns
 * `keys`, ended by NULL. */
const char *const *il_config_section_keys(const char *keys[IL_SECTION_KEYS_MAX], il_holder holder);

#endif
