/* covers: graph */
/* A program divided among threads leaves the bits of the undivided one: the three maps of a convolution with all that
 * folds into them, chains of every cover, single instructions; for more threads than parts, and on every kernel row. */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"

#include "graph/program.h"
#include "innerloop/arena.h"
#include "innerloop/random.h"

/* Parts of 17 lie inside an image, parts of 3 across images. */
enum { IMAGES = 4, HEIGHT = 30, WIDTH = 13, IN = 10, OUT = 64, KERNEL = 3, INPUTS = 5, OUTPUTS = 8, THREADS = 4 };

typedef struct subject {
  il_graph *graph;
  il_shape shapes[INPUTS];
  il_output outputs[OUTPUTS];
  size_t sizes[OUTPUTS];
  int n_outputs;
} subject;

static void emit(subject *s, il_value value) {
  il_shape shape = il_shape_of(s->graph, value);
  s->sizes[s->n_outputs] = il_shape_size(&shape);
  s->outputs[s->n_outputs] = (il_output){value, INPUTS + s->n_outputs, 0};
  s->n_outputs++;
}

/* x, w, bias, one number an image, what one step of descent starts from. */
static void build(subject *s, int stride, int padding) {
  il_graph *g = s->graph = il_graph_new();
  const il_shape shapes[INPUTS] = {{4, {IMAGES, HEIGHT, WIDTH, IN}},
                                   {4, {KERNEL, KERNEL, IN, OUT}},
                                   il_shape_vector(OUT),
                                   {4, {IMAGES, HEIGHT, WIDTH, 1}},
                                   {4, {KERNEL, KERNEL, IN, OUT}}};
  memcpy(s->shapes, shapes, sizeof shapes);
  s->n_outputs = 0;
  il_value in[INPUTS];
  for (int i = 0; i < INPUTS; i++) in[i] = il_input(g, i, 0, shapes[i]);
  il_value y = il_add(g, il_convolution(g, in[0], in[1], stride, padding), in[2]);
  il_value loss = il_sum(g, il_multiply(g, y, il_scale(g, y, 0.3)));
  const il_values wrt = {2, {in[0], in[1]}};
  il_values first = il_gradient(g, loss, &wrt);
  il_values second = il_gradient(g, il_sum(g, il_square(g, first.at[1])), &wrt);
  emit(s, y);
  emit(s, il_add(g, il_scale(g, first.at[0], -2), in[0]));
  il_value other = il_gradient(g, il_sum(g, il_multiply(g, y, il_tanh(g, y))), &wrt).at[1]; /* read once: folds */
  emit(s, il_subtract(g, in[4], il_scale(g, other, 0.01)));
  emit(s, second.at[0]);
  emit(s, second.at[1]);
  emit(s, il_tanh(g, in[0])); /* a single instruction */
  emit(s, il_divide(g, il_shift(g, il_square(g, in[0]), 1), il_shift(g, il_sqrt(g, il_square(g, in[3])), 2)));
  emit(s, il_multiply(g, il_softplus(g, il_scale(g, in[1], 2)), il_mean(g, in[2]))); /* a scalar over all */
}

static void run(const subject *s, real *out, const il_program *program, il_workers *workers) {
  real *slots[IL_SLOTS_MAX] = {0};
  il_arena *arena = il_arena_new();
  real *workspace = il_arena_get(arena, il_program_cost(program).workspace_reals, sizeof *workspace);
  assert_non_null(workspace);
  for (int i = 0; i < INPUTS; i++) {
    size_t size = il_shape_size(&s->shapes[i]);
    il_stream stream = il_stream_open(3, IL_PURPOSE_NOISE, (uint64_t)i);
    slots[i] = il_arena_get(arena, size, sizeof(real));
    assert_non_null(slots[i]);
    for (size_t k = 0; k < size; k++) slots[i][k] = (real)il_random_normal(&stream);
  }
  for (int i = 0; i < s->n_outputs; out += s->sizes[i++]) slots[INPUTS + i] = out;
  if (workers)
    il_program_run_divided(program, workspace, slots, workers);
  else
    il_program_run(program, workspace, slots);
  il_arena_free(arena);
}

static void check(int stride, int padding, il_compile_mode mode) {
  static const int threads[THREADS] = {1, 2, 3, 17};
  subject s;
  size_t total = 0;
  build(&s, stride, padding);
  for (int i = 0; i < s.n_outputs; i++) total += s.sizes[i];
  real *whole = calloc(2 * total, sizeof *whole), *divided = whole + total;
  assert_non_null(whole);
  for (const char *const *name = il_kernels_names(); *name; name++) {
    const il_kernels *kernels = il_kernels_find(*name);
    il_program *program;
    if (!kernels) continue;
    assert_int_equal(il_compile(&program, s.graph, s.outputs, s.n_outputs, kernels, mode, NULL), IL_OK);
    run(&s, whole, program, NULL);
    for (int t = 0; t < THREADS; t++) {
      il_workers *workers;
      assert_int_equal(il_workers_new(&workers, threads[t], NULL), IL_OK);
      memset(divided, 0xff, total * sizeof *divided);
      run(&s, divided, program, workers);
      if (memcmp(whole, divided, total * sizeof *whole) != 0) fail_msg("%s, %d threads: other bits", *name, threads[t]);
      il_workers_free(workers);
    }
    il_program_free(program);
  }
  free(whole);
  il_graph_free(s.graph);
}

static void divided_programs_leave_the_same_bits(void **state) {
  (void)state;
  check(1, IL_SAME, IL_COMPILE_FUSED);
  check(2, IL_SAME, IL_COMPILE_FUSED);
  check(2, 1, IL_COMPILE_FUSED);
  check(1, 0, IL_COMPILE_PLAIN);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(divided_programs_leave_the_same_bits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
