/* What an algorithm hands back, compared with what it was asked for before anything is compiled: a wrong one is a line
 * that names the algorithm, the function and the parameter, never a table of numbers. */
#ifndef INNERLOOP_ALGORITHMS_LEARNER_CHECK_H
#define INNERLOOP_ALGORITHMS_LEARNER_CHECK_H

#include "algorithms/learner.h"

/* The first error of the graph, as "algorithm NAME, WORK: ...". Errors: IL_INVALID, IL_MEMORY. */
il_status il_check_graph(const il_learner *learner, const il_graph *graph, const char *work, il_error *error);

/* One value of the graph for each of `expected`, in its order and of its shape. what: "build->direction". Errors:
 * IL_INVALID. */
il_status il_check_values(const il_learner *learner, const il_graph *graph, const char *what, const il_values *values,
                          const il_parameters *expected, il_error *error);

/* An optimiser's state for steps by `rule`: a moment after the other, each like the parameters, then the powers.
 * Errors: IL_INVALID. */
il_status il_check_state(const il_learner *learner, const il_graph *graph, const char *what, const il_values *state,
                         const il_optimiser_options *rule, il_error *error);

/* A value of the graph of this shape. what: "build->loss". Errors: IL_INVALID. */
il_status il_check_value(const il_learner *learner, const il_graph *graph, const char *what, il_value value,
                         const il_shape *expected, il_error *error);

/* `status`; where a function of another's failed without a word, `error` gets a line: "OWNER `NAME`: FUNCTION failed
 * ...". */
il_status il_check_said(il_status status, const char *owner, const char *name, const char *function, il_error *error);

#endif
