/* PNG through libpng, JPEG through libturbojpeg. */
#include "formats/picture.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#ifdef IL_WITH_JPEG
#include <turbojpeg.h>
#endif

static il_status unreadable(const char *name, const char *what, il_error *error) {
  return il_fail(error, IL_DATA, "%s: not a readable picture: %s", name, what);
}

/* Samples for width x height pixels of `channels`, after their check against the limits. */
static il_status reserve(il_picture *picture, const char *name, il_error *error) {
  if (picture->width < 1 || picture->height < 1 || picture->width > IL_PICTURE_SIDE_MAX ||
      picture->height > IL_PICTURE_SIDE_MAX || picture->width > IL_PICTURE_PIXELS_MAX / picture->height)
    return unreadable(name, "it is too large", error);
  size_t size = (size_t)picture->width * (size_t)picture->height * (size_t)picture->channels;
  picture->samples = malloc(size);
  return picture->samples ? IL_OK : il_fail_memory(error, name, size);
}

/* As in PIL: L = (19595 R + 38470 G + 7471 B + 32768) / 65536. */
static void make_grey(il_picture *picture) {
  size_t pixels = (size_t)picture->width * (size_t)picture->height;
  const unsigned char *from = picture->samples;
  for (size_t i = 0; i < pixels; i++, from += 3)
    picture->samples[i] = (unsigned char)((from[0] * 19595u + from[1] * 38470u + from[2] * 7471u + 0x8000u) >> 16);
  picture->channels = 1;
}

/* A PNG while it is decoded: where libpng reads from, and what it says before it jumps back. */
typedef struct png_source {
  const unsigned char *bytes;
  size_t left;
  char message[120];
} png_source;

static void png_take(png_structp png, png_bytep to, size_t size) {
  png_source *source = png_get_io_ptr(png);
  if (size > source->left) png_error(png, "it is cut off");
  memcpy(to, source->bytes, size);
  source->bytes += size;
  source->left -= size;
}

static void png_stop(png_structp png, png_const_charp message) {
  png_source *source = png_get_error_ptr(png);
  snprintf(source->message, sizeof source->message, "%s", message);
  png_longjmp(png, 1);
}

static void png_pass_over(png_structp png, png_const_charp message) {
  (void)png, (void)message;
}

/* What the header says, and the samples that are asked for: PIL's convert("RGB") or convert("L") of what PIL opens. 16
 * bits give their high byte, transparency is left out, gamma and colour profiles are not looked at. */
static void png_begin(png_structp png, png_infop info, il_picture *picture) {
  png_read_info(png, info);
  png_uint_32 width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  int kind = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
  bool coloured = kind & PNG_COLOR_MASK_COLOR;
  bool clear = (kind & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  *picture = (il_picture){.width = width <= IL_PICTURE_SIDE_MAX ? (int)width : -1,
                          .height = height <= IL_PICTURE_SIDE_MAX ? (int)height : -1,
                          .channels = coloured ? 3 : 1,
                          .plain = !coloured && !clear && depth <= 8};
  if (depth == 16) png_set_strip_16(png);
  if (kind == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (kind == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (clear) png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

/* Nothing that must be released is held in a local variable: libpng jumps over this function's frame. */
static int png_header(png_structp png, png_infop info, il_picture *picture) {
  if (setjmp(png_jmpbuf(png))) return -1;
  png_begin(png, info, picture);
  return 0;
}

static int png_samples(png_structp png, png_infop info, const il_picture *picture, png_bytep *rows) {
  size_t row = (size_t)picture->width * (size_t)picture->channels;
  if (setjmp(png_jmpbuf(png))) return -1;
  if (png_get_rowbytes(png, info) != row) png_error(png, "its rows are of another size than its header says");
  for (int y = 0; y < picture->height; y++) rows[y] = picture->samples + (size_t)y * row;
  png_read_image(png, rows);
  png_read_end(png, NULL);
  return 0;
}

static il_status decode_png(il_picture *picture, const void *bytes, size_t size, const char *name, il_error *error) {
  png_source source = {.bytes = bytes, .left = size};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, png_stop, png_pass_over);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  png_bytep *rows = NULL;
  il_status status = info ? IL_OK : il_fail_memory(error, name, 0);
  if (status != IL_OK) goto done;
  png_set_read_fn(png, &source, png_take);
  if (png_header(png, info, picture) != 0) {
    status = unreadable(name, source.message, error);
    goto done;
  }
  IL_TRY(reserve(picture, name, error));
  rows = malloc((size_t)picture->height * sizeof *rows);
  if (!rows)
    status = il_fail_memory(error, name, (size_t)picture->height * sizeof *rows);
  else if (png_samples(png, info, picture, rows) != 0)
    status = unreadable(name, source.message, error);
done:
  png_destroy_read_struct(&png, &info, NULL);
  free(rows);
  return status;
}

#ifdef IL_WITH_JPEG
static il_status decode_jpeg(il_picture *picture, const void *bytes, size_t size, const char *name, il_error *error) {
  tjhandle handle = tjInitDecompress();
  int sampling, space;
  if (!handle) return il_fail_memory(error, name, 0);
  il_status status = IL_OK;
  *picture = (il_picture){.channels = 3};
  if (tjDecompressHeader3(handle, bytes, size, &picture->width, &picture->height, &sampling, &space) != 0) {
    status = unreadable(name, tjGetErrorStr2(handle), error);
    goto done;
  }
  picture->plain = space == TJCS_GRAY;
  IL_TRY(reserve(picture, name, error));
  if (tjDecompress2(handle, bytes, size, picture->samples, picture->width, 0, picture->height, TJPF_RGB,
                    TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING) != 0)
    status = unreadable(name, tjGetErrorStr2(handle), error);
done:
  tjDestroy(handle);
  return status;
}
#else
static il_status decode_jpeg(il_picture *picture, const void *bytes, size_t size, const char *name, il_error *error) {
  (void)picture, (void)bytes, (void)size;
  return unreadable(name, "this build has no JPEG; install libturbojpeg0-dev and build again", error);
}
#endif

bool il_picture_reads_jpeg(void) {
#ifdef IL_WITH_JPEG
  return true;
#else
  return false;
#endif
}

static const struct {
  const char *start;
  size_t length;
  il_status (*decode)(il_picture *picture, const void *bytes, size_t size, const char *name, il_error *error);
} forms[] = {
    {"\x89PNG\r\n\x1a\n", 8, decode_png},
    {"\xff\xd8\xff", 3, decode_jpeg},
};

/* Grey to three equal channels. */
static il_status make_coloured(il_picture *picture, const char *name, il_error *error) {
  size_t pixels = (size_t)picture->width * (size_t)picture->height;
  unsigned char *samples = malloc(3 * pixels);
  if (!samples) return il_fail_memory(error, name, 3 * pixels);
  for (size_t i = 0; i < 3 * pixels; i++) samples[i] = picture->samples[i / 3];
  free(picture->samples);
  picture->samples = samples;
  picture->channels = 3;
  return IL_OK;
}

il_status il_picture_decode(il_picture *picture, const void *bytes, size_t size, int channels, const char *name,
                            il_error *error) {
  *picture = (il_picture){.samples = NULL};
  il_status status = IL_DATA;
  size_t form = 0, count = sizeof forms / sizeof forms[0];
  while (form < count && (size < forms[form].length || memcmp(bytes, forms[form].start, forms[form].length) != 0))
    form++;
  if (form == count) return unreadable(name, "neither PNG nor JPEG", error);
  status = forms[form].decode(picture, bytes, size, name, error);
  if (status == IL_OK && channels == 1 && picture->channels == 3) make_grey(picture);
  if (status == IL_OK && channels == 3 && picture->channels == 1) status = make_coloured(picture, name, error);
  if (status != IL_OK) il_picture_free(picture);
  return status;
}

void il_picture_free(il_picture *picture) {
  free(picture->samples);
  picture->samples = NULL;
}

il_status il_picture_write_png(const char *path, const il_picture *picture, il_error *error) {
  png_image image = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)picture->width,
                     .height = (png_uint_32)picture->height,
                     .format = picture->channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
  png_alloc_size_t size = 0;
  il_status status = IL_OK;
  unsigned char *bytes = NULL;
  if (png_image_write_get_memory_size(image, size, 0, picture->samples, 0, NULL)) bytes = malloc(size);
  if (!bytes) return il_fail_memory(error, path, size);
  const char *slash = strrchr(path, '/');
  char *directory = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
  if (!directory)
    status = il_fail_memory(error, path, 0);
  else if (!png_image_write_to_memory(&image, bytes, &size, 0, picture->samples, 0, NULL))
    status = il_fail(error, IL_IO, "%s: cannot be written: %s", path, image.message);
  else
    status = il_file_save(directory, slash ? slash + 1 : path, bytes, size, NULL, error);
  free(directory);
  free(bytes);
  return status;
}
