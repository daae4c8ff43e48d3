/* Facts about Omniglot that no image holds. */
#ifndef INNERLOOP_DATA_OMNIGLOT_CHARACTERS_H
#define INNERLOOP_DATA_OMNIGLOT_CHARACTERS_H

#include "innerloop/split.h"

enum {
  IL_OMNIGLOT_CHARACTERS = 1623, /* numbered from 1; 1 to 964 are the background set, the rest the evaluation set */
  IL_OMNIGLOT_BACKGROUND = 964,
  IL_OMNIGLOT_DRAWINGS = 20, /* of each character */
  IL_OMNIGLOT_SIDE = 105     /* pixels */
};

/* SHA-256 of all ink bits: characters, drawings, rows, columns in order, ink = 1, as numpy.packbits. */
#define IL_OMNIGLOT_DIGEST "48b48d807b25c6e902ebfe31da7a00ad3614e2a1014e97fe7b5a8d8f0399727b"

/* Split of character 1..1623 by alphabet (Vinyals et al. 2016), and its alphabet as the official folders are called. */
il_split il_omniglot_alphabet_split(int character);
const char *il_omniglot_alphabet(int character);

#endif
