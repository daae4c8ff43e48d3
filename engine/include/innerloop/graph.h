/* Define once: symbolic tensors, the operations on them, and the gradient as a transformation that appends ordinary
 * nodes, so that it can be applied to its own result (exact second-order MAML is a gradient of a graph that holds
 * gradients).
 *
 * Letters: N rows (examples), C columns (features), P parameters. Tensors are dense and row-major; rank 0 is a scalar.
 * A graph only grows; equal operations on equal operands give the same value (common subexpressions never exist twice),
 * and constants, scales and zeros are folded on the way. Errors are sticky: an operation on wrong shapes or on
 * IL_NO_VALUE returns IL_NO_VALUE, and il_graph_status tells the first one; builders need no check after each call. */
#ifndef INNERLOOP_GRAPH_H
#define INNERLOOP_GRAPH_H

#include <stddef.h>

#include "innerloop/real.h"
#include "innerloop/status.h"

typedef struct il_graph il_graph;

/* A node of a graph; valid as long as the graph. */
typedef int il_value;

enum { IL_NO_VALUE = -1, IL_MAX_RANK = 4, IL_VALUES_MAX = 1024, IL_SLOTS_MAX = 32 };

typedef struct il_shape {
  int rank;
  int dims[IL_MAX_RANK];
} il_shape;

/* A list of values, such as the parameters of a model in their order, or the moments of an optimiser. Passed by value
 * on purpose: theta, then phi = theta. There is room for three moments of IL_PARAMETERS_MAX parameters; grown by
 * il_values_append alone. */
typedef struct il_values {
  int count;
  il_value at[IL_VALUES_MAX];
} il_values;

il_shape il_shape_scalar(void);
il_shape il_shape_vector(int columns);
il_shape il_shape_matrix(int rows, int columns);
/* Product of the dimensions; 1 for a scalar. */
size_t il_shape_size(const il_shape *shape);
/* 1 when rank and dimensions agree. */
int il_shape_equal(const il_shape *a, const il_shape *b);

/* An empty graph, or NULL when out of memory. Release with il_graph_free (NULL allowed). */
il_graph *il_graph_new(void);
void il_graph_free(il_graph *graph);
/* The first error of a builder call on this graph (IL_INVALID, IL_MEMORY), or IL_OK. */
il_status il_graph_status(const il_graph *graph, il_error *error);
/* Records a builder error of the caller's own (a model given shapes it cannot take). Returns IL_NO_VALUE. */
il_value il_graph_fail(il_graph *graph, il_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Shape of a value; rank 0 for IL_NO_VALUE. */
il_shape il_shape_of(const il_graph *graph, il_value value);

/* Appends `value` (IL_NO_VALUE too); a full list is an error of the graph and stays as it is. */
void il_values_append(il_graph *graph, il_values *values, il_value value);

/* Leaves. An input is a view of `shape` into run-time slot `slot` (below IL_SLOTS_MAX), starting `offset` reals from
 * its beginning. */
il_value il_input(il_graph *graph, int slot, size_t offset, il_shape shape);
il_value il_constant(il_graph *graph, il_shape shape, double value);

/* For every operation below: `domain` is where its value is a number, `kink` what its gradient is where there is none;
 * `cost` is in floating-point operations. Pointwise ones cost one an element (exp, log, sin and their kin some 10 to
 * 30) and no pass over memory of their own inside a chain. NaN in gives NaN out. Gradients of any order exist for all
 * of them. */

/* Pointwise. The two operands of a binary operation have equal shapes, or one is broadcast to the other: a scalar to
 * anything, a vector [C] or matrix [1,C] to [N,C], a matrix [N,1] to [N,C]. */
il_value il_add(il_graph *graph, il_value a, il_value b);
il_value il_subtract(il_graph *graph, il_value a, il_value b);
il_value il_multiply(il_graph *graph, il_value a, il_value b);
/* Domain: b not 0 (else infinite or NaN, as in IEEE 754). */
il_value il_divide(il_graph *graph, il_value a, il_value b);
il_value il_scale(il_graph *graph, il_value a, double factor);
il_value il_shift(il_graph *graph, il_value a, double term);
/* max(a, 0). Kink: at 0 the gradient is 0. */
il_value il_relu(il_graph *graph, il_value a);
/* gradient where gate > 0, else 0: what relu passes back. Its derivative by `gate` is 0 everywhere. */
il_value il_gate(il_graph *graph, il_value gradient, il_value gate);
il_value il_tanh(il_graph *graph, il_value a);
/* 1 / (1 + exp(-a)). */
il_value il_sigmoid(il_graph *graph, il_value a);
/* log(1 + exp(a)), without overflow. */
il_value il_softplus(il_graph *graph, il_value a);
/* In float, infinite above 88.7. */
il_value il_exp(il_graph *graph, il_value a);
/* Domain: a > 0; at 0 minus infinity, below NaN. */
il_value il_log(il_graph *graph, il_value a);
/* Domain: a >= 0, below NaN. Kink: at 0 the gradient is infinite. */
il_value il_sqrt(il_graph *graph, il_value a);
il_value il_square(il_graph *graph, il_value a);
/* Of radians. Domain: |a| <= 2^20 = 1048576, beyond NaN (in double no limit); error below one unit in the last
 * place. */
il_value il_sin(il_graph *graph, il_value a);
il_value il_cos(il_graph *graph, il_value a);

/* op(a) op(b), op = transpose where the flag is set. Matrices. Cost: 2 M N K. */
il_value il_matmul(il_graph *graph, il_value a, int transpose_a, il_value b, int transpose_b);
/* Of the last two dimensions; the others count matrices. Cost: a pass over memory. */
il_value il_transpose(il_graph *graph, il_value a);

/* Cost of each: a pass over memory. `axis` counts from 0, at any rank: of a matrix [N,C], 0 joins or cuts rows, 1
 * columns; of images [N,H,W,C], 3 is the channels.
 * il_concatenate: the parts one after the other along `axis`; they agree in rank and in all other dimensions.
 * il_slice: elements begin..begin + count - 1 along `axis`, count > 0. Its gradient is il_pad: `a` at begin.. of an
 * axis of `size`, zeros elsewhere. */
il_value il_concatenate(il_graph *graph, const il_values *parts, int axis);
il_value il_slice(il_graph *graph, il_value a, int axis, int begin, int count);
il_value il_pad(il_graph *graph, il_value a, int axis, int begin, int size);
/* The largest element along `axis`, which stays with size 1: [N,C] gives [N,1] (axis 1) or [1,C] (axis 0), ready to be
 * broadcast back. Kink: at ties the gradient goes to the first. NaN counts as larger than numbers. Cost: one an
 * element. */
il_value il_maximum(il_graph *graph, il_value a, int axis);

/* Symmetric positive definite a [N,N], by Cholesky; only (a + a') / 2 counts, so that the gradient by a is symmetric.
 * All operations on one `a` and their gradients share one factorisation. Domain: where a is not positive definite (to
 * rounding), all of the result is NaN; add a ridge to what may be singular.
 * il_solve_spd: a^-1 b for b [N,M]. Cost: N^3 / 3 once, then 2 N^2 M; its gradient as much again and 2 N^2 M.
 * il_logdet: log det a, a scalar. Cost: N^3 / 3; its gradient, g a^-1, 2 N^3. */
il_value il_solve_spd(il_graph *graph, il_value a, il_value b);
il_value il_logdet(il_graph *graph, il_value a);

/* Images x [N,H,W,CI] by kernels w [KH,KW,CI,CO]: y [N,OH,OW,CO], y[n,r,c,o] = sum over i, j, k of
 * x[n, r stride + i - top, c stride + j - left, k] w[i,j,k,o] (no flip, as in other frameworks). `padding` is the
 * number of rows and columns of zeros on every side, IL_VALID for none, or IL_SAME for TensorFlow's rule: OH = ceil(H /
 * stride), the zeros this needs halved, an odd one at the bottom or right. Add a bias [CO] with il_add: it costs no
 * pass of its own.
 * Cost: 2 N OH OW KH KW CI CO, and each of its two gradients the same. */
enum { IL_VALID = 0, IL_SAME = -1 };
il_value il_convolution(il_graph *graph, il_value x, il_value w, int stride, int padding);
/* Rows of `a` [N,C] turned into probabilities, or their logarithms. Domain: finite rows. Cost: 5 passes' worth an
 * element. */
il_value il_softmax(il_graph *graph, il_value a);
il_value il_log_softmax(il_graph *graph, il_value a);
/* Repeats `a` to `shape` (see the broadcast rules above), and its adjoint: sums `a` down to `shape`. Reading a
 * broadcast costs nothing; a sum costs one an element, in blocks of 32, then in order. */
il_value il_broadcast(il_graph *graph, il_value a, il_shape shape);
il_value il_sum_to(il_graph *graph, il_value a, il_shape shape);
/* Sum, or mean, over all elements: a scalar. */
il_value il_sum(il_graph *graph, il_value a);
il_value il_mean(il_graph *graph, il_value a);
/* The same elements under another shape of equal size. Cost: none. */
il_value il_reshape(il_graph *graph, il_value a, il_shape shape);
/* `a` itself, but no gradient flows through it (first-order MAML). Cost: none. */
il_value il_stop_gradient(il_graph *graph, il_value a);

/* Batch normalisation over all axes but the last, C channels, with the statistics of the batch itself (biased
 * variance): gamma (x - mean) / sqrt(variance + epsilon) + beta, then relu where the flag is set. gamma, beta [C] or
 * IL_NO_VALUE: 1, 0. Fused passes, about 10 an element; `unfused` is the same in primitives, to compare with. Domain:
 * epsilon > 0, or no channel constant. Kink: relu's. */
il_value il_batch_norm(il_graph *graph, il_value x, il_value gamma, il_value beta, double epsilon, int relu);
il_value il_batch_norm_unfused(il_graph *graph, il_value x, il_value gamma, il_value beta, double epsilon, int relu);
/* The same with given statistics [C], which may be inputs (running averages) or values of the graph. */
il_value il_normalise(il_graph *graph, il_value x, il_value mean, il_value variance, il_value gamma, il_value beta,
                      double epsilon);
/* Mean and biased variance [C] of x over all axes but the last, in primitives: for running averages. */
void il_batch_moments(il_graph *graph, il_value x, il_value *mean, il_value *variance);

/* Images x [N,H,W,C]. Maximum over 2 x 2 windows, stride 2: [N,H/2,W/2,C]; padding IL_SAME rounds odd sizes up (windows
 * at the lower and right edge are cut), IL_VALID down (the last row or column is dropped). Kink: at ties
 * the gradient goes to the first maximum, row by row. Cost: one a pixel and channel. */
il_value il_max_pool(il_graph *graph, il_value x, int padding);
/* Mean over height and width: [N,C]. Cost: one a pixel and channel. */
il_value il_spatial_mean(il_graph *graph, il_value x);

/* Losses. il_mean_squared_error: mean over all elements of (prediction - target)^2. il_cross_entropy: mean over the
 * rows of -sum_c target[n,c] log softmax(logits)[n,c]. Both return a scalar, and have no kink. */
il_value il_mean_squared_error(il_graph *graph, il_value prediction, il_value target);
il_value il_cross_entropy(il_graph *graph, il_value logits, il_value target);

/* d loss / d each of `wrt`, appended as graph nodes; loss is a scalar. A value the loss does not depend on has gradient
 * 0. Reverse accumulation; may be applied again to anything it returned. */
il_values il_gradient(il_graph *graph, il_value loss, const il_values *wrt);

/* stop_gradient of each value (IL_NO_VALUE stays); a - b of each pair. */
il_values il_stop_gradients(il_graph *graph, const il_values *values);
il_values il_differences(il_graph *graph, const il_values *a, const il_values *b);

/* Lists as one long vector. il_dot: the sum over all elements of all pairs a_i b_i, a scalar, the pairs added in order;
 * 0 for empty lists. il_axpy: y_i + alpha x_i of each pair; alpha is a scalar of the graph, il_constant for a number.
 * Lists of unequal length are an error of the graph. */
il_value il_dot(il_graph *graph, const il_values *a, const il_values *b);
il_values il_axpy(il_graph *graph, il_value alpha, const il_values *x, const il_values *y);

#endif
