/* Words as a shell reads them back: lines to paste. */
#ifndef INNERLOOP_CLI_SHELL_WORD_H
#define INNERLOOP_CLI_SHELL_WORD_H

#include <stdio.h>

/* A blank and `text` as one word of a POSIX shell (section 2.2), in single quotes where it needs them. Control
 * characters and bytes that are no UTF-8 are written $'\012': for shells of POSIX.1-2024 (bash, zsh, ksh), so that a
 * line stays one. */
void il_shell_word(FILE *file, const char *text);

#endif
