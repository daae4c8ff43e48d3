/* The rules of the gate. Tier 1: exact counts. Tier 2: interleaved CPU times against an A/A control. */
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/verdict/judge.h"
#include "statistics/statistics.h"

static const double warn_instructions = 0.005, fail_instructions = 0.02;
static const double least_delta = 0.05, blocking_change = 0.10, significance = 0.01, bound_level = 0.95;
static const double noisy_calibration = 0.05, noisy_share = 0.9, noisy_steal = 0.01, noisy_control = 0.02;
enum { LEAST_ROUNDS = 8, FLOPS_AN_INSTRUCTION = 16, LEAST_INSTRUCTIONS = 20 };

static const struct {
  const char *text;
  int status;
} verdicts[] = {
#define JUDGE_VERDICT_ROW(name, text, status) {text, status},
    JUDGE_VERDICT_MAP(JUDGE_VERDICT_ROW)
#undef JUDGE_VERDICT_ROW
};

const char *judge_verdict_text(judge_verdict verdict) {
  return verdicts[verdict].text;
}
int judge_verdict_status(judge_verdict verdict) {
  return verdicts[verdict].status;
}

/* Growth that the allowances grant; 0 where none does. */
static double allowed(const judge_case *judge, const char *name, const char *quantity) {
  double percent = 0;
  for (int i = 0; i < judge->n_allowances; i++) {
    const judge_allowance *a = &judge->allowances[i];
    if (strcmp(a->quantity, quantity) == 0 && fnmatch(a->pattern, name, 0) == 0 && a->percent > percent)
      percent = a->percent;
  }
  return percent / 100;
}

/* ---- tier 1 ---- */

/* What is not measured must not pass: a count below half of what the operations need at 16 an instruction (8 lanes,
 * multiply and add), or below what any call needs. */
static bool measured_nothing(const judge_count *count) {
  double least = 0.5 * count->flops / FLOPS_AN_INSTRUCTION;
  if (least < LEAST_INSTRUCTIONS) least = LEAST_INSTRUCTIONS;
  return (double)count->instructions < least * (double)count->repetitions;
}

static bool runs_agree(const judge_count runs[2]) {
  return runs[0].present && runs[1].present && runs[0].instructions == runs[1].instructions &&
         runs[0].allocations == runs[1].allocations && runs[0].workspace == runs[1].workspace;
}

static judge_verdict say(judge_workload *workload, judge_verdict verdict, const char *why) {
  (void)snprintf(workload->why, sizeof workload->why, "%s", why);
  return verdict;
}

static judge_verdict compare_counts(const judge_case *judge, judge_workload *w) {
  const judge_count *base = &w->count[JUDGE_BASE][0], *head = &w->count[JUDGE_HEAD][0];
  double base_runs = (double)base->repetitions, head_runs = (double)head->repetitions;
  w->instructions = (double)head->instructions / head_runs / ((double)base->instructions / base_runs) - 1;
  double allocations = (1 + allowed(judge, w->name, "allocations")) * (double)base->allocations / base_runs;
  double workspace = (1 + allowed(judge, w->name, "workspace")) * (double)base->workspace;
  if (w->instructions > fail_instructions + allowed(judge, w->name, "instructions"))
    return say(w, JUDGE_REGRESSION, "more instructions");
  if ((double)head->allocations / head_runs > allocations) return say(w, JUDGE_REGRESSION, "more allocations");
  if ((double)head->workspace > workspace) return say(w, JUDGE_REGRESSION, "more workspace");
  if (w->instructions > warn_instructions) return say(w, JUDGE_WARN, "more instructions");
  return JUDGE_PASS;
}

static judge_verdict judge_counts(const judge_case *judge, judge_workload *w) {
  const judge_count *base = w->count[JUDGE_BASE], *head = w->count[JUDGE_HEAD];
  bool in_base = base[0].present || base[1].present, in_head = head[0].present || head[1].present;
  w->instructions = NAN;
  if (!in_base && !in_head) return JUDGE_NONE;
  if ((in_base && !runs_agree(base)) || (in_head && !runs_agree(head)))
    return say(w, JUDGE_RANDOM, "two runs of one build differ");
  if ((in_base && measured_nothing(base)) || (in_head && measured_nothing(head)))
    return say(w, JUDGE_NOTHING, "fewer instructions than its arithmetic needs");
  if (!in_base) return say(w, JUDGE_NEW, "not in base");
  if (!in_head) return say(w, JUDGE_GONE, "not in head");
  if (strcmp(base->version, head->version) != 0) return say(w, JUDGE_CHANGED, "its definition differs: not compared");
  return compare_counts(judge, w);
}

/* ---- tier 2 ---- */

/* log(arm / base) of the rounds that have both; their number. */
static size_t log_ratios(double *ratios, const judge_times *times, judge_arm arm) {
  size_t count = 0;
  for (int round = 0; round < JUDGE_ROUNDS; round++)
    if (times->seconds[JUDGE_BASE][round] > 0 && times->seconds[arm][round] > 0)
      ratios[count++] = log(times->seconds[arm][round] / times->seconds[JUDGE_BASE][round]);
  return count;
}

static void time_workload(judge_timing *timing, const judge_times *times) {
  double head[JUDGE_ROUNDS], again[JUDGE_ROUNDS], reachable;
  size_t rounds = log_ratios(head, times, JUDGE_HEAD), controls = log_ratios(again, times, JUDGE_AGAIN);
  *timing = (judge_timing){.rounds = (int)rounds, .p = NAN, .control_p = NAN};
  timing->change = expm1(il_hodges_lehmann(head, rounds));
  timing->bound = expm1(il_hodges_lehmann_bound(head, rounds, bound_level));
  timing->control = expm1(il_hodges_lehmann(again, controls));
  timing->p = il_sign_flip_above(head, rounds);
  timing->control_p = il_sign_flip_test(again, controls, 0, &reachable);
  timing->limit = fmax(least_delta, 3 * fabs(timing->control));
}

static double variation(const double *values, int count) {
  return il_deviation_of(values, (size_t)count) / il_mean_of(values, (size_t)count);
}

static void judge_quietness(judge_case *judge, int invocation) {
  judge_machine *machine = &judge->machine[invocation];
  int count = judge->n_processes[invocation];
  *machine = (judge_machine){.processes = count};
  if (count == 0) return;
  machine->chain = variation(judge->chain[invocation], count);
  machine->triad = variation(judge->triad[invocation], count);
  machine->cpu_share = il_median_of(judge->share[invocation], (size_t)count);
  machine->steal = judge->steal[invocation];
  machine->noisy = !(machine->chain <= noisy_calibration) || !(machine->cpu_share >= noisy_share) ||
                   !(machine->steal <= noisy_steal);
}

/* Fills timing[invocation] of every workload, p values adjusted over all that were timed. */
static void judge_times_of(judge_case *judge, int invocation) {
  double *p = calloc(2 * JUDGE_WORKLOADS, sizeof *p);
  double *control = p ? p + JUDGE_WORKLOADS : NULL;
  for (int i = 0; p && i < judge->n_workloads; i++) {
    judge_workload *w = &judge->workloads[i];
    time_workload(&w->timing[invocation], &w->times[invocation]);
    p[i] = w->timing[invocation].p;
    control[i] = w->timing[invocation].control_p;
  }
  if (p) il_holm(p, p, (size_t)judge->n_workloads);
  if (p) il_holm(control, control, (size_t)judge->n_workloads);
  for (int i = 0; i < judge->n_workloads; i++) {
    judge_timing *t = &judge->workloads[i].timing[invocation];
    double grace = allowed(judge, judge->workloads[i].name, "time");
    t->p_holm = p ? p[i] : NAN;
    t->control_p = p ? control[i] : NAN;
    t->flagged = t->rounds >= LEAST_ROUNDS && t->bound > t->limit + grace && t->p_holm < significance;
    t->noisy = t->rounds > 0 &&
               (t->rounds < LEAST_ROUNDS || !p || (t->control_p < significance && fabs(t->control) > noisy_control));
  }
  free(p);
}

static judge_verdict judge_timed(const judge_case *judge, judge_workload *w) {
  const judge_timing *first = &w->timing[0], *second = &w->timing[1];
  double grace = allowed(judge, w->name, "time");
  if (first->rounds == 0) return JUDGE_NONE;
  if (judge->machine[0].noisy) return say(w, JUDGE_INCONCLUSIVE, "the machine is not quiet");
  if (first->noisy) return say(w, JUDGE_INCONCLUSIVE, "A/A differs from itself");
  if (!first->flagged) return JUDGE_PASS;
  if (second->rounds == 0) return say(w, JUDGE_INCONCLUSIVE, "slower, not confirmed by a second invocation");
  if (judge->machine[1].noisy || second->noisy)
    return say(w, JUDGE_INCONCLUSIVE, "slower, but the confirmation is noisy");
  if (!second->flagged) return say(w, JUDGE_PASS, "slower once, not the second time");
  if (fmin(first->change, second->change) < blocking_change + grace) return say(w, JUDGE_WARN, "slower");
  return say(w, JUDGE_REGRESSION, "slower");
}

void judge_decide(judge_case *judge) {
  judge_verdict worst = JUDGE_NONE;
  int compared = 0;
  judge->reason = "";
  for (int i = 0; i < 2; i++) {
    judge_quietness(judge, i);
    judge_times_of(judge, i);
  }
  for (int i = 0; i < judge->n_workloads; i++) {
    judge_workload *w = &judge->workloads[i];
    w->why[0] = 0;
    w->counted = judge_counts(judge, w);
    w->timed = judge_timed(judge, w);
    compared += (w->counted >= JUDGE_PASS && w->counted != JUDGE_GONE) || w->timed >= JUDGE_PASS;
    judge_verdict both = w->counted > w->timed ? w->counted : w->timed;
    if (both > worst) {
      worst = both;
      judge->reason = w->why;
    }
  }
  judge->verdict = compared ? worst : JUDGE_NOTHING;
  if (!compared) judge->reason = "base and head have no workload in common";
  if (judge_verdict_status(judge->verdict) == 0) judge->verdict = JUDGE_PASS;
}
