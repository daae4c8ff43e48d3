/* The row for x86-64-v4: sixteen floats. */
#define IL_KERNELS_ROW avx512
#include "kernels/row_table.h"
