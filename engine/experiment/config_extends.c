/* `extends: OTHER.yaml`. An experiment's tree is laid over that of the file it extends before anything is resolved;
 * every node keeps the file, line and column it was written at. With
 *
 *   base.yaml                                         this.yaml
 *   suite: {name: omniglot, ways: 5}                  extends: base.yaml
 *   algorithms:                                       suite: {ways: 20}
 *     - {name: maml, inner: {steps: 1, batch: 5}}     algorithms:
 *     - nearest                                         - {name: maml, inner: {steps: 5}}
 *
 * this.yaml is {name: omniglot, ways: 20}, maml with {steps: 5, batch: 5}, nearest. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "experiment/config_resolver.h"
#include "experiment/embedded.h"
#include "formats/yaml_bytes.h"

enum { FILES_MAX = 16 }; /* of a chain */

/* A file of the chain. Embedded ones extend embedded ones alone: a program gives the same experiments in every
 * directory. */
typedef struct chain_link {
  const struct chain_link *above; /* the one that extends it; NULL: what was asked for */
  const char *name;
  const il_embedded *embedded; /* NULL: on disk */
  bool found;                  /* on disk, as: */
  dev_t device;
  ino_t file;
} chain_link;

/* What reading the chain shares. */
typedef struct chain_reader {
  il_experiment_file *asked; /* whose chain it is */
  const il_registry *registry;
  il_arena *arena;
  il_error *error;
} chain_reader;

static il_yaml **place_of(il_yaml *map, const char *key) {
  il_yaml **place = &map->first;
  while (*place && strcmp((*place)->key, key) != 0) place = &(*place)->next;
  return place;
}

static il_yaml *take(il_yaml **place) {
  il_yaml *node = *place;
  if (!node) return NULL;
  *place = node->next;
  node->next = NULL;
  return node;
}

/* A `name` that is not that of the map below: of another suite, model or algorithm, whose options are others. */
static bool is_another(const il_yaml *above, const il_yaml *below) {
  const il_yaml *own = il_yaml_get(above, "name"), *other = il_yaml_get(below, "name");
  if (!own || own->kind != IL_YAML_SCALAR) return false;
  return !other || other->kind != IL_YAML_SCALAR || strcmp(own->text, other->text) != 0;
}

/* Lays `above` over `below`: the children of `below` in their order, each with what `above` says of it, then the others
 * of `above`. */
static void merge(il_yaml *above, il_yaml *below) {
  if (above->kind != IL_YAML_MAP || below->kind != IL_YAML_MAP || is_another(above, below)) return;
  il_yaml *merged = NULL, **tail = &merged;
  for (il_yaml *child; (child = take(&below->first)); tail = &(*tail)->next) {
    il_yaml *own = take(place_of(above, child->key));
    if (own) merge(own, child);
    *tail = own ? own : child;
  }
  *tail = above->first;
  above->first = merged;
}

/* The first entry called like `entry`. */
static il_yaml **entry_place(il_yaml *list, const il_yaml *entry) {
  const char *wanted = il_config_entry_label(entry);
  il_yaml **place = &list->first;
  for (; *place; place = &(*place)->next) {
    const char *label = il_config_entry_label(*place);
    if (wanted && label && strcmp(label, wanted) == 0) break;
  }
  return place;
}

/* The same for lists whose entries have labels. */
static void merge_entries(il_yaml *above, il_yaml *below) {
  if (above->kind != IL_YAML_LIST || below->kind != IL_YAML_LIST) return;
  il_yaml *merged = NULL, **tail = &merged;
  for (il_yaml *entry; (entry = take(&below->first)); tail = &(*tail)->next) {
    il_yaml *own = take(entry_place(above, entry));
    if (own) merge(own, entry);
    *tail = own ? own : entry;
  }
  *tail = above->first;
  above->first = merged;
}

static void merge_experiments(il_yaml *above, il_yaml *below) {
  il_yaml *own = *place_of(above, "algorithms"), *other = *place_of(below, "algorithms");
  if (own && other) merge_entries(own, other);
  merge(above, below);
}

/* `target` seen from the folder of `link`; for embedded files "a/../" is left out, which their names do not have. */
static const char *beside(const chain_link *link, const char *target, il_arena *arena) {
  const char *slash = strrchr(link->name, '/');
  if (!slash || target[0] == '/') return target;
  int folder = (int)(slash - link->name);
  for (; link->embedded && folder > 0 && strncmp(target, "../", 3) == 0; target += 3)
    while (folder > 0 && link->name[--folder] != '/') {
    }
  return il_arena_format(arena, "%.*s%s%s", folder, link->name, folder || !link->embedded ? "/" : "", target);
}

/* Whether there is such a file, or something that cannot even be looked at, of which its reading will tell. */
static bool on_disk(chain_link *link) {
  struct stat facts;
  link->found = stat(link->name, &facts) == 0;
  if (!link->found) return errno != ENOENT && errno != ENOTDIR;
  link->device = facts.st_dev;
  link->file = facts.st_ino;
  return true;
}

static il_status parse(const chain_reader *reader, il_yaml **tree, const chain_link *link) {
  const il_embedded *file = link->embedded;
  if (!file) return il_yaml_read(tree, link->name, reader->arena, reader->error);
  return il_yaml_parse(tree, file->path, file->text, file->size, reader->arena, reader->error);
}

/* The file that the value of `extends` names, seen from the file it stands in. */
static il_status find(const chain_reader *reader, chain_link *link, const il_yaml *value) {
  const il_embedded *files = reader->registry->experiments;
  char clipped[IL_YAML_SHOWN];
  if (value->kind != IL_YAML_SCALAR || !*value->text)
    return il_yaml_fail(reader->error, value, "`extends` names no file; expected a YAML file or a built-in experiment");
  il_yaml_clip(clipped, value->text);
  link->name = beside(link->above, value->text, reader->arena);
  if (!link->name) return il_fail_memory(reader->error, "a path", 0);
  if (!link->above->embedded && on_disk(link)) return IL_OK;
  if (link->above->embedded) link->embedded = il_embedded_find(files, link->name);
  if (!link->embedded) link->embedded = il_embedded_find(files, value->text);
  if (link->embedded) {
    link->name = link->embedded->path;
    return IL_OK;
  }
  const char *nearest = il_row_nearest(reader->registry, IL_ROW_EXPERIMENT, value->text, reader->arena);
  if (nearest)
    return il_yaml_fail(reader->error, value,
                        "`extends` names `%s`: no such file, no built-in experiment; did you mean `%s`?", clipped,
                        nearest);
  return il_yaml_fail(
      reader->error, value,
      "`extends` names `%s`: no such file; expected one beside this file, or a name from `innerloop list "
      "experiments`",
      clipped);
}

/* A chain has an end, and not far away. */
static il_status check_chain(const chain_reader *reader, const chain_link *link, const il_yaml *value) {
  int files = 1;
  for (const chain_link *other = link->above; other; other = other->above, files++) {
    bool same = link->embedded ? other->embedded == link->embedded
                               : other->found && other->device == link->device && other->file == link->file;
    if (same)
      return il_yaml_fail(reader->error, value, "`extends` leads back to `%s`; expected a chain of files that ends",
                          other->name);
  }
  if (files <= FILES_MAX) return IL_OK;
  return il_yaml_fail(reader->error, value, "a chain of more than %d files; expected fewer", FILES_MAX);
}

static il_status lay_over(const chain_reader *reader, il_yaml *tree, const chain_link *link);

/* Reads the file that `value` names, with all that it extends, and lays `tree` over it. */
static il_status extend(const chain_reader *reader, il_yaml *tree, const chain_link *link, const il_yaml *value) {
  chain_link below = {.above = link};
  il_yaml *base;
  il_experiment_file *asked = reader->asked;
  il_status status = find(reader, &below, value);
  if (status == IL_OK) status = check_chain(reader, &below, value);
  if (status != IL_OK) return status;
  asked->extends = *asked->extends ? il_arena_format(reader->arena, "%s, %s", asked->extends, below.name)
                                   : il_arena_text(reader->arena, below.name);
  if (!asked->extends) return il_fail_memory(reader->error, "a path", 0);
  status = parse(reader, &base, &below);
  if (status == IL_OK && base->kind != IL_YAML_MAP)
    return il_yaml_fail(reader->error, base, "not a map; expected an experiment, which `%s` extends", link->name);
  if (status == IL_OK) status = lay_over(reader, base, &below);
  if (status == IL_OK) merge_experiments(tree, base);
  return status;
}

/* Expands the tree of `link` and lays it over what it extends. */
static il_status lay_over(const chain_reader *reader, il_yaml *tree, const chain_link *link) {
  if (tree->kind != IL_YAML_MAP) return IL_OK; /* whoever binds it says so */
  il_status status = il_config_expand(tree, reader->arena, reader->error);
  il_yaml *value = take(place_of(tree, "extends"));
  return status == IL_OK && value ? extend(reader, tree, link, value) : status;
}

il_status il_config_extend(il_experiment_file *read, const il_registry *registry, il_arena *arena, il_error *error) {
  chain_reader reader = {read, registry, arena, error};
  chain_link link = {.name = read->name, .embedded = read->embedded};
  if (!link.embedded) (void)on_disk(&link); /* its identity; a text in memory has none */
  return lay_over(&reader, read->tree, &link);
}

static il_status no_such_file(const char *name, const il_registry *registry, il_arena *arena, il_error *error) {
  const char *nearest = il_row_nearest(registry, IL_ROW_EXPERIMENT, name, arena);
  if (nearest)
    return il_fail(error, IL_IO, "%s: no such file, no built-in experiment; did you mean `%s`?", name, nearest);
  return il_fail(error, IL_IO, "%s: no such file; expected a YAML file or a name from `innerloop list experiments`",
                 name);
}

il_status il_experiment_tree(il_experiment_file *read, const char *file, const il_registry *registry, il_arena *arena,
                             il_error *error) {
  chain_reader reader = {read, registry, arena, error};
  chain_link link = {.name = file};
  *read = (il_experiment_file){.name = file, .extends = ""};
  if (!on_disk(&link)) {
    link.embedded = read->embedded = il_embedded_find(registry->experiments, file);
    if (!link.embedded) return no_such_file(file, registry, arena, error);
    read->name = link.embedded->path;
  }
  il_status status = parse(&reader, &read->tree, &link);
  return status == IL_OK ? il_config_extend(read, registry, arena, error) : status;
}
