/* SHA-256 through OpenSSL's libcrypto: digests of parameters, episodes, configurations and files. */
#ifndef INNERLOOP_BASE_HASH_H
#define INNERLOOP_BASE_HASH_H

#include <stddef.h>

#include "innerloop/status.h"

enum { IL_DIGEST_TEXT = 65 }; /* 64 hex digits and the terminator */

typedef struct il_hash il_hash;

/* A running digest, or NULL when out of memory. Release with il_hash_finish. */
il_hash *il_hash_new(void);
void il_hash_add(il_hash *hash, const void *bytes, size_t size);
/* Writes the digest in hex and releases `hash`. NULL hash or a failure of the library: IL_MEMORY. */
il_status il_hash_finish(il_hash *hash, char text[IL_DIGEST_TEXT], il_error *error);

/* Digest of one block. */
il_status il_hash_bytes(char text[IL_DIGEST_TEXT], const void *bytes, size_t size, il_error *error);

#endif
