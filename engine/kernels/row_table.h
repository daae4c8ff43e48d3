/* One vector row of the kernel table: included once by each row_NAME.c, which says IL_KERNELS_ROW, the name of the row.
 * The instruction set is a compiler option of that file (kernels.cmake). No include guard: the file is the translation
 * unit. */
#include "kernels/row_batch_norm.h"
#include "kernels/row_convolution.h"
#include "kernels/row_convolution_weights.h"
#include "kernels/row_gemm.h"
#include "kernels/row_pointwise.h"
#include "kernels/row_pool.h"
#include "kernels/row_reduce.h"
#include "kernels/row_softmax.h"
#include "kernels/row_transpose.h"

#define ROW_TEXT_OF(row) #row
#define ROW_TEXT(row) ROW_TEXT_OF(row)
#define ROW_TABLE_OF(row) il_kernels_##row
#define ROW_TABLE(row) ROW_TABLE_OF(row)

const il_kernels ROW_TABLE(IL_KERNELS_ROW) = {
    .name = ROW_TEXT(IL_KERNELS_ROW),
    .contract = IL_KERNELS_PINNED,
    .gemm = row_gemm,
    .convolve = row_convolve,
    .convolve_input = row_convolve_input,
    .convolve_weights = row_convolve_weights,
#define ROW_ENTRY(code, name, operands, value) .pointwise[IL_POINTWISE_##code] = row_##name,
    IL_POINTWISE_MAP(ROW_ENTRY)
#undef ROW_ENTRY
        .transpose = row_transpose,
    .sum_rows = row_sum_rows,
    .sum_columns = row_sum_columns,
    .softmax = row_softmax,
    .log_softmax = row_log_softmax,
    .batch_norm = &row_batch_norm,
    .pool = &row_pool,
    .sum_slots = row_sum_slots,
};
