/* Blocks of pixels in a file, verified once. What was found stands in one atomic byte a block; two threads that meet at
 * a new block verify it twice, to the same answer. */
#include "data/image_file.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DIGEST = IL_DIGEST_TEXT - 1, PIECE = 1 << 15 };
enum { BLOCK_NEW, BLOCK_RIGHT, BLOCK_WRONG };
enum { TROUBLE_NONE, TROUBLE_DAMAGED, TROUBLE_SHORT, TROUBLE_MEMORY, TROUBLE_SYSTEM };

struct il_image_file {
  int descriptor;
  size_t start, size, blocks;
  char *path;
  unsigned char *digests;     /* [blocks][DIGEST]; NULL: none */
  atomic_uchar *found;        /* [blocks] */
  atomic_uint_fast64_t first; /* the first trouble: block << 32 | errno << 8 | kind */
};

/* ---- reading ---- */

/* Bytes read until the file's end or an error, which errno then tells: 0 where the file ended. */
static size_t read_all(int descriptor, size_t offset, void *bytes, size_t size) {
  size_t done = 0;
  errno = 0;
  while (done < size) {
    ssize_t got = pread(descriptor, (char *)bytes + done, size - done, (off_t)(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (got == 0) errno = 0;
      break;
    }
    done += (size_t)got;
  }
  return done;
}

static il_status cut_off(const char *path, il_error *error) {
  return il_fail(error, IL_DATA, "%s: a damaged image set: it is cut off; import it again", path);
}

il_status il_image_file_load(int descriptor, const char *path, size_t offset, void *bytes, size_t size,
                             il_error *error) {
  if (read_all(descriptor, offset, bytes, size) == size) return IL_OK;
  if (errno == 0) return cut_off(path, error);
  return il_fail(error, IL_IO, "%s: cannot be read: %s", path, strerror(errno));
}

/* ---- trouble ---- */

static void note(il_image_file *file, size_t block, int kind, int reason) {
  uint_fast64_t none = TROUBLE_NONE, this = (uint64_t)block << 32 | (uint64_t)(reason & 0xffffff) << 8 | (uint64_t)kind;
  atomic_compare_exchange_strong(&file->first, &none, this);
}

il_status il_image_file_trouble(const il_image_file *file, il_error *error) {
  uint64_t first = atomic_load_explicit(&file->first, memory_order_acquire);
  unsigned long long block = first >> 32, from = block * IL_IMAGE_BLOCK;
  switch (first & 0xff) {
  case TROUBLE_NONE:
    return IL_OK;
  case TROUBLE_SHORT:
    return cut_off(file->path, error);
  case TROUBLE_MEMORY:
    return il_fail_memory(error, file->path, IL_IMAGE_BLOCK);
  case TROUBLE_SYSTEM:
    return il_fail(error, IL_IO, "%s: cannot be read: %s", file->path, strerror((int)(first >> 8 & 0xffffff)));
  default:
    return il_fail(
        error, IL_DATA,
        "%s: a damaged image set: its pixels from byte %llu to %llu do not have the digest they should have; "
        "import it again",
        file->path, from, from + IL_IMAGE_BLOCK < file->size ? from + IL_IMAGE_BLOCK : file->size);
  }
}

/* size bytes of pixels from byte `from` on. Returns 0, or -1 after noting why not. */
static int get(il_image_file *file, size_t block, size_t from, size_t size, unsigned char *bytes) {
  if (read_all(file->descriptor, file->start + from, bytes, size) == size) return 0;
  note(file, block, errno ? TROUBLE_SYSTEM : TROUBLE_SHORT, errno);
  return -1;
}

/* ---- blocks ---- */

/* Digest of the pixels from `from` to `end`. Returns 0, or -1 after noting why not. */
static int digest_of(char digest[IL_DIGEST_TEXT], il_image_file *file, size_t from, size_t end) {
  unsigned char piece[PIECE];
  int failed = 0;
  il_hash *hash = il_hash_new();
  for (size_t at = from; hash && !failed && at < end; at += PIECE) {
    size_t size = end - at < PIECE ? end - at : PIECE;
    failed = get(file, at / IL_IMAGE_BLOCK, at, size, piece);
    if (!failed) il_hash_add(hash, piece, size);
  }
  if (il_hash_finish(hash, digest, NULL) == IL_OK) return failed;
  note(file, from / IL_IMAGE_BLOCK, TROUBLE_MEMORY, 0);
  return -1;
}

/* Compares a block with its digest where that was not done before. Returns 0, or -1: it may not be used. */
static int verify(il_image_file *file, size_t block) {
  int found = atomic_load_explicit(&file->found[block], memory_order_relaxed);
  if (found != BLOCK_NEW) return found == BLOCK_RIGHT ? 0 : -1;
  char digest[IL_DIGEST_TEXT];
  size_t from = block * IL_IMAGE_BLOCK, end = from + IL_IMAGE_BLOCK < file->size ? from + IL_IMAGE_BLOCK : file->size;
  if (digest_of(digest, file, from, end) != 0) return -1;
  int right = memcmp(digest, file->digests + block * DIGEST, DIGEST) == 0;
  if (!right) note(file, block, TROUBLE_DAMAGED, 0);
  atomic_store_explicit(&file->found[block], right ? BLOCK_RIGHT : BLOCK_WRONG, memory_order_relaxed);
  return right ? 0 : -1;
}

void il_image_file_read(il_image_file *file, size_t from, size_t size, unsigned char *bytes) {
  int failed = 0;
  for (size_t block = from / IL_IMAGE_BLOCK; !failed && block * IL_IMAGE_BLOCK < from + size; block++)
    failed = verify(file, block);
  if (!failed) failed = get(file, from / IL_IMAGE_BLOCK, from, size, bytes);
  if (failed) memset(bytes, 0, size);
}

il_status il_image_file_digest(char digest[IL_DIGEST_TEXT], il_image_file *file, il_error *error) {
  if (digest_of(digest, file, 0, file->size) == 0) return IL_OK;
  return il_image_file_trouble(file, error);
}

void il_image_file_mark_verified(il_image_file *file) {
  for (size_t i = 0; i < file->blocks; i++) atomic_store_explicit(&file->found[i], BLOCK_RIGHT, memory_order_relaxed);
}

/* ---- life ---- */

il_status il_image_file_new(il_image_file **out, int descriptor, const char *path, size_t start, size_t size,
                            const unsigned char *blocks, il_error *error) {
  *out = NULL;
  il_image_file *file = calloc(1, sizeof *file);
  if (!file) {
    close(descriptor);
    return il_fail_memory(error, path, sizeof *file);
  }
  file->descriptor = descriptor;
  file->start = start;
  file->size = size;
  file->blocks = il_image_blocks(size);
  atomic_init(&file->first, TROUBLE_NONE);
  file->path = strdup(path);
  file->found = calloc(file->blocks, sizeof *file->found);
  file->digests = blocks ? malloc(file->blocks * DIGEST) : NULL;
  if (!file->path || !file->found || (blocks && !file->digests)) {
    il_image_file_close(file);
    return il_fail_memory(error, path, il_image_blocks(size) * DIGEST);
  }
  if (blocks)
    memcpy(file->digests, blocks, file->blocks * DIGEST);
  else
    il_image_file_mark_verified(file);
  *out = file;
  return IL_OK;
}

void il_image_file_close(il_image_file *file) {
  if (!file) return;
  close(file->descriptor);
  free(file->path);
  free(file->found);
  free(file->digests);
  free(file);
}
