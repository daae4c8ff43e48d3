/* Matrix products by OpenBLAS. */
#include "kernels/host.h"

#include <cblas.h>
#include <string.h>

#ifdef IL_REAL_IS_DOUBLE
#define IL_CBLAS_GEMM cblas_dgemm
#else
#define IL_CBLAS_GEMM cblas_sgemm
#endif

static void gemm(const il_gemm *g) {
  size_t columns = (size_t)g->n;
  for (size_t row = 0; g->init && row < (size_t)g->m; row++) {
    const real *from = g->init + row * (size_t)g->init_stride;
    if (from != g->c + row * columns) memcpy(g->c + row * columns, from, columns * sizeof(real));
  }
  IL_CBLAS_GEMM(CblasRowMajor, g->a_transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, g->m, g->n, g->k, g->alpha,
                g->a, g->a_transposed ? g->m : g->k, g->b, g->n, g->init ? 1 : 0, g->c, g->n);
}

il_kernels il_kernels_host(const il_kernels *base) {
  il_kernels host = *base;
  openblas_set_num_threads(1);
  host.name = host.contract = "host";
  host.gemm = gemm;
  return host;
}
