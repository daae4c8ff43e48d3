/* covers: results */
/* Result files from hand-made scores: byte for byte where figures can be computed by hand, the same bytes on every
 * write, nothing half-written. */
#include "results_fixture.h"

#include <math.h>
#include <sys/stat.h>

#include "folders.h"

/* Mean squared error `mse` over 4 queries. */
static void toy_regression(toy *t, int run, int episode, int step, double mse) {
  *toy_score(t, run, 0, episode, step) = (il_score){.loss = mse, .total = 4 * mse, .queries = 4};
}

/* Three seeds, two episodes, steps 0 and 1. alpha: seed 2 diverged; beta: one episode of seed 1 is infinite after step
 * 1. */
static const char regression_yaml[] = "experiment: toy\n"
                                      "description: Numbers made by hand\n"
                                      "published: [paper]\n"
                                      "suite: toy\n"
                                      "model: toy\n"
                                      "training: {iterations: 10, shots: 5, queries: 4}\n"
                                      "evaluation: {episodes: 2, steps: 1}\n"
                                      "seeds: 0-2\n"
                                      "algorithms: [alpha, beta]\n";
static const char regression_paper[] =
    "title: t\n"
    "paper: Paper, one\n"
    "link: arXiv:1\n"
    "suite: toy\n"
    "metric: mse\n"
    "evidence: read\n"
    "interval: none\n"
    "entries:\n"
    "  - {algorithm: alpha, setting: 5-shot, steps: [0, 1], values: [100, 1.4], table: Table 1}\n"
    "  - {algorithm: beta, setting: 5-shot, steps: [0, 1], values: [8.5, 3], margins: [0.5, 1], interval: sd-runs, "
    "runs: 5, table: Table 2,\n"
    "     evidence: second-hand, episodes: 600}\n";

static void fill_two(toy *t, int run, double a0, double b0, double a1, double b1) {
  toy_regression(t, run, 0, 0, a0);
  toy_regression(t, run, 1, 0, b0);
  toy_regression(t, run, 0, 1, a1);
  toy_regression(t, run, 1, 1, b1);
}

static toy *regression_toy(void) {
  toy *t = toy_new(regression_yaml, regression_paper, &il_regression);
  static il_curve_point points[] = {{5, 2.5, 3, 2.75}, {10, 0.5, 1.25, 1}};
  fill_two(t, 0, 4, 6, 1, 3);
  fill_two(t, 1, 2, 4, 0, 2);
  t->results.runs[2].state = IL_RUN_DIVERGED;
  t->results.runs[2].stopped_at = 7;
  t->results.runs[2].training_loss = NAN;
  t->results.runs[2].scores = NULL;
  fill_two(t, 3, 8, 8, 2, 4);
  fill_two(t, 4, 8, 8, INFINITY, 3);
  fill_two(t, 5, 8, 8, 5, 1);
  t->results.runs[0].curve = points;
  t->results.runs[0].n_curve = 2;
  return t;
}

#define HALL "student-t with hall's skewness correction over 2 episodes"

#define FEW "inconclusive: 2 test episodes; at least 30 are judged"

/* t = t(0.975, 1) = 12.7062047. alpha after step 0: seed means 5 and 3, so 4 +- t, on the scale of the logarithm up to
 * 4 exp(1.1 t / 4) = 131.697; episode means 3 and 5, so 4 +- t; both together up to 4 + sqrt(127.697^2 + t^2), cut at 0
 * below. After step 1: seed means 2 and 1, so up to 1.5 exp(1.1 t / 3); episode means 0.5 and 2.5, so 1.5 +- t, by the
 * papers' convention 1.96. */
static void summary_byte_for_byte(void **state) {
  (void)state;
  toy *t = regression_toy();
  write_results(t);
  assert_string_equal(
      read_file(t, "summary.csv"),
      "algorithm,setting,metric,unit,step,n_seeds,n_episodes,mean,ci_lo,ci_hi,ci_method,published,published_source,"
      "verdict,"
      "status,median,n_diverged_episodes,ci_episodes_lo,ci_episodes_hi,ci_seeds_lo,ci_seeds_hi,n_failed,ci_level,"
      "published_margin,ci_papers_lo,ci_papers_hi,published_evidence,published_interval,published_episodes,"
      "equivalence_margin,power,reported\n"
      "alpha,5-shot,mse,target^2,0,2,2,4,0,132.327179,new seed and new tasks: student-t and log-t over 2 seeds + " HALL
      ",100,\"Paper, one (arXiv:1), Table 1\"," FEW ",1 of 3 runs "
      "diverged,4,0,0,16.7062047,0,131.696583,1,0.95,,2.04003602,5.95996398,read,none,,,,no\n"
      "alpha,5-shot,mse,target^2,1,2,2,1.5,0,158.800548,new seed and new tasks: student-t and log-t over 2 seeds "
      "+ " HALL ",1.4,\"Paper, one (arXiv:1), Table 1\"," FEW ",1 of 3 runs "
      "diverged,1.5,0,0,14.2062047,0,158.286526,1,0.95,,-0.459963985,3.45996398,read,none,,,,yes\n"
      "beta,5-shot,mse,target^2,0,3,2,8,8,8,new seed and new tasks: student-t and log-t over 3 seeds + " HALL
      ",8.5,\"Paper, one (arXiv:1), Table 2 [second-hand]\"," FEW
      ",ok,8,0,8,8,8,8,0,0.95,0.5,8,8,second-hand,sd-runs,600,,,no\n"
      "beta,5-shot,mse,target^2,1,3,2,,,,,3,\"Paper, one (arXiv:1), Table 2 [second-hand]\",not comparable: not "
      "finite: 1 of 6 "
      "episodes,not finite: 1 of 6 episodes,3.5,1,,,,,0,0.95,1,,,second-hand,sd-runs,600,,,yes\n");
  toy_free(t);
}

static void episodes_runs_curve_differences_byte_for_byte(void **state) {
  (void)state;
  toy *t = regression_toy();
  write_results(t);
  assert_string_equal(read_file(t, "episodes.csv"),
                      "algorithm,seed,episode,step,n_correct,n_query,loss,setting,squared_error,status\n"
                      "alpha,0,0,0,,4,4,5-shot,16,ok\nalpha,0,0,1,,4,1,5-shot,4,ok\n"
                      "alpha,0,1,0,,4,6,5-shot,24,ok\nalpha,0,1,1,,4,3,5-shot,12,ok\n"
                      "alpha,1,0,0,,4,2,5-shot,8,ok\nalpha,1,0,1,,4,0,5-shot,0,ok\n"
                      "alpha,1,1,0,,4,4,5-shot,16,ok\nalpha,1,1,1,,4,2,5-shot,8,ok\n"
                      "alpha,2,,,,,,5-shot,,diverged at iteration 7\n"
                      "beta,0,0,0,,4,8,5-shot,32,ok\nbeta,0,0,1,,4,2,5-shot,8,ok\n"
                      "beta,0,1,0,,4,8,5-shot,32,ok\nbeta,0,1,1,,4,4,5-shot,16,ok\n"
                      "beta,1,0,0,,4,8,5-shot,32,ok\nbeta,1,0,1,,4,,5-shot,,loss is infinite\n"
                      "beta,1,1,0,,4,8,5-shot,32,ok\nbeta,1,1,1,,4,3,5-shot,12,ok\n"
                      "beta,2,0,0,,4,8,5-shot,32,ok\nbeta,2,0,1,,4,5,5-shot,20,ok\n"
                      "beta,2,1,0,,4,8,5-shot,32,ok\nbeta,2,1,1,,4,1,5-shot,4,ok\n");
  const char *runs = read_file(t, "runs.csv");
  expect_contains(runs, "\nalpha,0,,training_loss,target^2,,,0.5,,,,,,,,ok,d1\n");
  /* 2 +- 12.7062047 * sqrt(2) / sqrt(2) */
  expect_contains(runs, "\nalpha,0,5-shot,mse,target^2,1,2,2,1.41421356,2,0,0,14.7062047,\"new tasks, training "
                        "fixed: " HALL "\",0.01,ok,d1\n");
  expect_contains(runs, "\nalpha,2,,training_loss,target^2,,,,,,,,,,,diverged at iteration 7,d1\n");
  expect_contains(runs, "\nalpha,2,5-shot,mse,target^2,1,0,,,,0,,,,0.01,diverged at iteration 7,d1\n");
  expect_contains(runs, "\nbeta,1,5-shot,mse,target^2,1,2,,,,1,,,,0.01,not finite: 1 of 2 episodes,d1\n");
  assert_string_equal(read_file(t, "curve.csv"),
                      "algorithm,seed,iteration,training_loss,metric,validation,validation_median,status\n"
                      "alpha,0,5,2.5,mse,3,2.75,ok\nalpha,0,10,0.5,mse,1.25,1,ok\n"
                      "alpha,2,7,,mse,,,diverged at iteration 7\n");
  assert_string_equal(
      read_file(t, "differences.csv"),
      "algorithm_a,algorithm_b,setting,metric,step,n_seeds,n_episodes,difference,ci_lo,ci_hi,ci_method,p,"
      "p_holm,p_min_reachable,prob_a_better,status,step_a,step_b,p_method\n"
      "alpha,beta,5-shot,mse,1,2,2,,,,,,,,1,not finite: 1 of 4 pairs of episodes,1,1,\n");
  toy_free(t);
}

static void a_step_that_a_paper_prints_has_a_column(void **state) {
  (void)state;
  toy *t = toy_new("experiment: toy\npublished: [paper]\nsuite: toy\nmodel: toy\n"
                   "training: {iterations: 10, shots: 5, queries: 4}\nevaluation: {episodes: 2, steps: 4}\n"
                   "seeds: 0-2\nalgorithms: [alpha, beta]\n",
                   "title: t\npaper: Paper, one\nlink: arXiv:1\nsuite: toy\nmetric: mse\nevidence: read\n"
                   "interval: unknown\n"
                   "entries:\n  - {algorithm: beta, setting: 5-shot, steps: [3], values: [1], margins: [0.5]}\n",
                   &il_regression);
  for (int run = 0; run < 6; run++)
    for (int episode = 0; episode < 2; episode++)
      for (int step = 0; step <= 4; step++) toy_regression(t, run, episode, step, 1 + run);
  write_results(t);
  expect_contains(read_file(t, "RESULTS.md"),
                  "| algorithm | step 0 | step 1 | step 3 | step 4 | published | verdict |\n");
  toy_free(t);
}

/* 40 episodes of 1.0 and 1.1 in turn beside 1.05 +- 0.02: the row says what the verdict rests on. */
static void a_verdict_says_what_it_rests_on(void **state) {
  (void)state;
  toy *t =
      toy_new("experiment: toy\npublished: [paper]\nsuite: toy\nmodel: toy\n"
              "training: {iterations: 10, shots: 5, queries: 4}\nevaluation: {episodes: 40, steps: 1}\n"
              "seeds: 0\nalgorithms: [alpha, beta]\n",
              "title: t\npaper: Paper, one\nsuite: toy\nmetric: mse\nevidence: memory\n"
              "interval: ci95-episodes\nepisodes: 600\n"
              "entries:\n  - {algorithm: alpha, setting: 5-shot, steps: [1], values: [1.05], margins: [0.02]}\n"
              "  - {algorithm: beta, setting: 5-shot, steps: [1], values: [2], interval: none, evidence: derived,\n"
              "     episodes: 0}\n",
              &il_regression);
  for (int run = 0; run < 2; run++)
    for (int episode = 0; episode < 40; episode++)
      for (int step = 0; step <= 1; step++) toy_regression(t, run, episode, step, 1 + 0.1 * (episode % 2));
  write_results(t);
  const char *text = read_file(t, "RESULTS.md");
  expect_contains(text,
                  "| algorithm | setting | source | verdict | step | here | published | ± is | margin | power | test "
                  "episodes |\n");
  expect_contains(text, "| alpha | 5-shot | Paper, one [memory] | reproduced | 1 | 1.050 ± 0.016 | 1.050 ± 0.020 | "
                        "ci95-episodes | 0.105 | 1.00 | 40 / 600 |\n");
  expect_contains(
      text, "| beta | 5-shot | Paper, one [derived] | below (better) | 1 | 1.050 ± 0.016 | 2.000 | none | 0.200 | "
            "1.00 | 40 / exact |\n");
  expect_contains(text, "| 1.050 ± 0.020 (step 1) [memory] | reproduced |\n");
  expect_contains(text, "two one-sided tests at 2.5 %");
  expect_contains(text,
                  "Margin, unless the figure's file gives another with its reason: a tenth of the published figure.");
  toy_free(t);
}

static void a_person_reads_what_happened(void **state) {
  (void)state;
  toy *t = regression_toy();
  write_results(t);
  const char *text = read_file(t, "RESULTS.md");
  expect_contains(text, "# toy\n\nNumbers made by hand\n");
  expect_contains(text, "```\ninnerloop run toy.yaml\n```");
  expect_contains(text, "## 5-shot: mse\n\n| algorithm | step 0 | step 1 | published | verdict |\n");
  expect_contains(
      text, "| alpha | 4.000 [0.000, 132.327] (2 of 3 runs) | 1.500 [0.000, 158.801] (2 of 3 runs) | 1.400 (step 1) "
            "| " FEW " |\n");
  expect_contains(
      text,
      "| beta | 8.000 ± 0.000 | median 3.500 (1 not finite) | 3.000 ± 1.000 (step 1) [second-hand] | not comparable: ");
  expect_contains(text, "mean and 95 % interval for a new seed and new tasks, from 3 seeds and 2 test episodes");
  expect_contains(text, "- alpha, seed 2: a loss or parameter became NaN or infinite at iteration 7\n");
  expect_contains(text, "| alpha | ok | 0 | 10 | 0.500 | 1.250 | 1.000 | 0.01 |\n");
  assert_null(strstr(text, "avx2")); /* the bits do not depend on it */
  toy_free(t);
}

/* Everything that is called deterministic, in one string; the caller frees it. */
static char *deterministic_bytes(const toy *t) {
  static const char *const names[] = {"episodes.csv",    "runs.csv",   "summary.csv",  "curve.csv",
                                      "differences.csv", "RESULTS.md", "manifest.json"};
  char *all = calloc(1, 1 << 18);
  assert_non_null(all);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) strcat(all, read_file(t, names[i]));
  return all;
}

static void the_same_bytes_whatever_the_threads_and_times(void **state) {
  (void)state;
  toy *t = regression_toy();
  write_results(t);
  char *before = deterministic_bytes(t);
  t->results.kernels = "portable";
  t->results.gemm_rate = 1e11;
  for (int r = 0; r < t->results.n_runs; r++)
    t->results.runs[r].timing = (il_timing){.threads = 9, .train = 12.5, .meta_iteration_median = 0.001 * r};
  write_results(t);
  char *after = deterministic_bytes(t);
  assert_string_equal(before, after);
  expect_contains(after, "\"kernels\": \"pinned\"");
  expect_contains(after, "\"schema\": 1");
  expect_contains(after, "\"stream_sha256\": \"e5\"");
  assert_null(strstr(after, "threads\":"));
  assert_null(strstr(after, t->directory));
  expect_contains(read_file(t, "timings.csv"), "\nalpha,0,9,0,0,0,12.5,0,0,0,0,,,,0,ok\n");
  expect_contains(read_file(t, "host.json"), "\"kernels_that_ran\": \"portable\"");
  expect_contains(read_file(t, "TIMINGS.md"), "(100.0 GFLOP/s)");
  free(before);
  free(after);
  toy_free(t);
}

/* The manifest's digest of a file is that of the bytes on the disk. */
static void the_manifest_vouches_for_the_files(void **state) {
  (void)state;
  toy *t = regression_toy();
  il_error error = {0};
  char digest[IL_DIGEST_TEXT], line[128];
  write_results(t);
  const char *text = read_file(t, "summary.csv");
  assert_int_equal(il_hash_bytes(digest, text, strlen(text), &error), IL_OK);
  snprintf(line, sizeof line, "\"sha256\": \"%s\"", digest);
  expect_contains(read_file(t, "manifest.json"), line);
  toy_free(t);
}

static void nothing_is_left_where_nothing_can_be_written(void **state) {
  (void)state;
  toy *t = regression_toy();
  il_error error = {0};
  char blocked[128], below[160];
  snprintf(blocked, sizeof blocked, "%s/file", t->directory);
  FILE *file = fopen(blocked, "w"); /* a file where the directory should be: also root cannot write below it */
  assert_non_null(file);
  fclose(file);
  snprintf(below, sizeof below, "%s/results", blocked);
  assert_int_equal(il_results_write(&t->results, below, NULL, &error), IL_IO);
  expect_contains(error.message, "cannot create the directory");
  assert_int_equal(folder_count(t->directory), 1);
  /* a directory stands under the name of a file */
  snprintf(below, sizeof below, "%s/RESULTS.md", t->directory);
  assert_int_equal(mkdir(below, 0777), 0);
  il_error_clear(&error);
  assert_int_equal(il_results_write(&t->results, t->directory, NULL, &error), IL_IO);
  expect_contains(error.message, "RESULTS.md: cannot write: it is there and no regular file");
  assert_int_equal(folder_count(t->directory),
                   9); /* both, and the seven files before it; no temporary one, no manifest */
  toy_free(t);
}

static void a_published_file_that_does_not_parse_is_an_error(void **state) {
  (void)state;
  toy *t = regression_toy();
  il_error error = {0};
  t->published[0].text = "title: t\nentires: []\n";
  t->published[0].size = strlen(t->published[0].text);
  assert_int_equal(il_results_write(&t->results, t->directory, NULL, &error), IL_INVALID);
  expect_contains(error.message, "paper:2:1: ");
  assert_int_equal(folder_count(t->directory), 0);
  toy_free(t);
}

static void interrupted_runs_are_left_out_and_said(void **state) {
  (void)state;
  toy *t = regression_toy();
  t->results.runs[1].state = IL_RUN_INTERRUPTED;
  t->results.runs[5].state = IL_RUN_PENDING;
  t->results.interrupted = 1;
  write_results(t);
  assert_null(strstr(read_file(t, "episodes.csv"), "\nalpha,1,"));
  assert_null(strstr(read_file(t, "runs.csv"), "\nbeta,2,"));
  expect_contains(read_file(t, "summary.csv"), "1 of 3 runs diverged; 1 of 3 runs not finished");
  expect_contains(read_file(t, "summary.csv"),
                  "alpha,5-shot,mse,target^2,1,1,2,2,0,14.7062047,\"new tasks, training fixed: " HALL "\",");
  expect_contains(read_file(t, "RESULTS.md"), "Interrupted: runs that had not finished are left out.");
  expect_contains(read_file(t, "manifest.json"), "\"interrupted\": true");
  toy_free(t);
}

static const char classification_yaml[] = "experiment: toy\n"
                                          "suite: toy\n"
                                          "model: toy\n"
                                          "training: {iterations: 10, shots: 1, queries: 2}\n"
                                          "evaluation: {episodes: 4, steps: 1, shots: [1, 5]}\n"
                                          "seeds: [3]\n"
                                          "algorithms: [alpha, beta, {name: gamma, adapt: {steps: 0}}]\n";

/* alpha 10/10 but once 9/10; beta two less each time; gamma has step 0 only. */
static void classification_with_one_seed(void **state) {
  (void)state;
  toy *t = toy_new(classification_yaml, NULL, &il_classification);
  for (int e = 0; e < 4; e++) {
    for (int cell = 0; cell < 4; cell++) {
      int correct = e == 0 ? 9 : 10;
      *toy_score(t, 0, cell / 2, e, cell % 2) = (il_score){.loss = 0.25, .total = correct, .queries = 10};
      *toy_score(t, 1, cell / 2, e, cell % 2) = (il_score){.loss = 0.5, .total = correct - 2, .queries = 10};
    }
    for (int setting = 0; setting < 2; setting++)
      *toy_score(t, 2, setting, e, 0) = (il_score){.loss = 2, .total = 2, .queries = 10};
  }
  il_curve_point curve[] = {{100, 1, 0.85, 0.9}, {200, 1, 0.93, 0.9}, {300, 1, 0.91, 0.9}, {400, 1, 0.97, 1}};
  double seconds[] = {1, 2.5, 3, 4.25};
  t->results.runs[0].n_curve = 4;
  t->results.runs[0].curve = curve;
  t->results.runs[0].curve_seconds = seconds;
  write_results(t);
  expect_contains(read_file(t, "convergence.csv"), "\nalpha,3,accuracy,0.9,200,5000,0.93,reached\n"
                                                   "alpha,3,accuracy,0.95,400,10000,0.97,reached\n"
                                                   "alpha,3,accuracy,0.98,,,,not reached\n");
  expect_contains(read_file(t, "RESULTS.md"), "| alpha | 3 | 200 (5000 tasks) | 400 (10000 tasks) | - |");
  expect_contains(read_file(t, "timings.csv"), ",2.5,4.25,,0,ok\n");
  expect_contains(read_file(t, "curve.gp"), "eq 'alpha' && strcol(2) eq '3') ? $3 * 25 : NaN):6 ");
  expect_contains(read_file(t, "curve.gp"), ", \\\n  1.0/5 with lines dashtype 2 linecolor 'gray40' title 'chance'\n");
  /* by the papers' convention 0.975 +- 1.96 * 0.05 / 2 = 0.024. Effective queries: 0.975 * 0.025 / 0.025^2 = 39 times
   * (1.95996398 / t(0.975, 3))^2 = 14.7925; scipy.stats.beta.ppf(0.025, 14.4227, 1.36981) and (0.975, 15.4227,
   * 0.36981) */
  const char *summary = read_file(t, "summary.csv");
  expect_contains(
      summary,
      "\nalpha,5-way 1-shot,accuracy,fraction,1,1,4,0.975,0.738376253,0.999997757,\"new tasks, training fixed: beta "
      "over 4 episodes\",,,,ok,1,0,0.738376253,0.999997757,,,0,0.95,,0.9260009,1.0239991,,,,,,yes\n");
  expect_contains(summary, "\ngamma,5-way 5-shot,accuracy,fraction,0,1,4,0.2,");
  expect_contains(read_file(t, "episodes.csv"), "\nalpha,3,0,1,9,10,0.25,5-way 5-shot,,ok\n");
  /* differences of 0.2 without spread: an unlike episode has at most the probability u = 1 - 0.025^(1/4) = 0.602365, so
   * of 0.4 the gain is 0.5 (1 - u) to 0.5 (1 + u) and the loss 0 to u: from 0.2 - sqrt((0.2 u)^2 + (0.4 u)^2) to 0.2 +
   * 0.2 u. p = 2 / 2^4; Holm over 6 rows */
  const char *differences = read_file(t, "differences.csv");
  expect_contains(
      differences,
      "\nalpha,beta,5-way 1-shot,accuracy,1,1,4,0.2,-0.0693856545,0.320472927,\"new tasks, training fixed: beta of "
      "gains and of losses over 4 episodes\",0.125,0.75,0.125,1,ok,1,1,exact sign flips over 4 episodes\n");
  expect_contains(differences,
                  "\nalpha,gamma,5-way 5-shot,accuracy,,1,4,0.775,"); /* 0.975 - 0.2: each at its own last step */
  expect_contains(differences, ",ok,1,0,exact sign flips over 4 episodes\n");
  const char *text = read_file(t, "RESULTS.md");
  expect_contains(text, "| alpha | 97.50 [73.84, 100.00] | **97.50 [73.84, 100.00]** |");
  expect_contains(text, "| gamma | 20.00 [7.95, 68.19] |  |");
  expect_contains(text, "| alpha (1) - gamma (0) | 5-way 1-shot | 77.50 [");
  expect_contains(
      text, "interval for new tasks from 4 test episodes, conditional on the one model trained here: it does not cover "
            "another seed");
  expect_contains(text, "One seed: interval and p are for new tasks, conditional on the models trained here. p: by all "
                        "sign flips, which assume");
  toy_free(t);
}

/* All finite; two common seeds with differences -1 and -5 (t(0.975, 1) 2 = 25.4124), two episodes with -5 and -1 (the
 * same). */
static void who_cannot_be_told_from_the_best_is_bold_too(void **state) {
  (void)state;
  toy *t = regression_toy();
  fill_two(t, 4, 8, 8, 9, 3);
  write_results(t);
  const char *text = read_file(t, "RESULTS.md");
  expect_contains(text, " | **1.500 ");
  expect_contains(text, " | **4.000 ");
  assert_null(strstr(text, "| **8.000")); /* step 0 is nobody's reported step */
  expect_contains(text, "| alpha (1) - beta (1) | 5-shot | -3.000 ± 35.939 | 0.5 | 0.5 | 0.5 | 1.00 |");
  expect_contains(
      text, "Interval: for a new seed and new tasks. p: of the seeds' mean differences on these episodes, by all "
            "sign flips, which assume that without a difference each sign were as likely (symmetry); with 2 seeds");
  expect_contains(text, "Holm over the 1 row shown");
  toy_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(summary_byte_for_byte),
      cmocka_unit_test(episodes_runs_curve_differences_byte_for_byte),
      cmocka_unit_test(a_step_that_a_paper_prints_has_a_column),
      cmocka_unit_test(a_verdict_says_what_it_rests_on),
      cmocka_unit_test(a_person_reads_what_happened),
      cmocka_unit_test(the_same_bytes_whatever_the_threads_and_times),
      cmocka_unit_test(the_manifest_vouches_for_the_files),
      cmocka_unit_test(nothing_is_left_where_nothing_can_be_written),
      cmocka_unit_test(a_published_file_that_does_not_parse_is_an_error),
      cmocka_unit_test(interrupted_runs_are_left_out_and_said),
      cmocka_unit_test(classification_with_one_seed),
      cmocka_unit_test(who_cannot_be_told_from_the_best_is_bold_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
