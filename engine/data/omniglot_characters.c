/* The alphabets of Omniglot (Lake, Salakhutdinov, Tenenbaum 2015) by character number, the number in the names of the
 * official drawings, and the split by alphabet of Vinyals et al. 2016 as published with Prototypical Networks (Snell et
 * al. 2017, github.com/jakesnell/prototypical-networks): 1028 + 172 + 423 characters. */
#include "data/omniglot_characters.h"

#include <stddef.h>

static const struct {
  int first; /* character number; the row holds up to the next row's */
  il_split split;
  const char *alphabet;
} rows[] = {
    {1, IL_SPLIT_TRAIN, "Arcadian"},
    {27, IL_SPLIT_VALIDATION, "Armenian"},
    {68, IL_SPLIT_TRAIN, "Asomtavruli_(Georgian)"},
    {108, IL_SPLIT_TRAIN, "Balinese"},
    {132, IL_SPLIT_VALIDATION, "Bengali"},
    {178, IL_SPLIT_TRAIN, "Blackfoot_(Canadian_Aboriginal_Syllabics)"},
    {192, IL_SPLIT_TRAIN, "Braille"},
    {218, IL_SPLIT_TRAIN, "Cyrillic"},
    {251, IL_SPLIT_VALIDATION, "Early_Aramaic"},
    {273, IL_SPLIT_TRAIN, "Syriac_(Estrangelo)"},
    {296, IL_SPLIT_TRAIN, "Anglo-Saxon_Futhorc"},
    {325, IL_SPLIT_TRAIN, "Futurama"},
    {351, IL_SPLIT_TRAIN, "Grantha"},
    {394, IL_SPLIT_TRAIN, "Greek"},
    {418, IL_SPLIT_TRAIN, "Gujarati"},
    {466, IL_SPLIT_VALIDATION, "Hebrew"},
    {488, IL_SPLIT_TRAIN, "Japanese_(hiragana)"},
    {540, IL_SPLIT_TRAIN, "Inuktitut_(Canadian_Aboriginal_Syllabics)"},
    {556, IL_SPLIT_TRAIN, "Malay_(Jawi_-_Arabic)"},
    {596, IL_SPLIT_TRAIN, "Japanese_(katakana)"},
    {643, IL_SPLIT_TRAIN, "Korean"},
    {683, IL_SPLIT_TRAIN, "Latin"},
    {709, IL_SPLIT_TRAIN, "Alphabet_of_the_Magi"},
    {729, IL_SPLIT_VALIDATION, "Mkhedruli_(Georgian)"},
    {770, IL_SPLIT_TRAIN, "Burmese_(Myanmar)"},
    {804, IL_SPLIT_TRAIN, "N_Ko"},
    {837, IL_SPLIT_TRAIN, "Ojibwe_(Canadian_Aboriginal_Syllabics)"},
    {851, IL_SPLIT_TRAIN, "Sanskrit"},
    {893, IL_SPLIT_TRAIN, "Tagalog"},
    {910, IL_SPLIT_TRAIN, "Tifinagh"},
    {965, IL_SPLIT_TRAIN, "Angelic"},
    {985, IL_SPLIT_TRAIN, "Atemayar_Qelisayer"},
    {1011, IL_SPLIT_TRAIN, "Atlantean"},
    {1037, IL_SPLIT_TRAIN, "Aurek-Besh"},
    {1063, IL_SPLIT_TRAIN, "Avesta"},
    {1089, IL_SPLIT_TRAIN, "Ge_ez"},
    {1115, IL_SPLIT_TRAIN, "Glagolitic"},
    {1160, IL_SPLIT_TRAIN, "Gurmukhi"},
    {1201, IL_SPLIT_TEST, "Gurmukhi"},
    {1205, IL_SPLIT_TEST, "Kannada"},
    {1246, IL_SPLIT_TEST, "Keble"},
    {1272, IL_SPLIT_TEST, "Malayalam"},
    {1319, IL_SPLIT_TEST, "Manipuri"},
    {1359, IL_SPLIT_TEST, "Mongolian"},
    {1389, IL_SPLIT_TEST, "Old_Church_Slavonic_(Cyrillic)"},
    {1434, IL_SPLIT_TEST, "Oriya"},
    {1480, IL_SPLIT_TEST, "Syriac_(Serto)"},
    {1503, IL_SPLIT_TEST, "Sylheti"},
    {1531, IL_SPLIT_TEST, "Tengwar"},
    {1556, IL_SPLIT_TEST, "Tibetan"},
    {1598, IL_SPLIT_TEST, "ULOG"},
};

static size_t row_of(int character) {
  size_t row = sizeof rows / sizeof rows[0];
  while (row > 1 && rows[row - 1].first > character) row--;
  return row - 1;
}

il_split il_omniglot_alphabet_split(int character) {
  return rows[row_of(character)].split;
}

const char *il_omniglot_alphabet(int character) {
  return rows[row_of(character)].alphabet;
}
