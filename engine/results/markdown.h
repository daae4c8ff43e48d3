/* Pieces of Markdown: cells of pipe tables and figures as people read them. */
#ifndef INNERLOOP_RESULTS_MARKDOWN_H
#define INNERLOOP_RESULTS_MARKDOWN_H

#include "base/files.h"
#include "innerloop/suite.h"
#include "statistics/statistics.h"

enum { IL_CELL_SIZE = 400 };

/* Losses, and what no built-in kind of task knows: as it is, three digits. */
extern const il_figure_format il_plain_format;

/* A figure as the kind of task prints it. "-" for NaN and infinity. */
void il_markdown_figure(char *text, size_t size, double value, const il_figure_format *format);
/* "0.672 ± 0.031" where both sides have that width when printed, else "99.90 [99.51, 100.00]". As many digits as it
 * takes to show an interval that is not empty: "0.0000 ± 0.0012". */
void il_markdown_interval(char *text, size_t size, double mean, const il_interval *interval,
                          const il_figure_format *format);
/* " text |" with the table's own character escaped and line breaks as spaces. */
void il_markdown_cell(il_file *file, const char *text);
/* Starts a table: header line and alignment line; `left` columns are aligned left, the others right. */
void il_markdown_header(il_file *file, const char *const *titles, int count, int left);

#endif
