/* Pages for a terminal of 80 columns. */
#ifndef INNERLOOP_CLI_PAGE_H
#define INNERLOOP_CLI_PAGE_H

#include <stdio.h>

enum { IL_PAGE_COLUMNS = 80 };

/* Prints `text` and a line break; words that would end beyond column 80 go to a new line, indented. column: where the
 * cursor stands (0: at the beginning of a line). */
void il_page_text(FILE *file, int column, int indent, const char *text);

/* Prints `left` from column 2 on and `text` beside it from column `middle` on, or below it where it is too long. */
void il_page_row(FILE *file, int middle, const char *left, const char *text);

/* Prints lines: those that begin with a blank as they are, others, one after the other, as one paragraph; a paragraph
 * ends at a line that ends in a colon, too. */
void il_page_lines(FILE *file, const char *lines);

#endif
