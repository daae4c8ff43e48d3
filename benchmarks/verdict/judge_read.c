/* Records of the gate, read without trust. */
#include <stdlib.h>
#include <string.h>

#include "benchmarks/verdict/judge.h"

judge_case *judge_new(void) {
  judge_case *judge = calloc(1, sizeof *judge);
  if (!judge) return NULL;
  bool whole = (judge->workloads = calloc(JUDGE_WORKLOADS, sizeof *judge->workloads)) != NULL;
  for (int i = 0; i < 2; i++) {
    whole = (judge->chain[i] = calloc(JUDGE_PROCESSES, sizeof(double))) != NULL && whole;
    whole = (judge->triad[i] = calloc(JUDGE_PROCESSES, sizeof(double))) != NULL && whole;
    whole = (judge->share[i] = calloc(JUDGE_PROCESSES, sizeof(double))) != NULL && whole;
  }
  if (whole) return judge;
  judge_free(judge);
  return NULL;
}

void judge_free(judge_case *judge) {
  if (!judge) return;
  for (int i = 0; i < 2; i++) {
    free(judge->chain[i]);
    free(judge->triad[i]);
    free(judge->share[i]);
  }
  free(judge->workloads);
  free(judge);
}

static judge_workload *workload_of(judge_case *judge, const char *name) {
  for (int i = 0; i < judge->n_workloads; i++)
    if (strcmp(judge->workloads[i].name, name) == 0) return &judge->workloads[i];
  if (judge->n_workloads == JUDGE_WORKLOADS) return NULL;
  judge_workload *added = &judge->workloads[judge->n_workloads++];
  (void)snprintf(added->name, sizeof added->name, "%s", name);
  return added;
}

static int arm_of(const char *text) {
  static const char *const names[JUDGE_ARMS] = {"base", "again", "head"};
  for (int i = 0; i < JUDGE_ARMS; i++)
    if (strcmp(text, names[i]) == 0) return i;
  return -1;
}

/* count ARM RUN NAME VERSION REPETITIONS FLOPS ALLOCATIONS WORKSPACE INSTRUCTIONS */
static bool read_count(judge_case *judge, const char *line) {
  char arm[16], name[JUDGE_TEXT];
  int run;
  judge_count count = {.present = true};
  if (sscanf(line, "count %15s %d %127s %31s %lld %lf %lld %lld %lld", arm, &run, name, count.version,
             &count.repetitions, &count.flops, &count.allocations, &count.workspace, &count.instructions) != 9)
    return false;
  judge_workload *workload = workload_of(judge, name);
  int number = arm_of(arm);
  if (number < 0 || run < 1 || run > 2 || !workload || count.repetitions < 1 || count.instructions < 0) return false;
  workload->count[number][run - 1] = count;
  return true;
}

/* time INVOCATION ARM ROUND NAME VERSION REPETITIONS CPU WALL CHAIN TRIAD */
static bool read_time(judge_case *judge, const char *line) {
  char arm[16], name[JUDGE_TEXT], version[32];
  int invocation, round, repetitions;
  double cpu, wall, chain, triad;
  if (sscanf(line, "time %d %15s %d %127s %31s %d %lf %lf %lf %lf", &invocation, arm, &round, name, version,
             &repetitions, &cpu, &wall, &chain, &triad) != 10)
    return false;
  judge_workload *workload = workload_of(judge, name);
  int number = arm_of(arm);
  if (number < 0 || !workload || invocation < 1 || invocation > 2 || round < 1 || round > JUDGE_ROUNDS) return false;
  if (repetitions < 1 || !(cpu > 0 && wall > 0 && chain > 0 && triad > 0)) return false;
  invocation--;
  judge_times *times = &workload->times[invocation];
  if (times->repetitions != 0 && times->repetitions != repetitions) return false; /* must be the same for all */
  times->repetitions = repetitions;
  times->seconds[number][round - 1] = cpu;
  int *processes = &judge->n_processes[invocation];
  if (*processes == JUDGE_PROCESSES) return false;
  judge->chain[invocation][*processes] = chain;
  judge->triad[invocation][*processes] = triad;
  judge->share[invocation][*processes] = cpu / wall;
  ++*processes;
  return true;
}

/* steal INVOCATION SHARE */
static bool read_steal(judge_case *judge, const char *line) {
  int invocation;
  double share;
  if (sscanf(line, "steal %d %lf", &invocation, &share) != 2 || invocation < 1 || invocation > 2) return false;
  judge->steal[invocation - 1] = share;
  return share >= 0 && share <= 1;
}

/* identity ARM TEXT */
static bool read_identity(judge_case *judge, const char *line) {
  char arm[16];
  int from = 0;
  if (sscanf(line, "identity %15s %n", arm, &from) != 1 || from == 0) return false;
  int number = arm_of(arm);
  if (number != JUDGE_BASE && number != JUDGE_HEAD) return false;
  char *kept = judge->identity[number == JUDGE_HEAD];
  (void)snprintf(kept, JUDGE_TEXT, "%s", line + from);
  kept[strcspn(kept, "\n")] = 0;
  return true;
}

static const struct {
  const char *word;
  bool (*read)(judge_case *judge, const char *line);
} records[] = {{"count ", read_count}, {"time ", read_time}, {"steal ", read_steal}, {"identity ", read_identity}};

il_status judge_read(judge_case *judge, FILE *file, const char *name, il_error *error) {
  char line[1024];
  for (int number = 1; fgets(line, sizeof line, file); number++) {
    bool known = line[0] == '#' || line[0] == '\n';
    for (size_t i = 0; !known && i < sizeof records / sizeof *records; i++)
      known = strncmp(line, records[i].word, strlen(records[i].word)) == 0 && records[i].read(judge, line);
    if (!known) {
      line[strcspn(line, "\n")] = 0;
      return il_fail(error, IL_INVALID, "%s:%d: not a record: '%.80s'", name, number, line);
    }
  }
  return ferror(file) ? il_fail(error, IL_IO, "%s: cannot read", name) : IL_OK;
}

il_status judge_read_allowances(judge_case *judge, FILE *file, const char *name, il_error *error) {
  static const char *const quantities[] = {"instructions", "allocations", "workspace", "time"};
  char line[1024];
  for (int number = 1; fgets(line, sizeof line, file); number++) {
    judge_allowance read;
    line[strcspn(line, "#\n")] = 0;
    if (line[strspn(line, " \t")] == 0) continue;
    bool known = false;
    if (sscanf(line, "%127s %31s %lf", read.pattern, read.quantity, &read.percent) == 3 && read.percent >= 0)
      for (size_t i = 0; i < 4; i++) known = known || strcmp(read.quantity, quantities[i]) == 0;
    if (!known || judge->n_allowances == JUDGE_ALLOWANCES)
      return il_fail(error, IL_INVALID, "%s:%d: expected PATTERN instructions|allocations|workspace|time PERCENT", name,
                     number);
    judge->allowances[judge->n_allowances++] = read;
  }
  return ferror(file) ? il_fail(error, IL_IO, "%s: cannot read", name) : IL_OK;
}
