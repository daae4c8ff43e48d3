/* innerloop_measure: one measurement as plain lines, for the gate. It runs the same table of workloads as the benchmark
 * suite.
 *   list   [REGEX]            NAME VERSION
 *   check  [REGEX]            compares every result with its twin; status 1 if one differs
 *   count  [REGEX]            NAME VERSION REPETITIONS FLOPS ALLOCATIONS WORKSPACE; under callgrind every workload is
 *                             one dump, triggered by its name, whose totals are the instructions of the region
 *   time   NAME REPETITIONS   NAME VERSION REPETITIONS CPU_SECONDS WALL_SECONDS CHAIN_SECONDS TRIAD_SECONDS
 *                             REPETITIONS 0: as many as take 0.1 s
 *   peak  THREADS             FLOP_PER_SECOND OPENBLAS_KERNELS: of a large matrix product on so many threads at once,
 *                             wall time; THREADS cpu: on one, CPU time; fma, fma_avx2: multiply-adds in registers
 * A REGEX (POSIX, extended) that begins with - names what is left out. INNERLOOP_KERNELS chooses the row of the kernel
 * table, INNERLOOP_PLUGINS (files, `:` between them) adds algorithms, suites and models. One thread. */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/machine/calibration.h"
#include "benchmarks/machine/peaks.h"
#include "benchmarks/workloads/bench.h"
#include "harness/durations.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#define CALLGRIND_START_INSTRUMENTATION (void)0
#define CALLGRIND_STOP_INSTRUMENTATION (void)0
#endif

enum { PROBE_REPETITIONS_MAX = 1 << 20 };
static const double wanted_seconds = 0.1;

typedef struct measuring {
  bench_conditions conditions;
  bench_list list;
  regex_t filter;
  bool inverted; /* the filter names what is left out */
  int repetitions;
  int count; /* workloads measured */
} measuring;

typedef il_status (*action)(measuring *m, const bench_case *what, bench_work *work, il_error *error);

static il_status list_one(measuring *m, const bench_case *what, bench_work *work, il_error *error) {
  (void)m;
  (void)work;
  (void)error;
  printf("%s %s\n", what->name, what->version);
  return IL_OK;
}

static il_status check_one(measuring *m, const bench_case *what, bench_work *work, il_error *error) {
  (void)m;
  return what->family->check(work->state, error);
}

/* Valgrind emulates multiply-adds at some 5e7 flop/s: large workloads are run once. Depends on the workload alone. */
static int counted_repetitions(const bench_family *family, const bench_work *work) {
  static const double enough_flops = 2e6;
  if (work->flops * family->repetitions <= enough_flops) return family->repetitions;
  int repetitions = (int)(enough_flops / work->flops);
  return repetitions < 1 ? 1 : repetitions;
}

static il_status count_one(measuring *m, const bench_case *what, bench_work *work, il_error *error) {
  (void)m;
  (void)error;
  int repetitions = counted_repetitions(what->family, work);
  unsigned long long before = bench_allocations();
  CALLGRIND_START_INSTRUMENTATION; /* opening a workload costs more than its region: it runs uncounted */
  bench_region(what->family, work->state, repetitions);
  unsigned long long allocations = bench_allocations() - before;
  CALLGRIND_DUMP_STATS_AT(what->name);
  CALLGRIND_STOP_INSTRUMENTATION;
  printf("%s %s %d %.0f %llu %zu\n", what->name, what->version, repetitions, work->flops, allocations,
         work->workspace_bytes);
  return IL_OK;
}

static double time_region(const bench_case *what, bench_work *work, int repetitions, double *wall) {
  double begin = il_seconds(), cpu = bench_cpu_seconds();
  bench_region(what->family, work->state, repetitions);
  cpu = bench_cpu_seconds() - cpu;
  *wall = il_seconds() - begin;
  return cpu;
}

static il_status time_one(measuring *m, const bench_case *what, bench_work *work, il_error *error) {
  (void)error;
  double wall, cpu;
  int repetitions = m->repetitions;
  bench_region(what->family, work->state, 1); /* caches and page tables are warm */
  if (repetitions == 0) {
    for (repetitions = 1; repetitions < PROBE_REPETITIONS_MAX; repetitions *= 2) {
      cpu = time_region(what, work, repetitions, &wall);
      if (cpu < wanted_seconds / 4) continue;
      repetitions = (int)(repetitions * wanted_seconds / cpu) + 1;
      break;
    }
  }
  double chain = bench_calibrate_chain(), triad = bench_calibrate_triad();
  cpu = time_region(what, work, repetitions, &wall);
  printf("%s %s %d %.9f %.9f %.9f %.9f\n", what->name, what->version, repetitions, cpu, wall, chain, triad);
  return IL_OK;
}

static const struct {
  const char *name;
  action act;
  bool opened; /* the workload is opened first */
} actions[] = {
    {"list", list_one, false}, {"check", check_one, true}, {"count", count_one, true}, {"time", time_one, true}};

static il_status act_on(measuring *m, const bench_case *what, action act, bool opened, il_error *error) {
  bench_work work = {0};
  il_status status = opened ? what->family->open(&work, what, &m->conditions, error) : IL_OK;
  if (status == IL_OK) status = act(m, what, &work, error);
  if (work.state && what->family->close) what->family->close(work.state);
  if (status == IL_OK) m->count++;
  return status;
}

/* An error names its workload. With `check` the others are still done. */
static il_status act_on_all(measuring *m, size_t chosen, il_error *error) {
  il_status status = IL_OK;
  bool checking = actions[chosen].act == check_one;
  for (int i = 0; i < m->list.count && (status == IL_OK || checking); i++) {
    const bench_case *what = &m->list.at[i];
    il_error why = {0};
    if ((regexec(&m->filter, what->name, 0, NULL, 0) != 0) != m->inverted) continue;
    il_status one = act_on(m, what, actions[chosen].act, actions[chosen].opened, &why);
    if (one == IL_OK) continue;
    fprintf(stderr, "innerloop_measure: %s: %s\n", what->name, why.message);
    status = one;
  }
  if (status != IL_OK) return il_fail(error, status, "a workload failed");
  if (m->count == 0) return il_fail(error, IL_INVALID, "no workload has such a name; see `innerloop_measure list`");
  return IL_OK;
}

/* time names one workload, not a pattern. */
static il_status compile_filter(regex_t *filter, const char *pattern, bool exact, il_error *error) {
  static const char special[] = ".[]{}()\\*+?|^$";
  char text[2 * BENCH_NAME_SIZE + 3] = "^";
  size_t at = 1;
  for (const char *c = pattern; exact && *c; c++) {
    if (at + 4 > sizeof text) return il_fail(error, IL_INVALID, "a name that is too long");
    if (strchr(special, *c)) text[at++] = '\\';
    text[at++] = *c;
  }
  text[at] = '$';
  if (regcomp(filter, exact ? text : pattern, REG_EXTENDED | REG_NOSUB) != 0)
    return il_fail(error, IL_INVALID, "'%s' is not an extended regular expression", pattern);
  return IL_OK;
}

static il_status print_rate(double rate, const char *note, il_error *error) {
  if (rate <= 0) return il_fail(error, IL_NEGATIVE, "this rate cannot be measured here: %s", note);
  printf("%.0f %s\n", rate, note);
  return IL_OK;
}

static const struct {
  const char *name;
  double (*measure)(void);
} peaks[] = {{"cpu", bench_peak_gemm}, {"fma", bench_peak_fma}, {"fma_avx2", bench_peak_fma_avx2}};

static il_status print_peak(const char *threads, il_error *error) {
  il_workers *workers;
  char *end;
  for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++)
    if (strcmp(threads, peaks[i].name) == 0) return print_rate(peaks[i].measure(), peaks[i].name, error);
  long count = strtol(threads, &end, 10);
  if (*end || count < 1 || count > 1024)
    return il_fail(error, IL_INVALID, "threads: '%s'; expected 1 to 1024, cpu, fma or fma_avx2", threads);
  il_status status = il_workers_new(&workers, (int)count, error);
  if (status != IL_OK) return status;
  il_peak peak = il_gemm_peak(workers);
  il_workers_free(workers);
  return print_rate(peak.rate, peak.note, error);
}

static il_status start(int argc, char **argv, il_arena *arena, il_error *error) {
  if (argc == 3 && strcmp(argv[1], "peak") == 0) return print_peak(argv[2], error);
  size_t chosen = 0, known = sizeof actions / sizeof *actions;
  while (chosen < known && argc >= 2 && strcmp(argv[1], actions[chosen].name) != 0) chosen++;
  bool timing = chosen < known && actions[chosen].act == time_one;
  if (argc < 2 || chosen == known || (timing ? argc != 4 : argc > 3))
    return il_fail(error, IL_INVALID,
                   "usage: innerloop_measure list|check|count [REGEX], time NAME REPETITIONS, or peak THREADS");
  measuring *m = il_arena_get(arena, 1, sizeof *m);
  if (!m) return il_fail_memory(error, "a measurement", 0);
  il_status status = bench_conditions_read(&m->conditions, arena, error);
  if (status != IL_OK) return status;
  if (timing) {
    char *end;
    long repetitions = strtol(argv[3], &end, 10);
    if (*end || repetitions < 0 || repetitions > PROBE_REPETITIONS_MAX)
      return il_fail(error, IL_INVALID, "repetitions: '%s'; expected 0 to %d", argv[3], PROBE_REPETITIONS_MAX);
    m->repetitions = (int)repetitions;
  }
  const char *pattern = argc > 2 ? argv[2] : "";
  m->inverted = !timing && pattern[0] == '-';
  status = compile_filter(&m->filter, pattern + m->inverted, timing, error);
  if (status != IL_OK) return status;
  status = bench_list_cases(&m->list, &m->conditions, arena, error);
  if (status == IL_OK && actions[chosen].act == list_one) fputs(m->list.notes, stderr);
  if (status == IL_OK) status = act_on_all(m, chosen, error);
  regfree(&m->filter);
  return status;
}

int main(int argc, char **argv) {
  il_error error = {0};
  setvbuf(stdout, NULL, _IOLBF, 0); /* whoever kills a long measurement keeps the lines that were finished */
  il_arena *arena = il_arena_new();
  il_status status = arena ? start(argc, argv, arena, &error) : il_fail_memory(&error, "a measurement", 0);
  il_arena_free(arena);
  if (status == IL_OK && (fflush(stdout) != 0 || ferror(stdout)))
    status = il_fail(&error, IL_IO, "cannot write to standard output");
  if (status != IL_OK) fprintf(stderr, "innerloop_measure: %s\n", error.message);
  return il_status_exit(status);
}
