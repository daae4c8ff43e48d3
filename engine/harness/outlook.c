#include "harness/outlook.h"

#include <math.h>

void il_outlook_learn(il_outlook *outlook, int run, il_stage stage, double share, double seconds) {
  if (run < 0 || run >= outlook->count || !(share > 0) || !(seconds >= 0)) return;
  const il_expected_run *planned = &outlook->runs[run];
  outlook->known[planned->algorithm][stage].work += share * planned->work[stage];
  outlook->known[planned->algorithm][stage].seconds += seconds;
}

/* Seconds for a unit of work: of this algorithm, else of all in this stage, else of all; NAN: nothing is known. */
static double price(bool *guessed, const il_outlook *outlook, int algorithm, il_stage stage) {
  double work[2] = {0, 0}, seconds[2] = {0, 0};
  if (outlook->known[algorithm][stage].work > 0)
    return outlook->known[algorithm][stage].seconds / outlook->known[algorithm][stage].work;
  *guessed = true;
  for (int a = 0; a < IL_OUTLOOK_KINDS; a++)
    for (int s = 0; s < IL_STAGES; s++) {
      work[s == (int)stage] += outlook->known[a][s].work;
      seconds[s == (int)stage] += outlook->known[a][s].seconds;
    }
  if (work[1] > 0) return seconds[1] / work[1];
  return work[0] > 0 ? seconds[0] / work[0] : (double)NAN;
}

double il_outlook_rest(bool *guessed, const il_outlook *outlook, int run, il_stage stage, double share_left,
                       double rate_seconds, double rate_share) {
  il_outlook now = *outlook; /* with what the current piece shows */
  double seconds = 0;
  *guessed = false;
  il_outlook_learn(&now, run, stage, rate_share, rate_seconds);
  for (int r = run; r < now.count; r++)
    for (int s = r == run ? (int)stage : 0; s < IL_STAGES; s++) {
      double work = now.runs[r].work[s] * (r == run && s == (int)stage ? share_left : 1);
      if (work > 0) seconds += work * price(guessed, &now, now.runs[r].algorithm, (il_stage)s);
    }
  return seconds;
}
