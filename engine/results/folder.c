/* Who may write into a folder of results, and what happens to what stands there. */
#include "results/folder.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/regular.h"
#include "harness/checkpoint.h"
#include "results/folder_lock.h"

static const char configuration_name[] = "configuration.yaml", checkpoints_name[] = "checkpoints";

struct il_folder {
  const char *directory;
  int lock;
};

static bool join(char path[PATH_MAX], const char *directory, const char *name) {
  int length = snprintf(path, PATH_MAX, "%s/%s", directory, name);
  return length > 0 && length < PATH_MAX;
}

/* A file or a link to one; other things under that name are for the writer to refuse. */
static bool exists(const char *directory, const char *name) {
  char path[PATH_MAX];
  struct stat facts;
  return join(path, directory, name) && lstat(path, &facts) == 0 && (S_ISREG(facts.st_mode) || S_ISLNK(facts.st_mode));
}

/* ---- the files of a run ---- */

/* Called with the path of a file below the folder, "checkpoints/maml-seed0.safetensors"; not 0 ends the walk. */
typedef int (*visitor)(void *context, const char *name);

/* LABEL-seedN.safetensors and what stands beside it. */
static bool is_checkpoint(const char *name) {
  const char *seed = strstr(name, "-seed");
  return seed && (strstr(seed, ".safetensors") || strstr(seed, ".seconds"));
}

static int visit_checkpoints(const char *directory, visitor visit, void *context) {
  char path[PATH_MAX], name[PATH_MAX];
  int answer = 0;
  DIR *folder = join(path, directory, checkpoints_name) ? opendir(path) : NULL;
  for (struct dirent *entry; folder && answer == 0 && (entry = readdir(folder));)
    if (is_checkpoint(entry->d_name) && join(name, checkpoints_name, entry->d_name)) answer = visit(context, name);
  if (folder) closedir(folder);
  return answer;
}

/* Every file of a run that is there. What a user keeps beside them is not among them. */
static int visit_all(const char *directory, visitor visit, void *context) {
  int answer = 0;
  for (int i = 0; answer == 0 && il_results_file(i); i++)
    if (exists(directory, il_results_file(i))) answer = visit(context, il_results_file(i));
  if (answer == 0 && exists(directory, configuration_name)) answer = visit(context, configuration_name);
  return answer ? answer : visit_checkpoints(directory, visit, context);
}

static int found_one(void *context, const char *name) {
  (void)context;
  return strcmp(name, configuration_name) != 0;
}

/* ---- what stands there ---- */

/* The digest of configuration.yaml, "" where there is none. */
static il_status configuration_digest(char digest[IL_DIGEST_TEXT], const char *directory, il_error *error) {
  char path[PATH_MAX];
  FILE *file;
  digest[0] = '\0';
  if (!exists(directory, configuration_name) || !join(path, directory, configuration_name)) return IL_OK;
  il_status status = il_regular_stream(&file, NULL, path, error);
  if (status != IL_OK) return status;
  status = il_regular_hash(digest, file, path, error);
  fclose(file);
  return status;
}

il_status il_folder_look(il_folder_contents *state, bool *diverged, const char *directory, const il_results *results,
                         il_error *error) {
  char digest[IL_DIGEST_TEXT];
  il_manifest_facts manifest;
  *state = IL_FOLDER_NEW;
  *diverged = false;
  if (visit_all(directory, found_one, NULL) == 0) return IL_OK;
  il_status status = configuration_digest(digest, directory, error);
  if (status != IL_OK) return status;
  status = il_manifest_look(&manifest, directory, results, error);
  if (status != IL_OK) return status;
  const char *found = digest[0] ? digest : manifest.configuration;
  bool vouched = manifest.found && strcmp(manifest.configuration, results->experiment->digest) == 0;
  if (strcmp(found, results->experiment->digest) != 0)
    *state = IL_FOLDER_OTHER;
  else if (!vouched || !manifest.whole)
    *state = IL_FOLDER_UNFINISHED;
  else
    *state = manifest.same ? IL_FOLDER_FINISHED : IL_FOLDER_CHANGED;
  *diverged = manifest.diverged;
  return IL_OK;
}

/* ---- putting aside ---- */

/* Files on their way to `aside`. */
typedef struct removal {
  const char *directory;
  char aside[PATH_MAX];
  const il_results *keeps; /* checkpoints of its trainings stay; NULL: none do */
  il_error *error;
} removal;

/* The run that a checkpoint's name says it is of; NULL: none. */
static const il_run *run_of(const il_results *results, const char *name) {
  char start[192];
  const char *file = strrchr(name, '/');
  for (int i = 0; file && i < results->n_runs; i++) {
    const il_run *run = &results->runs[i];
    int length = snprintf(start, sizeof start, "%.100s-seed%" PRIu64 ".",
                          results->experiment->algorithms[run->algorithm].label, run->seed);
    if (strncmp(file + 1, start, (size_t)length) == 0) return run;
  }
  return NULL;
}

/* Stays what the new run continues from: a checkpoint that fits, and the files of its name beside it. */
static bool stays(const removal *r, const char *name) {
  char path[PATH_MAX];
  const il_run *run = r->keeps ? run_of(r->keeps, name) : NULL;
  if (!run || !join(path, r->directory, name)) return false;
  char *suffix = strstr(strrchr(path, '/'), "-seed");
  suffix += strcspn(suffix, ".");
  if (sizeof ".safetensors" > (size_t)(path + PATH_MAX - suffix)) return false;
  memcpy(suffix, ".safetensors", sizeof ".safetensors");
  return il_checkpoint_fits(path, r->keeps, run);
}

static int put_aside(void *context, const char *name) {
  removal *r = context;
  char from[PATH_MAX], to[PATH_MAX];
  if (stays(r, name)) return 0;
  if (join(from, r->directory, name) && join(to, r->aside, name) && rename(from, to) == 0) return 0;
  return (int)il_fail(r->error, IL_IO, "%s/%s: cannot be put aside into %s: %s", r->directory, name, r->aside,
                      strerror(errno));
}

static int remove_one(void *context, const char *name) {
  char path[PATH_MAX];
  if (join(path, context, name)) unlink(path);
  return 0;
}

/* Everything of the run that stands in `directory` goes to the first free replaced/N. */
static il_status put_all_aside(const char *directory, const il_results *keeps, il_error *error) {
  removal r = {.directory = directory, .keeps = keeps, .error = error};
  char name[48], below[PATH_MAX];
  int number = 1;
  do snprintf(name, sizeof name, "replaced/%d", number);
  while (exists(directory, name) && number++ < INT_MAX);
  if (!join(r.aside, directory, name) || !join(below, r.aside, checkpoints_name))
    return il_fail(error, IL_IO, "%s: the path is too long", directory);
  il_status status = il_directory_make(below, error);
  if (status != IL_OK) return status;
  return (il_status)visit_all(directory, put_aside, &r);
}

void il_folder_settle(il_folder *folder) {
  char replaced[PATH_MAX], path[PATH_MAX], below[PATH_MAX];
  DIR *all = join(replaced, folder->directory, "replaced") ? opendir(replaced) : NULL;
  if (!all) return;
  for (struct dirent *entry; (entry = readdir(all));) {
    if (entry->d_name[0] == '.' || !join(path, replaced, entry->d_name)) continue;
    visit_all(path, remove_one, path);
    if (join(below, path, checkpoints_name)) rmdir(below); /* not empty: somebody else's files are in it, and stay */
    rmdir(path);
  }
  closedir(all);
  rmdir(replaced);
}

/* ---- open and close ---- */

/* What is there, and the ways on: by state. */
static const char *const refusals[][2] = {
    [IL_FOLDER_UNFINISHED] = {"an unfinished run of this experiment",
                              "--resume to continue it, --overwrite to begin again"},
    [IL_FOLDER_CHANGED] = {"finished results of this configuration, but the program, a plug-in or the data may have "
                           "changed since",
                           "--resume to judge its trainings again, --overwrite to train again"},
    [IL_FOLDER_OTHER] =
        {"results of another configuration",
         "--overwrite to replace them, --resume --overwrite to keep of them the trainings that are the same"},
};

/* What a run does in the folder. */
typedef struct decision {
  bool nothing, resumable; /* it ended well before */
  bool replaces;           /* what is there is put aside ... */
  const il_results *keeps; /* ... but for the checkpoints of these trainings; NULL: all */
} decision;

static il_status decide(decision *decided, const il_folder *folder, const il_results *results, il_folder_wish wish,
                        il_error *error) {
  bool diverged;
  il_folder_contents state;
  il_status status = il_folder_look(&state, &diverged, folder->directory, results, error);
  if (status != IL_OK || state == IL_FOLDER_NEW) return status;
  decided->replaces = wish.overwrite;
  decided->keeps = wish.resume ? results : NULL;
  if (wish.overwrite || (wish.resume && state != IL_FOLDER_OTHER)) return IL_OK;
  decided->nothing = state == IL_FOLDER_FINISHED;
  if (decided->nothing) return diverged ? IL_NEGATIVE : IL_OK;
  decided->resumable = state != IL_FOLDER_OTHER;
  return il_fail(error, IL_INVALID, "%s holds %s; expected --out DIR for another folder, %s", folder->directory,
                 refusals[state][0], refusals[state][1]);
}

static il_status write_configuration(const char *directory, const il_experiment *experiment, il_error *error) {
  size_t size;
  char *text = il_experiment_text(experiment, &size);
  if (!text) return il_fail_memory(error, "the configuration", 0);
  il_status status = il_file_save(directory, configuration_name, text, size, NULL, error);
  free(text);
  return status;
}

/* Hours of training must not end at a folder that cannot be written to: a file that is begun and discarded. */
static il_status probe(const char *directory, const char *name, il_error *error) {
  il_file *file;
  il_status status = il_file_open(&file, directory, name, error);
  if (status == IL_OK) il_file_discard(file);
  return status;
}

static il_status probe_all(const char *directory, const char *checkpoints, il_error *error) {
  il_status status = IL_OK;
  for (int i = 0; il_results_file(i); i++) IL_TRY(probe(directory, il_results_file(i), error));
  IL_TRY(il_directory_make(checkpoints, error));
  IL_TRY(probe(checkpoints, "probe", error));
done:
  return status;
}

static il_status start(decision *decided, il_folder *folder, const il_results *results, il_folder_wish wish,
                       il_error *error) {
  char checkpoints[PATH_MAX];
  const char *directory = folder->directory;
  if (!join(checkpoints, directory, checkpoints_name))
    return il_fail(error, IL_IO, "%s: the path is too long", directory);
  il_status status;
  IL_TRY(il_directory_make(directory, error));
  IL_TRY(il_folder_lock(&folder->lock, directory, error));
  IL_TRY(decide(decided, folder, results, wish, error));
  if (decided->nothing) return IL_OK;
  IL_TRY(probe_all(directory, checkpoints, error));
  if (decided->replaces) IL_TRY(put_all_aside(directory, decided->keeps, error));
  il_temporaries_remove(directory, NULL);
  il_temporaries_remove(checkpoints, NULL);
  IL_TRY(write_configuration(directory, results->experiment, error));
done:
  return status;
}

il_status il_folder_open(il_folder **out, bool *resumable, const char *directory, const il_results *results,
                         il_folder_wish wish, il_error *error) {
  decision decided = {.nothing = false};
  *out = NULL;
  il_folder *folder = calloc(1, sizeof *folder);
  if (!folder) return il_fail_memory(error, "a folder", sizeof *folder);
  folder->directory = directory;
  folder->lock = -1;
  il_status status = start(&decided, folder, results, wish, error);
  *resumable = decided.resumable;
  if (status == IL_OK && !decided.nothing)
    *out = folder;
  else
    il_folder_close(folder);
  return status;
}

bool il_folder_unlocked(const il_folder *folder) {
  return folder->lock < 0;
}

void il_folder_close(il_folder *folder) {
  if (!folder) return;
  il_folder_unlock(folder->lock, folder->directory);
  free(folder);
}
