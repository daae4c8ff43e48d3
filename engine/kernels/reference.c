/* The reference row: the definitions of kernels.h as plain loops, one number at a time. Nothing here is fast; every
 * other row is tested against it, bit by bit. */
#include <stddef.h>

#include "kernels/reference_math.h"

static void reference_gemm(const il_gemm *gemm) {
  const size_t m = (size_t)gemm->m, n = (size_t)gemm->n, length = (size_t)gemm->k;
  for (size_t i = 0; i < m; ++i) {
    for (size_t j = 0; j < n; ++j) {
      const real init = gemm->init ? gemm->init[i * (size_t)gemm->init_stride + j] : 0;
      real sum = gemm->alpha == 1 ? init : 0;
      for (size_t k = 0; k < length; ++k) {
        const real a = gemm->a_transposed ? gemm->a[k * m + i] : gemm->a[i * length + k];
        sum = il_reference_fma(a, gemm->b[k * n + j], sum);
      }
      gemm->c[i * n + j] = gemm->alpha == 1 ? sum : il_reference_fma(gemm->alpha, sum, init);
    }
  }
}

/* Output pixel, tap, input pixel: 1 and `at`, the input pixel of the tap, where it lies inside an image of `size`. */
static int reference_tap(int *at, int pixel, int tap, int stride, int before, int size) {
  *at = pixel * stride + tap - before;
  return *at >= 0 && *at < size;
}

/* Backwards: 1 and the output pixel that reads `pixel` through `tap`. */
static int reference_source(int *at, int pixel, int tap, int stride, int before, int size) {
  *at = (pixel + before - tap) / stride;
  return pixel + before >= tap && (pixel + before - tap) % stride == 0 && *at < size;
}

/* The chain of one element over the taps and the `from` channels of `image` [height, width, from]. */
static real reference_chain(const il_convolve *call, int backward, const real *image, const int pixel[2], int channel,
                            real sum) {
  const il_geometry *g = call->geometry;
  int (*const find)(int *, int, int, int, int, int) = backward ? reference_source : reference_tap;
  const int height = backward ? g->out_height : g->height, width = backward ? g->out_width : g->width;
  const int from = backward ? g->out_channels : g->channels, to = backward ? g->channels : g->out_channels;
  for (int i = 0; i < g->kernel_height; ++i) {
    for (int j = 0; j < g->kernel_width; ++j) {
      int row, column;
      if (!find(&row, pixel[0], i, g->stride, g->top, height)) continue;
      if (!find(&column, pixel[1], j, g->stride, g->left, width)) continue;
      const real *a = image + ((size_t)row * (size_t)width + (size_t)column) * (size_t)from;
      const real *b = call->b + ((size_t)i * (size_t)g->kernel_width + (size_t)j) * (size_t)from * (size_t)to + channel;
      for (int k = 0; k < from; ++k) sum = il_reference_fma(a[k], b[(size_t)k * (size_t)to], sum);
    }
  }
  return sum;
}

static void reference_convolve_any(const il_convolve *call, int backward) {
  const il_geometry *g = call->geometry;
  const int height = backward ? g->height : g->out_height, width = backward ? g->width : g->out_width;
  const int channels = backward ? g->channels : g->out_channels;
  const size_t image = backward ? (size_t)g->out_height * (size_t)g->out_width * (size_t)g->out_channels
                                : (size_t)g->height * (size_t)g->width * (size_t)g->channels;
  const size_t pixels = (size_t)height * (size_t)width, size = (size_t)g->images * pixels * (size_t)channels;
  for (size_t at = 0; at < size; ++at) {
    const int channel = (int)(at % (size_t)channels), inside = (int)(at / (size_t)channels % pixels);
    const size_t from = at / (size_t)channels;
    const int pixel[2] = {inside / width, inside % width};
    const real init = call->init ? call->init[from * (size_t)call->init_stride + (size_t)channel] : 0;
    const real *a = call->a + from / pixels * image;
    const real sum = reference_chain(call, backward, a, pixel, channel, call->alpha == 1 ? init : 0);
    call->out[at] = call->alpha == 1 ? sum : il_reference_fma(call->alpha, sum, init);
  }
}

static void reference_convolve(const il_convolve *call) {
  reference_convolve_any(call, 0);
}

static void reference_convolve_input(const il_convolve *call) {
  reference_convolve_any(call, 1);
}

/* The chain of the weight at (i, j, ci, co) over the output pixels [begin, end), counted over all images. */
static real reference_pixels(const il_convolve *call, const int weight[4], int begin, int end) {
  const il_geometry *g = call->geometry;
  real sum = 0;
  for (int pixel = begin; pixel < end; ++pixel) {
    const int line = pixel / g->out_width, image = line / g->out_height;
    int row, column;
    if (!reference_tap(&row, line % g->out_height, weight[0], g->stride, g->top, g->height)) continue;
    if (!reference_tap(&column, pixel % g->out_width, weight[1], g->stride, g->left, g->width)) continue;
    const size_t at = ((size_t)image * (size_t)g->height + (size_t)row) * (size_t)g->width + (size_t)column;
    const size_t x = at * (size_t)g->channels + (size_t)weight[2];
    const size_t y = (size_t)pixel * (size_t)g->out_channels + (size_t)weight[3];
    sum = il_reference_fma(call->a[x], call->b[y], sum);
  }
  return sum;
}

static void reference_convolve_weights(const il_convolve *call) {
  const il_geometry *g = call->geometry;
  const int co = g->out_channels, ci = g->channels, kw = g->kernel_width, size = g->kernel_height * kw * ci * co;
  const int total = g->images * g->out_height * g->out_width;
  for (int at = 0; at < size; ++at) {
    const int weight[4] = {at / co / ci / kw, at / co / ci % kw, at / co % ci, at % co};
    real value = call->init ? call->init[at] : 0;
    for (int begin = 0; begin < total; begin += IL_CONVOLVE_BLOCK) {
      const int end = begin + IL_CONVOLVE_BLOCK < total ? begin + IL_CONVOLVE_BLOCK : total;
      value = il_reference_fma(call->alpha, reference_pixels(call, weight, begin, end), value);
    }
    call->out[at] = value;
  }
}

#define REFERENCE_POINTWISE(code, name, operands, value)                                                               \
  static void reference_##name(real *out, const real *first, const real *second, real s, size_t count) {               \
    for (size_t i = 0; i < count; ++i) {                                                                               \
      const real a = first[i], b = (operands) == 2 ? second[i] : 0;                                                    \
      (void)a, (void)b, (void)s;                                                                                       \
      out[i] = (value);                                                                                                \
    }                                                                                                                  \
  }
IL_POINTWISE_MAP(REFERENCE_POINTWISE)

static void reference_transpose(real *out, const real *a, int m, int n) {
  for (size_t i = 0; i < (size_t)m; ++i) {
    for (size_t j = 0; j < (size_t)n; ++j) out[j * (size_t)m + i] = a[i * (size_t)n + j];
  }
}

/* Sum of `count` terms a[0], a[step], ... in blocks of 32. */
static real reference_sum(const real *a, size_t step, int count) {
  real total = 0;
  for (int begin = 0; begin < count; begin += IL_SUM_BLOCK) {
    real block = 0;
    for (int i = begin; i < count && i < begin + IL_SUM_BLOCK; ++i) block += a[(size_t)i * step];
    total += block;
  }
  return total;
}

static void reference_sum_rows(real *out, const real *a, int m, int n, const real *init, real alpha) {
  for (size_t j = 0; j < (size_t)n; ++j)
    out[j] = il_reference_fma(alpha, reference_sum(a + j, (size_t)n, m), init ? init[j] : 0);
}

static void reference_sum_columns(real *out, const real *a, int m, int n, const real *init, real alpha) {
  for (size_t i = 0; i < (size_t)m; ++i)
    out[i] = il_reference_fma(alpha, reference_sum(a + i * (size_t)n, 1, n), init ? init[i] : 0);
}

/* a - max(a) in `out`; returns the sum of the powers, in blocks as above. n >= 1. */
static real reference_powers(real *out, const real *a, int n) {
  real most = a[0], total = 0;
  for (int j = 1; j < n; ++j) most = a[j] > most ? a[j] : most;
  for (int begin = 0; begin < n; begin += IL_SUM_BLOCK) {
    real block = 0;
    for (int j = begin; j < n && j < begin + IL_SUM_BLOCK; ++j) {
      out[j] = a[j] - most;
      block += il_real_exp(out[j]);
    }
    total += block;
  }
  return total;
}

static void reference_softmax(real *out, const real *a, int m, int n) {
  for (int i = 0; n > 0 && i < m; ++i, out += n, a += n) {
    const real sum = reference_powers(out, a, n);
    for (int j = 0; j < n; ++j) out[j] = il_real_exp(out[j]) / sum;
  }
}

static void reference_log_softmax(real *out, const real *a, int m, int n) {
  for (int i = 0; n > 0 && i < m; ++i, out += n, a += n) {
    const real sum = reference_powers(out, a, n);
    for (int j = 0; j < n; ++j) out[j] -= il_real_log(sum);
  }
}

static void reference_sum_slots(real *out, const real *slots, int count, size_t stride, size_t begin, size_t end,
                                real scale) {
  for (size_t i = begin; i < end; ++i) {
    real sum = count > 0 ? slots[i] : 0;
    for (int t = 1; t < count; ++t) sum += slots[(size_t)t * stride + i];
    out[i] = scale * sum;
  }
}

const il_kernels il_kernels_reference = {
    .name = "reference",
    .contract = IL_KERNELS_PINNED,
    .gemm = reference_gemm,
    .convolve = reference_convolve,
    .convolve_input = reference_convolve_input,
    .convolve_weights = reference_convolve_weights,
#define REFERENCE_ENTRY(code, name, operands, value) .pointwise[IL_POINTWISE_##code] = reference_##name,
    IL_POINTWISE_MAP(REFERENCE_ENTRY)
#undef REFERENCE_ENTRY
        .transpose = reference_transpose,
    .sum_rows = reference_sum_rows,
    .sum_columns = reference_sum_columns,
    .softmax = reference_softmax,
    .log_softmax = reference_log_softmax,
    .batch_norm = &il_reference_batch_norm,
    .pool = &il_reference_pool,
    .sum_slots = reference_sum_slots,
};
