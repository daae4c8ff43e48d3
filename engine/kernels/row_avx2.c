/* The row for x86-64-v3: eight floats. */
#define IL_KERNELS_ROW avx2
#include "kernels/row_table.h"
