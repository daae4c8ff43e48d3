/* The gate's verdict: from recorded measurements of two builds to one word and one exit status. Knows no clock and runs
 * nothing, so that every rule can be tested on made-up records. */
#ifndef INNERLOOP_BENCHMARKS_JUDGE_H
#define INNERLOOP_BENCHMARKS_JUDGE_H

#include <stdbool.h>
#include <stdio.h>

#include "innerloop/status.h"
#include "statistics/rank_statistics.h"

enum { JUDGE_TEXT = 128, JUDGE_WORKLOADS = 4096, JUDGE_ROUNDS = 20, JUDGE_ALLOWANCES = 256 };

/* base; base linked in another order (the A/A control); head. */
typedef enum judge_arm { JUDGE_BASE, JUDGE_AGAIN, JUDGE_HEAD, JUDGE_ARMS } judge_arm;

/* One run under the instruction counter. */
typedef struct judge_count {
  bool present;
  char version[32];
  long long repetitions, allocations, workspace, instructions;
  double flops; /* of one repetition; 0: not known */
} judge_count;

/* Timings of one workload in one invocation of the gate: CPU seconds of each arm in each round, 0: none. */
typedef struct judge_times {
  double seconds[JUDGE_ARMS][JUDGE_ROUNDS];
  int repetitions;
} judge_times;

/* The worst wins. */
#define JUDGE_VERDICT_MAP(X)                                                                                           \
  X(NONE, "not measured", 0)                                                                                           \
  X(NEW, "new", 0)                                                                                                     \
  X(CHANGED, "changed definition", 0)                                                                                  \
  X(PASS, "pass", 0)                                                                                                   \
  X(WARN, "warn", 0)                                                                                                   \
  X(GONE, "gone", 0)                                                                                                   \
  X(INCONCLUSIVE, "inconclusive", 2)                                                                                   \
  X(REGRESSION, "REGRESSION", 3)                                                                                       \
  X(NOTHING, "MEASURED NOTHING", 4)                                                                                    \
  X(RANDOM, "NOT DETERMINISTIC", 4)

typedef enum judge_verdict {
#define JUDGE_VERDICT_ENUM(name, text, status) JUDGE_##name,
  JUDGE_VERDICT_MAP(JUDGE_VERDICT_ENUM)
#undef JUDGE_VERDICT_ENUM
} judge_verdict;

const char *judge_verdict_text(judge_verdict verdict);
int judge_verdict_status(judge_verdict verdict);

/* Ratios are head / base - 1. NaN: not measured. */
typedef struct judge_timing {
  int rounds;
  double change, bound; /* Hodges-Lehmann estimate and its lower 95 % bound */
  double p, p_holm;     /* one-sided sign flips; adjusted over all workloads of the invocation */
  double control;       /* A/A estimate */
  double control_p;     /* two-sided, adjusted */
  double limit;         /* delta = max(5 %, 3 |A/A|) */
  bool flagged, noisy;
} judge_timing;

typedef struct judge_workload {
  char name[JUDGE_TEXT];
  judge_count count[JUDGE_ARMS][2]; /* two runs each; JUDGE_AGAIN unused */
  judge_times times[2];             /* first and confirming invocation */
  /* filled by judge_decide */
  double instructions; /* change; NaN */
  char why[JUDGE_TEXT];
  judge_timing timing[2];
  judge_verdict counted, timed;
} judge_workload;

/* A deliberate change that the gate is told about. */
typedef struct judge_allowance {
  char pattern[JUDGE_TEXT]; /* shell pattern of workload names */
  char quantity[32];        /* instructions, allocations, workspace or time */
  double percent;           /* growth that is allowed */
} judge_allowance;

/* Quietness of the machine in one invocation. */
typedef struct judge_machine {
  int processes;
  double chain, triad; /* coefficients of variation of the calibration loops */
  double cpu_share;    /* median of CPU over wall time */
  double steal;        /* share of processor time taken by the hypervisor */
  bool noisy;
} judge_machine;

typedef struct judge_case {
  char identity[2][JUDGE_TEXT]; /* what base and head are */
  int n_workloads, n_allowances;
  judge_workload *workloads; /* [JUDGE_WORKLOADS] */
  judge_allowance allowances[JUDGE_ALLOWANCES];
  double steal[2];
  int n_processes[2];
  double *chain[2], *triad[2], *share[2]; /* [JUDGE_PROCESSES] */
  /* filled by judge_decide */
  judge_machine machine[2];
  judge_verdict verdict;
  const char *reason;
} judge_case;

enum { JUDGE_PROCESSES = 1 << 16 };

/* An empty case, NULL when out of memory. */
judge_case *judge_new(void);
void judge_free(judge_case *judge);

/* Reads records, one a line (benchmarks/README.md lists them). Errors: IL_INVALID with the line, IL_MEMORY. */
il_status judge_read(judge_case *judge, FILE *file, const char *name, il_error *error);
/* Reads "PATTERN QUANTITY PERCENT # why" lines. Errors: IL_INVALID with the line. */
il_status judge_read_allowances(judge_case *judge, FILE *file, const char *name, il_error *error);

/* Fills the verdicts. */
void judge_decide(judge_case *judge);

/* The table a person reads; and perfgate.json in `directory`. */
void judge_print(const judge_case *judge, FILE *file);
il_status judge_write(const judge_case *judge, const char *directory, il_error *error);

#endif
