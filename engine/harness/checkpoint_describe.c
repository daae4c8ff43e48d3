/* The network of a checkpoint for programs that know no innerloop: JSON in the notes. What the keys mean stands in the
 * docs/results-folder.md; engine/tests/scripts/checkpoint_numpy.py rebuilds a network from them. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "base/number_text.h"
#include "experiment/config_tables.h"
#include "experiment/schema.h"
#include "graph/node.h"
#include "harness/checkpoint_notes.h"

/* Examples the network is written down for: the axis of this length is that of the examples, -1 in the note. */
enum { EXAMPLES = 3, VALUE_SIZE = 4096 };

/* Adds `root` as compact JSON and releases it; NULL: out of memory. */
static il_status add_json(il_notes *notes, const char *key, json_t *root, il_error *error) {
  char *text = root ? json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
  json_decref(root);
  il_status status = il_notes_add(notes, key, text ? il_arena_text(notes->arena, text) : NULL, error);
  free(text);
  return status;
}

/* Every option by name; values as in YAML. */
static json_t *options_of(const il_options *options, const void *target) {
  char value[VALUE_SIZE];
  json_t *object = json_object();
  il_schema_item item;
  for (int i = 0; object && il_schema_at(&item, options, i); i++) {
    const char *name = item.row->name;
    if (!il_schema_applies(&item, target)) continue;
    if (il_schema_value(value, sizeof value, options, target, name) == 0 &&
        json_object_set_new(object, name, json_string(value)) == 0)
      continue;
    json_decref(object);
    object = NULL;
  }
  return object;
}

static json_t *named(const char *name, const il_options *options, const void *target) {
  return json_pack("{s:s, s:o}", "name", name, "options", options_of(options, target));
}

static json_t *shape_of(const il_shape *shape, bool examples) {
  json_t *dims = json_array();
  for (int i = 0; dims && i < shape->rank; i++)
    json_array_append_new(dims, json_integer(examples && i == 0 && shape->dims[0] == EXAMPLES ? -1 : shape->dims[i]));
  return dims;
}

/* Axes of a parameter by its rank: a vector over outputs, inputs x outputs, or height, width, inputs, outputs. */
static const char *const layouts[IL_MAX_RANK + 1] = {"", "O", "IO", "", "HWIO"};

static json_t *parameters_of(const il_parameters *parameters) {
  json_t *list = json_array();
  for (int i = 0; list && i < parameters->count; i++) {
    const il_parameter *p = &parameters->at[i];
    json_t *entry = json_pack("{s:s, s:o, s:s, s:b, s:b}", "name", p->name, "shape", shape_of(&p->shape, false),
                              "layout", layouts[p->shape.rank], "adapted", p->adapted, "head", p->role == IL_ROLE_HEAD);
    if (json_array_append_new(list, entry) == 0) continue;
    json_decref(list);
    list = NULL;
  }
  return list;
}

/* Whether the result needs the value, for every value of the graph. NULL: out of memory. */
static bool *needed_for(const il_graph *graph, il_value result) {
  int size = il_graph_size(graph);
  bool *needed = calloc((size_t)size + 1, sizeof *needed);
  if (needed) needed[result] = true;
  for (int i = size - 1; needed && i >= 0; i--)
    for (int k = 0; needed[i] && k < IL_NODE_INPUTS; k++)
      if (il_graph_node(graph, i)->inputs[k] >= 0) needed[il_graph_node(graph, i)->inputs[k]] = true;
  return needed;
}

/* One operation. Inputs of the graph are the examples or a parameter. */
static json_t *operation_of(const il_graph *graph, il_value value, const il_learner *learner) {
  const il_node *node = il_graph_node(graph, value);
  json_t *inputs = json_array();
  for (int k = 0; inputs && k < IL_NODE_INPUTS && node->inputs[k] >= 0; k++)
    json_array_append_new(inputs, json_integer(node->inputs[k]));
  bool parameter = node->op == IL_OP_input && node->slot == IL_SLOT_PARAMETERS;
  json_t *entry = json_pack("{s:i, s:s, s:o, s:o}", "value", (int)value, "op", il_op_of(node->op)->name, "inputs",
                            inputs, "shape", shape_of(&node->shape, !parameter));
  if (!entry) return NULL;
  for (int i = 0; parameter && i < learner->parameters.count; i++)
    if (learner->parameters.at[i].offset == node->offset)
      json_object_set_new(entry, "parameter", json_string(learner->parameters.at[i].name));
  if (node->flag) json_object_set_new(entry, "flag", json_integer(node->flag));
  if (node->number != 0) {
    char number[40];
    il_format_real(number, sizeof number, node->number);
    json_object_set_new(entry, "number", json_string(number));
  }
  const il_window *w = &node->window;
  if (w->stride > 0)
    json_object_set_new(entry, "window",
                        json_pack("{s:i, s:i, s:i, s:i, s:i}", "height", w->height, "width", w->width, "stride",
                                  w->stride, "top", w->top, "left", w->left));
  return entry;
}

/* The model as a list of operations, in an order in which they can be computed. */
static json_t *operations_of(const il_graph *graph, il_value result, const il_learner *learner) {
  json_t *list = json_array();
  bool *needed = needed_for(graph, result);
  for (int i = 0; list && needed && i < il_graph_size(graph); i++) {
    if (!needed[i] || json_array_append_new(list, operation_of(graph, i, learner)) == 0) continue;
    json_decref(list);
    list = NULL;
  }
  free(needed);
  return needed ? list : NULL;
}

static il_status add_network(il_notes *notes, const il_learner *learner, il_error *error) {
  il_graph *graph = il_graph_new();
  if (!graph) return il_fail_memory(error, "a graph", 0);
  il_values theta = {.count = learner->parameters.count};
  for (int i = 0; i < theta.count; i++)
    theta.at[i] =
        il_input(graph, IL_SLOT_PARAMETERS, learner->parameters.at[i].offset, learner->parameters.at[i].shape);
  const il_shape *one = &learner->interface.input;
  il_shape batch = {.rank = one->rank + 1, .dims = {EXAMPLES}};
  memcpy(batch.dims + 1, one->dims, (size_t)one->rank * sizeof one->dims[0]);
  il_value x = il_input(graph, IL_SLOT_QUERY_X, 0, batch);
  il_value result = learner->model->build(graph, learner->model_options, &learner->interface, &theta, x);
  il_status status = il_graph_status(graph, error);
  if (status == IL_OK)
    status = add_json(notes, "network",
                      json_pack("{s:o, s:i, s:i, s:i, s:o}", "input", shape_of(one, false), "outputs",
                                learner->interface.outputs, "examples", (int)x, "result", (int)result, "operations",
                                operations_of(graph, result, learner)),
                      error);
  il_graph_free(graph);
  return status;
}

/* How it adapts to a task: by gradient steps unless the algorithm has a way of its own. */
static json_t *adaptation_of(const il_inner_options *validation, const il_learner *learner) {
  const il_algorithm *algorithm = learner->algorithm;
  return json_pack("{s:s, s:s, s:s, s:s, s:o}", "loss", learner->kind->loss_words, "steps_by",
                   algorithm->adapt ? "the algorithm's own rule" : "the optimiser, on adapted parameters",
                   "prediction_by", algorithm->predict ? "the algorithm's own rule" : "the network", "rows",
                   "shot-major: row = shot * ways + class", "options", options_of(&il_validation_table, validation));
}

il_status il_checkpoint_describe(il_notes *notes, const il_results *results, const il_run *run,
                                 const il_learner *learner, il_error *error) {
  const il_experiment *experiment = results->experiment;
  const il_algorithm_config *config = &experiment->algorithms[run->algorithm];
  il_status status = add_network(notes, learner, error);
  if (status == IL_OK) status = add_json(notes, "parameters", parameters_of(&learner->parameters), error);
  if (status == IL_OK)
    status =
        add_json(notes, "model", named(config->model->name, &config->model->options, config->model_options), error);
  if (status == IL_OK)
    status = add_json(notes, "suite",
                      named(experiment->suite->name, &experiment->suite->options, config->suite_options), error);
  if (status == IL_OK) status = add_json(notes, "adaptation", adaptation_of(&config->validation, learner), error);
  if (status != IL_OK) return status;
  return il_notes_add(notes, "layout",
                      "row-major, little-endian; images are NHWC, weights of convolutions HWIO, of dense layers IO "
                      "(y = x W + b); flattening keeps the order H, W, C",
                      error);
}
