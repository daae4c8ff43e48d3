/* covers: statistics */
/* The coverage of every interval the tables print, and of those that were considered instead: 1 to 10 seeds, 100 to
 * 1,000 episodes, accuracies from .2 to .999, errors with heavy tails, and every mixture of variances. The headline
 * covers at least 93 % where 95 % is promised, everywhere.
 *
 * slow_coverage DIRECTORY writes coverage.csv and COVERAGE.md there. */
#include <stdlib.h>

#include "base/files.h"
#include "coverage.h"
#include "innerloop/parallel.h"

enum { BATCH = 20, FIRST = 400 / BATCH, MOST = 2000 / BATCH, BOOTSTRAP_REPLICATES = 200, RESAMPLES = 200, METHODS = 7 };
static const int seed_counts[] = {1, 2, 3, 5, 10}, episode_counts[] = {100, 300, 1000};
enum { SEED_COUNTS = 5, EPISODE_COUNTS = 3, SHAPES = SEED_COUNTS * EPISODE_COUNTS };

static const char *const methods[METHODS] = {
    "headline", "seeds alone", "episodes alone", "papers", "anova", "two-way bootstrap", "sum of squares, t for both"};
static const double least = 0.93, doubtful = 0.935;

/* of seeds, episodes and their interaction */
static const double mixtures[][3] = {{0, 0.3, 0.1}, {0.1, 0.3, 0.3}, {0.2, 0.2, 0.1}};
static const double accuracies[] = {0.2, 0.6, 0.9, 0.97, 0.99, 0.999};
static const int queries[] = {5, 75};
enum { MIXTURES = 3, ACCURACIES = 6, QUERIES = 2 };
static const coverage_case errors[] = {
    {.amplitude = 1},
    {.episode = 1},
    {.episode = 1, .interaction = 0.7},
    {.seed = 0.15, .episode = 1, .interaction = 0.6},
    {.seed = 0.15, .episode = 1.25, .interaction = 0.6},
    {.seed = 0.3, .episode = 1.25},
    {.seed = 0.5, .episode = 0.5, .interaction = 0.5},
};
static const coverage_case differences[] = {
    {.accuracy = 0.6, .second = 0.5, .queries = 25, .seed = 0.1, .episode = 0.3, .interaction = 0.1},
    {.accuracy = 0.97, .second = 0.95, .queries = 75, .seed = 0.1, .episode = 0.3, .interaction = 0.2},
    {.accuracy = 0.97, .second = 0.95, .queries = 5, .seed = 0.2, .episode = 0.2, .interaction = 0.1},
    {.accuracy = 0.99, .second = 0.3, .queries = 5, .seed = 0, .episode = 0.3, .interaction = 0.3},
    {.accuracy = 0.99, .second = 0.99, .queries = 5, .seed = 0.1, .episode = 0.3, .interaction = 0.1},
    {.accuracy = 0.999, .second = 0.997, .queries = 5, .seed = 0.1, .episode = 0.3, .interaction = 0.1},
    {.accuracy = 0.999, .second = 0.999, .queries = 75, .seed = 0, .episode = 0.3, .interaction = 0.1},
};
enum {
  ERRORS = sizeof errors / sizeof *errors,
  FIRST_ACCURACY = ERRORS + sizeof differences / sizeof *differences,
  CASES = FIRST_ACCURACY + MIXTURES * ACCURACIES * QUERIES
};

static coverage_case case_at(int number) {
  if (number < ERRORS) return errors[number];
  if (number < FIRST_ACCURACY) return differences[number - ERRORS];
  number -= FIRST_ACCURACY;
  const double *mixture = mixtures[number % MIXTURES];
  return (coverage_case){.accuracy = accuracies[number / MIXTURES / QUERIES],
                         .queries = queries[number / MIXTURES % QUERIES],
                         .seed = mixture[0],
                         .episode = mixture[1],
                         .interaction = mixture[2]};
}

typedef struct tally {
  int tried[SHAPES][METHODS], held[SHAPES][METHODS];
  double width[SHAPES][METHODS];
} tally;

/* Room of one worker. */
typedef struct bench {
  coverage_table table;
  double values[COVERAGE_SIZE], scratch[COVERAGE_SEEDS + COVERAGE_EPISODES], means[RESAMPLES];
} bench;

typedef struct simulation {
  coverage_case at;
  int number;
  tally *tallies; /* one a batch of replicates */
  bench *benches;
  int first; /* batch of the call */
} simulation;

static void count(tally *t, int shape, int method, const il_interval *interval, double truth) {
  if (!isfinite(interval->low) || !isfinite(interval->high)) return;
  t->tried[shape][method]++;
  t->held[shape][method] += coverage_holds(interval, truth);
  t->width[shape][method] += interval->high - interval->low;
}

/* Components of variance by analysis of variance, negative ones 0; Satterthwaite's degrees of freedom. per_seed and
 * per_episode as il_crossed_intervals leaves them in scratch. */
static il_interval anova(const double *values, const double *per_seed, const double *per_episode, double mean,
                         int seeds, int episodes) {
  double seed = 0, episode = 0, rest = 0, s_count = seeds, e_count = episodes;
  for (int s = 0; s < seeds; s++) seed += (per_seed[s] - mean) * (per_seed[s] - mean);
  for (int e = 0; e < episodes; e++) episode += (per_episode[e] - mean) * (per_episode[e] - mean);
  for (int s = 0; s < seeds; s++)
    for (int e = 0; e < episodes; e++) {
      double residual = values[s * episodes + e] - per_seed[s] - per_episode[e] + mean;
      rest += residual * residual;
    }
  double of_seeds = seed / (s_count - 1) / s_count, of_episodes = episode / (e_count - 1) / e_count;
  double of_rest = rest / ((s_count - 1) * (e_count - 1)) / (s_count * e_count);
  double variance = fmax(0, of_seeds - of_rest) + fmax(0, of_episodes - of_rest) + of_rest;
  double freedom = variance * variance /
                   (of_seeds * of_seeds / (s_count - 1) + of_episodes * of_episodes / (e_count - 1) +
                    of_rest * of_rest / ((s_count - 1) * (e_count - 1)));
  double half = freedom > 0 ? il_student_quantile(0.975, freedom) * sqrt(variance) : 0;
  return (il_interval){mean, mean - half, mean + half, (size_t)seeds};
}

/* Seeds and episodes resampled, each on its own; percentiles (the pigeonhole bootstrap, Owen 2007). */
static il_interval two_way_bootstrap(bench *b, double mean, int seeds, int episodes, int replicate) {
  il_stream stream = il_stream_open(7, IL_PURPOSE_BOOTSTRAP, (uint64_t)replicate);
  for (int i = 0; i < RESAMPLES; i++) {
    int weight[COVERAGE_SEEDS] = {0};
    double sum = 0;
    for (int s = 0; s < seeds; s++) weight[il_random_below(&stream, (uint32_t)seeds)]++;
    for (int e = 0; e < episodes; e++) {
      uint32_t from = il_random_below(&stream, (uint32_t)episodes);
      for (int s = 0; s < seeds; s++) sum += weight[s] * b->values[(uint32_t)(s * episodes) + from];
    }
    b->means[i] = sum / seeds / episodes;
  }
  il_interval interval = {.mean = mean, .count = (size_t)seeds};
  interval.low = il_quantile_of(b->means, RESAMPLES, 0.025);
  interval.high = il_quantile_of(b->means, RESAMPLES, 0.975);
  return interval;
}

static void judge_shape(tally *t, bench *b, const simulation *sim, int shape, int replicate) {
  int seeds = seed_counts[shape / EPISODE_COUNTS], episodes = episode_counts[shape % EPISODE_COUNTS];
  il_range range = coverage_range(&sim->at);
  double truth = seeds > 1 ? b->table.truth : b->table.truth_of_first;
  il_crossed crossed;
  coverage_corner(b->values, &b->table, seeds, episodes);
  il_crossed_intervals(&crossed, b->scratch, b->values, (size_t)seeds, (size_t)episodes, 0.95, range);
  count(t, shape, 0, il_crossed_headline(&crossed), truth);
  count(t, shape, 1, &crossed.seeds, truth);
  count(t, shape, 2, &crossed.episodes, truth);
  count(t, shape, 3, &crossed.papers, truth);
  if (seeds < 2) return;
  const double *per_episode = b->scratch + seeds;
  il_interval other = anova(b->values, b->scratch, per_episode, crossed.mean, seeds, episodes);
  count(t, shape, 4, &other, truth);
  if (replicate < BOOTSTRAP_REPLICATES && episodes < 1000 && seeds < 10) {
    other = two_way_bootstrap(b, crossed.mean, seeds, episodes, replicate);
    count(t, shape, 5, &other, truth);
  }
  il_interval student = il_interval_student(per_episode, (size_t)episodes, 0.95);
  student = (il_interval){0, student.low - student.mean, student.high - student.mean, student.count};
  const il_interval plain = il_interval_student(b->scratch, (size_t)seeds, 0.95);
  other = il_interval_add(&plain, &student, 0);
  count(t, shape, 6, &other, truth);
}

static void run_batch(void *context, int item, int worker) {
  simulation *sim = context;
  bench *b = &sim->benches[worker];
  for (int i = 0; i < BATCH; i++) {
    int replicate = (sim->first + item) * BATCH + i;
    coverage_draw(&b->table, &sim->at, sim->number, replicate);
    for (int shape = 0; shape < SHAPES; shape++)
      judge_shape(&sim->tallies[sim->first + item], b, sim, shape, replicate);
  }
}

static void add_up(tally *sum, const tally *tallies, int batches) {
  memset(sum, 0, sizeof *sum);
  for (int i = 0; i < batches; i++)
    for (int shape = 0; shape < SHAPES; shape++)
      for (int m = 0; m < METHODS; m++) {
        sum->tried[shape][m] += tallies[i].tried[shape][m];
        sum->held[shape][m] += tallies[i].held[shape][m];
        sum->width[shape][m] += tallies[i].width[shape][m];
      }
}

static double share(const tally *t, int shape, int method) {
  return t->tried[shape][method] ? t->held[shape][method] / (double)t->tried[shape][method] : NAN;
}

static const char *kind_of(const coverage_case *at) {
  if (at->second > 0) return "difference of accuracies";
  if (at->accuracy > 0) return "accuracy";
  return at->amplitude ? "squared amplitude" : "log-normal error";
}

static void write_csv(il_file *file, const tally *cases) {
  il_file_print(
      file, "kind,accuracy,second,queries,seed_sd,episode_sd,interaction_sd,n_seeds,n_episodes,target,method,coverage,"
            "mean_width,replicates\n");
  for (int c = 0; c < CASES; c++) {
    coverage_case at = case_at(c);
    for (int shape = 0; shape < SHAPES; shape++)
      for (int m = 0; m < METHODS; m++) {
        int tried = cases[c].tried[shape][m], seeds = seed_counts[shape / EPISODE_COUNTS];
        if (tried == 0) continue;
        il_file_print(file, "%s,%g,%g,%d,%g,%g,%g,%d,%d,%s,\"%s\",%.4f,%.6g,%d\n", kind_of(&at), at.accuracy, at.second,
                      at.queries, at.seed, at.episode, at.interaction, seeds, episode_counts[shape % EPISODE_COUNTS],
                      seeds > 1 ? "new seed and new tasks" : "new tasks", methods[m], share(&cases[c], shape, m),
                      cases[c].width[shape][m] / tried, tried);
      }
  }
}

/* The smallest coverage over the cases of one kind. */
static void write_minima(il_file *file, const tally *cases, int from, int to) {
  il_file_print(file, "| seeds | episodes |");
  for (int m = 0; m < METHODS; m++) il_file_print(file, " %s |", methods[m]);
  il_file_print(file, "\n| ---: | ---: |");
  for (int m = 0; m < METHODS; m++) il_file_print(file, " ---: |");
  il_file_print(file, "\n");
  for (int shape = 0; shape < SHAPES; shape++) {
    il_file_print(file, "| %d | %d |", seed_counts[shape / EPISODE_COUNTS], episode_counts[shape % EPISODE_COUNTS]);
    for (int m = 0; m < METHODS; m++) {
      double smallest = NAN;
      for (int c = from; c < to; c++) smallest = fmin(smallest, share(&cases[c], shape, m));
      if (isnan(smallest))
        il_file_print(file, " |");
      else
        il_file_print(file, " %.3f |", smallest);
    }
    il_file_print(file, "\n");
  }
}

static void write_markdown(il_file *file, const tally *cases) {
  il_file_print(
      file,
      "# Coverage of the intervals\n\n"
      "How often an interval that promises 95 %% holds the truth: the mean over new seeds and new tasks (with one "
      "seed: over\n"
      "new tasks, for the model that was trained), known in closed form. %d simulated tables for each of %d cases, %d\n"
      "where the first showed less than %g for the headline; the bootstrap with %d tables of %d resamples. Here the\n"
      "**smallest** coverage of all cases of a kind: of many figures of .95 with a standard error of .011 (.005 where "
      "in\n"
      "doubt, .015 the bootstrap) the smallest is lower than .95 by two of these. All figures: coverage.csv. Written "
      "by\n\n"
      "```\nbuild/release/slow_coverage results/reference/coverage\n```\n\n"
      "## Accuracies\n\n"
      "From .2 to .999, 5 or 75 queries an episode; standard deviations on the probit scale of seeds 0, .1, .2, of "
      "episodes\n"
      ".2, .3, of their interaction .1, .3.\n\n",
      FIRST * BATCH, CASES, MOST * BATCH, doubtful, BOOTSTRAP_REPLICATES, RESAMPLES);
  write_minima(file, cases, FIRST_ACCURACY, CASES);
  il_file_print(
      file,
      "\n## Squared errors\n\n"
      "The squared amplitude of a sine wave, the same for every seed (train from scratch); log-normal errors, seeds\n"
      "0 to .5, episodes .5 to 1.25, interaction 0 to .7 on the scale of the logarithm.\n\n");
  write_minima(file, cases, 0, ERRORS);
  il_file_print(file, "\n## Paired differences of accuracies\n\n"
                      "Two algorithms on the same episodes, from .6 against .5 to .999 against .999.\n\n");
  write_minima(file, cases, ERRORS, FIRST_ACCURACY);
  il_file_print(file, "\n- headline: what is printed and judged. Interval over seeds (Student) and over episodes put "
                      "together by square and\n"
                      "  add; with one seed that over episodes, conditional on the model.\n"
                      "- seeds alone: Student's t on the seeds' means, conditional on the episodes. Without variance "
                      "between seeds it covers\n"
                      "  nothing.\n"
                      "- episodes alone: accuracies by Clopper and Pearson on the effective number of queries, errors "
                      "by Student's t with\n"
                      "  Hall's correction; conditional on the models. papers: mean ± 1.96 sd / sqrt(E).\n"
                      "- anova: components of variance, negative ones 0, Satterthwaite's degrees of freedom: too "
                      "narrow with few seeds.\n"
                      "- two-way bootstrap: seeds and episodes resampled, percentiles: too narrow with few seeds.\n"
                      "- sum of squares, t for both: the headline without the two corrections over episodes: too "
                      "narrow near 1 and for heavy\n"
                      "  tails.\n");
}

static il_status write_files(const char *directory, const tally *cases, il_error *error) {
  il_file *file;
  il_file_facts facts;
  il_status status = il_directory_make(directory, error);
  if (status == IL_OK) status = il_file_open(&file, directory, "coverage.csv", error);
  if (status != IL_OK) return status;
  write_csv(file, cases);
  status = il_file_commit(file, &facts, error);
  if (status == IL_OK) status = il_file_open(&file, directory, "COVERAGE.md", error);
  if (status != IL_OK) return status;
  write_markdown(file, cases);
  return il_file_commit(file, &facts, error);
}

/* The promise. Returns how many are below it. */
static int check(const tally *cases) {
  int below = 0;
  for (int c = 0; c < CASES; c++) {
    coverage_case at = case_at(c);
    for (int shape = 0; shape < SHAPES; shape++) {
      double found = share(&cases[c], shape, 0);
      if (found >= least) continue;
      below++;
      printf("%.4f: accuracy %g - %g, %d queries, sd %g %g %g%s, %d seeds, %d episodes\n", found, at.accuracy,
             at.second, at.queries, at.seed, at.episode, at.interaction, at.amplitude ? ", amplitude" : "",
             seed_counts[shape / EPISODE_COUNTS], episode_counts[shape % EPISODE_COUNTS]);
    }
  }
  return below;
}

static double smallest_headline(const tally *t) {
  double smallest = 1;
  for (int shape = 0; shape < SHAPES; shape++) smallest = fmin(smallest, share(t, shape, 0));
  return smallest;
}

/* A first number of replicates; the whole number where one of the headline's figures is in doubt. */
static void simulate(tally *sum, simulation *sim, il_workers *workers) {
  memset(sim->tallies, 0, MOST * sizeof *sim->tallies);
  sim->first = 0;
  il_workers_run(workers, FIRST, run_batch, sim);
  add_up(sum, sim->tallies, FIRST);
  if (smallest_headline(sum) >= doubtful) return;
  sim->first = FIRST;
  il_workers_run(workers, MOST - FIRST, run_batch, sim);
  add_up(sum, sim->tallies, MOST);
}

int main(int argc, char **argv) {
  il_error error = {0};
  il_workers *workers = NULL;
  int below = 0;
  tally *cases = calloc(CASES, sizeof *cases), *tallies = calloc(MOST, sizeof *tallies);
  il_status status = il_workers_new(&workers, 0, &error);
  bench *benches = workers ? calloc((size_t)il_workers_count(workers), sizeof *benches) : NULL;
  if (status != IL_OK || !cases || !tallies || !benches) return 3;
  for (int c = 0; c < CASES; c++) {
    simulation sim = {case_at(c), c, tallies, benches, 0};
    simulate(&cases[c], &sim, workers);
  }
  if (argc > 1) status = write_files(argv[1], cases, &error);
  if (status == IL_OK) below = check(cases);
  if (error.message[0]) fprintf(stderr, "slow_coverage: %s\n", error.message);
  free(cases);
  free(tallies);
  free(benches);
  il_workers_free(workers);
  return status != IL_OK ? 3 : below > 0;
}
