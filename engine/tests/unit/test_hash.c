/* covers: base */
/* SHA-256 against the examples of FIPS 180-4 and RFC 6234. */
#include "cmocka_all.h"

#include <string.h>

#include "base/hash.h"

static const struct {
  const char *text;
  const char *digest;
} examples[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void test_examples(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
    char text[IL_DIGEST_TEXT];
    assert_int_equal(il_hash_bytes(text, examples[i].text, strlen(examples[i].text), NULL), IL_OK);
    assert_string_equal(text, examples[i].digest);
  }
}

static void test_pieces_make_the_whole(void **state) {
  (void)state;
  /* RFC 6234: one million times 'a', here in pieces of growing length. */
  char text[IL_DIGEST_TEXT], block[1000];
  memset(block, 'a', sizeof block);
  il_hash *hash = il_hash_new();
  size_t left = 1000000;
  for (size_t piece = 0; left > 0; piece = (piece + 7) % sizeof block) {
    size_t size = piece < left ? piece : left;
    il_hash_add(hash, block, size);
    left -= size;
  }
  assert_int_equal(il_hash_finish(hash, text, NULL), IL_OK);
  assert_string_equal(text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_null_hash(void **state) {
  (void)state;
  char text[IL_DIGEST_TEXT] = "x";
  il_error error = {0};
  il_hash_add(NULL, "x", 1);
  assert_int_equal(il_hash_finish(NULL, text, &error), IL_MEMORY);
  assert_string_equal(text, "");
  assert_int_equal(error.status, IL_MEMORY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_examples),
      cmocka_unit_test(test_pieces_make_the_whole),
      cmocka_unit_test(test_null_hash),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
