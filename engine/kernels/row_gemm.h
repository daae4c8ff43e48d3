/* Matrix products by register tiles (row_tile.h): every element is one chain of fused multiply-adds over k, so all
 * tilings give the same bits. B is read in place: at the sizes of meta-learning packing costs more than it saves. */
#ifndef INNERLOOP_KERNELS_ROW_GEMM_H
#define INNERLOOP_KERNELS_ROW_GEMM_H

#include "kernels/row_dot.h"
#include "kernels/row_tile.h"
#if defined(__AVX512F__)
#include "kernels/row_gemm_paired.h"
#endif
#include "kernels/rows.h"

/* Every height and width of tile, generated: whole_VECTORS_ROWS, masked_..., paired_..., and their tables
 * [vectors - 1][rows - 1]. */
#define TILES_4(X, v) X(v, 1) X(v, 2) X(v, 3) X(v, 4)
#define TILES_6(X, v) TILES_4(X, v) X(v, 5) X(v, 6)
#define TILES_8(X, v) TILES_6(X, v) X(v, 7) X(v, 8)
#define TILES_10(X, v) TILES_8(X, v) X(v, 9) X(v, 10)
#define TILES_12(X, v) TILES_10(X, v) X(v, 11) X(v, 12)
#if defined(__AVX512F__)
#define TILES(X) TILES_12(X, 1) TILES_12(X, 2) TILES_8(X, 3) TILES_6(X, 4)
#define PAIRED_TILES(X) TILES_12(X, 1) TILES_12(X, 2) TILES_10(X, 3) TILES_6(X, 4)
#elif defined(__AVX2__)
#define TILES(X) TILES_12(X, 1) TILES_6(X, 2)
#else
#define TILES(X) TILES_4(X, 1)
#endif

#define TILE_FUNCTIONS(v, r)                                                                                           \
  static void whole_##v##_##r(const tiles *t) {                                                                        \
    tiles_any(t, r, v, 0);                                                                                             \
  }                                                                                                                    \
  static void masked_##v##_##r(const tiles *t) {                                                                       \
    tiles_any(t, r, v, 1);                                                                                             \
  }
TILES(TILE_FUNCTIONS)

/* One way to fill the right edge: its tiles, and the tallest of each width. */
typedef struct tile_family {
  int most[TILE_VECTORS];
  tile_kernel tile[TILE_VECTORS][TILE_ROWS];
} tile_family;

#define WHOLE_ENTRY(v, r) [v - 1][r - 1] = whole_##v##_##r,
#define MASKED_ENTRY(v, r) [v - 1][r - 1] = masked_##v##_##r,
static const tile_family whole_tiles = {TILE_TALLEST, {TILES(WHOLE_ENTRY)}};
static const tile_family masked_tiles = {TILE_TALLEST, {TILES(MASKED_ENTRY)}};

#ifdef PAIRED_TILES
#define PAIRED_FUNCTION(v, r)                                                                                          \
  static void paired_##v##_##r(const tiles *t) {                                                                       \
    tiles_paired(t, r, v);                                                                                             \
  }
PAIRED_TILES(PAIRED_FUNCTION)
#define PAIRED_ENTRY(v, r) [v - 1][r - 1] = paired_##v##_##r,
static const tile_family paired_tiles = {PAIRED_TALLEST, {PAIRED_TILES(PAIRED_ENTRY)}};
#endif

/* The family for `over` columns in the last vector, and k. Any that fits gives the same bits. */
static const tile_family *family_for(int over, int k) {
  (void)k;
#ifdef PAIRED_TILES
  if (over == HALF && k > 4) return &paired_tiles; /* below, its stores cost more than the lanes are worth */
#endif
  return over == LANES ? &whole_tiles : &masked_tiles;
}

/* All rows of C under `vectors` vectors of columns from j on, in tiles of nearly equal height. */
static void gemm_panel(const il_gemm *gemm, size_t j, int vectors) {
  const int left = gemm->n - (int)j, over = left < vectors * LANES ? left - (vectors - 1) * LANES : LANES;
  const tile_family *family = family_for(over, gemm->k);
  const int most = family->most[vectors - 1], count = (gemm->m + most - 1) / most;
  if (count == 0) return;
  const int height = gemm->m / count, taller = gemm->m % count;
  tiles t = {.a = gemm->a,
             .b = gemm->b + j,
             .init = gemm->init ? gemm->init + j : NULL,
             .c = gemm->c + j,
             .n = (size_t)gemm->n,
             .row_step = gemm->a_transposed ? 1 : (size_t)gemm->k,
             .k_step = gemm->a_transposed ? (size_t)gemm->m : 1,
             .init_step = (size_t)gemm->init_stride,
             .k = gemm->k,
             .count = taller,
             .alpha = gemm->alpha,
             .last = v_part(over)};
  if (taller) {
    family->tile[vectors - 1][height](&t);
    tiles_next(&t, height + 1, taller);
  }
  t.count = count - taller;
  family->tile[vectors - 1][height - 1](&t);
}

/* A transposed times one column is one row times a matrix: the lanes run along C. */
static il_gemm gemm_turned(const il_gemm *gemm) {
  il_gemm turned = *gemm;
  turned.m = 1;
  turned.n = gemm->m;
  turned.a = gemm->b;
  turned.b = gemm->a;
  turned.a_transposed = 0;
  return turned;
}

static void row_gemm(const il_gemm *gemm) {
  il_gemm turned;
  if (gemm->n == 1 && gemm->m > 1) {
    if (!gemm->a_transposed) {
      gemm_dots(gemm);
      return;
    }
    if (!gemm->init || gemm->init_stride == 1) {
      turned = gemm_turned(gemm);
      gemm = &turned;
    }
  }
  const int vectors = (gemm->n + LANES - 1) / LANES;
  const int panels = (vectors + TILE_VECTORS - 1) / TILE_VECTORS;
  size_t j = 0;
  for (int panel = 0; panel < panels; ++panel) {
    const int width = vectors / panels + (panel < vectors % panels);
    gemm_panel(gemm, j, width);
    j += (size_t)width * LANES;
  }
}

#endif
