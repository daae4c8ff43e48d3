/* covers: data */
/* Resampling against PIL (Pillow 9.4): golden/generate_resize.py made the digests. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "data/resize.h"

static const struct {
  int width, height, to_width, to_height, channels;
  il_resize_filter filter;
  const char *digest;
} cases[] = {
    {105, 105, 28, 28, 1, IL_RESIZE_LANCZOS, "04fbb5b4017c8b307f7b491759ea0c97d82ddb9a1783ba404775f855c3bcfa99"},
    {84, 60, 84, 84, 3, IL_RESIZE_LANCZOS, "2df0ea0b4c0865810e3c6dcf042ec4378be40c952938220a662a49fc4aaf6290"},
    {17, 33, 40, 9, 3, IL_RESIZE_LANCZOS, "c762cac701895fcd54c447e7239cbe731f21d9f20bccc844a31483051ac1c700"},
    {500, 375, 84, 84, 3, IL_RESIZE_LANCZOS, "fb0c8a7cdaad883b93ce9cb18b98a33d92acdc582e5c94b48c1f7a4437ff16f9"},
    {3, 2, 7, 5, 1, IL_RESIZE_LANCZOS, "64359dadb2cabd46ef98c58501884062195164f8ebbdc43b195cf32f11dd7024"},
    {9, 9, 9, 4, 1, IL_RESIZE_LANCZOS, "391fd1f6c6a7990b2a77610fb9790cd8b76cee2a800080bde8b04781a7c3487a"},
    {105, 105, 28, 28, 1, IL_RESIZE_BICUBIC, "bad931a48814cb833fa9cd76bc09908443523839bf4066257bacf5b93a8629fc"},
    {84, 60, 84, 84, 3, IL_RESIZE_BICUBIC, "1750a176a27a4aabd8d775921879240a194d9474cc22c80fa7332f9a01b991b8"},
    {17, 33, 40, 9, 3, IL_RESIZE_BICUBIC, "fd795878e8e3b802026fe2c65792b2600b7e9ad2163e8dc6933d49e3201ced4d"},
    {500, 375, 84, 84, 3, IL_RESIZE_BICUBIC, "12cd64aeb5c486c8d820d288cee3ca19f1c43bbf2f55a050886abceefd1e6f28"},
    {3, 2, 7, 5, 1, IL_RESIZE_BICUBIC, "4b69f86f76fa85656c3032f4115c99fc3e2d6f181906ab2c6d7ca10aba254dcc"},
    {9, 9, 9, 4, 1, IL_RESIZE_BICUBIC, "c4ced6a9e13f6c8af1af7584737c3974aebc7d0bb1976c5c59ab48b8d8f61ccc"},
    {105, 105, 28, 28, 1, IL_RESIZE_BILINEAR, "25e28cb908c3e5fb2ed0a0cedb5bd5c53581014a56582a49d0b88ea606c847f8"},
    {84, 60, 84, 84, 3, IL_RESIZE_BILINEAR, "4f4c6e4dd7f6117d24ea1dee2da57796e793d0fdd5ff371b5758deea53a043f4"},
    {17, 33, 40, 9, 3, IL_RESIZE_BILINEAR, "8319a56d6614f1492f6a866b44b60e520c6939a54d98ec5fcbd0b3bb6a9dcd8b"},
    {500, 375, 84, 84, 3, IL_RESIZE_BILINEAR, "e4411fed2baad11de2e415092a9826fae018a7d13cc9a98335b5d33922b9f1e2"},
    {3, 2, 7, 5, 1, IL_RESIZE_BILINEAR, "1f3bf3f62b0ac5d6b525ec9e6c51c3975e5384196e0f790e3c01447992e11569"},
    {9, 9, 9, 4, 1, IL_RESIZE_BILINEAR, "8296bfd5c396d770375e422d5dbdf28f1c671d183f3d82d3701098c80794ee00"},
};

/* A picture to fill. */
static il_raster blank(int width, int height, int channels) {
  il_raster made = {width, height, channels, malloc((size_t)(width * height * channels))};
  assert_non_null(made.samples);
  return made;
}

/* Blocks, a ramp and noise by multiplication: as in the script. */
static il_raster pattern(int width, int height, int channels) {
  uint32_t size = (uint32_t)(width * height * channels);
  il_raster picture = blank(width, height, channels);
  for (uint32_t i = 0; i < size; i++) {
    uint32_t noise = i * 2654435761u >> 24;
    picture.samples[i] = (unsigned char)(i / 5 % 3 == 0 ? noise : i / 7 % 2 == 0 ? 255 : i % 256);
  }
  return picture;
}

static void test_same_bytes_as_pil(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    il_raster from = pattern(cases[i].width, cases[i].height, cases[i].channels);
    il_raster to = blank(cases[i].to_width, cases[i].to_height, cases[i].channels);
    char digest[IL_DIGEST_TEXT];
    assert_int_equal(il_resize(&to, &from, cases[i].filter, NULL), IL_OK);
    size_t size = (size_t)(to.width * to.height * to.channels);
    assert_int_equal(il_hash_bytes(digest, to.samples, size, NULL), IL_OK);
    if (strcmp(digest, cases[i].digest) != 0) fail_msg("case %zu", i);
    free(from.samples);
    free(to.samples);
  }
}

/* One colour stays, and the same size is a copy. */
static void test_properties(void **state) {
  (void)state;
  il_raster flat = pattern(31, 19, 3), from = pattern(31, 19, 3), to = blank(12, 50, 3), same = blank(31, 19, 3);
  memset(flat.samples, 201, 31 * 19 * 3);
  for (int filter = 0; il_resize_filter_names[filter]; filter++) {
    assert_int_equal(il_resize(&to, &flat, (il_resize_filter)filter, NULL), IL_OK);
    for (int i = 0; i < 12 * 50 * 3; i++) assert_int_equal(to.samples[i], 201);
  }
  assert_int_equal(il_resize(&same, &from, IL_RESIZE_LANCZOS, NULL), IL_OK);
  assert_memory_equal(same.samples, from.samples, 31 * 19 * 3);
  to.width = 0;
  assert_int_equal(il_resize(&to, &from, IL_RESIZE_LANCZOS, NULL), IL_INVALID);
  to.width = 12;
  to.channels = 1;
  assert_int_equal(il_resize(&to, &from, IL_RESIZE_LANCZOS, NULL), IL_INVALID);
  free(flat.samples);
  free(from.samples);
  free(to.samples);
  free(same.samples);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bytes_as_pil), cmocka_unit_test(test_properties)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
