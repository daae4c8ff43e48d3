/* The preview of a run. */
#include "cli/preview.h"

#include <stdlib.h>
#include <string.h>

#include "harness/durations.h"
#include "harness/rehearsal.h"
#include "harness/resources.h"
#include "harness/runner.h"
#include "results/folder.h"

/* Rough sizes of what a run writes: a row of episodes.csv, and all other files together. */
enum { EPISODE_ROW_BYTES = 48, OTHER_FILES_BYTES = 1 << 20 };

typedef struct il_estimate {
  il_rehearsal runs[IL_ALGORITHMS_MAX]; /* of each algorithm, one seed */
  double setup;                         /* seconds before the first run */
  double peak;                          /* of the yardstick, before every run */
  double seconds;                       /* all */
  double memory, disk, free_disk;       /* bytes */
  il_folder_contents folder;
  int threads;
} il_estimate;

static void duration_text(char *text, size_t size, double seconds) {
  double minutes = seconds / 60, hours = minutes / 60;
  if (seconds < 1)
    (void)snprintf(text, size, "%.2g s", seconds);
  else if (seconds < 100)
    (void)snprintf(text, size, "%.0f s", seconds);
  else if (minutes < 100)
    (void)snprintf(text, size, "%.0f min", minutes);
  else if (hours < 72)
    (void)snprintf(text, size, "%.1f h", hours);
  else
    (void)snprintf(text, size, "%.1f days", hours / 24);
}

/* Scores of all runs are kept until the end. */
static double score_count(const il_experiment *experiment) {
  double count = 0;
  for (int a = 0; a < experiment->n_algorithms; a++) count += (double)experiment->algorithms[a].adapt.steps + 1;
  return count * experiment->n_seeds * experiment->evaluation.episodes * il_experiment_settings(experiment);
}

static double run_seconds(const il_estimate *estimate, int algorithm) {
  const il_rehearsal *run = &estimate->runs[algorithm];
  return estimate->peak + run->training + run->validation + run->evaluation;
}

static void sum_up(il_estimate *estimate, const il_experiment *experiment) {
  double scores = score_count(experiment), checkpoints = 0;
  estimate->seconds = estimate->setup;
  for (int a = 0; a < experiment->n_algorithms; a++) {
    estimate->seconds += experiment->n_seeds * run_seconds(estimate, a);
    checkpoints += experiment->n_seeds * estimate->runs[a].checkpoint_bytes;
  }
  estimate->disk = checkpoints + scores * EPISODE_ROW_BYTES + OTHER_FILES_BYTES;
  estimate->memory = il_memory_peak() + scores * sizeof(il_score);
}

static il_status rehearse(il_estimate *estimate, const il_experiment *experiment, const il_session *session,
                          il_error *error) {
  il_status status = IL_OK;
  double begin = il_seconds(), rate = il_gemm_peak(session->workers).rate;
  estimate->peak = il_seconds() - begin;
  estimate->threads = il_workers_count(session->workers);
  for (int a = 0; a < experiment->n_algorithms; a++) IL_TRY(il_rehearse(&estimate->runs[a], session, a, rate, error));
done:
  return status;
}

static il_status enough_disk(double needed, double there, const char *directory, il_error *error) {
  char needed_text[32], there_text[32];
  if (there < 0 || needed <= there) return IL_OK; /* negative: not known */
  il_bytes_text(needed_text, sizeof needed_text, needed);
  il_bytes_text(there_text, sizeof there_text, there);
  return il_fail(error, IL_IO, "%s: the results need about %s; %s are free", directory, needed_text, there_text);
}

/* A checkpoint holds the parameters, at most two moments of each, and those kept for the evaluation; the one before it
 * stands beside it. */
il_status il_preview_disk(const il_results *results, const char *directory, bool overwrite, il_error *error) {
  bool diverged;
  il_folder_contents state;
  double there, needed = score_count(results->experiment) * EPISODE_ROW_BYTES + OTHER_FILES_BYTES;
  il_status status = il_folder_look(&state, &diverged, directory, results, error);
  if (status != IL_OK || (state != IL_FOLDER_NEW && !overwrite)) return status; /* the folder decides: nothing starts */
  for (int i = 0; i < results->n_runs; i++) {
    const il_run *run = &results->runs[i];
    double vectors = 3.0 + il_experiment_kept(results->experiment, run->algorithm);
    if (results->experiment->algorithms[run->algorithm].algorithm->build)
      needed += 2.0 * vectors * (double)run->parameters * sizeof(real);
  }
  status = il_directory_examine(&there, directory, error);
  if (status != IL_OK) return status;
  return enough_disk(needed, there, directory, error);
}

/* What stands in the folder already: what `run` would answer to it. Everything was built by the rehearsal. */
static il_status look_at_results(il_estimate *estimate, const il_preview *preview, const il_session *session,
                                 il_error *error) {
  il_results results;
  bool diverged;
  il_status status = il_runner_describe(&results, session, preview->registry, "", session->arena, error);
  if (status != IL_OK) return status;
  return il_folder_look(&estimate->folder, &diverged, preview->directory, &results, error);
}

/* Only a run that would begin there needs room. */
static il_status look_at_folder(il_estimate *estimate, const il_preview *preview, const il_session *session,
                                il_error *error) {
  const char *checkpoints = il_arena_format(session->arena, "%s/checkpoints", preview->directory);
  if (!checkpoints) return il_fail_memory(error, "a path", 0);
  il_status status;
  IL_TRY(il_directory_examine(&estimate->free_disk, preview->directory, error));
  IL_TRY(il_file_examine(preview->directory, "RESULTS.md", error));
  IL_TRY(il_directory_examine(&estimate->free_disk, checkpoints, error));
  IL_TRY(look_at_results(estimate, preview, session, error));
  if (estimate->folder == IL_FOLDER_NEW)
    IL_TRY(enough_disk(estimate->disk, estimate->free_disk, preview->directory, error));
done:
  return status;
}

static void print_data(FILE *file, const il_session *session) {
  il_suite_digests digests = {0};
  const il_source *source = session->common[0];
  const int *classes = source->info.example_classes;
  if (source->suite->digests) source->suite->digests(source->state, &digests);
  fprintf(file, "data: suite `%s`", source->suite->name);
  if (digests.data[0])
    fprintf(file, ", data set %.12s", digests.data);
  else
    fputs(" makes its own", file);
  if (classes[0] > 0)
    fprintf(file, "; classes: %d for training, %d for validation, %d for test, %d ways", classes[0], classes[1],
            classes[2], source->info.ways);
  if (source->info.examples > 0) fprintf(file, ", %d examples of each", source->info.examples);
  fputc('\n', file);
}

static void print_runs(FILE *file, const il_experiment *experiment, const il_estimate *estimate) {
  for (int a = 0; a < experiment->n_algorithms; a++) {
    const il_algorithm_config *config = &experiment->algorithms[a];
    const il_rehearsal *run = &estimate->runs[a];
    char all[32], iteration[32], validation[32], evaluation[32];
    duration_text(all, sizeof all, run_seconds(estimate, a));
    duration_text(iteration, sizeof iteration, run->iteration);
    duration_text(validation, sizeof validation, run->validation);
    duration_text(evaluation, sizeof evaluation, run->evaluation);
    fprintf(file, "  %s: %s a seed", config->label, all);
    if (config->algorithm->build)
      fprintf(file, " (%d iterations of %s, validation %s, evaluation %s)", config->training.iterations, iteration,
              validation, evaluation);
    fprintf(file, "; %zu parameters%s\n", run->parameters, run->counted ? "; counted, too long to try" : "");
  }
}

/* What il_folder_open answers to what is there. */
static const char *const folder_lines[] = {
    [IL_FOLDER_NEW] = "",
    [IL_FOLDER_UNFINISHED] = "; an unfinished run of it is there: --resume continues it, --overwrite begins anew",
    [IL_FOLDER_FINISHED] = "; this run has ended there: --resume makes its tables again, --overwrite trains again",
    [IL_FOLDER_CHANGED] =
        "; this run is there, but the program, a plug-in or the data have changed: --resume or --overwrite",
    [IL_FOLDER_OTHER] = "; there are results of another configuration: --out DIR or --overwrite",
};

static void print_all(FILE *file, const il_preview *preview, const il_session *session, const il_estimate *estimate) {
  const il_experiment *experiment = preview->experiment;
  char text[32], more[32];
  int runs = experiment->n_algorithms * experiment->n_seeds;
  if (*experiment->extends) fprintf(file, "extends: %s\n", experiment->extends);
  print_data(file, session);
  il_bytes_text(text, sizeof text, estimate->disk);
  (void)snprintf(more, sizeof more, "an unknown number");
  if (estimate->free_disk >= 0) il_bytes_text(more, sizeof more, estimate->free_disk);
  fprintf(file, "results: would go to %s; about %s, %s are free%s\n", preview->directory, text, more,
          folder_lines[estimate->folder]);
  duration_text(text, sizeof text, estimate->seconds);
  fprintf(file,
          "time: about %s for %d run%s on %d thread%s, estimated from a few iterations and episodes measured now\n",
          text, runs, runs == 1 ? "" : "s", estimate->threads, estimate->threads == 1 ? "" : "s");
  print_runs(file, experiment, estimate);
  il_bytes_text(text, sizeof text, estimate->memory);
  fprintf(file, "memory: about %s, measured with everything that a run allocates, and its scores\n", text);
}

/* All of it as one text. */
static il_status write_text(char **text, const il_preview *preview, const il_session *session,
                            const il_estimate *estimate, il_error *error) {
  size_t size = 0;
  FILE *file = open_memstream(text, &size);
  if (!file) return il_fail_memory(error, "a report", 0);
  print_all(file, preview, session, estimate);
  return fclose(file) == 0 ? IL_OK : il_fail_memory(error, "a report", size);
}

il_status il_preview_make(char **text, const il_preview *preview, il_error *error) {
  il_status status = IL_OK;
  il_session *session = NULL;
  *text = NULL;
  double begin = il_seconds();
  il_estimate *estimate = calloc(1, sizeof *estimate);
  if (!estimate) return il_fail_memory(error, "an estimate", sizeof *estimate);
  IL_TRY(il_session_open(&session, preview->experiment, preview->threads, getenv("INNERLOOP_KERNELS"), preview->data,
                         error));
  estimate->setup = il_seconds() - begin;
  IL_TRY(rehearse(estimate, preview->experiment, session, error));
  sum_up(estimate, preview->experiment);
  IL_TRY(look_at_folder(estimate, preview, session, error));
  IL_TRY(write_text(text, preview, session, estimate, error));
done:
  il_session_close(session);
  free(estimate);
  return status;
}
