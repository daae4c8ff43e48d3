/* Sounds, syllables, words. */
#include "tasks/phonology.h"

#include <string.h>

enum { SPELLINGS = 4, SYLLABLES_MAX = 6 };

/* Chances in percent of languages; weight: how frequent the sound is where it exists. */
typedef struct sound_row {
  uint8_t chance, weight;
  const char *spellings[SPELLINGS]; /* the first is the commonest */
} sound_row;

static const sound_row consonants[] = {
    {96, 40, {"m"}},
    {95, 60, {"n"}},
    {90, 50, {"k", "c", "q", "kk"}},
    {88, 60, {"t", "t", "tt", "th"}},
    {86, 35, {"p"}},
    {82, 30, {"w", "v", "u", "w"}},
    {80, 50, {"s", "s", "z", "c"}},
    {88, 30, {"y", "j", "i", "y"}},
    {78, 50, {"l"}},
    {75, 55, {"r", "r", "rr", "l"}},
    {63, 30, {"b"}},
    {56, 35, {"d", "d", "dd", "dh"}},
    {57, 30, {"g", "g", "gh", "gu"}},
    {56, 25, {"h", "h", "j", "x"}},
    {55, 20, {"ng", "ŋ", "n'", "ñ"}},
    {42, 12, {"ny", "ñ", "nh", "ń"}},
    {44, 20, {"f", "f", "ph", "v"}},
    {37, 18, {"sh", "š", "ch", "sz"}},
    {40, 15, {"ch", "č", "c", "tx"}},
    {27, 12, {"j", "dz", "dj", "ž"}},
    {30, 15, {"z", "z", "s", "ż"}},
    {27, 15, {"v", "v", "w", "b"}},
    {20, 12, {"x", "kh", "ch", "ḥ"}},
    {30, 15, {"'", "ʼ", "q", "h"}},
    {22, 10, {"ts", "c", "tz", "ț"}},
    {12, 8, {"ž", "j", "zh", "rz"}},
    {15, 12, {"mb", "mb", "mp", "b"}},
    {15, 14, {"nd", "nd", "nt", "d"}},
    {12, 8, {"gb", "kp", "gw", "kw"}},
    {12, 8, {"th", "þ", "z", "đ"}},
    {10, 8, {"ll", "lh", "ł", "ļ"}},
    {8, 6, {"q", "ḳ", "ķ", "k'"}},
};

static const sound_row vowels[] = {
    {98, 90, {"a"}},
    {94, 70, {"i", "i", "i", "y"}},
    {88, 55, {"u", "u", "u", "ou"}},
    {72, 50, {"e", "e", "e", "é"}},
    {70, 50, {"o"}},
    {30, 30, {"ɛ", "è", "ê", "e"}},
    {30, 25, {"ɔ", "ò", "ô", "o"}},
    {22, 35, {"ə", "ë", "e", "ă"}},
    {10, 15, {"ü", "y", "ü", "u"}},
    {9, 15, {"ö", "ø", "ö", "œ"}},
    {12, 20, {"ı", "y", "î", "ï"}},
    {10, 20, {"ä", "æ", "á", "ea"}},
    {15, 15, {"ã", "an", "ą", "am"}},
};

/* Second consonants of an onset, by their commonest spelling. */
static const unsigned changed = 48, cognate = 64; /* of 256 sounds and words */
static const char liquids[] = "rlwy";

enum { CONSONANTS = sizeof consonants / sizeof *consonants, VOWELS = sizeof vowels / sizeof *vowels };

/* Random numbers of few bits, four to a word of the stream: most choices are between few things. */
typedef struct small_draws {
  il_stream *stream;
  uint32_t bits;
  int left; /* bytes of `bits` */
} small_draws;

static unsigned roll_byte(small_draws *draws) {
  if (draws->left == 0) {
    draws->bits = il_random_word(draws->stream);
    draws->left = 4;
  }
  unsigned byte = draws->bits & 0xff;
  draws->bits >>= 8;
  draws->left--;
  return byte;
}

/* Uniform in [0, bound) to within 1 / 256 of a number's chance, or 1 / 65536 where bound is above 16; bound <= 65536.
 */
static unsigned roll(small_draws *draws, unsigned bound) {
  unsigned low = roll_byte(draws);
  if (bound <= 16) return low * bound >> 8;
  return (low | roll_byte(draws) << 8) * bound >> 16;
}

static bool happens(small_draws *draws, unsigned chance) {
  return chance > 0 && roll_byte(draws) < chance;
}

static unsigned between(small_draws *draws, unsigned least, unsigned most) {
  return least + roll(draws, most - least + 1);
}

/* ---- a language ---- */

static void add_sound(il_sounds *sounds, const char *text, uint32_t weight) {
  if (weight == 0 || sounds->count == IL_SOUNDS_MAX) return;
  int last = sounds->count++;
  il_letters *letters = &sounds->letters[last];
  letters->size = (uint8_t)strlen(text);
  memcpy(letters->text, text, letters->size);
  sounds->sum[last] = weight + (last > 0 ? sounds->sum[last - 1] : 0);
}

static const char *spelled(small_draws *draws, const sound_row *row) {
  const char *text = row->spellings[happens(draws, 215) ? 0 : roll(draws, SPELLINGS)];
  return text ? text : row->spellings[0];
}

/* How frequent a sound is in one language: skewed, between a ninth and three times its weight. */
static uint32_t frequency(small_draws *draws, const sound_row *row) {
  return row->weight * (2 + roll(draws, 4)) * (2 + roll(draws, 4));
}

static il_sound draw_row(small_draws *draws, const sound_row *row) {
  il_sound drawn;
  drawn.there = roll(draws, 100) < row->chance;
  drawn.text = spelled(draws, row);
  drawn.weight = frequency(draws, row);
  drawn.as_coda = frequency(draws, row);
  drawn.closes = roll(draws, 100) < 30;
  return drawn;
}

/* Of the family's sounds a language has changed some. */
static il_sound inherit(small_draws *draws, const il_sound *old, const sound_row *row) {
  return happens(draws, changed) ? draw_row(draws, row) : *old;
}

static void draw_consonants(il_language *language, small_draws *draws, const il_sound *family) {
  for (int i = 0; i < CONSONANTS; i++) {
    const sound_row *row = &consonants[i];
    il_sound drawn = inherit(draws, &family[i], row);
    bool follows = strchr(liquids, row->spellings[0][0]) != NULL && row->spellings[0][1] == '\0';
    if (!drawn.there && i > 0) continue; /* every language has an m */
    add_sound(&language->onsets, drawn.text, drawn.weight);
    if (drawn.closes || i < 2) add_sound(&language->codas, drawn.text, drawn.as_coda);
    if (follows || i == 0) add_sound(&language->seconds, drawn.text, follows ? drawn.as_coda : 1);
  }
}

static void draw_vowels(il_language *language, small_draws *draws, const il_sound *family) {
  for (int i = 0; i < VOWELS; i++) {
    il_sound drawn = inherit(draws, &family[CONSONANTS + i], &vowels[i]);
    if (drawn.there || i == 0) add_sound(&language->vowels, drawn.text, drawn.weight);
  }
}

/* A chance that most languages have little of and some much. */
static uint8_t skewed(small_draws *draws, unsigned most) {
  unsigned a = roll(draws, most), b = roll(draws, most);
  return (uint8_t)(a * b / most);
}

static void draw_syllables(il_language *language, small_draws *draws) {
  language->onset = (uint8_t)between(draws, 180, 250);
  language->second = skewed(draws, 60);
  language->coda = (uint8_t)between(draws, 0, 150);
  language->long_vowel = skewed(draws, 60);
  language->diphthong = skewed(draws, 80);
  language->tone = happens(draws, 16) ? (uint8_t)between(draws, 30, 160) : 0;
  language->longer = (uint8_t)between(draws, 40, 170);
  language->harmony = happens(draws, 50);
  language->doubled = happens(draws, 128);
  language->stress = (il_stress)roll(draws, 4);
  language->stress_written = happens(draws, 25);
  language->function_words = (int)between(draws, 15, 60);
}

static il_stream stream_of(uint64_t seed, uint64_t number) {
  return il_stream_open(seed, IL_PURPOSE_SUITE, number);
}

/* Families stand before the first split. */
static uint64_t family_number(int family) {
  return (uint64_t)(1 + family) << IL_LANGUAGE_SHIFT;
}

static int draw_sound(const il_sounds *sounds, small_draws *draws) {
  uint32_t at = roll(draws, sounds->sum[sounds->count - 1]);
  int i = 0;
  while (sounds->sum[i] <= at) i++;
  return i;
}

/* ---- words ---- */

static void append(il_spelled *word, il_letters letters) {
  if (word->size + letters.size > IL_SPELLED_BYTES) return;
  memcpy(word->text + word->size, letters.text, letters.size);
  word->size = (uint8_t)(word->size + letters.size);
}

static const il_letters acute = {"\u0301", 2}, grave = {"\u0300", 2}, macron = {"\u0304", 2};

/* With harmony a word keeps to the even or the odd vowels of its language. */
static il_letters draw_vowel(const il_language *language, small_draws *draws, unsigned side) {
  const il_sounds *nuclei = &language->vowels;
  int i = draw_sound(nuclei, draws);
  if (language->harmony && nuclei->count >= 4 && i < (nuclei->count & ~1)) i = (i & ~1) | (int)side;
  return nuclei->letters[i];
}

typedef struct syllable_place {
  bool stressed, first;
  unsigned side; /* of vowel harmony */
} syllable_place;

static void append_sound(il_spelled *word, const il_sounds *sounds, small_draws *draws) {
  append(word, sounds->letters[draw_sound(sounds, draws)]);
}

static void append_syllable(il_spelled *word, const il_language *language, small_draws *draws, syllable_place place) {
  bool reduced = language->stress != IL_STRESS_NONE && !language->stress_written && !place.stressed;
  if (happens(draws, place.first ? language->onset : 240)) {
    append_sound(word, &language->onsets, draws);
    if (happens(draws, language->second)) append_sound(word, &language->seconds, draws);
  }
  il_letters vowel = draw_vowel(language, draws, place.side);
  if (reduced && happens(draws, 100)) vowel = language->vowels.letters[0];
  append(word, vowel);
  if (place.stressed && language->stress_written && language->stress != IL_STRESS_NONE) append(word, acute);
  if (happens(draws, language->tone)) append(word, happens(draws, 128) ? grave : acute);
  if (happens(draws, language->long_vowel))
    append(word, language->doubled ? vowel : macron);
  else if (happens(draws, language->diphthong))
    append_sound(word, &language->vowels, draws);
  if (happens(draws, language->coda)) append_sound(word, &language->codas, draws);
}

static void append_syllables(il_spelled *word, const il_language *language, small_draws *draws, int syllables) {
  word->size = 0;
  int stressed = language->stress == IL_STRESS_FIRST ? 0 : syllables - 1 - (language->stress == IL_STRESS_PENULT);
  unsigned side = roll(draws, 2);
  for (int i = 0; i < syllables; i++)
    append_syllable(word, language, draws,
                    (syllable_place){.stressed = i == (stressed < 0 ? 0 : stressed), .first = i == 0, .side = side});
}

void il_language_word(il_spelled *word, const il_language *language, int rank) {
  il_stream own = stream_of(language->world->seed, language->number + 1 + (uint64_t)rank), old;
  small_draws draws = {.stream = &own};
  if (happens(&draws, cognate)) {
    old = stream_of(language->world->seed, family_number(language->family) + 1 + (uint64_t)rank);
    draws = (small_draws){.stream = &old};
  }
  int syllables = 1, function_word = rank < language->function_words;
  for (int i = 1; i < (function_word ? 2 : SYLLABLES_MAX); i++)
    syllables += happens(&draws, function_word ? language->longer / 3 : language->longer);
  append_syllables(word, language, &draws, syllables);
}

static int draw_affixes(il_spelled *affixes, const il_language *language, small_draws *draws, int most) {
  int count = 1 + (int)roll(draws, (unsigned)most);
  for (int i = 0; i < count; i++) append_syllables(&affixes[i], language, draws, 1);
  return count;
}

void il_language_draw(il_language *language, const il_language_world *world, uint64_t number) {
  il_stream stream = stream_of(world->seed, number);
  small_draws draws = {.stream = &stream};
  language->world = world;
  language->number = number;
  language->family = (int)roll(&draws, IL_LANGUAGE_FAMILIES);
  language->onsets.count = language->seconds.count = language->codas.count = language->vowels.count = 0;
  draw_consonants(language, &draws, world->families[language->family]);
  draw_vowels(language, &draws, world->families[language->family]);
  draw_syllables(language, &draws);
  language->prefixed = skewed(&draws, 140);
  language->suffixed = skewed(&draws, 256);
  language->prefixes = draw_affixes(language->prefix, language, &draws, IL_AFFIXES_MAX);
  language->suffixes = draw_affixes(language->suffix, language, &draws, IL_AFFIXES_MAX);
  for (int i = 0; i < IL_WORDS_KEPT; i++) language->kept[i].size = 0;
}

void il_language_world_start(il_language_world *world, uint64_t seed) {
  static const double shift = 2.7;
  double whole = 0, sum = 0;
  for (int r = 0; r < IL_LEXICON; r++) whole += 1 / (r + shift);
  for (int r = 0; r < IL_LEXICON; r++) {
    sum += 1 / (r + shift);
    world->law[r] = (float)(sum / whole);
  }
  world->seed = seed;
  for (int f = 0; f < IL_LANGUAGE_FAMILIES; f++) {
    il_stream stream = stream_of(seed, family_number(f));
    small_draws draws = {.stream = &stream};
    for (int i = 0; i < CONSONANTS; i++) world->families[f][i] = draw_row(&draws, &consonants[i]);
    for (int i = 0; i < VOWELS; i++) world->families[f][CONSONANTS + i] = draw_row(&draws, &vowels[i]);
  }
}

/* ---- fragments ---- */

static int draw_rank(const il_language_world *world, il_stream *stream) {
  float at = il_random_uniform(stream, 0, 1);
  int low = 0, high = IL_LEXICON - 1; /* the first whose sum is above `at` */
  while (low < high) {
    int middle = (low + high) / 2;
    if (world->law[middle] > at)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* Affixes of all words but the most frequent ones: a share of a list. */
static size_t append_affix(char *text, const il_spelled *affixes, int count, unsigned chance, small_draws *draws) {
  if (!happens(draws, chance)) return 0;
  const il_spelled *affix = &affixes[roll(draws, (unsigned)count)];
  memcpy(text, affix->text, affix->size);
  return affix->size;
}

static size_t append_root(char *text, il_language *language, int rank) {
  il_spelled rare, *word = rank < IL_WORDS_KEPT ? &language->kept[rank] : &rare;
  if (word == &rare || word->size == 0) il_language_word(word, language, rank);
  memcpy(text, word->text, word->size);
  return word->size;
}

size_t il_language_fragment(char *text, il_language *language, il_stream *stream, int words) {
  small_draws draws = {.stream = stream};
  size_t size = 0;
  text[size++] = ' ';
  for (int i = 0; i < words; i++) {
    int rank = draw_rank(language->world, stream);
    bool content = rank >= language->function_words;
    unsigned prefixed = content ? language->prefixed : 0, suffixed = content ? language->suffixed : 0;
    size += append_affix(text + size, language->prefix, language->prefixes, prefixed, &draws);
    size += append_root(text + size, language, rank);
    size += append_affix(text + size, language->suffix, language->suffixes, suffixed, &draws);
    text[size++] = ' ';
  }
  return size;
}
