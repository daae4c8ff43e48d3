/* A sheet of small pictures, to look at what a suite of images draws. */
#ifndef INNERLOOP_RESULTS_CONTACT_SHEET_H
#define INNERLOOP_RESULTS_CONTACT_SHEET_H

#include "formats/picture.h"
#include "innerloop/suite.h"

enum { IL_SHEET_ROWS = 20, IL_SHEET_COLUMNS = 10 };

/* Draws test tasks of an opened suite: each row a class with its name before it, all different, *classes of them (fewer
 * than IL_SHEET_ROWS where there are no more), each column one of its images, as the learner sees them (darker is
 * larger; inverted != 0: lighter), below `title`. Release with il_picture_free. Errors: IL_INVALID (no suite of
 * images), IL_MEMORY. */
il_status il_contact_sheet(il_picture *sheet, int *classes, const il_suite *suite, const void *state, const char *title,
                           int inverted, il_error *error);

#endif
