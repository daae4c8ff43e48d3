/* Intervals of the mean of a metric over seeds and test episodes, each named by what it covers.
 *
 * Scores are a crossed design: every seed's model is judged on the same episodes. A mean over S seeds and E episodes
 * errs because other seeds would have trained other models, and because other tasks would have been drawn. An interval
 * over one of the two is conditional on the other; the headline is for a new seed AND new tasks.
 * results/reference/coverage has the simulation that these were chosen by, engine/tests/unit/slow_coverage.c makes
 * it. */
#ifndef INNERLOOP_STATISTICS_INTERVALS_H
#define INNERLOOP_STATISTICS_INTERVALS_H

#include "statistics/statistics.h"

/* What a value can be: how far a mean may lie from values that happen to be all alike. */
typedef enum il_range {
  IL_RANGE_ERROR,      /* >= 0, no upper bound: squared errors */
  IL_RANGE_DIFFERENCE, /* any number: differences of errors */
  IL_RANGE_FRACTION,   /* [0, 1]: accuracies */
  IL_RANGE_BALANCE     /* [-1, 1]: differences of accuracies */
} il_range;

/* The mean of `count` independent values (episodes), two-sided at `level`. low = high = NaN for count < 2.
 *
 * IL_RANGE_FRACTION: Clopper and Pearson's interval of a proportion on the effective number of queries, mean (1 - mean)
 * / var(mean)
 *   with Student's t for the normal quantile (Korn and Graubard 1998): episodes are clusters, whatever their queries
 *   share. It lies in [0, 1]. Where all values are alike, every episode counts as one query: three perfect ones say
 *   [0.29, 1].
 * IL_RANGE_BALANCE: gains and losses are fractions of twice the largest one seen (of 1 where there was none); their
 * intervals are put
 *   together by il_interval_add, with their correlation.
 * else: Student's t, and on each side Hall's correction for skewness (Hall 1992), for 1.25 times the sample's, where it
 * reaches
 *   further. */
il_interval il_interval_of_values(const double *values, size_t count, double level, il_range range);

/* The interval of a sum (difference, mean) of two estimates from the interval of each, by squares of the distances on
 * each side ("square and add": Zou and Donner 2008). For independent normal estimates with Student intervals its
 * coverage is at least that of the two (Banerjee 1960). `correlation` of the two estimates' errors, 0 where they are
 * independent. */
il_interval il_interval_add(const il_interval *a, const il_interval *b, double correlation);

/* All intervals of one cell. Where one cannot be had (one seed, one episode) its bounds are NaN. */
typedef struct il_crossed {
  double mean;
  il_interval population; /* a new seed and new tasks: seeds and episodes put together; NaN with one of either */
  il_interval episodes;   /* new tasks, conditional on the models trained here */
  il_interval seeds;  /* a new seed, conditional on the episodes drawn here: Student's t on the means of the seeds */
  il_interval papers; /* the papers' convention, mean +- z sd / sqrt(E); covers what `episodes` covers, for large E */
} il_crossed;

/* values[s * episodes + e]; scratch[seeds + episodes], left holding the seeds' means and then the episodes'. */
void il_crossed_intervals(il_crossed *crossed, double *scratch, const double *values, size_t seeds, size_t episodes,
                          double level, il_range range);

/* What is printed and judged: `population`, with one seed `episodes`. NaN bounds with one episode. */
const il_interval *il_crossed_headline(const il_crossed *crossed);

enum { IL_METHOD_SIZE = 160 };

/* What the headline covers and how it came about: "new seed and new tasks: student-t and logit-t over 3 seeds + beta
 * over 600 episodes",
 * "new tasks, training fixed: beta over 600 episodes"; empty without a headline. */
void il_crossed_method(char method[IL_METHOD_SIZE], const il_crossed *crossed, il_range range);

#endif
