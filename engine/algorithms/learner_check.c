/* What an algorithm hands back. */
#include "algorithms/learner_check.h"

#include <stdio.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "graph/node.h"

enum { SHAPE_TEXT = 64, WHAT_SIZE = 160 };

/* "[3, 40]"; "[]" for a scalar. */
static const char *shape_text(char text[SHAPE_TEXT], const il_shape *shape) {
  int used = snprintf(text, SHAPE_TEXT, "[");
  for (int i = 0; i < shape->rank; i++)
    used += snprintf(text + used, (size_t)(SHAPE_TEXT - used), i ? ", %d" : "%d", shape->dims[i]);
  (void)snprintf(text + used, (size_t)(SHAPE_TEXT - used), "]");
  return text;
}

il_status il_check_graph(const il_learner *learner, const il_graph *graph, const char *work, il_error *error) {
  il_error first = {0};
  il_status status = il_graph_status(graph, &first);
  if (status == IL_OK) return IL_OK;
  return il_fail(error, status, "algorithm %s, %s: %s", learner->algorithm->name, work, first.message);
}

il_status il_check_value(const il_learner *learner, const il_graph *graph, const char *what, il_value value,
                         const il_shape *expected, il_error *error) {
  char wanted[SHAPE_TEXT], found[SHAPE_TEXT];
  const char *name = learner->algorithm->name;
  (void)shape_text(wanted, expected);
  if (value < 0 || value >= il_graph_size(graph))
    return il_fail(error, IL_INVALID, "algorithm %s: %s has no value; expected one of shape %s", name, what, wanted);
  il_shape shape = il_shape_of(graph, value);
  if (il_shape_equal(&shape, expected)) return IL_OK;
  return il_fail(error, IL_INVALID, "algorithm %s: %s has the shape %s; expected %s", name, what,
                 shape_text(found, &shape), wanted);
}

static il_status check_count(const il_learner *learner, const char *what, int found, int expected, il_error *error) {
  if (found == expected) return IL_OK;
  if (found == 0)
    return il_fail(error, IL_INVALID, "algorithm %s: %s is empty; expected %d values", learner->algorithm->name, what,
                   expected);
  return il_fail(error, IL_INVALID, "algorithm %s: %s has %d values; expected %d", learner->algorithm->name, what,
                 found, expected);
}

il_status il_check_values(const il_learner *learner, const il_graph *graph, const char *what, const il_values *values,
                          const il_parameters *expected, il_error *error) {
  il_status status = check_count(learner, what, values->count, expected->count, error);
  for (int i = 0; status == IL_OK && i < expected->count; i++) {
    char whose[WHAT_SIZE];
    (void)snprintf(whose, sizeof whose, "%.80s of `%s`", what, expected->at[i].name);
    status = il_check_value(learner, graph, whose, values->at[i], &expected->at[i].shape, error);
  }
  return status;
}

il_status il_check_state(const il_learner *learner, const il_graph *graph, const char *what, const il_values *state,
                         const il_optimiser_options *rule, il_error *error) {
  const il_optimiser *optimiser = il_optimiser_of(rule);
  int parameters = learner->parameters.count, moments = optimiser->moments(rule) * parameters;
  il_shape scalar = il_shape_scalar();
  il_status status = check_count(learner, what, state->count, moments + optimiser->powers(rule), error);
  for (int i = 0; status == IL_OK && i < state->count; i++) {
    const il_shape *shape = i < moments ? &learner->parameters.at[i % parameters].shape : &scalar;
    status = il_check_value(learner, graph, what, state->at[i], shape, error);
  }
  return status;
}

il_status il_check_said(il_status status, const char *owner, const char *name, const char *function, il_error *error) {
  if (status == IL_OK || !error || error->message[0]) return status;
  il_error_clear(error);
  return il_fail(error, status, "%s %s: its function `%s` failed and does not say why (status %s)", owner, name,
                 function, il_status_name(status));
}
