/* YAML to a tree through libyaml's events. Bytes are checked before libyaml sees them, so that every error has a line
 * and a column; its terse problem texts are put into words a user can act on. */
#include "formats/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <yaml.h>

#include "formats/yaml_bytes.h"

enum { SIZE_MAX_BYTES = 1 << 20, DEPTH_MAX = 32, NODES_MAX = 10000 };

typedef struct yaml_reader {
  yaml_parser_t parser;
  const char *name;
  il_arena *arena;
  il_error *error;
  int nodes;
} yaml_reader;

/* What libyaml says, and what that means to the author of the file. */
static const struct {
  const char *problem, *text;
} problems[] = {
    {"mapping values are not allowed in this context",
     "`: ` is not expected here; expected one key per line at the same indentation, and quotes around text with `: `"},
    {"mapping keys are not allowed in this context", "`?` is not expected here; expected `key: value`"},
    {"block sequence entries are not allowed in this context",
     "`-` is not expected here; expected a list on lines of its own"},
    {"found character that cannot start any token",
     "this character cannot start a value; expected text that starts with it to be quoted"},
    {"could not find expected ':'", "this line is no `key: value`; expected `:` and a space after the key"},
    {"did not find expected key",
     "this line does not continue the map above; expected `key: value` at the same indentation"},
    {"did not find expected '-' indicator",
     "this line does not continue the list above; expected `- ` at the same indentation"},
    {"did not find expected ',' or ']'", "the list in brackets does not go on here; expected `,` or `]`"},
    {"did not find expected ',' or '}'", "the map in braces does not go on here; expected `,` or `}`"},
    {"did not find expected node content", "no value here; expected text, a list or a map"},
    {"found unexpected end of stream", "the quoted text never ends; expected a closing quote"},
    {"found unexpected document indicator", "a document marker inside quoted text; expected a closing quote"},
    {"found unknown escape character", "unknown escape in \"...\"; expected \\n, \\t, \\\", \\\\ or single quotes"},
    {"did not find expected hexdecimal number", "damaged \\x or \\u escape; expected hexadecimal digits"},
    {"found invalid Unicode character escape code", "the \\u escape names no character; expected a Unicode code point"},
    {"did not find expected <document start>", "something stands after the end of the document; expected nothing"},
    {"found undefined tag handle", "tags (`!...`) are not supported; expected a plain value"},
    {"did not find expected whitespace or line break", "expected a space after the tag or directive"},
    {"found unknown directive name", "unknown directive `%...`; expected a plain document"},
    {"found incompatible YAML document", "unsupported YAML version; expected 1.1 or 1.2"},
    {"did not find expected alphabetic or numeric character",
     "`&` and `*` start an anchor or alias; expected quoted text"},
    {"found a tab character that violates indentation", "a tab in the indentation; expected spaces"},
    {"found a tab character where an indentation space is expected", "a tab in the indentation; expected spaces"},
    {"found an indentation indicator equal to 0", "the block text's indentation is 0; expected 1 to 9"},
    {"did not find expected comment or line break", "something stands after `|` or `>`; expected the end of the line"},
};

static const char *explain(const char *problem) {
  for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++)
    if (strcmp(problem, problems[i].problem) == 0) return problems[i].text;
  return problem;
}

static il_status fail_at(yaml_reader *reader, yaml_mark_t mark, const char *text) {
  return il_fail(reader->error, IL_INVALID, "%s:%zu:%zu: %s", reader->name, mark.line + 1, mark.column + 1, text);
}

static il_status parser_failed(yaml_reader *reader) {
  const yaml_parser_t *parser = &reader->parser;
  if (parser->error == YAML_MEMORY_ERROR) return il_fail_memory(reader->error, "the YAML parser", 0);
  const char *problem = parser->problem ? parser->problem : "not YAML";
  /* A reader error has no problem mark; the scanner's position is at most one buffer before it. */
  yaml_mark_t mark = parser->error == YAML_READER_ERROR ? parser->mark : parser->problem_mark;
  return fail_at(reader, mark, explain(problem));
}

static il_status next_event(yaml_reader *reader, yaml_event_t *event) {
  return yaml_parser_parse(&reader->parser, event) ? IL_OK : parser_failed(reader);
}

/* Anchor and tag of an event that starts a node. */
static void decorations(const yaml_event_t *event, const yaml_char_t **anchor, const yaml_char_t **tag) {
  *anchor = *tag = NULL;
  if (event->type == YAML_SCALAR_EVENT) {
    *anchor = event->data.scalar.anchor;
    *tag = event->data.scalar.tag;
  } else if (event->type == YAML_SEQUENCE_START_EVENT) {
    *anchor = event->data.sequence_start.anchor;
    *tag = event->data.sequence_start.tag;
  } else if (event->type == YAML_MAPPING_START_EVENT) {
    *anchor = event->data.mapping_start.anchor;
    *tag = event->data.mapping_start.tag;
  }
}

static il_status check_plain(yaml_reader *reader, const yaml_event_t *event) {
  const yaml_char_t *anchor, *tag;
  decorations(event, &anchor, &tag);
  if (event->type == YAML_ALIAS_EVENT)
    return fail_at(reader, event->start_mark, "aliases (`*name`) are not supported; expected the value itself");
  if (anchor) return fail_at(reader, event->start_mark, "anchors (`&name`) are not supported; expected a plain value");
  if (tag) return fail_at(reader, event->start_mark, "tags (`!...`) are not supported; expected a plain value");
  return IL_OK;
}

/* The scalar's text in the arena; an escaped NUL would cut it short. */
static il_status scalar_text(yaml_reader *reader, const char **text, const yaml_event_t *event) {
  const char *value = (const char *)event->data.scalar.value;
  if (strlen(value) != event->data.scalar.length)
    return fail_at(reader, event->start_mark, "a NUL character in the text; expected printable text");
  *text = il_arena_text(reader->arena, value);
  return *text ? IL_OK : il_fail_memory(reader->error, "the YAML tree", event->data.scalar.length + 1);
}

static il_status new_node(yaml_reader *reader, il_yaml **node, yaml_mark_t mark) {
  if (++reader->nodes > NODES_MAX) return fail_at(reader, mark, "too many values; expected at most 10000");
  *node = il_arena_get(reader->arena, 1, sizeof **node);
  if (!*node) return il_fail_memory(reader->error, "the YAML tree", sizeof **node);
  (*node)->origin = reader->name;
  (*node)->line = (int)mark.line + 1;
  (*node)->column = (int)mark.column + 1;
  return IL_OK;
}

static il_status read_node(yaml_reader *reader, il_yaml **node, const yaml_event_t *event, int depth);

static il_status read_list(yaml_reader *reader, il_yaml *list, int depth) {
  il_yaml **tail = &list->first;
  for (;;) {
    yaml_event_t event;
    il_status status = next_event(reader, &event);
    if (status != IL_OK) return status;
    bool end = event.type == YAML_SEQUENCE_END_EVENT;
    if (!end) status = read_node(reader, tail, &event, depth);
    yaml_event_delete(&event);
    if (end || status != IL_OK) return status;
    tail = &(*tail)->next;
  }
}

static il_status check_key(yaml_reader *reader, const yaml_event_t *event, const il_yaml *map, const char *key) {
  if (!*key) return fail_at(reader, event->start_mark, "the key is empty; expected `key: value`");
  const il_yaml *twin = il_yaml_get(map, key);
  if (!twin) return IL_OK;
  char shown[IL_YAML_SHOWN];
  return il_fail(reader->error, IL_INVALID,
                 "%s:%zu:%zu: duplicate key `%s`; expected it once, it stands in line %d too", reader->name,
                 event->start_mark.line + 1, event->start_mark.column + 1, il_yaml_clip(shown, key), twin->key_line);
}

/* A key and its value; `event` is the key's. */
static il_status read_pair(yaml_reader *reader, il_yaml *map, il_yaml **tail, const yaml_event_t *event, int depth) {
  il_status status = check_plain(reader, event);
  if (status != IL_OK) return status;
  if (event->type != YAML_SCALAR_EVENT)
    return fail_at(reader, event->start_mark, "the key is a list or a map; expected text");
  const char *key;
  status = scalar_text(reader, &key, event);
  if (status != IL_OK) return status;
  status = check_key(reader, event, map, key);
  if (status != IL_OK) return status;
  yaml_event_t value;
  status = next_event(reader, &value);
  if (status != IL_OK) return status;
  il_yaml *node = NULL;
  status = read_node(reader, &node, &value, depth);
  yaml_event_delete(&value);
  if (status != IL_OK) return status;
  node->key = key;
  node->key_line = (int)event->start_mark.line + 1;
  node->key_column = (int)event->start_mark.column + 1;
  *tail = node;
  return IL_OK;
}

static il_status read_map(yaml_reader *reader, il_yaml *map, int depth) {
  il_yaml **tail = &map->first;
  for (;;) {
    yaml_event_t event;
    il_status status = next_event(reader, &event);
    if (status != IL_OK) return status;
    bool end = event.type == YAML_MAPPING_END_EVENT;
    if (!end) status = read_pair(reader, map, tail, &event, depth);
    yaml_event_delete(&event);
    if (end || status != IL_OK) return status;
    tail = &(*tail)->next;
  }
}

static il_status read_node(yaml_reader *reader, il_yaml **node, const yaml_event_t *event, int depth) {
  il_status status = check_plain(reader, event);
  if (status != IL_OK) return status;
  if (depth >= DEPTH_MAX) return fail_at(reader, event->start_mark, "nested too deeply; expected at most 32 levels");
  il_yaml *made = NULL;
  status = new_node(reader, &made, event->start_mark);
  if (status != IL_OK) return status;
  *node = made;
  if (event->type == YAML_SEQUENCE_START_EVENT) {
    made->kind = IL_YAML_LIST;
    return read_list(reader, made, depth + 1);
  }
  if (event->type == YAML_MAPPING_START_EVENT) {
    made->kind = IL_YAML_MAP;
    return read_map(reader, made, depth + 1);
  }
  made->kind = IL_YAML_SCALAR;
  made->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
  return scalar_text(reader, &made->text, event);
}

static il_status empty_map(yaml_reader *reader, il_yaml **root) {
  il_status status = new_node(reader, root, (yaml_mark_t){0, 0, 0});
  if (status == IL_OK) (*root)->kind = IL_YAML_MAP;
  return status;
}

/* The one document: its root, its end, and the end of the stream. `event` is its start. */
static il_status read_document(yaml_reader *reader, il_yaml **root, const yaml_event_t *start) {
  if (start->data.document_start.tag_directives.start != start->data.document_start.tag_directives.end)
    return fail_at(reader, start->start_mark, "%TAG directives are not supported; expected a plain document");
  yaml_event_t event;
  il_status status = next_event(reader, &event);
  if (status != IL_OK) return status;
  status = read_node(reader, root, &event, 0);
  yaml_event_delete(&event);
  if (status != IL_OK) return status;
  for (int i = 0; i < 2; i++) { /* document end, then stream end */
    status = next_event(reader, &event);
    if (status != IL_OK) return status;
    if (event.type == YAML_DOCUMENT_START_EVENT)
      status = fail_at(reader, event.start_mark, "a second document; expected one document a file");
    yaml_event_delete(&event);
    if (status != IL_OK) return status;
  }
  bool empty = (*root)->kind == IL_YAML_SCALAR && !(*root)->quoted && !*(*root)->text;
  return empty ? empty_map(reader, root) : IL_OK;
}

static il_status read_stream(yaml_reader *reader, il_yaml **root) {
  yaml_event_t event;
  il_status status = next_event(reader, &event); /* stream start */
  if (status != IL_OK) return status;
  yaml_event_delete(&event);
  status = next_event(reader, &event);
  if (status != IL_OK) return status;
  if (event.type == YAML_STREAM_END_EVENT)
    status = empty_map(reader, root);
  else
    status = read_document(reader, root, &event);
  yaml_event_delete(&event);
  return status;
}

il_status il_yaml_parse(il_yaml **root, const char *name, const char *text, size_t size, il_arena *arena,
                        il_error *error) {
  *root = NULL;
  yaml_reader reader = {.name = il_arena_text(arena, name), .arena = arena, .error = error};
  if (!reader.name) return il_fail_memory(error, "a file name", strlen(name) + 1);
  if (size > SIZE_MAX_BYTES)
    return il_fail(error, IL_INVALID, "%s:1:1: %zu bytes of YAML; expected at most 1 MiB", name, size);
  il_status status = il_yaml_check_bytes(name, text, size, error);
  if (status != IL_OK) return status;
  size_t mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* libyaml counts it as a column */
  if (!yaml_parser_initialize(&reader.parser)) return il_fail_memory(error, "the YAML parser", 0);
  yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text + mark, size - mark);
  il_yaml *tree = NULL;
  status = read_stream(&reader, &tree);
  yaml_parser_delete(&reader.parser);
  if (status == IL_OK) *root = tree;
  return status;
}

/* All bytes of an open regular file; one byte more than the limit tells that it is too large. */
static il_status read_bytes(char **text, size_t *size, const char *file, int descriptor, il_arena *arena,
                            il_error *error) {
  struct stat facts;
  if (fstat(descriptor, &facts) != 0) return il_fail(error, IL_IO, "%s: cannot read: %s", file, strerror(errno));
  if (!S_ISREG(facts.st_mode)) return il_fail(error, IL_INVALID, "%s:1:1: not a regular file; expected YAML", file);
  if (facts.st_size > SIZE_MAX_BYTES)
    return il_fail(error, IL_INVALID, "%s:1:1: %lld bytes; expected at most 1 MiB", file, (long long)facts.st_size);
  size_t room = (size_t)facts.st_size + 1;
  *text = il_arena_get(arena, room, 1);
  if (!*text) return il_fail_memory(error, "a YAML file", room);
  *size = 0;
  while (*size < room) {
    ssize_t got = read(descriptor, *text + *size, room - *size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return il_fail(error, IL_IO, "%s: cannot read: %s", file, strerror(errno));
    if (got == 0) return IL_OK;
    *size += (size_t)got;
  }
  return il_fail(error, IL_IO, "%s: grew while it was read; expected a file at rest", file);
}

il_status il_yaml_read(il_yaml **root, const char *file, il_arena *arena, il_error *error) {
  *root = NULL;
  /* Not blocking: opening a named pipe must not hang. */
  int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return il_fail(error, IL_IO, "%s: cannot open: %s", file, strerror(errno));
  char *text = NULL;
  size_t size = 0;
  il_status status = read_bytes(&text, &size, file, descriptor, arena, error);
  close(descriptor);
  if (status != IL_OK) return status;
  return il_yaml_parse(root, file, text, size, arena, error);
}

const il_yaml *il_yaml_get(const il_yaml *map, const char *key) {
  for (const il_yaml *child = map->kind == IL_YAML_MAP ? map->first : NULL; child; child = child->next)
    if (strcmp(child->key, key) == 0) return child;
  return NULL;
}

il_status il_yaml_fail(il_error *error, const il_yaml *node, const char *format, ...) {
  char text[IL_MESSAGE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (node->line <= 0) return il_fail(error, IL_INVALID, "%s: %s", node->origin, text);
  return il_fail(error, IL_INVALID, "%s:%d:%d: %s", node->origin, node->line, node->column, text);
}
