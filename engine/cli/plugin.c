/* Plug-ins: a shared object is hashed, loaded, compared with the program's own layout, and its rows are checked. */
#include "cli/plugin.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "base/regular.h"
#include "cli/builtin.h"

/* The entry of plug-ins for this engine, and that of the other one (innerloop/double_names.h). A file may have both. */
#define PLUGIN_TEXT(name) #name
#define PLUGIN_NAME(name) PLUGIN_TEXT(name)
static const char entry_name[] = PLUGIN_NAME(il_plugin_entry);
#ifdef IL_REAL_IS_DOUBLE
static const char other_entry_name[] = "il_plugin_entry";
static const char other_remedy[] = "compiled for float, proofs need double; expected it compiled once more with "
                                   "-DIL_REAL_IS_DOUBLE";
#else
static const char other_entry_name[] = "il_plugin_entry_f64";
static const char other_remedy[] = "compiled for double, which `prove` alone takes; expected it compiled without "
                                   "-DIL_REAL_IS_DOUBLE";
#endif

static const struct {
  const char *name;
  unsigned size;
} layout[] = {
#define PLUGIN_LAYOUT_ROW(type) {#type, sizeof(type)},
    IL_PLUGIN_LAYOUT_MAP(PLUGIN_LAYOUT_ROW)
#undef PLUGIN_LAYOUT_ROW
};

/* Mapping a file that was cut off ends in a signal, so its segments are compared with its size. What is no shared
 * object at all is left to the loader. */
static bool is_cut_off(FILE *file, size_t size) {
  ElfW(Ehdr) head;
  ElfW(Phdr) segment;
  if (fread(&head, sizeof head, 1, file) != 1 || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) return false;
  if (head.e_phentsize != sizeof segment) return false;
  if (head.e_phoff > size || fseeko(file, (off_t)head.e_phoff, SEEK_SET) != 0) return true;
  for (int i = 0; i < head.e_phnum; i++) {
    if (fread(&segment, sizeof segment, 1, file) != 1) return true;
    if (segment.p_filesz > size || segment.p_offset > size - segment.p_filesz) return true;
  }
  return false;
}

static il_status hash_stream(char digest[IL_DIGEST_TEXT], FILE *file, size_t length, const char *path,
                             il_error *error) {
  if (is_cut_off(file, length)) return il_fail(error, IL_INVALID, "%s: cut off; expected a whole shared object", path);
  rewind(file);
  return il_regular_hash(digest, file, path, error);
}

static il_status hash_file(char digest[IL_DIGEST_TEXT], const char *path, il_error *error) {
  FILE *file;
  size_t length;
  il_status status = il_regular_stream(&file, &length, path, error);
  if (status != IL_OK) return status;
  status = hash_stream(digest, file, length, path, error);
  (void)fclose(file);
  return status;
}

/* The loader's reason, without the path that stands before it. */
static const char *loader_says(const char *path) {
  const char *text = dlerror();
  size_t length = strlen(path);
  if (!text) return "unknown";
  return strncmp(text, path, length) == 0 && text[length] == ':' ? text + length + 2 : text;
}

static il_status check_version(const il_plugin *entry, const char *path, il_error *error) {
  if (entry->abi != IL_PLUGIN_ABI)
    return il_fail(error, IL_INVALID,
                   "%s: made for plug-in version %u; expected %d: compile it again with this version's headers", path,
                   entry->abi, IL_PLUGIN_ABI);
  for (int i = 0; i < IL_PLUGIN_LAYOUTS; i++)
    if (entry->layout[i] != layout[i].size)
      return il_fail(error, IL_INVALID,
                     "%s: compiled with other headers: its %s has %u bytes; expected %u: compile it again with this "
                     "version's headers",
                     path, layout[i].name, entry->layout[i], layout[i].size);
  return IL_OK;
}

/* path holds a slash: without one the loader would search its own folders. Never unloaded. */
static il_status load(const il_plugin **entry, const char *path, il_error *error) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return il_fail(error, IL_INVALID, "%s: cannot be loaded: %s; expected a shared object", path, loader_says(path));
  *entry = dlsym(handle, entry_name);
  if (!*entry && dlsym(handle, other_entry_name)) return il_fail(error, IL_INVALID, "%s: %s", path, other_remedy);
  if (!*entry)
    return il_fail(error, IL_INVALID, "%s: no plug-in: it exports no `%s`; see innerloop/plugin.h", path, entry_name);
  return check_version(*entry, path, error);
}

/* A list of the registry, ended by NULL. */
static const void *const *rows_of(const il_registry *registry, const il_row_kind *kind) {
  const void *const *rows;
  memcpy(&rows, (const char *)registry + kind->in_registry, sizeof rows);
  return rows;
}

static void set_rows(il_registry *registry, const il_row_kind *kind, const void *const *rows) {
  memcpy((char *)registry + kind->in_registry, &rows, sizeof rows);
}

/* A list of the entry with NULL at its end, as the registry has it. Errors: IL_INVALID (a count that cannot be, a row
 * that is NULL), IL_MEMORY. */
static il_status read_list(il_registry *own, int number, const il_plugin *entry, il_arena *arena, il_error *error) {
  const il_row_kind *kind = &il_row_kinds[number];
  const il_plugin_list list = il_plugin_rows(entry, number);
  if (list.count < 0 || list.count > IL_ROWS_MAX || (list.count > 0 && !list.at))
    return il_fail(error, IL_INVALID, "its list of %s has %d rows; expected IL_PLUGIN_ROWS of an array, at most %d",
                   kind->plural, list.count, IL_ROWS_MAX);
  const void **rows = il_arena_get(arena, (size_t)list.count + 1, sizeof *rows);
  if (!rows) return il_fail_memory(error, "the rows of a plug-in", 0);
  for (int i = 0; i < list.count; i++)
    if (!(rows[i] = list.at[i]))
      return il_fail(error, IL_INVALID,
                     "%s %d of %d in its list is NULL; expected a row (the list has a count, nothing ends it)",
                     kind->name, i + 1, list.count);
  set_rows(own, kind, rows);
  return IL_OK;
}

static il_status check_row(int kind, const il_row *row, int index, const il_registry *own, const il_registry *others,
                           il_arena *arena, il_error *error) {
  const char *word = il_row_kinds[kind].name;
  il_row other;
  il_status status = il_row_check(&il_row_kinds[kind], row, arena, error);
  if (status != IL_OK) return status;
  for (int i = 0; i < index && il_row_kinds[kind].at(&other, own, i); i++)
    if (strcmp(other.name, row->name) == 0)
      return il_fail(error, IL_INVALID, "two of its %s are called `%s`; expected a name of its own for each",
                     il_row_kinds[kind].plural, row->name);
  if (!il_row_called(&other, others, kind, row->name)) return IL_OK;
  const il_plugin_record *origin = il_registry_origin(others, other.self);
  return il_fail(error, IL_INVALID, "its %s `%s` has the name of the %s `%s` %s%s; expected another name", word,
                 row->name, word, other.name, origin ? "in " : "that is built in", origin ? origin->file : "");
}

static il_status check_rows(const il_registry *own, const il_registry *others, il_arena *arena, il_error *error) {
  il_status status = IL_OK;
  int rows = 0;
  for (int k = 0; k < IL_ROW_KINDS; k++) {
    il_row row;
    for (int i = 0; il_row_kinds[k].needs && status == IL_OK && il_row_kinds[k].at(&row, own, i); i++, rows++)
      status = check_row(k, &row, i, own, others, arena, error);
  }
  if (status == IL_OK && rows == 0)
    status = il_fail(error, IL_INVALID, "it is empty; expected an algorithm, a suite or a model");
  return status;
}

/* The kind's list of `own` behind that of `merged`. */
static il_status append(il_registry *merged, const il_row_kind *kind, const il_registry *own, il_arena *arena,
                        il_error *error) {
  const void *const *first = rows_of(merged, kind), *const *second = rows_of(own, kind);
  int count = 0, more = 0;
  while (first[count]) count++;
  while (second[more]) more++;
  if (count + more > IL_ROWS_MAX)
    return il_fail(error, IL_INVALID, "with its own there are %d %s; expected at most %d", count + more, kind->plural,
                   IL_ROWS_MAX);
  const void **all = il_arena_get(arena, (size_t)(count + more + 1), sizeof *all);
  if (!all) return il_fail_memory(error, "the rows of a plug-in", 0);
  for (int i = 0; i < count + more; i++) all[i] = i < count ? first[i] : second[i - count];
  set_rows(merged, kind, all);
  return IL_OK;
}

/* The rows of an entry, checked, behind those of `merged`. */
static il_status add_rows(il_registry *merged, const il_plugin *entry, il_arena *arena, il_error *error) {
  il_registry own = {0};
  il_status status = IL_OK;
  for (int k = 0; k < IL_ROW_KINDS && status == IL_OK; k++)
    if (il_row_kinds[k].needs) status = read_list(&own, k, entry, arena, error);
  if (status == IL_OK) status = check_rows(&own, merged, arena, error);
  for (int k = 0; k < IL_ROW_KINDS && status == IL_OK; k++)
    if (il_row_kinds[k].needs) status = append(merged, &il_row_kinds[k], &own, arena, error);
  return status;
}

static il_status add(il_registry *merged, il_plugin_record *record, const char *file, il_arena *arena,
                     il_error *error) {
  const char *slash = strrchr(file, '/');
  const char *path = slash ? file : il_arena_format(arena, "./%s", file);
  if (!path) return il_fail_memory(error, "a path", strlen(file) + 3);
  il_status status = hash_file(record->digest, path, error);
  if (status == IL_OK) status = load(&record->entry, path, error);
  if (status != IL_OK) return status;
  il_error why = {0};
  status = add_rows(merged, record->entry, arena, &why);
  if (status != IL_OK) return il_fail(error, status, "%s: %s", path, why.message);
  record->file = slash ? slash + 1 : file; /* from now on among merged->plugins */
  return IL_OK;
}

il_status il_plugins_load(il_registry *merged, const il_registry *base, const il_texts *files, il_arena *arena,
                          il_error *error) {
  *merged = *base;
  if (files->count == 0) return IL_OK;
  il_plugin_record *records = il_arena_get(arena, (size_t)files->count + 1, sizeof *records);
  if (!records) return il_fail_memory(error, "plug-ins", 0);
  merged->plugins = records;
  il_status status = IL_OK;
  for (int i = 0; i < files->count && status == IL_OK; i++)
    status = add(merged, &records[i], files->at[i], arena, error);
  return status;
}
