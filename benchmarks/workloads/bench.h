/* What is measured: one table of workloads that every driver here runs (the Google Benchmark suite, the instruction
 * counter, the timer of the gate). A family is a kind of work; its cases come from tables: kernel shapes, or every
 * setting x registered model x registered algorithm, so that a new row anywhere gets its measurements without being
 * named here. Every workload can check its result against an independent twin before it is timed. */
#ifndef INNERLOOP_BENCHMARKS_BENCH_H
#define INNERLOOP_BENCHMARKS_BENCH_H

#include <stddef.h>

#include "experiment/registry.h"
#include "harness/session.h"
#include "innerloop/arena.h"
#include "innerloop/status.h"

enum { BENCH_NAME_SIZE = 96, BENCH_VERSION_SIZE = 17 };

/* What a workload runs under. */
typedef struct bench_conditions {
  const il_registry *registry;
  int threads;
  const char *kernels; /* row of the kernel table; "": the best here */
  const char *data;    /* data directory or NULL: where the engine looks by itself */
} bench_conditions;

/* A family of tasks with its training sizes: an experiment without model and algorithms. */
typedef struct bench_setting {
  const char *name;
  const char *text;
} bench_setting;

/* One thread; kernels of $INNERLOOP_KERNELS; the built-in tables and the plug-ins of $INNERLOOP_PLUGINS (files, `:`
 * between them). Errors: those of il_plugins_load. */
il_status bench_conditions_read(bench_conditions *conditions, il_arena *arena, il_error *error);

struct bench_family;

/* One workload, not opened. Names are "family/..." without blanks. */
typedef struct bench_case {
  const struct bench_family *family;
  char name[BENCH_NAME_SIZE];
  char version[BENCH_VERSION_SIZE]; /* hex digest of its definition: other versions must not be compared */
  int shape;                        /* row of the family's own table */
  bench_setting setting;            /* name NULL: none */
  const il_model *model;
  const il_algorithm *algorithm;
  const char *set; /* one override, "model.hidden=[80, 80]"; NULL: none */
} bench_case;

/* An opened workload. What one run costs; 0: not known. */
typedef struct bench_work {
  void *state;
  double flops, gemm_flops;
  double bytes, calls;    /* of the kernels: il_cost */
  size_t workspace_bytes; /* scratch memory of the compiled programs of one worker */
  double episodes;        /* drawn and worked on */
  double drawn;           /* numbers of their inputs, support and query */
} bench_work;

/* One kind of work. */
typedef struct bench_family {
  const char *name;
  int repetitions; /* when instructions are counted: at most so many */
  bool parallel;   /* also measured with all processors */
  bool ladder;     /* ... and with every power of two of threads below that */
  bool training;   /* needs algorithms that train */
  bool once;       /* one algorithm a model is enough */
  bool data_only;  /* only for suites that read a data set */
  int shapes;      /* rows of its own table; 0: cases come from the settings */
  bool models;     /* cases from settings: also crossed with models and algorithms */
  void (*shape_name)(char *name, size_t size, int shape);
  /* Fills setting, model, algorithm and set of a shape; NULL: shapes need none. */
  void (*shape_case)(bench_case *what, int shape);
  il_status (*open)(bench_work *work, const bench_case *what, const bench_conditions *conditions, il_error *error);
  void (*run)(void *state);
  /* Compares what `run` leaves with a twin computed another way. Errors: IL_NEGATIVE with what differs. */
  il_status (*check)(void *state, il_error *error);
  void (*close)(void *state); /* NULL allowed */
} bench_family;

/* All families, NULL at the end. */
extern const bench_family *const bench_families[];

typedef struct bench_list {
  bench_case *at;
  int count;
  const char *notes; /* lines about what was left out and why: for people */
} bench_list;

/* Lists every workload in a fixed order; cases live in `arena`. A setting whose data are absent, and models and
 * algorithms that do not fit a setting, are left out and noted. Errors: those of a broken setting; IL_NEGATIVE when a
 * registered algorithm, model or suite without data would be measured by nothing. */
il_status bench_list_cases(bench_list *list, const bench_conditions *conditions, il_arena *arena, il_error *error);

/* An experiment opened for one case. */
typedef struct bench_opened {
  il_arena *arena;
  il_experiment *experiment;
  il_session *session;
  il_learner learner;
} bench_opened;
il_status bench_open(bench_opened *opened, const bench_case *what, const bench_conditions *conditions, il_error *error);
void bench_close(bench_opened *opened);
/* The whole YAML text of a case. model NULL: the first; algorithm NULL: all that do not refuse the tasks of `suite`,
 * else not looked at. NULL: out of memory. */
char *bench_text(const il_registry *registry, const bench_setting *setting, const il_model *model,
                 const il_algorithm *algorithm, const il_suite *suite, il_arena *arena);
/* The setting compiled in under `name` (without folder and .yaml); name NULL: there is none. */
bench_setting bench_setting_find(const char *name);

/* count normal numbers, the same every time; NULL: out of memory. */
real *bench_numbers(il_arena *arena, size_t count, int stream);
/* |a - b| <= tolerance (|b| + largest |b|) for all elements, both finite. Errors: IL_NEGATIVE naming `what`. */
il_status bench_compare(const char *what, const real *a, const real *b, size_t count, double tolerance,
                        il_error *error);
/* Euclidean length of a - b at most tolerance times that of b: for gradients, where one flipped relu moves one
 * element. */
il_status bench_compare_length(const char *what, const real *a, const real *b, size_t count, double tolerance,
                               il_error *error);

/* The measured region: `repetitions` runs of the workload. Never inlined: instruction counts begin and end with it. */
void bench_region(const bench_family *family, void *state, int repetitions);

/* Calls of malloc, calloc, realloc and aligned_alloc of this process so far. */
unsigned long long bench_allocations(void);

/* bench_families' members. */
#define BENCH_FAMILY_MAP(X)                                                                                            \
  X(gemm)                                                                                                              \
  X(convolution)                                                                                                       \
  X(pointwise)                                                                                                         \
  X(reduction)                                                                                                         \
  X(batch_norm)                                                                                                        \
  X(pool)                                                                                                              \
  X(softmax)                                                                                                           \
  X(chain)                                                                                                             \
  X(episode)                                                                                                           \
  X(yaml)                                                                                                              \
  X(data)                                                                                                              \
  X(build)                                                                                                             \
  X(adaptation)                                                                                                        \
  X(meta_iteration)                                                                                                    \
  X(evaluation)                                                                                                        \
  X(scaling)
#define BENCH_FAMILY_EXTERN(name) extern const bench_family bench_family_##name;
BENCH_FAMILY_MAP(BENCH_FAMILY_EXTERN)
#undef BENCH_FAMILY_EXTERN

/* Settings compiled in, from benchmarks/workloads/settings/; ends with path NULL. */
extern const il_embedded il_embedded_settings[];

#endif
