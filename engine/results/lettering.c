/* A raster of 3 x 5 points a letter: five octal digits from top to bottom, the left point is the high bit. */
#include "results/lettering.h"

#include <string.h>

static const char signs[] = "0123456789abcdefghijklmnopqrstuvwxyz-_./ ?";
static const unsigned short rasters[] = {
    075557, 026227, 071747, 071717, 055711, 074717, 074757, 071122, 075757, 075717, /* 0 to 9 */
    025755, 065656, 034443, 065556, 074647, 074644, 034553, 055755, 072227,         /* a to i */
    011152, 055655, 044447, 057755, 065555, 025552, 065644, 025573, 065655,         /* j to r */
    034216, 072222, 055557, 055552, 055775, 055255, 055222, 071247,                 /* s to z */
    000700, 000007, 000002, 011244, 000000, 061202,                                 /* - _ . / space ? */
};

static unsigned raster_of(char sign) {
  if (sign >= 'A' && sign <= 'Z') sign = (char)(sign - 'A' + 'a');
  const char *at = sign ? strchr(signs, sign) : NULL;
  return at ? rasters[at - signs] : rasters[sizeof rasters / sizeof *rasters - 1];
}

static void fill(il_picture *picture, int left, int top, int scale) {
  for (int y = top; y < top + scale; y++)
    for (int x = left; x < left + scale; x++)
      if (x >= 0 && y >= 0 && x < picture->width && y < picture->height)
        memset(picture->samples + ((size_t)y * (size_t)picture->width + (size_t)x) * (size_t)picture->channels, 0,
               (size_t)picture->channels);
}

void il_lettering_draw(il_picture *picture, int left, int top, int scale, const char *text) {
  for (; *text; text++, left += IL_LETTER_ADVANCE * scale) {
    unsigned raster = raster_of(*text);
    for (int row = 0; row < IL_LETTER_HEIGHT; row++)
      for (int column = 0; column < 3; column++)
        if (raster >> (3 * (IL_LETTER_HEIGHT - 1 - row) + 2 - column) & 1)
          fill(picture, left + column * scale, top + row * scale, scale);
  }
}
