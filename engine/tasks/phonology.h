/* Procedural languages: written words of languages that do not exist, as glyphs are characters that do not. A language
 * is a random phonology and its spelling:
 *
 *   sounds      consonants and vowels, each there with about the share of the world's languages that have it (rounded
 *               from memory of PHOIBLE), with frequencies of the language's own, and one of a few spellings
 *   syllables   chances of an onset, a second consonant, a coda, a long vowel or diphthong; which consonants close
 *               syllables; vowel harmony; written tones
 *   stress      on the first, last but one or last syllable, or none: written, or heard in the vowels of the others
 *   words       a lexicon whose word r is drawn with probability proportional to 1 / (r + 2.7) (Zipf's law as
 *               Mandelbrot wrote it); the most frequent ones are short
 *   affixes     prefixes and suffixes, on a share of the other words that is the language's
 *   families    a language descends from one of a few ancestors: it has changed some of the ancestor's sounds and
 *               spellings, and keeps a share of its words, spelled by its own sounds
 *
 * How much languages differ is set so that fragments of 1, 3, 5 and 8 words are told apart about as well as those of
 * 351 real languages in Latin script. Language number n of a seed, and its word r, are pure functions of (seed, n, r).
 */
#ifndef INNERLOOP_TASKS_PHONOLOGY_H
#define INNERLOOP_TASKS_PHONOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "innerloop/random.h"

enum {
  IL_SOUNDS_MAX = 48,
  IL_LEXICON = 2000,
  IL_AFFIXES_MAX = 8,
  IL_LANGUAGE_FAMILIES = 4,
  IL_LANGUAGE_SHIFT = 16, /* 2^16 numbers a language, for its words */
  IL_SPELLED_BYTES = 40,
  IL_WORDS_KEPT = 64,     /* the most frequent words, spelled once a language */
  IL_FRAGMENT_WORDS = 64, /* of one fragment, at most */
  IL_FRAGMENT_BYTES = IL_FRAGMENT_WORDS * (3 * IL_SPELLED_BYTES + 1) + 1
};

/* A few letters that are written as one. */
typedef struct il_letters {
  char text[7];
  uint8_t size;
} il_letters;

/* A word or an affix; letters that would be too many are left out. */
typedef struct il_spelled {
  uint8_t size;
  char text[IL_SPELLED_BYTES];
} il_spelled;

/* Sounds of one kind: letters[i] are drawn with weight sum[i] - sum[i - 1]. */
typedef struct il_sounds {
  int count;
  uint32_t sum[IL_SOUNDS_MAX];
  il_letters letters[IL_SOUNDS_MAX];
} il_sounds;

typedef enum il_stress { IL_STRESS_NONE, IL_STRESS_FIRST, IL_STRESS_PENULT, IL_STRESS_LAST } il_stress;

/* A sound as a language, or the ancestor of a family, has it. */
typedef struct il_sound {
  bool there, closes; /* closes: it ends syllables */
  const char *text;   /* of static tables */
  uint32_t weight, as_coda;
} il_sound;

/* What the languages of one seed share. */
typedef struct il_language_world {
  uint64_t seed;
  float law[IL_LEXICON]; /* Zipf's: chance of a word up to r */
  il_sound families[IL_LANGUAGE_FAMILIES][IL_SOUNDS_MAX];
} il_language_world;
void il_language_world_start(il_language_world *world, uint64_t seed);

/* One language while it is drawn from, some 10 KB. Chances are in 256ths. */
typedef struct il_language {
  const il_language_world *world;
  uint64_t number;
  int family;
  il_sounds onsets, seconds, codas, vowels;
  uint8_t onset, second, coda, long_vowel, diphthong, tone, longer;
  bool harmony, doubled, stress_written;
  il_stress stress;
  uint8_t prefixed, suffixed;
  int function_words; /* the most frequent ones: one syllable, no affixes */
  int prefixes, suffixes;
  il_spelled prefix[IL_AFFIXES_MAX], suffix[IL_AFFIXES_MAX];
  il_spelled kept[IL_WORDS_KEPT]; /* size 0: not yet spelled */
} il_language;

/* Language `number` of a world: below 2^62, a multiple of 2^IL_LANGUAGE_SHIFT above those of the families; the numbers
 * behind it are its words'. */
void il_language_draw(il_language *language, const il_language_world *world, uint64_t number);

/* Word r (0 <= r < IL_LEXICON), without affixes. */
void il_language_word(il_spelled *word, const il_language *language, int rank);

/* A new fragment of `words` (1 <= words <= IL_FRAGMENT_WORDS) words, a space before, between and behind them, into text
 * [IL_FRAGMENT_BYTES]; returns its bytes. UTF-8. */
size_t il_language_fragment(char *text, il_language *language, il_stream *stream, int words);

#endif
