/* Examples as plain rows. */
#include "raw_rows.h"

il_value il_raw_rows(il_graph *graph, il_value x) {
  il_shape shape = il_shape_of(graph, x);
  if (shape.rank == 0) return IL_NO_VALUE;
  size_t features = il_shape_size(&shape) / (size_t)shape.dims[0];
  return il_reshape(graph, x, il_shape_matrix(shape.dims[0], (int)features));
}

il_value il_raw_lengths(il_graph *graph, il_value x) {
  il_shape shape = il_shape_of(graph, x);
  return il_sum_to(graph, il_square(graph, x), il_shape_matrix(shape.dims[0], 1));
}

il_value il_raw_class_sums(const il_task *task) {
  return il_matmul(task->graph, task->support_y, 1, il_raw_rows(task->graph, task->support_x), 0);
}
