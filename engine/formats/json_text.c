/* Deterministic JSON through jansson. */
#include "formats/json_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number_text.h"

json_t *il_json_real(double value) {
  char text[64];
  if (!isfinite(value)) return json_null();
  il_format_real(text, sizeof text, value);
  return json_string(text);
}

il_status il_json_save(const char *directory, const char *name, json_t *root, il_file_facts *facts, il_error *error) {
  char *text = root ? json_dumps(root, JSON_SORT_KEYS | JSON_INDENT(2)) : NULL;
  json_decref(root);
  if (!text) return il_fail_memory(error, name, 0);
  il_file *file;
  il_status status = il_file_open(&file, directory, name, error);
  if (status == IL_OK) {
    il_file_write(file, text, strlen(text));
    il_file_write(file, "\n", 1);
    status = il_file_commit(file, facts, error);
  }
  free(text);
  return status;
}
