/* Data sets that are known by their names: how to get them, and what they must be. */
#ifndef INNERLOOP_DATA_KNOWN_SETS_H
#define INNERLOOP_DATA_KNOWN_SETS_H

#include <stddef.h>

typedef struct il_known_set {
  const char *name;
  const char *of; /* what its classes are called: "characters" */
  int classes, images;
  const char *digest; /* SHA-256 of the pixels, [images][height][width][channels] in the order of the set; NULL: none */
  const char *get;    /* the command that brings it in, after "get it by" */
  const char *terms;  /* what its makers ask of its users; NULL: nothing is known to be said here */
} il_known_set;

/* The set of that name, or NULL. */
const il_known_set *il_known_set_called(const char *name);

/* How to get the set `name`, known or not, for messages: "get it by `innerloop data ...`". */
void il_known_set_hint(char *text, size_t size, const char *name);
enum { IL_SET_HINT = 256 };

/* How much of a data set known by its name is there: writes "136 of 1623 characters" to text[size], or "" for one that
 * is complete or not known. */
void il_known_set_coverage(char *text, size_t size, const char *name, int classes);

#endif
