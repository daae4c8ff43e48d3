/* Drawing the scripts that results hold. */
#ifndef INNERLOOP_CLI_PLOT_H
#define INNERLOOP_CLI_PLOT_H

/* Runs gnuplot on curve.gp in `directory`: curve.svg. Returns 0, or -1 where gnuplot is missing or fails; the results
 * are complete without the picture. */
int il_plot_curves(const char *directory);

#endif
