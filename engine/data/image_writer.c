/* Packed image sets through the atomic file writer. */
#include "data/image_writer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "data/data_directory.h"
#include "data/image_file.h"

enum { DIGEST = IL_DIGEST_TEXT - 1 };

struct il_image_writer {
  il_file *file;
  il_hash *hash, *block;    /* of all pixels; of the block that is being written, NULL between blocks */
  size_t expected, written; /* bytes of pixels */
  const char *known;        /* the digest it must have; NULL: any */
  char *digests;            /* of the blocks so far, in hex, one after the other; of all pixels at the end */
  il_status failed;         /* IL_INVALID: more pixels than the head says; IL_MEMORY: a block has no digest */
  char directory[PATH_MAX];
  size_t kept; /* bytes of `directory` that existed before */
};

/* Length of the longest leading part of `path` that exists. */
static size_t existing_part(const char *path) {
  char part[PATH_MAX];
  size_t length = strlen(path);
  memcpy(part, path, length + 1);
  while (length > 0 && access(part, F_OK) != 0) {
    while (length > 0 && part[length - 1] == '/') length--;
    while (length > 0 && part[length - 1] != '/') length--;
    part[length] = '\0';
  }
  return length;
}

/* Directories that were created go again where they are empty. */
static void remove_created(il_image_writer *writer) {
  size_t length = strlen(writer->directory);
  for (;;) {
    while (length > 0 && writer->directory[length - 1] == '/') length--;
    if (length <= writer->kept) return;
    writer->directory[length] = '\0';
    if (rmdir(writer->directory) != 0) return;
    while (length > 0 && writer->directory[length - 1] != '/') length--;
  }
}

static void release(il_image_writer *writer) {
  char unwanted[IL_DIGEST_TEXT];
  if (writer->hash) (void)il_hash_finish(writer->hash, unwanted, NULL);
  if (writer->block) (void)il_hash_finish(writer->block, unwanted, NULL);
  free(writer->digests);
  free(writer);
}

static il_status start(il_image_writer *writer, const char *name, il_error *error) {
  char file[IL_SET_NAME_SIZE + 16];
  size_t digests = (il_image_blocks(writer->expected) + 1) * DIGEST;
  writer->hash = il_hash_new();
  writer->digests = malloc(digests);
  if (!writer->hash || !writer->digests) return il_fail_memory(error, "digests", digests);
  snprintf(file, sizeof file, "%s%s", name, il_data_set_suffix);
  il_status status = il_directory_make(writer->directory, error);
  return status == IL_OK ? il_file_open(&writer->file, writer->directory, file, error) : status;
}

il_status il_image_writer_open_split(il_image_writer **out, const char *directory, const char *name,
                                     const il_image_form *form, int classes, const int *counts,
                                     const char *const *names, const il_image_lists *lists, il_error *error) {
  *out = NULL;
  unsigned char *head;
  char path[PATH_MAX];
  size_t size, images = 0;
  il_status status = il_data_set_path(path, sizeof path, directory, name, error); /* is it a name? */
  if (status == IL_OK) status = il_image_set_head(&head, &size, form, classes, counts, names, lists, error);
  if (status != IL_OK) return status;
  for (int c = 0; c < classes; c++) images += (size_t)counts[c];
  il_image_writer *writer = calloc(1, sizeof *writer);
  if (!writer) {
    free(head);
    return il_fail_memory(error, "a writer", sizeof *writer);
  }
  writer->expected = il_image_bytes(form, images);
  int length = snprintf(writer->directory, sizeof writer->directory, "%s", directory);
  if (length < 1 || (size_t)length >= sizeof writer->directory) {
    status = il_fail(error, IL_IO, "'%.80s': no directory, or its name is too long", directory);
  } else {
    writer->kept = existing_part(writer->directory);
    status = start(writer, name, error);
  }
  il_file_write(writer->file, head, size);
  free(head);
  if (status == IL_OK)
    *out = writer;
  else
    il_image_writer_discard(writer);
  return status;
}

il_status il_image_writer_open(il_image_writer **out, const char *directory, const char *name,
                               const il_image_form *form, int classes, const int *counts, const char *const *names,
                               il_error *error) {
  return il_image_writer_open_split(out, directory, name, form, classes, counts, names, NULL, error);
}

void il_image_writer_expect(il_image_writer *writer, const char *digest) {
  writer->known = digest;
}

/* The digest of the block that ends here. */
static void end_block(il_image_writer *writer) {
  char digest[IL_DIGEST_TEXT];
  if (il_hash_finish(writer->block, digest, NULL) != IL_OK) writer->failed = IL_MEMORY;
  writer->block = NULL;
  if (!writer->failed) memcpy(writer->digests + (il_image_blocks(writer->written) - 1) * DIGEST, digest, DIGEST);
}

void il_image_writer_add(il_image_writer *writer, const void *bytes, size_t size) {
  const char *at = bytes;
  il_file_write(writer->file, bytes, size);
  il_hash_add(writer->hash, bytes, size);
  if (size > writer->expected - writer->written) writer->failed = IL_INVALID; /* there is no room for its digest */
  while (size > 0 && !writer->failed) {
    size_t room = IL_IMAGE_BLOCK - writer->written % IL_IMAGE_BLOCK, some = size < room ? size : room;
    if (!writer->block) writer->block = il_hash_new();
    if (!writer->block) writer->failed = IL_MEMORY;
    il_hash_add(writer->block, at, some);
    writer->written += some;
    if (writer->written == writer->expected || some == room) end_block(writer);
    at += some;
    size -= some;
  }
}

/* Digests of blocks, of all pixels, and of these digests. */
static il_status write_digests(il_image_writer *writer, char pixels[IL_DIGEST_TEXT], il_error *error) {
  char all[IL_DIGEST_TEXT];
  size_t blocks = il_image_blocks(writer->expected) * DIGEST;
  memcpy(writer->digests + blocks, pixels, DIGEST);
  il_status status = il_hash_bytes(all, writer->digests, blocks + DIGEST, error);
  if (status != IL_OK) return status;
  il_file_write(writer->file, writer->digests, blocks + DIGEST);
  il_file_write(writer->file, all, DIGEST);
  return IL_OK;
}

il_status il_image_writer_commit(il_image_writer *writer, char digest[IL_DIGEST_TEXT], il_error *error) {
  char text[IL_DIGEST_TEXT];
  il_status status = il_hash_finish(writer->hash, text, error);
  writer->hash = NULL;
  if (status == IL_OK && writer->failed == IL_MEMORY) status = il_fail_memory(error, "digests", 0);
  if (status == IL_OK && (writer->failed != IL_OK || writer->written != writer->expected))
    status =
        il_fail(error, IL_INVALID, "%zu bytes of pixels were written; expected %zu", writer->written, writer->expected);
  if (status == IL_OK && writer->known && strcmp(text, writer->known) != 0)
    status = il_fail(error, IL_DATA, "the pixels have SHA-256 %s; expected %s", text, writer->known);
  if (status == IL_OK) status = write_digests(writer, text, error);
  if (status == IL_OK) {
    status = il_file_commit(writer->file, NULL, error);
    writer->file = NULL;
  }
  if (status != IL_OK) {
    il_image_writer_discard(writer);
    return status;
  }
  if (digest) memcpy(digest, text, sizeof text);
  release(writer);
  return IL_OK;
}

void il_image_writer_discard(il_image_writer *writer) {
  if (!writer) return;
  il_file_discard(writer->file);
  remove_created(writer);
  release(writer);
}
