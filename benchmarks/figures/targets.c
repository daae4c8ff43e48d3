/* innerloop_targets RECORDS [OUT.csv]: the table of speed and memory targets from the measurements of
 * benchmarks/targets, lines
 *   ROUND KEY VALUE      ROUND 0: measured once, holds for every round
 * A target is made of keys within a round; its value is the median over the rounds, its interval a 95 % bootstrap. A
 * target is met or missed when the whole interval is on one side of the limit, else unclear. Status: 0; 1 a target is
 * missed; 2 records that cannot be read. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "innerloop/status.h"
#include "statistics/rank_statistics.h"
#include "statistics/statistics.h"

enum { ROUNDS_MAX = 64, KEYS_MAX = 64, KEY_SIZE = 48, FACTORS = 2 };
static const double level = 0.95;

typedef enum sense { AT_LEAST, AT_MOST, TOLD } sense;

/* factor x over[0] x over[1] / under[0] / under[1]; unused ones are NULL. Dense work, flop: every tap of every
 * convolution, also those in the padding, 2 a multiply-add. With a, b the first and the other three convolutions of one
 * image (0.226 and 5.087 MFLOP), S support and Q query images, n steps, B tasks: second order B (n S (4a + 9b) + Q (2a
 * + 3b)), first order B (n S + Q)(2a + 3b). */
typedef struct target {
  const char *name;
  double factor;
  const char *over[FACTORS], *under[FACTORS];
  double limit;
  sense wanted;
  const char *unit;
} target;

#define DENSE_SECOND 9.984e9
#define DENSE_FIRST 5.028e9
#define DENSE_20WAY 79.73e9
#define MEBIBYTE 1048576.0

typedef struct records {
  char keys[KEYS_MAX][KEY_SIZE];
  double values[KEYS_MAX][ROUNDS_MAX + 1]; /* NaN: not measured; [.][0]: once */
  int n_keys, rounds;
} records;

static int find_key(const records *r, const char *key) {
  int i = 0;
  while (i < r->n_keys && strcmp(r->keys[i], key) != 0) i++;
  return i;
}

static il_status add(records *r, int round, const char *key, double value, il_error *error) {
  int at = find_key(r, key);
  if (round < 0 || round > ROUNDS_MAX || !isfinite(value))
    return il_fail(error, IL_INVALID, "round %d of %s: expected rounds 0 to %d and finite values", round, key,
                   ROUNDS_MAX);
  if (at == KEYS_MAX) return il_fail(error, IL_INVALID, "more than %d keys", KEYS_MAX);
  if (at == r->n_keys) {
    (void)snprintf(r->keys[at], KEY_SIZE, "%s", key);
    for (int i = 0; i <= ROUNDS_MAX; i++) r->values[at][i] = NAN;
    r->n_keys++;
  }
  r->values[at][round] = value;
  if (round > r->rounds) r->rounds = round;
  return IL_OK;
}

static il_status read_records(records *r, const char *path, il_error *error) {
  char line[256], key[KEY_SIZE];
  il_status status = IL_OK;
  FILE *file = fopen(path, "r");
  if (!file) return il_fail(error, IL_IO, "%s: cannot be read", path);
  for (int number = 1; status == IL_OK && fgets(line, sizeof line, file); number++) {
    int round, used = 0;
    double value;
    if (sscanf(line, "%d %47s %lf %n", &round, key, &value, &used) != 3 || line[used])
      status = il_fail(error, IL_INVALID, "%s:%d: expected ROUND KEY VALUE", path, number);
    else
      status = add(r, round, key, value, error);
  }
  if (status == IL_OK && ferror(file)) status = il_fail(error, IL_IO, "%s: cannot be read", path);
  (void)fclose(file);
  return status;
}

static double value_of(const records *r, const char *key, int round) {
  int at = find_key(r, key);
  if (at == r->n_keys) return NAN;
  return isnan(r->values[at][round]) ? r->values[at][0] : r->values[at][round];
}

/* The target's median and interval over the rounds that have all its keys; a target of keys measured once has one
 * value. */
static il_interval judge(const records *r, const target *t) {
  double values[ROUNDS_MAX + 1];
  size_t count = 0;
  int varies = 0;
  for (int round = 1; round <= (r->rounds ? r->rounds : 1); round++) {
    double value = t->factor;
    for (int i = 0; i < FACTORS; i++) {
      if (t->over[i]) value *= value_of(r, t->over[i], round);
      if (t->under[i]) value /= value_of(r, t->under[i], round);
    }
    if (!isfinite(value)) continue;
    values[count++] = value;
    varies |= value != values[0];
  }
  il_interval interval = il_interval_bootstrap(values, count, il_median_of, level, 0);
  if (!varies) interval.low = interval.high = interval.mean;
  return interval;
}

static const char *verdict(const target *t, const il_interval *value) {
  if (isnan(value->mean)) return "not measured";
  if (t->wanted == TOLD) return "told";
  double sign = t->wanted == AT_LEAST ? 1 : -1;
  int low = sign * (value->low - t->limit) >= 0, high = sign * (value->high - t->limit) >= 0;
  if (low != high) return "unclear";
  return low ? "met" : "missed";
}

/* of the rate of a large product on as many threads */
#define SHARE(what, work, time, rate, limit, wanted)                                                                   \
  { what, work, {NULL}, {time, rate}, limit, wanted, "of GEMM" }

static const target targets[] = {
    SHARE("second order, 5-way 1-shot, dense work", DENSE_SECOND, "second", "gemm", 0.85, AT_LEAST),
    SHARE("first order, 5-way 1-shot, dense work", DENSE_FIRST, "first", "gemm", 0.85, AT_LEAST),
    SHARE("second order, 20-way 1-shot, 5 steps, dense work", DENSE_20WAY, "second_20way", "gemm", 0.85, AT_LEAST),
    {"second order, 5-way 1-shot, work done", 1e9, {"second_gflop"}, {"second", "gemm"}, 0, TOLD, "of GEMM"},
    {"first order, 5-way 1-shot, work done", 1e9, {"first_gflop"}, {"first", "gemm"}, 0, TOLD, "of GEMM"},
    {"second order, 20-way, work done", 1e9, {"second_20way_gflop"}, {"second_20way", "gemm"}, 0, TOLD, "of GEMM"},
    SHARE("one thread, CPU time: second order, dense work", DENSE_SECOND / 8, "cpu_4_tasks", "gemm_cpu", 0, TOLD),
    {"second order, 5-way 1-shot", 1e3, {"second"}, {NULL}, 0, TOLD, "ms"},
    {"first order, 5-way 1-shot", 1e3, {"first"}, {NULL}, 0, TOLD, "ms"},
    {"second order, 20-way 1-shot, 5 steps", 1e3, {"second_20way"}, {NULL}, 0, TOLD, "ms"},
    {"Reptile with carried Adam, 5-way", 1e3, {"reptile"}, {NULL}, 0, TOLD, "ms"},
    {"GEMM, all threads", 1e-9, {"gemm"}, {NULL}, 0, TOLD, "GFLOP/s"},
    {"2 threads against 1", 1, {"second_1_thread"}, {"second"}, 1.85, AT_LEAST, "x"},
    {"avx2 kernels against the best", 1, {"second_avx2"}, {"second"}, 1.5, AT_MOST, "x"},
    {"... as far as narrower vectors do not explain it",
     1,
     {"second_avx2", "fma_avx2"},
     {"second", "fma"},
     1.5,
     AT_MOST,
     "x"},
    {"multiply-adds, widest vectors against avx2", 1, {"fma"}, {"fma_avx2"}, 0, TOLD, "x"},
    {"avx2 kernels and 1 thread: same bits", 1, {"same_bits"}, {NULL}, 1, AT_LEAST, "yes 1, no 0"},
    {"data sampling, glyphs", 32, {"draw_glyphs"}, {"second_1_thread"}, 0.02, AT_MOST, "of the time"},
    {"data sampling, Omniglot", 32, {"draw_omniglot"}, {"second_1_thread"}, 0.02, AT_MOST, "of the time"},
    {"peak memory, 5-way 1-shot", 1 / MEBIBYTE, {"bytes_5way"}, {NULL}, 200, AT_MOST, "MiB"},
    {"peak memory, 20-way 5-shot, 5 steps", 1 / MEBIBYTE, {"bytes_20way"}, {NULL}, 400, AT_MOST, "MiB"},
    {"peak memory, 10 times the iterations", 1, {"bytes_long"}, {"bytes_short"}, 1.02, AT_MOST, "x"},
    {"adaptation to one task, 3 steps", 1e6, {"adapt"}, {NULL}, 0, TOLD, "us"}};

typedef void (*print_row)(FILE *file, const target *t, const char *limit, const il_interval *value, const char *judged);

static void print_csv(FILE *file, const target *t, const char *limit, const il_interval *value, const char *judged) {
  if (isnan(value->mean))
    fprintf(file, "\"%s\",%s,,,,%s,0,%s\n", t->name, limit, t->unit, judged);
  else
    fprintf(file, "\"%s\",%s,%.9g,%.9g,%.9g,%s,%zu,%s\n", t->name, limit, value->mean, value->low, value->high, t->unit,
            value->count, judged);
}

static void print_text(FILE *file, const target *t, const char *limit, const il_interval *value, const char *judged) {
  if (isnan(value->mean))
    fprintf(file, "%-50s %-7s %10s  %21s %-12s %s\n", t->name, limit, "", "", t->unit, judged);
  else
    fprintf(file, "%-50s %-7s %10.4g  %9.4g ..%9.4g  %-12s %s\n", t->name, limit, value->mean, value->low, value->high,
            t->unit, judged);
}

/* Returns the number of targets that are missed. */
static int print_targets(FILE *file, const records *r, print_row print) {
  int missed = 0;
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
    const target *t = &targets[i];
    const il_interval value = judge(r, t);
    const char *judged = verdict(t, &value);
    char limit[32] = "";
    if (t->wanted != TOLD) (void)snprintf(limit, sizeof limit, "%s%g", t->wanted == AT_LEAST ? ">=" : "<=", t->limit);
    print(file, t, limit, &value, judged);
    missed += strcmp(judged, "missed") == 0;
  }
  return missed;
}

static il_status write_csv(const records *r, const char *path, il_error *error) {
  FILE *file = fopen(path, "w");
  if (!file) return il_fail(error, IL_IO, "%s: cannot be written", path);
  fputs("target,limit,value,low,high,unit,rounds,verdict\n", file);
  (void)print_targets(file, r, print_csv);
  int lost = ferror(file);
  if (fclose(file) != 0 || lost) return il_fail(error, IL_IO, "%s: cannot be written", path);
  return IL_OK;
}

int main(int argc, char **argv) {
  il_error error = {0};
  records *r = calloc(1, sizeof *r);
  il_status status = r ? IL_OK : il_fail_memory(&error, "records", sizeof *r);
  if (status == IL_OK && argc != 2 && argc != 3)
    status = il_fail(&error, IL_INVALID, "usage: innerloop_targets RECORDS [OUT.csv]");
  if (status == IL_OK) status = read_records(r, argv[1], &error);
  if (status == IL_OK && argc == 3) status = write_csv(r, argv[2], &error);
  if (status == IL_OK) {
    printf("%-50s %-7s %10s  %-21s  %-12s %s\n", "target", "limit", "median", "95 % interval", "unit", "verdict");
    if (print_targets(stdout, r, print_text) > 0) status = il_fail(&error, IL_NEGATIVE, "a target is missed");
  }
  if (status != IL_OK) fprintf(stderr, "innerloop_targets: %s\n", error.message);
  free(r);
  return il_status_exit(status);
}
