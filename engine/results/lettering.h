/* Small letters for pictures: capitals, digits and a few signs in a 3 x 5 raster, as large as asked for. */
#ifndef INNERLOOP_RESULTS_LETTERING_H
#define INNERLOOP_RESULTS_LETTERING_H

#include "formats/picture.h"

enum { IL_LETTER_HEIGHT = 5, IL_LETTER_ADVANCE = 4 }; /* raster points; a letter is 3 wide, then 1 is left free */

/* Writes `text` in black into the picture: its upper left corner at pixel (left, top), raster points of scale x scale
 * pixels. Small letters become capitals, what the raster does not have a question mark. What reaches over the edge of
 * the picture is cut off. */
void il_lettering_draw(il_picture *picture, int left, int top, int scale, const char *text);

#endif
