/* Zips through libzip. */
#include "data/zip_archive.h"

#include <string.h>

#include "base/regular.h"

/* What the numbers of libzip are, for somebody who has a file and not its source. */
static il_status refuse(const char *path, const char *what, int code, il_error *error) {
  if (code == ZIP_ER_EXISTS) return il_fail(error, IL_DATA, "%s: two entries have the same name", path);
  int system = code == ZIP_ER_OPEN || code == ZIP_ER_READ || code == ZIP_ER_NOENT || code == ZIP_ER_SEEK;
  zip_error_t reason;
  zip_error_init_with_code(&reason, code);
  il_status status =
      il_fail(error, system ? IL_IO : IL_DATA, "%s: cannot be read as %s: %s", path, what, zip_error_strerror(&reason));
  zip_error_fini(&reason);
  return status;
}

il_status il_zip_open(zip_t **archive, const char *path, const char *what, zip_int64_t entries_max, il_error *error) {
  int code = 0;
  *archive = NULL;
  il_status status = il_regular_check(path, error);
  if (status != IL_OK) return status;
  *archive = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (!*archive) return refuse(path, what, code, error);
  zip_int64_t entries = zip_get_num_entries(*archive, 0);
  if (entries >= 0 && entries <= entries_max) return IL_OK;
  zip_discard(*archive);
  *archive = NULL;
  return il_fail(error, IL_DATA, "%s: too many entries", path);
}

/* True for names that point outside of the archive: they mark a forged file. */
static int is_outside(const char *name) {
  if (name[0] == '/' || strchr(name, '\\')) return 1;
  for (const char *part = name; part; part = strchr(part, '/')) {
    part += *part == '/';
    if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) return 1;
  }
  return 0;
}

il_status il_zip_name(const char **name, zip_t *archive, zip_uint64_t index, const char *path, il_error *error) {
  *name = zip_get_name(archive, index, ZIP_FL_ENC_GUESS);
  if (!*name) return il_fail(error, IL_DATA, "%s: a damaged entry", path);
  if (!is_outside(*name)) return IL_OK;
  return il_fail(error, IL_DATA, "%.300s: %.150s: a name that points outside of the archive", path, *name);
}

int il_zip_size(size_t *size, zip_t *archive, zip_uint64_t index) {
  zip_stat_t facts;
  zip_stat_init(&facts);
  if (zip_stat_index(archive, index, 0, &facts) != 0 || !(facts.valid & ZIP_STAT_SIZE)) return -1;
  *size = (size_t)facts.size;
  return 0;
}

const char *il_zip_read(unsigned char *bytes, size_t size, zip_t *archive, zip_uint64_t index) {
  unsigned char beyond;
  zip_file_t *file = zip_fopen_index(archive, index, 0);
  if (!file) return zip_error_strerror(zip_get_error(archive));
  zip_int64_t read = zip_fread(file, bytes, size);
  zip_int64_t rest = read < 0 ? -1 : zip_fread(file, &beyond, 1); /* at the end libzip checks the CRC */
  int whole = read >= 0 && (zip_uint64_t)read == size && rest == 0;
  zip_fclose(file);
  return whole ? NULL : "a damaged entry";
}
