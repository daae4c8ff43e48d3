/* The kernel table: pure functions on pointers and sizes. Every row of the table gives the same bits as every other
 * row. Each output element is one chain of operations in a fixed order, so that bits depend on no vector width, tile
 * shape or thread count. All kernels are single-threaded and allocate nothing.
 *
 * Rows: "reference" (naive loops: the twin every other row is tested against), "portable" (plain C, any x86-64),
 * "avx2" (x86-64-v3), "avx512" (x86-64-v4). Letters: M, N, K sizes of a product; matrices are dense and row-major. */
#ifndef INNERLOOP_KERNELS_KERNELS_H
#define INNERLOOP_KERNELS_KERNELS_H

#include <stddef.h>

#include "innerloop/real.h"
#include "innerloop/status.h"
#include "kernels/batch_norm.h"

struct il_blas;

/* C = alpha A B + init.
 * alpha == 1: every element is the chain init, fma(a0,b0,.), fma(a1,b1,.), ... over k ascending.
 * otherwise:  the chain starts from 0 and the element is fma(alpha, chain, init).
 * A is [M,K] stored row-major, or [K,M] when a_transposed. B is [K,N]. C is [M,N]; it may be `init`, not a or b. */
typedef struct il_gemm {
  int m, n, k;
  const real *a;
  int a_transposed;
  const real *b;
  real *c;
  const real *init; /* NULL: 0 */
  int init_stride;  /* reals from row to row of init: N for a matrix, 0 for one row [N] repeated */
  real alpha;
  const struct il_blas *blas; /* of the row's table; the host row alone looks at it */
} il_gemm;

/* A convolution: images x [N,H,W,CI] and kernels w [KH,KW,CI,CO] give y [N,OH,OW,CO]. Tap (i,j) of the output pixel
 * (r,c) lies at the pixel (r stride + i - top, c stride + j - left) of x; taps outside the image are skipped. */
typedef struct il_geometry {
  int images, height, width, channels;
  int out_height, out_width, out_channels;
  int kernel_height, kernel_width, stride, top, left;
} il_geometry;

/* One of the three linear maps of a convolution, each with `init` and `alpha`. out may be `init`, not a or b.
 *   convolve          a = x, b = w                    out = y
 *   convolve_input    a = y, b = w as [KH,KW,CO,CI]   out = x: the transposed map
 *   convolve_weights  a = x, b = y                    out = w: the derivative by the weights
 * Elements of the first two are chains as in il_gemm: over the taps in order, then over the channels of a. Long sums
 * over pixels must not be plain ones, so an element of convolve_weights starts as init (0 where there is none); then
 * for each block of IL_CONVOLVE_BLOCK output pixels, counted over all images, it becomes fma(alpha, chain, element),
 * the chain from 0 over the block's pixels in order. */
enum { IL_CONVOLVE_BLOCK = 128 };
typedef struct il_convolve {
  const il_geometry *geometry;
  const real *a, *b;
  real *out;
  const real *init; /* NULL: 0 */
  int init_stride; /* reals from pixel to pixel of init: the channels of out, or 0: one vector repeated (not weights) */
  real alpha;
} il_convolve;

/* Pointwise instructions: name, number of operands, value from a, b and the immediate s. */
#define IL_POINTWISE_MAP(X)                                                                                            \
  X(COPY, copy, 1, a)                                                                                                  \
  X(ADD, add, 2, a + b)                                                                                                \
  X(SUBTRACT, subtract, 2, a - b)                                                                                      \
  X(MULTIPLY, multiply, 2, a *b)                                                                                       \
  X(DIVIDE, divide, 2, a / b)                                                                                          \
  X(SCALE, scale, 1, a *s)                                                                                             \
  X(SHIFT, shift, 1, a + s)                                                                                            \
  X(RELU, relu, 1, a <= 0 ? 0 : a)                                                                                     \
  X(GATE, gate, 2, b <= 0 ? 0 : a)                                                                                     \
  X(SQUARE, square, 1, a *a)                                                                                           \
  X(SQRT, sqrt, 1, il_real_sqrt(a))                                                                                    \
  X(EXP, exp, 1, il_real_exp(a))                                                                                       \
  X(LOG, log, 1, il_real_log(a))                                                                                       \
  X(TANH, tanh, 1, il_real_tanh(a))                                                                                    \
  X(SIGMOID, sigmoid, 1, il_real_sigmoid(a))                                                                           \
  X(SOFTPLUS, softplus, 1, il_real_softplus(a))                                                                        \
  X(SIN, sin, 1, il_real_sin(a))                                                                                       \
  X(COS, cos, 1, il_real_cos(a))

typedef enum il_pointwise {
#define IL_POINTWISE_ENUM(code, name, operands, value) IL_POINTWISE_##code,
  IL_POINTWISE_MAP(IL_POINTWISE_ENUM) IL_POINTWISE_COUNT
#undef IL_POINTWISE_ENUM
} il_pointwise;

/* out[i] = value(a[i], b[i], s), i < count; b is ignored by unary instructions. out may equal a or b. RELU of NaN is 0
 * in no row: NaN must pass through RELU (a > 0 ? a : 0 loses it), so RELU is a <= 0 ? 0 : a; GATE passes `a` where !(b
 * <= 0). */
typedef void (*il_pointwise_kernel)(real *out, const real *a, const real *b, real s, size_t count);

/* The contract of the table's rows; its number rises with every change of a bit that any kernel gives. */
#define IL_KERNELS_PINNED "pinned-1"

/* One row of the table. */
typedef struct il_kernels {
  const char *name;
  const char *contract; /* which bits it gives: what has the same contract may take turns in one training */
  void (*gemm)(const il_gemm *gemm);
  void (*convolve)(const il_convolve *call);
  void (*convolve_input)(const il_convolve *call);
  void (*convolve_weights)(const il_convolve *call);
  il_pointwise_kernel pointwise[IL_POINTWISE_COUNT];
  /* out[N,M] = transpose of a[M,N]; not in place. */
  void (*transpose)(real *out, const real *a, int m, int n);
  /* out[N] = fma(alpha, sum over the rows of a[M,N], init); init NULL: 0; out may be init. Rows are added in blocks of
   * 32, each in order from 0, the block sums then in order from 0 (a plain float sum over the pixels of a batch was
   * measured to ruin half the tasks). */
  void (*sum_rows)(real *out, const real *a, int m, int n, const real *init, real alpha);
  /* out[M] = fma(alpha, sum over the columns of a[M,N], init), in blocks of 32 as above. */
  void (*sum_columns)(real *out, const real *a, int m, int n, const real *init, real alpha);
  /* out[M,N] = softmax, or its logarithm, of every row of a: maximum subtracted, sum as in sum_columns. out may be
   * a. */
  void (*softmax)(real *out, const real *a, int m, int n);
  void (*log_softmax)(real *out, const real *a, int m, int n);
  const il_batch_norm_kernels *batch_norm; /* batch_norm.h */
  const il_pool_kernels *pool;
  /* out[i] = scale * (slots[0][i] + slots[1][i] + ... in order), begin <= i < end; slot t begins at slots + t *
   * stride. */
  void (*sum_slots)(real *out, const real *slots, int count, size_t stride, size_t begin, size_t end, real scale);
  const struct il_blas *blas; /* host.h: of the host row; NULL in all others */
} il_kernels;

/* Number of operands (1 or 2) and name of an instruction. */
int il_pointwise_operands(il_pointwise code);
const char *il_pointwise_name(il_pointwise code);

/* The row called `name`, or NULL: unknown, not built in, or not supported by this processor. */
const il_kernels *il_kernels_find(const char *name);

/* Names of the rows this build has, best first, NULL-terminated. */
const char *const *il_kernels_names(void);

/* The row to use: `name` if given and not empty, else the best one this processor supports.
 * Errors: IL_INVALID (unknown name, or not supported here). */
il_status il_kernels_select(const il_kernels **kernels, const char *name, il_error *error);

#endif
