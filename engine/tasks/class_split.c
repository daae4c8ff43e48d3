/* Lists of classes. */
#include "tasks/class_split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/regular.h"
#include "innerloop/random.h"

const char *const il_split_names[] = {"train", "validation", "test", NULL};

static il_status digest_lists(il_class_split *split, const char *const *names, il_error *error) {
  il_hash *hash = il_hash_new();
  for (int s = 0; s < IL_SPLITS; s++) {
    for (int i = 0; i < split->count[s]; i++) {
      const char *name = names[split->classes[s][i]];
      il_hash_add(hash, il_split_names[s], strlen(il_split_names[s]));
      il_hash_add(hash, " ", 1);
      il_hash_add(hash, name, strlen(name));
      il_hash_add(hash, "\n", 1);
    }
  }
  return il_hash_finish(hash, split->digest, error);
}

il_status il_class_split_fill(il_class_split *split, const int *splits, const int *order, int classes,
                              const char *const *names, il_arena *arena, il_error *error) {
  memset(split, 0, sizeof *split);
  for (int s = 0; s < IL_SPLITS; s++) {
    split->classes[s] = il_arena_get(arena, (size_t)classes, sizeof(int));
    if (!split->classes[s]) return il_fail_memory(error, "lists of classes", (unsigned long long)classes * sizeof(int));
  }
  for (int c = 0; c < classes; c++) {
    int s = splits[c];
    if (s >= 0 && s < IL_SPLITS) split->classes[s][split->count[s]++] = order[c];
  }
  return digest_lists(split, names, error);
}

il_split il_class_split_used(const il_class_split *split, il_split asked) {
  return asked == IL_SPLIT_VALIDATION && split->count[asked] == 0 ? IL_SPLIT_TRAIN : asked;
}

il_status il_class_split_check(const il_class_split *split, int ways, const int copies[IL_SPLITS], il_error *error) {
  for (int s = 0; s < IL_SPLITS; s++) {
    if (s == IL_SPLIT_VALIDATION && split->count[s] == 0) continue;
    if (split->count[s] * copies[s] < ways)
      return il_fail_about(error, "ways", IL_DATA,
                           "%d classes for %s in this data set; expected at least %d, one for each way",
                           split->count[s] * copies[s], il_split_names[s], ways);
  }
  return IL_OK;
}

void il_class_split_shuffle(int *order, int count, uint64_t seed) {
  il_stream stream = il_stream_open(seed, IL_PURPOSE_SUITE, 0);
  il_random_permutation(&stream, order, count);
}

static int index_of(const char *name, const char *const *names, int count) {
  for (int i = 0; i < count; i++)
    if (strcmp(names[i], name) == 0) return i;
  return -1;
}

/* One line CLASS,SPLIT; blank lines and the heading "class,split" are passed over. */
static il_status read_line(int *splits, char *line, int number, const char *path, const char *const *names, int classes,
                           il_error *error) {
  line[strcspn(line, "\r\n")] = '\0';
  if (*line == '\0' || (number == 1 && strcmp(line, "class,split") == 0)) return IL_OK;
  char *comma = strrchr(line, ',');
  int split = comma ? index_of(comma + 1, il_split_names, IL_SPLITS) : -1;
  if (split < 0)
    return il_fail_about(error, "split_file", IL_DATA,
                         "%s:%d: '%.80s'; expected CLASS,SPLIT with SPLIT train, validation or test", path, number,
                         line);
  *comma = '\0';
  int class = index_of(line, names, classes);
  if (class < 0)
    return il_fail_about(error, "split_file", IL_DATA, "%s:%d: no class '%.80s' in the image set", path, number, line);
  if (splits[class] != IL_SPLIT_UNUSED)
    return il_fail_about(error, "split_file", IL_DATA, "%s:%d: class '%.80s' stands there twice", path, number, line);
  splits[class] = split;
  return IL_OK;
}

il_status il_class_split_read(int *splits, int *order, const char *path, const char *const *names, int classes,
                              il_error *error) {
  char *line = NULL;
  size_t room = 0;
  FILE *file;
  for (int c = 0; c < classes; c++) {
    order[c] = c;
    splits[c] = IL_SPLIT_UNUSED;
  }
  il_error why = {0};
  il_status status = il_regular_stream(&file, NULL, path, &why);
  if (status != IL_OK) return il_fail_about(error, "split_file", status, "%s", why.message);
  for (int number = 1; status == IL_OK && getline(&line, &room, file) >= 0; number++)
    status = read_line(splits, line, number, path, names, classes, error);
  if (status == IL_OK && ferror(file)) status = il_fail_about(error, "split_file", IL_IO, "%s: cannot be read", path);
  free(line);
  fclose(file);
  return status;
}
