/* Every candidate is read again, and counts when the resolved configuration is the same: no rule here knows what a key
 * means. */
#include "cli/canonical.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/regular.h"
#include "cli/shell_word.h"
#include "experiment/embedded.h"

/* Does `file` with these overrides resolve to the experiment? */
static bool is_same(const il_experiment *experiment, const char *file, const il_overrides *overrides) {
  il_experiment *read;
  il_arena *arena = il_arena_new();
  if (!arena) return false;
  bool same = il_experiment_read(&read, file, overrides, experiment->registry, arena, NULL) == IL_OK &&
              strcmp(read->digest, experiment->digest) == 0;
  il_arena_free(arena);
  return same;
}

static void drop_set(const char **set, int *count, int index) {
  (*count)--;
  memmove(set + index, set + index + 1, (size_t)(*count - index) * sizeof *set);
}

static int compare(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* overrides->set points at `set`, a copy. */
static void reduce(const il_experiment *experiment, const char *file, il_overrides *overrides, const char **set) {
  const char *before[IL_TEXTS_MAX];
  for (int i = 0; i < overrides->n_set;) {
    const char *dropped = set[i];
    drop_set(set, &overrides->n_set, i);
    if (is_same(experiment, file, overrides)) continue;
    memmove(set + i + 1, set + i, (size_t)(overrides->n_set - i) * sizeof *set);
    overrides->n_set++;
    set[i++] = dropped;
  }
  const char *algorithms = overrides->algorithms, *seeds = overrides->seeds;
  overrides->algorithms = NULL;
  if (!is_same(experiment, file, overrides)) overrides->algorithms = algorithms;
  overrides->seeds = NULL;
  if (!is_same(experiment, file, overrides)) overrides->seeds = seeds;
  memcpy(before, set, (size_t)overrides->n_set * sizeof *set);
  qsort(set, (size_t)overrides->n_set, sizeof *set, compare);
  if (!is_same(experiment, file, overrides)) memcpy(set, before, (size_t)overrides->n_set * sizeof *set);
}

static const char *without_folders(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* Are these the bytes of the file? */
static bool holds(const char *path, const il_embedded *embedded) {
  char *bytes;
  size_t size;
  if (il_regular_load(&bytes, &size, path, embedded->size, NULL, NULL) != IL_OK) return false;
  bool same = size == embedded->size && memcmp(bytes, embedded->text, size) == 0;
  free(bytes);
  return same;
}

/* Does the built-in experiment of these bytes, whose base may differ from that on disk, resolve to the same? */
static bool extends_alike(const il_experiment *experiment, const il_embedded *at, const il_overrides *overrides) {
  char name[IL_EMBEDDED_NAME];
  return !*experiment->extends || is_same(experiment, il_embedded_name(name, at->path), overrides);
}

static const char *name_of(const il_experiment *experiment, const char *file, const il_overrides *overrides) {
  for (const il_embedded *at = experiment->registry->experiments; at && at->path; at++) {
    if (strcmp(experiment->file, at->path) == 0 && il_regular_check(file, NULL) != IL_OK) return at->path;
    if (strcmp(without_folders(file), without_folders(at->path)) == 0 && holds(file, at) &&
        extends_alike(experiment, at, overrides))
      return at->path;
  }
  return without_folders(file);
}

/* "0-2,7": rising seeds without gaps are ranges. */
static void print_seeds(FILE *file, const il_experiment *experiment) {
  const uint64_t *seeds = experiment->seeds;
  for (int i = 0, last; i < experiment->n_seeds; i = last + 1) {
    for (last = i; last + 1 < experiment->n_seeds && seeds[last + 1] == seeds[last] + 1;) last++;
    fprintf(file, i ? ",%" PRIu64 : "%" PRIu64, seeds[i]);
    if (last > i) fprintf(file, "-%" PRIu64, seeds[last]);
  }
}

static void print(FILE *file, const il_experiment *experiment, const char *name, const il_overrides *overrides,
                  const il_texts *plugins) {
  fputs("innerloop run", file);
  il_shell_word(file, name);
  for (int i = 0; i < overrides->n_set; i++) {
    fputs(" --set", file);
    il_shell_word(file, overrides->set[i]);
  }
  for (int i = 0; i < plugins->count; i++) {
    fputs(" --plugin", file);
    il_shell_word(file, without_folders(plugins->at[i]));
  }
  if (overrides->algorithms) fputs(" --algorithms ", file);
  for (int i = 0; overrides->algorithms && i < experiment->n_algorithms; i++)
    fprintf(file, "%s%s", i ? "," : "", experiment->algorithms[i].label);
  if (!overrides->seeds) return;
  fputs(" --seeds ", file);
  print_seeds(file, experiment);
}

il_status il_canonical_command(const char **command, const il_experiment *experiment, const char *file,
                               const il_overrides *overrides, const il_texts *plugins, il_arena *arena,
                               il_error *error) {
  const char *set[IL_TEXTS_MAX];
  char *text = NULL;
  size_t size;
  il_overrides least = *overrides;
  memcpy(set, overrides->set, (size_t)overrides->n_set * sizeof *set);
  least.set = set;
  if (least.n_set > 0 || least.algorithms || least.seeds) reduce(experiment, file, &least, set);
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return il_fail_memory(error, "the command line", 0);
  print(memory, experiment, name_of(experiment, file, &least), &least, plugins);
  *command = fclose(memory) == 0 ? il_arena_text(arena, text) : NULL;
  free(text);
  return *command ? IL_OK : il_fail_memory(error, "the command line", size);
}
