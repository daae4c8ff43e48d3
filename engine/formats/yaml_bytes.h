/* What is checked before libyaml reads a byte: UTF-8, control characters and tabs in the indentation. */
#ifndef INNERLOOP_FORMATS_YAML_BYTES_H
#define INNERLOOP_FORMATS_YAML_BYTES_H

#include <stddef.h>

#include "innerloop/status.h"

/* Room for a value quoted in a message. */
enum { IL_YAML_SHOWN = 72 };

/* Errors: IL_INVALID with "NAME:LINE:COLUMN: ..." at the first byte that is not allowed; columns count characters. */
il_status il_yaml_check_bytes(const char *name, const char *text, size_t size, il_error *error);

/* `text` for a message: cut after about 60 bytes, between characters. Returns buffer. */
const char *il_yaml_clip(char buffer[IL_YAML_SHOWN], const char *text);

#endif
