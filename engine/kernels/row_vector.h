/* The vector of a row: 4, 8 or 16 floats (2 or 4 doubles), by the instruction set the file is compiled for. Arithmetic
 * is GCC's vector operators; only what they lack stands here. Every operation is exact IEEE per lane, so that a lane
 * has the same bits whatever the width: this is what makes the rows of the kernel table agree. */
#ifndef INNERLOOP_KERNELS_ROW_VECTOR_H
#define INNERLOOP_KERNELS_ROW_VECTOR_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "innerloop/real.h"

#if defined(__AVX512F__)
#ifdef IL_REAL_IS_DOUBLE
#error "the AVX-512 row is float only"
#endif
#include <immintrin.h>
enum { VECTOR_BYTES = 64 };
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
enum { VECTOR_BYTES = 32 };
#else
enum { VECTOR_BYTES = 16 };
#endif

#ifdef IL_REAL_IS_DOUBLE
typedef int64_t lane_bits;
#else
typedef int32_t lane_bits;
#endif

enum { LANES = VECTOR_BYTES / (int)sizeof(real) };
typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef lane_bits mask
    __attribute__((vector_size(VECTOR_BYTES))); /* comparison: all ones or 0; also the bits of a vec */

#define ROW_INLINE static inline __attribute__((always_inline))

ROW_INLINE vec v_set(real value) {
  return value - (vec){0}; /* x - 0 is x, -0 included */
}

ROW_INLINE mask v_set_bits(lane_bits bits) {
  return bits + (mask){0};
}

ROW_INLINE vec v_load(const real *from) {
  vec value;
  memcpy(&value, from, sizeof value);
  return value;
}

ROW_INLINE void v_store(real *to, vec value) {
  memcpy(to, &value, sizeof value);
}

/* m ? yes : no */
ROW_INLINE vec v_select(mask m, vec yes, vec no) {
  return (vec)(((mask)yes & m) | ((mask)no & ~m));
}

/* v_part(count): the first count lanes, 1..LANES. v_load_part zeroes the other lanes; neither it nor v_store_part
 * touches memory beyond them. */
#if defined(__AVX512F__)
typedef __mmask16 part;
ROW_INLINE part v_part(int count) {
  return (part)((1u << count) - 1);
}
ROW_INLINE vec v_load_part(const real *from, part lanes) {
  return _mm512_maskz_loadu_ps(lanes, from);
}
ROW_INLINE void v_store_part(real *to, vec value, part lanes) {
  if (lanes == 0xff) /* half a vector: 40 columns are two and a half, and a plain store is cheaper than a masked one */
    _mm256_storeu_ps(to, _mm512_castps512_ps256(value));
  else
    _mm512_mask_storeu_ps(to, lanes, value);
}
ROW_INLINE vec v_fma(vec a, vec b, vec c) {
  return _mm512_fmadd_ps(a, b, c);
}
ROW_INLINE vec v_sqrt(vec a) {
  return _mm512_sqrt_ps(a);
}
#elif defined(__AVX2__) && defined(__FMA__)
typedef __m256i part;
ROW_INLINE part v_part(int count) {
  static const lane_bits window[2 * LANES] = {
#ifdef IL_REAL_IS_DOUBLE
      -1,
      -1,
      -1,
      -1,
#else
      -1, -1, -1, -1, -1, -1, -1, -1,
#endif
  };
  return _mm256_loadu_si256((const __m256i *)(window + LANES - count));
}
#ifdef IL_REAL_IS_DOUBLE
ROW_INLINE vec v_load_part(const real *from, part lanes) {
  return _mm256_maskload_pd(from, lanes);
}
ROW_INLINE void v_store_part(real *to, vec value, part lanes) {
  _mm256_maskstore_pd(to, lanes, value);
}
ROW_INLINE vec v_fma(vec a, vec b, vec c) {
  return _mm256_fmadd_pd(a, b, c);
}
ROW_INLINE vec v_sqrt(vec a) {
  return _mm256_sqrt_pd(a);
}
#else
ROW_INLINE vec v_load_part(const real *from, part lanes) {
  return _mm256_maskload_ps(from, lanes);
}
ROW_INLINE void v_store_part(real *to, vec value, part lanes) {
  _mm256_maskstore_ps(to, lanes, value);
}
ROW_INLINE vec v_fma(vec a, vec b, vec c) {
  return _mm256_fmadd_ps(a, b, c);
}
ROW_INLINE vec v_sqrt(vec a) {
  return _mm256_sqrt_ps(a);
}
#endif
#else
typedef int part;
ROW_INLINE part v_part(int count) {
  return count;
}
ROW_INLINE vec v_load_part(const real *from, part lanes) {
  vec value = {0};
  for (int i = 0; i < lanes; ++i) value[i] = from[i];
  return value;
}
ROW_INLINE void v_store_part(real *to, vec value, part lanes) {
  for (int i = 0; i < lanes; ++i) to[i] = value[i];
}
ROW_INLINE vec v_sqrt(vec a) {
  for (int i = 0; i < LANES; ++i) a[i] = (real)sqrt(a[i]); /* double then float rounds a float root correctly */
  return a;
}

#ifdef IL_REAL_IS_DOUBLE
ROW_INLINE vec v_fma(vec a, vec b, vec c) {
  for (int i = 0; i < LANES; ++i) a[i] = fma(a[i], b[i], c[i]);
  return a;
}
#else
typedef real half __attribute__((vector_size(VECTOR_BYTES / 2)));
typedef double wide __attribute__((vector_size(VECTOR_BYTES)));
typedef int64_t wide_bits __attribute__((vector_size(VECTOR_BYTES)));

/* A correctly rounded fma without the instruction (Boldo and Melquiond 2008): the product is exact in double; the sum
 * is rounded to odd there (its error by Knuth's two-sum), after which rounding to float is innocuous. */
ROW_INLINE half half_fma(half a, half b, half c) {
  const wide product = __builtin_convertvector(a, wide) * __builtin_convertvector(b, wide);
  const wide term = __builtin_convertvector(c, wide);
  const wide sum = product + term;
  const wide seen = sum - product;
  const wide error = (product - (sum - seen)) + (term - seen);
  const wide_bits inexact = (error > 0) | (error < 0); /* not for NaN and infinity */
  const wide_bits inward = (error > 0) ^ (sum > 0);
  const wide_bits step = (inward | 1) & inexact & (((wide_bits)sum & 1) - 1); /* of an even sum, towards the error */
  return __builtin_convertvector((wide)((wide_bits)sum + step), half);
}

ROW_INLINE vec v_fma(vec a, vec b, vec c) {
  const half low = half_fma(__builtin_shufflevector(a, a, 0, 1), __builtin_shufflevector(b, b, 0, 1),
                            __builtin_shufflevector(c, c, 0, 1));
  const half high = half_fma(__builtin_shufflevector(a, a, 2, 3), __builtin_shufflevector(b, b, 2, 3),
                             __builtin_shufflevector(c, c, 2, 3));
  return __builtin_shufflevector(low, high, 0, 1, 2, 3);
}
#endif
#endif

/* fma of one number. */
ROW_INLINE real v_fma1(real a, real b, real c) {
#if defined(IL_REAL_IS_DOUBLE)
  return fma(a, b, c);
#elif defined(__FMA__)
  return __builtin_fmaf(a, b, c);
#else
  return v_fma(v_set(a), v_set(b), v_set(c))[0];
#endif
}

#endif
