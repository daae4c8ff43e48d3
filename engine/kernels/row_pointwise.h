/* Pointwise instructions: one loop each over whole vectors, and a masked end. */
#ifndef INNERLOOP_KERNELS_ROW_POINTWISE_H
#define INNERLOOP_KERNELS_ROW_POINTWISE_H

#include "kernels/row_math.h"
#include "kernels/rows.h"

typedef vec (*lane_function)(vec a, vec b, vec s);

#define LANE_FUNCTION(name, value)                                                                                     \
  ROW_INLINE vec lane_##name(vec a, vec b, vec s) {                                                                    \
    (void)a, (void)b, (void)s;                                                                                         \
    return value;                                                                                                      \
  }
LANE_FUNCTION(copy, a)
LANE_FUNCTION(add, a + b)
LANE_FUNCTION(subtract, a - b)
LANE_FUNCTION(multiply, a *b)
LANE_FUNCTION(divide, a / b)
LANE_FUNCTION(scale, a *s)
LANE_FUNCTION(shift, a + s)
LANE_FUNCTION(relu, (vec)((mask)a & ~(a <= 0)))
LANE_FUNCTION(gate, (vec)((mask)a & ~(b <= 0)))
LANE_FUNCTION(square, a *a)
LANE_FUNCTION(sqrt, v_sqrt(a))
LANE_FUNCTION(exp, v_exp(a))
LANE_FUNCTION(log, v_log(a))
LANE_FUNCTION(tanh, v_tanh(a))
LANE_FUNCTION(sigmoid, v_sigmoid(a))
LANE_FUNCTION(softplus, v_softplus(a))
LANE_FUNCTION(sin, v_sin(a))
LANE_FUNCTION(cos, v_cos(a))

ROW_INLINE void pointwise_loop(real *out, const real *a, const real *b, real s, size_t count, lane_function function) {
  const vec immediate = v_set(s);
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) v_store(out + i, function(v_load(a + i), v_load(b + i), immediate));
  if (i == count) return;
  const part rest = v_part((int)(count - i));
  v_store_part(out + i, function(v_load_part(a + i, rest), v_load_part(b + i, rest), immediate), rest);
}

/* A unary instruction reads `a` twice rather than a `b` that may be NULL; the compiler drops the second load. */
#define POINTWISE_FUNCTION(code, name, operands, value)                                                                \
  static void row_##name(real *out, const real *a, const real *b, real s, size_t count) {                              \
    pointwise_loop(out, a, (operands) == 2 ? b : a, s, count, lane_##name);                                            \
  }
IL_POINTWISE_MAP(POINTWISE_FUNCTION)

#endif
