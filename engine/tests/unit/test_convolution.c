/* covers: graph; precision: float double */
/* Convolution: every row of the kernel table has the bits of the definition, between fences; MAML through a
 * convolutional network is PyTorch's. */
#include <stdio.h>

#include "convolution_golden.h"
#include "kernel_checks.h"

typedef void (*convolve_kernel)(const il_convolve *call);

enum { CONVOLVE_KINDS = 3 };

/* Kernel `kind` of a row: convolve, its input's, its weights'. */
static convolve_kernel convolve_of(const il_kernels *row, int kind) {
  return kind == 0 ? row->convolve : kind == 1 ? row->convolve_input : row->convolve_weights;
}

typedef struct convolve_sizes {
  size_t x, w, y;
} convolve_sizes;

static convolve_sizes sizes_of(const il_geometry *g) {
  return (convolve_sizes){(size_t)g->images * (size_t)g->height * (size_t)g->width * (size_t)g->channels,
                          (size_t)g->kernel_height * (size_t)g->kernel_width * (size_t)g->channels *
                              (size_t)g->out_channels,
                          (size_t)g->images * (size_t)g->out_height * (size_t)g->out_width * (size_t)g->out_channels};
}

/* Sizes of a, b and out of a kernel. */
static void operand_sizes(size_t size[3], const il_geometry *g, int kind) {
  const convolve_sizes s = sizes_of(g);
  size[0] = kind == 1 ? s.y : s.x;
  size[1] = kind == 2 ? s.y : s.w;
  size[2] = kind == 0 ? s.y : kind == 1 ? s.x : s.w;
}

static void describe_geometry(char text[200], const il_geometry *g) {
  snprintf(text, 200, "[%d,%d,%d,%d] to [%d,%d,%d], kernel %dx%d, stride %d, before %d,%d", g->images, g->height,
           g->width, g->channels, g->out_height, g->out_width, g->out_channels, g->kernel_height, g->kernel_width,
           g->stride, g->top, g->left);
}

/* All rows against the reference for one geometry and one kernel, init (none, a vector, full, in place) and alpha
 * drawn. */
static void check_convolve(const fenced buffers[5], const il_geometry *g, int kind, uint64_t *state) {
  static const real alphas[] = {1, 1, (real)-0.1, 2};
  const il_kernels *rows[8], *reference = il_kernels_find("reference");
  const int row_count = vector_rows(rows), end = random_below(state, 2), wild = random_below(state, 4) == 0;
  const int init_kind = random_below(state, INIT_KINDS);
  const int channels = kind == 1 ? g->channels : g->out_channels;
  const int one_row = init_kind == INIT_ROW && kind != 2;
  size_t size[3];
  char text[200];
  operand_sizes(size, g, kind);
  real *a = fenced_reals(buffers[0], size[0], end), *b = fenced_reals(buffers[1], size[1], end);
  real *init = fenced_reals(buffers[2], one_row ? (size_t)channels : size[2], end);
  real *expected = fenced_reals(buffers[3], size[2], end), *got = fenced_reals(buffers[4], size[2], end);
  fill(a, size[0], wild, state);
  fill(b, size[1], wild, state);
  fill(init, one_row ? (size_t)channels : size[2], wild, state);
  il_convolve call = {.geometry = g,
                      .a = a,
                      .b = b,
                      .out = expected,
                      .init = init_kind == INIT_NONE ? NULL : init,
                      .init_stride = one_row ? 0 : channels,
                      .alpha = alphas[random_below(state, 4)]};
  convolve_of(reference, kind)(&call);
  for (int r = 0; r < row_count; ++r) {
    call.out = got;
    fill(got, size[2], 1, state);
    if (init_kind == INIT_IN_PLACE) {
      memcpy(got, init, size[2] * sizeof *got);
      call.init = got;
    }
    convolve_of(rows[r], kind)(&call);
    if (same_bits(got, expected, size[2])) continue;
    describe_geometry(text, g);
    fail_msg("%s: kernel %d, %s, init %d, alpha %g: bits differ", rows[r]->name, kind, text, init_kind,
             (double)call.alpha);
  }
}

/* Every geometry that makes sense, small; about one in four large enough for several blocks of the weights' sums. */
static il_geometry random_geometry(uint64_t *state) {
  static const int channels[] = {1, 1, 2, 3, 5, 6, 7, 8, 16, 17, 20, 32, 33, 48, 64, 70};
  const int large = random_below(state, 4) == 0;
  il_geometry g = {.images = 1 + random_below(state, large ? 7 : 4),
                   .channels = channels[random_below(state, large ? 8 : 16)],
                   .out_channels = channels[random_below(state, large ? 10 : 16)],
                   .kernel_height = 1 + random_below(state, 5),
                   .kernel_width = 1 + random_below(state, 5),
                   .stride = 1 + random_below(state, 3)};
  g.height = 1 + random_below(state, large ? 16 : 8);
  g.width = 1 + random_below(state, large ? 16 : 8);
  g.top = random_below(state, g.kernel_height);
  g.left = random_below(state, g.kernel_width);
  /* any number of zeros after the last row and column, as long as the last window has a real row and column */
  const int rows = (g.height - 1 + g.top) / g.stride + 1, columns = (g.width - 1 + g.left) / g.stride + 1;
  g.out_height = 1 + random_below(state, rows);
  g.out_width = 1 + random_below(state, columns);
  return g;
}

static int fits(const il_geometry *g) {
  const convolve_sizes s = sizes_of(g);
  const size_t most = BUFFER_BYTES / sizeof(real);
  return s.x <= most && s.w <= most && s.y <= most && (double)s.y * (double)s.w / g->out_channels < 2e6;
}

static void rows_have_the_bits_of_the_definition(void **unused) {
  (void)unused;
  const int random_cases = sizeof(real) == sizeof(float) ? 4000 : 2000;
  /* the four layers of the Omniglot network, the first of mini-ImageNet's (narrower), and odd ones */
  static const il_geometry fixed[] = {
      {2, 28, 28, 1, 14, 14, 64, 3, 3, 2, 0, 0}, {1, 14, 14, 32, 7, 7, 32, 3, 3, 2, 0, 0},
      {2, 7, 7, 64, 4, 4, 64, 3, 3, 2, 1, 1},    {5, 4, 4, 64, 2, 2, 64, 3, 3, 2, 0, 0},
      {1, 42, 42, 3, 42, 42, 32, 3, 3, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0},
      {3, 2, 2, 5, 1, 1, 5, 3, 3, 4, 1, 1},      {1, 5, 5, 2, 2, 2, 3, 1, 1, 3, 0, 0},
  };
  enum { FIXED = sizeof fixed / sizeof *fixed };
  fenced buffers[5];
  uint64_t state = 2024;
  for (int i = 0; i < 5; ++i) buffers[i] = fenced_new();
  for (int index = 0; index < 3 * FIXED; ++index) check_convolve(buffers, &fixed[index % FIXED], index / FIXED, &state);
  for (int index = 0; index < random_cases;) {
    const il_geometry g = random_geometry(&state);
    if (fits(&g)) check_convolve(buffers, &g, index++ % CONVOLVE_KINDS, &state);
  }
  for (int i = 0; i < 5; ++i) fenced_free(buffers[i]);
}

static void maml_is_that_of_another_framework(void **state) {
  (void)state;
  check_golden_convolution();
}

/* A hundred images of 84 x 84: what a plain float sum over 705600 pixels would lose. */
static void weights_of_many_pixels_stay_accurate(void **state) {
  (void)state;
  enum { IMAGES = 100, SIDE = 84, PIXELS = IMAGES * SIDE * SIDE };
  const il_geometry g = {IMAGES, SIDE, SIDE, 1, SIDE, SIDE, 1, 1, 1, 1, 0, 0};
  static real x[PIXELS], y[PIXELS];
  const il_kernels *rows[8];
  const int row_count = vector_rows(rows);
  for (int i = 0; i < PIXELS; ++i) x[i] = (real)0.1f, y[i] = 1;
  for (int r = 0; r < row_count; ++r) {
    real w = 0;
    const il_convolve call = {.geometry = &g, .a = x, .b = y, .out = &w, .alpha = 1};
    rows[r]->convolve_weights(&call);
    assert_true(fabs(w / (PIXELS * (double)(real)0.1f) - 1) < 1e-4);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_have_the_bits_of_the_definition),
      cmocka_unit_test(maml_is_that_of_another_framework),
      cmocka_unit_test(weights_of_many_pixels_stay_accurate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
