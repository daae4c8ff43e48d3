/* The verdict of a proof: which references the direction agrees with, which it contradicts, and which it does
 * neither to. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "harness/prove_case.h"

/* An error counts as one when it is so many times what the reference itself may be off by. */
static const double certain = 8;
/* At least this share of the coordinates must have been compared. */
static const double share_needed = 0.9;

typedef enum match { AGREES, UNDECIDED, DIFFERS } match;

static const char *const reference_names[] = {
    [IL_REFERENCE_THROUGH] = "second-order gradient",
    [IL_REFERENCE_ADAPTED] = "first-order gradient",
    [IL_REFERENCE_UNADAPTED] = "gradient without an inner loop",
    [IL_REFERENCE_DISPLACEMENT] = "displacement",
};

static const char *const claims[] = {[IL_DIRECTION_GRADIENT] = "the exact gradient",
                                     [IL_DIRECTION_FIRST_ORDER] = "a first-order gradient",
                                     [IL_DIRECTION_DISPLACEMENT] = "a displacement"};

/* Of two sums of squares. NaN stays. */
static double relative(double part, double norm) {
  if (isnan(part)) return part;
  return part > 0 ? (norm > 0 ? sqrt(part / norm) : INFINITY) : 0;
}

static il_agreement agreement_with(const il_reference *reference, const il_case *c) {
  il_agreement agreement = {.asked = reference->asked};
  double wrong = 0, unsure = 0, norm = 0;
  for (size_t i = 0; reference->asked && i < c->n; i++) {
    int *const counts[] = {[IL_LEFT_OUT_NO] = &agreement.compared,
                           [IL_LEFT_OUT_KINK] = &agreement.kinks,
                           [IL_LEFT_OUT_CONDITION] = &agreement.conditioned,
                           [IL_LEFT_OUT_BROKEN] = &agreement.broken};
    ++*counts[reference->left_out[i]];
    if (reference->left_out[i]) continue;
    double difference = (double)c->direction[c->at[i]] - reference->value[i];
    wrong += difference * difference;
    unsure += reference->uncertainty[i] * reference->uncertainty[i];
    norm += reference->value[i] * reference->value[i];
  }
  agreement.error = relative(wrong, norm);
  agreement.uncertainty = relative(unsure, norm);
  return agreement;
}

static match match_of(const il_proof *proof, il_reference_kind kind) {
  const il_agreement *with = &proof->with[kind];
  if (with->error <= proof->tolerance) return AGREES;
  return with->error > certain * with->uncertainty ? DIFFERS : UNDECIDED;
}

static void say(il_proof *proof, il_proof_verdict verdict, il_finding finding, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void say(il_proof *proof, il_proof_verdict verdict, il_finding finding, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  proof->verdict = verdict;
  proof->finding = finding;
  (void)vsnprintf(proof->reason, sizeof proof->reason, format, arguments);
  va_end(arguments);
}

/* The factor that brings the reference nearest to the direction; NaN unless that is near enough to be the
 * explanation. */
static double factor_of(const il_reference *reference, const il_case *c, double tolerance) {
  double product = 0, norm = 0, rest = 0, size = 0;
  for (size_t i = 0; i < c->n; i++) {
    if (reference->left_out[i]) continue;
    product += (double)c->direction[c->at[i]] * reference->value[i];
    norm += reference->value[i] * reference->value[i];
  }
  double factor = product / norm;
  for (size_t i = 0; i < c->n; i++) {
    if (reference->left_out[i]) continue;
    double difference = (double)c->direction[c->at[i]] - factor * reference->value[i];
    rest += difference * difference;
    size += (double)c->direction[c->at[i]] * (double)c->direction[c->at[i]];
  }
  return size > 0 && relative(rest, size) < 10 * tolerance ? factor : NAN;
}

/* The parameter that holds most of the squared error, and its share of it. */
static const char *worst_parameter(double *share, const il_reference *reference, const il_case *c) {
  const il_parameters *parameters = &c->learner.parameters;
  double sums[IL_VALUES_MAX] = {0}, all = 0;
  int worst = 0;
  for (size_t i = 0, p = 0; i < c->n; i++) {
    while (p + 1 < (size_t)parameters->count && parameters->at[p + 1].offset <= c->at[i]) p++;
    if (reference->left_out[i]) continue;
    double difference = (double)c->direction[c->at[i]] - reference->value[i];
    sums[p] += difference * difference;
    all += difference * difference;
    if (sums[p] > sums[worst]) worst = (int)p;
  }
  *share = sums[worst] / all;
  return parameters->at[worst].name;
}

/* What the direction is instead, where it can be named. */
static void explain_wrong(il_proof *proof, const il_case *c, il_reference_kind expected) {
  static const il_finding findings[] = {
      [IL_REFERENCE_THROUGH] = IL_FINDING_SECOND_ORDER, [IL_REFERENCE_ADAPTED] = IL_FINDING_FIRST_ORDER};
  const char *claim = claims[proof->claimed];
  for (int r = IL_REFERENCE_THROUGH; r <= IL_REFERENCE_ADAPTED; r++)
    if (c->with[r].asked && match_of(proof, r) == AGREES) {
      say(proof, IL_PROOF_WRONG, findings[r], "it is the %s, but claims to be %s", reference_names[r], claim);
      return;
    }
  for (int r = 0; r < IL_REFERENCES; r++) {
    double factor = c->with[r].asked ? factor_of(&c->with[r], c, proof->tolerance) : NAN;
    if (isnan(factor)) continue;
    bool itself = r != (int)expected && fabs(factor - 1) < 10 * proof->tolerance;
    if (itself)
      say(proof, IL_PROOF_WRONG, IL_FINDING_UNKNOWN, "it is the %s, but claims to be %s", reference_names[r], claim);
    else
      say(proof, IL_PROOF_WRONG, IL_FINDING_UNKNOWN, "it is %.9g times the %s; expected 1", factor, reference_names[r]);
    return;
  }
  double share;
  const char *worst = worst_parameter(&share, &c->with[expected], c);
  say(proof, IL_PROOF_WRONG, IL_FINDING_UNKNOWN, "it is not %s; %.0f %% of the squared error lies in parameter %s",
      claim, 100 * share, worst);
}

/* The direction agrees with the reference it claims. What else does it agree with? */
static void name_finding(il_proof *proof, const il_case *c, il_reference_kind expected) {
  il_reference_kind other = expected == IL_REFERENCE_THROUGH ? IL_REFERENCE_ADAPTED : IL_REFERENCE_THROUGH;
  if (proof->claimed == IL_DIRECTION_DISPLACEMENT)
    say(proof, IL_PROOF_HOLDS, IL_FINDING_DISPLACEMENT, "%s", "");
  else if (proof->inner_steps == 0)
    say(proof, IL_PROOF_HOLDS, IL_FINDING_EXACT, "%s", "");
  else if (!c->with[other].asked)
    say(proof, IL_PROOF_HOLDS, IL_FINDING_ITS_LOSS, "%s", "");
  else if (match_of(proof, other) != DIFFERS)
    say(proof, IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN,
        "first-order and second-order agree here: the second-order terms are %.1g of the gradient, below the "
        "tolerance; a "
        "larger inner learning rate or more inner steps would show them",
        proof->with[other].error);
  else if (expected == IL_REFERENCE_ADAPTED)
    say(proof, IL_PROOF_HOLDS, IL_FINDING_FIRST_ORDER, "%s", "");
  else if (match_of(proof, IL_REFERENCE_UNADAPTED) != DIFFERS)
    say(proof, IL_PROOF_HOLDS, IL_FINDING_OUTSIDE, "%s", "");
  else
    say(proof, IL_PROOF_HOLDS, IL_FINDING_SECOND_ORDER, "%s", "");
}

static int count_broken(const il_case *c) {
  int broken = 0;
  for (size_t i = 0; i < c->size; i++) broken += !isfinite((double)c->direction[i]);
  return broken;
}

static size_t count_beyond(const il_case *c, double clip) {
  size_t beyond = 0;
  for (size_t i = 0; clip > 0 && i < c->size; i++) beyond += fabs((double)c->direction[i]) > clip;
  return beyond;
}

static void judge(il_proof *proof, const il_case *c, il_reference_kind expected) {
  const il_agreement *with = &proof->with[expected];
  int left_out = with->kinks + with->conditioned, broken = count_broken(c);
  if (with->broken > 0) {
    say(proof, IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN,
        "the loss is not finite at or beside the parameters it is looked at with");
  } else if (broken > 0) {
    say(proof, IL_PROOF_WRONG, IL_FINDING_UNKNOWN,
        "%d of %zu numbers of the direction are not finite, though the loss is", broken, c->size);
  } else if (with->compared > 0 && match_of(proof, expected) == DIFFERS) {
    explain_wrong(proof, c, expected);
  } else if (with->compared < share_needed * (with->compared + left_out)) {
    say(proof, IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN,
        "of %d coordinates %d are left out at kinks of the loss and %d as ill-conditioned; expected at most a tenth",
        with->compared + left_out, with->kinks, with->conditioned);
  } else if (match_of(proof, expected) == UNDECIDED) {
    say(proof, IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN,
        "ill-conditioned: the differences themselves are only good to %.1g, so an error of %.1g says nothing",
        with->uncertainty, with->error);
  } else {
    name_finding(proof, c, expected);
  }
}

/* Whether the reference, and with it the direction, is 0 at all coordinates. */
static bool is_zero(const il_reference *reference, const il_case *c) {
  for (size_t i = 0; i < c->n; i++)
    if (reference->left_out[i] || reference->value[i] != 0 || (double)c->direction[c->at[i]] != 0) return false;
  return true;
}

void il_proof_conclude(il_proof *proof, const il_case *c) {
  static const il_reference_kind expected[] = {[IL_DIRECTION_GRADIENT] = IL_REFERENCE_THROUGH,
                                               [IL_DIRECTION_FIRST_ORDER] = IL_REFERENCE_ADAPTED,
                                               [IL_DIRECTION_DISPLACEMENT] = IL_REFERENCE_DISPLACEMENT};
  proof->claimed = c->training.kind;
  proof->loss = (double)c->loss;
  proof->parameters = c->size;
  proof->coordinates = c->n;
  proof->clip = c->config->outer.clip;
  proof->clipped = count_beyond(c, proof->clip);
  bool moved = memcmp(c->theta, c->adapted, c->size * sizeof(real)) != 0;
  proof->inner_steps = moved ? c->config->inner.steps : 0;
  for (int r = 0; r < IL_REFERENCES; r++) proof->with[r] = agreement_with(&c->with[r], c);
  if (is_zero(&c->with[expected[proof->claimed]], c))
    say(proof, IL_PROOF_CANNOT_TELL, IL_FINDING_UNKNOWN, "the direction is 0 everywhere, and so it should be here");
  else
    judge(proof, c, expected[proof->claimed]);
}

static const char *finding_text(il_finding finding) {
  static const char *const texts[] = {
#define IL_FINDING_TEXT(name, text) text,
      IL_FINDING_MAP(IL_FINDING_TEXT)
#undef IL_FINDING_TEXT
  };
  return texts[finding];
}

/* "relative error 2e-10", or why there is none. */
static void print_agreement(const il_agreement *with, FILE *file) {
  if (with->compared == 0)
    fputs("nothing to compare\n", file);
  else if (isfinite(with->error))
    fprintf(file, "relative error %.2g\n", with->error);
  else
    fputs(isnan(with->error) ? "the direction is not finite\n" : "infinitely off: these are 0\n", file);
  if (with->kinks + with->conditioned + with->broken > 0)
    fprintf(file, "    left out: %d at kinks, %d ill-conditioned, %d not finite\n", with->kinks, with->conditioned,
            with->broken);
}

void il_proof_print(const il_proof *proof, const char *label, FILE *file) {
  static const char *const verdicts[] = {
      [IL_PROOF_HOLDS] = "", [IL_PROOF_CANNOT_TELL] = "cannot tell: ", [IL_PROOF_WRONG] = "wrong: "};
  static const char *const lines[] = {
      [IL_REFERENCE_THROUGH] = "the loss after the inner loop, by theta",
      [IL_REFERENCE_ADAPTED] = "the same loss, by the adapted parameters",
      [IL_REFERENCE_UNADAPTED] = "the loss without an inner loop, by theta",
      [IL_REFERENCE_DISPLACEMENT] = "plain inner steps, theta - phi",
  };
  bool holds = proof->verdict == IL_PROOF_HOLDS;
  fprintf(file, "%s: %s%s\n", label, verdicts[proof->verdict], holds ? finding_text(proof->finding) : proof->reason);
  if (proof->finding == IL_FINDING_UNTRAINED) return;
  for (int r = 0; r < IL_REFERENCES; r++) {
    bool another = r != IL_REFERENCE_ADAPTED && r != IL_REFERENCE_UNADAPTED; /* without inner steps all three are one */
    if (!proof->with[r].asked || (proof->inner_steps == 0 && !another)) continue;
    fprintf(file, "  differences of %-42s ", lines[r]);
    print_agreement(&proof->with[r], file);
  }
  fprintf(file, "  claims to be %s; inner steps: %d; %s precision, tolerance %.0e\n", claims[proof->claimed],
          proof->inner_steps, IL_REAL_NAME, proof->tolerance);
  fprintf(file, "  %zu of %zu coordinates%s\n", proof->coordinates, proof->parameters,
          proof->coordinates < proof->parameters ? ", drawn at random, some of every parameter" : "");
  if (proof->clip > 0)
    fprintf(file,
            "  outer.clip: training clamps the mean of such directions to %g; of this one %zu numbers lie beyond\n",
            proof->clip, proof->clipped);
}
