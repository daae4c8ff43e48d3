/* Graph construction: an append-only list of nodes, hash-consed so that equal nodes are one value. */
#include "innerloop/graph.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/node.h"

struct il_graph {
  il_node *nodes;
  int count, capacity;
  il_value *table; /* open addressing, IL_NO_VALUE = free; table_size is a power of two > 2 count */
  int table_size;
  il_error error;
};

#define IL_OP(name) extern const il_op il_op_##name;
#include "graph/ops.def"
#undef IL_OP

static const il_op *const op_table[IL_OP_COUNT] = {
#define IL_OP(name) [IL_OP_##name] = &il_op_##name,
#include "graph/ops.def"
#undef IL_OP
};

const il_op *il_op_of(il_op_code op) {
  return op_table[op];
}

il_shape il_shape_scalar(void) {
  return (il_shape){0};
}

il_shape il_shape_vector(int columns) {
  return (il_shape){.rank = 1, .dims = {columns}};
}

il_shape il_shape_matrix(int rows, int columns) {
  return (il_shape){.rank = 2, .dims = {rows, columns}};
}

size_t il_shape_size(const il_shape *shape) {
  size_t size = 1;
  for (int i = 0; i < shape->rank; i++) size *= (size_t)shape->dims[i];
  return size;
}

int il_shape_equal(const il_shape *a, const il_shape *b) {
  if (a->rank != b->rank) return 0;
  for (int i = 0; i < a->rank; i++)
    if (a->dims[i] != b->dims[i]) return 0;
  return 1;
}

int il_shape_columns(const il_shape *shape) {
  return shape->rank == 0 ? 1 : shape->dims[shape->rank - 1];
}

int il_shape_rows(const il_shape *shape) {
  int rows = 1;
  for (int i = 0; i + 1 < shape->rank; i++) rows *= shape->dims[i];
  return rows;
}

il_graph *il_graph_new(void) {
  return calloc(1, sizeof(il_graph));
}

void il_graph_free(il_graph *graph) {
  if (!graph) return;
  free(graph->nodes);
  free(graph->table);
  free(graph);
}

il_status il_graph_status(const il_graph *graph, il_error *error) {
  if (graph->error.status != IL_OK)
    return il_fail_about(error, graph->error.about, graph->error.status, "%s", graph->error.message);
  return IL_OK;
}

il_value il_graph_fail(il_graph *graph, il_status status, const char *format, ...) {
  char text[IL_MESSAGE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  il_fail(&graph->error, status, "%s", text);
  return IL_NO_VALUE;
}

void il_values_append(il_graph *graph, il_values *values, il_value value) {
  if (values->count >= 0 && values->count < IL_VALUES_MAX)
    values->at[values->count++] = value;
  else
    il_graph_fail(graph, IL_INVALID, "graph: a list of more than %d values", IL_VALUES_MAX);
}

il_shape il_shape_of(const il_graph *graph, il_value value) {
  if (value < 0 || value >= graph->count) return il_shape_scalar();
  return graph->nodes[value].shape;
}

const il_node *il_graph_node(const il_graph *graph, il_value value) {
  return &graph->nodes[value];
}

int il_graph_size(const il_graph *graph) {
  return graph->count;
}

il_node il_node_of(il_op_code op, il_shape shape, il_value a, il_value b) {
  il_node node;
  memset(&node, 0, sizeof node); /* padding included: nodes are compared as bytes */
  node.op = op;
  for (int i = 2; i < IL_NODE_INPUTS; i++) node.inputs[i] = IL_NO_VALUE;
  node.inputs[0] = a;
  node.inputs[1] = b;
  node.shape.rank = shape.rank;
  for (int i = 0; i < shape.rank; i++) node.shape.dims[i] = shape.dims[i];
  return node;
}

static uint32_t hash_node(const il_node *node) {
  const unsigned char *bytes = (const unsigned char *)node;
  uint32_t hash = 2166136261u; /* FNV-1a */
  for (size_t i = 0; i < sizeof *node; i++) hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

/* Slot of the table that holds `node`, or the free one where it belongs. */
static il_value *table_slot(il_graph *graph, const il_node *node) {
  uint32_t mask = (uint32_t)graph->table_size - 1;
  uint32_t at = hash_node(node) & mask;
  while (graph->table[at] != IL_NO_VALUE && memcmp(&graph->nodes[graph->table[at]], node, sizeof *node) != 0)
    at = (at + 1) & mask;
  return &graph->table[at];
}

static int grow(il_graph *graph) {
  int capacity = graph->capacity ? 2 * graph->capacity : 256;
  il_node *nodes = realloc(graph->nodes, (size_t)capacity * sizeof *nodes);
  if (!nodes) return 0;
  graph->nodes = nodes;
  il_value *table = malloc((size_t)(4 * capacity) * sizeof *table);
  if (!table) return 0;
  free(graph->table);
  graph->table = table;
  graph->table_size = 4 * capacity;
  graph->capacity = capacity;
  for (int i = 0; i < graph->table_size; i++) table[i] = IL_NO_VALUE;
  for (int i = 0; i < graph->count; i++) *table_slot(graph, &graph->nodes[i]) = i;
  return 1;
}

double il_take_factor(const il_graph *graph, il_value *value) {
  const il_node *node = *value < 0 ? NULL : &graph->nodes[*value];
  if (!node || node->op != IL_OP_scale) return 1;
  *value = node->inputs[0];
  return node->number;
}

/* The value that the traits of its operation make of `node`, or IL_NO_VALUE: a node it must be, perhaps a changed
 * one. */
static il_value simplified(il_graph *graph, il_node *node) {
  const il_op *op = il_op_of(node->op);
  for (int i = 0; i < op->inputs; i++)
    if (op->zero >> i & 1 && il_is_constant(graph, node->inputs[i], 0)) return il_constant(graph, node->shape, 0);
  for (int i = 0; i < op->inputs; i++) {
    il_value scaled = node->inputs[i];
    if (!(op->factor >> i & 1)) continue;
    double factor = il_take_factor(graph, &node->inputs[i]);
    if (node->inputs[i] != scaled) return il_scale(graph, il_graph_add(graph, node), factor);
  }
  return op->simplify ? op->simplify(graph, node) : IL_NO_VALUE;
}

il_value il_graph_add(il_graph *graph, const il_node *asked) {
  il_node copy, *node = &copy;
  memcpy(node, asked, sizeof *node); /* padding included */
  if (graph->error.status != IL_OK) return IL_NO_VALUE;
  for (int i = 0; i < il_op_of(node->op)->inputs; i++)
    if (node->inputs[i] < 0 || node->inputs[i] >= graph->count)
      return il_graph_fail(graph, IL_INVALID, "graph: operand %d of %s is not a value of this graph", i + 1,
                           il_op_of(node->op)->name);
  il_value known = simplified(graph, node);
  if (known != IL_NO_VALUE || graph->error.status != IL_OK) return known;
  if (graph->count == graph->capacity && !grow(graph))
    return il_graph_fail(graph, IL_MEMORY, "out of memory for graph");
  il_value *slot = table_slot(graph, node);
  if (*slot == IL_NO_VALUE) {
    *slot = graph->count;
    graph->nodes[graph->count++] = *node;
  }
  return *slot;
}

int il_is_constant(const il_graph *graph, il_value value, double number) {
  return value >= 0 && graph->nodes[value].op == IL_OP_constant && graph->nodes[value].number == number;
}

il_value il_unary(il_graph *graph, il_op_code op, il_value a) {
  il_node node = il_node_of(op, il_shape_of(graph, a), a, IL_NO_VALUE);
  return il_graph_add(graph, &node);
}
