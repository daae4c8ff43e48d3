/* What the gate tells: a table for people, perfgate.json for programs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/verdict/judge.h"
#include "formats/json_text.h"

enum { CELL = 16, SHOWN_MAX = 60 };

/* "+1.23 %", "" for NaN. */
static const char *percent(char cell[CELL], double change) {
  if (isnan(change))
    cell[0] = 0;
  else
    (void)snprintf(cell, CELL, "%+.2f %%", fmax(-999, fmin(9999, 100 * change)));
  return cell;
}

static judge_verdict worst_of(const judge_workload *w) {
  return w->counted > w->timed ? w->counted : w->timed;
}

static double largest_change(const judge_workload *w) {
  return fmax(w->instructions, w->timing[0].change);
}

/* The last word, by exit status. */
static const char *judge_word(const judge_case *judge) {
  static const char *const words[] = {"PASS", "ERROR", "INCONCLUSIVE", "REGRESSION", "ERROR"};
  return words[judge_verdict_status(judge->verdict)];
}

/* The worst verdict first, then the largest change. */
static int compare_rows(const void *left, const void *right) {
  const judge_workload *a = *(const judge_workload *const *)left, *b = *(const judge_workload *const *)right;
  if (worst_of(a) != worst_of(b)) return worst_of(a) > worst_of(b) ? -1 : 1;
  double x = largest_change(a), y = largest_change(b);
  return (x < y) - (x > y);
}

static void print_row(const judge_workload *w, FILE *file) {
  char instructions[CELL], change[CELL], bound[CELL], control[CELL];
  bool timed = w->timing[0].rounds > 0;
  fprintf(file, "%-52s %11s %10s %10s %10s  %s%s%s\n", w->name, percent(instructions, w->instructions),
          percent(change, timed ? w->timing[0].change : NAN), percent(bound, timed ? w->timing[0].bound : NAN),
          percent(control, timed ? w->timing[0].control : NAN), judge_verdict_text(worst_of(w)), w->why[0] ? ": " : "",
          w->why);
}

static void print_machine(const judge_case *judge, FILE *file) {
  for (int i = 0; i < 2; i++) {
    const judge_machine *m = &judge->machine[i];
    if (m->processes == 0) continue;
    fprintf(file,
            "machine, %s: calibration scatters by %.1f %% (memory %.1f %%), CPU share %.0f %%, stolen %.1f %%: %s\n",
            i ? "confirmation" : "first invocation", 100 * m->chain, 100 * m->triad, 100 * m->cpu_share, 100 * m->steal,
            m->noisy ? "NOT QUIET" : "quiet");
  }
}

void judge_print(const judge_case *judge, FILE *file) {
  const judge_workload **rows = calloc(JUDGE_WORKLOADS, sizeof *rows);
  fprintf(file, "base: %s\nhead: %s\n\n", judge->identity[0], judge->identity[1]);
  fprintf(file, "%-52s %11s %10s %10s %10s  %s\n", "workload (change head / base)", "instructions", "CPU time",
          "at least", "A/A", "verdict");
  int shown = 0;
  for (int i = 0; rows && i < judge->n_workloads; i++) rows[i] = &judge->workloads[i];
  if (rows) qsort(rows, (size_t)judge->n_workloads, sizeof *rows, compare_rows);
  for (int i = 0; rows && i < judge->n_workloads; i++) {
    if (shown == SHOWN_MAX && worst_of(rows[i]) <= JUDGE_PASS) continue;
    if (worst_of(rows[i]) <= JUDGE_PASS) shown++;
    print_row(rows[i], file);
  }
  if (shown == SHOWN_MAX) fprintf(file, "... and more that pass; all of them are in perfgate.json\n");
  free(rows);
  fprintf(file, "\n");
  print_machine(judge, file);
  fprintf(file, "%s%s%s\n", judge_word(judge), judge->verdict > JUDGE_PASS ? ": " : "",
          judge->verdict > JUDGE_PASS ? judge->reason : "");
}

static json_t *number_json(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *integers_json(const judge_count *count) {
  if (!count->present) return json_null();
  return json_pack("{s:I, s:I, s:I, s:I, s:s}", "repetitions", (json_int_t)count->repetitions, "instructions",
                   (json_int_t)count->instructions, "allocations", (json_int_t)count->allocations, "workspace_bytes",
                   (json_int_t)count->workspace, "version", count->version);
}

static json_t *timing_json(const judge_timing *t) {
  if (t->rounds == 0) return json_null();
  return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "rounds", t->rounds, "change",
                   number_json(t->change), "at_least", number_json(t->bound), "p", number_json(t->p), "p_holm",
                   number_json(t->p_holm), "control", number_json(t->control), "control_p_holm",
                   number_json(t->control_p), "limit", number_json(t->limit), "flagged", t->flagged, "noisy", t->noisy);
}

static json_t *workload_json(const judge_workload *w) {
  return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "name", w->name, "counted",
                   judge_verdict_text(w->counted), "timed", judge_verdict_text(w->timed), "why", w->why,
                   "instructions_change", number_json(w->instructions), "base", integers_json(&w->count[JUDGE_BASE][0]),
                   "head", integers_json(&w->count[JUDGE_HEAD][0]), "time", timing_json(&w->timing[0]),
                   "time_confirmed", timing_json(&w->timing[1]));
}

static json_t *machine_json(const judge_machine *m) {
  if (m->processes == 0) return json_null();
  return json_pack("{s:i, s:o, s:o, s:o, s:o, s:b}", "processes", m->processes, "calibration_variation",
                   number_json(m->chain), "memory_variation", number_json(m->triad), "cpu_share",
                   number_json(m->cpu_share), "steal", number_json(m->steal), "noisy", m->noisy);
}

il_status judge_write(const judge_case *judge, const char *directory, il_error *error) {
  json_t *workloads = json_array();
  for (int i = 0; i < judge->n_workloads; i++)
    if (json_array_append_new(workloads, workload_json(&judge->workloads[i])) != 0)
      return json_decref(workloads), il_fail_memory(error, "perfgate.json", 0);
  json_t *root = json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o}", "schema", 1, "base", judge->identity[0],
                           "head", judge->identity[1], "verdict", judge_word(judge), "reason", judge->reason, "status",
                           judge_verdict_status(judge->verdict), "machine", machine_json(&judge->machine[0]),
                           "machine_confirmation", machine_json(&judge->machine[1]), "workloads", workloads);
  return il_json_save(directory, "perfgate.json", root, NULL, error);
}
