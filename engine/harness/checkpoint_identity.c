/* Which training a checkpoint is of: one table is written, and compared. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "harness/checkpoint_notes.h"

static const char format_name[] = "innerloop-checkpoint-4", family_name[] = "innerloop-checkpoint-";
static const char kept_key[] = "kept";
static const char ways_on[] = "run without --resume, or into another directory";

il_status il_notes_add(il_notes *notes, const char *key, const char *text, il_error *error) {
  if (!text || notes->count == IL_NOTES_MAX) return il_fail_memory(error, "a checkpoint", 0);
  notes->at[notes->count++] = (il_tensor_note){key, text};
  return IL_OK;
}

/* What it means that a note differs. The configuration comes last: it names no single thing. */
static const struct {
  const char *key, *meaning;
} rows[] = {{"algorithm", "of another algorithm"},
            {"label", "of another entry of `algorithms`"},
            {"seed", "of another seed"},
            {"kernels", "computed by other kernels, which give other bits"},
            {"data_sha256", "trained on another data set: the one of this name is not what it was"},
            {"split_sha256", "trained on other classes"},
            {"validation_data_sha256", "validated on another data set: the one of this name is not what it was"},
            {"validation_split_sha256", "validated on other classes"},
            {"tasks", "trained on tasks of another size"}};
enum { ROWS = sizeof rows / sizeof rows[0] };

il_status il_checkpoint_identity(il_notes *notes, const il_results *results, const il_run *run, il_error *error) {
  const il_algorithm_config *config = &results->experiment->algorithms[run->algorithm];
  const il_run_data *data = &run->data;
  const char *configuration;
  char digest[IL_DIGEST_TEXT];
  il_status status =
      il_experiment_training_text(&configuration, results->experiment, run->algorithm, notes->arena, error);
  if (status != IL_OK) return status;
  status = il_hash_bytes(digest, configuration, strlen(configuration), error);
  if (status != IL_OK) return status;
  const char *texts[ROWS] = {
      config->algorithm->name,
      config->label,
      il_arena_format(notes->arena, "%" PRIu64, run->seed),
      results->contract,
      data->training.data,
      data->training.split,
      data->validation.data,
      data->validation.split,
      il_arena_format(notes->arena, "%d ways, %d shots, %d queries; validation %d shots, %d queries", data->ways,
                      data->shots, data->queries, data->validation_shots, data->validation_queries)};
  int kept = il_experiment_kept(results->experiment, run->algorithm);
  for (int i = 0; i < ROWS; i++) IL_TRY(il_notes_add(notes, rows[i].key, texts[i], error));
  IL_TRY(il_notes_add(notes, kept_key, il_arena_format(notes->arena, "%d", kept), error));
  IL_TRY(il_notes_add(notes, "format", format_name, error));
  IL_TRY(il_notes_add(notes, "configuration", configuration, error));
  IL_TRY(il_notes_add(notes, "training", il_arena_text(notes->arena, digest), error));
done:
  return status;
}

static const char *note_of(const il_notes *notes, const char *key) {
  for (int i = 0; i < notes->count; i++)
    if (strcmp(notes->at[i].key, key) == 0) return notes->at[i].text;
  return "";
}

/* A checkpoint of another format: an older one had no checksum and said less. */
static bool is_foreign(const il_safetensors *file) {
  const char *format = il_safetensors_note(file, "format");
  return format && strncmp(format, family_name, sizeof family_name - 1) == 0 && strcmp(format, format_name) != 0;
}

bool il_checkpoint_whole(const il_safetensors *file) {
  return file->sealed || is_foreign(file);
}

static il_status compare_format(const il_safetensors *file, il_error *error) {
  const char *format = il_safetensors_note(file, "format");
  if (is_foreign(file))
    return il_fail(
        error, IL_DATA,
        "%s: a checkpoint of another version of innerloop (%.40s; expected %s), which cannot be continued; %s",
        file->path, format, format_name, ways_on);
  if (!format || strcmp(format, format_name) != 0 || !file->sealed)
    return il_fail(error, IL_DATA, "%s: not a checkpoint of this program; expected one with a checksum", file->path);
  return IL_OK;
}

int il_checkpoint_kept(const il_safetensors *file) {
  const char *text = il_safetensors_note(file, kept_key);
  int kept = -1;
  return text && sscanf(text, "%d", &kept) == 1 && kept <= IL_KEPT_MAX ? kept : -1;
}

/* The best of more vectors are the best of fewer: a training may be judged by fewer than it kept. */
static il_status compare_kept(const il_safetensors *file, const il_notes *notes, il_error *error) {
  int here, there = il_checkpoint_kept(file);
  if (sscanf(note_of(notes, kept_key), "%d", &here) == 1 && there >= here) return IL_OK;
  return il_fail(error, IL_DATA,
                 "%s: a checkpoint of a training that kept %d parameter vectors; `evaluation.parameters` needs %d; %s",
                 file->path, there, here, ways_on);
}

il_status il_checkpoint_compare(const il_safetensors *file, const il_notes *notes, il_error *error) {
  il_status status = compare_format(file, error);
  if (status != IL_OK) return status;
  for (int i = 0; i < ROWS; i++) {
    const char *here = note_of(notes, rows[i].key), *there = il_safetensors_note(file, rows[i].key);
    if (there && strcmp(here, there) == 0) continue;
    return il_fail(error, IL_DATA, "%s: a checkpoint %s (`%.64s`; expected `%.64s`); %s", file->path, rows[i].meaning,
                   there ? there : "", here, ways_on);
  }
  const char *training = il_safetensors_note(file, "training");
  if (training && strcmp(training, note_of(notes, "training")) == 0) return compare_kept(file, notes, error);
  char difference[256];
  const char *configuration = il_safetensors_note(file, "configuration");
  il_experiment_training_difference(difference, sizeof difference, note_of(notes, "configuration"),
                                    configuration ? configuration : "");
  return il_fail(error, IL_DATA, "%s: a checkpoint of another training configuration: %s; %s", file->path, difference,
                 ways_on);
}
