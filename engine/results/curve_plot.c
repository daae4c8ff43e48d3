/* curve.gp: the gnuplot script that draws the validation curves of curve.csv. One colour a method; where a method has
 * several seeds, a thin line for each, their mean and a band, the 95 % interval of that mean (Student's t over seeds,
 * on these validation episodes). Errors are drawn, averaged and banded on a logarithmic scale: their mean is the
 * geometric one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/portable_math.h"
#include "results/result_writers.h"
#include "statistics/statistics.h"

enum { TITLE_WIDTH = 90 };

/* Text as gnuplot expressions in single quotes, in which nothing is interpreted: a line of the title each. */
static void print_title(il_file *file, const char *text) {
  const char *joint = "";
  il_file_print(file, "set title ");
  while (*text) {
    size_t length = strlen(text), cut = length;
    if (length > TITLE_WIDTH)
      for (cut = TITLE_WIDTH; cut > 1 && text[cut] != ' ';) cut--;
    if (cut <= 1) cut = length;
    il_file_print(file, "%s'", joint);
    for (size_t i = 0; i < cut; i++)
      il_file_print(file, text[i] == '\'' ? "''" : "%c", text[i] == '\n' ? ' ' : text[i]);
    il_file_print(file, "'");
    joint = ".\"\\n\".";
    text += cut + (text[cut] == ' ');
  }
  il_file_print(file, " noenhanced\n");
}

/* By il_metric_range. */
static const char *const axes[] = {[IL_RANGE_ERROR] = "set logscale y\n",
                                   [IL_RANGE_FRACTION] = "set yrange [:1]\nset key bottom\n",
                                   [IL_RANGE_DIFFERENCE] = "",
                                   [IL_RANGE_BALANCE] = ""};

static void print_frame(il_file *file, const il_results *results) {
  const il_experiment *experiment = results->experiment;
  const char *title =
      experiment->description && experiment->description[0] ? experiment->description : experiment->name;
  il_file_print(
      file, "# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: "
            "geometric);\n# band: its 95 %% interval (Student's t over seeds).\n"
            "set terminal svg size 800,480 font 'sans,13' background 'white'\n"
            "set output 'curve.svg'\nset datafile separator ','\nset datafile missing ''\n");
  print_title(file, title);
  il_file_print(file,
                "set xlabel 'training tasks'\nset ylabel 'validation %s'\nset logscale x\nset format x '%%.0s %%c'\n"
                "set autoscale xfix\nset grid\nset key outside right noenhanced\n%s",
                il_results_metric_name(results), axes[il_metric_range(results->suite.kind)]);
}

/* Runs of an algorithm that have a curve. Returns how many; *points: what all of them reached. */
static int curves_of(const il_results *results, int algorithm, const il_run **runs, int *points) {
  int count = 0;
  for (int r = 0; r < results->n_runs; r++) {
    const il_run *run = &results->runs[r];
    if (run->algorithm != algorithm || !il_run_has_curve(run)) continue;
    *points = count == 0 || run->n_curve < *points ? run->n_curve : *points;
    runs[count++] = run;
  }
  return count;
}

static double logarithm(double x) {
  return x > 0 ? il_log_one_plus(x - 1) : NAN;
}

/* Mean over the seeds at a point of the curve, and its interval. */
static il_interval interval_at(const il_results *results, const il_run *const *runs, int count, int point) {
  const il_task_kind *kind = results->suite.kind;
  bool is_error = il_metric_range(kind) == IL_RANGE_ERROR;
  double values[IL_SEEDS_MAX];
  for (int i = 0; i < count; i++) {
    double value = runs[i]->curve[point].validation;
    values[i] = is_error ? logarithm(value) : value;
  }
  il_interval interval = il_interval_student(values, (size_t)count, 0.95);
  if (is_error)
    return (il_interval){il_exponential(interval.mean), il_exponential(interval.low), il_exponential(interval.high),
                         interval.count};
  interval.low = interval.low < kind->least ? kind->least : interval.low;
  interval.high = interval.high > kind->most ? kind->most : interval.high;
  return interval;
}

/* A block of data for each method with several seeds: tasks, mean, low, high. */
static void print_bands(il_file *file, const il_results *results) {
  for (int a = 0; a < results->experiment->n_algorithms; a++) {
    const il_run *runs[IL_SEEDS_MAX];
    int points = 0, count = curves_of(results, a, runs, &points);
    if (count < 2) continue;
    il_file_print(file, "$band%d << END\n", a);
    for (int p = 0; p < points; p++) {
      il_interval at = interval_at(results, runs, count, p);
      long long tasks = (long long)runs[0]->curve[p].iteration * results->experiment->algorithms[a].training.meta_batch;
      if (isfinite(at.low) && isfinite(at.high))
        il_file_print(file, "%lld,%.9g,%.9g,%.9g\n", tasks, at.mean, at.low, at.high);
    }
    il_file_print(file, "END\n");
  }
}

static void print_seed(il_file *file, const il_results *results, const il_run *run, const char *style) {
  const il_algorithm_config *config = &results->experiment->algorithms[run->algorithm];
  il_file_print(
      file, "'curve.csv' using ((strcol(1) eq '%s' && strcol(2) eq '%llu') ? $3 * %d : NaN):6 with %s linecolor %d ",
      config->label, (unsigned long long)run->seed, config->training.meta_batch, style, run->algorithm + 1);
}

/* What is drawn for one method; `joint` stands before each item. */
static void print_method(il_file *file, const il_results *results, int algorithm, const char **joint) {
  static const char next[] = ", \\\n  ";
  const char *label = results->experiment->algorithms[algorithm].label;
  const il_run *runs[IL_SEEDS_MAX];
  int points = 0, count = curves_of(results, algorithm, runs, &points);
  for (int i = 0; i < count; i++, *joint = next) {
    il_file_print(file, "%s", *joint);
    print_seed(file, results, runs[i], count > 1 ? "lines linewidth 0.5" : "linespoints pointtype 7 pointsize 0.4");
    il_file_print(file, count > 1 ? "notitle" : "title '%s'", label);
  }
  if (count < 2) return;
  il_file_print(file,
                "%s$band%d using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor %d notitle"
                "%s$band%d using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor %d title '%s'",
                next, algorithm, algorithm + 1, next, algorithm, algorithm + 1, label);
}

void il_write_curve_plot(il_file *file, const il_analysis *analysis) {
  const il_results *results = analysis->results;
  const char *joint = "plot ";
  print_frame(file, results);
  print_bands(file, results);
  for (int a = 0; a < results->experiment->n_algorithms; a++) print_method(file, results, a, &joint);
  if (results->suite.kind->chance > 0 && joint[0] == ',')
    il_file_print(file, "%s%.1f/%d with lines dashtype 2 linecolor 'gray40' title 'chance'", joint,
                  results->suite.kind->chance, results->suite.ways);
  il_file_print(file, "\n");
}
