/* Reducing and turning Omniglot's drawings. */
#include "tasks/omniglot_pixels.h"

#include "data/omniglot_characters.h"
#include "data/resize.h"
#include "tasks/sampling.h"

enum { PIXELS = IL_OMNIGLOT_SIDE * IL_OMNIGLOT_SIDE, PAPER = IL_OMNIGLOT_GREYS - 1 };

const char *const il_omniglot_resize_names[] = {"nearest", "lanczos", "bicubic", "bilinear", NULL};
static const il_resize_filter filters[] = {[IL_OMNIGLOT_LANCZOS] = IL_RESIZE_LANCZOS,
                                           [IL_OMNIGLOT_BICUBIC] = IL_RESIZE_BICUBIC,
                                           [IL_OMNIGLOT_BILINEAR] = IL_RESIZE_BILINEAR};

static int bit_at(const unsigned char *bits, size_t at) {
  return bits[at / 8] >> (7 - at % 8) & 1;
}

/* source[size, size]: the pixel of a drawing that the nearest-pixel rule takes. */
static void find_sources(size_t *source, int size, int side) {
  for (int i = 0; i < size * size; i++) {
    int row = i / size + (side - size) / 2, column = i % size + (side - size) / 2;
    source[i] = (size_t)((2 * row + 1) * IL_OMNIGLOT_SIDE / (2 * side) * IL_OMNIGLOT_SIDE +
                         (2 * column + 1) * IL_OMNIGLOT_SIDE / (2 * side));
  }
}

/* One image, out of the set's bits from `start` on: bits[at] = pixel source[at]. */
static void reduce_image(unsigned char *bits, const unsigned char *pixels, size_t start, const size_t *source,
                         size_t count) {
  unsigned byte = 0;
  for (size_t at = 0; at < count; at++) {
    byte = byte << 1 | (unsigned)bit_at(pixels, start + source[at]);
    if (at % 8 == 7) bits[at / 8] = (unsigned char)byte;
  }
  if (count % 8) bits[count / 8] = (unsigned char)(byte << (8 - count % 8));
}

static il_status reduce_to_bits(il_omniglot_pixels *pixels, const il_image_set *set, int side, il_arena *arena,
                                il_error *error) {
  size_t count = (size_t)pixels->size * (size_t)pixels->size;
  size_t *source = il_arena_get(arena, count, sizeof *source);
  pixels->stride = (count + 7) / 8;
  pixels->bits = il_arena_get(arena, (size_t)set->images, pixels->stride);
  if (!pixels->bits || !source)
    return il_fail_memory(error, "images", (unsigned long long)set->images * pixels->stride);
  find_sources(source, pixels->size, side);
  for (size_t image = 0; image < (size_t)set->images; image++)
    reduce_image(pixels->bits + image * pixels->stride, set->pixels, image * PIXELS, source, count);
  return IL_OK;
}

/* The middle of a reduced picture. */
static void keep_middle(unsigned char *greys, int size, const il_raster *reduced) {
  int skip = (reduced->width - size) / 2;
  for (int row = 0; row < size; row++)
    for (int column = 0; column < size; column++)
      greys[row * size + column] = reduced->samples[(row + skip) * reduced->width + column + skip];
}

static il_status reduce_to_greys(il_omniglot_pixels *pixels, const il_image_set *set, int side, il_resize_filter filter,
                                 il_arena *arena, il_error *error) {
  pixels->stride = (size_t)pixels->size * (size_t)pixels->size;
  pixels->greys = il_arena_get(arena, (size_t)set->images, pixels->stride);
  const il_raster drawing = {IL_OMNIGLOT_SIDE, IL_OMNIGLOT_SIDE, 1, il_arena_get(arena, PIXELS, 1)};
  const il_raster reduced = {side, side, 1, il_arena_get(arena, (size_t)side * (size_t)side, 1)};
  if (!pixels->greys || !drawing.samples || !reduced.samples)
    return il_fail_memory(error, "images", (unsigned long long)set->images * pixels->stride);
  for (size_t image = 0; image < (size_t)set->images; image++) {
    for (size_t i = 0; i < PIXELS; i++) drawing.samples[i] = bit_at(set->pixels, image * PIXELS + i) ? 0 : PAPER;
    il_status status = il_resize(&reduced, &drawing, filter, error);
    if (status != IL_OK) return status;
    keep_middle(pixels->greys + image * pixels->stride, pixels->size, &reduced);
  }
  return IL_OK;
}

il_status il_omniglot_reduce(il_omniglot_pixels *pixels, const il_image_set *set, const il_omniglot_look *look,
                             il_arena *arena, il_error *error) {
  int side = look->side ? look->side : look->size;
  *pixels = (il_omniglot_pixels){.size = look->size};
  for (int grey = 0; grey < IL_OMNIGLOT_GREYS; grey++) {
    float value = (float)(look->ink_zero ? grey : PAPER - grey) / PAPER;
    pixels->level[grey] = (real)((value - (float)look->mean) / (float)look->deviation);
  }
  if (look->resize == IL_OMNIGLOT_NEAREST) return reduce_to_bits(pixels, set, side, arena, error);
  return reduce_to_greys(pixels, set, side, filters[look->resize], arena, error);
}

static void write_bits(real *x, const il_omniglot_pixels *pixels, size_t image, const il_turn *turn) {
  const unsigned char *bits = pixels->bits + image * pixels->stride;
  const real level[2] = {pixels->level[PAPER], pixels->level[0]};
  for (int row = 0; row < pixels->size; row++) {
    size_t from = (size_t)(turn->first + row * turn->down);
    for (int column = 0; column < pixels->size; column++, from += (size_t)turn->right) *x++ = level[bit_at(bits, from)];
  }
}

static void write_greys(real *x, const il_omniglot_pixels *pixels, size_t image, const il_turn *turn) {
  const unsigned char *greys = pixels->greys + image * pixels->stride;
  for (int row = 0; row < pixels->size; row++) {
    int from = turn->first + row * turn->down;
    for (int column = 0; column < pixels->size; column++, from += turn->right) *x++ = pixels->level[greys[from]];
  }
}

void il_omniglot_write(real *x, const il_omniglot_pixels *pixels, size_t image, int quarters) {
  const il_turn turn = il_turn_of(pixels->size, 1, quarters);
  (pixels->bits ? write_bits : write_greys)(x, pixels, image, &turn);
}
