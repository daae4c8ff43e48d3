/* Intervals over seeds, over episodes, and over both. */
#include "statistics/intervals.h"

#include <math.h>
#include <stdio.h>

#include "base/portable_math.h"

enum { EXPONENT_MAX = 500 };

/* Few values seldom show the whole tail of what they come from: their skewness and the delta method fall short. Both
 * factors are chosen by the simulation: slow_coverage finds 93 % everywhere with them, and not without. */
static const double skewness_widening = 1.25, log_widening = 1.1;

static const il_interval nothing = {NAN, NAN, NAN, 0};

static int is_level(double level) {
  return level > 0 && level < 1;
}

/* Variance of the mean of `count` values. */
static double variance_of_mean(const double *values, size_t count) {
  double deviation = il_deviation_of(values, count);
  return deviation * deviation / (double)count;
}

/* All values alike. An episode that is not like them has at most the probability u with which `count` of them would all
 * have been missed, u = 1 - tail^(1 / count), and is off by no more than a fraction can be. */
static il_interval constant_interval(double mean, size_t count, double tail) {
  double u = 1 - il_exponential(il_logarithm(tail) / (double)count);
  return (il_interval){mean, mean * (1 - u), mean + (1 - mean) * u, count};
}

/* A variance below this times the squared mean is that of rounding. */
static const double rounding = 1e-30;

/* From the mean of fractions and its variance. */
static il_interval fraction_interval(double mean, double variance, size_t count, double level) {
  il_interval interval = {.mean = mean, .low = NAN, .high = NAN, .count = count};
  if (count < 2 || !is_level(level) || !(mean >= 0 && mean <= 1)) return interval;
  double tail = (1 - level) / 2;
  if (!(variance > rounding * mean * mean && mean < 1)) return constant_interval(mean, count, tail);
  double ratio = il_normal_quantile(1 - tail) / il_student_quantile(1 - tail, (double)count - 1);
  double queries = mean * (1 - mean) / variance * (ratio * ratio);
  double right = mean * queries, wrong = queries - right;
  interval.low = il_beta_quantile(tail, right, wrong + 1);
  interval.high = il_beta_quantile(1 - tail, right + 1, wrong);
  return interval;
}

/* The mean of the positive parts of values / scale, and the variance of that mean. */
static void positive_part(double *mean, double *variance, const double *values, size_t count, double scale) {
  double sum = 0, squares = 0, n = (double)count;
  for (size_t i = 0; i < count; i++) sum += fmax(0, values[i] / scale);
  *mean = sum / n;
  for (size_t i = 0; i < count; i++) {
    double deviation = fmax(0, values[i] / scale) - *mean;
    squares += deviation * deviation;
  }
  *variance = squares / (n - 1) / n;
}

/* The largest gain or loss that is reckoned with: twice the largest that was seen, 1 where none was. */
static double largest_balance(const double *values, size_t count) {
  double largest = 0;
  for (size_t i = 0; i < count; i++) largest = fmax(largest, fabs(values[i]));
  return largest > 0 && largest < 0.5 ? 2 * largest : 1;
}

static il_interval balance_interval(const double *values, size_t count, double level) {
  double gain, loss, gain_variance, loss_variance, largest = largest_balance(values, count);
  if (count < 2) return (il_interval){il_mean_of(values, count), NAN, NAN, count};
  positive_part(&gain, &gain_variance, values, count, largest);
  positive_part(&loss, &loss_variance, values, count, -largest);
  il_interval gains = fraction_interval(gain, gain_variance, count, level);
  il_interval losses = fraction_interval(loss, loss_variance, count, level);
  /* An episode's gain and loss are never both positive: of gain and minus loss the covariance is the product of the
   * means. */
  double scale = sqrt(gain_variance * loss_variance);
  double correlation = scale > 0 ? fmin(1, gain * loss / ((double)count - 1) / scale) : 0;
  il_interval minus_losses = {-losses.mean, -losses.high, -losses.low, count};
  il_interval unit = il_interval_add(&gains, &minus_losses, correlation);
  double mean = il_mean_of(values, count);
  return (il_interval){mean, mean - largest * (unit.mean - unit.low), mean + largest * (unit.high - unit.mean), count};
}

/* sd units from the mean to where Hall's transformed statistic has the quantile q: the inverse of
 * T + g T^2 / (3 sqrt n) + g^2 T^3 / (27 n) + g / (6 sqrt n), g the skewness. */
static double hall_quantile(double q, double skewness, double n) {
  double a = skewness / (3 * sqrt(n)), y = q - a / 2;
  if (fabs(a) < 1e-9) return y;
  double cube = 1 + 3 * a * y;
  double root = il_exponential(il_logarithm(fabs(cube)) / 3);
  return ((cube < 0 ? -root : root) - 1) / a;
}

static il_interval skewed_interval(const double *values, size_t count, double level) {
  il_interval interval = il_interval_student(values, count, level);
  double deviation = il_deviation_of(values, count), n = (double)count, cubes = 0;
  if (!isfinite(interval.low) || !(deviation > 0)) return interval;
  for (size_t i = 0; i < count; i++) {
    double u = (values[i] - interval.mean) / deviation;
    cubes += u * u * u;
  }
  double t = il_student_quantile(0.5 + level / 2, n - 1), unit = deviation / sqrt(n);
  double skewness = skewness_widening * cubes / n;
  interval.low = fmin(interval.low, interval.mean - unit * hall_quantile(t, skewness, n));
  interval.high = fmax(interval.high, interval.mean - unit * hall_quantile(-t, skewness, n));
  return interval;
}

il_interval il_interval_of_values(const double *values, size_t count, double level, il_range range) {
  if (range == IL_RANGE_BALANCE) return balance_interval(values, count, level);
  if (range != IL_RANGE_FRACTION) return skewed_interval(values, count, level);
  return fraction_interval(il_mean_of(values, count), variance_of_mean(values, count), count, level);
}

/* Student's t on the means of the seeds, and on the side of the long tail also on the logarithm of an error or the
 * log-odds of an accuracy, where it reaches further (delta method): seeds that differ, differ by factors. */
static il_interval seed_interval(const double *values, size_t count, double level, il_range range) {
  il_interval interval = il_interval_student(values, count, level);
  double mean = interval.mean, half = interval.high - mean;
  if (!isfinite(half) || !(mean > 0)) return interval;
  half *= log_widening;
  if (range == IL_RANGE_ERROR) {
    double factor = il_exponential(fmin(half / mean, EXPONENT_MAX));
    interval.high = fmax(interval.high, mean * factor);
  }
  if (range == IL_RANGE_FRACTION && mean < 1) {
    double odds = mean / (1 - mean), factor = il_exponential(fmin(half / mean / (1 - mean), EXPONENT_MAX));
    interval.low = fmin(interval.low, odds / (odds + factor));
    interval.high = fmax(interval.high, odds * factor / (1 + odds * factor));
  }
  return interval;
}

static double add_distances(double a, double b, double correlation) {
  double square = a * a + b * b + 2 * correlation * a * b;
  return square > 0 ? sqrt(square) : square == 0 ? 0 : NAN;
}

il_interval il_interval_add(const il_interval *a, const il_interval *b, double correlation) {
  il_interval sum = {.mean = a->mean + b->mean, .count = a->count < b->count ? a->count : b->count};
  sum.low = sum.mean - add_distances(a->mean - a->low, b->mean - b->low, correlation);
  sum.high = sum.mean + add_distances(a->high - a->mean, b->high - b->mean, correlation);
  return sum;
}

/* Bounds that the metric cannot have. */
static void clip(il_interval *interval, il_range range) {
  if (range != IL_RANGE_DIFFERENCE) {
    double least = range == IL_RANGE_BALANCE ? -1 : 0;
    if (interval->low < least) interval->low = least; /* false for NaN */
  }
  if ((range == IL_RANGE_FRACTION || range == IL_RANGE_BALANCE) && interval->high > 1) interval->high = 1;
}

void il_crossed_intervals(il_crossed *crossed, double *scratch, const double *values, size_t seeds, size_t episodes,
                          double level, il_range range) {
  double *per_seed = scratch, *per_episode = scratch + seeds;
  for (size_t s = 0; s < seeds; s++) per_seed[s] = il_mean_of(values + s * episodes, episodes);
  for (size_t e = 0; e < episodes; e++) {
    double sum = 0;
    for (size_t s = 0; s < seeds; s++) sum += values[s * episodes + e];
    per_episode[e] = sum / (double)seeds;
  }
  crossed->mean = il_mean_of(per_seed, seeds);
  crossed->seeds = seed_interval(per_seed, seeds, level, range);
  crossed->episodes = il_interval_of_values(per_episode, episodes, level, range);
  crossed->papers = il_interval_normal(per_episode, episodes, level);
  crossed->seeds.mean = crossed->episodes.mean = crossed->papers.mean = crossed->mean;
  crossed->population = nothing;
  if (isfinite(crossed->seeds.low) && isfinite(crossed->episodes.low)) {
    const il_interval deviation = {0, crossed->episodes.low - crossed->mean, crossed->episodes.high - crossed->mean,
                                   episodes};
    crossed->population = il_interval_add(&crossed->seeds, &deviation, 0);
  }
  clip(&crossed->population, range);
  clip(&crossed->seeds, range);
  clip(&crossed->episodes, range);
}

static int has_bounds(const il_interval *interval) {
  return isfinite(interval->low) && isfinite(interval->high);
}

const il_interval *il_crossed_headline(const il_crossed *crossed) {
  return crossed->seeds.count >= 2 ? &crossed->population : &crossed->episodes;
}

void il_crossed_method(char method[IL_METHOD_SIZE], const il_crossed *crossed, il_range range) {
  static const char *const over_episodes[] = {"student-t with hall's skewness correction",
                                              "student-t with hall's skewness correction", "beta",
                                              "beta of gains and of losses"};
  static const char *const over_seeds[] = {"student-t and log-t", "student-t", "student-t and logit-t", "student-t"};
  method[0] = '\0';
  if (!has_bounds(il_crossed_headline(crossed))) return;
  if (crossed->seeds.count >= 2)
    snprintf(method, IL_METHOD_SIZE, "new seed and new tasks: %s over %zu seeds + %s over %zu episodes",
             over_seeds[range], crossed->seeds.count, over_episodes[range], crossed->episodes.count);
  else
    snprintf(method, IL_METHOD_SIZE, "new tasks, training fixed: %s over %zu episodes", over_episodes[range],
             crossed->episodes.count);
}
