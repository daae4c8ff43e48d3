/* SHA-256 (FIPS 180-4) through OpenSSL's libcrypto. */
#include "base/hash.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>

struct il_hash {
  EVP_MD_CTX *context;
  bool failed; /* a call of the library failed; reported by il_hash_finish */
};

enum { DIGEST_BYTES = 32 };

static void hash_free(il_hash *hash) {
  if (hash == NULL) return;
  EVP_MD_CTX_free(hash->context);
  free(hash);
}

il_hash *il_hash_new(void) {
  il_hash *hash = calloc(1, sizeof *hash);
  if (hash == NULL) return NULL;
  hash->context = EVP_MD_CTX_new();
  if (hash->context == NULL || EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1) {
    hash_free(hash);
    return NULL;
  }
  return hash;
}

void il_hash_add(il_hash *hash, const void *bytes, size_t size) {
  if (hash == NULL || size == 0) return;
  if (EVP_DigestUpdate(hash->context, bytes, size) != 1) hash->failed = true;
}

il_status il_hash_finish(il_hash *hash, char text[IL_DIGEST_TEXT], il_error *error) {
  static const char digits[] = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  text[0] = '\0';
  bool good = hash != NULL && !hash->failed && EVP_DigestFinal_ex(hash->context, digest, &length) == 1;
  hash_free(hash);
  if (!good || length != DIGEST_BYTES) return il_fail(error, IL_MEMORY, "out of memory (SHA-256 of libcrypto failed)");
  for (int i = 0; i < DIGEST_BYTES; i++) {
    text[2 * i] = digits[digest[i] >> 4];
    text[2 * i + 1] = digits[digest[i] & 15];
  }
  text[2 * DIGEST_BYTES] = '\0';
  return IL_OK;
}

il_status il_hash_bytes(char text[IL_DIGEST_TEXT], const void *bytes, size_t size, il_error *error) {
  il_hash *hash = il_hash_new();
  il_hash_add(hash, bytes, size);
  return il_hash_finish(hash, text, error);
}
