/* The row for any x86-64, and every other processor: four floats, fma in software. */
#define IL_KERNELS_ROW portable
#include "kernels/row_table.h"
