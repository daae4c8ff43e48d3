/* JSON files the same every time: sorted keys, indented, LF, no NaN. On top of jansson. */
#ifndef INNERLOOP_FORMATS_JSON_TEXT_H
#define INNERLOOP_FORMATS_JSON_TEXT_H

#include <jansson.h>

#include "base/files.h"

/* A float as text that reads back to the same bits ("0.01"), null for NaN and infinity. New reference. */
json_t *il_json_real(double value);

/* Writes `root` to directory/name and releases it. NULL root: building it ran out of memory (IL_MEMORY). */
il_status il_json_save(const char *directory, const char *name, json_t *root, il_file_facts *facts, il_error *error);

#endif
