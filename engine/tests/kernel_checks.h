/* Helpers of test_kernels.c and test_kernels_f64.c: random matrices between unmapped pages (any access out of bounds is
 * a crash), comparison of bits, and the checks that hold in both precisions. */
#ifndef INNERLOOP_TESTS_KERNEL_CHECKS_H
#define INNERLOOP_TESTS_KERNEL_CHECKS_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "cmocka_all.h"
#include "kernels/kernels.h"

enum { FENCE = 4096, BUFFER_BYTES = 128 * FENCE, SIZE_MOST = 70 };

/* Memory between two pages that may not be touched. */
typedef struct fenced {
  char *map;
} fenced;

static inline fenced fenced_new(void) {
  fenced buffer = {mmap(NULL, BUFFER_BYTES + 2 * FENCE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)};
  assert_true(buffer.map != (char *)MAP_FAILED);
  assert_int_equal(mprotect(buffer.map, FENCE, PROT_NONE), 0);
  assert_int_equal(mprotect(buffer.map + FENCE + BUFFER_BYTES, FENCE, PROT_NONE), 0);
  return buffer;
}

static inline void fenced_free(fenced buffer) {
  munmap(buffer.map, BUFFER_BYTES + 2 * FENCE);
}

/* `count` reals that end, or begin, at a fence. */
static inline real *fenced_reals(fenced buffer, size_t count, int at_end) {
  assert_true(count * sizeof(real) <= BUFFER_BYTES);
  return (real *)(void *)(buffer.map + FENCE + (at_end ? BUFFER_BYTES - count * sizeof(real) : 0));
}

/* Marsaglia's xorshift64*: tests need numbers, not quality. */
static inline uint64_t random_next(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 2685821657736338717u;
}

static inline int random_below(uint64_t *state, int count) {
  return (int)((random_next(state) >> 33) % (unsigned)count);
}

static inline real random_real(uint64_t *state) {
  return (real)((double)(random_next(state) >> 11) * 0x1p-53 * 4 - 2);
}

/* Mostly ordinary numbers; with `wild`, one in eight is special or of another magnitude. */
static inline void fill(real *to, size_t count, int wild, uint64_t *state) {
  static const double special[] = {0, -0.0, INFINITY, -INFINITY, NAN, 1e-40, -1e-42, 3e38, -3e38, 88.5, -103.5, 1, -1};
  for (size_t i = 0; i < count; ++i) {
    to[i] = random_real(state);
    if (!wild || random_below(state, 8)) continue;
    to[i] = (real)special[random_below(state, (int)(sizeof special / sizeof *special))];
  }
}

/* Equal bits, or both NaN (whose sign and payload no row promises). */
static inline int same_bits(const real *a, const real *b, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (memcmp(a + i, b + i, sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i]))) return 0;
  }
  return 1;
}

/* The vector rows this processor supports, best first; returns their number. */
static inline int vector_rows(const il_kernels *rows[8]) {
  int count = 0;
  for (const char *const *name = il_kernels_names(); *name; ++name) {
    const il_kernels *row = strcmp(*name, "reference") == 0 ? NULL : il_kernels_find(*name);
    if (row && count < 8) rows[count++] = row;
  }
  assert_true(count > 0);
  return count;
}

/* Sum of terms a[0], a[step], ... as kernels.h defines it: blocks of 32 from 0, then their sums from 0. */
static inline real blocked_sum(const real *a, size_t step, int count) {
  real total = 0;
  for (int begin = 0; begin < count; begin += 32) {
    real block = 0;
    for (int i = begin; i < count && i < begin + 32; ++i) block += a[(size_t)i * step];
    total += block;
  }
  return total;
}

static inline real exact_fma(real a, real b, real c) {
  return (real)(sizeof(real) == 4 ? (double)fmaf((float)a, (float)b, (float)c) : fma((double)a, (double)b, (double)c));
}

/* One product through every row. */
typedef struct gemm_case {
  int m, n, k, transposed, init_kind; /* init_kind: 0 none, 1 a row, 2 a matrix, 3 C itself */
  real alpha;
  int wild, at_end;
} gemm_case;

enum { INIT_NONE, INIT_ROW, INIT_MATRIX, INIT_IN_PLACE, INIT_KINDS };

static inline void check_gemm_case(const fenced buffers[5], const gemm_case *c, uint64_t *state) {
  const il_kernels *rows[8], *reference = il_kernels_find("reference");
  const int row_count = vector_rows(rows), end = c->at_end;
  const size_t size = (size_t)c->m * (size_t)c->n, init_size = c->init_kind == INIT_ROW ? (size_t)c->n : size;
  real *a = fenced_reals(buffers[0], (size_t)c->m * (size_t)c->k, end);
  real *b = fenced_reals(buffers[1], (size_t)c->k * (size_t)c->n, end);
  real *init = fenced_reals(buffers[2], init_size, end);
  real *expected = fenced_reals(buffers[3], size, end), *got = fenced_reals(buffers[4], size, end);
  fill(a, (size_t)c->m * (size_t)c->k, c->wild, state);
  fill(b, (size_t)c->k * (size_t)c->n, c->wild, state);
  fill(init, init_size, c->wild, state);
  il_gemm gemm = {.m = c->m,
                  .n = c->n,
                  .k = c->k,
                  .a = a,
                  .a_transposed = c->transposed,
                  .b = b,
                  .c = expected,
                  .init = c->init_kind == INIT_NONE ? NULL : init,
                  .init_stride = c->init_kind == INIT_ROW ? 0 : c->n,
                  .alpha = c->alpha};
  reference->gemm(&gemm);
  for (int r = 0; r < row_count; ++r) {
    gemm.c = got;
    fill(got, size, 1, state);
    if (c->init_kind == INIT_IN_PLACE) {
      memcpy(got, init, size * sizeof *got);
      gemm.init = got;
    }
    rows[r]->gemm(&gemm);
    if (!same_bits(got, expected, size)) {
      fail_msg("%s: %d x %d x %d, transposed %d, init %d, alpha %g: bits differ", rows[r]->name, c->m, c->n, c->k,
               c->transposed, c->init_kind, (double)c->alpha);
    }
  }
}

/* Sizes of the workloads first, then random ones with awkward ends. */
static inline void check_gemm(int random_cases) {
  static const int sizes[][3] = {{10, 40, 1}, {10, 40, 40}, {10, 1, 40},   {40, 40, 10}, {1, 40, 10},
                                 {40, 1, 10}, {25, 64, 64}, {75, 5, 64},   {64, 5, 25},  {130, 33, 3},
                                 {1, 1, 1},   {3, 130, 7},  {13, 128, 20}, {2, 2, 0},    {1, 1, 0}};
  static const real alphas[] = {1, 0, (real)-0.1, 2};
  const int fixed = (int)(sizeof sizes / sizeof *sizes);
  fenced buffers[5];
  uint64_t state = 12345;
  for (int i = 0; i < 5; ++i) buffers[i] = fenced_new();
  for (int index = 0; index < 16 * fixed + random_cases; ++index) {
    const int *size = sizes[index % fixed];
    const int drawn = index >= 16 * fixed;
    const gemm_case c = {.m = drawn ? 1 + random_below(&state, SIZE_MOST) : size[0],
                         .n = drawn ? 1 + random_below(&state, SIZE_MOST) : size[1],
                         .k = drawn ? random_below(&state, SIZE_MOST) : size[2],
                         .transposed = random_below(&state, 2),
                         .init_kind = random_below(&state, INIT_KINDS),
                         .alpha = alphas[random_below(&state, 4)],
                         .wild = random_below(&state, 4) == 0,
                         .at_end = random_below(&state, 2)};
    check_gemm_case(buffers, &c, &state);
  }
  for (int i = 0; i < 5; ++i) fenced_free(buffers[i]);
}

/* Every instruction, every row against the reference, also in place. */
static inline void check_pointwise(int rounds) {
  const il_kernels *rows[8], *reference = il_kernels_find("reference");
  const int row_count = vector_rows(rows);
  fenced buffers[4];
  uint64_t state = 777;
  for (int i = 0; i < 4; ++i) buffers[i] = fenced_new();
  for (int round = 0; round < rounds; ++round) {
    const int code = round % IL_POINTWISE_COUNT, end = random_below(&state, 2), wild = random_below(&state, 2);
    const size_t count = (size_t)random_below(&state, round % 5 ? SIZE_MOST : 1000);
    real *a = fenced_reals(buffers[0], count, end), *b = fenced_reals(buffers[1], count, end);
    real *expected = fenced_reals(buffers[2], count, end), *got = fenced_reals(buffers[3], count, end);
    const real s = random_real(&state);
    fill(a, count, wild, &state);
    fill(b, count, wild, &state);
    const int unary = il_pointwise_operands((il_pointwise)code) == 1;
    reference->pointwise[code](expected, a, unary ? NULL : b, s, count);
    for (int r = 0; r < row_count; ++r) {
      memcpy(got, r % 2 && !unary ? b : a, count * sizeof *got);
      rows[r]->pointwise[code](got, r % 2 && !unary ? a : got, r % 2 && !unary ? got : b, s, count);
      if (!same_bits(got, expected, count))
        fail_msg("%s: %s differs", rows[r]->name, il_pointwise_name((il_pointwise)code));
    }
  }
  for (int i = 0; i < 4; ++i) fenced_free(buffers[i]);
}

static inline void check_transpose(void) {
  const il_kernels *rows[8];
  const int row_count = vector_rows(rows);
  fenced from = fenced_new(), to = fenced_new();
  uint64_t state = 99;
  for (int round = 0; round < 600; ++round) {
    const int m = 1 + random_below(&state, SIZE_MOST), n = round % 7 ? 1 + random_below(&state, SIZE_MOST) : 40;
    const size_t size = (size_t)m * (size_t)n;
    real *a = fenced_reals(from, size, round & 1), *out = fenced_reals(to, size, round & 1);
    fill(a, size, 0, &state);
    memset(out, 0, size * sizeof *out);
    rows[round % row_count]->transpose(out, a, m, n);
    for (int i = 0; i < m; ++i) {
      for (int j = 0; j < n; ++j)
        assert_true(out[(size_t)j * (size_t)m + (size_t)i] == a[(size_t)i * (size_t)n + (size_t)j]);
    }
  }
  fenced_free(from);
  fenced_free(to);
}

typedef void (*sum_kernel)(real *out, const real *a, int m, int n, const real *init, real alpha);

/* `sum` of one row of the table against the definition, bit by bit. */
static inline void check_sum(sum_kernel sum, int over_rows, const fenced buffers[3], int m, int n, uint64_t *state) {
  static const real alphas[] = {1, (real)0.1, -2};
  const int length = over_rows ? n : m, end = random_below(state, 2), init_kind = random_below(state, 3);
  const real alpha = alphas[random_below(state, 3)];
  real *a = fenced_reals(buffers[0], (size_t)m * (size_t)n, end), *init = fenced_reals(buffers[1], (size_t)length, end);
  real *out = fenced_reals(buffers[2], (size_t)length, end);
  fill(a, (size_t)m * (size_t)n, 0, state);
  fill(init, (size_t)length, 0, state);
  memcpy(out, init, (size_t)length * sizeof *out);
  sum(out, a, m, n, init_kind == 0 ? NULL : init_kind == 1 ? init : out, alpha);
  for (int i = 0; i < length; ++i) {
    const real total = over_rows ? blocked_sum(a + i, (size_t)n, m) : blocked_sum(a + (size_t)i * (size_t)n, 1, n);
    const real expected = exact_fma(alpha, total, init_kind ? init[i] : 0);
    assert_true(same_bits(out + i, &expected, 1));
  }
}

static inline void check_sums(void) {
  const il_kernels *rows[8];
  int row_count = vector_rows(rows);
  fenced buffers[3] = {fenced_new(), fenced_new(), fenced_new()};
  uint64_t state = 4242;
  rows[row_count++] = il_kernels_find("reference");
  for (int round = 0; round < 600; ++round) {
    const int longer = round % 3 == 0;
    const int m = 1 + random_below(&state, longer ? 300 : SIZE_MOST);
    const int n = round % 5 ? 1 + random_below(&state, longer ? 80 : SIZE_MOST) : 1;
    for (int r = 0; r < row_count; ++r) {
      check_sum(rows[r]->sum_rows, 1, buffers, m, n, &state);
      check_sum(rows[r]->sum_columns, 0, buffers, m, n, &state);
      check_sum(rows[r]->sum_rows, 1, buffers, n, m, &state);
      check_sum(rows[r]->sum_columns, 0, buffers, n, m, &state);
    }
  }
  for (int i = 0; i < 3; ++i) fenced_free(buffers[i]);
}

/* The task gradients of a range, in slot order; nothing outside the range is written. */
static inline void check_slots(void) {
  enum { COUNT = 5, STRIDE = 2500 };
  static real slots[COUNT * STRIDE], out[STRIDE];
  const il_kernels *rows[8];
  const int row_count = vector_rows(rows);
  uint64_t state = 31;
  fill(slots, COUNT * STRIDE, 0, &state);
  rows[row_count] = il_kernels_find("reference");
  for (int round = 0; round < 300; ++round) {
    const int count = 1 + round % COUNT;
    const size_t begin = (size_t)random_below(&state, STRIDE),
                 end = begin + (size_t)random_below(&state, STRIDE - (int)begin);
    const real scale = random_real(&state);
    for (size_t i = 0; i < STRIDE; ++i) out[i] = 77;
    rows[round % (row_count + 1)]->sum_slots(out, slots, count, STRIDE, begin, end, scale);
    for (size_t i = 0; i < STRIDE; ++i) {
      real sum = slots[i];
      for (int t = 1; t < count; ++t) sum += slots[(size_t)t * STRIDE + i];
      const real expected = i >= begin && i < end ? scale * sum : 77;
      assert_true(same_bits(out + i, &expected, 1));
    }
  }
}

/* softmax and its logarithm of one row of n numbers in long double. */
static inline void exact_softmax(long double *p, long double *log_p, const real *a, int n) {
  long double most = a[0], sum = 0;
  for (int j = 1; j < n; ++j) most = a[j] > most ? a[j] : most;
  for (int j = 0; j < n; ++j) sum += expl(a[j] - most);
  for (int j = 0; j < n; ++j) {
    p[j] = expl(a[j] - most) / sum;
    log_p[j] = a[j] - most - logl(sum);
  }
}

/* Every row against long double, and every row's bits against the first row's; large logits must not overflow. */
static inline void check_softmax(double tolerance) {
  const il_kernels *rows[8];
  int row_count = vector_rows(rows);
  fenced buffers[3] = {fenced_new(), fenced_new(), fenced_new()};
  static long double p[700], log_p[700];
  uint64_t state = 5150;
  rows[row_count++] = il_kernels_find("reference");
  for (int round = 0; round < 400; ++round) {
    const int m = 1 + random_below(&state, 30),
              n = 1 + random_below(&state, round % 4 ? 24 : 200 + 500 * (round % 8 == 0)), end = round & 1;
    const size_t size = (size_t)m * (size_t)n;
    real *a = fenced_reals(buffers[0], size, end), *first = fenced_reals(buffers[1], 2 * size, end);
    real *got = fenced_reals(buffers[2], 2 * size, end);
    fill(a, size, 0, &state);
    for (size_t i = 0; i < size; ++i) a[i] *= round % 3 ? 5 : 500;
    for (int r = 0; r < row_count; ++r) {
      memcpy(got, a, size * sizeof *a);
      rows[r]->softmax(got, got, m, n);
      rows[r]->log_softmax(got + size, a, m, n);
      if (r == 0) memcpy(first, got, 2 * size * sizeof *got);
      assert_true(same_bits(got, first, 2 * size));
      for (size_t i = 0; i < size; ++i) {
        if (i % (size_t)n == 0) exact_softmax(p, log_p, a + i, n);
        assert_true(fabs((double)(got[i] - p[i % (size_t)n])) <= tolerance);
        const double log_error = fabs((double)(got[size + i] - log_p[i % (size_t)n]));
        assert_true(log_error <= tolerance * (1 + fabs((double)got[size + i])));
      }
    }
  }
  for (int i = 0; i < 3; ++i) fenced_free(buffers[i]);
}

#endif
