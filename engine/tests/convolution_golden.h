/* MAML through a small convolutional network, built by hand, against PyTorch (golden/generate_convolution.py), on every
 * kernel row of this processor, fused and plain. TOLERANCE: the relative L2 distance allowed. */
#ifndef INNERLOOP_TESTS_CONVOLUTION_GOLDEN_H
#define INNERLOOP_TESTS_CONVOLUTION_GOLDEN_H

#include "cmocka_all.h"

#include "golden.h"
#include "graph/program.h"
#include "innerloop/graph.h"

enum { GOLDEN_PARAMETERS = 6, GOLDEN_REALS = 4096 };

static const il_shape golden_shapes[GOLDEN_PARAMETERS] = {{4, {3, 3, 2, 3}}, {1, {3}},      {4, {3, 2, 3, 4}},
                                                          {1, {4}},          {2, {100, 3}}, {1, {3}}};

/* Slots: parameters, support x and y, query x and y, then results. */
static const char *const golden_inputs[] = {"parameters", "support_x", "support_y", "query_x", "query_y"};
enum { GOLDEN_INPUTS = 5, GOLDEN_OUT = GOLDEN_INPUTS };

static inline const golden_array *golden_get(const golden *file, const char *prefix, const char *name) {
  char full[GOLDEN_NAME];
  snprintf(full, sizeof full, "%s%s", prefix, name);
  const golden_array *array = golden_find(file, full);
  if (!array) fail_msg("no golden array %s", full);
  return array;
}

static inline il_value golden_logits(il_graph *g, const il_values *theta, il_value x) {
  il_value hidden = il_relu(g, il_add(g, il_convolution(g, x, theta->at[0], 2, IL_SAME), theta->at[1]));
  hidden = il_relu(g, il_add(g, il_convolution(g, hidden, theta->at[2], 1, 1), theta->at[3]));
  il_shape shape = il_shape_of(g, hidden);
  hidden = il_reshape(g, hidden, il_shape_matrix(shape.dims[0], shape.dims[1] * shape.dims[2] * shape.dims[3]));
  return il_add(g, il_matmul(g, hidden, 0, theta->at[4], 0), theta->at[5]);
}

/* The gradient at the adapted parameters (first order), or through the adaptation. */
static inline il_values golden_direction(il_graph *g, const il_values *theta, const il_value *input, int steps,
                                         double rate, int first_order, il_values *adapted, il_value *loss) {
  il_values phi = *theta;
  for (int step = 0; step < steps; step++) {
    il_value inner = il_cross_entropy(g, golden_logits(g, &phi, input[1]), input[2]);
    il_values gradient = il_gradient(g, inner, &phi);
    if (first_order) gradient = il_stop_gradients(g, &gradient);
    for (int i = 0; i < gradient.count; i++) gradient.at[i] = il_scale(g, gradient.at[i], rate);
    phi = il_differences(g, &phi, &gradient);
  }
  *adapted = phi;
  *loss = il_cross_entropy(g, golden_logits(g, &phi, input[3]), input[4]);
  return il_gradient(g, *loss, theta);
}

static inline int golden_outputs(il_output *outputs, const il_graph *g, const il_values *values, int slot) {
  size_t offset = 0;
  for (int i = 0; i < values->count; i++) {
    il_shape shape = il_shape_of(g, values->at[i]);
    outputs[i] = (il_output){values->at[i], slot, offset};
    offset += il_shape_size(&shape);
  }
  return values->count;
}

static inline void golden_expect(const real *got, const golden_array *expected, const char *kernels) {
  static double wide[GOLDEN_REALS];
  assert_true(expected->size <= GOLDEN_REALS);
  for (size_t i = 0; i < expected->size; i++) wide[i] = (double)got[i];
  double distance = golden_distance(wide, expected->values, expected->size);
  if (!(distance <= TOLERANCE)) fail_msg("%s: %s: relative distance %.3g", kernels, expected->name, distance);
}

/* Compiles and runs adapted parameters, loss and direction; compares them with the file. */
static inline void golden_check(const golden *file, int steps, int first_order, const il_kernels *kernels,
                                il_compile_mode mode) {
  static real slots[GOLDEN_INPUTS + 3][GOLDEN_REALS];
  real *at[IL_SLOTS_MAX] = {NULL};
  char prefix[16];
  il_error error = {0};
  il_program *program;
  il_graph *g = il_graph_new();
  il_value input[GOLDEN_INPUTS], loss;
  il_values theta = {.count = GOLDEN_PARAMETERS}, adapted;
  il_output outputs[2 * GOLDEN_PARAMETERS + 1];
  size_t offset = 0;
  for (int s = 0; s < GOLDEN_INPUTS + 3; s++) at[s] = slots[s];
  for (int s = 0; s < GOLDEN_INPUTS; s++) {
    const golden_array *array = golden_get(file, "", golden_inputs[s]);
    il_shape shape = {.rank = array->rank};
    assert_true(array->size <= GOLDEN_REALS);
    memcpy(shape.dims, array->dims, sizeof shape.dims);
    input[s] = il_input(g, s, 0, shape);
    for (size_t i = 0; i < array->size; i++) slots[s][i] = (real)array->values[i];
  }
  for (int i = 0; i < GOLDEN_PARAMETERS; offset += il_shape_size(&golden_shapes[i]), i++)
    theta.at[i] = il_input(g, 0, offset, golden_shapes[i]);
  double rate = golden_get(file, "", "inner.learning_rate")->values[0];
  il_values direction = golden_direction(g, &theta, input, steps, rate, first_order, &adapted, &loss);
  int count = golden_outputs(outputs, g, &direction, GOLDEN_OUT);
  count += golden_outputs(outputs + count, g, &adapted, GOLDEN_OUT + 1);
  outputs[count++] = (il_output){loss, GOLDEN_OUT + 2, 0};
  if (il_compile(&program, g, outputs, count, kernels, mode, &error) != IL_OK) fail_msg("%s", error.message);
  size_t reals = (il_program_cost(program).workspace_reals + 15) / 16 * 16 + 16;
  real *workspace = aligned_alloc(64, reals * sizeof *workspace);
  assert_non_null(workspace);
  il_program_run(program, workspace, at);
  snprintf(prefix, sizeof prefix, "steps%d.", steps);
  golden_expect(at[GOLDEN_OUT], golden_get(file, prefix, first_order ? "first_order_gradient" : "meta_gradient"),
                kernels->name);
  golden_expect(at[GOLDEN_OUT + 1], golden_get(file, prefix, "adapted"), kernels->name);
  golden_expect(at[GOLDEN_OUT + 2], golden_get(file, prefix, "loss"), kernels->name);
  free(workspace);
  il_program_free(program);
  il_graph_free(g);
}

static inline void check_golden_convolution(void) {
  golden file = {0};
  golden_load(&file, "convolution");
  for (const char *const *name = il_kernels_names(); *name; name++) {
    const il_kernels *kernels = il_kernels_find(*name);
    for (int variant = 0; kernels && variant < 8; variant++)
      golden_check(&file, variant & 1 ? 3 : 1, variant >> 1 & 1, kernels,
                   variant >> 2 ? IL_COMPILE_PLAIN : IL_COMPILE_FUSED);
  }
  golden_free(&file);
}

#endif
