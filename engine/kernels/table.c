/* The kernel table: which rows there are, and which of them this processor can run. */
#include <string.h>

#include "kernels/rows.h"

static int supports_reference(void) {
  return 1;
}
static int supports_portable(void) {
  return 1;
}

#if defined(__x86_64__)
static int supports_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}
#if !defined(IL_REAL_IS_DOUBLE) && !defined(IL_KERNELS_WITHOUT_AVX512)
static int supports_avx512(void) {
  return supports_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif
#endif

/* In the order of il_kernels_names. */
static const struct {
  const il_kernels *kernels;
  int (*supported)(void);
} rows[] = {
#define ROW(name) {&il_kernels_##name, supports_##name},
    IL_KERNELS_MAP(ROW)
#undef ROW
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

const char *const *il_kernels_names(void) {
  static const char *const names[] = {
#define ROW(name) #name,
      IL_KERNELS_MAP(ROW)
#undef ROW
          NULL};
  return names;
}

const il_kernels *il_kernels_find(const char *name) {
  for (int i = 0; name && i < ROW_COUNT; ++i) {
    if (strcmp(rows[i].kernels->name, name) == 0) return rows[i].supported() ? rows[i].kernels : NULL;
  }
  return NULL;
}

/* 1 if this build has a row of that name, supported or not. */
static int is_built(const char *name) {
  for (int i = 0; i < ROW_COUNT; ++i) {
    if (strcmp(rows[i].kernels->name, name) == 0) return 1;
  }
  return 0;
}

il_status il_kernels_select(const il_kernels **kernels, const char *name, il_error *error) {
  if (name && *name) {
    *kernels = il_kernels_find(name);
    if (*kernels) return IL_OK;
    if (is_built(name)) return il_fail(error, IL_INVALID, "this processor does not support the kernels \"%s\"", name);
#define ROW_TEXT(row) " " #row
    return il_fail(error, IL_INVALID, "unknown kernels \"%.64s\"; expected one of" IL_KERNELS_MAP(ROW_TEXT), name);
#undef ROW_TEXT
  }
  int best = 0;
  while (!rows[best].supported()) ++best; /* ends: the portable row is always supported */
  *kernels = rows[best].kernels;
  return IL_OK;
}

int il_pointwise_operands(il_pointwise code) {
  static const int operands[IL_POINTWISE_COUNT] = {
#define OPERANDS(code, name, count, value) [IL_POINTWISE_##code] = count,
      IL_POINTWISE_MAP(OPERANDS)
#undef OPERANDS
  };
  return operands[code];
}

const char *il_pointwise_name(il_pointwise code) {
  static const char *const names[IL_POINTWISE_COUNT] = {
#define NAME(code, name, count, value) [IL_POINTWISE_##code] = #name,
      IL_POINTWISE_MAP(NAME)
#undef NAME
  };
  return names[code];
}
